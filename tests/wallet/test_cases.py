"""Cases at a municipality: learning how they stand, their decisions, and acting in them."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from support.canary import findings
from support.my_simulator import DAY, FOUR_WEEKS, at_home, my, other
from support.scheme import WESTHOVE
from support.wallet_world import World

from wallet import casefile, casewords, log
from wallet.attachments import Attachment
from wallet.casefile import OBJECTION
from wallet.errors import ExitCode, NoMatch, Usage, WalletError
from wallet.events import Kind, Outcome
from wallet.service import cases, casework
from wallet.service.cases import Standing
from wallet.store.values import Case
from wallet.texts import Texts

NL = Texts("nl")
PDF = Attachment("brief.pdf", "application/pdf", b"%PDF-1.7 geheim bewijs")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[World]:
    with at_home(tmp_path) as town:
        yield town


def refresh(town: World) -> tuple[Standing, ...]:
    failures = cases.refresh(town.wallet, town.network, now=town.now)
    assert failures == ()
    return cases.held(town.wallet)


def only(town: World) -> Standing:
    (found,) = refresh(town)
    return found


def outcome(town: World, found: Standing) -> str:
    activity = town.wallet.store.activity(found.case.activity)
    assert activity is not None
    return activity.outcome


def test_a_case_that_began_on_the_pages_is_learned_with_term_and_phase(home: World) -> None:
    my(home).open(kind="urgentie")
    found = only(home)
    assert (found.case.type, found.case.kind, found.phase) == ("card", "urgentie", "received")
    assert found.case.due == home.now + FOUR_WEEKS
    assert home.kinds(found.case.activity) == ["case.opened", "case.state"]
    assert outcome(home, found) == Outcome.OPEN
    assert casewords.title(found, NL) == "Aanvraag Urgentie"
    assert found.file is not None
    assert casewords.term(found.file, NL, home.now) == "De gemeente moet beslissen vóór 29-01-2026."


def test_what_did_not_change_makes_no_line_in_the_log(home: World) -> None:
    my(home).open()
    found = only(home)
    before = home.kinds(found.case.activity)
    refresh(home)
    assert home.kinds(found.case.activity) == before


def test_every_step_is_a_line_with_its_phase_and_term(home: World) -> None:
    name = my(home).open()
    only(home)
    my(home).move(name, "in_progress")
    assert only(home).phase == "in_progress"
    my(home).move(name, "in_progress", extended=True, due=home.now + 70 * DAY)
    found = only(home)
    bodies = [e.body for e in home.wallet.store.events(found.case.activity)]
    assert [body.get("phase") for body in bodies] == [
        *("received", "received", "in_progress", "in_progress")
    ]
    assert bodies[-1]["due"] == home.now + 70 * DAY
    assert bodies[-1]["extended"] is True
    assert found.file is not None
    assert "meer tijd genomen" in casewords.term(found.file, NL, home.now)


def test_a_term_that_passed_is_said(home: World) -> None:
    my(home).open(due=home.now - DAY)
    file = only(home).file
    assert file is not None
    assert casewords.term(file, NL, home.now).startswith("De gemeente is te laat")


@pytest.mark.spec("Regie formats", "12", "a decision counts only if the municipality signed it")
def test_a_decision_with_its_proof(home: World) -> None:
    name = my(home).open("correction", "persoonsgegevens")
    my(home).decide(name, "refused")
    found = only(home)
    assert (found.outcome, found.proof) == ("refused", "verified")
    assert home.kinds(found.case.activity)[-1] == "case.decided"
    assert home.body(found.case.activity, Kind.CASE_DECIDED)["decision"] == "refused"
    kept = {one.role: one.content for one in home.wallet.store.evidence(found.case.activity)}
    assert kept["decision"] == my(home).decided_cases[name].encode()
    assert outcome(home, found) == Outcome.REFUSED
    said = casewords.ruling(found, NL)
    assert "De gemeente legt uit: In de akte staat het anders." in said
    assert "Ben je het er niet mee eens? Maak bezwaar vóór 12-02-2026." in said
    assert "ondertekend" in said[-1]
    assert log.verify(home.wallet.store).ok


def test_what_is_shown_are_the_words_that_were_signed(home: World) -> None:
    name = my(home).open("correction", "persoonsgegevens")
    my(home).decide(name)
    my(home).cases[name]["reason"] = {"nl": "Omdat het zo is."}
    my(home).cases[name]["remedy"] = {"nl": "U kunt niets doen."}
    said = " ".join(casewords.ruling(only(home), NL))
    assert "In de akte staat het anders." in said
    assert "U kunt niets doen" not in said
    said = " ".join(casewords.ruling(only(home), NL))
    assert "U kunt niets doen" not in said


@pytest.mark.spec("Regie formats", "12", "unsigned, foreign or other: it is no decision")
@pytest.mark.parametrize(
    ("knob", "rule"),
    [
        ({"unsigned_decisions": True}, "decision.absent"),
        ({"ruling": lambda one: other(one, case="CASE9999")}, "decision.case"),
        ({"ruling": lambda one: other(one, kind="woonadres")}, "decision.other"),
        ({"ruling": lambda one: other(one, outcome="granted")}, "decision.other"),
        ({"ruling": lambda one: other(one, oin="00000099000000009999")}, "decision.org"),
    ],
    ids=["absent", "other case", "other kind", "other outcome", "other number"],
)
def test_a_decision_without_its_proof_counts_for_nothing(
    home: World, knob: dict[str, object], rule: str
) -> None:
    name = my(home).open("correction", "persoonsgegevens")
    for member, value in knob.items():
        setattr(my(home), member, value)
    my(home).decide(name)
    found = only(home)
    assert (found.outcome, found.proof) == (None, rule)
    assert outcome(home, found) == Outcome.OPEN
    (said,) = casewords.ruling(found, NL)
    assert rule in said
    assert "akte" not in said
    assert home.body(found.case.activity, Kind.CASE_STATE)
    assert Kind.CASE_DECIDED not in home.kinds(found.case.activity)
    # It comes later: then it counts.
    my(home).unsigned_decisions = False
    my(home).ruling = lambda one: one
    my(home).decide(name)
    assert only(home).outcome == "refused"


def test_a_decision_signed_by_another_municipality(home: World) -> None:
    name = my(home).open("correction", "persoonsgegevens")
    my(home).signer = home.scheme.issuer(WESTHOVE)
    my(home).decide(name)
    assert only(home).proof == "decision.organisation"


def test_how_long_a_decision_stays_among_what_waits(home: World) -> None:
    name = my(home).open("correction", "persoonsgegevens")
    my(home).decide(name)
    refresh(home)
    assert cases.waiting(home.wallet, now=home.now + OBJECTION - 1)
    assert not cases.waiting(home.wallet, now=home.now + OBJECTION)


@pytest.mark.parametrize(
    ("phase", "shown"), [("issued", False), ("withdrawn", False), ("closed", True)]
)
def test_what_is_over_leaves_the_list(home: World, phase: str, shown: bool) -> None:
    name = my(home).open("correction", "persoonsgegevens")
    if phase != "withdrawn":
        my(home).decide(name, "granted")
    my(home).move(name, phase)
    refresh(home)
    assert bool(cases.waiting(home.wallet, now=home.now)) is shown


def test_a_municipality_that_is_away_keeps_what_was_known(home: World) -> None:
    my(home).open()
    refresh(home)
    home.network.hosts.clear()
    (failure,) = cases.refresh(home.wallet, home.network, now=home.now)
    assert failure.error.exit is ExitCode.NETWORK
    assert len(cases.held(home.wallet)) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"phase": "lost"},
        {"id": "../../x"},
        {"id": ""},
        {"due": "morgen"},
        {"due": True},
        {"type": "gift"},
        {"history": [{"phase": "x", "at": 1}]},
        {"kind": None},
        {"outcome": "perhaps"},
        {"question": 5},
    ],
)
def test_a_case_that_is_none_is_refused_and_named(home: World, change: dict[str, object]) -> None:
    my(home).open()
    my(home).case = lambda one: {**one, **change}
    (failure,) = cases.refresh(home.wallet, home.network, now=home.now)
    assert failure.error.params["rule"] == "issuer.case_malformed"
    assert cases.held(home.wallet) == ()


def test_words_of_a_clerk_cannot_steer_the_terminal() -> None:
    said = casefile.Said(nl="Stuur\x1b[2J \u202eeen brief\nnu", en="")
    assert casefile.words(said, "en") == "Stuur een brief nu"
    assert casefile.words("Welke\u200b akte?", "nl") == "Welke akte?"
    assert casefile.words(None, "nl") == ""


# --- what the resident does


def supplement(town: World, text: str = "Zie bijlage.", files: tuple[Attachment, ...] = (PDF,)):
    (found,) = cases.held(town.wallet)
    return casework.supplement(town.wallet, town.network, found.case.id, text, files, now=town.now)


def test_a_supplement_is_on_record_and_its_words_are_not_in_the_entry(home: World) -> None:
    name = my(home).open(phase="information_requested", question={"nl": "Welke akte?"})
    assert casewords.asked(only(home).file, NL) == ["De gemeente vraagt: Welke akte?"]  # type: ignore[arg-type]
    found = supplement(home, "Mijn huisarts is dokter Bibber.")
    assert found.phase == "in_progress"
    (path, asked), *_ = my(home).posted
    assert path == f"cases/{name}/supplement"
    assert asked["attachments"] == [PDF.message()]
    assert "brief.pdf" not in json.dumps(asked)
    entries = home.wallet.store.events(found.case.activity)
    assert "supplement" in [entry.body.get("step") for entry in entries]
    assert "Bibber" not in json.dumps([entry.body for entry in entries])
    assert cases.written(home.wallet, found.case.activity) == {
        "supplement-1": "Mijn huisarts is dokter Bibber."
    }
    home.wallet.store.erase_sent(found.case.activity)
    assert cases.written(home.wallet, found.case.activity) == {}
    assert log.verify(home.wallet.store).ok


def test_nothing_to_send_and_nothing_asked(home: World) -> None:
    my(home).open()
    only(home)
    with pytest.raises(Usage, match=r"case\.empty"):
        supplement(home, "", ())
    with pytest.raises(Usage, match=r"case\.text_size"):
        supplement(home, "x" * 2_001, ())
    my(home).cases["CASE0001"]["may_supplement"] = False
    only(home)
    with pytest.raises(Usage, match=r"case\.no_supplement"):
        supplement(home)
    with pytest.raises(NoMatch, match=r"case\.none"):
        casework.withdraw(home.wallet, home.network, "nope", now=home.now)
    assert my(home).posted == []


def test_withdrawing_before_the_decision_and_not_after(home: World) -> None:
    name = my(home).open()
    found = only(home)
    done = casework.withdraw(home.wallet, home.network, name[:6], now=home.now)
    assert done.phase == "withdrawn"
    assert outcome(home, found) == Outcome.DECLINED
    with pytest.raises(Usage, match=r"case\.no_withdraw"):
        casework.withdraw(home.wallet, home.network, name, now=home.now)


@pytest.mark.spec("Regie domain", "2.9", "the resident is asked whether recipients must be told")
@pytest.mark.parametrize("tell", [True, False])
def test_whether_recipients_must_be_told(home: World, tell: bool) -> None:
    name = my(home).open("correction", "persoonsgegevens")
    my(home).decide(name, "granted")
    my(home).cases[name]["ask_recipients"] = True
    found = only(home)
    assert found.file is not None
    assert found.file.wants_answer
    assert len(casewords.asked(found.file, NL)) == 1
    done = casework.tell_recipients(home.wallet, home.network, name, tell, now=home.now)
    assert my(home).posted == [(f"cases/{name}/recipients", {"tell": tell})]
    assert done.file is not None
    assert done.file.tell_recipients is tell
    assert not done.file.wants_answer
    steps = [e.body.get("tell") for e in home.wallet.store.events(done.case.activity)]
    assert tell in steps


def test_what_did_not_leave_is_said_and_on_record(home: World) -> None:
    name = my(home).open()
    only(home)
    home.network.refuse = lambda call: call.method == "POST"
    with pytest.raises(WalletError, match=r"case\.unsent") as refusal:
        casework.withdraw(home.wallet, home.network, name, now=home.now)
    assert refusal.value.exit is ExitCode.NETWORK
    (found,) = cases.held(home.wallet)
    assert home.wallet.store.events(found.case.activity)[-1].body["reason"] == "network.failed"


def test_an_answer_that_is_lost_may_have_arrived(home: World) -> None:
    name = my(home).open()
    only(home)
    my(home).dpop_nonce = None
    home.network.lose = lambda call: call.method == "POST"
    with pytest.raises(WalletError, match=r"case\.maybe"):
        casework.withdraw(home.wallet, home.network, name, now=home.now)
    home.network.lose = lambda _: False
    assert only(home).phase == "withdrawn"


def test_a_refusal_of_the_municipality_is_on_record(home: World) -> None:
    name = my(home).open()
    found = only(home)
    my(home).refuse = (409, "application.decided")
    with pytest.raises(Usage, match=r"session\.refused"):
        casework.withdraw(home.wallet, home.network, name, now=home.now)
    last = home.wallet.store.events(found.case.activity)[-1]
    assert last.body["reason"] == "application.decided"


# --- forgetting


def test_a_case_that_runs_is_not_forgotten_and_one_that_is_over_does_not_come_back(
    home: World,
) -> None:
    name = my(home).open()
    found = only(home)
    with pytest.raises(Usage, match=r"activity\.open"):
        home.wallet.store.forget_activity(found.case.activity, at=home.now)
    my(home).move(name, "withdrawn")
    refresh(home)
    home.wallet.store.forget_activity(found.case.activity, at=home.now)
    assert refresh(home) == ()
    assert home.wallet.store.case(name) is None
    assert log.verify(home.wallet.store).ok


def test_two_municipalities_may_use_the_same_number(home: World) -> None:
    my(home).open()
    found = only(home).case
    before = home.wallet.store.cases()
    strange = casefile.document(cases.one(home.wallet, found.id).file)  # type: ignore[arg-type]
    home.wallet.store.open_case(
        Case(
            "00000099000000007777",
            found.id,
            "card",
            "urgentie",
            "received",
            None,
            {"file": strange, "proof": ""},
            home.wallet.store.new_activity(),
        ),
        {},
        at=home.now,
    )
    assert len(home.wallet.store.cases()) == len(before) + 1
    with pytest.raises(NoMatch, match=r"case\.none"):
        cases.one(home.wallet, found.id)


# --- the command


def test_requests_lists_and_acts(home: World, at) -> None:  # type: ignore[no-untyped-def]
    name = my(home).open("correction", "woonadres", question="Welk huisnummer?")
    my(home).move(name, "information_requested")
    terminal = at(home)
    code, lines = terminal.run("requests")
    (line,) = [one for one in lines if one["type"] == "case"]
    assert code == 0
    assert (line["request"], line["state"], line["waits_for_you"]) == (
        name,
        "information_requested",
        True,
    )
    assert line["due"] == "2026-01-29T00:01:00Z"
    code, out = terminal.plain("requests")
    assert "Gemeente Voorbeeldstad: Verbetering Woonadres" in out
    assert "De gemeente vraagt: Welk huisnummer?" in out
    assert f"regie-wallet requests supplement {name[:8]}" in out
    terminal.answers = ["Nummer 8, mevrouw Bibber"]
    code, lines = terminal.run("requests", "supplement", name)
    assert (code, lines[0]["state"]) == (0, "in_progress")
    assert my(home).posted[-1][1]["text"] == "Nummer 8, mevrouw Bibber"
    code, lines = terminal.run("requests", "show", name[:6])
    assert lines[0]["texts"] == {"supplement-1": "Nummer 8, mevrouw Bibber"}
    assert [step["phase"] for step in lines[0]["history"]][-1] == "in_progress"
    code, out = terminal.plain("requests", "show", name)
    assert "Je antwoord: Nummer 8, mevrouw Bibber" in out
    terminal.answers = ["nee"]
    assert terminal.run("requests", "withdraw", name)[0] == ExitCode.DECLINED
    code, lines = terminal.run("requests", "withdraw", name, "--yes")
    assert lines[0]["state"] == "withdrawn"
    code, lines = terminal.run("requests")
    assert [one for one in lines if one["type"] == "case"] == []


def test_a_decision_and_the_question_after_it(home: World, at) -> None:  # type: ignore[no-untyped-def]
    name = my(home).open("correction", "woonadres")
    my(home).decide(name, "granted", phase="closed")
    my(home).cases[name]["ask_recipients"] = True
    terminal = at(home)
    code, out = terminal.plain("requests")
    assert code == 0
    assert "Gemeente Voorbeeldstad heeft je gegevens verbeterd." in out
    assert "Nieuw kaartje ophalen: regie-wallet refresh" in out
    assert "Wil je dat de gemeente ontvangers inlicht?" in out
    code, lines = terminal.run("requests", "recipients", name, "--tell")
    assert (code, lines[0]["tell_recipients"]) == (0, True)
    assert lines[0]["decision"] == "verified"


def test_words_come_by_file_and_never_by_the_command_line(
    home: World,
    at,  # type: ignore[no-untyped-def]
    tmp_path: Path,
) -> None:
    name = my(home).open()
    refresh(home)
    text, photo = tmp_path / "antwoord.txt", tmp_path / "foto.jpg"
    text.write_text("Zie de foto.\n", "utf-8")
    photo.write_bytes(b"\xff\xd8\xff" + bytes(100))
    terminal = at(home)
    options = ("--text-file", str(text), "--attach", str(photo))
    code, _ = terminal.run("requests", "supplement", name, *options)
    assert code == 0
    _, asked = my(home).posted[-1]
    assert asked["text"] == "Zie de foto."
    assert [one["media"] for one in asked["attachments"]] == ["image/jpeg"]
    text.unlink()
    code, _ = terminal.run("requests", "supplement", name, *options)
    assert code == ExitCode.NOT_READY


def test_who_cannot_be_asked_is_said_beside_the_rest(home: World, at) -> None:  # type: ignore[no-untyped-def]
    my(home).open()
    refresh(home)
    home.network.hosts.clear()
    terminal = at(home)
    code, lines = terminal.run("requests")
    assert code == 0
    assert [one["type"] for one in lines if "type" in one] == ["case"]
    assert "Gemeente Voorbeeldstad kon nu niet vertellen hoe het staat." in terminal.err


def test_no_words_of_a_resident_in_anything_printed_by_a_refusal(
    home: World,
    at,  # type: ignore[no-untyped-def]
    tmp_path: Path,
) -> None:
    name = my(home).open()
    refresh(home)
    secret = tmp_path / "antwoord.txt"
    secret.write_text("Bibberkenmerk", "utf-8")
    my(home).refuse = (400, "application.text")
    terminal = at(home)
    code, lines = terminal.run("requests", "supplement", name, "--text-file", str(secret))
    assert code == ExitCode.USAGE
    assert not findings((terminal.err + json.dumps(lines)).encode(), ["Bibberkenmerk"])
    assert all("Bibberkenmerk" not in urlsplit(call.url).geturl() for call in home.network.calls)
