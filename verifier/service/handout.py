"""Handing the request object out, once (OpenID4VP 1.0, 5.10)."""

from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from credential import jose, jwe
from verifier import request, walletmetadata
from verifier.errors import Refused
from verifier.keys import open_with, seal_with, sealed_by_bytes
from verifier.service import links
from verifier.service.verifier import Verifier
from verifier.store import transactions
from verifier.transaction import Created
from verifier.walletmetadata import Encryption

MAX_WALLET_NONCE: Final = 256
# Shorter ones could be guessed: who sends one gets the request once, as by GET.
MIN_RETRY_NONCE: Final = 22
RETRY: Final = "regie/verifier/request/1"
_SECTION: Final = "OpenID4VP 1.0 5.10"


@dataclass(frozen=True)
class Fetching:
    """What a wallet sends along when it fetches; nothing of it when it fetches by GET."""

    wallet_nonce: str | None = field(default=None, repr=False)
    encryption: Encryption | None = None


def fetching(form: dict[str, str]) -> Fetching:
    """The form of a POST; what is not ours to know is ignored, what excludes us is refused."""
    nonce, metadata = form.get("wallet_nonce"), form.get("wallet_metadata")
    if nonce is not None and not (
        0 < len(nonce) <= MAX_WALLET_NONCE and nonce.isascii() and nonce.isprintable()
    ):
        raise Refused("request.wallet_nonce", _SECTION)
    return Fetching(nonce, None if metadata is None else walletmetadata.read(metadata))


def hand_out(
    verifier: Verifier, transaction: str, by: Fetching | None = None, *, token: str | None = None
) -> str:
    """The signed request object, once; whoever sent the same `wallet_nonce` gets the same bytes.

    `token`: what a link that was shown on a screen carries; an old one is as good as none.
    """
    by = by or Fetching()
    now = verifier.now()
    found = transactions.find(verifier.store, verifier.sealer, transaction)
    if not isinstance(found, Created):
        return _again(verifier, transaction, by, now)
    if found.expires <= now or not links.admits(verifier, found, token, now):
        raise _gone()
    profile, asker = verifier.profile(found.profile), verifier.identity(found.id)
    secrets = request.secrets_for(
        found, verifier.entropy, jose.generate_key(), profile.registration
    )
    fetched, signed = request.build(
        found,
        profile,
        secrets,
        now=now,
        seconds=verifier.config.request_seconds,
        base_url=verifier.config.base_url,
        signer=asker.signer,
        chain=asker.chain,
        wallet_nonce=by.wallet_nonce,
    )
    body = _enveloped(signed, by.encryption)
    sealed = None
    if (key := _retry_key(by)) is not None:
        sealed = seal_with(key, body.encode(), found.id, verifier.entropy)
    if not transactions.hand_out(verifier.store, verifier.sealer, fetched, sealed, now):
        return _again(verifier, transaction, by, now)
    return body


def _again(verifier: Verifier, transaction: str, by: Fetching, now: int) -> str:
    """The same bytes for the wallet whose answer got lost; for anybody else there is nothing.

    What is kept opens only with the nonce, of which nothing is kept: there is nothing to compare.
    """
    key = _retry_key(by)
    sealed = None if key is None else transactions.stored_request(verifier.store, transaction, now)
    plain = None if key is None or sealed is None else open_with(key, sealed, transaction)
    if plain is None:
        raise _gone()
    return plain.decode()


def _retry_key(by: Fetching) -> AESGCM | None:
    nonce = by.wallet_nonce
    if nonce is None or len(nonce) < MIN_RETRY_NONCE:
        return None
    return sealed_by_bytes(nonce.encode(), RETRY)


def _enveloped(signed: str, encryption: Encryption | None) -> str:
    """Signed, then encrypted where the wallet brought a key for that (RFC 9101, 6.1)."""
    if encryption is None:
        return signed
    return jwe.encrypt(
        signed.encode(),
        recipient=encryption.jwk,
        enc=encryption.enc,
        kid=encryption.kid,
        cty="oauth-authz-req+jwt",
    )


def _gone() -> Refused:
    """One answer for what never was, is over, was fetched, or came with an old link."""
    return Refused("request.gone", _SECTION, status=404)
