"""Who this wallet is to an authorization server: a public client, or one a provider vouches for.

Sources: draft-ietf-oauth-attestation-based-client-auth-07 (ABCA); OpenID4VCI 1.0 Appendix E;
HAIP 1.0 4.4.1.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Final
from urllib.parse import urlencode

from msgspec import Meta

from credential import base64url, jose
from credential.names import MEDIA_FORM, TYP_WALLET_ATTESTATION_POP
from credential.strictjson import Object
from wallet import messages
from wallet.dpop import DpopClient
from wallet.fetch import Call, Reply
from wallet.refusals import MessageError
from wallet.session import Instance

ABCA: Final = "ABCA"
METHOD: Final = "attest_jwt_client_auth"
CLIENT_ID: Final = "regie-wallet"
"""The same for every wallet of this make: it tells nobody apart (ABCA 5.1)."""

CHALLENGE_HEADER: Final = "oauth-client-attestation-challenge"
JTI_BYTES: Final = 16
PROOF_LIFE: Final = 300
MAX_CHALLENGE: Final = 300
_OK: Final = 200
_REFUSED: Final = (400, 401)


class Challenge(messages.Message, frozen=True, kw_only=True):
    """The answer of a challenge endpoint (ABCA 8)."""

    attestation_challenge: Annotated[str, Meta(min_length=1, max_length=MAX_CHALLENGE)]


def proof(
    key: jose.Signer, *, audience: str, jti: str, iat: int, challenge: str | None, client_id: str
) -> str:
    """One proof that this instance holds the attested key, for one server (ABCA 5.2)."""
    # Drafts before -07 had `exp`, and libraries that still want it are met; others ignore it.
    payload: Object = {
        "iss": client_id,
        "aud": audience,
        "jti": jti,
        "iat": iat,
        "exp": iat + PROOF_LIFE,
    }
    if challenge is not None:
        payload["challenge"] = challenge
    return jose.sign(payload, typ=TYP_WALLET_ATTESTATION_POP, signer=key, header={})


@dataclass
class Client:
    """This wallet before one authorization server: its DPoP key, and its attestation if any."""

    dpop: DpopClient
    server: str
    client_id: str
    instance: Instance | None = field(default=None, repr=False)
    challenge_endpoint: str | None = None
    _challenge: str | None = field(default=None, repr=False)

    def post(self, url: str, form: Mapping[str, str], *, now: int) -> Reply:
        """The reply to a form; asked once more when the server wants its challenge in the proof."""
        members = {**form, **({"client_id": self.client_id} if self.client_id else {})}
        call = Call("POST", url, content_type=MEDIA_FORM, body=urlencode(members).encode())
        if self.instance is None:
            return self.dpop.send(call, now=now)
        if self._challenge is None and self.challenge_endpoint is not None:
            self._challenge = self._fetch_challenge(self.challenge_endpoint)
        attest = self._headers(self.instance, now)
        reply = self._keep(self.dpop.send(call, now=now, attest=attest))
        if (
            reply.status in _REFUSED
            and messages.error_code(reply.body) == "use_attestation_challenge"
        ):
            if CHALLENGE_HEADER not in reply.headers:
                raise MessageError("issuer.challenge_missing", ABCA)
            reply = self._keep(self.dpop.send(call, now=now, attest=attest))
        return reply

    def _headers(self, instance: Instance, now: int) -> Callable[[], Mapping[str, str]]:
        signer = jose.KeySigner(jose.private_key_from_pem(instance.key.encode()))

        def fresh() -> Mapping[str, str]:
            # Anew for every request, also when only the DPoP nonce was missing: `jti` is for once.
            return {
                "oauth-client-attestation": instance.attestation,
                "oauth-client-attestation-pop": proof(
                    signer,
                    audience=self.server,
                    jti=base64url.encode(self.dpop.entropy(JTI_BYTES)),
                    iat=now,
                    challenge=self._challenge,
                    client_id=self.client_id,
                ),
            }

        return fresh

    def _fetch_challenge(self, url: str) -> str:
        reply = self.dpop.fetch.send(Call("POST", url))
        if reply.status != _OK:
            raise MessageError("issuer.challenge", ABCA)
        return messages.decode(reply.body, Challenge, "issuer.challenge").attestation_challenge

    def _keep(self, reply: Reply) -> Reply:
        """A newer challenge may come with any answer, and counts from then on (ABCA 8.2)."""
        found = reply.headers.get(CHALLENGE_HEADER)
        if found is not None and 0 < len(found) <= MAX_CHALLENGE and found.isascii():
            self._challenge = found
        return reply


def wanted_by(methods: tuple[str, ...]) -> bool:
    """Whether a server lets a wallet show that someone vouches for it (RFC 8414 2)."""
    return METHOD in methods


def required_by(methods: tuple[str, ...]) -> bool:
    """Whether it lets nobody in without."""
    return METHOD in methods and "none" not in methods
