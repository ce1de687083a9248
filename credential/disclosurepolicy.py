"""What an issuer says about who should see a card: its embedded disclosure policy.

The three forms of CIR 2024/2979, annex III, as TS 119 472-3 4.2.5 carries them in issuer metadata.
A policy advises: the wallet tells what comes of it, and the resident decides (ARF 3.0 EDP_06,
EDP_07). What it points at is never fetched.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from credential import jose, strictjson
from credential.errors import Malformed
from credential.names import TYP_REGISTRATION
from credential.plaintext import terminal_safe
from credential.registration import Registration
from credential.strictjson import Json, Object
from credential.trust import Trust
from credential.trust.path import Named, name_of, named

MEMBER: Final = "embedded_disclosure_policy"
MAX_LISTED: Final = 256
MAX_TEXT: Final = 500
_SECTION: Final = "TS 119 472-3 4.2.5"
_HTTPS: Final = re.compile(r"https://[!-~]+")
_SERIAL: Final = re.compile(r"[0-9]{1,49}")


class Form(StrEnum):
    """The common forms of a policy."""

    OPEN = "no_policy"
    PARTIES = "authorized_rp_only"
    ROOTS = "specific_root_of_trust"


class Verdict(StrEnum):
    """What a policy says of one asker."""

    OPEN = "open"
    ALLOWED = "allowed"
    NOT_LISTED = "not_listed"
    OTHER_ROOT = "other_root"
    UNKNOWN = "unknown"

    @property
    def met(self) -> bool:
        """Whether the issuer has no objection."""
        return self in (Verdict.OPEN, Verdict.ALLOWED)


@dataclass(frozen=True)
class AllowedParty:
    """Who may see it: all that is stated here must hold (ARF 3.0 EDP_02)."""

    identifier: str | None
    service_id: str | None
    entitlement: str | None


@dataclass(frozen=True)
class DisclosurePolicy:
    """A policy as read; `form` is None where it is of a form nobody here knows."""

    uri: str
    form: Form | None
    parties: tuple[AllowedParty, ...] = ()
    roots: tuple[Named, ...] = ()
    description: str | None = None
    info_url: str | None = None


@dataclass(frozen=True)
class Party:
    """An asker as its registration certificate shows it; one without has nothing to show."""

    identifier: str = ""
    service_id: str = ""
    entitlements: frozenset[str] = frozenset()
    path: tuple[Named, ...] = ()


def parse(value: Json) -> DisclosurePolicy:
    """A policy of the right shape; members that nobody here knows are ignored."""
    if not isinstance(value, dict):
        raise _malformed(MEMBER)
    stated = _text(value, "policy_type")
    form = next((one for one in Form if one.value == stated), None)
    return DisclosurePolicy(
        uri=_text(value, "policy_uri"),
        form=form,
        parties=tuple(map(_party, _listed(value, "authorized_parties")))
        if form is Form.PARTIES
        else (),
        roots=tuple(map(_root, _listed(value, "trusted_roots"))) if form is Form.ROOTS else (),
        description=_shown(value, "description"),
        info_url=_address(value, "policy_info_url"),
    )


def party_of(registered: Registration | None, trust: Trust, *, now: int) -> Party:
    """The asker behind this verified registration, with the path that signed it."""
    if registered is None:
        return Party()
    x5c = jose.parse(registered.raw, typ=TYP_REGISTRATION).x5c()
    return Party(
        identifier=registered.organization_identifier,
        service_id=registered.service_id,
        entitlements=registered.entitlements,
        path=named(trust.registration_path(x5c, now)),
    )


def evaluate(policy: DisclosurePolicy, party: Party) -> Verdict:
    """What this policy says of this asker (ARF 3.0 EDP_06)."""
    match policy.form:
        case Form.OPEN:
            return Verdict.OPEN
        case Form.PARTIES:
            listed = any(_is(one, party) for one in policy.parties)
            return Verdict.ALLOWED if listed else Verdict.NOT_LISTED
        case Form.ROOTS:
            rooted = not set(policy.roots).isdisjoint(party.path)
            return Verdict.ALLOWED if rooted else Verdict.OTHER_ROOT
        case None:
            return Verdict.UNKNOWN


def at_least(own: DisclosurePolicy, floor: DisclosurePolicy) -> bool:
    """Whether whoever `own` lets see a card, `floor` lets too: never less strict than the scheme.

    What cannot be compared counts as less strict: another form, or one that nobody here knows.
    """
    match floor.form, own.form:
        case Form.OPEN, _:
            return True
        case Form.PARTIES, Form.PARTIES:
            return all(any(_within(one, other) for other in floor.parties) for one in own.parties)
        case Form.ROOTS, Form.ROOTS:
            return set(own.roots) <= set(floor.roots)
        case _:
            return False


def _within(own: AllowedParty, floor: AllowedParty) -> bool:
    """Whether all that the scheme states of a party, the issuer states too, and the same."""
    # An entry that names nobody lets nobody see it, whatever it is compared with.
    return (floor.identifier or floor.entitlement) is not None and all(
        stated is None or stated == said
        for stated, said in (
            (floor.identifier, own.identifier),
            (floor.service_id, own.service_id),
            (floor.entitlement, own.entitlement),
        )
    )


def _is(allowed: AllowedParty, party: Party) -> bool:
    stated = (
        (allowed.identifier, allowed.identifier == party.identifier),
        (allowed.service_id, allowed.service_id == party.service_id),
        (allowed.entitlement, allowed.entitlement in party.entitlements),
    )
    # Of somebody who showed nothing, nothing holds; and a list of nothing names nobody.
    return (allowed.identifier or allowed.entitlement) is not None and all(
        holds for member, holds in stated if member is not None
    )


def _party(value: Json) -> AllowedParty:
    if not isinstance(value, dict):
        raise _malformed("authorized_parties")
    return AllowedParty(
        *(
            _text(value, member) if member in value else None
            for member in ("identifier", "service_id", "entitlement_uri")
        )
    )


def _root(value: Json) -> Named:
    if not isinstance(value, dict):
        raise _malformed("trusted_roots")
    name, number = name_of(_text(value, "issuer_dn")), _text(value, "serial_number")
    if name is None or not _SERIAL.fullmatch(number):
        raise _malformed("trusted_roots")
    return name, int(number)


def _listed(value: Object, member: str) -> list[Json]:
    found = strictjson.array(value, member)
    if not 0 < len(found) <= MAX_LISTED:
        raise _malformed(member)
    return found


def _text(value: Object, member: str) -> str:
    found = strictjson.text(value, member)
    if not 0 < len(found) <= MAX_TEXT:
        raise _malformed(member)
    return found


def _shown(value: Object, member: str) -> str | None:
    return terminal_safe(_text(value, member)) if member in value else None


def _address(value: Object, member: str) -> str | None:
    if member not in value:
        return None
    found = _text(value, member)
    if not _HTTPS.fullmatch(found):
        raise _malformed(member)
    return found


def _malformed(member: str) -> Malformed:
    return Malformed("policy.member", _SECTION, member=member)
