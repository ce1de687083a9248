"""The organisation gives account: the processing log, the register, figures, recognition."""

import json
import re
from typing import Any

import pytest
from sqlalchemy import select
from support.asking import ask, data_of, sign_up, visit
from support.holder_simulator import PERSON, Answer
from support.verifier_home import Browser, VerifierHome, attempt, run

from credential.rights import Right, State
from verifier import processing as activities
from verifier.processing import Activity
from verifier.service import cases, figures, processing, received, retention
from verifier.store import register
from verifier.tables import DISCLOSURES, PROCESSING, REGISTRATIONS
from verifier.texts import LANGUAGES, sentence

DAY = 86_400
CARDS = ("persoonsgegevens", "verblijfsrecht")


def rows(home: VerifierHome, table: Any, *where: Any) -> list[Any]:
    with home.open().store.reading() as connection:
        return list(connection.execute(select(table).where(*where)).all())


def purge(home: VerifierHome, days: int) -> None:
    home.clock.at += days * DAY
    retention.purge(home.open().config, home.open().store, home.clock.at)


def erase(home: VerifierHome, answer: Answer) -> None:
    first = ask(home, Right.ERASURE, answer)
    assert first.consequence is not None
    assert ask(home, Right.ERASURE, answer, confirm=first.consequence.id).state is State.DONE


# ---- Logboek Dataverwerkingen --------------------------------------------------------------


@pytest.mark.spec("LDV", "data subject", "one row per person per act, under the session's trace")
def test_processing_log(home: VerifierHome) -> None:
    sign_up(home)
    attempt(home, cards=[home.maker.card("persoonsgegevens", exp=home.clock.at - 1)])
    (registration,) = rows(home, REGISTRATIONS)
    subject = home.open().sealer.subject(registration.id)
    signed, reached = sorted(
        rows(home, PROCESSING, PROCESSING.c.subject == subject),
        key=lambda row: row.activity,
        reverse=True,
    )
    assert (signed.activity, reached.activity) == ("sign_up", "contact")
    assert signed.trace == reached.trace
    (disclosure,) = rows(home, DISCLOSURES, DISCLOSURES.c.registration == registration.id)
    assert activities.traceparent(disclosure.trace) == (signed.trace, signed.parent_span)
    assert re.fullmatch(r"[0-9a-f]{16}", signed.span)
    assert signed.started == home.clock.at * 1000
    assert len({row.trace for row in rows(home, PROCESSING)}) == 2, "a visit, a trace"
    assert registration.id not in {row.subject for row in rows(home, PROCESSING)}


@pytest.mark.spec("LDV", "fields", "exported under the names of the standard, without persons")
def test_export(home: VerifierHome) -> None:
    sign_up(home)
    lines = list(processing.export("https://v.example", home.open().store))
    assert {line["name"] for line in lines} == {"sign_up", "contact"}
    assert set(lines[0]) == {
        "trace_id",
        "span_id",
        "parent_span_id",
        "name",
        "status",
        "start_time",
        "end_time",
        "attributes",
    }
    assert all(
        line["attributes"]["dpl.core.processing_activity_id"]
        == f"https://v.example/nl/verantwoording#{line['name']}"
        for line in lines
    )
    text = json.dumps(lines)
    for row in rows(home, PROCESSING):
        assert row.subject not in text
        assert row.disclosure is None or row.disclosure not in text


@pytest.mark.spec("Regie formats", "4", "access: values, registration, log lines of this subject")
def test_access_shows_the_log(home: VerifierHome) -> None:
    answer = sign_up(home)
    other = visit(home, "profiel-aanvullen", ("woonadres", "huishouden"))
    home.clock.at += 60
    held = data_of(home, answer)
    lines: Any = held["processing"]
    assert sorted(line["activity"] for line in lines) == ["contact", "rights", "sign_up"]
    purposes = {line["activity"]: line["purpose"]["nl"] for line in lines}
    assert purposes["sign_up"] == "U inschrijven als woningzoekende."
    assert {line["role"] for line in lines} == {"system", "resident"}
    retained: Any = held["retention"]
    assert retained["nl"] == "2 jaar nadat uw inschrijving stopt."
    assert held["purpose"]["basis"]  # type: ignore[index, call-overload]
    added = data_of(home, other)
    assert {line["activity"] for line in added["processing"]} >= {"supplement"}  # type: ignore[index, call-overload, union-attr]
    assert added["values"] != held["values"]


@pytest.mark.spec("LDV", "erasure", "after erasure a row says that something was done, not to whom")
def test_rows_are_taken_off_their_person(home: VerifierHome) -> None:
    answer = sign_up(home)
    before = len(rows(home, PROCESSING))
    erase(home, answer)
    left = rows(home, PROCESSING)
    assert len(left) > before
    assert {(row.subject, row.disclosure) for row in left if row.activity != "rights"} == {
        (None, None)
    }
    assert all(row.subject is None for row in left)


def test_log_stays_as_long_as_what_it_is_about(home: VerifierHome) -> None:
    sign_up(home)
    attempt(home, cards=[home.maker.card("persoonsgegevens", exp=home.clock.at - 1)])
    assert len(rows(home, PROCESSING)) == 3
    purge(home, 14 * 31)
    left = {row.activity for row in rows(home, PROCESSING)}
    assert left == {"sign_up", "purge"}, "of the registration that stands; the address line is over"


def test_every_activity_has_words() -> None:
    for activity in Activity:
        for lang in LANGUAGES:
            for part in ("name", "purpose"):
                assert sentence(lang, f"processing.{activity.value}.{part}").strip()


def test_traceparent() -> None:
    good = f"00-{'a' * 32}-{'b' * 16}-01"
    assert activities.traceparent(good) == ("a" * 32, "b" * 16)
    for bad in (None, "", good + "\n", good.replace("a", "A"), f"00-{'0' * 32}-{'b' * 16}-01"):
        assert activities.traceparent(bad) is None


# ---- what was received, in words -----------------------------------------------------------


def test_register_in_words(home: VerifierHome) -> None:
    sign_up(home)
    visit(home, "profiel-aanvullen", ("woonadres", "huishouden"))
    verifier = home.open()
    (registration,) = rows(home, REGISTRATIONS)
    known = [one.profile for one in verifier.profiles.values()]
    found = received.of_registration(verifier.store, known, registration.id)
    first, second = sorted(found, key=lambda one: one.title["nl"])
    assert first.title["nl"] == "Inschrijven als woningzoekende"
    assert first.until["nl"] == "2 jaar nadat uw inschrijving stopt."
    assert first.until["en"] == "2 years after your registration ends."
    assert (first.waits_for, second.waits_for) == ("end_of_registration", None)
    assert second.until["nl"] == "Tot en met 1 januari 2027."
    assert second.delete_by is not None


@pytest.mark.parametrize(
    ("duration", "nl"),
    [
        ("P1Y", "één jaar"),
        ("P2Y6M", "2 jaar en 6 maanden"),
        ("P1M", "één maand"),
        ("P1Y2M3W4D", "één jaar, 2 maanden, 3 weken en 4 dagen"),
        ("P0D", "0 dagen"),
    ],
)
def test_periods_in_words(duration: str, nl: str) -> None:
    assert retention.period_in_words(duration, "nl") == nl


# ---- figures -------------------------------------------------------------------------------


@pytest.mark.spec("Architecture", "Figures", "counts outlive data; small ones are not shown")
def test_figures(home: VerifierHome) -> None:
    answer = sign_up(home)
    old = home.maker.card("persoonsgegevens", exp=home.clock.at - 1)
    for _ in range(5):
        attempt(home, cards=[old, home.maker.card("verblijfsrecht")])
    ask(home, Right.OBJECTION, answer)
    (case,) = cases.listed(home.open())
    cases.decide(home.open(), case.id, state=State.REFUSED, nl="Nee.", en="No.", by="e")

    def counts() -> dict[tuple[str, str], int]:
        found = figures.counted(home.open().store)
        return {(key.name, key.rule): count for key, count in found.items() if key.month}

    before = counts()
    assert before[("asked", "")] == 6
    assert before[("accepted", "")] == 1
    assert before[("refused", "card.expired")] == 5
    assert before[("right_asked", "")] == 1
    assert before[("right_in_time", "")] == 1
    table = figures.public(home.open(), "nl")
    assert table
    assert table.months[-1] == "januari 2026"
    shown = {row.name: row.values[-1] for row in table.rows}
    assert shown["Inschrijven als woningzoekende: gevraagd"] == "6"
    assert shown["Inschrijven als woningzoekende: in orde"] == "minder dan 5"
    assert shown["Inschrijven als woningzoekende: niet in orde (kaartje verlopen)"] == "5"
    erase(home, answer)
    purge(home, 40)
    after = counts()
    shares = [key for key in before if not key[0].startswith("right_")]
    assert {key: after[key] for key in shares} == {key: before[key] for key in shares}
    assert after[("right_asked", "")] == 2
    assert (after[("erased", "")], after[("purged", "")]) == (1, 5)
    purge(home, 1)
    assert counts() == after, "adding up changes nothing"


# ---- recognising somebody ------------------------------------------------------------------


def cards(home: VerifierHome, **codes: str) -> list[Any]:
    return [home.maker.card(kind, PERSON[kind] | codes) for kind in CARDS]


def asking_both(home: VerifierHome) -> None:
    """The profile asks the previous code too, as long as the region replaces its key."""
    file = home.home / "profiles" / "inschrijven.toml"
    text = file.read_text("utf-8")
    text = re.sub(r"(?ms)^claim_sets = \[.*?^\]\n", "", text)
    text = text.replace(
        '{ id = "person", path = ["housing_pseudonym"] },',
        '{ id = "person", path = ["housing_pseudonym"] },\n'
        '  { id = "before", path = ["housing_pseudonym_previous"] },',
    )
    file.write_text(text)


@pytest.mark.spec("Regie formats", "1", "a new region key: who was registered is still recognised")
def test_previous_code(home: VerifierHome, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_up(home)
    (before,) = rows(home, REGISTRATIONS)
    # As a card of after the rotation states both, with a registration that allows to ask both.
    from credential import registration

    monkeypatch.setattr(registration, "over_asked", lambda *_: ())
    home.close()
    asking_both(home)
    old = str(PERSON["persoonsgegevens"]["housing_pseudonym"])
    both = {"housing_pseudonym": "code-of-the-new-key", "housing_pseudonym_previous": old}
    attempt(home, cards=cards(home, **both))
    (after,) = rows(home, REGISTRATIONS)
    assert after.id == before.id
    assert after.person == home.open().sealer.person("code-of-the-new-key") != before.person
    attempt(home, cards=cards(home, **both | {"housing_pseudonym_previous": "of-nobody"}))
    assert len(rows(home, REGISTRATIONS)) == 1
    stranger = {"housing_pseudonym": "b", "housing_pseudonym_previous": "a"}
    attempt(home, cards=cards(home, **stranger))
    assert len(rows(home, REGISTRATIONS)) == 2


@pytest.mark.spec(
    "Regie formats", "4", "lost key: an ended registration can be seen and erased too"
)
def test_ended_registration_at_the_page(home: VerifierHome) -> None:
    sign_up(home)
    (listed,) = register.registrations(home.open().store, None)
    number = listed.registration.number
    retention.end(home.open().store, number, home.clock.at)
    sign_up(home)
    assert len(rows(home, REGISTRATIONS)) == 2

    async def work() -> None:
        async with home.client() as http:
            browser = await Browser(http).start("rechten")
            holder = home.holder(http, home.cards(("persoonsgegevens",)))
            answer = await holder.answer(await holder.fetch(browser.same_device))
            await browser.get(answer.body["redirect_uri"])
            assert browser.page.count("Zwaantje") >= 2
            await browser.post("/nl/rechten/wissen")
            assert browser.status == 422
            await browser.post("/nl/rechten/wissen", sure="yes")
            assert browser.status == 200

    run(work())
    assert rows(home, REGISTRATIONS) == []
    assert rows(home, DISCLOSURES, DISCLOSURES.c.values_sealed.is_not(None)) == []


def test_figures_are_counted_once_in_a_while(home: VerifierHome) -> None:
    """Anybody may open the page: that must not cost a count each time."""
    sign_up(home)
    first = figures.public(home.open(), "nl")
    attempt(home, cards=[home.maker.card("persoonsgegevens", exp=home.clock.at - 1)])
    assert figures.public(home.open(), "nl") == first
    home.clock.at += 601
    assert figures.public(home.open(), "nl") != first
