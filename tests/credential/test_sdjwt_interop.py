"""Read by, and made by, the `sd-jwt` package: a library that is not ours."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jwcrypto.jwk import JWK
from sd_jwt.common import SDObj
from sd_jwt.holder import SDJWTHolder
from sd_jwt.issuer import SDJWTIssuer
from sd_jwt.verifier import SDJWTVerifier
from support.cards import AUD, NONCE, NOW, card, counter, envelope, hide, opened, present
from support.keys import test_key, test_signer

from credential import jose, keybinding, sdjwt
from credential.names import TYP_CARD, TYP_KEY_BINDING

pytestmark = pytest.mark.interop

CLAIMS = {
    "given_name": "Zoë",
    "address": {"street_address": "Dorpsstraat 1", "postal_code": "1234AB"},
    "stays": [{"municipality": "A", "from": "2010-05"}, {"municipality": "B", "from": 2012}],
    "flag": False,
    "nothing": None,
}
NAMES = st.sampled_from(["a", "b", "é", "_x"])
TREES = st.dictionaries(
    NAMES,
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-5, 5)
        | st.text(st.characters(codec="utf-8"), max_size=4),
        lambda inner: st.dictionaries(NAMES, inner, max_size=3) | st.lists(inner, max_size=3),
        max_leaves=6,
    ),
    min_size=1,
    max_size=3,
)


def jwk(name):
    return JWK.from_pem(jose.private_key_to_pem(test_key(name)))


def read_by_them(compact, *, bound=False):
    expected = {"expected_aud": AUD, "expected_nonce": NONCE} if bound else {}
    return SDJWTVerifier(compact, lambda *_: jwk("issuer"), **expected).get_verified_payload()


def made_by_them(claims):
    def mark(value):
        if isinstance(value, dict):
            return {SDObj(name): mark(member) for name, member in value.items()}
        return [SDObj(mark(element)) for element in value] if isinstance(value, list) else value

    issuer = SDJWTIssuer(
        envelope() | mark(claims),
        jwk("issuer"),
        add_decoy_claims=True,
        extra_header_parameters={"typ": TYP_CARD},
    )
    return issuer.sd_jwt_issuance


def test_they_read_what_we_issue():
    assert read_by_them(card(CLAIMS)) == envelope() | CLAIMS


def test_they_read_what_we_present():
    shown = present(card(CLAIMS), ("address", "postal_code"), ("stays", 1))
    assert read_by_them(shown, bound=True) == envelope() | {
        "address": {"postal_code": "1234AB"},
        "stays": [CLAIMS["stays"][1]],
    }


def test_we_read_what_they_issue():
    assert opened(made_by_them(CLAIMS)).payload == envelope() | CLAIMS


def test_we_read_what_they_present():
    holder = SDJWTHolder(made_by_them(CLAIMS))
    holder.create_presentation(
        {"address": {"postal_code": True}, "flag": True}, NONCE, AUD, jwk("holder")
    )
    unverified = sdjwt.parse(holder.sd_jwt_presentation, typ=TYP_CARD)
    found = sdjwt.verify(unverified, test_key("issuer").public_key())
    assert found.payload == envelope() | {
        "address": {"postal_code": "1234AB"}, "flag": False,
    }  # fmt: skip
    kb = jose.verify(
        jose.parse(unverified.kb_jwt, typ=TYP_KEY_BINDING), test_key("holder").public_key()
    ).payload
    assert (kb["aud"], kb["nonce"]) == (AUD, NONCE)
    assert kb["sd_hash"] == jose.base64url.sha256(unverified.presented)


def test_we_present_what_they_issued_and_they_read_it():
    held = opened(made_by_them(CLAIMS))
    shown = keybinding.make(
        held.select([("given_name",)]).compact,
        signer=test_signer("holder"), aud=AUD, nonce=NONCE, iat=NOW,
    )  # fmt: skip
    assert read_by_them(shown, bound=True) == envelope() | {"given_name": "Zoë"}


@given(TREES)
@settings(max_examples=25)
def test_both_agree_on_every_tree(tree):
    ours = sdjwt.issue(
        hide(tree), signer=test_signer("issuer"), x5c=[b"-"], typ=TYP_CARD,
        entropy=counter(),
    )  # fmt: skip
    assert read_by_them(ours) == opened(ours).payload == tree
