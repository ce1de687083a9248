"""Who should see a kind of card, as its file states it (ARF 3.0 topic 43, CIR 2024/2979 annex III).

`sectors` are the sectors that parties are registered in, `services` single services of a party,
`parties` whole parties: whoever is one of these. Issuers carry it in their metadata, and may say
less or more strict only in that direction: stricter.
"""

import re
from typing import Final

from credential import disclosurepolicy
from credential.errors import CredentialError
from credential.names import sector_entitlement
from credential.strictjson import Json, Object
from registrar.sheet import Section

MOST: Final = 1024
"""Parties or services one policy names."""

_SECTOR: Final = re.compile(r"[a-z][a-z-]{0,63}")
_PARTY: Final = re.compile(r"[A-Z]{3}[A-Z]{2}-[A-Za-z0-9.]+")
_SERVICE: Final = re.compile(r"([A-Z]{3}[A-Z]{2}-[A-Za-z0-9.]+)/([A-Za-z0-9._-]{1,64})")


def policy_of(found: Section) -> Object | None:
    """The policy as wallets read it; `None` where the table cannot be read."""
    allowed: list[Json] = []
    for number, sector in enumerate(found.texts("sectors")):
        if not _SECTOR.fullmatch(sector):
            found.fault("kind.sector", "sectors", sector, element=number)
        allowed.append({"entitlement_uri": sector_entitlement(sector)})
    for number, party in enumerate(found.texts("parties", most=MOST)):
        if not _PARTY.fullmatch(party):
            found.fault("kind.party", "parties", party, element=number)
        allowed.append({"identifier": party})
    for number, written in enumerate(found.texts("services", most=MOST)):
        named = _SERVICE.fullmatch(written)
        if named is None:
            found.fault("kind.service", "services", written, element=number)
        else:
            allowed.append({"identifier": named[1], "service_id": named[2]})
    policy: Object = {
        "policy_uri": found.text("uri"),
        "policy_type": disclosurepolicy.Form.PARTIES.value,
        "description": found.text("text"),
        "authorized_parties": allowed,
    }
    if "info" in found:
        policy["policy_info_url"] = found.text("info")
    try:
        disclosurepolicy.parse(policy)
    except CredentialError as error:
        member = str(error.params.get("member", ""))
        if not (member == "authorized_parties" and not allowed):
            found.fault("kind.policy", "info" if member == "policy_info_url" else "uri", member)
        else:
            found.fault("kind.policy_empty", "sectors")
        return None
    return policy
