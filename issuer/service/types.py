"""The types of the cards made here, byte for byte as the scheme publishes them (SD-JWT VC 6, 7)."""

from credential.names import vct_of
from issuer.errors import WalletFault
from issuer.service import permission
from issuer.service.office import Municipality, Office


def document(office: Office, municipality: Municipality, kind: str, now: int) -> bytes:
    """The type metadata of a kind that this municipality issues."""
    trust = permission.scheme(office, now)
    known = kind in office.kinds(municipality)
    found = trust.types.document(vct_of(kind)) if known and trust is not None else None
    if found is None:
        raise WalletFault("not_found", "type.unknown", "RFC 9110 15.5.5", status=404)
    return found


def integrity(office: Office, kind: str, now: int) -> str | None:
    """What a card made now writes in `vct#integrity`; `None` where no scheme is there to say."""
    trust = permission.scheme(office, now)
    return None if trust is None else trust.types.integrity(vct_of(kind))
