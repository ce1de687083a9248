"""`history` as a command: what a party was allowed on a day, by the register and by the archive."""

import json
import shutil

import pytest
from support.register_town import NAMES, begun
from support.scheme import ISSUER, NOW, VERIFIER, VOORBEELDSTAD, VOORBEELDWONEN

DAY = 86_400


@pytest.fixture
def town(tmp_path, capsys, monkeypatch):
    return begun(tmp_path, capsys, monkeypatch)


@pytest.mark.spec("Regie trust", "9.6", "whether an issuer might issue a kind on a day is answered")
def test_was_this_issuer_allowed_that_day(town):
    town.publish()

    def asked(*words):
        (found,) = town.lines("history", VOORBEELDSTAD, *words)
        return found["allowed"], found["whole"], found["reason"]

    assert asked("--kind", "woonadres", "--on", "2024-12-31") == (False, False, "not_yet")
    assert asked("--kind", "woonadres", "--on", "2025-01-01") == (True, True, "notified")
    assert asked("--kind", "woonadres") == (True, True, "notified")
    assert asked("--kind", "contactgegevens") == (False, False, "not_listed")
    town.edit(
        VOORBEELDSTAD,
        "since = 2025-01-01T00:00:00Z",
        'since = 2025-01-01T00:00:00Z\nwithdrawn = 2026-02-01T12:00:00Z\nwithdrawal_reason = "ceased"',
    )
    assert asked("--kind", "woonadres", "--on", "2026-01-31") == (True, True, "notified")
    assert asked("--kind", "woonadres", "--on", "2026-02-01") == (True, False, "notified")
    assert asked("--kind", "woonadres", "--on", "2026-02-01T11:59:59Z") == (True, True, "notified")
    assert asked("--kind", "woonadres", "--on", "2026-02-01T12:00:00Z") == (False, False, "ceased")
    town.command.at(NOW + 40 * DAY)
    out = town.run("history", VOORBEELDSTAD, "--kind", "woonadres", "--on", "2026-02-02")
    assert out.startswith("Nee. Gemeente Voorbeeldstad mocht op 2 februari 2026")
    assert "gestopt op 1 februari 2026" in out
    town.command.at(NOW)
    whole = town.run("history", "00000099000000001000")
    assert "  Woonadres: Geldig sinds 1 januari 2025." in whole
    assert "    Gestopt op 1 februari 2026" in whole


@pytest.mark.spec("Regie trust", "9.6", "what was published on a day is answered from the archive")
def test_the_archive_answers_beside_the_register(town):
    town.publish()
    town.command.at(NOW + 3 * DAY)
    town.edit(
        VOORBEELDSTAD,
        "since = 2025-01-01T00:00:00Z",
        'since = 2025-01-01T00:00:00Z\nwithdrawn = 2025-06-01\nwithdrawal_reason = "ceased"',
    )
    town.publish()

    def asked(on):
        words = ("--kind", "woonadres", "--on", on, "--published", town.tree)
        (found,) = town.lines("history", VOORBEELDSTAD, *words)
        return found["allowed"], found["published"], found["sequence"]

    # The register was changed backwards: on the first day wallets acted on another text.
    assert asked("2026-01-01") == (False, True, 1)
    assert asked("2026-01-05") == (False, False, 2)
    assert asked("2025-12-31") == (False, None, None)
    words = ("--kind", "woonadres", "--on", "2026-01-01", "--published", town.tree)
    assert "Let op: in opgave 1" in town.run("history", VOORBEELDSTAD, *words)


@pytest.mark.spec("Regie trust", "9.6", "a publication that had ended, or a hole, is no answer")
def test_the_archive_does_not_answer_for_what_is_not_there(town):
    town.publish()
    town.command.at(NOW + 3 * DAY)
    town.publish()
    town.command.at(NOW + 5 * DAY)
    town.publish()
    town.command.at(NOW + 40 * DAY)

    def told(on):
        words = ("--kind", "woonadres", "--on", on, "--published", town.tree)
        (found,) = town.lines("history", VOORBEELDSTAD, *words)
        text = town.run("history", VOORBEELDSTAD, *words)
        return found["published"], found["sequence"], text.splitlines()[-1]

    assert told("2026-01-04")[:2] == (True, 2)
    published, sequence, said = told("2026-02-01")
    assert (published, sequence) == (None, 3)
    assert said.startswith("Op die dag was geen opgave van kracht: de laatste, 3 van 6 januari")
    # Somebody hides a publication, the last one or one between.
    for number, on in ((3, "2026-01-07"), (2, "2026-01-04")):
        (town.tree / "snapshots" / f"{number}.jws").unlink()
        published, sequence, said = told(on)
        assert (published, sequence) == (None, number - 1)
        assert said.startswith(f"Opgave {number} ontbreekt in deze map.")


def test_a_purpose_has_a_history_too(town):
    town.publish()
    words = ("--use", "inschrijven", "--published", town.tree)
    (found,) = town.lines("history", VOORBEELDWONEN, *words)
    assert (found["allowed"], found["published"]) == (True, True)
    step = '[[service.intended_use.step]]\non = 2026-01-03\nwhat = "suspended"\n\n'
    begun = '[[service.intended_use.step]]\non = 2025-01-01\nwhat = "admitted"\n\n'
    town.edit(
        VOORBEELDWONEN,
        "[[service.intended_use.card]]",
        f"{begun}{step}[[service.intended_use.card]]",
    )
    (found,) = town.lines("history", VOORBEELDWONEN, "--use", "inschrijven", "--on", "2026-01-02")
    assert (found["allowed"], found["reason"]) == (True, "notified")
    (found,) = town.lines("history", VOORBEELDWONEN, "--use", "inschrijven", "--on", "2026-01-03")
    assert (found["allowed"], found["reason"]) == (False, "suspended")
    (other,) = town.lines("history", VOORBEELDWONEN, "--use", "toewijzing", "--on", "2026-01-03")
    assert other["allowed"]
    states = [one for one in town.lines("history", VOORBEELDWONEN) if one["use"] == "inschrijven"]
    assert [(one["state"], one["reason"]) for one in states] == [
        ("notified", ""),
        ("withdrawn", "suspended"),
    ]


@pytest.mark.spec("Regie trust", "9.6", "what was struck from the register is in the archive")
def test_what_was_struck_is_answered_from_the_archive(town):
    town.publish()
    file = town.home / "parties" / f"{VOORBEELDWONEN}.toml"
    whole = file.read_text("utf-8")
    first, last = (whole.index(mark) for mark in ("[[service.intended_use]]", 'id = "toewijzing"'))
    second = whole.rindex("[[service.intended_use]]", 0, last)
    assert first < second
    file.write_text(whole[:first] + whole[second:], "utf-8")
    town.command.at(NOW + 3 * DAY)
    town.publish()

    def told(name, *words, code=0):
        return town.command.run("--home", town.home, "history", name, *words, code=code)

    def asked(name, *words):
        (found,) = town.lines("history", name, *words, "--published", town.tree)
        return found["party"], found["allowed"], found["published"], found["sequence"]

    use, day = ("--use", "inschrijven"), ("--on", "2026-01-02")
    assert "meer in het register" in told(VOORBEELDWONEN, *use, *day, code=7)[1]
    assert asked(VOORBEELDWONEN, *use, *day) == (VOORBEELDWONEN, False, True, 1)
    assert asked(VOORBEELDWONEN, *use) == (VOORBEELDWONEN, False, False, 2)
    assert asked(VOORBEELDWONEN, *use, "--on", "2025-06-01") == (VOORBEELDWONEN, False, None, None)
    out, _ = told(VOORBEELDWONEN, *use, *day, "--published", town.tree)
    assert "In opgave 1, van 1 januari 2026, was dat doel wel geregistreerd." in out
    told(VOORBEELDWONEN, "--use", "reclame", *day, "--published", town.tree, code=7)
    # The whole party, and an issuer, by the name of the file that is gone or by the OIN.
    for gone in (VOORBEELDWONEN, VOORBEELDSTAD):
        (town.home / "parties" / f"{gone}.toml").unlink()
    assert "--published" in told(VOORBEELDWONEN, *use, code=7)[1]
    assert asked(VOORBEELDWONEN, *use, *day) == (VOORBEELDWONEN, False, True, 1)
    assert asked("00000099000000003000", *use, *day) == (VOORBEELDWONEN, False, True, 1)
    kind = ("--kind", "woonadres", *day)
    for name in (VOORBEELDSTAD, "00000099000000001000", "Gemeente Voorbeeldstad"):
        assert asked(name, *kind) == (VOORBEELDSTAD, False, True, 1)
    out, _ = told(VOORBEELDSTAD, *kind, "--published", town.tree)
    assert "mocht deze uitgever het kaartje Woonadres wel uitgeven" in out
    told("niemand", *kind, "--published", town.tree, code=7)


@pytest.mark.spec("Regie trust", "9.6", "what was taken back is told, and not as a change")
def test_what_was_taken_back_has_a_history(town):
    town.publish()
    town.command.at(NOW + 3 * DAY + 3600)
    town.run("revoke", VOORBEELDWONEN, "--reason", "compromised")
    town.run("revoke", VOORBEELDSTAD, "--reason", "superseded")
    use = ("--use", "inschrijven", "--published", town.tree, "--on")

    def asked(*words, party=VOORBEELDWONEN):
        (found,) = town.lines("history", party, *words)
        return found["allowed"], found["whole"], found["published"], found["reason"]

    # Before it is published wallets still act on what was published last.
    assert asked(*use, "2026-01-05") == (False, False, True, "compromised")
    assert "nog niet ingetrokken" in town.run("history", VOORBEELDWONEN, *use, "2026-01-05")
    town.publish()
    assert asked(*use, "2026-01-05") == (False, False, False, "compromised")
    assert asked(*use, "2026-01-04") == (True, False, False, "compromised")
    assert asked(*use, "2026-01-02") == (True, True, True, "always")
    said = town.run("history", VOORBEELDWONEN, *use, "2026-01-04")
    assert "staat dit als ingetrokken" in said
    assert "gewijzigd" not in said
    said = town.run("history", VOORBEELDWONEN)
    assert "Als ontvanger: Niet meer te vertrouwen sinds 4 januari 2026" in said
    assert "Geldig" not in said
    # Permission to issue is another question than what became of the key: both are answered.
    kind = ("--kind", "woonadres", "--on", "2026-01-02", "--published", town.tree)
    assert asked(*kind, party=VOORBEELDSTAD)[:3] == (True, True, True)
    assert "op 4 januari 2026 ingetrokken" in town.run("history", VOORBEELDSTAD, *kind)
    assert "Als uitgever: Ingetrokken op 4 januari 2026" in town.run("history", VOORBEELDSTAD)
    page = (town.tree / "partij" / f"{VOORBEELDWONEN}.html").read_text("utf-8")
    assert "Niet meer te vertrouwen sinds 4 januari 2026" in page
    index = (town.tree / "index.html").read_text("utf-8")
    assert index.count("Niet meer te vertrouwen sinds 4 januari 2026") == 1
    assert "Geeft nu geen kaartjes uit." in index
    # With other keys everything is in force again; cards from before have to be fetched anew.
    town.request(*NAMES, "inschrijving.access")
    town.command.at(NOW + 5 * DAY)
    town.add("verifier", VOORBEELDWONEN, verifier=VERIFIER)
    town.add("issuer", VOORBEELDSTAD, issuer=ISSUER)
    town.publish()
    assert asked(*use, "2026-01-07")[:3] == (True, True, True)
    assert asked(*use, "2026-01-05")[:3] == (False, False, False)
    lines = town.lines("history", VOORBEELDWONEN)
    spans = [one for one in lines if one.get("use") == "inschrijven"]
    assert [one["state"] for one in spans] == ["withdrawn", "notified"]
    page = (town.tree / "partij" / f"{VOORBEELDSTAD}.html").read_text("utf-8")
    assert "Op 4 januari 2026 is een sleutel van deze uitgever ingetrokken." in page
    assert "Ingetrokken op" not in page


def test_a_day_that_has_not_come_is_told_as_such(town):
    words = (VOORBEELDSTAD, "--kind", "woonadres", "--on", "2027-01-31")
    assert town.run("history", *words).startswith(
        "Ja, als er niets verandert. Volgens het register"
    )
    (found,) = town.lines("history", *words)
    assert (found["allowed"], found["coming"]) == (True, True)
    words = (VOORBEELDWONEN, "--use", "inschrijven", "--on", "2027-01-31")
    assert " is Woonstichting Voorbeeldwonen op 31 januari 2027 " in town.run("history", *words)
    (found,) = town.lines("history", VOORBEELDSTAD, "--kind", "woonadres", "--on", "2026-01-01")
    assert found["coming"] is False


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("niemand",), 7),
        ((VOORBEELDSTAD, "--kind", "woonadress"), 7),
        ((VOORBEELDSTAD, "--on", "2026-01-01"), 2),
        ((VOORBEELDSTAD, "--kind", "woonadres", "--on", "gisteren"), 2),
        ((VOORBEELDSTAD, "--kind", "woonadres", "--on", "2026-02-30"), 2),
        ((VOORBEELDWONEN, "--kind", "woonadres"), 2),
        ((VOORBEELDWONEN, "--use", "reclame"), 7),
    ],
)
def test_what_cannot_be_asked(town, words, code):
    town.run("history", *words, code=code)


@pytest.mark.spec("Regie trust", "9.6", "the archive answers under an earlier root too")
def test_the_archive_answers_under_an_earlier_root(town, tmp_path):
    town.publish()
    town.command.at(NOW + 3 * DAY)
    carried = tmp_path / "carried.json"
    town.command.run(
        "root", "roll", "--signer-kept", "--root", town.home / "root", "--out", carried
    )
    town.run("install", carried)
    town.publish()
    words = ("--kind", "woonadres", "--published", town.tree)
    for day, sequence in (("2026-01-01", 1), ("2026-01-04", 2)):
        (found,) = town.lines("history", VOORBEELDSTAD, *words, "--on", day)
        assert (found["allowed"], found["published"], found["sequence"]) == (True, True, sequence)
    # A folder of somebody else's root is no archive of this register.
    shutil.copytree(town.tree, tmp_path / "elders")
    other = json.loads((tmp_path / "elders" / "roots.json").read_text("utf-8"))
    other["roots"].pop(0)
    (tmp_path / "elders" / "roots.json").write_text(json.dumps(other), "utf-8")
    words = ("--kind", "woonadres", "--on", "2026-01-01", "--published", tmp_path / "elders")
    _, said = town.command.run("--home", town.home, "history", VOORBEELDSTAD, *words, code=5)
    assert "niet te vertrouwen" in said
    assert "hint:" in said
