"""A wallet pushes what it asks for, before any browser sees it (RFC 9126; OpenID4VCI 1.0, 5.1)."""

from typing import Final

from credential import base64url
from credential.strictjson import Object
from issuer import authorization, dpop, forms
from issuer.authorization import Caller, Rules
from issuer.errors import WalletFault
from issuer.service import clients
from issuer.service.access import Asked, once
from issuer.service.office import Municipality, Office

PUSHED_SECONDS: Final = 300
_REFERENCE_BYTES: Final = 32


def push(office: Office, municipality: Municipality, asked: Asked, body: bytes) -> Object:
    """Keeps an authorization request for one browser (RFC 9126, 2)."""
    if office.settings.login is None:
        raise WalletFault("not_found", "authorize.no_login", "RFC 9110 15.5.5", status=404)
    form = forms.read(body)
    forms.no_secrets(form)
    known = clients.authenticate(office, municipality, asked, form.get("client_id"))
    proof = _proof(office, asked)
    request, issuer_state = authorization.read(
        form,
        Rules(
            municipality.identifier,
            office.kinds(municipality),
            office.settings.client,
            office.settings.haip,
        ),
        Caller(known.attested, known.instance, None if proof is None else proof.jkt),
    )
    if proof is not None:
        once(office, proof, asked.now, 400)
    clients.once(office, known, asked.now)
    uri = authorization.REQUEST_URI + base64url.encode(office.entropy(_REFERENCE_BYTES))

    def require(offered: tuple[str, ...]) -> None:
        if not set(request.kinds) <= set(offered):
            raise forms.invalid("authorize.not_offered", "OpenID4VCI 1.0 5.1.3")

    kept = office.store.logins.push(
        base64url.sha256(uri),
        municipality.code,
        request,
        asked.now + PUSHED_SECONDS,
        offer=None if issuer_state is None else (base64url.sha256(issuer_state.encode()), require),
        now=asked.now,
    )
    if not kept:
        # Used before, too old, of another municipality, or never ours: it looks the same.
        raise forms.invalid("authorize.issuer_state", "OpenID4VCI 1.0 5.1.3")
    return {"request_uri": uri, "expires_in": PUSHED_SECONDS}


def _proof(office: Office, asked: Asked) -> dpop.Proof | None:
    """The DPoP proof of a pushed request, where one came along (RFC 9449, 10.1)."""
    if not asked.dpop:
        return None
    return dpop.check(
        asked.dpop,
        dpop.Expected(
            method=asked.method,
            url=asked.url,
            now=asked.now,
            nonces=office.as_nonces,
            access_token=None,
            jkt=None,
            status=400,
        ),
    )
