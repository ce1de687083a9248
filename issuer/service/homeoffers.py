"""An offer for whoever logs in: a link to cards that names nobody (OpenID4VCI 1.0, 4.1.1).

Its `issuer_state` is a key to look the offer up with, never a proof of who someone is. It opens
once, for a while, at the municipality it was made for.
"""

import base64
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from credential import base64url
from credential.names import GRANT_AUTHORIZATION_CODE
from credential.strictjson import Json, Object
from issuer import registers
from issuer.errors import DeskFault
from issuer.sealing import keyed
from issuer.service import permission
from issuer.service.lookup import one_of
from issuer.service.office import Municipality, Office

OFFER_SECONDS: Final = 7 * 86_400
_REFERENCE_BYTES: Final = 16


@dataclass(frozen=True, repr=False)
class HomeOffer:
    """What a clerk sends or puts on a screen."""

    municipality: str
    link: str
    uri: str
    expires_at: int
    kinds: tuple[str, ...]


def make(
    office: Office, kinds: Collection[str] | None, *, municipality: str | None, now: int
) -> HomeOffer:
    """A link to these kinds, all when `None`, for one resident who logs in."""
    if office.settings.login is None:
        raise DeskFault("desk.no_login", "Architecture, Issuer")
    issuer = one_of(office, municipality)
    # Who logs in is a person; what they may do for a business is seen at the desk.
    known = [kind for kind in office.kinds(issuer) if kind not in registers.KINDS]
    if kinds is not None and not (kinds and set(kinds) <= set(known)):
        raise DeskFault("desk.unknown_kind", "Regie domain 2.6")
    wanted = tuple(kind for kind in known if kinds is None or kind in kinds)
    chosen = permission.require_offer(office, issuer, wanted, now)
    drawn = base64.b32encode(office.entropy(_REFERENCE_BYTES)).decode("ascii")
    reference = drawn.rstrip("=")
    office.store.logins.add_offer(
        reference_hash=base64url.sha256(reference),
        state_hash=base64url.sha256(_issuer_state(office, reference)),
        municipality=issuer.code,
        kinds=chosen,
        expires_at=now + OFFER_SECONDS,
    )
    path = issuer.at(f"o/{reference}")
    escaped = path.replace(":", "%3A").replace("/", "%2F")
    return HomeOffer(
        municipality=issuer.code,
        link=path.upper(),
        uri=f"openid-credential-offer://?credential_offer_uri={escaped}",
        expires_at=now + OFFER_SECONDS,
        kinds=chosen,
    )


def fetch(office: Office, municipality: Municipality, reference: str, now: int) -> Object | None:
    """The credential offer behind a link, while nobody used it."""
    hashed = base64url.sha256(reference.encode())
    found = office.store.logins.offer(hashed, municipality.code, now)
    if found is None:
        return None
    kinds: list[Json] = list(found)
    state = _issuer_state(office, reference)
    return {
        "credential_issuer": municipality.identifier,
        "credential_configuration_ids": kinds,
        "grants": {GRANT_AUTHORIZATION_CODE: {"issuer_state": state}},
    }


def _issuer_state(office: Office, reference: str) -> str:
    """Derived, so that none is stored."""
    return keyed(office.secret, "issuer-state", reference)
