"""Where a right meets what must stay, what is open, and what was told before (AVG 12 to 21)."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import insert, select
from support.asking import ask, data_of, make, post, sign_up, visit
from support.holder_simulator import Answer
from support.staff_desk import StaffDesk
from support.verifier_home import VerifierHome, make_home

from credential import jose, rights
from credential.rights import Right, State
from verifier.cli.main import cli
from verifier.errors import UsageError
from verifier.service import cases, retention
from verifier.service import register as page
from verifier.service.staff import asking, people
from verifier.service.staff.log import Employee
from verifier.staff import Role
from verifier.store import erasing, figures, listing, register
from verifier.store.rights import MAX_PER_DAY
from verifier.tables import DISCLOSURES, REGISTRATIONS, RIGHTS
from verifier.transaction import About, Bound, Device, Origin, Outcome
from verifier.web.staff import privacy

DAY = 86_400
ALLOCATION = ("persoonsgegevens", "verblijfsrecht", "woonadres", "huishouden", "woongeschiedenis")
NAME, STREET = ("family_name",), ("address", "street_address")
PRIVACY = Employee("e" * 8, Role.PRIVACY)


def rows(home: VerifierHome, table: Any, *where: Any) -> list[Any]:
    with home.open().store.reading() as connection:
        return list(connection.execute(select(table).where(*where)).all())


def number(home: VerifierHome) -> str:
    return str(rows(home, REGISTRATIONS)[0].number)


def open_case(home: VerifierHome) -> str:
    (found,) = cases.listed(home.open(), state="open")
    return found.id


def decide(home: VerifierHome, state: State, case: str | None = None, **members: Any) -> None:
    words = {"nl": "Zo is het.", "en": "So it is.", "by": "e"}
    cases.decide(home.open(), case or open_case(home), state=state, **words, **members)


def decide_all(home: VerifierHome) -> None:
    """Yes to the sign-up and yes to the home, whichever comes first."""
    for one in cases.listed(home.open(), state="open"):
        decide(home, State.DONE, one.id)


def purge(home: VerifierHome, days: int) -> None:
    home.clock.at += days * DAY
    retention.purge(home.open().config, home.open().store, home.clock.at)


def lost_key(home: VerifierHome) -> page.Erasing:
    """Who showed at the page to be the same wants everything erased."""
    who = rows(home, REGISTRATIONS)[0].id
    about = About(Origin.PAGE)
    shown = Bound("x", "rechten", "nl", Device.SAME, Outcome.ACCEPTED, "", None, who, about)
    return page.erase(home.open(), shown)


@pytest.mark.spec("AVG", "17(3)(b)", "erasure: a running tenancy is for a person, by every door")
@pytest.mark.parametrize("years", [0, 3, 5])
def test_lost_key_while_a_tenancy_runs(home: VerifierHome, years: int) -> None:
    sign_up(home)
    visit(home, "toewijzing", ALLOCATION)
    retention.end(home.open().store, number(home), home.clock.at, emitter=home.open())
    purge(home, years * 365)
    assert lost_key(home) is page.Erasing.ASKED
    assert lost_key(home) is page.Erasing.ASKED
    (held,) = rows(home, DISCLOSURES, DISCLOSURES.c.profile == "toewijzing")
    assert held.values_sealed is not None
    decide_all(home)
    assert rows(home, DISCLOSURES, DISCLOSURES.c.values_sealed.is_not(None)) == []
    purge(home, 2 * 366)
    assert rows(home, REGISTRATIONS) == []


def test_lost_key_of_a_wallet_without_rights_keys(home: VerifierHome) -> None:
    sign_up(home)
    visit(home, "toewijzing", ALLOCATION)
    with home.open().store.writing() as connection:
        connection.execute(DISCLOSURES.update().values(rights_jkt=None))
    assert lost_key(home) is page.Erasing.ASKED
    decide_all(home)
    purge(home, 1)
    assert rows(home, REGISTRATIONS) == []
    assert lost_key_of_nobody(home) is page.Erasing.NOTHING


def lost_key_of_nobody(home: VerifierHome) -> page.Erasing:
    about = About(Origin.PAGE)
    shown = Bound("x", "rechten", "nl", Device.SAME, Outcome.ACCEPTED, "", None, "gone", about)
    return page.erase(home.open(), shown)


@pytest.mark.spec("AVG", "17(3)(b)", "erasure by the allocation's own key goes to a person too")
def test_allocation_by_its_own_key(home: VerifierHome) -> None:
    sign_up(home)
    answer = visit(home, "toewijzing", ALLOCATION)
    for claims in (None, (("address",),)):
        assert ask(home, Right.ERASURE, answer, claims=claims).state is State.IN_PROGRESS
    other = visit(home, "profiel-aanvullen", ("woonadres", "huishouden"))
    assert ask(home, Right.ERASURE, other).state is State.DONE


@pytest.mark.spec("AVG", "18(1)", "a disclosure left alone: its decisions are shown to nobody")
def test_employee_sees_no_decision_of_what_is_left_alone(home: VerifierHome) -> None:
    sign_up(home)
    answer = visit(home, "toewijzing", ALLOCATION)
    ask(home, Right.RESTRICTION, answer)
    desk = Employee("d" * 8, Role.REGISTER)
    assert people.values(home.open(), desk, number(home), "other")[1].decisions == []
    assert people.values(home.open(), PRIVACY, number(home), "other")[1].decisions != []


@pytest.mark.spec("AVG", "18(1)", "a restricted registration: no values in any list")
def test_restricted_is_in_no_list(home: VerifierHome) -> None:
    ask(home, Right.RESTRICTION, sign_up(home))
    (listed,) = register.registrations(home.open().store, home.open().sealer)
    assert (listed.values, listed.contact) == ([], None)


@pytest.mark.spec("Regie formats", "4", "status: what was told makes room for what is open")
def test_a_decision_is_told_once(home: VerifierHome) -> None:
    answer = sign_up(home)
    ask(home, Right.OBJECTION, answer)
    decide(home, State.REFUSED)
    home.clock.at += DAY
    ask(home, Right.RECTIFICATION, answer, text="fout")
    assert ask(home, Right.STATUS, answer).right is Right.OBJECTION, "not heard of yet"
    told = ask(home, Right.STATUS, answer)
    assert (told.right, told.state) == (Right.RECTIFICATION, State.IN_PROGRESS)
    assert cases.clock(home.open()).open == 1, "telling is no request"
    assert (
        listing.open_cases(home.open().store, frozenset({"inschrijven"}), home.clock.at).open == 1
    )
    decide(home, State.REFUSED)
    assert ask(home, Right.STATUS, answer).state is State.REFUSED


@pytest.mark.spec("AVG", "12(3)", "an open request outlives every term until it is decided")
def test_open_case_is_not_purged(home: VerifierHome) -> None:
    sign_up(home)
    answer = visit(home, "profiel-aanvullen", ("woonadres", "huishouden"))
    ask(home, Right.RECTIFICATION, answer, claims=(("persons_at_address",),), proposed=3)
    ask(home, Right.STATUS, answer)
    purge(home, 800)
    purge(home, 400)
    case = open_case(home)
    assert cases.clock(home.open()).overdue == 1
    (held,) = rows(home, DISCLOSURES, DISCLOSURES.c.erased.is_not(None))
    assert held.values_sealed is None
    decide(home, State.DONE, case)
    purge(home, 30)
    told = rights.dangerous_answer(post(home, make(home, Right.STATUS, answer)).text)
    assert (told.right, told.state) == (Right.RECTIFICATION, State.DONE)
    purge(home, 800)
    assert rows(home, RIGHTS, RIGHTS.c.id == case) == []


@pytest.mark.spec("AVG", "16", "an address is corrected member by member")
def test_member_of_an_object_corrected(home: VerifierHome) -> None:
    sign_up(home)
    answer = visit(home, "toewijzing", ALLOCATION)
    ask(home, Right.RECTIFICATION, answer, claims=(("address",),), proposed={"street_address": "x"})
    case = open_case(home)
    for wrong in ({("address",): {"street_address": "x"}}, {("address", "x"): "y"}, {STREET: 5}):
        with pytest.raises(UsageError, match=r"rights\.corrected"):
            decide(home, State.DONE, case, corrected=wrong)
    decide(home, State.DONE, case, corrected={STREET: "Nieuwe Gracht 1"})
    held = data_of(home, answer)
    ((_, path, address),) = held["values"]  # type: ignore[misc, union-attr]
    assert path == ["address"]
    assert address["street_address"] == "Nieuwe Gracht 1"  # type: ignore[index, call-overload]
    assert len(address) > 1  # type: ignore[arg-type]
    assert any(one.get("note") == "rectified" for one in held["checks"])  # type: ignore[union-attr]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[StaffDesk]:
    home = make_home(tmp_path)
    yield StaffDesk(home)
    home.close()


def test_member_corrected_at_the_page(desk: StaffDesk) -> None:
    sign_up(desk.home)
    answer = visit(desk.home, "toewijzing", ALLOCATION)
    ask(desk.home, Right.RECTIFICATION, answer, text="Mijn straat klopt niet")
    here = f"{privacy.LIST}/{open_case(desk.home)}"
    browser = desk.logged_in("privacy")
    browser.get(here)
    ((_, _, address),) = data_of(desk.home, answer)["values"]  # type: ignore[misc, union-attr]
    field = f"value-{[*address].index('street_address')}"  # type: ignore[misc]
    sent = {"state": "done", field: "Nieuwe Gracht 1"}
    assert browser.post(f"{here}/beslissen", sent).status_code == 200, browser.text
    assert "Nieuwe Gracht 1" in json.dumps(data_of(desk.home, answer)["values"])


def test_partly_erased_says_what_is_left(home: VerifierHome) -> None:
    file = home.home / "profiles" / "inschrijven.toml"
    file.write_text(file.read_text() + '\n[[keep]]\ndecision = "adult"\n')
    home.close()
    answer = sign_up(home)
    assert ("age_over_18",) in {path for path, _ in ask(home, Right.STATUS, answer).kept}
    assert ask(home, Right.ERASURE, answer, claims=(NAME,)).erased == (NAME,)
    held = data_of(home, answer)
    assert held["decisions"] == []
    paths = {tuple(path) for _, path in held["kept"]}  # type: ignore[misc, union-attr]
    assert paths == {("given_name",), ("housing_pseudonym",)}


def test_what_ended_does_not_end_again(home: VerifierHome) -> None:
    answer = sign_up(home)
    retention.end(home.open().store, number(home), home.clock.at)
    assert ask(home, Right.ERASURE, answer).state is State.DONE
    assert rows(home, REGISTRATIONS) == []


def test_lifting_does_not_make_an_answer_late(home: VerifierHome) -> None:
    ask(home, Right.OBJECTION, sign_up(home))
    case = open_case(home)
    decide(home, State.DONE, case)

    def counted() -> dict[str, int]:
        found = figures.counted(home.open().store)
        return {key.name: count for key, count in found.items() if key.name.startswith("right")}

    before = counted()
    assert before["right_in_time"] == 1
    home.clock.at += 60 * DAY
    cases.lift(home.open(), case, nl="", en="", by="e")
    assert counted() == before


@pytest.mark.spec("Regie formats", "4", "what waits already is told again, and not a second case")
def test_one_key_buries_nobody(home: VerifierHome) -> None:
    answer = sign_up(home)
    first = ask(home, Right.RECTIFICATION, answer, text="fout")
    home.clock.at += 2 * DAY
    for _ in range(3):
        again = ask(home, Right.RECTIFICATION, answer, text="fout")
        assert (again.state, again.due) == (State.IN_PROGRESS, first.due)
    assert open_case(home)
    for text in ("ook fout", "en nog iets"):
        assert ask(home, Right.RECTIFICATION, answer, text=text).state is State.IN_PROGRESS
    assert post(home, make(home, Right.RECTIFICATION, answer, text="meer")).status_code == 429
    assert len(cases.listed(home.open(), state="open")) == 3
    assert ask(home, Right.OBJECTION, answer).state is State.IN_PROGRESS


def test_pages_of_requests(desk: StaffDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(privacy, "_MOST", 2)
    answer = sign_up(desk.home)
    for text in ("een", "twee", "drie"):
        ask(desk.home, Right.RECTIFICATION, answer, text=text)
        desk.home.clock.at += 1
    found = {one.id for one in cases.listed(desk.verifier)}
    browser = desk.logged_in("privacy")
    browser.get(privacy.LIST)
    first = {one for one in found if f"{privacy.LIST}/{one}" in browser.page}
    last = next(one for one in first if f"na={one}" in browser.page)
    browser.get(f"{privacy.LIST}?na={last}")
    second = {one for one in found if f"{privacy.LIST}/{one}" in browser.page}
    assert (len(first), first | second, first & second) == (2, found, set())
    assert "na=" not in browser.page
    assert browser.get(f"{privacy.LIST}?na=%00").status_code == 200


def fill(home: VerifierHome, answer: Answer, count: int, received: int) -> None:
    jkt = jose.thumbprint(answer.rights_key.public_key())
    made = {
        "rights_jkt": jkt,
        "request_hash": "h",
        "answer": "",
        "asked": "access",
        "received": received,
        "state": "done",
        "outcome": {"state": "done", "reason": None, "erased": []},
        "remove_after": received + 400 * DAY,
    }
    with home.open().store.writing() as connection:
        many = [{**made, "id": f"x{n}.{received}", "jti": f"j{n}.{received}"} for n in range(count)]
        connection.execute(insert(RIGHTS), many)


@pytest.mark.spec("Regie formats", "4", "rate: a key is answered so often an hour, and a day")
def test_asked_all_day(home: VerifierHome) -> None:
    answer = sign_up(home)
    fill(home, answer, MAX_PER_DAY - 1, home.clock.at - 7200)
    assert ask(home, Right.STATUS, answer).state is State.DONE
    assert post(home, make(home, Right.STATUS, answer)).status_code == 429
    home.clock.at += DAY
    assert ask(home, Right.STATUS, answer).state is State.DONE
    assert len(data_of(home, answer)["requests"]) == 200  # type: ignore[arg-type]


@pytest.mark.spec("Regie formats", "4", "erasure of what is not held never says all is gone")
def test_erasure_of_what_is_not_held(home: VerifierHome) -> None:
    answer = sign_up(home)
    nothing = ask(home, Right.ERASURE, answer, claims=(("birthdate",),))
    assert (nothing.state, nothing.reason and nothing.reason.code) == (State.DONE, "not_held")
    done = ask(home, Right.ERASURE, answer, claims=(("email",),))
    assert (done.state, done.erased) == (State.DONE, (("email",),))
    (held,) = rows(home, REGISTRATIONS)
    assert (held.contact_sealed, held.contact_hash) == (None, None)
    assert len(data_of(home, answer)["values"]) == 2  # type: ignore[arg-type]


@pytest.mark.spec("Regie formats", "3", "erasure of a registration: of all its disclosures nothing")
def test_everything_of_a_registration_goes(home: VerifierHome) -> None:
    answer = sign_up(home)
    other = visit(home, "profiel-aanvullen", ("woonadres", "huishouden"))
    ask(home, Right.RECTIFICATION, other, text="KANARIE")
    first = ask(home, Right.ERASURE, answer)
    assert first.consequence is not None
    ask(home, Right.ERASURE, answer, confirm=first.consequence.id)
    for row in rows(home, DISCLOSURES):
        assert (row.profile, row.checks, row.trace) == (None, None, None)
    assert all(row.body_sealed is None for row in rows(home, RIGHTS))
    decide(home, State.DONE)


def test_asked_again_at_the_desk(home: VerifierHome) -> None:
    sign_up(home)
    first = asking.take(home.open(), PRIVACY, number(home), Right.RECTIFICATION)
    home.clock.at += 20 * DAY
    assert asking.take(home.open(), PRIVACY, number(home), Right.RECTIFICATION) == first


def test_what_was_written_does_not_reach_the_terminal(home: VerifierHome) -> None:
    ask(home, Right.RECTIFICATION, sign_up(home), text="weg\x1b[2J\x1b]0;baas\x07 hier")
    case = open_case(home)
    home.close()
    done = CliRunner().invoke(cli, ["--home", str(home.home), "requests", case])
    assert done.exit_code == 0, done.output
    assert "weg" in done.output
    assert "\x1b" not in done.output


@pytest.fixture
def served(tmp_path: Path, postgresql_url: str) -> Iterator[VerifierHome]:
    home = make_home(tmp_path, database=postgresql_url)
    yield home
    home.close()


@pytest.mark.parametrize("door", ["page", "officer"])
def test_erasure_meets_somebody_who_shares(
    served: VerifierHome, monkeypatch: pytest.MonkeyPatch, door: str
) -> None:
    """Decision 0024: who comes second waits or does it once more; nothing is lost."""
    home = served
    answer = sign_up(home)
    ask(home, Right.ERASURE, answer, claims=(("housing_pseudonym",),))
    home.open()
    delete, met = erasing.delete, []

    def share(table: Any) -> Any:
        if table is REGISTRATIONS and not met:
            met.append(
                threading.Thread(target=visit, args=(home, "woonduur", ("woongeschiedenis",)))
            )
            met[0].start()
            met[0].join(2)
        return delete(table)

    monkeypatch.setattr(erasing, "delete", share)
    if door == "page":
        assert lost_key(home) is page.Erasing.DONE
    else:
        decide(home, State.DONE, erased=(("given_name",), NAME, ("housing_pseudonym",)))
    met[0].join()
    assert rows(home, REGISTRATIONS) == []
    assert rows(home, DISCLOSURES, DISCLOSURES.c.registration.is_not(None)) == []
