"""A revocation is whole: what is issued, what still could be, and the account of it."""

import pytest
from support import issuer_home
from support.issuer_home import RESIDENT
from support.wallet_simulator import cards_of, new_key

from issuer.errors import NothingFound
from issuer.offer import Ended, Reason
from issuer.service import statuslists
from issuer.store import accounts, lists

KIND = "persoonsgegevens"


def revoke(town, kind: str = KIND):
    return statuslists.revoke(
        town.office,
        town.office.municipality("0599"),
        RESIDENT,
        frozenset({kind}),
        now=town.now,
        at_once=True,
        reason="death",
    )


@pytest.mark.spec("Regie formats", "7", "after a revocation a running case gives no more copies")
def test_a_confirmed_case_gives_nothing_after_a_revocation(town):
    wallet, made = town.confirmed((KIND,))
    cards_of(wallet.ask_cards(KIND, [new_key()]))
    done = revoke(town)
    assert (done.copies, done.stopped) == ({KIND: 1}, 1)
    answer = wallet.ask_cards(KIND, [new_key()])
    assert (answer.status_code, answer.json()) == (400, {"error": "credential_request_denied"})
    stored = town.office.store.cases.find(made.case)
    assert isinstance(stored.case, Ended)
    assert (stored.case.reason, stored.sealed) == (Reason.REVOKED, None)


def test_an_offer_is_stopped_even_when_nothing_was_issued_yet(town):
    made = town.offer((KIND,))
    done = revoke(town)
    assert (done.copies, done.stopped) == ({}, 1)
    assert town.wallet().get(made.link).status_code == 404
    with pytest.raises(NothingFound):
        revoke(town)


def test_cases_of_others_and_of_other_kinds_go_on(town):
    other = town.offer((KIND,), "999999357")
    household = town.offer(("huishouden",))
    with pytest.raises(NothingFound):
        revoke(town)
    for made in (other, household):
        assert town.office.store.cases.find(made.case).sealed is not None


def _full_disk(*_args):
    raise OSError


def test_no_revocation_without_its_line_in_the_processing_log(town, monkeypatch):
    wallet, _ = town.confirmed((KIND,))
    cards_of(wallet.ask_cards(KIND, [new_key()]))
    with monkeypatch.context() as patch:
        patch.setattr(lists, "write_processing", _full_disk)
        with pytest.raises(OSError):
            revoke(town)
    assert revoke(town).copies == {KIND: 1}


def test_no_offer_without_its_line_in_the_processing_log(town, monkeypatch):
    monkeypatch.setattr("issuer.store.cases.write_processing", _full_disk)
    with pytest.raises(OSError):
        town.offer((KIND,))
    assert town.office.store.cases.every() == []


@pytest.mark.spec("Token Status List", "13", "a place stays taken after its card has expired")
def test_purging_keeps_places_taken_and_revoked(town):
    wallet, _ = town.confirmed((KIND,))
    cards_of(wallet.ask_cards(KIND, [new_key()]))
    revoke(town)
    town.office.store.accounts.purge(town.now + 400 * 86_400)
    with town.office.store._database.reading() as connection:
        rows = connection.execute(accounts.status_indices.select()).all()
    assert [(row.issued_id, row.revoked_at) for row in rows] == [(None, town.now)]


def test_one_municipality_without_a_certificate_does_not_hold_up_the_other(tmp_path):
    from issuer.errors import SettingsFault

    town = issuer_home.make(tmp_path, westhove=True)
    first = next(iter(town.office.municipalities.values()))
    leaf = first.certificates.status
    first.certificates.__dict__["status"] = type(leaf)(leaf.signer, leaf.der, 0, town.now)
    with pytest.raises(SettingsFault, match="too_old"):
        statuslists.publish(town.office, town.now)
    signed = {
        code: town.office.store.lists.oldest_signature(code) for code in town.office.municipalities
    }
    assert signed.pop(first.code) is None
    assert set(signed.values()) == {town.now}
    town.office.close()


@pytest.mark.spec("Regie formats", "7", "irreversible: nothing postpones a revocation")
def test_asking_again_never_postpones(town):
    wallet, _ = town.confirmed((KIND,))
    cards_of(wallet.ask_cards(KIND, [new_key() for _ in range(10)]))

    def moments() -> list[int]:
        with town.office.store._database.reading() as connection:
            rows = connection.execute(accounts.status_indices.select()).all()
        return [row.revoked_at for row in sorted(rows)]

    def spread() -> None:
        statuslists.revoke(
            town.office,
            town.office.municipality("0599"),
            RESIDENT,
            frozenset({KIND}),
            now=town.now,
            at_once=False,
            reason="request",
        )

    spread()
    first = moments()
    assert max(first) > town.now
    for _ in range(3):
        spread()
    assert all(later <= sooner for later, sooner in zip(moments(), first, strict=True))
    revoke(town)
    assert set(moments()) == {town.now}
