"""Cards by a standing grant that a person decides on: promised, kept for the grant, collected."""

import pytest
from support.issuer_home import with_declared
from support.settled import Settled, settle
from support.wallet_simulator import cards_of, new_key

from credential import jose, sdjwt
from credential.names import vct_of
from issuer.application import Outcome
from issuer.config import Declared, Field
from issuer.dossier import Words
from issuer.service import applications, deciding
from issuer.service.issuance import APPLICATION_SECONDS
from issuer.service.oauth import TOKEN_SECONDS

HOUR = 3_600
DAY = 86_400
FIELD = Field(name="reason", nl="Waarom", en="Why")
DECIDED = {"urgency_granted": True, "category": "medisch", "valid_until": "2026-12-31"}
REASON = Words(nl="Het bewijs ontbreekt.", en="The proof is missing.")


def refused(answer, error, status=400):
    assert answer.status_code == status, answer.text
    assert answer.json() == {"error": error}


@pytest.fixture
def town(https_town):
    """Everything here goes over https."""
    return https_town


@pytest.fixture
def settled(town):
    with_declared(town, Declared(kind="urgentie", fields=(FIELD,)))
    return settle(town)


def apply(settled: Settled) -> str:
    """The resident states it; the case's number."""
    town = settled.town
    issuer = town.office.municipality("0599")
    stated = {"reason": "Ik ben ziek."}
    view = applications.open_card(
        town.office, issuer, settled.subject, "urgentie", stated, (), town.now
    )
    return view.application.file.case


def decide(settled: Settled, case: str, outcome: Outcome = Outcome.GRANTED) -> None:
    office, now = settled.town.office, settled.town.now
    deciding.take(office, case, clerk="bea", now=now)
    granted = outcome is Outcome.GRANTED
    deciding.decide(
        office,
        case,
        outcome,
        clerk="bea",
        now=now,
        reason=None if granted else REASON,
        claims=DECIDED if granted else None,
    )


def promise(settled: Settled, keys=None) -> str:
    answer = settled.wallet.ask_cards("urgentie", keys or [new_key()])
    assert answer.status_code == 202, answer.text
    assert answer.json()["interval"] == APPLICATION_SECONDS
    assert answer.headers["cache-control"] == "no-store"
    return answer.json()["transaction_id"]


# ---- promised and kept


@pytest.mark.spec("OpenID4VCI 1.0", "9", "a promise is collected when a person has decided")
def test_a_card_that_a_person_decides_on(settled):
    wallet = settled.wallet
    signer = settled.town.office.municipality("0599").certificates.card.signer
    case = apply(settled)
    keys = [new_key(), new_key()]
    transaction = promise(settled, keys)
    again = wallet.collect(transaction)
    assert (again.status_code, again.json()) == (
        202,
        {"transaction_id": transaction, "interval": APPLICATION_SECONDS},
    )
    decide(settled, case)
    cards = cards_of(wallet.collect(transaction))
    for card, key in zip(cards, keys, strict=True):
        payload = sdjwt.verify(sdjwt.parse(card, typ="dc+sd-jwt"), signer.public_key).payload
        assert payload["vct"] == vct_of("urgentie")
        assert payload["cnf"]["jwk"] == jose.public_jwk(key.public_key())
        assert DECIDED.items() <= payload.items()
        assert payload["housing_pseudonym"]
    refused(wallet.collect(transaction), "invalid_transaction_id")


@pytest.mark.spec("OpenID4VCI 1.0", "9.1", "the promise outlives the access token")
def test_a_later_token_of_the_same_grant_collects(settled):
    case = apply(settled)
    transaction = promise(settled)
    settled.later(30 * DAY)
    settled.wallet.c_nonce()
    refused(settled.wallet.collect(transaction), "invalid_token", 401)
    settled.refresh()
    assert settled.wallet.collect(transaction).status_code == 202
    decide(settled, case)
    settled.later(TOKEN_SECONDS)
    settled.refresh()
    assert len(cards_of(settled.wallet.collect(transaction))) == 1


@pytest.mark.spec("OpenID4VCI 1.0", "9.3", "a transaction of another grant")
def test_the_promise_of_another_wallet(settled):
    case = apply(settled)
    transaction = promise(settled)
    decide(settled, case)
    other = settle(settled.town)
    refused(other.wallet.collect(transaction), "invalid_transaction_id")
    refused(settled.wallet.collect("x"), "invalid_transaction_id")
    refused(settled.wallet.post("deferred", {}), "invalid_credential_request")
    assert len(cards_of(settled.wallet.collect(transaction))) == 1


@pytest.mark.spec("OpenID4VCI 1.0", "9.3", "nor does the desk's own token open it")
def test_the_token_of_the_desk_is_another(settled):
    transaction = promise(settled)
    desk, _ = settled.town.confirmed(("huishouden",))
    desk.c_nonce()
    refused(desk.collect(transaction), "invalid_transaction_id")


def test_a_second_request_takes_the_place_of_the_first(settled):
    """A wallet that lost the answer asks again, and one batch comes of it."""
    case = apply(settled)
    first, keys = promise(settled), [new_key()]
    second = promise(settled, keys)
    refused(settled.wallet.collect(first), "invalid_transaction_id")
    decide(settled, case)
    (card,) = cards_of(settled.wallet.collect(second))
    holder = sdjwt.parse(card, typ="dc+sd-jwt").issuer_jwt.dangerous_payload()["cnf"]["jwk"]
    assert jose.thumbprint(holder) == jose.thumbprint(keys[0].public_key())


def test_what_was_decided_before_is_given_at_once(settled):
    decide(settled, apply(settled))
    assert len(cards_of(settled.wallet.ask_cards("urgentie", [new_key()]))) == 1
    refused(settled.wallet.ask_cards("urgentie", [new_key()]), "credential_request_denied")
    settled.later(HOUR)
    settled.refresh()
    assert len(cards_of(settled.wallet.ask_cards("urgentie", [new_key()]))) == 1


def test_a_promise_is_not_lost_to_another_batch_of_this_hour(settled):
    transaction = promise(settled)
    decide(settled, apply(settled))
    assert len(cards_of(settled.wallet.ask_cards("urgentie", [new_key()]))) == 1
    waiting = settled.wallet.collect(transaction)
    assert waiting.status_code == 202
    assert waiting.json()["interval"] == HOUR - settled.town.now % HOUR
    settled.later(waiting.json()["interval"])
    settled.refresh()
    assert len(cards_of(settled.wallet.collect(transaction))) == 1


def test_it_may_be_asked_before_it_is_applied_for(settled):
    transaction = promise(settled)
    decide(settled, apply(settled))
    assert len(cards_of(settled.wallet.collect(transaction))) == 1


# ---- refused


@pytest.mark.spec("OpenID4VCI 1.0", "8.3.1.2", "a refusal is final")
def test_what_was_refused_is_denied(settled):
    case = apply(settled)
    transaction = promise(settled)
    decide(settled, case, Outcome.REFUSED)
    refused(settled.wallet.collect(transaction), "credential_request_denied")
    refused(settled.wallet.ask_cards("urgentie", [new_key()]), "credential_request_denied")


def test_what_was_withdrawn_is_denied(settled):
    case = apply(settled)
    transaction = promise(settled)
    town = settled.town
    issuer = town.office.municipality("0599")
    applications.withdraw(town.office, issuer, settled.subject, case, town.now)
    refused(settled.wallet.collect(transaction), "credential_request_denied")


@pytest.mark.spec("OpenID4VCI 1.0", "9.3", "a promise ends with its grant")
def test_a_promise_of_a_grant_that_ended(settled):
    transaction = promise(settled)
    decide(settled, apply(settled))
    settled.town.office.store.grants.end(settled.grant.grant_id)
    refused(settled.wallet.collect(transaction), "invalid_token", 401)
    refused(settled.wallet.ask_cards("urgentie", [new_key()]), "invalid_token", 401)


def test_of_a_promise_nothing_is_kept_but_keys(settled):
    case = apply(settled)
    transaction = promise(settled)
    store, now = settled.town.office.store, settled.town.now
    digest = jose.base64url.sha256(transaction.encode())
    kept = store.promises.find(digest, settled.grant.grant_id, now)
    assert kept is not None
    assert all(set(key) == {"kty", "crv", "x", "y"} for key in kept.keys)
    assert kept.expires_at == settled.grant.expires_at
    store.promises.purge(kept.expires_at)
    assert store.promises.find(digest, settled.grant.grant_id, now) is None
    assert case not in repr(kept)


@pytest.mark.spec("OpenID4VCI 1.0", "9.3", "of two that collect one promise one gets cards")
def test_a_promise_that_was_used_meanwhile(settled, monkeypatch):
    transaction = promise(settled)
    decide(settled, apply(settled))
    store = settled.town.office.store
    find = store.promises.find
    other = []

    def slow(*args):
        found = find(*args)
        if not other:
            other.append(None)
            other.append(settled.wallet.collect(transaction))
        return found

    monkeypatch.setattr(store.promises, "find", slow)
    refused(settled.wallet.collect(transaction), "invalid_transaction_id")
    assert len(cards_of(other[1])) == 1


# ---- at the desk


@pytest.mark.spec("OpenID4VCI 1.0", "8.2", "a kind that is decided on is not part of an offer")
def test_the_desks_token_does_not_ask_for_it(town):
    with_declared(town, Declared(kind="urgentie", fields=(FIELD,)))
    wallet, _ = town.confirmed(("huishouden",))
    refused(wallet.ask_cards("urgentie", [new_key()]), "insufficient_scope", 403)
