"""Every adult among the test persons goes from the register to the corporation, or hears why not.

The municipality's own code decides and makes the cards, a holder in memory answers, and the
corporation's own application checks: 138 sign-ups at 1 January 2026, over the real formats.
"""

from collections import Counter

import httpx
import pytest
from support import lo3
from support.holder_simulator import Card, Holder, Lies
from support.issuer_home import stream
from support.register import KINDS, NOW, records
from support.verifier_home import arrived, attempt, make_home, requests

from credential import base64url, jose, kinds, sdjwt
from credential.names import FORMAT_CARD
from issuer.cards import decide
from issuer.certificates import Leaf
from issuer.eligibility import eligible
from issuer.pseudonym import LocalKey
from issuer.service import copies
from issuer.sources import Cards, Granted, Refused
from issuer.texts import fault
from verifier.store import register
from verifier.transaction import Answered

ASKED = {
    "persoonsgegevens": {"given_name", "family_name", "age_over_18", "housing_pseudonym"},
    "verblijfsrecht": {"housing_residence_right", "housing_pseudonym"},
}
# A sign-up cannot do without these; somebody without one of the names can.
NEEDED = {
    "persoonsgegevens": {"age_over_18", "housing_pseudonym"},
    "verblijfsrecht": {"housing_residence_right", "housing_pseudonym"},
}
DESK = {"nl": "balie", "en": "desk"}
PSEUDONYMS = LocalKey(b"k" * 32, "voorbeeldregio")


def adults():
    return [
        bsn
        for bsn, record in records().items()
        if eligible(record, NOW) == Cards() and lo3.current(bsn, "01")[0]["03.10"] <= "20080101"
    ]


def granted_claims(bsn, kind):
    """What the municipality puts in the card, or the codes of why it cannot."""
    decision = decide(records()[bsn], kind, NOW)
    match decision:
        case Refused(code):
            return None, {code}
        case Granted(claims, left_out, with_pseudonym):
            pseudonym = {"housing_pseudonym": PSEUDONYMS.of(bsn)} if with_pseudonym else {}
            return {**claims, **pseudonym}, {one.code for one in left_out}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    made = make_home(tmp_path_factory.mktemp("every-adult"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def municipality(home):
    """The municipality's own leaf, as its issuing code holds it."""
    by = home.scheme.issuer(home.maker.issuer).card
    return Leaf(by.signer, by.x5c[0], 0, 2**40)


def issue(home, municipality, kind, claims, index, entropy):
    """One copy, made by the issuer's own code."""
    key = jose.generate_key()
    iat, exp = kinds.times(kind, NOW)
    compact = copies.make(
        copies.Sheet(kind, claims, iat, exp),
        holder=jose.public_jwk(key.public_key()),
        uri=home.maker.list_uri,
        idx=index,
        leaf=municipality,
        entropy=entropy,
    )
    return Card(kind, compact, key)


def disclosed_values(compact):
    opened = sdjwt.dangerous_reopen(sdjwt.parse(compact, typ=FORMAT_CARD))
    return {path: opened.claim(path) for path, _ in opened.disclosed()}


@pytest.mark.spec("Regie domain", "2.8", "each adult signs up or gets a named reason and the desk")
def test_each_adult_signs_up_or_hears_why(home, municipality):
    entropy = stream()
    signed_up, reasons = [], Counter()
    for index, bsn in enumerate(adults()):
        cards, why = [], set()
        for kind in ASKED:
            claims, codes = granted_claims(bsn, kind)
            if claims is None or not NEEDED[kind] <= set(claims):
                assert codes, f"no reason is named for person {index}"
                why |= codes
                continue
            cards.append(issue(home, municipality, kind, claims, 2 * index + len(cards), entropy))
        answer, became = attempt(home, cards=cards)
        if why:
            # Without the cards the corporation has nothing to accept, and the reason has words.
            assert not isinstance(became, Answered) or became.outcome.value != "accepted"
            for code in why:
                for language in ("nl", "en"):
                    said = " ".join(part for part in fault(language, f"refusal.{code}") if part)
                    assert DESK[language] in said.lower(), (code, language)
            reasons.update(why)
            continue
        assert became.outcome.value == "accepted", (index, became.rule)
        assert "receipt" in answer.body
        signed_up.append(bsn)
    assert len(signed_up) == 119
    assert len(adults()) - len(signed_up) == 19
    assert reasons["residence_right_not_shown"] == 10
    assert len(register.registrations(home.open().store, None)) == 119


@pytest.mark.spec("Regie domain", "2.6", "every issued value equals the register's")
def test_what_arrives_is_what_was_decided(home, municipality):
    """The value in a signed copy is the value of the decision, for every adult and every kind."""
    entropy = stream()
    compared = 0
    for bsn in adults():
        for kind in sorted(KINDS):
            claims, _ = granted_claims(bsn, kind)
            if claims is None:
                continue
            card = issue(home, municipality, kind, claims, 0, entropy)
            opened = sdjwt.dangerous_reopen(sdjwt.parse(card.compact, typ=FORMAT_CARD))
            assert {name: opened.payload[name] for name in claims} == claims
            assert bsn not in card.compact
            for disclosure in opened.disclosures:
                assert bsn.encode() not in base64url.decode(disclosure.raw)
            compared += len(claims)
    assert compared > 138 * 5 * 4


def test_only_what_was_asked_leaves(home, municipality):
    """A holder that answers a request discloses the asked claims and nothing else."""
    bsn = "999999345"
    entropy = stream()
    cards = [
        issue(home, municipality, kind, granted_claims(bsn, kind)[0], 4000 + number, entropy)
        for number, kind in enumerate(ASKED)
    ]

    (request,) = requests(home, 1)
    holder = Holder(httpx.AsyncClient(), cards, NOW)
    token = {}
    holder.form(request, Lies(vp_token=lambda made: token.update(made) or made))
    for item in arrived(token):
        assert {path[0] for path, _ in item.claims} == ASKED[item.query_id]
        values = disclosed_values(token[item.query_id][0].rpartition("~")[0] + "~")
        assert len(values) == len(ASKED[item.query_id])
