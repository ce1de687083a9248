"""Three verdicts on each presentation: our verifier, the reference `sd-jwt`, `@sd-jwt/sd-jwt-vc`.

What our verifier accepts, the others accept, and read the same claims. What was tampered with our
verifier refuses; where another lets it pass, the table says why that is not its duty.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from jwcrypto.jwk import JWK
from sd_jwt.verifier import SDJWTVerifier
from support.holder_simulator import PERSON, Card, Holder, Lies
from support.node_wallet import NodeWallet
from support.presenting import Change, Shown, claims_of, digest, disclosure, flipped, showing
from support.scheme import build
from support.verifier_home import Browser, VerifierHome, make_home, run

from credential import jose
from credential.jose import KeySigner
from verifier.store import transactions
from verifier.transaction import Answered, Outcome

pytestmark = pytest.mark.interop

PROGRAMS = "openid4vp"

PEOPLE: dict[str, dict[str, dict[str, Any]]] = {
    "a whole name": {},
    "one name": {"persoonsgegevens": {"given_name": None}},
    "no name": {"persoonsgegevens": {"given_name": None, "family_name": None}},
    "letters of everywhere": {
        "persoonsgegevens": {"given_name": "Zoë Ýmir 道", "family_name": "Ó'Šćž-van der \u0301e"},
        "woonadres": {"address": {"street_address": "Œuvrestraat", "house_number": 7}},
    },
    "a large household": {
        "huishouden": {"persons_at_address": 11, "minor_children_own": 8},
    },
}
ALLOCATION = ("persoonsgegevens", "verblijfsrecht", "woonadres", "huishouden", "woongeschiedenis")
PROFILES = {
    "inschrijven": ("persoonsgegevens", "verblijfsrecht"),
    "profiel-aanvullen": ("woonadres", "huishouden"),
    "rechten": ("persoonsgegevens",),
    "toewijzing": ALLOCATION,
    "woonduur": ("woongeschiedenis",),
}
"""Each profile that a visitor starts by itself; `mede-aanvrager` asks what `inschrijven` asks."""


class Seen(NamedTuple):
    """One presentation and the request it answers."""

    compact: str
    nonce: str
    aud: str


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NodeWallet]:
    made = NodeWallet(tmp_path_factory.mktemp("judge"), "", 0, PROGRAMS, "judges.mjs")
    yield made
    made.close()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VerifierHome]:
    made = make_home(tmp_path_factory.mktemp("verdicts"), build_scheme=build())
    yield made
    made.close()


def cards_of(home: VerifierHome, who: str, kinds: tuple[str, ...]) -> list[Card]:
    found = []
    for kind in kinds:
        claims = {**PERSON[kind], **PEOPLE[who].get(kind, {}), "housing_pseudonym": who}
        shown = {name: value for name, value in claims.items() if value is not None}
        found.append(home.maker.card(kind, shown))
    return found


async def answered(
    home: VerifierHome, profile: str, cards: list[Card], change: Change | None = None
) -> tuple[Answered, list[Seen]]:
    """What our verifier decided on these cards; `change` is done to the first."""
    async with home.client() as http:
        browser = await Browser(http).start(profile)
        holder: Holder = home.holder(http, cards)
        request = await holder.fetch(browser.other_device)
        asked, aud = request.payload["nonce"], request.payload["client_id"]
        token: dict[str, list[str]] = {}
        for query in request.payload["dcql_query"]["credentials"]:
            kind = query["meta"]["vct_values"][0].rsplit("/", 2)[1]
            if (card := holder.cards.get(kind)) is not None:
                shown = showing(home, holder, card, query, request)
                changed = change(shown) if change and not token else shown.compact
                token[query["id"]] = [changed]
        await holder.answer(request, Lies(no_rights=True, vp_token=lambda _: token))
        verifier = home.open()
        number = request.payload["response_uri"].rsplit("/", 1)[1]
        found = transactions.find(verifier.store, verifier.sealer, number)
        assert isinstance(found, Answered)
        return found, [Seen(compact, asked, aud) for (compact,) in token.values()]


def by_reference(home: VerifierHome, seen: Seen) -> dict[str, Any] | None:
    """The claims as the reference package reads them, or `None` when it refuses."""
    key = JWK(**jose.public_jwk(home.scheme.issuer().card.signer.public_key))
    try:
        read = SDJWTVerifier(seen.compact, lambda *_: key, seen.aud, seen.nonce)
        return dict(read.get_verified_payload())
    except Exception:  # noqa: BLE001 - it raises whatever it met
        return None


def by_javascript(
    judge: NodeWallet, home: VerifierHome, seen: list[Seen]
) -> list[dict[str, Any] | None]:
    """The same from the other library."""
    issuer = jose.public_jwk(home.scheme.issuer().card.signer.public_key)
    asked = [
        {"compact": one.compact, "issuer": issuer, "nonce": one.nonce, "at": home.clock.at}
        for one in seen
    ]
    return [found.get("payload") for found in judge("sdjwtvc", presentations=asked)]


@pytest.mark.spec("RFC 9901", "7", "what we accept, two other libraries accept, and read the same")
@pytest.mark.parametrize("profile", PROFILES)
def test_accepted_by_all(home: VerifierHome, judge: NodeWallet, profile: str) -> None:
    async def work() -> list[Seen]:
        found: list[Seen] = []
        for who in PEOPLE:
            became, seen = await answered(home, profile, cards_of(home, who, PROFILES[profile]))
            assert (became.outcome, became.rule) == (Outcome.ACCEPTED, ""), who
            found += seen
        return found

    seen = run(work())
    assert len(seen) == len(PEOPLE) * len(PROFILES[profile])
    ours = [claims_of(one.compact) for one in seen]
    assert [by_reference(home, one) for one in seen] == ours
    assert by_javascript(judge, home, seen) == ours


class Row(NamedTuple):
    """A change, and who else refuses it; why not, where somebody does not."""

    change: Change
    reference: bool
    javascript: bool
    why: str = ""


def _orphan(shown: Shown) -> str:
    more = disclosure("salt-of-an-orphan", "extra", True)
    return shown.bound(shown.joined(disclosures=[*shown.disclosures, more]))


def _reserved(shown: Shown) -> str:
    """A claim that may never be selectively disclosable arrives so."""
    raw = disclosure("salt-of-a-status", "status", shown.payload["status"])
    digests = [*shown.payload["_sd"], digest(raw)]
    return shown.issued(status=..., _sd=digests, disclosures=[*shown.disclosures, raw])


def _clash(shown: Shown) -> str:
    raw = disclosure("salt-of-a-clash", "exp", 9_999_999_999)
    digests = [*shown.payload["_sd"], digest(raw)]
    return shown.issued(_sd=digests, disclosures=[*shown.disclosures, raw])


def _stranger(shown: Shown) -> str:
    return shown.bound(key=jose.generate_key())


def _payload_changed(shown: Shown) -> str:
    head, body, signature = shown.issuer_jwt.split(".")
    return shown.bound(shown.joined(f"{head}.{flipped(body, len(body) // 2)}.{signature}"))


def _signature_of_nobody(shown: Shown) -> str:
    forged = KeySigner(jose.generate_key())
    own = shown.home.scheme.issuer().card
    return shown.issued(by=type(own)(forged, own.x5c))


EARLIER = "RFC 9901, 7.1: a step it does not take"
CLOCK = "who does not refuse leaves this time to its caller"
AUDIENCE = "it leaves the audience to its caller"
PROFILE = "a rule of SD-JWT VC or of our scheme, not of SD-JWT"
NOW = 1_767_225_600

TAMPERED: dict[str, Row] = {
    "issuer payload changed": Row(_payload_changed, True, True),
    "issuer signature of another key": Row(_signature_of_nobody, True, True),
    "issuer header without typ of a card": Row(
        lambda s: s.issued(typ="jwt"), False, False, PROFILE
    ),
    "critical header": Row(
        lambda s: s.issued(header={"crit": ["x"], "x": 1}), True, False, "it reads no `crit`"
    ),
    "expired": Row(lambda s: s.issued(exp=NOW - 1), False, True, CLOCK),
    "without an end": Row(lambda s: s.issued(exp=...), False, False, PROFILE),
    "not yet valid": Row(lambda s: s.issued(nbf=NOW + 3600), False, True, CLOCK),
    "no holder key": Row(lambda s: s.issued(cnf=...), True, True),
    "an audience": Row(lambda s: s.issued(aud="somebody"), False, False, PROFILE),
    "unknown hash algorithm": Row(lambda s: s.issued(_sd_alg="md5"), True, True),
    "a digest twice": Row(
        lambda s: s.issued(_sd=[*s.payload["_sd"], s.payload["_sd"][0]]), True, False, EARLIER
    ),
    "a disclosure of nothing": Row(_orphan, False, False, EARLIER),
    "a disclosure changed": Row(
        lambda s: s.bound(
            s.joined(disclosures=[flipped(s.disclosures[0], 12), *s.disclosures[1:]])
        ),
        True,
        True,
    ),
    "a disclosure twice": Row(
        lambda s: s.bound(s.joined(disclosures=[*s.disclosures, s.disclosures[0]])),
        True,
        False,
        EARLIER,
    ),
    "a claim that must not be hidden": Row(_reserved, False, False, PROFILE),
    "a claim that stands there already": Row(_clash, True, False, EARLIER),
    "a disclosure added after signing": Row(
        lambda s: s.joined(disclosures=[*s.disclosures, s.hidden[0]]) + s.kb_jwt, True, True
    ),
    "a disclosure removed after signing": Row(
        lambda s: s.joined(disclosures=s.disclosures[1:]) + s.kb_jwt, True, True
    ),
    "disclosures in another order": Row(
        lambda s: s.joined(disclosures=s.disclosures[::-1]) + s.kb_jwt, True, True
    ),
    "no key binding": Row(lambda s: s.presented, True, True),
    "key binding of another key": Row(_stranger, True, True),
    "key binding of another type": Row(lambda s: s.bound(typ="jwt"), True, True),
    "key binding for another": Row(lambda s: s.bound(aud="x509_hash:other"), True, False, AUDIENCE),
    "key binding of another request": Row(lambda s: s.bound(nonce="older"), True, True),
    "key binding without sd_hash": Row(lambda s: s.bound(sd_hash=...), True, True),
    "key binding of an hour ago": Row(lambda s: s.bound(iat=NOW - 3600), False, False, CLOCK),
    "key binding of tomorrow": Row(lambda s: s.bound(iat=NOW + 86_400), False, False, CLOCK),
}


@pytest.mark.spec("RFC 9901", "7", "tampered: refused by us; who else refuses stands in a table")
def test_tampered(home: VerifierHome, judge: NodeWallet) -> None:
    async def work() -> list[Seen]:
        found = []
        for name, row in TAMPERED.items():
            cards = cards_of(home, "a whole name", PROFILES["inschrijven"])
            became, seen = await answered(home, "inschrijven", cards, row.change)
            assert became.outcome is Outcome.REFUSED, name
            found.append(seen[0])
        return found

    seen = run(work())
    reference = [by_reference(home, one) is None for one in seen]
    javascript = [found is None for found in by_javascript(judge, home, seen)]
    theirs = dict(zip(TAMPERED, zip(reference, javascript, strict=True), strict=True))
    expected = {name: (row.reference, row.javascript) for name, row in TAMPERED.items()}
    assert {name: found for name, found in theirs.items() if found != expected[name]} == {}
    for name, row in TAMPERED.items():
        assert (row.reference and row.javascript) == (not row.why), name
