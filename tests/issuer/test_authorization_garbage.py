"""Whatever is pushed or shown as an attestation, only our own refusals come out."""

from urllib.parse import urlencode

from hypothesis import example, given
from hypothesis import strategies as st
from support import issuer_home
from support import scheme as schemes
from support.from_home import REDIRECT, VERIFIER

from credential import base64url
from issuer import attestation, authorization, forms
from issuer.authorization import Caller, Rules
from issuer.config import Client
from issuer.errors import WalletFault
from issuer.nonces import Nonces

ISSUER = "https://localhost:8441/0599"
NONCES = Nonces(b"k" * 32, "test", 300, issuer_home.stream())
TRUST = schemes.shared().trust
RULES = Rules(ISSUER, ("persoonsgegevens",), (Client("x", (REDIRECT,)),), haip=False)
GOOD = {
    "client_id": "x",
    "response_type": "code",
    "redirect_uri": REDIRECT,
    "scope": "persoonsgegevens",
    "code_challenge": base64url.sha256(VERIFIER),
    "code_challenge_method": "S256",
}
NAMES = (*GOOD, "state", "authorization_details", "dpop_jkt", "issuer_state", "resource", "request")


def refusal(act) -> WalletFault | None:
    try:
        act()
    except WalletFault as fault:
        return fault
    return None


@given(st.dictionaries(st.sampled_from(NAMES), st.text()), st.booleans())
@example({"redirect_uri": "https://[x"}, True)
@example({"redirect_uri": "http://127.0.0.1:x/callback"}, False)
@example({"redirect_uri": "//"}, True)
@example({"authorization_details": "["}, False)
def test_a_pushed_request_of_any_values(changes, attested):
    caller = Caller("x" if attested else None, "i" if attested else None, None)

    def push():
        form = forms.read(urlencode({**GOOD, **changes}).encode())
        return authorization.read(form, RULES, caller)

    fault = refusal(push)
    if fault is not None:
        said = f"{fault} {fault.params}"
        assert not any(value in said for value in changes.values() if len(value) > 8)


@given(st.text())
@example("\u0660" * 43)
def test_a_verifier_of_anything(verifier):
    assert not authorization.verifier_fits(verifier, base64url.sha256(VERIFIER))
    assert authorization.verifier_fits(VERIFIER, base64url.sha256(VERIFIER))


@given(st.lists(st.text(), max_size=3), st.lists(st.text(), max_size=3))
def test_an_attestation_of_anything(shown, proofs):
    expected = attestation.Expected(ISSUER, schemes.NOW, TRUST, NONCES)
    fault = refusal(lambda: attestation.check(shown, proofs, expected))
    assert fault is not None
    assert (fault.error, fault.status) == ("invalid_client_attestation", 401)
