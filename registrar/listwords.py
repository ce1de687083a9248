"""The small shapes every list of trusted entities is made of (TS 119 602 6)."""

import time

from credential.strictjson import Json, Object
from registrar.config import Address


def moment(seconds: int) -> str:
    """`YYYY-MM-DDThh:mm:ssZ`, the only form of a time."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def own(name: str, value: Object) -> Json:
    """One of our own extensions; a reader that does not know it may pass it over."""
    return {"Critical": False, "id": name, "value": value}


def nl(text: str) -> list[Json]:
    """A text in Dutch."""
    return [{"lang": "nl", "value": text}]


def uris(*found: str) -> list[Json]:
    """Addresses of Dutch pages."""
    return [{"lang": "nl", "uriValue": uri} for uri in found]


def address(postal: Address, email: str, website: str) -> Object:
    """Where an entity is found, on paper and on the web."""
    return {
        "TEPostalAddress": postal_address(postal),
        "TEElectronicAddress": uris(f"mailto:{email}", website),
    }


def postal_address(found: Address) -> list[Json]:
    """A postal address."""
    return [
        {
            "lang": "nl",
            "StreetAddress": found.street,
            "PostalCode": found.postal_code,
            "Locality": found.locality,
            "Country": found.country,
        }
    ]
