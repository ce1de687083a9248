"""Whether the scheme lets a municipality issue a kind now (Regie trust 4.5).

Readers refuse what was signed without leave, so nobody gets such a card: the desk says why before
the register is asked, and what was promised already is not signed. What is known is the scheme on
disk; an old one still knows what it announced. Without a scheme there is nobody to ask.
"""

from collections.abc import Collection

from credential.errors import CredentialError
from credential.names import vct_of
from credential.trust import Issuer, Trust
from issuer.errors import DeskFault, IssuerError, NothingFound, WalletFault
from issuer.service.office import Municipality, Office

_SECTION = "Regie trust 4.5"


def scheme(office: Office, now: int) -> Trust | None:
    """The scheme on disk; one that is not there must not hide the issuer."""
    try:
        return office.trust(now)
    except (CredentialError, IssuerError):
        return None


def stopped(
    office: Office, municipality: Municipality, kinds: Collection[str], now: int
) -> dict[str, str]:
    """The kinds among these that it may not issue now, each with the code of the reason."""
    trust = scheme(office, now)
    if trust is None:
        return {}
    issuer = trust.issuer_by_oin(municipality.settings.oin)
    reasons = {kind: _reason(issuer, kind, now) for kind in kinds}
    return {kind: reason for kind, reason in reasons.items() if reason is not None}


def require_any(
    office: Office, municipality: Municipality, kinds: Collection[str], now: int
) -> dict[str, str]:
    """The kinds that are stopped, as above; refuses where none of them is left to issue."""
    found = stopped(office, municipality, kinds, now)
    if kinds and len(found) == len(kinds):
        whole = sorted(one for one in found.values() if one.startswith("issuer_"))
        raise NothingFound(f"refusal.{(whole or sorted(found.values()))[0]}", _SECTION)
    return found


def require_offer(
    office: Office, municipality: Municipality, kinds: Collection[str], now: int
) -> tuple[str, ...]:
    """Those of these kinds that may be offered, in their order; refuses where none may."""
    found = require_any(office, municipality, kinds, now)
    if not kinds:
        raise DeskFault("desk.unknown_kind", "Regie domain 2.6")
    return tuple(kind for kind in kinds if kind not in found)


def require_signing(office: Office, municipality: Municipality, kind: str, now: int) -> None:
    """Refuses a batch of a kind that may not be signed now, whatever was promised."""
    for reason in stopped(office, municipality, (kind,), now).values():
        raise WalletFault("credential_request_denied", f"refusal.{reason}", _SECTION)


def _reason(issuer: Issuer | None, kind: str, now: int) -> str | None:
    code = "trust.issuer_unknown" if issuer is None else issuer.idle(now, vct_of(kind))
    return None if code is None else code.removeprefix("trust.")
