"""Which system is asking: known by a key alone, compared in constant time."""

from hashlib import sha256
from typing import Final

from verifier.settings.api import Api, Client

_BEARER: Final = "bearer "
MAX_KEY: Final = 512


def identify(api: Api, authorization: str | None) -> Client | None:
    """The client whose key this header holds (RFC 6750, 2.1); `None` for anything else.

    Every key of every client is compared, so that time tells nothing of which came close.
    """
    given = authorization or ""
    key = given[len(_BEARER) :].strip()
    if given[: len(_BEARER)].lower() != _BEARER or not 0 < len(key) <= MAX_KEY:
        return None
    digest = sha256(key.encode("utf-8", "replace")).digest()
    found = [client for client in api.clients if client.holds(digest)]
    return found[0] if found else None
