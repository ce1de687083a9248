"""Whatever a wallet sends, only our own refusals come out, and they never repeat what was sent."""

import json
from urllib.parse import urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support import issuer_home
from support import scheme as schemes
from support.keys import test_key, test_signer

from credential import jose
from credential.names import GRANT_PRE_AUTHORIZED
from issuer import dpop, forms, messages, proofs
from issuer.encryption import RequestKeys
from issuer.errors import WalletFault
from issuer.nonces import Nonces

NOW = 1_767_225_600
NONCES = Nonces(b"k" * 32, "test", 300, issuer_home.stream())
ISSUER = "https://localhost:8441/0599"
URL = f"{ISSUER}/token"
GRANTS = frozenset((GRANT_PRE_AUTHORIZED,))
REQUEST_KEYS = RequestKeys(b"k" * 32)

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


def expected() -> dpop.Expected:
    return dpop.Expected("POST", URL, NOW, NONCES, None, None, 400)


def proof_expected() -> proofs.Expected:
    return proofs.Expected(
        issuer=ISSUER,
        client="",
        now=NOW,
        nonces=NONCES,
        batch_size=10,
        attesters=lambda: schemes.shared().trust,
        attestation_required=False,
    )


def signed(typ: str, claims: dict, header: dict) -> str:
    head = {"jwk": jose.public_jwk(test_key("garbage").public_key()), **header}
    try:
        return jose.sign(claims, typ=typ, signer=test_signer("garbage"), header=head)
    except (ValueError, UnicodeError):
        return "x"


def refusal(act) -> WalletFault:
    """What was refused; an empty fault if nothing was. Anything else is a fault in us."""
    try:
        act()
    except WalletFault as fault:
        return fault
    return WalletFault("", "", "")


@given(st.binary() | st.text().map(str.encode))
@example(b"{}")
def test_a_credential_request_of_anything(body):
    readers = (
        messages.credential_request,
        messages.deferred_request,
        messages.notification,
        lambda body: forms.token_request(body, GRANTS),
        lambda body: REQUEST_KEYS.open(body, NOW),
    )
    for read in readers:
        assert set(refusal(lambda read=read: read(body)).params) <= {"member"}


@given(st.dictionaries(st.sampled_from(["proofs", "credential_identifier", "transaction_id",
       "credential_configuration_id", "credential_response_encryption",
       "notification_id", "event", "event_description"]), json_values))  # fmt: skip
def test_a_credential_request_of_any_members(members):
    body = json.dumps(members).encode()
    for read in (messages.credential_request, messages.deferred_request, messages.notification):
        refusal(lambda read=read: read(body))


@given(st.dictionaries(st.sampled_from(["grant_type", "pre-authorized_code", "tx_code",
       "authorization_details", "client_id"]), st.text() | json_values.map(json.dumps)))  # fmt: skip
def test_a_form_of_any_values(fields):
    grant = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
    try:
        body = urlencode({"grant_type": grant, **fields}).encode()
    except UnicodeEncodeError:
        return
    refusal(lambda: forms.token_request(body, GRANTS))


@given(
    st.dictionaries(st.sampled_from(["jti", "htm", "htu", "iat", "ath", "nonce"]), json_values),
    st.dictionaries(st.sampled_from(["jwk", "kid", "crit", "x5c", "b64"]), json_values),
)
def test_a_dpop_proof_of_any_claims(claims, header):
    good = {"jti": "a" * 20, "htm": "POST", "htu": URL, "iat": NOW, "nonce": NONCES.mint(NOW)}
    token = signed("dpop+jwt", {**good, **claims}, header)
    found = refusal(lambda: dpop.check([token], expected()))
    assert found.error in ("", "invalid_dpop_proof", "use_dpop_nonce")


@given(
    st.dictionaries(st.sampled_from(["aud", "iat", "nonce", "iss"]), json_values),
    st.dictionaries(st.sampled_from(["jwk", "kid", "x5c", "trust_chain", "alg"]), json_values),
)
def test_a_key_proof_of_any_claims(claims, header):
    good = {"aud": ISSUER, "iat": NOW, "nonce": NONCES.mint(NOW)}
    token = signed("openid4vci-proof+jwt", {**good, **claims}, header)
    found = refusal(lambda: proofs.check("jwt", [token], proof_expected()))
    assert found.error in ("", "invalid_proof", "invalid_nonce")


@given(
    st.dictionaries(
        st.sampled_from(["iat", "exp", "nonce", "attested_keys", "status", "key_storage"]),
        json_values,
    ),
    st.dictionaries(st.sampled_from(["jwk", "kid", "x5c", "trust_chain", "alg"]), json_values),
)
def test_a_key_attestation_of_any_claims(claims, header):
    token = signed("key-attestation+jwt", {"iat": NOW, **claims}, header)
    found = refusal(lambda: proofs.check("attestation", [token], proof_expected()))
    assert found.error == "invalid_proof"


@given(st.text())
def test_text_that_is_no_jwt(text):
    for check in (
        lambda: dpop.check([text], expected()),
        lambda: proofs.check("jwt", [text], proof_expected()),
        lambda: proofs.check("attestation", [text], proof_expected()),
        lambda: REQUEST_KEYS.open(text.encode(), NOW),
    ):
        with pytest.raises(WalletFault):
            check()


@given(st.text() | st.binary().map(jose.base64url.encode))
def test_a_nonce_of_anything(text):
    assert not NONCES.fresh(text, NOW)


def test_a_nonce_is_fresh_for_its_time_and_family():
    nonce = NONCES.mint(NOW)
    assert NONCES.fresh(nonce, NOW)
    assert NONCES.fresh(nonce, NOW + 299)
    assert not NONCES.fresh(nonce, NOW + 300)
    assert not NONCES.fresh(nonce, NOW - 60)
    other = Nonces(b"k" * 32, "other", 300, issuer_home.stream())
    assert not other.fresh(nonce, NOW)
    flipped = nonce[:-1] + ("A" if nonce[-1] != "A" else "B")
    assert not NONCES.fresh(flipped, NOW)
