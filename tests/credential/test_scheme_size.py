"""A scheme for the whole country: what a reader opens, looks into and keeps; counts, not times."""

import threading
from collections import Counter

import pytest
from support import national
from support.scheme import NOW, VOORBEELDWONEN, build
from support.wallet_world import world

from credential import snapshot
from credential.errors import CredentialError
from credential.names import LISTS
from credential.trust import Role, leaf, lists
from wallet.service import cards

LOTE = {f"lote/{name}.jwt" for name in LISTS}


class Counted:
    """How often what is costly happens."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.count: Counter[str] = Counter()
        for module, name in ((lists, "_entity"), (leaf, "load"), (snapshot, "open_list")):
            patch.setattr(module, name, self._counting(name, getattr(module, name)))

    def _counting(self, name, real):
        def call(*args, **kwargs):
            self.count[name if name != "open_list" else kwargs["list_type"].split("/")[-2]] += 1
            return real(*args, **kwargs)

        return call


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    return Counted(monkeypatch)


def test_every_authority_of_the_country_is_looked_into_once(counted: Counted) -> None:
    """342 issuers with two services each name two authorities."""
    scheme = national.shared()
    counted.count.clear()
    trust = snapshot.open_scheme(
        scheme.read, fingerprint=scheme.fingerprint, floor=0, now=scheme.now
    )
    assert len(trust.issuers) == national.MUNICIPALITIES
    assert counted.count["_entity"] == national.MUNICIPALITIES + 3
    assert counted.count["load"] < 30
    anchors = {id(der) for issuer in trust.issuers for der in issuer.card_anchors}
    assert len(anchors) == 1


def test_reopening_looks_into_nothing_that_is_not_asked_for(counted: Counted) -> None:
    scheme = national.shared()
    counted.count.clear()
    trust = snapshot.reopen_scheme(
        scheme.read, fingerprint=scheme.fingerprint, floor=0, now=scheme.now
    )
    assert counted.count["_entity"] == 0
    assert trust.anchors(Role.VERIFIER_ACCESS)
    assert trust.anchors(Role.REGISTRATION)
    assert {name: counted.count[name] for name in LISTS} == {
        "pub-eaa-providers": 0,
        "wrpac-providers": 1,
        "wrprc-providers": 1,
        "wallet-providers": 0,
    }
    assert counted.count["_entity"] == 2
    for _ in range(3):
        assert len(trust.issuers) == national.MUNICIPALITIES
        assert trust.issuer_by_oin(trust.issuers[7].oin) is trust.issuers[7]
        trust.anchors(Role.CARD)
    assert counted.count["pub-eaa-providers"] == 1


def test_a_wallet_that_is_asked_opens_two_small_lists(tmp_path, counted: Counted) -> None:
    """The list of issuers is for cards that come or go; a question alone leaves it closed."""
    town = world(tmp_path, cards=False)
    assert town.scheme.trust
    town.wallet.forget_trust()
    counted.count.clear()
    with town.wallet:
        town.receive()
        asked = {name for name in LISTS if counted.count[name]}
    assert asked == {"wrpac-providers", "wrprc-providers"}


def test_what_cards_are_called_needs_no_list(tmp_path, counted: Counted) -> None:
    town = world(tmp_path)
    counted.count.clear()
    with town.wallet:
        assert cards.types(town.wallet)
        assert cards.held(town.wallet, now=town.now)
    assert not [name for name in LISTS if counted.count[name]]


def test_many_threads_read_the_same() -> None:
    """No thread waits for another: each reads a list, or finds what another one left."""
    scheme = build(NOW)
    trust = snapshot.reopen_scheme(
        scheme.read, fingerprint=scheme.fingerprint, floor=0, now=scheme.now
    )
    barrier = threading.Barrier(8)
    found: list[tuple[object, ...]] = []

    def look() -> None:
        barrier.wait()
        found.append((tuple(trust.issuers), trust.anchors(Role.CARD), trust.anchors(Role.STATUS)))

    threads = [threading.Thread(target=look) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(found) == 8
    assert all(one == found[0] for one in found)


@pytest.mark.spec("Regie formats", "8", "every file hash-checked, also of what is reopened")
@pytest.mark.parametrize("path", sorted(LOTE | {"revoked.json", "signers/lists.cer"}))
def test_reopening_checks_every_hash(path: str) -> None:
    scheme = build(NOW)
    scheme.swap(path, scheme.read(path) + b" ")
    with pytest.raises(CredentialError) as caught:
        snapshot.reopen_scheme(scheme.read, fingerprint=scheme.fingerprint, floor=0, now=NOW)
    assert caught.value.code == "scheme.file_hash"


def test_reopened_it_decides_as_opened() -> None:
    scheme = build(NOW)
    opened = scheme.trust
    again = snapshot.reopen_scheme(
        scheme.read, fingerprint=scheme.fingerprint, floor=0, now=scheme.now
    )
    for role in Role:
        assert again.anchors(role) == opened.anchors(role)
    assert tuple(again.issuers) == tuple(opened.issuers)
    assert again.issuers[:1] == opened.issuers[:1]
    x5c = scheme.verifier(VOORBEELDWONEN).access.x5c
    assert again.verifier_leaf(x5c, NOW) == opened.verifier_leaf(x5c, NOW)
    with pytest.raises(CredentialError) as caught:
        snapshot.reopen_scheme(scheme.read, fingerprint=scheme.fingerprint, floor=2, now=NOW)
    assert caught.value.code == "scheme.rollback"
