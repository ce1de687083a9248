"""The wallet killed while it fetches cards: what the issuer counts as delivered is not lost."""

from collections.abc import Callable, Iterator

import pytest
from crash.municipality import KINDS, Municipality
from crash.resident import Resident
from crash.town import Town

from issuer.service.desk import OfferMade
from wallet.issuance import Issuance
from wallet.service import add

pytestmark = pytest.mark.crash
Make = Callable[..., Resident]
# Where something differs afterwards; what was answered and not read was delivered to nobody.
TELLING = ("about to commit", "committed", "answered")
BATCH = 10


@pytest.fixture(scope="module")
def desk(town: Town) -> Iterator[Municipality]:
    made = Municipality.serve(town.folder / "issuer", town.scheme, town.issuer_socket, town.tls)
    yield made
    made.stop()


def telling(passed: tuple[str, ...]) -> list[str]:
    return [name for name in passed if name.partition(" #")[0].endswith(TELLING)]


def added(one: Resident, desk: Municipality) -> OfferMade:
    """A wallet that gave its code and waits for the clerk."""
    offer = desk.offer()
    assert one.do("add", link=offer.uri, code=offer.code)["state"] == "pending"
    return offer


def number(one: Resident) -> str | None:
    """The number that the resident reads to the clerk; None when the wallet waits for nothing."""
    with one.store() as store:
        found = [add.number_of(Issuance.read(one.document)) for one in store.issuances()]
    return found[0] if found else None


def holds_everything(one: Resident) -> None:
    """Each card with all its copies, each copy with its key, nothing left to wait for."""
    found = one.do("collect")
    now = one.standing()
    assert now.fresh == dict.fromkeys(KINDS, BATCH), f"{dict(now.fresh)} after {found}"
    with one.store() as store:
        assert store.issuances() == ()
        assert all(copy.private_key_pem for copy in store.candidates())
    assert one.report().ok


@pytest.mark.spec("OpenID4VCI 1.0", "8.2", "an answer that got lost is asked for again")
def test_killed_at_every_boundary_of_collecting(resident: Make, desk: Municipality) -> None:
    first = resident(copies=0)
    offer = added(first, desk)
    desk.confirm(offer.case, number(first) or "")
    whole = first.twin().run("collect")
    assert whole.result["waiting"][0]["received"] == [*KINDS]
    failures = []
    for last in telling(whole.passed):
        one = resident(copies=0)
        offer = added(one, desk)
        desk.confirm(offer.case, number(one) or "")
        try:
            one.run("collect", last=last)
            desk.served.idle()
            one.reopen()
            holds_everything(one)
            assert set(desk.delivered(offer.case)) == set(KINDS)
        except AssertionError as failure:
            failures.append(f"at {last}: {failure}")
    assert not failures, "\n".join(failures)


def test_killed_at_every_boundary_of_adding(resident: Make, desk: Municipality) -> None:
    offer = desk.offer()
    whole = resident(copies=0).run("add", link=offer.uri, code=offer.code)
    assert whole.ended == "done", whole.error
    failures = []
    for last in telling(whole.passed):
        one = resident(copies=0)
        offer = desk.offer()
        try:
            one.run("add", last=last, link=offer.uri, code=offer.code)
            desk.served.idle()
            one.reopen()
            if number(one) is None:
                # Nothing was delivered for this case, and the clerk makes another offer.
                assert desk.delivered(offer.case) == {}
                offer = added(one, desk)
            desk.confirm(offer.case, number(one) or "")
            holds_everything(one)
        except AssertionError as failure:
            failures.append(f"at {last}: {failure}")
    assert not failures, "\n".join(failures)


def test_a_wallet_that_believes_the_card_is_refused_is_found_out(
    resident: Make, desk: Municipality
) -> None:
    one = resident(copies=0, mutant="forgotten_is_denied")
    offer = added(one, desk)
    desk.confirm(offer.case, number(one) or "")
    # The first answer only brings the nonce that proofs of possession must hold.
    one.run("collect", last="deferred: answered #2")
    assert desk.delivered(offer.case)
    with pytest.raises(AssertionError, match="after"):
        holds_everything(one)
