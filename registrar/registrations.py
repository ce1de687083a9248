"""Registration certificates: what one service may ask for one purpose (TS 119 475 v1.2.1).

The one place that maps a party's file onto the members of the certificate and of our extension.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from credential import jose
from credential.names import (
    ENTITLEMENT_PUB_EAA_PROVIDER,
    ENTITLEMENT_SERVICE_PROVIDER,
    FORMAT_CARD,
    REGISTRATION_EXTENSION,
    REGISTRATION_POLICY_OID,
    TYP_REGISTRATION,
    Path,
    sector_entitlement,
)
from credential.strictjson import Json, Object
from credential.trust.spans import Span, at
from registrar.authority import REGISTRATION_SIGNER, Authority
from registrar.config import Scheme
from registrar.life import Standing
from registrar.party import Claim, Contact, IntendedUse, Issuing, Local, Party, Service, vct

LIFE = 182 * 86_400  # six months
_OVER: Final = frozenset({"reduced", "merged", "ceased", "compromised"})


@dataclass(frozen=True)
class Slot:
    """Which registration: of a party, of a service, for a use; an issuer's has no use."""

    party: str
    service: str
    use: str | None

    @property
    def file(self) -> str:
        """The name under which the party gets it."""
        return f"{self.use or 'issuing'}.jwt"


def slots(party: Party) -> tuple[Slot, ...]:
    """Every registration this party needs."""
    found = [Slot(party.id, party.issuing.service.id, None)] if party.issuing else []
    found += [
        Slot(party.id, service.id, use.id)
        for service in party.services
        for use in service.intended_uses
    ]
    return tuple(found)


def standing(party: Party, slot: Slot, now: int) -> Standing:
    """How the party stands in this purpose; of an issuer the list says it."""
    if slot.use is None:
        gone = party.issuing is not None and party.issuing.compromised(now)
        return Standing.ENDED if gone else Standing.IN_FORCE
    return party.standing(now, _use(party, slot)[1])


def content(party: Party, slot: Slot, scheme: Scheme, *, now: int) -> Object:
    """The payload without its dates, number and status: what two issues have in common."""
    if slot.use is None:
        assert party.issuing is not None
        return _issuer_content(party, party.issuing, scheme, now)
    service, use = _use(party, slot)
    return {
        **_common(party, service, scheme),
        "entitlements": [ENTITLEMENT_SERVICE_PROVIDER, *_of_sector(party)],
        "privacy_policy": use.privacy_policy,
        "purpose": _texts(use.purpose),
        "intended_use_id": use.id,
        "credentials": _credentials(use.claims),
        REGISTRATION_EXTENSION: _extension(party, use),
    }


def sign(authority: Authority, body: Object, *, index: int, jti: str, now: int) -> str:
    """The certificate of this content, with its place on the status list of registrations."""
    signer = authority.pairs[REGISTRATION_SIGNER]
    payload: Object = {
        **body,
        "iat": now,
        "exp": now + LIFE,
        "jti": jti,
        "status": {
            "status_list": {"idx": index, "uri": status_uri(authority.scheme)},
        },
    }
    return jose.sign(
        payload,
        typ=TYP_REGISTRATION,
        signer=signer.signer,
        header={**jose.x5c_header([signer.der]), "iat": now},
    )


def status_uri(scheme: Scheme) -> str:
    """Where the status list of registrations stands, for readers outside this scheme."""
    return f"{scheme.registry_uri}/registration-status/1.jwt"


def _use(party: Party, slot: Slot) -> tuple[Service, IntendedUse]:
    service = next(one for one in party.services if one.id == slot.service)
    return service, next(one for one in service.intended_uses if one.id == slot.use)


def provided(issuing: Issuing, now: int) -> tuple[str, ...]:
    """The kinds it may issue now or later: not those it was taken off, or that ended."""
    found = tuple(kind for kind in issuing.kinds if _goes_on(issuing.spans(kind), now))
    # Who has ended keeps its last registration: the list of issuers says that it ended.
    return found or issuing.kinds


def _goes_on(spans: Sequence[Span], now: int) -> bool:
    present = at(spans, now)
    coming = any(one.state == "notified" and one.since > now for one in spans)
    ended = present is not None and present.state == "withdrawn" and present.reason in _OVER
    return coming or not (ended or present is None)


def _issuer_content(party: Party, issuing: Issuing, scheme: Scheme, now: int) -> Object:
    return {
        **_common(party, issuing.service, scheme),
        "entitlements": [ENTITLEMENT_PUB_EAA_PROVIDER],
        "privacy_policy": issuing.privacy_policy,
        "provides_attestations": [
            {"format": FORMAT_CARD, "meta": {"vct_values": [vct(kind)]}}
            for kind in provided(issuing, now)
        ],
        REGISTRATION_EXTENSION: {"oin": party.oin, "authority": _authority(party)},
    }


def _of_sector(party: Party) -> list[Json]:
    """What an issuer's disclosure policy can name all parties of one sector by."""
    return [] if party.sector is None else [sector_entitlement(party.sector)]


def _common(party: Party, service: Service, scheme: Scheme) -> Object:
    return {
        "name": service.name,
        "sub": party.organization_identifier,
        "sub_ln": party.legal_name,
        "country": party.country,
        "registry_uri": scheme.registry_uri,
        "srv_id": service.id,
        "srv_description": [_texts(service.description)],
        "info_uri": party.website,
        "support_uri": service.support_uri,
        "supervisory_authority": _contact(party.authority.contact),
        "policy_id": [REGISTRATION_POLICY_OID],
        "certificate_policy": scheme.policy_uri,
        "public_body": party.public_body,
    }


def _credentials(claims: tuple[Claim, ...]) -> list[Json]:
    """One entry per kind; `claim` is singular in the registration."""
    kinds: dict[str, list[Json]] = {}
    for claim in claims:
        kinds.setdefault(claim.kind, []).append({"path": _path(claim.path)})
    return [
        {"format": FORMAT_CARD, "meta": {"vct_values": [vct(kind)]}, "claim": paths}
        for kind, paths in kinds.items()
    ]


def _extension(party: Party, use: IntendedUse) -> Object:
    """What the standard has no member for (Regie trust 2.5)."""
    found: Object = {
        "oin": party.oin,
        "authority": _authority(party),
        "legal_basis": [
            {
                "gdpr": basis.gdpr,
                **({"law": _texts(basis.law)} if basis.law else {}),
                **({"uri": basis.uri} if basis.uri else {}),
            }
            for basis in use.legal_basis
        ],
        "claims": [
            {"vct": vct(claim.kind), "path": _path(claim.path), "required": claim.required}
            for claim in use.claims
        ],
    }
    if use.retention is not None:
        found["retention"] = {
            "duration": use.retention.duration,
            "starts": use.retention.starts,
            "text": _texts(use.retention.text),
        }
    if use.recipients is not None:
        found["onward_sharing"] = {"recipients": [*use.recipients]}
    if use.rights is not None:
        found["rights"] = _contact(use.rights)
    return found


def _authority(party: Party) -> Object:
    return {"name": party.authority.name, "country": party.authority.country}


def _contact(contact: Contact) -> Object:
    listed = {"uri": contact.uri, "email": contact.email, "phone": contact.phone}
    return {name: value for name, value in listed.items() if value is not None}


def _texts(local: Local) -> list[Json]:
    return [{"lang": lang, "value": text} for lang, text in local.items()]


def _path(path: Path) -> list[Json]:
    return [*path]
