"""Every refusal of the protocol at the service door, one row each.

A row says what a wallet reads on the wire and which rule stands inside; nobody is ever registered.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from support.answering import (
    Act,
    card,
    claims,
    in_force,
    lie,
    listed,
    may_ask_to_sign,
    person,
    shown,
    signing,
    token,
)
from support.holder_simulator import Card, CardMaker, Lies
from support.scheme import WESTHOVE, Credentials, build
from support.service_door import ARRIVED, NOTHING, UNREAD, Door, Met
from support.verifier_home import VerifierHome, make_home

from credential import base64url, jose, statuslist, strictjson
from credential.names import TYP_STATUS_LIST, vct_of
from credential.transactiondata import HASHES
from verifier.service import sessions
from verifier.store.transactions import Typed

NOW = 1_767_225_600
HOUR = 3600
REVOKED, SUSPENDED_LIST = 7, "9"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VerifierHome]:
    """One verifier for all rows: a refusal changes nothing for the next."""
    made = make_home(tmp_path_factory.mktemp("refusals"), build_scheme=build())
    made.publish(made.maker.status_list(revoked=(REVOKED,)))
    made.sync()
    may_ask_to_sign(made)
    path, data = _suspended(made)
    (in_force(made) / path).write_bytes(data)
    yield made
    made.close()


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[VerifierHome]:
    """A verifier of one's own."""
    made = make_home(tmp_path, build_scheme=build())
    may_ask_to_sign(made)
    yield made
    made.close()


def _suspended(home: VerifierHome) -> tuple[str, bytes]:
    """A list of two bits, with every card in it suspended (Token Status List, 7.1)."""
    uri = home.scheme.issuer().status_prefix + SUSPENDED_LIST
    by = home.scheme.issuer().status
    payload = {
        "sub": uri,
        "iat": home.scheme.now,
        "exp": home.scheme.now + 86_400,
        "status_list": {"bits": 2, "lst": statuslist.encode(b"\xaa" * 512)},
    }
    token = jose.sign(payload, typ=TYP_STATUS_LIST, signer=by.signer, header=by.header)
    return statuslist.mirror_path(uri), token.encode()


def _stranger(home: VerifierHome) -> Card:
    return CardMaker(build(home.scheme.now)).card("persoonsgegevens")


def _by(home: VerifierHome, x5c: tuple[bytes, ...]) -> Card:
    signer = home.scheme.issuer().card.signer
    return CardMaker(home.scheme, signer=Credentials(signer, x5c)).card("persoonsgegevens")


def _of_another(home: VerifierHome) -> Card:
    """Somebody else's leaf, on a list of the right municipality."""
    other = home.scheme.issuer(WESTHOVE).card
    return CardMaker(home.scheme, signer=other).card("persoonsgegevens")


def _unsigned(home: VerifierHome) -> bytes:
    return home.maker.status_list()[1].rpartition(b".")[0] + b"."


def _again(door: Door) -> Met:
    """A second answer to one request, itself honest."""
    request = door.ask()
    parts = {name: [one.compact] for name, one in door.shown(request, door.home.cards()).items()}
    door.answer(request, {name: ["no presentation"] for name in parts})
    return door.answer(request, parts)


def _replayed(door: Door) -> Met:
    """What was made for one request, sent in answer to another."""
    one, two = door.ask(), door.ask()
    parts = {n: [shown.compact] for n, shown in door.shown(one, door.home.cards()).items()}
    return door.answer(two, parts)


class Row(NamedTuple):
    """What is done, what the wallet reads, and the rule inside."""

    act: Act
    wire: str
    rule: str


WRONG_KEY = jose.generate_key()
ROWS: dict[str, Row] = {
    # The binding of the holder (RFC 9901, 7.3).
    "no key binding": Row(lie(no_kb=True), NOTHING, "kb.missing"),
    "key binding: wrong typ": Row(lie(kb_typ="jwt"), NOTHING, "jose.typ"),
    "key binding: aud of another": Row(lie(aud="x509_hash:other"), NOTHING, "kb.aud"),
    "key binding: aud without its prefix": Row(
        shown(lambda s: s.bound(aud=s.binding["aud"].removeprefix("x509_hash:"))),
        NOTHING,
        "kb.aud",
    ),
    "key binding: nonce": Row(lie(nonce="of-another-request"), NOTHING, "kb.nonce"),
    "key binding: sd_hash, one added": Row(lie(change_after_signing="add"), NOTHING, "kb.sd_hash"),
    "key binding: sd_hash, one removed": Row(
        lie(change_after_signing="remove"), NOTHING, "kb.sd_hash"
    ),
    "key binding: too old": Row(lie(kb_iat=NOW - 301), NOTHING, "kb.iat_old"),
    "key binding: from the future": Row(lie(kb_iat=NOW + 61), NOTHING, "kb.iat_ahead"),
    "key binding: another key": Row(lie(kb_key=WRONG_KEY), NOTHING, "jose.signature"),
    "key binding: broken signature": Row(
        shown(lambda s: s.compact[:-6] + "AAAAAA"), NOTHING, "jose.signature"
    ),
    # The issuer (SD-JWT VC, 2.5; trust of the scheme).
    "issuer: nobody we know": Row(card(_stranger), ARRIVED, "x5c.no_anchor"),
    "issuer: signature": Row(
        card(
            lambda home: CardMaker(
                home.scheme,
                signer=Credentials(jose.KeySigner(WRONG_KEY), home.scheme.issuer().card.x5c),
            ).card("persoonsgegevens")
        ),
        ARRIVED,
        "jose.signature",
    ),
    "issuer: another municipality's list": Row(card(_of_another), ARRIVED, "card.status_prefix"),
    "chain: the root in it": Row(
        card(lambda home: _by(home, (*home.scheme.issuer().card.x5c, home.scheme.root))),
        ARRIVED,
        "x5c.anchor_inside",
    ),
    "chain: a leaf for something else": Row(
        card(lambda home: _by(home, home.scheme.issuer().status.x5c)), ARRIVED, "trust.wrong_role"
    ),
    "type: not the one asked for": Row(person(vct=vct_of("woonadres")), ARRIVED, "card.vct"),
    # Time and status (RFC 9901, 7.1; Token Status List, 8.3).
    "expired": Row(person(exp=NOW - 1), ARRIVED, "card.expired"),
    "not yet valid": Row(person(nbf=NOW + HOUR), ARRIVED, "card.not_yet_valid"),
    "status: INVALID": Row(person(index=REVOKED), ARRIVED, "status.revoked"),
    "status: SUSPENDED": Row(
        card(
            lambda home: home.maker.card(
                "persoonsgegevens", uri=home.scheme.issuer().status_prefix + SUSPENDED_LIST
            )
        ),
        ARRIVED,
        "status.suspended",
    ),
    "status: out of range": Row(person(index=9_999_999), ARRIVED, "status.out_of_range"),
    "status: list unsigned": Row(listed(_unsigned), ARRIVED, "status.missing"),
    "status: list of a stranger": Row(
        listed(lambda home: home.maker.status_list(signer=home.scheme.issuer().card)[1]),
        ARRIVED,
        "status.missing",
    ),
    "status: sub of another list": Row(
        listed(lambda home: home.maker.status_list(uri=home.maker.list_uri + "0")[1]),
        ARRIVED,
        "status.missing",
    ),
    "status: list expired": Row(
        listed(lambda home: home.maker.status_list(iat=NOW - 8 * 86_400)[1]),
        ARRIVED,
        "status.missing",
    ),
    "status: list never fetched": Row(
        card(
            lambda home: home.maker.card(
                "persoonsgegevens", uri=home.scheme.issuer().status_prefix + "404"
            )
        ),
        ARRIVED,
        "status.missing",
    ),
    # The question (OpenID4VP 1.0, 6.4 and 8.1).
    "claim missing": Row(lie(withhold=frozenset({"age_over_18"})), ARRIVED, "dcql.claims"),
    "card missing": Row(
        token(lambda t: dict([next(iter(t.items()))])), ARRIVED, "dcql.unsatisfied"
    ),
    "value outside the policy": Row(
        claims("persoonsgegevens", age_over_18=False), ARRIVED, "policy.age"
    ),
    "two people": Row(
        claims("verblijfsrecht", housing_pseudonym="a neighbour"), ARRIVED, "person.unequal"
    ),
    "unknown query": Row(
        token(lambda t: {**t, "more": next(iter(t.values()))}), NOTHING, "dcql.unknown_query"
    ),
    "two presentations without multiple": Row(
        token(lambda t: {name: one * 2 for name, one in t.items()}), NOTHING, "dcql.number"
    ),
    "a string for an array": Row(
        token(lambda t: {name: one[0] for name, one in t.items()}),
        NOTHING,
        "response.presentations",
    ),
    # The answer as a message (OpenID4VP 1.0, 8.2 and 8.3).
    "plain where encryption is asked": Row(lie(plain=True), UNREAD, "response.error"),
    "another key's kid": Row(lie(kid="of-another-request"), UNREAD, "response.kid"),
    "another state": Row(lie(state="another"), NOTHING, "response.state"),
    "made for another request": Row(_replayed, NOTHING, "kb.nonce"),
    "a finished request": Row(_again, UNREAD, "response.answered"),
    # Transaction data (OpenID4VP 1.0, 8.4 and B.3.3).
    "transaction hashes nobody asked for": Row(
        lie(kb_extra={HASHES: ["x"]}), NOTHING, "kb.transaction_data"
    ),
    "transaction hashes missing": Row(
        signing(lambda _: {HASHES: ..., f"{HASHES}_alg": ...}), ARRIVED, "transaction.missing"
    ),
    "transaction hashes: one missing": Row(
        signing(lambda digests: {HASHES: digests[:1]}), ARRIVED, "transaction.missing"
    ),
    "transaction hashes: of something else": Row(
        signing(lambda digests: {HASHES: [digests[0], base64url.sha256("else")]}),
        NOTHING,
        "kb.transaction_data",
    ),
    "transaction hashes: one too many": Row(
        signing(lambda digests: {HASHES: [*digests, digests[0]]}), NOTHING, "kb.transaction_data"
    ),
    "transaction hashes: another order": Row(
        signing(lambda digests: {HASHES: digests[::-1]}), NOTHING, "kb.transaction_data"
    ),
    "transaction hashes: another algorithm": Row(
        signing(lambda digests: {HASHES: digests, f"{HASHES}_alg": "sha-512"}),
        NOTHING,
        "kb.transaction_data_alg",
    ),
}


@pytest.mark.spec("OpenID4VP 1.0", "8.6", "every refusal: what the wire says, which rule is inside")
@pytest.mark.parametrize("name", ROWS)
def test_refused(home: VerifierHome, name: str) -> None:
    row = ROWS[name]
    door = Door(home)
    met = row.act(door)
    assert (met.wire, met.rule) == (row.wire, row.rule)
    assert met.refused
    assert Door(home).registered == 0


def test_table_can_fail(fresh: VerifierHome) -> None:
    """The honest answer by the same door: accepted and registered; signed for, if that is asked."""
    for number, act in enumerate((lie(), signing(lambda digests: {HASHES: digests}))):
        met = act(Door(fresh))
        assert (met.wire, met.rule, met.refused) == (ARRIVED, "", False), number
    assert Door(fresh).registered == 1


@pytest.mark.spec("OpenID4VP 1.0", "8.2", "the wire does not tell one refusal from another")
def test_constant(fresh: VerifierHome) -> None:
    """The same bytes where nothing was bound to us; where data arrived, only what is random."""
    door = Door(fresh)
    fresh.publish(fresh.maker.status_list(revoked=(REVOKED,)))
    fresh.sync()
    unbound = {ROWS[name].act(door).raw for name in ("no key binding", "unknown query")}
    assert unbound == {b"{}"}
    arrived = [ROWS[name].act(door).raw for name in ("expired", "status: INVALID", "two people")]
    accepted = door.lie(Lies()).raw
    shapes = {
        (tuple(members), len(str(members["redirect_uri"])), len(str(members["confirm_code"])))
        for members in map(strictjson.loads_object, [*arrived, accepted])
    }
    assert len(shapes) == 1


@pytest.mark.spec("HAIP 1.0", "5.1", "the response code in another session opens nothing")
def test_code_in_another_session(fresh: VerifierHome) -> None:
    door = Door(fresh)
    here, there = (sessions.new_session(door.verifier) for _ in range(2))
    request = door.ask(session=here)
    door.ask(session=there)
    parts = {n: [one.compact] for n, one in door.shown(request, door.home.cards()).items()}
    body = strictjson.loads_object(door.answer(request, parts).raw)
    code = str(body["redirect_uri"]).rsplit("/", 1)[1]
    assert sessions.returned(door.verifier, there, code) is None
    assert sessions.typed(door.verifier, there, str(body["confirm_code"]))[0] is not Typed.RIGHT
    assert sessions.returned(door.verifier, here, code) is not None
