"""What the provider signs: "whoever shows this holds this key"; no person, no device, no level.

It keeps nothing: challenges carry their own time and seal. Pure. Sources: OpenID4VCI 1.0 D.1 and
Appendix E; draft-ietf-oauth-attestation-based-client-auth-07 (ABCA) 5.1; Regie formats 10.
"""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from credential import base64url, jose, strictjson
from credential.errors import CredentialError
from credential.names import TYP_KEY_ATTESTATION, TYP_WALLET_ATTESTATION
from credential.strictjson import Json, Object
from wallet import messages, vouch
from wallet.attestation import CLIENT_ID
from wallet.errors import Distrusted
from wallet.refusals import MessageError

Entropy = Callable[[int], bytes]

CHALLENGE_LIFE: Final = 300
CLIENT_LIFE: Final = 86_400
"""A day: an instance that stops being vouched for cannot come back for longer."""
KEYS_LIFE: Final = 300
CLOCK_SKEW: Final = 60
MAX_REQUEST: Final = 131_072
WALLET_NAME: Final = "Regie"
_RANDOM: Final = 16
_TIME: Final = 8
_MAC: Final = 32
_LABEL: Final = b"regie-provider-challenge-1"


class Refusal(Exception):
    """What a wallet is told when nothing is signed; `code` is all of it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Provider:
    """The signing key with its certificate, the secret of the challenges, and its own address."""

    url: str
    signer: jose.Signer = field(repr=False)
    chain: tuple[bytes, ...] = field(repr=False)
    secret: bytes = field(repr=False)
    entropy: Entropy = field(repr=False)

    def challenge(self, *, now: int) -> str:
        """What proofs must answer to in the next minutes; nothing is kept of it."""
        body = now.to_bytes(_TIME, "big") + self.entropy(_RANDOM)
        return base64url.encode(body + self._seal(body))

    def vouch(self, data: bytes, *, now: int) -> Object:
        """The attestations asked for, after proof that every key is held; `Refusal` otherwise."""
        try:
            asked = messages.decode(data, vouch.Request, "invalid_request", max_bytes=MAX_REQUEST)
        except (MessageError, CredentialError):
            raise Refusal("invalid_request") from None
        if (asked.instance is None) == (not asked.keys) or bool(asked.keys) != bool(asked.nonce):
            # One of the two: an instance and the keys of cards in one request would be tied.
            raise Refusal("invalid_request")
        if asked.instance is not None:
            [key] = self._held([asked.instance], now)
            return {"client_attestation": self._client(key, now)}
        return {"key_attestation": self._keys(self._held(asked.keys, now), asked.nonce, now)}

    def _client(self, key: jose.PublicKey, now: int) -> str:
        payload: Object = {
            "iss": self.url,
            "sub": CLIENT_ID,
            "iat": now,
            "exp": now + CLIENT_LIFE,
            "cnf": {"jwk": jose.public_jwk(key)},
            "wallet_name": WALLET_NAME,
        }
        return self._sign(payload, TYP_WALLET_ATTESTATION)

    def _keys(self, keys: Sequence[jose.PublicKey], nonce: str | None, now: int) -> str:
        listed: list[Json] = [jose.public_jwk(key) for key in keys]
        payload: Object = {
            "iss": self.url,
            "iat": now,
            "exp": now + KEYS_LIFE,
            "attested_keys": listed,
            "nonce": nonce,
        }
        return self._sign(payload, TYP_KEY_ATTESTATION)

    def _sign(self, payload: Object, typ: str) -> str:
        return jose.sign(payload, typ=typ, signer=self.signer, x5c=self.chain)

    def _held(self, proofs: Sequence[str], now: int) -> tuple[jose.PublicKey, ...]:
        try:
            keys = tuple(self._proven(proof, now) for proof in proofs)
        except CredentialError:
            raise Refusal("invalid_proof") from None
        if len({jose.thumbprint(key) for key in keys}) != len(keys):
            raise Refusal("invalid_proof")
        return keys

    def _proven(self, proof: str, now: int) -> jose.PublicKey:
        jws = jose.parse(proof, typ=vouch.TYP_POSSESSION, max_bytes=vouch.MAX_PROOF)
        payload = jose.verify(jws, jws.jwk()).payload
        if payload.get("aud") != self.url:
            raise Refusal("invalid_proof")
        if abs(strictjson.integer(payload, "iat") - now) > CHALLENGE_LIFE + CLOCK_SKEW:
            raise Refusal("invalid_proof")
        self._check(strictjson.text(payload, "nonce"), now)
        return jws.jwk()

    def _check(self, challenge: str, now: int) -> None:
        data = base64url.decode(challenge, max_bytes=256)
        body, seal = data[:-_MAC], data[-_MAC:]
        if len(body) != _TIME + _RANDOM or not hmac.compare_digest(self._seal(body), seal):
            raise Refusal("invalid_challenge")
        if not -CLOCK_SKEW <= now - int.from_bytes(body[:_TIME], "big") <= CHALLENGE_LIFE:
            raise Refusal("invalid_challenge")

    def _seal(self, body: bytes) -> bytes:
        return hmac.new(self.secret, _LABEL + body, hashlib.sha256).digest()


def require_own(key: jose.PublicKey, certificate_key: jose.PublicKey) -> None:
    """Refuses a certificate of another key."""
    if jose.thumbprint(key) != jose.thumbprint(certificate_key):
        raise Distrusted("provider.other_key")
