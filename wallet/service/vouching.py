"""Asking the wallet provider to vouch for a key, where an issuer wants someone to.

The provider learns keys and a moment, never for whom or for what (decision 0013).
"""

from collections.abc import Sequence
from urllib.parse import urlsplit

from credential import jose, strictjson
from credential.errors import CredentialError
from credential.names import MEDIA_JSON, TYP_KEY_ATTESTATION, TYP_WALLET_ATTESTATION
from credential.strictjson import Object
from wallet import attestation, messages, vouch
from wallet.attestation import CLIENT_ID, Client
from wallet.dpop import DpopClient
from wallet.errors import ExitCode, WalletError, from_credential
from wallet.fetch import Call, Fetch
from wallet.refusals import MessageError
from wallet.service.wallet import Wallet
from wallet.session import Instance

_OK = 200


def client_for(
    wallet: Wallet,
    fetch: Fetch,
    server: messages.ServerMetadata,
    dpop: DpopClient,
    *,
    anonymous: bool,
    now: int,
) -> Client:
    """This wallet before that server, attested where the server takes it and a provider is set.

    Each time with a fresh instance key: one key before two issuers would tie them together
    (HAIP 1.0 4.4.1).
    """
    if vouched(wallet, server):
        made = jose.private_key_to_pem(jose.generate_key()).decode()
        instance = attested(wallet, fetch, made, now=now)
        return Client(dpop, server.issuer, CLIENT_ID, instance, server.challenge_endpoint)
    return Client(dpop, server.issuer, "" if anonymous and server.anonymous else CLIENT_ID)


def vouched(wallet: Wallet, server: messages.ServerMetadata) -> bool:
    """Whether this wallet shows an attestation there; refuses where it must and cannot."""
    methods = server.token_endpoint_auth_methods_supported
    if wallet.config.provider_url and attestation.wanted_by(methods):
        return True
    if attestation.required_by(methods):
        raise provider_needed()
    return False


def provider_needed() -> WalletError:
    """The issuer only deals with wallets somebody vouches for."""
    return WalletError("get.provider_needed", exit=ExitCode.NOT_READY)


def attested(wallet: Wallet, fetch: Fetch, pem: str, *, now: int) -> Instance:
    """This instance key with a fresh attestation; nothing in it names the wallet or its owner."""
    key = jose.private_key_from_pem(pem.encode())
    [proof] = _proofs(wallet, fetch, [key], now)
    found = _ask(wallet, fetch, vouch.instance_request(proof)).client_attestation
    claims = _claims(found, TYP_WALLET_ATTESTATION)
    cnf = claims.get("cnf")
    jwk = cnf.get("jwk") if isinstance(cnf, dict) else None
    if (
        claims.get("sub") != CLIENT_ID
        or not isinstance(jwk, dict)
        or jose.thumbprint(jose.key_from_jwk(jwk)) != jose.thumbprint(key.public_key())
    ):
        raise MessageError("provider.attestation", "ABCA 5.1")
    assert found is not None
    return Instance(pem, found, strictjson.integer(claims, "exp"))


def key_attestation(
    wallet: Wallet, fetch: Fetch, keys: Sequence[jose.PrivateKey], nonce: str, *, now: int
) -> str:
    """One attestation over all keys of a batch, for the issuer's nonce (OpenID4VCI 1.0 D.1)."""
    if not wallet.config.provider_url:
        raise provider_needed()
    body = vouch.keys_request(_proofs(wallet, fetch, keys, now), nonce)
    found = _ask(wallet, fetch, body).key_attestation
    claims = _claims(found, TYP_KEY_ATTESTATION)
    listed = claims.get("attested_keys")
    ours = [jose.thumbprint(key.public_key()) for key in keys]
    theirs = [
        jose.thumbprint(one)
        for one in (listed if isinstance(listed, list) else ())
        if isinstance(one, dict)
    ]
    if theirs != ours or claims.get("nonce") != nonce:
        raise MessageError("provider.attestation", "OpenID4VCI 1.0 D.1")
    assert found is not None
    return found


def _proofs(
    wallet: Wallet, fetch: Fetch, keys: Sequence[jose.PrivateKey], now: int
) -> tuple[str, ...]:
    base = _base(wallet)
    reply = fetch.send(Call("POST", f"{base}/challenge"))
    if reply.status != _OK:
        raise MessageError("provider.challenge", "Regie formats 10")
    challenge = messages.decode(reply.body, vouch.Challenge, "provider.challenge").challenge
    return tuple(
        vouch.possession(jose.KeySigner(key), provider=base, challenge=challenge, iat=now)
        for key in keys
    )


def _ask(wallet: Wallet, fetch: Fetch, members: Object) -> vouch.Vouched:
    call = Call(
        "POST",
        f"{_base(wallet)}/attestation",
        content_type=MEDIA_JSON,
        body=strictjson.dumps(members),
    )
    reply = fetch.send(call)
    if reply.status != _OK:
        reason = messages.error_code(reply.body) or f"http_{reply.status}"
        host = urlsplit(call.url).hostname or ""
        raise WalletError(
            "get.provider_refused", exit=ExitCode.NOT_TRUSTED, host=host, reason=reason
        )
    return messages.decode(reply.body, vouch.Vouched, "provider.attestation")


def _claims(token: str | None, typ: str) -> Object:
    """What the attestation says; who may vouch is the issuer's to judge, and it will."""
    if token is None:
        raise MessageError("provider.attestation", "Regie formats 10")
    try:
        return jose.parse(token, typ=typ).dangerous_payload()
    except CredentialError as error:
        raise from_credential(error) from None


def _base(wallet: Wallet) -> str:
    return wallet.config.provider_url.rstrip("/")
