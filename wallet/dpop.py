"""Requests that prove possession of one key (RFC 9449), with the server's nonces honoured."""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from credential import base64url, jose
from credential.names import TYP_DPOP
from credential.strictjson import Object
from wallet import messages
from wallet.fetch import Call, Fetch, Reply
from wallet.refusals import MessageError

JTI_BYTES: Final = 16
MAX_NONCE: Final = 300

Attest = Callable[[], Mapping[str, str]]
"""Headers that say who the client is, made anew for every request."""


def proof(
    signer: jose.Signer,
    *,
    method: str,
    url: str,
    iat: int,
    jti: str,
    access_token: str | None = None,
    nonce: str | None = None,
) -> str:
    """One proof for one request; `htu` is the URL without query and fragment (RFC 9449 4.2)."""
    scheme, netloc, path, _, _ = urlsplit(url)
    payload: Object = {
        "jti": jti,
        "htm": method,
        "htu": urlunsplit((scheme, netloc, path, "", "")),
        "iat": iat,
    }
    if access_token is not None:
        payload["ath"] = base64url.sha256(access_token)
    if nonce is not None:
        payload["nonce"] = nonce
    header: Object = {"jwk": jose.public_jwk(signer.public_key)}
    return jose.sign(payload, typ=TYP_DPOP, signer=signer, header=header)


@dataclass
class DpopClient:
    """Sends each call with a fresh proof; keeps every server's newest nonce (RFC 9449 8, 9)."""

    fetch: Fetch
    signer: jose.Signer
    entropy: Callable[[int], bytes]
    nonces: dict[str, str] = field(default_factory=dict, repr=False)

    def send(
        self, call: Call, *, now: int, access_token: str | None = None, attest: Attest = dict
    ) -> Reply:
        """The reply; asked once more, with a new proof, when the server wants its nonce in it."""
        reply = self._once(call, now, access_token, attest)
        if _wants_nonce(reply):
            if "dpop-nonce" not in reply.headers:
                raise MessageError("issuer.dpop_nonce_missing")
            reply = self._once(call, now, access_token, attest)
        return reply

    def _once(self, call: Call, now: int, access_token: str | None, attest: Attest) -> Reply:
        server = urlsplit(call.url).netloc.lower()
        headers = {
            **call.headers,
            **attest(),
            "dpop": proof(
                self.signer,
                method=call.method,
                url=call.url,
                iat=now,
                jti=base64url.encode(self.entropy(JTI_BYTES)),
                access_token=access_token,
                nonce=self.nonces.get(server),
            ),
        }
        if access_token is not None:
            headers["authorization"] = f"DPoP {access_token}"
        reply = self.fetch.send(dataclasses.replace(call, headers=headers))
        nonce = reply.headers.get("dpop-nonce")
        if nonce is not None and 0 < len(nonce) <= MAX_NONCE and nonce.isascii():
            self.nonces[server] = nonce
        return reply


def _wants_nonce(reply: Reply) -> bool:
    """RFC 9449 8 (token endpoint, 400) and 9 (resource, 401)."""
    if reply.status == 401:  # noqa: PLR2004
        return 'error="use_dpop_nonce"' in reply.headers.get("www-authenticate", "")
    return reply.status == 400 and messages.error_code(reply.body) == "use_dpop_nonce"  # noqa: PLR2004
