"""What our lists say, as values: who issues which kinds, and which authority anchors which role."""

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from credential import strictjson
from credential.errors import Malformed
from credential.names import (
    LISTS,
    STATUS_WITHDRAWN,
    SVC_ACCESS_ISSUANCE,
    SVC_ACCESS_REVOCATION,
    SVC_CARD_ISSUANCE,
    SVC_CARD_REVOCATION,
    SVC_REGISTRATION_ISSUANCE,
    SVC_REGISTRATION_REVOCATION,
    SVC_WALLET_ISSUANCE,
    SVC_WALLET_REVOCATION,
)
from credential.plaintext import terminal_safe
from credential.strictjson import Json, Object
from credential.trust import lives, shapes, spans
from credential.trust.chains import Role
from credential.trust.lists import Entity, Service, TrustedList
from credential.trust.lives import Former
from credential.trust.spans import Span, State

LIST_SERVICES: Final[Mapping[str, frozenset[str]]] = {
    "pub-eaa-providers": frozenset({SVC_CARD_ISSUANCE, SVC_CARD_REVOCATION}),
    "wrpac-providers": frozenset({SVC_ACCESS_ISSUANCE, SVC_ACCESS_REVOCATION}),
    "wrprc-providers": frozenset({SVC_REGISTRATION_ISSUANCE, SVC_REGISTRATION_REVOCATION}),
    "wallet-providers": frozenset({SVC_WALLET_ISSUANCE, SVC_WALLET_REVOCATION}),
}
assert tuple(LIST_SERVICES) == LISTS

# Which service anchors which role; access authorities are told apart by our own extension.
_ROLES: Final[Mapping[str, Role]] = {
    SVC_REGISTRATION_ISSUANCE: Role.REGISTRATION,
    SVC_REGISTRATION_REVOCATION: Role.REGISTRATION_STATUS,
    SVC_WALLET_ISSUANCE: Role.WALLET_PROVIDER,
}
# Letters, digits and what needs no escape; no query, fragment, user or back-slash.
_PLAIN: Final = re.compile(r"https://[A-Za-z0-9.-]+(?::[0-9]+)?/[A-Za-z0-9._~/-]*")
_ACCESS_ROLES: Final = frozenset({Role.VERIFIER_ACCESS, Role.ISSUER_ACCESS})


@dataclass(frozen=True)
class Succession:
    """One step of a merger or a split, as one of both sides lists it."""

    organization_identifier: str
    oin: str
    municipality_codes: tuple[str, ...]
    effective: int


@dataclass(frozen=True)
class Issuance:
    """One issuing service: one authority, the kinds it may sign, and its life.

    `state` and `since` are as the list puts them; what holds at a moment is in `spans`.
    """

    anchors: tuple[bytes, ...] = field(repr=False)
    vcts: frozenset[str]
    issuer_hosts: frozenset[str]
    status_prefix: str
    status_aggregation: str
    state: State
    since: int
    spans: tuple[Span, ...] = ()

    @property
    def life(self) -> tuple[Span, ...]:
        """From when to when it was in force; the one state that is known, where no more is."""
        return self.spans or (Span(self.since, self.state),)


@dataclass(frozen=True)
class Issuer:
    """One issuer of the trusted list with all its services."""

    name: str
    oin: str
    organization_identifier: str
    municipality_codes: tuple[str, ...]
    services: tuple[Issuance, ...]
    status_anchors: tuple[bytes, ...] = field(repr=False)
    withdrawal_reason: str | None
    successors: tuple[Succession, ...]
    predecessors: tuple[Succession, ...]
    status_successor: str | None
    formerly: tuple[Former, ...] = ()
    """The names it had before, the oldest first."""

    @property
    def current(self) -> Issuance:
        """The newest service listed as in force, else the newest of all: where it is found."""
        notified = [one for one in self.services if one.state == "notified"]
        return max(notified or self.services, key=lambda one: one.since)

    @property
    def vcts(self) -> frozenset[str]:
        """Every type any of its services was listed for."""
        return frozenset().union(*(one.vcts for one in self.services))

    def issuing(self, now: int) -> bool:
        """Whether it may issue anything at this moment."""
        return any(spans.in_force(one.life, now) for one in self.services)

    def issuable(self, now: int) -> frozenset[str]:
        """The types it may issue at this moment: those of its services in force."""
        running = (one.vcts for one in self.services if spans.in_force(one.life, now))
        return frozenset().union(*running)

    def allowed(self, vct: str, on: int) -> bool:
        """Whether it was allowed to issue this type at that moment (Regie trust 4.5)."""
        return vct in self.issuable(on)

    def idle(self, now: int, vct: str | None = None) -> str | None:
        """Why it may not issue (this type) at this moment, as a stable code; `None` if it may."""
        found = [one.life for one in self.services if vct is None or vct in one.vcts]
        if not found:
            return "trust.kind_not_listed"
        if any(spans.in_force(life, now) for life in found):
            return None
        # The youngest that has begun says why: what ended before it was replaced.
        begun = [life for life in found if life[0].since <= now] or found
        return spans.idle(max(begun, key=lambda life: (spans.at(life, now) or life[0]).since), now)

    def distrusted(self, now: int) -> str | None:
        """Why nothing it signed counts at this moment, as a stable code; `None` if something may.

        A key that got into the wrong hands speaks for all its services.
        """
        found = [spans.distrusted(one.life, now) for one in self.services]
        if spans.ISSUER_COMPROMISED in found:
            return spans.ISSUER_COMPROMISED
        return found[-1] if all(found) else None

    def name_on(self, moment: int) -> str:
        """What it was called at that moment."""
        return lives.name_on(self.name, self.formerly, moment)

    @property
    def issuer_hosts(self) -> frozenset[str]:
        """The hosts it issues from."""
        return frozenset().union(*(one.issuer_hosts for one in self.services))

    @property
    def card_anchors(self) -> tuple[bytes, ...]:
        """The authorities of its card signers."""
        return tuple(dict.fromkeys(der for one in self.services for der in one.anchors))

    @property
    def status_prefix(self) -> str:
        """Where its status lists must lie."""
        return self.current.status_prefix

    @property
    def status_aggregation(self) -> str:
        """Where it names all its status lists."""
        return self.current.status_aggregation

    def keeps_status_at(self, uri: str) -> bool:
        """Whether a status list at this address is one of this issuer (Regie formats 7).

        Under the prefix of any of its services, since cards outlive a change of address; and
        plainly so, since a client may resolve `..` or an escape to someone else's place.
        """
        return any(uri.startswith(one.status_prefix) for one in self.services) and (
            _PLAIN.fullmatch(uri) is not None and not {".", ".."} & {*uri.split("/")}
        )


def issuers_of(found: TrustedList) -> tuple[Issuer, ...]:
    """The issuers of the list, with successions that only one side names left out."""
    listed = [_issuer(entity) for entity in found.entities]
    by_oin = {issuer.oin: issuer for issuer in listed}
    if len(by_oin) != len(listed):
        raise Malformed("lote.oin_repeated", "Regie trust 4.3")
    return tuple(_agreed(issuer, by_oin) for issuer in listed)


def anchors_of(
    lists: Iterable[TrustedList], issuers: Iterable[Issuer], revoked: Collection[str]
) -> dict[Role, tuple[bytes, ...]]:
    """The authorities per role, revoked ones left out."""
    found: dict[Role, list[bytes]] = {role: [] for role in Role}
    for issuer in issuers:
        found[Role.CARD].extend(issuer.card_anchors)
        found[Role.STATUS].extend(issuer.status_anchors)
    for one in lists:
        for entity in one.entities:
            for service in entity.services:
                role = _role(service)
                if role is not None:
                    found[role].extend(service.certificates)
    return {
        role: tuple(
            der for der in dict.fromkeys(anchors) if hashlib.sha256(der).hexdigest() not in revoked
        )
        for role, anchors in found.items()
    }


def _role(service: Service) -> Role | None:
    if service.status == STATUS_WITHDRAWN:
        # Presence means active here, but a list that says otherwise is not read past.
        return None
    if service.type != SVC_ACCESS_ISSUANCE:
        return _ROLES.get(service.type)
    role = service.extension.get("role")
    return Role(role) if isinstance(role, str) and role in _ACCESS_ROLES else None


def _issuer(entity: Entity) -> Issuer:
    own = dict(entity.extension)
    reason = strictjson.text_or_none(own, "withdrawal_reason")
    services = tuple(
        _issuance(service, reason)
        for service in entity.services
        if service.type == SVC_CARD_ISSUANCE
    )
    if not services:
        raise Malformed("lote.no_issuance", "Regie trust 4.3")
    return Issuer(
        name=terminal_safe(entity.name),
        oin=_filled(own, "oin"),
        organization_identifier=_filled(own, "organization_identifier"),
        municipality_codes=strictjson.texts(own, "municipality_codes"),
        services=services,
        status_anchors=tuple(
            der
            for service in entity.services
            if service.type == SVC_CARD_REVOCATION
            for der in service.certificates
        ),
        withdrawal_reason=reason,
        successors=_successions(own, "successors"),
        predecessors=_successions(own, "predecessors"),
        status_successor=strictjson.text_or_none(own, "status_successor"),
        formerly=lives.formerly(own),
    )


def _issuance(service: Service, reason: str | None) -> Issuance:
    own = dict(service.extension)
    life = lives.spans_of(service, reason)
    return Issuance(
        anchors=service.certificates,
        vcts=frozenset(strictjson.texts(own, "vcts")),
        issuer_hosts=frozenset(host.lower() for host in strictjson.texts(own, "issuer_hosts")),
        status_prefix=_prefix(own),
        status_aggregation=strictjson.text(own, "status_aggregation"),
        state=lives.state_of(service.status),
        since=service.since or 0,
        spans=life,
    )


def _filled(own: Object, member: str) -> str:
    """A text that is not empty: a leaf without a number must never equal an issuer without one."""
    found = strictjson.text(own, member)
    if not found:
        raise Malformed("json.member", member=member)
    return found


def _prefix(own: Object) -> str:
    """An https address that ends where a name ends: `https://host` begins `https://host.evil`."""
    found = strictjson.text(own, "status_prefix")
    if not _PLAIN.fullmatch(found) or not found.endswith("/"):
        raise Malformed("lote.status_prefix", "Regie formats 7")
    return found


def _successions(own: Object, member: str) -> tuple[Succession, ...]:
    found = strictjson.array(own, member) if member in own else []
    return tuple(_succession(one) for one in found)


def _succession(value: Json) -> Succession:
    if not isinstance(value, dict):
        raise Malformed("lote.succession", "Regie trust 4.5")
    return Succession(
        organization_identifier=strictjson.text(value, "organization_identifier"),
        oin=strictjson.text(value, "oin"),
        municipality_codes=strictjson.texts(value, "municipality_codes"),
        effective=shapes.moment(strictjson.text(value, "effective")),
    )


def _agreed(issuer: Issuer, by_oin: Mapping[str, Issuer]) -> Issuer:
    """The issuer with only those successions that both sides name (Regie trust 4.5)."""

    def names(other: str, member: Literal["successors", "predecessors"]) -> bool:
        listed = by_oin.get(other)
        return listed is not None and any(
            one.oin == issuer.oin
            for one in (listed.successors if member == "successors" else listed.predecessors)
        )

    successors = tuple(one for one in issuer.successors if names(one.oin, "predecessors"))
    heirs = {one.oin for one in successors}
    return replace(
        issuer,
        successors=successors,
        predecessors=tuple(one for one in issuer.predecessors if names(one.oin, "successors")),
        status_successor=issuer.status_successor if issuer.status_successor in heirs else None,
    )
