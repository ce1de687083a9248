"""The certificates of a signing path by issuer and serial number, as policies name them."""

from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

from cryptography import x509
from cryptography.x509.oid import NameOID

from credential.trust import leaf as leaves

Named: TypeAlias = tuple[str, int]
"""The issuer's name in one fixed writing, and the serial number."""

# The short names TS 119 472-3 gives these attributes; RFC 4514 has none.
_SHORT: Final[Mapping[str, x509.ObjectIdentifier]] = {
    "ORGID": NameOID.ORGANIZATION_IDENTIFIER,
    "SN": NameOID.SERIAL_NUMBER,
}


def named(path: Iterable[bytes]) -> tuple[Named, ...]:
    """Every certificate of a path that held, by who issued it and its number."""
    found = [leaves.load(der) for der in path]
    return tuple((one.issuer.rfc4514_string(), one.serial_number) for one in found)


def name_of(text: str) -> str | None:
    """A name written the LDAP way (RFC 4514), in the writing of `named`; None if it is none."""
    try:
        return x509.Name.from_rfc4514_string(text, _SHORT).rfc4514_string()
    except ValueError:
        return None
