"""The commands of the register and the privacy officer, as they are typed."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from support.asking import ask, sign_up, visit
from support.verifier_home import VerifierHome

from credential.rights import Right, State
from verifier import clock, statement
from verifier.cli.main import cli
from verifier.processing import Activity
from verifier.store import processing as log
from verifier.store import register

DAY = 86_400
NEW = "Nieuwe-Naam-Onvindbaar"


@pytest.fixture(autouse=True)
def moment(monkeypatch: pytest.MonkeyPatch, home: VerifierHome) -> None:
    monkeypatch.setattr(clock, "now", lambda: home.clock.at)


def typed(home: VerifierHome, *arguments: str, expect: int = 0) -> Result:
    done = CliRunner().invoke(cli, ["--home", str(home.home), "--json", *arguments])
    assert done.exit_code == expect, (done.output, done.exception)
    return done


def call(home: VerifierHome, *arguments: str, expect: int = 0) -> list[dict[str, Any]]:
    done = typed(home, *arguments, expect=expect)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


@pytest.mark.spec("AVG", "12(3)", "monitoring hears of a term that has passed: exit 8")
def test_requests_due(home: VerifierHome) -> None:
    answer = sign_up(home)
    assert call(home, "requests", "--due") == []
    ask(home, Right.OBJECTION, answer, text="Liever niet")
    ask(home, Right.RESTRICTION, answer)
    (waiting,) = call(home, "requests", "--due")
    assert (waiting["right"], waiting["overdue"]) == ("objection", False)
    assert len(call(home, "requests")) == 2
    home.clock.at += 40 * DAY
    (late,) = call(home, "requests", "--due", expect=8)
    assert late["overdue"] is True
    (opened,) = call(home, "requests", late["request"])
    assert (opened["text"], opened["right"]) == ("Liever niet", "objection")
    assert "Zwaantje" in json.dumps(opened["values"])
    call(home, "requests", "nothing", expect=7)


def test_answer(home: VerifierHome, tmp_path: Path) -> None:
    answer = sign_up(home)
    ask(home, Right.RECTIFICATION, answer, claims=(("family_name",),), proposed=NEW)
    (case,) = call(home, "requests", "--due")
    request = case["request"]
    call(home, "answer", request, expect=2)
    call(home, "answer", request, "--state", "done", "--extend", expect=2)
    call(home, "answer", request, "--state", "refused", expect=2)
    why = ("--reason-nl", "Het is druk.", "--reason-en", "We are busy.")
    (longer,) = call(home, "answer", request, "--state", "extended", *why)
    assert (longer["state"], longer["due"][:10]) == ("extended", "2026-04-01")
    call(home, "answer", request, "--extend", *why, expect=2)
    file = tmp_path / "corrected.json"
    for wrong in ("{}", "[1]", '[["family_name", "x"]]', '[[["birthdate"], "x"]]', "nonsense"):
        file.write_text(wrong)
        done = typed(
            home, "answer", request, "--state", "done", "--corrected", str(file),
            expect=5 if wrong in ("nonsense", '[["family_name", "x"]]') else 2,
        )  # fmt: skip
        assert "Traceback" not in done.output
    file.write_text(json.dumps([[["family_name"], NEW]]))
    (settled,) = call(home, "answer", request, "--state", "done", "--corrected", str(file))
    assert settled["state"] == "done"
    (listed,) = register.registrations(home.open().store, home.open().sealer)
    assert NEW in str(listed.values)
    call(home, "answer", request, "--state", "done", "--corrected", str(file), expect=7)
    told = ask(home, Right.STATUS, answer)
    assert (told.right, told.state) == (Right.RECTIFICATION, State.DONE)


@pytest.mark.spec(
    "House rules", "8", "a sentence for a resident comes from a file, not an argument"
)
def test_reason_from_a_file(home: VerifierHome, tmp_path: Path) -> None:
    answer = sign_up(home)
    ask(home, Right.OBJECTION, answer)
    (case,) = call(home, "requests", "--due")
    files = []
    for lang, said in (("nl", "Mevrouw, dat kan niet."), ("en", "Not possible, madam.")):
        (tmp_path / lang).write_text(f"{said}\n")
        files += [f"--reason-{lang}-file", str(tmp_path / lang)]
    call(home, "answer", case["request"], "--state", "refused", *files)
    told = ask(home, Right.STATUS, answer)
    assert told.reason is not None
    assert (told.reason.nl, told.reason.en) == ("Mevrouw, dat kan niet.", "Not possible, madam.")
    (tmp_path / "nl").write_bytes(b"\xff")
    call(home, "answer", case["request"], "--state", "refused", *files, expect=2)


def test_lift(home: VerifierHome) -> None:
    answer = sign_up(home)
    ask(home, Right.RESTRICTION, answer)
    (case,) = call(home, "requests")
    (shown,) = call(home, "registrations", "--values")
    assert (shown["values"], shown["contact"]) == (None, None)
    assert shown["restricted"] == "2026-01-01T00:00:00Z"
    call(home, "answer", case["request"], "--lift")
    home.clock.at += 8 * DAY
    (done,) = call(home, "purge")
    assert done["lifted"] == 2
    (shown,) = call(home, "registrations", "--values")
    assert "Zwaantje" in json.dumps(shown["values"])


@pytest.mark.spec("LDV", "looking", "who lists values at the command line leaves a line as well")
def test_looking_is_on_record(home: VerifierHome) -> None:
    sign_up(home)
    verifier = home.open()
    (listed,) = register.registrations(verifier.store, None)
    call(home, "registrations")
    call(home, "registrations", "--values")
    with verifier.store.reading() as connection:
        subject = verifier.sealer.subject(listed.registration.id)
        rows = log.of_subject(connection, subject)
    assert [row.activity for row in rows].count(Activity.STAFF_VIEW.value) == 1


def test_registration_opened(home: VerifierHome) -> None:
    sign_up(home)
    visit(home, "profiel-aanvullen", ("woonadres", "huishouden"))
    (listed,) = register.registrations(home.open().store, None)
    number = listed.registration.number
    first, second = sorted(call(home, "registrations", number), key=lambda one: one["profile"])
    assert first["until"]["nl"] == "2 jaar nadat uw inschrijving stopt."
    assert first["kept"] == [
        "persoonsgegevens:given_name",
        "persoonsgegevens:family_name",
        "persoonsgegevens:housing_pseudonym",
        "verblijfsrecht:housing_pseudonym",
    ]
    assert second["delete_by"] == "2027-01-01T23:59:59Z"
    assert "Zwaantje" not in json.dumps([first, second])
    (ended,) = call(home, "registrations", "--end", number, "--event", "end_of_tenancy")
    assert ended["delete_by"] is None, "nothing that is kept waits for that"
    call(home, "registrations", "0000", expect=7)


def test_purge_and_figures(home: VerifierHome) -> None:
    sign_up(home)
    (listed,) = register.registrations(home.open().store, None)
    (before,) = call(home, "purge")
    assert (before["disclosures"], before["statements"], before["receipts_removed"]) == (0, [], [])
    call(home, "registrations", "--end", listed.registration.number)
    home.clock.at += 2 * 366 * DAY
    (done,) = call(home, "purge")
    assert (done["registrations"], done["disclosures"]) == (1, 1)
    (token,) = done["statements"]
    stated, _ = statement.verify(token, trust=home.scheme.trust, now=home.scheme.now)
    assert list(stated.receipts) == done["receipts_removed"]
    assert [one["statement"] for one in call(home, "statistics", "--statements")] == [token]
    months = {
        (one["name"], one["month"]): one["count"] for one in call(home, "statistics", "--months")
    }
    assert months[("accepted", "2026-01")] == 1
    assert months[("purged", "2028-01")] == 1
    lines = call(home, "statistics", "--processing")
    assert {line["name"] for line in lines} == {"purge"}, "the others were over as well"
    assert all("subject" not in json.dumps(line) for line in lines)
