"""Who signed a request, by its client identifier: `x509_hash` or `x509_san_dns`.

Our scheme knows them, or an authority does that this resident chose to trust; nobody else asks
(OpenID4VP 1.0 5.9.3, HAIP 1.0 5).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from credential.errors import NotTrusted
from credential.jose import UnverifiedJws
from credential.strictjson import Object
from credential.trust import Leaf, Trust
from credential.trust.foreign import foreign_leaf
from wallet.refusals import MessageError

HASH: Final = "x509_hash:"
DNS: Final = "x509_san_dns:"
_SECTION: Final = "OpenID4VP 1.0 5.9.3"


@dataclass(frozen=True)
class Signer:
    """The holder of one certificate; `ours`: our scheme gave it, so it must be registered too."""

    leaf: Leaf
    ours: bool


def identify(
    jws: UnverifiedJws, client_id: str, trust: Trust, foreign: Sequence[bytes], *, now: int
) -> Signer:
    """The one this identifier stands for; the signature is the caller's to check."""
    _check_client_id(client_id, jws.dangerous_payload())
    signer = _signer(jws, trust, foreign, now)
    leaf = signer.leaf
    if client_id.startswith(HASH) and client_id != HASH + leaf.x509_hash:
        raise MessageError("request.client_id_hash", _SECTION)
    if client_id.startswith(DNS) and _dns(client_id) not in leaf.hosts:
        raise MessageError("request.client_id_dns", _SECTION)
    return signer


def check_hosts(signer: Signer, client_id: str, request_uri: str, response_uri: str) -> None:
    """The answer goes where the certificate says.

    A registered asker is bound for both addresses, a DNS name for the answer. The hash of a
    foreign certificate binds no address: then the question names both (Regie trust 6).
    """
    if client_id.startswith(DNS) and _host(response_uri) != _dns(client_id):
        raise MessageError("request.host", _SECTION)
    if signer.ours and not {_host(request_uri), _host(response_uri)} <= {*signer.leaf.hosts}:
        raise MessageError("request.host", _SECTION)


def identifier_of(leaf: Leaf) -> str:
    """What tells an unregistered party from all others, in the log and in "shared before".

    Never bare: a foreign authority may sign any number, also that of an organisation we know.
    """
    name = leaf.organization_identifier or leaf.oin
    if name:
        return f"id:{name}"
    return f"dns:{leaf.hosts[0]}" if leaf.hosts else f"sha256:{leaf.fingerprint}"


def _check_client_id(outer: str, claims: Object) -> None:
    """One identifier, the same in link and object, with a prefix of this profile."""
    if claims.get("client_id") != outer:
        raise MessageError("request.client_id", "OpenID4VP 1.0 5.9")
    if outer.startswith("origin:"):
        raise MessageError("request.client_id_origin", _SECTION)
    if not outer.startswith((HASH, DNS)):
        raise MessageError("request.client_id_prefix", "HAIP 1.0 5")


def _signer(jws: UnverifiedJws, trust: Trust, foreign: Sequence[bytes], now: int) -> Signer:
    try:
        return Signer(trust.verifier_leaf(jws.x5c(), now=now), ours=True)
    except NotTrusted as error:
        if error.code != "x5c.no_anchor" or not foreign:
            raise
    return Signer(foreign_leaf(jws.x5c(), foreign, now=now, cache=trust.cache), ours=False)


def _dns(client_id: str) -> str:
    return client_id.removeprefix(DNS).lower()


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").lower()
