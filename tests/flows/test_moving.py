"""Moving to another computer, against the corporation as it really is, over https.

What was shared from the old wallet is looked into, limited and erased from the new one, with
nothing but the backup in between.
"""

import asyncio
import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.holder_simulator import PERSON
from support.visited import Visited, visited
from support.wallets import new_card_of

from credential import pbes2
from credential.rights import Right
from wallet import clock, files, links, log
from wallet.caution import Warn
from wallet.config import Config
from wallet.events import Kind, Outcome
from wallet.fetch import HttpsFetch
from wallet.keyfile import MasterKey
from wallet.links import PresentationLink
from wallet.service import backup, evidence, exporting, rights, share, sync
from wallet.service.wallet import Wallet
from wallet.store import Store

PHRASE = "een wachtwoord voor het bestand"
OWN = "vijf nieuwe woorden op papier"


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visited]:
    with visited(tmp_path_factory.mktemp("corporation")) as made:
        yield made


@pytest.fixture
def old(there: Visited, tmp_path: Path) -> Iterator[Wallet]:
    """A wallet with the two cards that signing up asks for."""
    config = Config(
        scheme_url=str(there.home.mirror / "scheme"),
        fingerprint=there.home.scheme.fingerprint.hex(),
        tls_ca=there.ca,
        allow_networks=("127.0.0.0/8", "::1/128"),
    )
    place, now = tmp_path / "old", clock.now()
    files.private_folder(place)
    store = Store.create(place, MasterKey(bytes(32)), at=now, entropy=clock.random_bytes)
    wallet = Wallet(place, config, store, clock.random_bytes, lock=None)
    sync.sync(wallet, HttpsFetch(), now=now)
    for card in there.home.cards():
        new, copy = new_card_of(card, PERSON[card.kind], there.home.scheme.now)
        store.add_card(new, [copy], activity=store.new_activity(), body={"kind": new.kind}, at=now)
    yield wallet
    wallet.close()


def network(wallet: Wallet) -> HttpsFetch:
    return HttpsFetch(tls_ca=wallet.config.tls_ca, allow_networks=wallet.config.allow_networks)


def link_of(there: Visited) -> PresentationLink:
    async def work() -> str:
        async with there.client() as http:
            browser = await there.browser(http).start("inschrijven")
            return browser.same_device

    found = links.parse(asyncio.run(work()))
    assert isinstance(found, PresentationLink)
    return found


def signed_up(there: Visited, wallet: Wallet) -> str:
    """Shares what signing up asks; the id of its activity."""
    fetch, now = network(wallet), clock.now()
    posed = share.receive(wallet, fetch, link_of(there), lang="nl", now=now)
    option = posed.question.options[0]
    share.share(wallet, fetch, posed, option, accepted=tuple(Warn), now=now)
    fetch.close()
    return posed.id


@pytest.mark.spec("Regie formats", "4", "rights keys are part of backup and restore")
def test_rights_from_the_restored_wallet(
    there: Visited, old: Wallet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pbes2, "ITERATIONS", 1000)
    activity = signed_up(there, old)
    before = old.store.activity(activity)
    assert before is not None
    assert (before.outcome, before.receipt) == (Outcome.SHARED, "verified")

    file = tmp_path / "regie.backup"
    backup.backup(old, file, PHRASE, now=clock.now())
    opened = backup.open_file(file, PHRASE)
    # As the resident sets them again on the new computer.
    here = {name: getattr(old.config, name) for name in opened.dropped}
    opened = dataclasses.replace(opened, config=dataclasses.replace(opened.config, **here))
    with backup.restore(
        tmp_path / "new", opened, OWN, now=clock.now(), entropy=clock.random_bytes
    ) as new:
        fetch = network(new)
        sync.sync(new, fetch, now=clock.now())
        assert {one.kind for one in opened.cards} == {"persoonsgegevens", "verblijfsrecht"}

        # The evidence came along, and holds under the certificates of the real corporation.
        examined = evidence.examine(new, activity, now=clock.now())
        assert {one.role for one in examined} >= {"request", "registration", "receipt", "scheme"}
        assert all(one.holds for one in examined), [one.verdict for one in examined]

        asked = [Right.STATUS, Right.ACCESS, Right.ERASURE]
        for right in asked:
            rights.ask(new, fetch, activity, right, now=clock.now())
        kinds = [one.kind for one in new.store.events(activity)]
        assert kinds.count(Kind.RIGHT_ANSWERED) == len(asked)
        states = {one.right: one.state for one in new.store.rights_cases(activity)}
        assert states["access"] == "done"
        assert states["erasure"] in ("done", "needs_confirmation", "partly")
        fetch.close()

        # And what it says about all that can be checked by anybody.
        assert log.verify(new.store).ok
        export = tmp_path / "log.jwe"
        exporting.export(new, export, PHRASE, activities=None, now=clock.now())
        found = exporting.check(new, export, PHRASE, now=clock.now())
        assert found.ok, found.judgement.faults
        by = {one.kind: one.signed_by for one in found.judgement.statements}
        assert by["right.answered"]
        assert by["wallet.restored"] is None
