"""A party in the words of the register: the one mapping of certificates onto TS5 v1.3.

Everything here is read from what the registration certificates state, so that the register and
the certificates cannot tell two stories (Regie trust 5).
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from credential import strictjson
from credential.names import NS, REGISTRATION_EXTENSION
from credential.strictjson import Json, Object
from registrar import lote
from registrar.config import Scheme
from registrar.party import Party, Service
from registrar.registrations import Slot

# The semantics identifier of a legal person (EN 319 412-1 5.1.4), and our own number beside it.
IDENTIFIER: Final = "urn:oid:0.4.0.194121.1.2"
OIN: Final = f"{NS}/oin"
PRIVACY_POLICY: Final = "http://data.europa.eu/eudi/policy/privacy-policy"


def entry(
    party: Party,
    scheme: Scheme,
    contents: Mapping[Slot, Object],
    uses: Sequence[Object],
    allowed: Sequence[str],
    *,
    now: int,
) -> Object:
    """The party as WalletRelyingParty; `allowed` are the types it may issue today."""
    bodies = [*contents.values()]
    provided = [
        one
        for body in bodies
        if "provides_attestations" in body
        for one in strictjson.array(body, "provides_attestations")
        if _types(one) <= {*allowed}
    ]
    found: Object = {
        "identifier": [
            {"type": IDENTIFIER, "identifier": party.organization_identifier},
            {"type": OIN, "identifier": party.oin},
        ],
        "legalPerson": {"legalName": [party.legal_name]},
        "country": party.country,
        "email": [party.email],
        "infoURI": [party.website],
        "tradeName": lote.name_on(party, now),
        "supportURI": _all(bodies, "support_uri"),
        "srvDescription": [_contents(one) for one in _descriptions(bodies)],
        "isPSB": party.public_body,
        "entitlements": _entitlements(bodies),
        "supervisoryAuthority": _authority(party),
        "registryURI": scheme.registry_uri,
        "isIntermediary": False,
        # Of later editions; readers of v1.3 pass it over.
        "services": [_service(service, contents) for service in _services(party, contents)],
    }
    if uses:
        found["intendedUse"] = [*uses]
    if provided:
        found["providesAttestations"] = provided
    return found


def intended_use(body: Object, *, created: int, revoked: int | None) -> Object:
    """One purpose as IntendedUse, with our extension where the standard has no member."""
    found: Object = {
        "intendedUseIdentifier": body["intended_use_id"],
        "purpose": _contents(strictjson.array(body, "purpose")),
        "privacyPolicy": [{"policyURI": body["privacy_policy"], "type": PRIVACY_POLICY}],
        "createdAt": _day(created),
        "credentials": [_credential(one) for one in strictjson.array(body, "credentials")],
        REGISTRATION_EXTENSION: body[REGISTRATION_EXTENSION],
    }
    if revoked is not None:
        found["revokedAt"] = _day(revoked)
    return found


def _credential(value: Json) -> Object:
    """The register says `claims` where the certificate says `claim` (Regie trust 6)."""
    assert isinstance(value, dict)
    return {"format": value["format"], "meta": value["meta"], "claims": value["claim"]}


def _contents(texts: Iterable[Json]) -> list[Json]:
    """The register says `content` where the certificate says `value`."""
    return [
        {"lang": one["lang"], "content": one["value"]} for one in texts if isinstance(one, dict)
    ]


def _descriptions(bodies: Sequence[Object]) -> list[list[Json]]:
    """Of every service once."""
    found: dict[bytes, list[Json]] = {}
    for body in bodies:
        for one in strictjson.array(body, "srv_description"):
            assert isinstance(one, list)
            found.setdefault(strictjson.dumps({"one": one}), one)
    return [*found.values()]


def _entitlements(bodies: Sequence[Object]) -> list[Json]:
    return [
        *dict.fromkeys(one for body in bodies for one in strictjson.texts(body, "entitlements"))
    ]


def _all(bodies: Sequence[Object], member: str) -> list[Json]:
    return [*dict.fromkeys(strictjson.text(body, member) for body in bodies)]


def _authority(party: Party) -> Object:
    contact = party.authority.contact
    listed = {"email": contact.email, "phone": contact.phone, "formURI": contact.uri}
    return {
        "name": party.authority.name,
        "country": party.authority.country,
        **{name: [value] for name, value in listed.items() if value is not None},
    }


def _services(party: Party, contents: Mapping[Slot, Object]) -> list[Service]:
    known = {slot.service for slot in contents}
    own = [*([party.issuing.service] if party.issuing else []), *party.services]
    return [service for service in own if service.id in known]


def _service(service: Service, contents: Mapping[Slot, Object]) -> Json:
    uses = [slot.use for slot in contents if slot.service == service.id and slot.use is not None]
    return {
        "serviceIdentifier": service.id,
        "serviceTradeName": service.name,
        "intendedUseIdentifiers": [*uses],
    }


def _types(value: Json) -> frozenset[str]:
    """The types one offered attestation names."""
    assert isinstance(value, dict)
    return frozenset(strictjson.texts(strictjson.obj(value, "meta"), "vct_values"))


def _day(moment: int) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(moment))
