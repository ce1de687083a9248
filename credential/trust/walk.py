"""Every chain a component relies on, link by link: who signed what, until when, what is wrong.

The verdict on a chain is that of the reader who uses it, so no check-up says "in order" of what
would be refused; the links say where it breaks (RFC 5280 6.1; Regie trust 2.6, 4.5; Regie formats
7, 8). Nothing is fetched, and foreign names are plain text before they are here.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Final, TypeAlias

from cryptography import x509
from cryptography.x509.oid import NameOID

from credential import jose, strictjson, twins
from credential.errors import CredentialError
from credential.plaintext import terminal_safe
from credential.staleness import SCHEME_CLOCK
from credential.trust import leaf as leaves
from credential.trust.chains import MAX_CHAIN, Role, issued_by
from credential.trust.leaf import seconds
from credential.trust.links import (
    DECIDED,
    OTHER_ROLE,
    Level,
    Link,
    Place,
    Use,
    Walk,
    told_once,
    worst,
)
from credential.trust.scheme import Trust

__all__ = [
    "DAY",
    "DECIDED",
    "LIST_OF",
    "OTHER_ROLE",
    "ROLES",
    "SOON",
    "Decide",
    "Level",
    "Link",
    "Place",
    "Use",
    "Walk",
    "certificate",
    "chain",
    "judged",
    "missing",
    "name_of",
    "refused",
    "signed",
    "timed",
    "told_once",
    "worst",
]

DAY: Final = 86_400
SOON: Final = 30 * DAY
_PRINT: Final = 16
_MAX_TOKEN: Final = 8 * 1024 * 1024

Decide: TypeAlias = Callable[[], object]
"""What the reader itself does with the chain; raises what it refuses."""

ROLES: Final[Mapping[Use, Role]] = {
    Use.CARD: Role.CARD,
    Use.STATUS: Role.STATUS,
    Use.ASKING: Role.VERIFIER_ACCESS,
    Use.ISSUING: Role.ISSUER_ACCESS,
    Use.REGISTRATION: Role.REGISTRATION,
    Use.REGISTRATION_STATUS: Role.REGISTRATION_STATUS,
    Use.VOUCHING: Role.WALLET_PROVIDER,
}
LIST_OF: Final[Mapping[Role, str]] = {
    Role.CARD: "pub-eaa-providers",
    Role.STATUS: "pub-eaa-providers",
    Role.VERIFIER_ACCESS: "wrpac-providers",
    Role.ISSUER_ACCESS: "wrpac-providers",
    Role.REGISTRATION: "wrprc-providers",
    Role.REGISTRATION_STATUS: "wrprc-providers",
    Role.WALLET_PROVIDER: "wallet-providers",
}


def chain(
    use: Use,
    x5c: Sequence[bytes],
    trust: Trust,
    decide: Decide,
    *,
    whose: str,
    what: str = "",
    now: int,
    soon: int = SOON,
    document: Link | None = None,
) -> Walk:
    """The way from these certificates to the list of this use, with the reader's own verdict."""
    role = ROLES[use]
    links = [] if document is None else [document]
    links += [timed(one, now, soon) for one in _certificates(x5c, role, trust)]
    links.append(_list(role, trust, now))
    return judged(use, whose, what, tuple(links), decide)


def signed(
    use: Use,
    text: str,
    typ: str,
    trust: Trust,
    decide: Decide,
    *,
    whose: str,
    what: str = "",
    now: int,
    soon: int = SOON,
) -> Walk:
    """The same for a signed document that carries its chain; the document is the first link."""
    try:
        token = jose.parse(text, typ=typ, max_bytes=_MAX_TOKEN)
        x5c = token.x5c()
        payload = token.dangerous_payload()
    except CredentialError as error:
        return refused(use, whose, what, error)
    document = Link(
        Place.DOCUMENT,
        terminal_safe(what or whose),
        hashlib.sha256(text.encode()).hexdigest()[:_PRINT],
        _moment(payload, "iat"),
        _moment(payload, "exp"),
        _signer_name(x5c),
    )
    return chain(
        use, x5c, trust, decide,
        whose=whose, what=what, now=now, soon=soon, document=timed(document, now, soon),
    )  # fmt: skip


def refused(use: Use, whose: str, what: str, error: CredentialError) -> Walk:
    """A chain of which nothing could be read."""
    whose, what = terminal_safe(whose), terminal_safe(what)
    return Walk(use, whose, what, (), error.code, Level.FAULT, dict(error.params))


def missing(use: Use, whose: str, what: str, code: str) -> Walk:
    """A chain that should be there and is not."""
    return Walk(use, terminal_safe(whose), terminal_safe(what), (), code, Level.FAULT)


def judged(use: Use, whose: str, what: str, links: tuple[Link, ...], decide: Decide) -> Walk:
    """The verdict of the reader; where it accepts, the worst of the links."""
    whose, what = terminal_safe(whose), terminal_safe(what)
    try:
        decide()
    except CredentialError as error:
        return Walk(use, whose, what, links, error.code, Level.FAULT, dict(error.params))
    for level in (Level.FAULT, Level.WARNING):
        for one in links:
            if one.level is level:
                return Walk(use, whose, what, links, one.code, level)
    return Walk(use, whose, what, links)


def timed(link: Link, now: int, soon: int = SOON) -> Link:
    """The link, with what its times say at `now`, if nothing worse was said of it.

    What lives shorter than three months is announced in the last third of its life.
    """
    if link.code or link.since is None or link.until is None:
        return link
    paper = link.place is Place.DOCUMENT
    slack = SCHEME_CLOCK if paper else 0
    if now < link.since - slack:
        return link.marked("walk.not_yet" if paper else "x5c.not_yet_valid", Level.FAULT)
    if now > link.until + slack:
        return link.marked("walk.expired" if paper else "x5c.expired", Level.FAULT)
    if link.until - now < min(soon, (link.until - link.since) // 3):
        return link.marked("walk.soon", Level.WARNING)
    return link


def certificate(place: Place, der: bytes) -> Link:
    """What one certificate says about itself; whether it holds is not looked at."""
    print_ = hashlib.sha256(der).hexdigest()[:_PRINT]
    try:
        found = leaves.load(der)
        return Link(
            place,
            name_of(found.subject),
            print_,
            seconds(found.not_valid_before_utc),
            seconds(found.not_valid_after_utc),
            name_of(found.issuer),
        )
    except CredentialError as error:
        return Link(place, "", print_, code=error.code, level=Level.FAULT)
    except leaves.UNREADABLE:
        return Link(place, "", print_, code="x5c.certificate", level=Level.FAULT)


def name_of(name: x509.Name) -> str:
    """What people call the holder: the common name, else the organisation."""
    for oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        for one in name.get_attributes_for_oid(oid):
            if isinstance(one.value, str) and one.value:
                return terminal_safe(one.value)
    return ""


def _certificates(x5c: Sequence[bytes], role: Role, trust: Trust) -> Iterator[Link]:
    """The certificates sent along, and the authority on the list that carries the last."""
    anchors = trust.anchors(role)
    path = x5c[:MAX_CHAIN]
    for depth, (der, above) in enumerate(zip_longest(path, path[1:])):
        link = certificate(Place.BETWEEN if depth else Place.LEAF, der)
        if not link.code:
            code = _code(der, above, anchors, trust)
            link = link.marked(code, Level.FAULT) if code else link
        yield link
    if path:
        yield _authority(path[-1], role, anchors, trust)


def _code(der: bytes, above: bytes | None, anchors: Sequence[bytes], trust: Trust) -> str:
    """What is wrong with this certificate beside its times."""
    found = leaves.load(der)
    if der in anchors:
        return "x5c.anchor_inside"
    if found.subject == found.issuer:
        return "x5c.self_signed"
    parents = [parent for one in ([above] if above else anchors) if (parent := _load(one))]
    issuers = [parent for parent in parents if issued_by(found, parent)]
    names = [der, *(twins.of_certificate(found, der, parent) for parent in issuers)]
    prints = {hashlib.sha256(one).hexdigest() for one in names}
    if taken_back := prints & trust.revoked_certificates:
        held = taken_back <= trust.suspended
        return "trust.certificate_suspended" if held else "trust.certificate_revoked"
    return "x5c.broken" if above and not issuers else ""


def _authority(last: bytes, role: Role, anchors: Sequence[bytes], trust: Trust) -> Link:
    """The anchor of this role that issued the last certificate, or where it comes from instead."""
    found = _load(last)
    if found is None or last in anchors:
        return Link(Place.AUTHORITY, "", code="x5c.no_anchor", level=Level.FAULT)
    mine = [der for der in anchors if (one := _load(der)) and issued_by(found, one)]
    if mine:
        # Of two with one key a reader takes the one that is valid now; so the last to end here.
        return max((certificate(Place.AUTHORITY, der) for der in mine), key=_ends)
    for other in Role:
        for der in trust.anchors(other):
            if other is not role and (one := _load(der)) and issued_by(found, one):
                link = certificate(Place.AUTHORITY, der)
                return link.marked(OTHER_ROLE, Level.FAULT)
    return Link(Place.AUTHORITY, name_of(found.issuer), code="x5c.no_anchor", level=Level.FAULT)


def _list(role: Role, trust: Trust, now: int) -> Link:
    """The list the authority stands on; it is as fresh as the snapshot that names it."""
    link = Link(
        Place.LIST,
        LIST_OF[role],
        since=trust.issued,
        until=trust.next_update,
        signer=terminal_safe(trust.operator),
    )
    try:
        trust.require_fresh(now)
    except CredentialError as error:
        return link.marked(error.code, Level.FAULT)
    return link


def _load(der: bytes) -> x509.Certificate | None:
    try:
        return leaves.load(der)
    except CredentialError:
        return None


def _ends(link: Link) -> int:
    return link.until or 0


def _signer_name(x5c: Sequence[bytes]) -> str:
    return certificate(Place.LEAF, x5c[0]).name if x5c else ""


def _moment(payload: strictjson.Object, member: str) -> int | None:
    found = payload.get(member)
    return found if type(found) is int else None
