"""Coming back for copies: an hour for each kind, and the register only when something changed."""

from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest
from sqlalchemy import select, update
from support import from_home
from support.issuer_home import RESIDENT
from support.settled import KINDS, settle
from support.wallet_simulator import cards_of, new_key

from credential import sdjwt
from issuer import box
from issuer.brp.errors import NotFound, Unavailable
from issuer.service.oauth import TOKEN_SECONDS
from issuer.tables import grants, issued, notifications, status_indices

HOUR = 3_600


def refused(answer, error, status=400):
    assert answer.status_code == status, answer.text
    assert answer.json() == {"error": error}


@pytest.fixture
def town(https_town):
    """Everything here goes over https."""
    return https_town


@pytest.fixture
def settled(town):
    return settle(town)


def queries(town):
    return town.office.store.accounts.query_count()


def places_of(cards):
    found = [sdjwt.parse(card, typ="dc+sd-jwt").issuer_jwt.dangerous_payload() for card in cards]
    return {
        (one["status"]["status_list"]["uri"], one["status"]["status_list"]["idx"]) for one in found
    }


# ---- one batch of each kind in an hour


@pytest.mark.spec("Regie domain", "1.4", "a refill of copies does not ask the register")
def test_a_refill_asks_nobody(settled):
    before = queries(settled.town)
    for hour in range(3):
        for kind in KINDS:
            keys = [new_key() for _ in range(10)]
            assert len(cards_of(settled.wallet.ask_cards(kind, keys))) == 10, hour
        settled.later(HOUR)
        assert settled.refresh().status_code == 200
    assert queries(settled.town) == before


@pytest.mark.spec("Architecture", "Issuer", "one batch of each kind in an hour")
def test_a_second_batch_in_one_hour_is_refused(settled):
    wallet = settled.wallet
    assert len(cards_of(wallet.ask_cards("huishouden", [new_key()]))) == 1
    refused(wallet.ask_cards("huishouden", [new_key()]), "credential_request_denied")
    settled.refresh()
    refused(wallet.ask_cards("huishouden", [new_key()]), "credential_request_denied")
    assert len(cards_of(wallet.ask_cards("persoonsgegevens", [new_key()]))) == 1
    settled.later(HOUR)
    settled.refresh()
    assert len(cards_of(wallet.ask_cards("huishouden", [new_key()]))) == 1


@pytest.mark.spec("Architecture", "Issuer", "copies that an event ended are replaced at once")
def test_after_a_change_nobody_waits_an_hour(settled):
    wallet = settled.wallet
    assert len(cards_of(wallet.ask_cards("huishouden", [new_key()]))) == 1
    settled.town.office.store.grants.mark_changed("0599", settled.subject)
    settled.refresh()
    assert len(cards_of(wallet.ask_cards("huishouden", [new_key()]))) == 1
    refused(wallet.ask_cards("huishouden", [new_key()]), "credential_request_denied")


@pytest.mark.spec("Architecture", "Issuer", "after a change no earlier token gives a card again")
def test_an_older_token_is_of_no_use_after_a_change(settled):
    wallet = settled.wallet
    older = wallet.token
    settled.town.office.store.grants.mark_changed("0599", settled.subject)
    settled.refresh()
    fresh, wallet.token = wallet.token, older
    refused(wallet.ask_cards("huishouden", [new_key()]), "invalid_token", 401)
    wallet.token = fresh
    assert len(cards_of(wallet.ask_cards("huishouden", [new_key()]))) == 1


def test_how_long_until_the_next_is_known(settled):
    store, grant = settled.town.office.store, settled.grant.grant_id
    assert store.promises.refilled(grant, settled.town.now) == frozenset()
    settled.wallet.ask_cards("huishouden", [new_key()])
    assert store.promises.refilled(grant, settled.town.now) == {"huishouden"}
    assert store.promises.refilled(grant, settled.town.now + HOUR) == frozenset()


@pytest.mark.spec("OpenID4VCI 1.0", "8.2", "a request whose answer was lost may come once more")
def test_the_same_request_again(settled):
    wallet, keys = settled.wallet, [new_key(), new_key()]
    first = places_of(cards_of(wallet.ask_cards("huishouden", keys)))
    refused(wallet.ask_cards("huishouden", keys[:1]), "credential_request_denied")
    again = places_of(cards_of(wallet.ask_cards("huishouden", keys[::-1])))
    assert not first & again
    refused(wallet.ask_cards("huishouden", keys), "credential_request_denied")


def test_the_same_keys_with_another_token_are_another_request(settled):
    wallet, keys = settled.wallet, [new_key()]
    assert len(cards_of(wallet.ask_cards("huishouden", keys))) == 1
    settled.refresh()
    refused(wallet.ask_cards("huishouden", keys), "credential_request_denied")


@pytest.mark.spec("Architecture", "Issuer", "50 refills at once give one batch of each kind")
def test_fifty_refills_at_once(tmp_path, front, database_url):
    town = from_home.https_town(tmp_path, front, top=f'database = "{database_url}"\n')
    settled = settle(town)
    before = len(_rows(town))
    wallets = []
    for _ in range(50):
        wallet = town.wallet()
        wallet.key = settled.wallet.key
        wallet.as_nonce, wallet.rs_nonce = settled.wallet.as_nonce, settled.wallet.rs_nonce
        wallets.append(wallet)

    def one(wallet):
        found = [settled.refresh(wallet).status_code]
        return found + [wallet.ask_cards(kind, [new_key()]).status_code for kind in KINDS]

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(one, wallets))
    refreshed = [answer for answer in answers if answer[0] == 200]
    assert len(refreshed) >= 1
    for position in (1, 2):
        assert sum(answer[position] == 200 for answer in answers) == 1
    assert len(_rows(town)) == before + len(KINDS)
    town.office.close()


def _rows(town):
    with town.office.store._database.reading() as connection:
        return connection.execute(select(issued)).all()


# ---- what is kept


def test_what_is_kept_of_a_refill(settled):
    settled.wallet.ask_cards("huishouden", [new_key() for _ in range(3)])
    row = _rows(settled.town)[-1]
    assert (row.kind, row.grant_id, row.subject) == (
        "huishouden",
        settled.grant.grant_id,
        settled.subject,
    )
    assert row.facts
    assert RESIDENT not in row.facts
    first = _rows(settled.town)[0]
    assert (first.grant_id, first.facts is None) == (settled.grant.grant_id, False)


# ---- when something changed


@pytest.mark.spec("Regie domain", "1.4", "the register is asked again when something changed")
def test_after_a_change_the_wallet_refreshes_and_the_register_is_asked_once(settled):
    town, wallet = settled.town, settled.wallet
    before = queries(town)
    town.office.store.grants.mark_changed("0599", settled.subject)
    refused(wallet.ask_cards("huishouden", [new_key()]), "invalid_token", 401)
    assert settled.refresh().status_code == 200
    asked = queries(town)
    assert asked > before
    assert len(cards_of(wallet.ask_cards("huishouden", [new_key()]))) == 1
    assert len(cards_of(wallet.ask_cards("persoonsgegevens", [new_key()]))) == 1
    settled.later(HOUR)
    settled.refresh()
    assert len(cards_of(wallet.ask_cards("huishouden", [new_key()]))) == 1
    assert queries(town) == asked


@pytest.mark.spec("Regie domain", "1.4", "a change between two refreshes at once is not lost")
def test_a_slower_refresh_does_not_swallow_the_next_change(settled, monkeypatch):
    town, store = settled.town, settled.town.office.store.grants
    store.mark_changed("0599", settled.subject)
    slower = settled.grant
    assert settled.refresh().status_code == 200
    store.mark_changed("0599", settled.subject)
    with monkeypatch.context() as patch:
        patch.setattr(store, "by_refresh", lambda _hash: slower)
        settled.refresh()
    assert settled.grant.changed == 1
    refused(settled.wallet.ask_cards("huishouden", [new_key()]), "invalid_token", 401)
    before = queries(town)
    assert settled.refresh().status_code == 200
    assert queries(town) > before
    assert len(cards_of(settled.wallet.ask_cards("huishouden", [new_key()]))) == 1


def test_when_time_alone_changes_a_claim_the_register_is_asked(settled):
    town, wallet = settled.town, settled.wallet
    secret, bearer = town.office.secret, settled.refresh_token
    found = box.open_box(secret, bearer, settled.grant.box)
    assert found.ask_again_at is not None
    sooner = msgspec.structs.replace(found, ask_again_at=town.now + 2 * HOUR)
    with town.office.store._database.writing() as connection:
        sealed = box.seal(secret, bearer, sooner, town.office.entropy)
        connection.execute(update(grants).values(box=sealed))
    before = queries(town)
    settled.later(2 * HOUR - 1)
    assert settled.refresh().status_code == 200
    assert queries(town) == before
    assert len(cards_of(wallet.ask_cards("huishouden", [new_key()]))) == 1
    settled.later(1)
    # The token is still good, what it opens is a day too old.
    refused(wallet.ask_cards("persoonsgegevens", [new_key()]), "invalid_token", 401)
    assert settled.refresh().status_code == 200
    assert queries(town) > before
    assert len(cards_of(wallet.ask_cards("persoonsgegevens", [new_key()]))) == 1


def test_whoever_moved_away_gets_no_copies_and_hears_it(settled, monkeypatch):
    town = settled.town

    def gone(*_args, **_more):
        raise NotFound("brp.not_found")

    monkeypatch.setattr(town.office.source, "fetch", gone)
    town.office.store.grants.mark_changed("0599", settled.subject)
    assert settled.refresh().status_code == 200
    refused(settled.wallet.ask_cards("huishouden", [new_key()]), "credential_request_denied")


def test_a_register_that_is_away_is_not_the_wallets_fault(settled, monkeypatch):
    town = settled.town
    fetch = town.office.source.fetch

    def away(*_args, **_more):
        raise Unavailable("brp.unavailable")

    monkeypatch.setattr(town.office.source, "fetch", away)
    town.office.store.grants.mark_changed("0599", settled.subject)
    assert settled.refresh().status_code == 503
    monkeypatch.setattr(town.office.source, "fetch", fetch)
    assert settled.refresh().status_code == 200
    assert len(cards_of(settled.wallet.ask_cards("huishouden", [new_key()]))) == 1


# ---- when it is over


@pytest.mark.spec("RFC 6750", "3.1", "the tokens of a grant that ended are unknown")
def test_an_ended_grant_gives_nothing(settled):
    assert settled.town.office.store.grants.end_of_subject("0599", settled.subject) == 1
    refused(settled.wallet.ask_cards("huishouden", [new_key()]), "invalid_token", 401)
    refused(settled.wallet.collect("x"), "invalid_token", 401)
    refused(settled.refresh(), "invalid_grant")


@pytest.mark.parametrize("what", ["end", "mark_changed"])
def test_a_grant_that_ends_at_the_last_moment_gives_nothing(settled, monkeypatch, what):
    """After the token was looked at, before the places are taken."""
    store = settled.town.office.store
    issue = store.issue_granted

    def slow(*args, **more):
        if what == "end":
            store.grants.end(settled.grant.grant_id)
        else:
            store.grants.mark_changed("0599", settled.subject)
        return issue(*args, **more)

    before = _places(settled.town)
    monkeypatch.setattr(store, "issue_granted", slow)
    refused(settled.wallet.ask_cards("huishouden", [new_key()]), "invalid_token", 401)
    assert _places(settled.town) == before
    assert _notifiable(settled.town) == len(KINDS)


def _places(town):
    with town.office.store._database.reading() as connection:
        return len(connection.execute(select(status_indices)).all())


def _notifiable(town):
    with town.office.store._database.reading() as connection:
        return len(connection.execute(select(notifications)).all())


@pytest.mark.spec("RFC 6750", "3.1", "an access token of a grant lives for an hour")
def test_an_expired_access_token(settled):
    settled.later(TOKEN_SECONDS)
    refused(settled.wallet.ask_cards("huishouden", [new_key()]), "invalid_token", 401)


@pytest.mark.spec("OpenID4VCI 1.0", "8.3.1.1", "a kind that the grant does not have")
def test_a_kind_that_was_not_granted(settled):
    refused(settled.wallet.ask_cards("woonadres", [new_key()]), "insufficient_scope", 403)
    refused(settled.wallet.ask_cards("urgentie", [new_key()]), "unknown_credential_configuration")


@pytest.mark.spec("RFC 6749", "6", "a refreshed token may be for fewer kinds")
def test_a_token_for_fewer_kinds(settled):
    settled.wallet.token = settled.ask(scope="huishouden").json()["access_token"]
    refused(settled.wallet.ask_cards("persoonsgegevens", [new_key()]), "insufficient_scope", 403)
    assert len(cards_of(settled.wallet.ask_cards("huishouden", [new_key()]))) == 1


def test_old_hours_are_forgotten(settled):
    store, now = settled.town.office.store, settled.town.now
    settled.wallet.ask_cards("huishouden", [new_key()])
    store.promises.purge(now)
    assert store.promises.refilled(settled.grant.grant_id, now) == {"huishouden"}
    store.promises.purge(now + HOUR)
    assert store.promises.refilled(settled.grant.grant_id, now) == frozenset()
