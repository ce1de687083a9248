"""The question between the real things: a "no" that is sealed, and a request that is fetched once."""

from collections.abc import Iterator

import pytest
from crash.jobs import opened
from crash.town import Town

from verifier.store import transactions
from verifier.transaction import Answered, Outcome
from wallet import clock, doors, links
from wallet.service import share
from wallet.service.share import Posed
from wallet.service.wallet import Wallet


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    made = Town.found(tmp_path_factory.mktemp("question"))
    made.corporation.serve()
    yield made
    made.close()


def posed(town: Town, wallet: Wallet) -> tuple[str, Posed]:
    """A request of the corporation, fetched by POST with what this wallet can do."""
    made = town.corporation.ask()
    found = links.parse(made.link)
    assert isinstance(found, links.PresentationLink)
    assert found.post
    fetch = doors.network(wallet.config)
    return made.transaction, share.receive(wallet, fetch, found, lang="nl", now=clock.now())


@pytest.mark.spec("OpenID4VP 1.0", "8.5", "a sealed access_denied is read as a no by the verifier")
def test_a_no_arrives_as_a_no(town: Town) -> None:
    with opened(town.wallet(10), clock.now()) as wallet:
        identifier, question = posed(town, wallet)
        fetch = doors.network(wallet.config)
        share.decline(wallet, fetch, question, now=clock.now())
        office = town.corporation.home.open()
        answered = transactions.find(office.store, office.sealer, identifier)
        assert isinstance(answered, Answered)
        assert (answered.outcome, answered.wallet_error) == (Outcome.DECLINED, "access_denied")


def test_all_that_is_registered_is_in_the_question(town: Town) -> None:
    with opened(town.wallet(10), clock.now()) as wallet:
        _, found = posed(town, wallet)
        question = found.question
        assert question.asker.registered
        assert question.purpose == "Inschrijven als woningzoekende"
        assert question.authority is not None
        assert question.authority["name"] == "Autoriteit Persoonsgegevens"
        assert question.retention is not None
        assert question.recipients == ()
        assert question.privacy_policy is not None
