"""On a database with many writers: what was erased or purged is never written back."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Row, Table, select
from support.asking import ask, sign_up, visit
from support.databases import empty_database
from support.verifier_home import VerifierHome, make_home

from credential import jose
from credential.rights import Right, State
from verifier.errors import UsageError, VerifierError
from verifier.service import cases, register, retention
from verifier.store import effects
from verifier.tables import DISCLOSURES, REGISTRATIONS, RIGHTS
from verifier.transaction import About, Bound, Device, Origin, Outcome

DAY = 86_400
SUPPLEMENT = ("woonadres", "huishouden")
ALLOCATION = ("persoonsgegevens", "verblijfsrecht", "woonadres", "huishouden", "woongeschiedenis")


@pytest.fixture
def home(tmp_path: Path, postgresql_url: str) -> Iterator[VerifierHome]:
    made = make_home(tmp_path, database=postgresql_url)
    yield made
    made.close()


def rows(home: VerifierHome, table: Table, *conditions: Any) -> list[Row[Any]]:
    with home.open().store.reading() as connection:
        return list(connection.execute(select(table).where(*conditions)).all())


def beside(work: Callable[[], object]) -> threading.Thread:
    """Somebody else, at the same moment."""
    thread = threading.Thread(target=work)
    thread.start()
    # Who has to wait for us is still waiting then: that is the point.
    thread.join(0.2)
    return thread


@pytest.mark.spec("Regie formats", "3", "a correction does not bring back what is erased beside it")
def test_corrected_beside_an_erasure(home: VerifierHome, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = sign_up(home)
    verifier, correct, others = home.open(), effects._correct, []
    ask(home, Right.RECTIFICATION, answer, claims=(("family_name",),), proposed="Nieuw")
    (case,) = cases.listed(verifier, state="open")

    def slowly(*arguments: Any) -> None:
        if not others:
            erased = lambda: ask(home, Right.ERASURE, answer, claims=(("given_name",),))  # noqa: E731
            others.append(beside(erased))
        correct(*arguments)

    monkeypatch.setattr(effects, "_correct", slowly)
    new = {("family_name",): "Nieuw"}
    cases.decide(verifier, case.id, state=State.DONE, nl="", en="", by="e", corrected=new)
    others[0].join()
    (kept,) = rows(home, DISCLOSURES)
    values = verifier.sealer.open(kept.values_sealed, f"disclosures.values.{kept.id}")
    assert "Zwaantje" not in str(values)
    assert "Nieuw" in str(values)


@pytest.mark.spec("Regie formats", "3", "nothing is written into what a purge removed")
@pytest.mark.parametrize("right", [Right.RECTIFICATION, Right.ERASURE])
def test_changed_beside_a_purge(
    home: VerifierHome, monkeypatch: pytest.MonkeyPatch, right: Right
) -> None:
    sign_up(home)
    answer = visit(home, "profiel-aanvullen", SUPPLEMENT)
    verifier, others = home.open(), []
    path = ("persons_at_address",)
    name = "_correct" if right is Right.RECTIFICATION else "_erase_paths"
    change = getattr(effects, name)

    def purge(days: int) -> None:
        retention.purge(verifier.config, verifier.store, home.clock.at + days * DAY)

    def slowly(*arguments: Any) -> None:
        others.append(beside(lambda: purge(400)))
        change(*arguments)

    if right is Right.RECTIFICATION:
        ask(home, right, answer, claims=(path,), proposed=2)
        (case,) = cases.listed(verifier, state="open")
        monkeypatch.setattr(effects, name, slowly)
        cases.decide(verifier, case.id, state=State.DONE, nl="", en="", by="e", corrected={path: 2})
    else:
        monkeypatch.setattr(effects, name, slowly)
        ask(home, right, answer, claims=(path,))
    for other in others:
        other.join()
    purge(401)
    jkt = jose.thumbprint(answer.rights_key.public_key())
    (kept,) = rows(home, DISCLOSURES, DISCLOSURES.c.rights_jkt == jkt)
    assert kept.values_sealed is None
    assert kept.erased is not None


def test_eight_who_lost_the_key_at_once_have_one_case(home: VerifierHome) -> None:
    sign_up(home)
    visit(home, "toewijzing", ALLOCATION)
    verifier = home.open()
    (registration,) = rows(home, REGISTRATIONS)
    about = About(Origin.COMMAND)
    bound = Bound(
        "x", "rechten", "nl", Device.SAME, Outcome.ACCEPTED, "", None, registration.id, about
    )
    gate = threading.Barrier(8)

    def erase() -> None:
        gate.wait()
        register.erase(verifier, bound)

    threads = [threading.Thread(target=erase) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(rows(home, RIGHTS)) == 2, "one for the sign-up, one for the home"


def test_nothing_is_lifted_while_the_objection_is_open(tmp_path: Path) -> None:
    with empty_database("sqlite") as url:
        home = make_home(tmp_path, database=url)
        answer = sign_up(home)
        ask(home, Right.RESTRICTION, answer)
        ask(home, Right.OBJECTION, answer)
        (case,) = cases.listed(home.open(), state="open")
        with pytest.raises(VerifierError) as caught:
            cases.lift(home.open(), case.id, nl="", en="", by="e")
        assert isinstance(caught.value, UsageError)
        home.close()
