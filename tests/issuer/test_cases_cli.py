"""`cases` and `decide` for applications: what a clerk types, and that no value comes by itself."""

import io
import json
import sys

import pytest
from support import issuer_home
from support.issuer_home import RESIDENT, with_declared

from issuer import cli, clock
from issuer.accounting import subject
from issuer.application import DAY
from issuer.config import Declared, Field
from issuer.dossier import Claimed
from issuer.evidence import Attachment
from issuer.service import applications, deciding
from issuer.texts import texts

CONTACT = Declared(
    kind="contactgegevens",
    fields=(Field(name="telephone", nl="Telefoon", en="Telephone", type="phone"),),
    term_days=14,
    extension_days=14,
)
NUMBER = "020 5550123"
SECRETS = (NUMBER, "Marel", "Merel", "akte", RESIDENT)


@pytest.fixture
def town(tmp_path):
    made = issuer_home.make(tmp_path)
    with_declared(made, CONTACT)
    yield made
    made.office.close()


@pytest.fixture
def run(town, monkeypatch, capsys):
    monkeypatch.setattr(clock, "now", lambda: town.now)
    monkeypatch.setattr("issuer.cli.desk.office_of", lambda _session: town.office)
    monkeypatch.setenv("REGIE_LANG", "nl")
    monkeypatch.setenv("REGIE_CLERK", "anna")

    def command(*args: str, stdin: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["regie-issuer", "--home", str(town.home), *args])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        code = 0
        try:
            cli.main()
        except SystemExit as leaving:
            code = int(leaving.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    return command


@pytest.fixture
def who(town):
    issuer = town.office.municipality("0599")
    return town.office, issuer, subject(issuer.subject_key, "0599", RESIDENT)


@pytest.fixture
def card(town, who):
    files = (Attachment("text/plain", b"brief"),)
    made = applications.open_card(*who, "contactgegevens", {"telephone": NUMBER}, files, town.now)
    return made.application.file.case


@pytest.fixture
def correction(town, who):
    claims = (Claimed(path=("given_name",), held="Merel", is_held=True, claimed="Marel"),)
    made = applications.open_correction(
        *who, "persoonsgegevens", claims, "Zie mijn akte.", (), town.now
    )
    return made.application.file.case


def private(town, text):
    file = town.home / "private"
    file.touch(0o600)
    file.write_text(text)
    return str(file)


def test_both_kinds_of_cases_are_listed_without_a_value(town, run, card, correction):
    made = town.offer(("huishouden",))
    code, out, _ = run("cases", "--json")
    assert code == 0
    lines = {one["case"]: one for one in map(json.loads, out.splitlines())}
    assert lines[made.case]["state"] == "offered"
    assert lines[card] == {
        "version": 1,
        "case": card,
        "municipality": "0599",
        "type": "card",
        "kind": "contactgegevens",
        "phase": "received",
        "received": town.now,
        "due": town.now + 14 * DAY,
        "extended": False,
    }
    assert lines[correction]["about"] == ["given_name"]
    words = run("cases")[1]
    assert "ontvangen" in words
    assert "correctie" in words
    for secret in SECRETS:
        assert secret not in out + words


def test_values_only_when_asked_and_on_record(town, run, who, card, correction):
    code, out, _ = run("cases", correction.lower(), "--values", "--json")
    assert code == 0
    found = json.loads(out)
    assert found["claims"] == [{"path": ["given_name"], "held": "Merel", "claimed": "Marel"}]
    assert found["explanation"] == "Zie mijn akte."
    words = run("cases", card, "--values")[1]
    assert NUMBER in words
    assert "1. text/plain (5)" in words
    assert NUMBER not in run("cases", card)[1]
    rows = town.office.store.audit.actions_of("0599", who[2], most=9)
    assert sorted((one.case_id, one.action, one.clerk) for one in rows) == sorted(
        [(card, "open", "anna"), (correction, "open", "anna")]
    )


def test_a_card_from_application_to_granted(town, run, card):
    assert run("decide", card, "--grant")[0] == 2
    code, out, err = run("decide", card, "--take", "--json")
    assert (code, json.loads(out)["clerk"]) == (0, "anna")
    assert "In behandeling" in err
    question = private(town, "Op welk tijdstip kunnen wij bellen?")
    assert json.loads(run("decide", card, "--ask", question, "--json")[1])["phase"] == (
        "information_requested"
    )
    assert run("decide", card, "--take", "--clerk", "bram")[0] == 2
    assert run("decide", card, "--take", "--over", "--clerk", "bram")[0] == 0
    reason = private(town, "Wij konden u niet bereiken.")
    code, out, _ = run("decide", card, "--extend", "--reason-file", reason, "--json")
    assert json.loads(out)["extended"] is True
    code, out, _ = run("decide", card, "--grant", "--json")
    assert (json.loads(out)["outcome"], json.loads(out)["phase"]) == ("granted", "decided")
    found = json.loads(run("cases", card, "--values", "--json")[1])
    # Without a file: what was stated under the name of the claim.
    assert found["granted"] == {"telephone": NUMBER}
    assert found["extension"] == {"nl": "Wij konden u niet bereiken."}
    assert run("decide", card, "--end", "--reason-file", reason)[0] == 0
    assert json.loads(run("cases", card, "--json")[1])["why"] == "revoked"


def test_claims_come_from_a_private_file(town, run, card):
    run("decide", card, "--take")
    claims = json.dumps({"telephone": "020 5550199", "email": "a@voorbeeld.nl"})
    assert run("decide", card, "--grant", "--claims-file", private(town, "[1]"))[0] == 2
    (town.home / "private").chmod(0o644)
    assert run("decide", card, "--grant", "--claims-file", str(town.home / "private"))[0] == 4
    code, out, err = run("decide", card, "--partly", "--claims-file", "-", stdin=claims)
    assert (code, out) == (2, "")
    assert "Schrijf op waarom" in err
    reason = private(town, "Alleen deze gegevens.")
    (town.home / "private").chmod(0o600)
    code, _, _ = run(
        *("decide", card, "--partly", "--claims-file", "-", "--reason-file", reason), stdin=claims
    )
    assert code == 0
    found = json.loads(run("cases", card, "--values", "--json")[1])
    assert found["granted"] == json.loads(claims)


def test_a_correction_from_application_to_told(town, run, who, correction):
    for step in (["--take"], ["--grant"], ["--corrected"]):
        assert run("decide", correction, *step)[0] == 0
    assert run("decide", correction, "--told")[0] == 7
    applications.tell_recipients(*who, correction, True, town.now)
    (line,) = run("cases", "--due", "--json")[1].splitlines()
    assert json.loads(line)["what"] == "tell"
    out = run("decide", correction, "--told", "--json")[1]
    assert json.loads(out)["told"] == town.now


def test_a_refusal_has_a_reason(town, run, correction):
    run("decide", correction, "--take")
    assert run("decide", correction, "--refuse")[0] == 2
    reason, english = private(town, "De akte klopt."), town.home / "english"
    english.touch(0o600)
    english.write_text("The certificate is right.")
    code, _, err = run(
        "decide", correction, "--refuse", "--reason-file", reason, "--reason-en-file", str(english)
    )
    assert code == 0
    assert "bezwaar" in err
    found = json.loads(run("cases", correction, "--values", "--json")[1])
    assert found["reason"] == {"nl": "De akte klopt.", "en": "The certificate is right."}


@pytest.mark.spec("Architecture", "Commands", "the exit code tells a timer that something is due")
def test_what_is_due(town, run, card):
    code, out, err = run("cases", "--due")
    assert (code, out) == (0, "")
    assert "Niets" in err
    town.now += 8 * DAY
    code, out, _ = run("cases", "--due", "--json")
    assert code == 8
    assert json.loads(out) == {
        "version": 1,
        "case": card,
        "municipality": "0599",
        "type": "card",
        "kind": "contactgegevens",
        "what": "decide",
        "due": town.now + 6 * DAY,
        "late": False,
    }
    town.now += 7 * DAY
    code, out, _ = run("cases", "--due")
    assert code == 8
    assert "TE LAAT" in out


@pytest.mark.parametrize(
    ("args", "code"),
    [
        ((), 2),
        (("--take", "--grant"), 2),
        (("--number", "123456"), 2),
        (("--ask", "nowhere"), 2),
        (("--ask", "-"), 2),
        (("--extend",), 2),
        (("--end",), 2),
        (("--corrected",), 2),
    ],
)
def test_what_is_not_a_step(run, card, args, code):
    assert run("decide", card, *args)[0] == code


def test_too_large_and_no_text(run, card):
    run("decide", card, "--take")
    assert run("decide", card, "--ask", "-", stdin="a" * 70_000)[0] == 2
    code, _, err = run("decide", card, "--ask", "-", stdin="\x00")
    assert code == 2
    assert "\x00" not in err


def test_an_offer_takes_no_step_of_an_application(town, run):
    made = town.offer(("huishouden",))
    assert run("decide", made.case, "--take")[0] == 2
    assert run("decide", made.case, "--refuse")[0] == 0
    assert run("cases", "NOSUCH", "--json")[0] == 7


def test_every_phase_and_step_has_its_words():
    for language in ("nl", "en"):
        table = texts(language)
        assert set(table["phase"]) == {*deciding._PHASES, *deciding._OVER}
        done = {key.partition(".")[2] for key in table["application"] if key.startswith("did.")}
        assert done == {
            *("take", "ask", "extend", "grant", "partly", "refuse", "corrected", "end", "told")
        }
