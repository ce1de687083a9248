"""Rights, reminders and reports from the command line."""

import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.rights_world import DAY, HELD, MONTH_END, without_endpoint
from support.terminal import Terminal
from support.wallet_world import World

from wallet import browser

At = Callable[[World], Terminal]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was opened in a program beside the terminal."""
    found: list[str] = []

    def program(link: str) -> bool:
        found.append(link)
        return True

    monkeypatch.setattr(browser, "beside_terminal", lambda: program)
    return found


@pytest.fixture
def quiet(tmp_path: Path) -> Iterator[World]:
    town = without_endpoint(tmp_path)
    yield town
    town.wallet.close()


def last(town: World) -> Any:
    return town.verifier.asked[-1].question


def test_access_is_shown_and_saved_where_asked(town: World, at: At, tmp_path: Path) -> None:
    town.verifier.held = HELD
    done, file = town.share(), tmp_path / "inzage.json"
    code, [answer] = at(town).run("ask", "access", done.id, "--save", str(file))
    assert (code, answer["data"]["registration"]["number"]) == (0, "W-1")
    assert json.loads(file.read_text()) == HELD
    code, [refused] = at(town).run("ask", "access", done.id, "--save", str(file))
    assert (code, refused["error"]) == (2, "export.exists")
    assert len(town.verifier.asked) == 1, "nothing was asked that has no place to go"


def test_access_in_plain_words(town: World, at: At) -> None:
    town.verifier.held = HELD
    done = town.share()
    code, out = at(town).plain("ask", "access", done.id)
    assert code == 0
    for words in (
        "Deze gegevens van je hebben ze",
        "Voornamen: Anna Maria",
        "inschrijving, nummer: W-1",
        "Inschrijven. Waarvoor: Inschrijving als woningzoekende (automatisch)",
    ):
        assert words in out
    _, later = at(town).plain("activity", done.id)
    assert "Wat zij vertelden over je gegevens" in later
    assert "Voornamen: Anna Maria" in later
    _, hidden = at(town).plain("activity", done.id, "--no-values")
    assert "Wat zij vertelden" not in hidden


def test_some_data_only(town: World, at: At) -> None:
    done = town.share()
    code, _ = at(town).run(
        "ask", "erasure", done.id, "--yes", "--claims", "persoonsgegevens:given_name"
    )
    assert (code, last(town).claims) == (0, (("given_name",),))
    code, [refused] = at(town).run("ask", "erasure", done.id, "--yes", "--claims", "x:y")
    assert (code, refused["error"]) == (2, "ask.no_claim")
    code, [refused] = at(town).run(
        "ask", "access", done.id, "--claims", "persoonsgegevens:given_name"
    )
    assert (code, refused["error"]) == (2, "ask.no_choice")


def test_a_correction_from_a_file(town: World, at: At, tmp_path: Path) -> None:
    done, file = town.share(), tmp_path / "wens.json"
    file.write_text(
        '{"claims":[{"claim":"persoonsgegevens:given_name","proposed":"Anne"}],"text":"Akte."}'
    )
    code, _ = at(town).run("ask", "rectification", done.id, "--yes", "--from-file", str(file))
    assert code == 0
    assert (last(town).proposed, last(town).text) == ("Anne", "Akte.")
    file.write_text("geen json")
    code, [refused] = at(town).run(
        "ask", "rectification", done.id, "--yes", "--from-file", str(file)
    )
    assert (code, refused["error"]) == (2, "ask.file")


def test_a_correction_by_a_person(town: World, at: At) -> None:
    done, terminal = town.share(), at(town)
    code, out = terminal.plain("ask", "rectification", done.id)
    assert code == 4, "nothing is asked without a person"
    names = [line for line in terminal.err.splitlines() if "Voornamen" in line]
    terminal.answers = ["1", "Anne", "In mijn akte staat Anne.", "ja"]
    code, out = terminal.plain("ask", "rectification", done.id)
    assert code == 0
    assert last(town).proposed == "Anne"
    assert names == []
    assert "Anne" not in out
    terminal.answers = ["1", "Anna", "", ""]
    code, _ = terminal.plain("ask", "rectification", done.id)
    assert code == 3, "no is what silence means"


@pytest.mark.parametrize("right", ["restriction", "objection"])
def test_words_and_a_second_thought(town: World, at: At, right: str, tmp_path: Path) -> None:
    done, terminal = town.share(), at(town)
    terminal.answers = ["Ik word gestalkt.", ""]
    code, _ = terminal.plain("ask", right, done.id)
    assert (code, town.verifier.asked) == (3, [])
    words = tmp_path / "waarom"
    words.write_text("Ik word gestalkt.")
    code, [answer] = terminal.run("ask", right, done.id, "--yes", "--text-file", str(words))
    assert (code, answer["state"], last(town).text) == (0, "done", "Ik word gestalkt.")


# Where there is no address for requests.


def test_without_an_address_the_ways_are_named(quiet: World, at: At) -> None:
    done, terminal = quiet.share(), at(quiet)
    code, [refused] = terminal.run("ask", "erasure", done.id, "--yes")
    assert (code, refused["error"]) == (2, "ask.choose_way")
    assert refused["params"]["ways"] == "mail, web, phone"
    assert "privacy@voorbeeldwonen.example" in terminal.err
    code, [refused] = terminal.run("ask", "status", done.id)
    assert (code, refused["error"]) == (7, "ask.no_endpoint")
    assert quiet.kinds(done.id)[-1] != "right.asked", "nothing was begun"


def test_a_letter_is_drafted_and_on_record(quiet: World, at: At, tmp_path: Path) -> None:
    done, file = quiet.share(), tmp_path / "brief.eml"
    code, [made] = at(quiet).run(
        "ask", "erasure", done.id, "--by", "mail", "--yes", "--save", str(file)
    )
    assert (code, made["state"], made["channel"]) == (8, "initiated", "mail")
    assert "artikel 17 AVG" in made["subject"]
    assert b"To: privacy@voorbeeldwonen.example" in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0
    code, lines = at(quiet).run("requests")
    [right] = [one for one in lines if one["type"] == "right"]
    assert (right["state"], right["channel"], right["late"]) == ("initiated", "mail", False)
    _, told = at(quiet).plain("activity", done.id)
    assert "Brief klaargezet om zelf te sturen: wissen" in told
    assert "Verzoek gestuurd" not in told
    code, _ = at(quiet).run("requests", "close", right["request"][:8])
    assert code == 0
    assert not [one for one in at(quiet).run("requests")[1] if one["type"] == "right"]


def test_a_program_opens_only_after_a_plain_question(
    quiet: World, at: At, opened: list[str]
) -> None:
    done, terminal = quiet.share(), at(quiet)
    terminal.answers = ["ja", ""]
    code, out = terminal.plain("ask", "access", done.id, "--by", "mail", "--open")
    assert (code, opened) == (8, [])
    assert "Onderwerp: Verzoek om inzage" in out
    terminal.answers = ["ja", "ja"]
    terminal.plain("ask", "access", done.id, "--by", "mail", "--open")
    assert opened[0].startswith("mailto:privacy@voorbeeldwonen.example?subject=")
    terminal.answers = ["ja"]
    terminal.plain("ask", "access", done.id, "--by", "web", "--open")
    assert opened[-1] == "https://voorbeeldwonen.example/contact"
    terminal.answers = [""]
    code, _ = terminal.plain("ask", "access", done.id, "--by", "phone")
    assert code == 3


# What is due.


def test_what_is_late_comes_first(town: World, at: At) -> None:
    done, terminal = town.share(), at(town)
    town.network.lose = lambda call: call.url.endswith("/rights")
    terminal.run("ask", "erasure", done.id, "--yes")
    town.now += MONTH_END
    code, lines = terminal.run("requests")
    assert (code, lines[0]["type"], lines[0]["reminder"]) == (0, "reminder", "late")
    [right] = [one for one in lines if one["type"] == "right"]
    assert right["late"] is True
    assert lines[-1] == {"version": 1, "type": "standing", "organisations": 1} | {
        "first": None,
        "day": None,
    }
    _, out = terminal.plain("requests")
    assert out.startswith("Woonstichting Voorbeeldwonen moest antwoorden tot en met 01-02-2026")
    assert "Je gegevens zijn nog bij 1 organisatie." in out
    _, shown = terminal.plain("activity", done.id)
    assert "Dat is nu voorbij." in shown
    assert "regie-wallet report" in shown
    town.now -= MONTH_END - DAY


# Reporting.


def test_a_report_with_its_evidence(town: World, at: At, tmp_path: Path) -> None:
    done, file = town.share(), tmp_path / "melding.zip"
    code, [made] = at(town).run("report", done.id, "--save", str(file), "--yes")
    assert (code, made["channel"], made["file"]) == (0, "file", "melding.zip")
    assert made["authority"]["name"] == "Autoriteit Persoonsgegevens"
    with zipfile.ZipFile(file) as packed:
        assert {"melding.txt", "ts10.json", "bewijs.json"} <= {*packed.namelist()}
    assert town.kinds(done.id)[-1] == "report.made"


def test_a_report_is_not_made_in_passing(town: World, at: At, opened: list[str]) -> None:
    done, terminal = town.share(), at(town)
    code, [refused] = terminal.run("report", done.id, "--yes")
    assert (code, refused["error"]) == (2, "report.choose")
    terminal.answers = ["Zij belden.", ""]
    code, _ = terminal.plain("report", done.id, "--by", "web")
    assert code == 3
    assert "report.made" not in town.kinds(done.id)
    terminal.answers = ["Zij belden.", "ja"]
    code, out = terminal.plain("report", done.id, "--by", "web", "--open")
    assert (code, opened) == (0, ["https://www.autoriteitpersoonsgegevens.nl"])
    assert "Zij belden." in out
    code, [refused] = terminal.run("report", done.id, "--by", "mail", "--yes")
    assert (code, refused["error"]) == (2, "ask.no_way")


def test_who_cannot_be_asked_by_a_wallet_is_written_to_again(quiet: World, at: At) -> None:
    done = quiet.share()
    at(quiet).run("ask", "erasure", done.id, "--by", "mail", "--yes")
    quiet.now += MONTH_END + DAY
    _, out = at(quiet).plain("requests")
    assert f"Schrijf nog een keer: regie-wallet ask erasure {done.id[:8]}" in out
    assert "ask status" not in out
