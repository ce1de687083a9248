"""What nobody types on purpose: half characters, names no file can have; and the last day."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import click
import pytest
from support.rights_world import HELD
from support.terminal import Terminal
from support.wallet_world import World

from credential import periods
from credential.rights import Consequence, State
from wallet import cli, files
from wallet.errors import Usage
from wallet.service import settings

At = Callable[[World], Terminal]
HALF = "\udcff"
LONG = "é" * 200 + ".png"


@pytest.mark.parametrize(
    "typed",
    [
        ("card", HALF),
        ("share", HALF),
        ("activity", HALF),
        ("ask", "access", HALF),
        ("requests", "show", HALF),
        ("activities", "forget", HALF),
        ("activities", "--before", HALF),
        ("activities", "export", "--activity", HALF, "logboek"),
        ("correct", HALF),
        ("settings", "lang", HALF),
    ],
    ids=" ".join,
)
def test_bytes_that_are_no_text_are_refused_as_such(town: World, at: At, typed: tuple) -> None:
    code, _ = at(town).plain(*typed)
    assert code == 2
    terminal = at(town)
    terminal.plain(*typed)
    assert "geen leesbare tekst" in terminal.err


def test_a_file_whose_name_is_no_text(town: World, at: At) -> None:
    done = town.share()
    code, [refused] = at(town).run("ask", "objection", done.id, "--yes", "--text-file", HALF)
    assert (code, refused["error"], refused["params"]) == (
        *(4, "secret.file-unreadable"),
        {"file": "?"},
    )


def test_a_name_that_no_file_can_have(town: World, at: At, tmp_path: Path) -> None:
    town.verifier.held = HELD
    done = town.share()
    phrase = tmp_path / "phrase"
    phrase.touch(mode=0o600)
    phrase.write_text("twaalf woorden zijn het")
    for typed in (
        ("ask", "access", done.id, "--save", LONG),
        ("activities", "export", LONG, "--file-passphrase-file", str(phrase)),
        ("backup", LONG, "--file-passphrase-file", str(phrase)),
        ("report", done.id, "--yes", "--save", LONG),
    ):
        code, [refused] = at(town).run(*typed)
        assert (code, refused["error"]) == (2, "file.unwritable"), typed
    assert town.verifier.asked == []
    code, [refused] = at(town).run("activity", done.id, "--evidence", "--save", LONG)
    assert (code, refused["error"]) == (2, "export.no-folder")
    with pytest.raises(Usage, match=r"config\.value"):
        settings.changed(town.wallet.config, "tls_ca", LONG)
    code, [refused] = at(town).run("share", LONG)
    assert refused["error"] == "link.image_unreadable"


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    file = tmp_path / "there"
    file.touch()
    with pytest.raises(Usage, match=r"file\.unwritable"):
        files.write_new(file / "below", b"")
    with pytest.raises(Usage, match=r"export\.exists"):
        files.write_new(file, b"")


@pytest.mark.spec("AVG", "12(3)", "the last day is the same wherever it is said")
def test_the_last_day_is_the_last_day(town: World, at: At) -> None:
    done = town.share()
    last = periods.end_of(periods.after(periods.day_of(town.now), "P1M"))
    waiting = {"state": State.IN_PROGRESS, "erased": (), "due": last}
    town.verifier.answer_change = lambda one: replace(one, **waiting)
    _, said = at(town).plain("ask", "erasure", done.id, "--yes")
    assert "Zij moeten antwoorden tot en met 01-02-2026." in said
    _, later = at(town).plain("requests")
    assert "moet antwoorden tot en met 01-02-2026" in later


@pytest.mark.spec("Regie formats", "4", "a yes is to the consequence that was shown")
def test_a_script_confirms_only_what_it_was_shown(town: World, at: At) -> None:
    shown = Consequence("one", "Je inschrijving stopt.", "Your registration ends.")
    town.verifier.consequence = shown
    done, terminal = town.share(), at(town)
    code, [answer] = terminal.run("ask", "erasure", done.id, "--confirm")
    assert (code, answer["state"]) == (8, "needs_confirmation"), "nothing was shown yet"
    other = Consequence("two", "Je huurcontract stopt.", "Your lease ends.")
    town.verifier.consequence = other
    code, [answer] = terminal.run("ask", "erasure", done.id, "--confirm")
    assert (code, answer["consequence"]["nl"]) == (8, other.nl)
    assert all(one.question.confirm is None for one in town.verifier.asked)
    code, [answer] = terminal.run("ask", "erasure", done.id, "--confirm")
    assert (code, answer["state"]) == (0, "done")


@pytest.mark.parametrize(
    ("typed", "option"),
    [
        (("activities", "import", "FILE"), "--file-passphrase-file"),
        (("forget", "CARD"), "--yes"),
        (("correct", "CARD"), "--from-file"),
        (("reset",), "--yes --word"),
    ],
)
def test_the_option_that_answers_is_named(
    town: World, at: At, tmp_path: Path, typed: tuple[str, ...], option: str
) -> None:
    (tmp_path / "file").write_bytes(b"x")
    card = town.wallet.store.cards()[0].id
    names = {"FILE": str(tmp_path / "file"), "CARD": card}
    terminal = at(town)
    code, _ = terminal.plain(*(names.get(word, word) for word in typed))
    assert (code, f"Geef het antwoord mee met {option}." in terminal.err) == (4, True)


def test_without_a_terminal_there_are_no_screens(town: World, at: At) -> None:
    terminal = at(town)
    code, _ = terminal.plain()
    assert code == 4
    assert "regie-wallet --help" in terminal.err


@pytest.mark.parametrize(("error", "said"), [(BrokenPipeError(), ""), (OSError(28, "x"), "schijf")])
def test_an_answer_that_goes_nowhere(
    town: World, at: At, monkeypatch: pytest.MonkeyPatch, error: OSError, said: str
) -> None:
    def full(_text: str, *, err: bool = False) -> None:
        if not err:
            raise error
        told.append(_text)

    told: list[str] = []
    terminal = at(town)
    monkeypatch.setattr(click, "echo", full)
    code, _ = terminal.plain("cards")
    assert code == 141
    assert said in " ".join(told)
    assert bool(told) is bool(said)


def test_streams_that_are_closed(town: World, at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = at(town)
    for name in ("stdout", "stderr", "stdin"):
        with monkeypatch.context() as closed:
            closed.setattr(f"sys.{name}", None)
            assert cli.run(["--lang", "nl", "cards"], {}) == 0
    assert terminal.plain("cards")[0] == 0


@pytest.mark.spec("House rules", "10", "what was typed wrong is told in both languages")
@pytest.mark.parametrize(
    ("typed", "nl", "en"),
    [
        (("nope",), "De opdracht nope bestaat niet.", "The command nope does not exist."),
        (("cards", "--nope"), "De optie --nope bestaat niet.", "The option --nope does not exist."),
        (("ask", "access"), "Er ontbreekt iets: ACTIVITY.", "Something is missing: ACTIVITY."),
        (("activities", "--limit", "abc"), "Dit kan niet bij --limit.", "cannot be with --limit."),
        (("completion", "x"), "bash, zsh, fish.", "bash, zsh, fish."),
        (("cards", "a", "b"), "Zo kan deze opdracht niet.", "This command cannot be used so."),
    ],
)
def test_what_was_typed_wrong(
    capsys: pytest.CaptureFixture[str], typed: tuple[str, ...], nl: str, en: str
) -> None:
    for lang, words in (("nl", nl), ("en", en)):
        assert cli.run(["--lang", lang, *typed], {}) == 2
        _, err = capsys.readouterr()
        assert words in err.splitlines()[0]
        assert "hint: " in err
