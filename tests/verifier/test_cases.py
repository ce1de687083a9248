"""The privacy officer decides what a machine may not, within the law's term (AVG 12 to 21)."""

from collections.abc import Callable

import pytest
from support.asking import ask, data_of, sign_up, visit
from support.verifier_home import VerifierHome

from credential.rights import Right, State
from verifier import dates
from verifier.errors import NothingFound, UsageError
from verifier.service import cases, retention
from verifier.store import listing, register
from verifier.store.register import Listed

DAY = 86_400
NAME = ("family_name",)
NEW = "Nieuwe-Naam-Onvindbaar"


def listed(home: VerifierHome) -> Listed:
    (found,) = register.registrations(home.open().store, home.open().sealer)
    return found


def only(home: VerifierHome) -> str:
    (found,) = cases.listed(home.open(), state="open")
    return found.id


def profile(home: VerifierHome, name: str, change: Callable[[str], str]) -> None:
    file = home.home / "profiles" / f"{name}.toml"
    file.write_text(change(file.read_text("utf-8")))
    home.close()


def refuse(home: VerifierHome, request: str) -> None:
    cases.decide(
        home.open(), request, state=State.REFUSED, nl="Dat kan niet.", en="Not possible.", by="e"
    )


def test_case_opened(home: VerifierHome) -> None:
    answer = sign_up(home)
    ask(home, Right.RECTIFICATION, answer, claims=(NAME,), proposed=NEW, text="Verkeerd gespeld")
    view = cases.find(home.open(), only(home))
    assert (view.right, view.state, view.number) == (
        Right.RECTIFICATION,
        State.IN_PROGRESS,
        listed(home).registration.number,
    )
    assert (view.claims, view.proposed, view.text) == ((NAME,), NEW, "Verkeerd gespeld")
    assert "Verzonnen-Achternaam" in [value for _, _, value in view.values]
    assert view.contact == {"email": "z@voorbeeld.nl"}
    for secret in (NEW, "Verkeerd gespeld"):
        assert secret not in repr(view)


@pytest.mark.spec("AVG", "16", "rectification granted: the value itself is replaced, and marked")
def test_rectified(home: VerifierHome) -> None:
    answer = sign_up(home)
    ask(home, Right.RECTIFICATION, answer, claims=(NAME,), proposed=NEW)
    case = only(home)
    for wrong in (None, {}, {("birthdate",): "x"}, {NAME: 5}, {NAME: ""}, {NAME: "x" * 201}):
        with pytest.raises(UsageError, match=r"rights\.corrected"):
            cases.decide(home.open(), case, state=State.DONE, nl="", en="", by="e", corrected=wrong)
    cases.decide(home.open(), case, state=State.DONE, nl="", en="", by="e", corrected={NAME: NEW})
    held = data_of(home, answer)
    assert ["persoonsgegevens", ["family_name"], NEW] in held["values"]  # type: ignore[operator]
    assert "Verzonnen-Achternaam" not in str(held["values"])
    assert any(check.get("note") == "rectified" for check in listed(home).checks)
    told = ask(home, Right.STATUS, answer)
    assert (told.right, told.state) == (Right.RECTIFICATION, State.DONE)
    assert NEW.encode() not in home.database_bytes()


def test_address_corrected(home: VerifierHome) -> None:
    answer = sign_up(home)
    ask(home, Right.RECTIFICATION, answer, text="Mijn adres is anders")
    corrected = {("email",): "nieuw@voorbeeld.nl"}
    office = home.open()
    cases.decide(office, only(home), state=State.DONE, nl="", en="", by="e", corrected=corrected)
    assert listed(home).contact == {"email": "nieuw@voorbeeld.nl"}
    assert register.by_contact(office.store, office.sealer, " Nieuw@Voorbeeld.nl ")
    assert not register.by_contact(office.store, office.sealer, "z@voorbeeld.nl")


@pytest.mark.spec("AVG", "12(4)", "a refusal names its reason, in the resident's language")
def test_refusal_needs_a_reason(home: VerifierHome) -> None:
    answer = sign_up(home)
    ask(home, Right.OBJECTION, answer)
    case = only(home)
    for nl, en in (("", ""), ("Nee", ""), ("", "No"), ("x" * 1001, "y")):
        with pytest.raises(UsageError, match=r"rights\.reason"):
            cases.decide(home.open(), case, state=State.REFUSED, nl=nl, en=en, by="e")
    refuse(home, case)
    told = ask(home, Right.STATUS, answer)
    assert (told.state, told.reason and told.reason.nl) == (State.REFUSED, "Dat kan niet.")
    assert told.due is None
    assert b"Dat kan niet." not in home.database_bytes(), "what an employee writes is sealed"


def test_decided_once(home: VerifierHome) -> None:
    answer = sign_up(home)
    ask(home, Right.OBJECTION, answer)
    case = only(home)
    refuse(home, case)
    with pytest.raises(NothingFound):
        refuse(home, case)
    with pytest.raises(NothingFound):
        refuse(home, "another")


@pytest.mark.spec("AVG", "12(3)", "extended once, by two months at most, with the reason, in time")
def test_extended(home: VerifierHome) -> None:
    answer = sign_up(home)
    ask(home, Right.OBJECTION, answer)
    case, received = only(home), home.clock.at
    with pytest.raises(UsageError, match=r"rights\.reason"):
        cases.extend(home.open(), case, nl="", en="", by="e")
    home.clock.at += 5 * DAY
    view = cases.extend(home.open(), case, nl="Het is druk.", en="We are busy.", by="e")
    assert view.due == dates.last_moment(received, "P3M")
    told = ask(home, Right.STATUS, answer)
    assert (told.state, told.due) == (State.EXTENDED, view.due)
    assert told.reason is not None
    assert told.reason.nl == "Het is druk."
    with pytest.raises(UsageError, match=r"rights\.extended"):
        cases.extend(home.open(), case, nl="Nog eens.", en="Again.", by="e")
    refuse(home, case)


def test_too_late_to_extend(home: VerifierHome) -> None:
    answer = sign_up(home)
    ask(home, Right.OBJECTION, answer)
    home.clock.at += 40 * DAY
    with pytest.raises(UsageError, match=r"rights\.extended"):
        cases.extend(home.open(), only(home), nl="Het is druk.", en="We are busy.", by="e")
    assert cases.clock(home.open()) == cases.Clock(open=1, soon=0, overdue=1)


@pytest.mark.spec("Wet BRP", "2.58", "a municipality answers within four weeks")
def test_a_municipality_has_four_weeks(home: VerifierHome) -> None:
    answer = sign_up(home)
    file = home.home / "verifier.toml"
    file.write_text(file.read_text() + '\n[rights]\norganisation = "municipality"\n')
    home.close()
    asked = ask(home, Right.OBJECTION, answer)
    assert asked.due == dates.last_moment(home.clock.at, "P4W")
    view = cases.extend(home.open(), only(home), nl="Druk.", en="Busy.", by="e")
    assert view.due == dates.last_moment(home.clock.at, "P8W")


@pytest.mark.spec("AVG", "18(1)", "restriction: kept, and not used for anything")
def test_restricted(home: VerifierHome) -> None:
    answer = sign_up(home)
    done = ask(home, Right.RESTRICTION, answer)
    assert (done.state, done.reason and done.reason.code) == (State.DONE, "restricted")
    found = listed(home)
    assert found.registration.restricted == home.clock.at
    assert (found.values, found.contact) == ([], None), "in no list"
    before = len(data_of(home, answer)["values"])  # type: ignore[arg-type]
    assert before == 2
    visit(home, "profiel-aanvullen", ("woonadres", "huishouden"))
    (refused,) = [
        one for one in register.visits(home.open().store) if one.profile == "profiel-aanvullen"
    ]
    assert (refused.outcome, refused.rule) == ("refused", "registration.restricted")
    assert len(data_of(home, answer)["values"]) == before  # type: ignore[arg-type]


@pytest.mark.spec("AVG", "18(3)", "a restriction ends after notice, not before")
def test_lifted(home: VerifierHome) -> None:
    answer = sign_up(home)
    ask(home, Right.RESTRICTION, answer)
    (case,) = cases.listed(home.open())
    assert cases.find(home.open(), case.id).may_lift
    cases.lift(home.open(), case.id, nl="Het gegeven klopte.", en="It was right.", by="e")
    told = ask(home, Right.STATUS, answer)
    assert told.reason is not None
    assert told.reason.code == "restriction_ends"
    assert told.reason.nl.startswith("Wij gebruiken uw gegevens weer vanaf 8 januari 2026.")
    for days, still in ((6, True), (2, False)):
        home.clock.at += days * DAY
        retention.purge(home.open().config, home.open().store, home.clock.at)
        assert (listed(home).registration.restricted is not None) is still
    with pytest.raises(UsageError, match=r"rights\.state"):
        cases.lift(home.open(), case.id, nl="", en="", by="e")


@pytest.mark.spec("AVG", "21(1)", "objection: a person decides; upheld, the use of the data stops")
def test_objection_upheld(home: VerifierHome) -> None:
    answer = sign_up(home)
    asked = ask(home, Right.OBJECTION, answer)
    assert asked.state is State.IN_PROGRESS
    assert listed(home).registration.restricted is None
    cases.decide(home.open(), only(home), state=State.DONE, nl="", en="", by="e")
    assert listed(home).registration.restricted is not None


def test_objection_where_the_profile_allows_it(home: VerifierHome) -> None:
    sign_up(home)
    second = visit(home, "profiel-aanvullen", ("woonadres", "huishouden"))
    done = ask(home, Right.OBJECTION, second)
    assert (done.state, done.reason and done.reason.code) == (State.DONE, "objection_accepted")
    assert listed(home).registration.restricted is None, "only what was added is left alone"


def test_rectified_at_once_where_the_profile_allows_it(home: VerifierHome) -> None:
    profile(
        home,
        "inschrijven",
        lambda text: text.replace('automatic = ["restriction"]', 'automatic = ["rectification"]'),
    )
    answer = sign_up(home)
    assert ask(home, Right.RESTRICTION, answer).state is State.IN_PROGRESS
    wrong = ask(home, Right.RECTIFICATION, answer, claims=(NAME,), proposed={"a": 1})
    assert wrong.state is State.IN_PROGRESS
    done = ask(home, Right.RECTIFICATION, answer, claims=(NAME,), proposed=NEW)
    assert done.state is State.DONE
    assert NEW in str(listed(home).values)


@pytest.mark.spec("Regie formats", "4", "erasure of part: exactly what was named, and said so")
def test_part_erased(home: VerifierHome) -> None:
    answer = sign_up(home)
    done = ask(home, Right.ERASURE, answer, claims=(NAME, ("birthdate",)))
    assert (done.state, done.erased) == (State.DONE, (NAME,))
    found = listed(home)
    assert [path for _, path, _ in found.values or []] == [["given_name"]]
    whole = ask(home, Right.ERASURE, answer)
    assert whole.state is State.NEEDS_CONFIRMATION
    person = ask(home, Right.ERASURE, answer, claims=(("housing_pseudonym",),))
    assert person.state is State.IN_PROGRESS, "the registration hangs on it"


def test_partly(home: VerifierHome) -> None:
    answer = sign_up(home)
    ask(home, Right.ERASURE, answer, claims=(("housing_pseudonym",),))
    view = cases.decide(
        home.open(),
        only(home),
        state=State.PARTLY,
        nl="De rest is nodig.",
        en="The rest is needed.",
        by="e",
        erased=(NAME,),
    )
    assert view.state is State.PARTLY
    told = ask(home, Right.STATUS, answer)
    assert (told.state, told.erased) == (State.PARTLY, (NAME,))


def test_open_case_goes_before_what_was_told(home: VerifierHome) -> None:
    answer = sign_up(home)
    ask(home, Right.OBJECTION, answer)
    home.clock.at += 60
    data_of(home, answer)
    assert ask(home, Right.STATUS, answer).right is Right.OBJECTION
    refuse(home, only(home))
    assert ask(home, Right.STATUS, answer).right is Right.OBJECTION


@pytest.mark.spec("AVG", "18(1)", "a disclosure left alone is read by no system and in no list")
def test_restricted_disclosure_is_not_read(home: VerifierHome) -> None:
    sign_up(home)
    second = visit(home, "profiel-aanvullen", ("woonadres", "huishouden"))
    verifier, registration = home.open(), listed(home).registration.id

    def queries() -> set[str]:
        with verifier.store.reading() as connection:
            return {one[0] for one in listing.values_of(connection, verifier.sealer, registration)}

    before = queries()
    ask(home, Right.RESTRICTION, second)
    assert queries() < before
    assert queries() == {"persoonsgegevens"}
