"""Status lists: places nobody can guess, revocation nobody can link, lists anyone can check."""

import gzip
import hashlib
import itertools
import json
import threading
import zlib

import pytest
from sqlalchemy import select, update
from support import issuer_home
from support.wallet_simulator import cards_of, new_key

from credential import base64url, jose, sdjwtvc, statuslist
from credential.errors import NotAllowed
from credential.names import TYP_STATUS_LIST, vct_of
from issuer import status
from issuer.errors import NothingFound, SettingsFault
from issuer.service import statuslists
from issuer.store import Pool, Store
from issuer.tables import status_indices

DAY = 86_400


def issue(town, kind: str = "persoonsgegevens", copies: int = 10) -> list:
    wallet, _ = town.confirmed((kind,))
    cards = cards_of(wallet.ask_cards(kind, [new_key() for _ in range(copies)]))
    return [
        sdjwtvc.verify_card(card, town.scheme.trust, now=town.now, vct=vct_of(kind))
        for card in cards
    ]


def opened(town, uri: str, now: int | None = None) -> statuslist.StatusList:
    code, number = uri.rsplit("/", 3)[1::2]
    municipality = town.office.municipality(code)
    token = statuslists.token(town.office, code, int(number))
    issuer = town.scheme.trust.issuer_by_oin(municipality.settings.oin)
    return statuslist.open_token(
        token, uri=uri, issuer=issuer, trust=town.scheme.trust, now=now or town.now
    )


def invalid(town, cards: list) -> int:
    lists = {card.status.uri: opened(town, card.status.uri) for card in cards}
    return sum(lists[card.status.uri].get(card.status.idx) for card in cards)


def revoke(town, *kinds: str, at_once: bool = False):
    municipality = town.office.municipality("0599")
    return statuslists.revoke(
        town.office,
        municipality,
        issuer_home.RESIDENT,
        frozenset(kinds or ("persoonsgegevens",)),
        now=town.now,
        at_once=at_once,
        reason="request",
    )


@pytest.mark.spec("Token Status List", "5.1", "a signed list at the address the cards name")
def test_a_published_list_opens_and_says_valid(town):
    cards = issue(town)
    assert statuslists.publish(town.office, town.now) == 2
    for card in cards:
        found = opened(town, card.status.uri)
        assert (found.ttl, found.exp - found.iat) == (12 * 3_600, 7 * DAY)
        statuslist.check(card.status, found, now=town.now, max_age=DAY)


@pytest.mark.spec(
    "Token Status List", "13", "indices are random, over several lists, and never given twice"
)
def test_places_are_random_and_unique(town):
    cards = [card for _ in range(8) for card in issue(town)]
    places = [(card.status.uri, card.status.idx) for card in cards]
    assert len(set(places)) == 80
    assert len({uri for uri, _ in places}) == 2
    indices = [idx for _, idx in places]
    assert indices != sorted(indices)
    assert max(indices) > 2048 > min(indices)


@pytest.mark.spec("Regie formats", "7", "copies of a batch at moments of their own; now at once")
def test_revoking_spreads_over_a_day_and_now_does_not(town):
    cards = issue(town)
    assert revoke(town).copies == {"persoonsgegevens": 10}
    seen = []
    for hour in range(25):
        town.now += 3_600 if hour else 0
        statuslists.publish(town.office, town.now)
        seen.append(invalid(town, cards))
    assert seen[0] == 0
    assert seen[-1] == 10
    assert sorted(seen) == seen
    assert len(set(seen)) > 3

    town.now -= 24 * 3_600
    town.now += 25 * 3_600
    more = issue(town)
    revoke(town, at_once=True)
    statuslists.publish(town.office, town.now)
    assert invalid(town, more) == 10


def test_revoking_now_overtakes_what_was_planned(town):
    cards = issue(town)
    revoke(town)
    assert revoke(town, at_once=True).copies["persoonsgegevens"] == 10
    statuslists.publish(town.office, town.now)
    assert invalid(town, cards) == 10
    with pytest.raises(NothingFound):
        revoke(town, at_once=True)


def test_revoking_touches_only_that_person_and_kind(town):
    cards = issue(town)
    others = issue(town, "woonadres")
    revoke(town, "woonadres", at_once=True)
    statuslists.publish(town.office, town.now)
    assert invalid(town, cards) == 0
    assert invalid(town, others) == 10
    found = opened(town, others[0].status.uri)
    with pytest.raises(NotAllowed, match=r"status\.revoked"):
        statuslist.check(others[0].status, found, now=town.now, max_age=DAY)


@pytest.mark.spec(
    "Token Status List", "13", "decoys flip at each publication and are never a card's place"
)
def test_decoys(tmp_path):
    town = issuer_home.make(tmp_path, decoys=20)
    totals = []
    for _ in range(6):
        town.now += 3_600
        statuslists.publish(town.office, town.now)
        lists = [opened(town, f"{town.identifier}/status/{n}", town.now) for n in (1, 2)]
        totals.append(sum(byte.bit_count() for one in lists for byte in one.octets))
    assert sorted(totals) == totals
    assert totals[-1] > totals[0] > 0
    steps = {b - a for a, b in itertools.pairwise(totals)}
    assert len(steps) > 1
    assert invalid(town, issue(town, copies=10)) == 0
    statuslists.publish(town.office, town.now)


@pytest.mark.spec("Regie formats", "7", "no token older than one already made")
def test_a_clock_that_went_back_signs_nothing(town):
    statuslists.publish(town.office, town.now)
    with pytest.raises(SettingsFault, match=r"status\.clock_went_back"):
        statuslists.publish(town.office, town.now - 1)


def test_static_files_for_a_mirror(town, tmp_path):
    mirror = tmp_path / "mirror"
    statuslists.publish(town.office, town.now, mirror)
    municipality = town.office.municipality("0599")
    index = mirror / statuslists.aggregation_path(statuslists.aggregation_uri(municipality))
    uris = json.loads(index.read_bytes())["status_lists"]
    assert uris == [f"{town.identifier}/status/{number}" for number in (1, 2)]
    for uri in uris:
        token = (mirror / statuslist.mirror_path(uri)).read_text()
        assert jose.parse(token, typ=TYP_STATUS_LIST, max_bytes=10**6)
    assert sorted(path.suffix for path in (mirror / "status").iterdir()) == [
        ".json",
        ".jwt",
        ".jwt",
    ]
    listed = town.scheme.trust.issuer_by_oin(municipality.settings.oin)
    assert statuslists.aggregation_uri(municipality) == listed.status_aggregation


@pytest.mark.spec("Token Status List", "8.1", "content type, gzip, and any origin")
def test_serving(town):
    statuslists.publish(town.office, town.now)
    wallet = town.wallet()
    uri = f"{town.identifier}/status/1"
    plain = wallet.get(uri, **{"Accept-Encoding": "identity"})
    assert plain.headers["content-type"] == "application/statuslist+jwt"
    assert plain.headers["access-control-allow-origin"] == "*"
    assert "content-encoding" not in plain.headers
    packed = wallet.get(uri, **{"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.text == plain.text
    listed = wallet.get(f"{town.identifier}/status-lists").json()
    assert uri in listed["status_lists"]
    assert wallet.get(f"{town.identifier}/status/77").status_code == 404


def test_the_bits_stand_where_the_standard_says():
    # Token Status List, 4.1: statuses 1,0,0,1,1,1,0,1 1,1,0,0,0,1,0,1 are the bytes b9 a3.
    invalid_at = [0, 3, 4, 5, 7, 8, 9, 13, 15]
    assert status.bits(16, invalid_at) == bytes.fromhex("b9a3")
    assert (
        zlib.decompress(base64url.decode(statuslist.encode(bytes.fromhex("b9a3")))) == b"\xb9\xa3"
    )


@pytest.mark.spec("Regie formats", "7", "a list is announced before its indices are used")
def test_a_list_is_announced_first(tmp_path):
    store = Store(f"sqlite:///{tmp_path / 'x.db'}", issuer_home.stream())
    store.migrate()
    pool = Pool(1024, 2, 48 * 3_600)
    _announce(store, pool, 1000)
    with pytest.raises(SettingsFault, match=r"status\.no_room"):
        _place(store, pool, 5, 1000 + 48 * 3_600 - 1)
    assert len(_place(store, pool, 5, 1000 + 48 * 3_600)) == 5
    store.close()


def test_lists_that_fill_up_get_successors_and_keep_room(tmp_path):
    store = Store(f"sqlite:///{tmp_path / 'x.db'}", issuer_home.stream())
    store.migrate()
    pool = Pool(1024, 1, 0)
    seen = set()
    for _ in range(20):
        places = _place(store, pool, 100, 5)
        assert seen.isdisjoint(places)
        seen |= set(places)
    assert len(store.lists.numbers("0599")) >= 4
    store.close()


def test_many_at_once_never_share_a_place(tmp_path):
    store = Store(f"sqlite:///{tmp_path / 'x.db'}", issuer_home.stream())
    store.migrate()
    pool = Pool(1024, 2, 0)
    _announce(store, pool, 1)
    taken: list = []
    threads = [
        threading.Thread(target=lambda: taken.extend(_place(store, pool, 10, 5))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 80
    store.close()


@pytest.mark.spec("Regie formats", "7", "what is added to a list makes the list that is made anew")
def test_a_publication_adds_only_what_is_new_and_misses_nothing(database_url, monkeypatch):
    store = Store(database_url, issuer_home.stream())
    store.migrate()
    pool, made, told = Pool(1024, 2, 0), {}, []
    build = status.bits

    def bits(size, invalid, before=None):
        found = list(invalid)
        told.append(len(found))
        return build(size, found, before)

    def sign(number, array):
        made[number] = array
        return ""

    monkeypatch.setattr(status, "bits", bits)
    now = 10 * DAY
    for turn in range(12):
        now += DAY // 4
        places = _place(store, pool, 20, now)
        # Some by a clock that is behind: before the list they come after was signed.
        moments = [now - 7 * 3_600 if turn and n % 5 == 0 else now + n * 3_600 for n in range(15)]
        with store._database.writing() as connection:
            for (number, idx), moment in zip(places, moments, strict=False):
                one = (status_indices.c.number == number) & (status_indices.c.idx == idx)
                connection.execute(update(status_indices).where(one).values(revoked_at=moment))
        store.lists.publish("0599", pool, sign, now=now, decoys=3)
        with store._database.reading() as connection:
            rows = connection.execute(select(status_indices)).all()
        for number, array in made.items():
            over = [
                one for one in rows if one.number == number and (one.revoked_at or now + 1) <= now
            ]
            assert array == build(1024, [one.idx for one in over]), turn
    # The last one read a day and a bit of three days.
    assert sum(told[-2:]) < sum(one.revoked_at is not None for one in rows) * 2 // 3
    store.close()


@pytest.mark.spec("Token Status List", "13", "an index lost in a crash is never given again")
def test_a_crash_between_placing_and_signing_loses_places_only(town, monkeypatch):
    from issuer.service import copies

    wallet, _ = town.confirmed()

    def crash(*_args, **_kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(copies, "make", crash)
    with pytest.raises((KeyboardInterrupt, BaseExceptionGroup)):
        wallet.ask_cards("persoonsgegevens", [new_key() for _ in range(10)])
    monkeypatch.undo()
    lost = _taken(town)
    assert len(lost) == 10
    # The wallet asks again with the same token and gets cards with other places.
    cards = cards_of(wallet.ask_cards("persoonsgegevens", [new_key() for _ in range(10)]))
    assert len(cards) == 10
    assert len(_taken(town)) == 20
    # What was lost is revoked along with the rest: nothing that was accounted for is forgotten.
    assert revoke(town, at_once=True).copies == {"persoonsgegevens": 20}


def test_a_crash_inside_the_transaction_changes_nothing(town, monkeypatch):
    from issuer import store as store_package

    wallet, made = town.confirmed()
    before = town.office.store.cases.find(made.case)

    def crash(*_args, **_kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(store_package, "write_processing", crash)
    with pytest.raises((KeyboardInterrupt, BaseExceptionGroup)):
        wallet.ask_cards("persoonsgegevens", [new_key()])
    assert _taken(town) == set()
    assert town.office.store.cases.find(made.case).version == before.version


def test_what_is_due(town):
    assert statuslists.due(town.office, town.now)
    statuslists.publish(town.office, town.now)
    assert not statuslists.due(town.office, town.now + 3_599)
    assert statuslists.due(town.office, town.now + 3_600)


def test_compressed_is_the_same_text():
    text = hashlib.sha256(b"x").hexdigest() * 50
    assert gzip.decompress(statuslists.compressed(text)).decode() == text


def _announce(store: Store, pool: Pool, now: int) -> None:
    store.lists.publish("0599", pool, lambda _number, _bits: "", now=now, decoys=0)


def _place(store: Store, pool: Pool, count: int, now: int) -> list:
    from issuer.store.lists import place

    with store._database.writing() as connection:
        return place(
            connection, "0599", pool, count, now=now, entropy=issuer_home.stream(f"{id(object())}")
        )


def _taken(town) -> set:
    with town.office.store._database.reading() as connection:
        rows = connection.execute(select(status_indices.c.number, status_indices.c.idx)).all()
    return {tuple(row) for row in rows}
