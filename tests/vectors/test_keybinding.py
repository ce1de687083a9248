"""OpenID4VP: the unsecured card and key binding of its examples, signed here and judged."""

import pytest
from support.cards import FakeTrust, counter, envelope
from support.keys import test_signer
from support.vectors import read_json

from credential import base64url, jose, keybinding, sdjwt
from credential.errors import NotAllowed
from credential.names import TYP_CARD, TYP_KEY_BINDING

CLAIMS = read_json("openid4vp/examples/credentials/sd_jwt_vc_unsecured.json")
BINDING = read_json("openid4vp/examples/response/kb_jwt_unsecured.json")
NOW = BINDING["iat"]


def presentation(**changes):
    hidden = {name: sdjwt.Disclosable(value) for name, value in CLAIMS.items() if name != "vct"}
    card = sdjwt.issue(
        envelope(vct=CLAIMS["vct"], iat=NOW, nbf=NOW, exp=NOW + 86_400) | hidden,
        signer=test_signer("issuer"),
        x5c=[b"issuer"],
        typ=TYP_CARD,
        entropy=counter(),
    )
    payload = BINDING | {"sd_hash": base64url.sha256(card)} | changes
    payload = {name: value for name, value in payload.items() if value is not None}
    return card + jose.sign(payload, typ=TYP_KEY_BINDING, signer=test_signer("holder"))


def verify(compact):
    return keybinding.verify_presentation(
        compact,
        FakeTrust(vcts=frozenset({CLAIMS["vct"]})),
        now=NOW,
        aud=BINDING["aud"],
        nonce=BINDING["nonce"],
        vct_values=[CLAIMS["vct"]],
        rights_jkt=None,
        transaction_data=(),
    )


@pytest.mark.spec("OpenID4VP 1.0", "B.3.6", "the card and key binding of the example")
def test_the_example():
    found = verify(presentation(transaction_data_hashes=None))
    assert CLAIMS.items() <= found.payload.items()
    assert found.kb.items() <= (BINDING | {"sd_hash": found.kb["sd_hash"]}).items()


@pytest.mark.spec("OpenID4VP 1.0", "B.3.3.1", "its transaction data was not ours to ask")
def test_transaction_data():
    with pytest.raises(NotAllowed, match=r"kb.transaction_data"):
        verify(presentation())
