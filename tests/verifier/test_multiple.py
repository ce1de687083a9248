"""Several cards for one query, and cards of named authorities alone (OpenID4VP 1.0, 6.1)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar

import httpx
import pytest
from cryptography.x509 import AuthorityKeyIdentifier, load_der_x509_certificate
from support.holder_simulator import Card, Holder, Lies, Request
from support.verifier_home import VerifierHome

from credential import base64url, dcql, jose
from credential.names import vct_of
from verifier.checks import Accepted, Check, Expected, Found, Refused, Report, examine
from verifier.errors import NotReady
from verifier.profiles import Profile, parse
from verifier.transaction import Secrets

VP = "OpenID4VP 1.0"
PLACES = "places"


def query(**members: Any) -> dict[str, Any]:
    return {
        "credentials": [
            {
                "id": PLACES,
                "format": "dc+sd-jwt",
                "meta": {"vct_values": [vct_of("bag-object")]},
                "claims": [{"path": ["object_id"]}, {"path": ["use"], "values": ["woonfunctie"]}],
                "multiple": True,
                **members,
            }
        ]
    }


def place(home: VerifierHome, number: int, **claims: Any) -> Card:
    given = {"object_id": f"059901000000{number:04d}", "use": "woonfunctie"} | claims
    return home.maker.card("bag-object", given)


class Asking:
    """One request of this query, and answers to it, without the way over http."""

    client_id: ClassVar[str] = "x509_hash:ours"

    def __init__(self, home: VerifierHome, **members: Any) -> None:
        self.home, raw = home, query(**members)
        verifier = home.open()
        base = verifier.profile("inschrijven").profile
        self.profile: Profile = replace(
            base, query=dcql.parse(raw), rules=(), keep=(), decisions=(), same_person=""
        )
        key = jose.generate_key()
        self.secrets = Secrets("n" * 32, "s" * 32, "kid", key, "h" * 43, "r" * 43)
        self.request = Request(
            "",
            {"client_id": self.client_id, "nonce": self.secrets.nonce, "dcql_query": raw},
        )
        self.asked = raw["credentials"][0]
        self.generation = verifier.scheme.generation(home.clock.at)

    def shown(self, card: Card, lies: Lies | None = None) -> str:
        holder = Holder(httpx.AsyncClient(), [card], self.home.clock.at)
        lies = replace(lies or Lies(), no_rights=True)
        return holder.present(card, self.asked, self.request, lies, "")

    def judge(self, *presentations: str) -> Report:
        expected = Expected(self.profile, self.client_id, self.secrets)
        now = self.home.clock.at
        return examine({PLACES: presentations}, None, expected, self.generation, now)

    def verdict(self, *presentations: str) -> str:
        match self.judge(*presentations).verdict:
            case Accepted():
                return "accepted"
            case Refused(rule=rule):
                return rule
            case other:
                return f"unknown: {other.rule}"


@pytest.mark.spec(VP, "6.1", "multiple: one or more presentations, each checked, each on record")
def test_several_cards(home: VerifierHome) -> None:
    asking = Asking(home)
    for count in (1, 2, 16):
        shown = [asking.shown(place(home, number)) for number in range(count)]
        report = asking.judge(*shown)
        assert isinstance(report.verdict, Accepted)
        assert len(report.presented[PLACES]) == count
        assert report.cards[PLACES] is report.presented[PLACES][0]
        holders = [one for one in report.results if one.check is Check.HOLDER]
        assert [one.index for one in holders] == [*range(count)]
        assert all(one.members()["index"] == one.index for one in holders)
        assert report.arrived is not None
        assert len(report.arrived) == count


@pytest.mark.spec(VP, "8.1", "more than one presentation only where `multiple` was asked")
def test_not_without_multiple(home: VerifierHome) -> None:
    asking = Asking(home, multiple=False)
    one, two = (asking.shown(place(home, number)) for number in range(2))
    assert asking.verdict(one) == "accepted"
    assert asking.verdict(one, two) == "dcql.number"
    assert [r.index for r in asking.judge(one).results if r.check is Check.HOLDER] == [None]


def test_too_many_and_the_same_twice(home: VerifierHome) -> None:
    asking = Asking(home)
    card = place(home, 1)
    assert asking.verdict(*[asking.shown(place(home, n)) for n in range(17)]) == "dcql.number"
    assert asking.verdict() == "dcql.number"
    again = asking.shown(card)
    assert asking.verdict(again, again) == "dcql.repeated"
    # Also with another selection and another signature of its holder.
    assert asking.verdict(again, asking.shown(card, Lies(disclose_all=True))) == "dcql.repeated"


WRONG: dict[str, tuple[Callable[[Asking], str], str]] = {
    "another nonce": (
        lambda a: a.shown(place(a.home, 7), Lies(nonce="x" * 32)),
        "kb.nonce",
    ),
    "another audience": (
        lambda a: a.shown(place(a.home, 7), Lies(aud="x509_hash:other")),
        "kb.aud",
    ),
    "a claim that is lacking": (
        lambda a: a.shown(place(a.home, 7), Lies(withhold=frozenset({"object_id"}))),
        "dcql.claims",
    ),
    "a value that was not asked": (
        lambda a: a.shown(place(a.home, 7, use="winkelfunctie")),
        "dcql.claims",
    ),
    "another kind": (
        lambda a: a.shown(a.home.maker.card("kvk-inschrijving", {"object_id": "x"})),
        "card.vct",
    ),
    "revoked": (lambda a: a.shown(place(a.home, 7)), "status.revoked"),
}


@pytest.mark.spec(VP, "8.6", "one of several that does not hold refuses all of them")
@pytest.mark.parametrize("what", WRONG)
def test_one_bad_among_good(home: VerifierHome, what: str) -> None:
    make, rule = WRONG[what]
    asking = Asking(home)
    good = [asking.shown(place(home, number)) for number in (1, 2)]
    before = home.maker.next_index
    bad = make(asking)
    if what == "revoked":
        home.publish(home.maker.status_list((before,), iat=home.clock.at))
        home.sync()
        asking.generation = home.open().scheme.generation(home.clock.at)
    for at in range(3):
        shown = [*good[:at], bad, *good[at:]]
        report = asking.judge(*shown)
        assert asking.verdict(*shown) == rule
        failed = [one for one in report.results if one.found is Found.FAILED]
        if not rule.startswith("dcql."):
            assert [one.index for one in failed] == [at]


def authority_of(home: VerifierHome, card: Card) -> str:
    """The identifier of the authority over its signer, as a certificate writes it."""
    chain = jose.parse(card.compact.split("~")[0], typ="dc+sd-jwt").x5c()
    found = load_der_x509_certificate(chain[-1]).extensions.get_extension_for_class(
        AuthorityKeyIdentifier
    )
    assert found.value.key_identifier is not None
    return base64url.encode(found.value.key_identifier)


def authorities(*values: str, type_: str = "aki") -> list[dict[str, Any]]:
    return [{"type": type_, "values": [*values]}]


@pytest.mark.spec("HAIP 1.0", "5", "aki is supported, and looked up again in the chain of the card")
@pytest.mark.spec(VP, "6.1.1", "trusted_authorities are checked by the verifier itself")
def test_trusted_authorities(home: VerifierHome) -> None:
    card = place(home, 1)
    known = authority_of(home, card)
    for named, expected in (
        (authorities(known), "accepted"),
        (authorities("AAAA", known), "accepted"),
        ([*authorities("https://list.example", type_="etsi_tl"), *authorities(known)], "accepted"),
        (authorities("AAAA"), "dcql.trusted_authorities"),
        (authorities(known, type_="etsi_tl"), "dcql.trusted_authorities"),
        (authorities(known.swapcase()), "dcql.trusted_authorities"),
    ):
        asking = Asking(home, trusted_authorities=named)
        assert asking.verdict(asking.shown(card)) == expected


@pytest.mark.spec(VP, "6.1.1", "the wallet, too, offers only cards of a named authority")
def test_the_same_rule_for_wallets(home: VerifierHome) -> None:
    known = authority_of(home, place(home, 1))
    for values, fits in (((known,), True), (("AAAA",), False)):
        asked = dcql.parse(query(trusted_authorities=authorities(*values))).credentials[0]
        candidate = dcql.Candidate(
            "card",
            "dc+sd-jwt",
            vct_of("bag-object"),
            {"object_id": "1", "use": "woonfunctie"},
            bound=True,
            expired=False,
            authority_key_ids=frozenset({known}),
        )
        found = dcql.evaluate(dcql.Query((asked,), None, {}), [candidate])
        assert found.satisfiable is fits


_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def twin(compact: str) -> str:
    """The same card under the other signature that verifies over the same bytes."""
    jwt, _, rest = compact.partition("~")
    header, payload, signature = jwt.split(".")
    raw = base64url.decode(signature)
    other = raw[:32] + (_ORDER - int.from_bytes(raw[32:], "big")).to_bytes(32, "big")
    return f"{header}.{payload}.{base64url.encode(other)}~{rest}"


@pytest.mark.spec("OpenID4VP 1.0", "8.1", "one card is not several, under whichever signature")
def test_a_card_and_its_twin_are_one(home: VerifierHome) -> None:
    asking = Asking(home)
    card = place(home, 1)
    other = replace(card, compact=twin(card.compact))
    assert asking.verdict(asking.shown(other)) == "accepted"
    assert asking.verdict(asking.shown(card), asking.shown(other)) == "dcql.repeated"


def raw_profile(credential: dict[str, Any], **members: Any) -> dict[str, Any]:
    texts = {"nl": "x", "en": "y"}
    return {
        "action": "permit",
        "title": texts,
        "reason": texts,
        "keeping": texts,
        "dcql": {"credentials": [credential]},
        **members,
    }


def test_what_a_profile_may_ask() -> None:
    """Several cards of a thing, not of a person; authorities we can check ourselves."""
    one = query()["credentials"][0]
    parse(raw_profile(one), "places")
    parse(raw_profile(one | {"trusted_authorities": authorities("AAAA")}), "places")
    person = one | {"meta": {"vct_values": [vct_of("persoonsgegevens")]}}
    for wrong in (
        person,
        one | {"trusted_authorities": authorities("https://list.example", type_="etsi_tl")},
        one | {"require_cryptographic_holder_binding": False},
    ):
        with pytest.raises(NotReady):
            parse(raw_profile(wrong), "places")
