"""From the root this reader was given to each list of the scheme, file by file.

What stands on disk is walked as it is: a snapshot that no longer opens is the very thing that has
to be explained (Regie formats 8; Regie trust 4.6).
"""

import hashlib
from collections.abc import Callable, Iterator
from typing import Final

from credential import jose, rootchain, strictjson
from credential import snapshot as snapshots
from credential.errors import CredentialError, Malformed, NotTrusted
from credential.names import LISTS, TYP_SCHEME, lote_type
from credential.plaintext import terminal_safe
from credential.snapshot import REVOKED, ROOT, SNAPSHOT, Read, Snapshot
from credential.staleness import SCHEME_CLOCK
from credential.trust import leaf as leaves
from credential.trust import lists, shapes
from credential.trust.chains import issued_by
from credential.trust.entities import LIST_SERVICES
from credential.trust.walk import (
    SOON,
    Level,
    Link,
    Place,
    Use,
    Walk,
    certificate,
    judged,
    missing,
    timed,
)

GONE: Final = (OSError, KeyError)
_SIGNERS: Final = "signers/"
_LIST_TYPES: Final = frozenset({"jose", "JOSE"})


def scheme(
    read: Read, *, fingerprint: bytes, operator: str = "", now: int, soon: int = SOON
) -> Iterator[Walk]:
    """The snapshot, and every list it names; what cannot be judged without the snapshot is not."""
    try:
        raw, root = read(SNAPSHOT), read(ROOT)
    except GONE:
        yield missing(Use.SCHEME, operator, "", "scheme.missing")
        return
    opened: list[Snapshot] = []

    def decide() -> None:
        # A reader that was given an older root looks for the row of roots that leads to this one.
        new = hashlib.sha256(root).digest() != fingerprint
        row = _file(read, rootchain.FILE) if new else None
        pin = rootchain.follow(fingerprint, root, row, now=now)
        opened.append(snapshots.open_snapshot(raw, root, fingerprint=pin, now=now))

    links = tuple(_snapshot(raw, root, now, soon))
    yield judged(Use.SCHEME, operator, "", links, decide)
    for one in opened:
        pins = {
            path: data
            for path in one.needed
            if path.startswith(_SIGNERS) and (data := _file(read, path)) is not None
        }
        for name in LISTS:
            yield _list(read, name, one, pins, root, now, soon)
        yield _revoked(read, one)


def _snapshot(raw: bytes, root: bytes, now: int, soon: int) -> Iterator[Link]:
    """`scheme.jws`, who signed it, and the root."""
    try:
        token = jose.parse(raw.decode("ascii"), typ=TYP_SCHEME, max_bytes=snapshots.MAX_SNAPSHOT)
        payload, signer = token.dangerous_payload(), token.x5c()[0]
        link = certificate(Place.SIGNER, signer)
        yield _fresh(
            Link(
                Place.DOCUMENT,
                SNAPSHOT,
                hashlib.sha256(raw).hexdigest()[:16],
                strictjson.integer(payload, "issued"),
                strictjson.integer(payload, "next_update"),
                link.name,
            ),
            "scheme.not_yet_valid",
            "scheme.expired",
            now,
        )
        yield timed(_under(link, signer, root), now, soon)
    except CredentialError as error:
        yield Link(Place.DOCUMENT, SNAPSHOT, code=error.code, level=Level.FAULT)
    except UnicodeDecodeError:
        yield Link(Place.DOCUMENT, SNAPSHOT, code="scheme.ascii", level=Level.FAULT)
    yield timed(certificate(Place.ROOT, root), now, soon)


def _list(
    read: Read,
    name: str,
    snapshot: Snapshot,
    pins: dict[str, bytes],
    root: bytes,
    now: int,
    soon: int,
) -> Walk:
    """One list: the file, who signed it, and the root over that."""
    path = f"lote/{name}.jwt"
    data = _file(read, path)
    if data is None:
        code = "walk.unread" if path in snapshot.files else "scheme.list_missing"
        return missing(Use.LIST, snapshot.operator, name, code)

    def decide() -> None:
        snapshot.check(path, data)
        for pin, der in pins.items():
            snapshot.check(pin, der)
        found = lists.open_list(
            data,
            list_type=lote_type(name),
            services=LIST_SERVICES[name],
            pins=[*pins.values()],
            now=now,
        )
        if (found.sequence, found.next_update) != (snapshot.sequence, snapshot.next_update):
            raise NotTrusted("scheme.mixed", "Regie formats 8", list=name)

    links = tuple(_signed_list(data, name, root, now, soon))
    return judged(Use.LIST, snapshot.operator, name, links, decide)


def _signed_list(data: bytes, name: str, root: bytes, now: int, soon: int) -> Iterator[Link]:
    try:
        token = jose.parse(data.decode("ascii"), typ=_LIST_TYPES, max_bytes=lists.MAX_LIST)
        body = strictjson.obj(token.dangerous_payload(), "LoTE")
        stated = strictjson.obj(body, "ListAndSchemeInformation")
        signer = token.x5c()[0]
        link = certificate(Place.SIGNER, signer)
        yield _fresh(
            Link(
                Place.LIST,
                name,
                hashlib.sha256(data).hexdigest()[:16],
                shapes.moment(stated.get("ListIssueDateTime")),
                shapes.moment(stated.get("NextUpdate")),
                link.name,
            ),
            "lote.issued",
            "lote.expired",
            now,
        )
        yield timed(_under(link, signer, root), now, soon)
    except CredentialError as error:
        yield Link(Place.LIST, name, code=error.code, level=Level.FAULT)
    except UnicodeDecodeError:
        yield Link(Place.LIST, name, code="lote.ascii", level=Level.FAULT)
    yield timed(certificate(Place.ROOT, root), now, soon)


def _revoked(read: Read, snapshot: Snapshot) -> Walk:
    """The set of what was taken back: a reader without it refuses everything."""
    data = _file(read, REVOKED)
    if data is None:
        return missing(Use.LIST, snapshot.operator, "revoked", "walk.unread")
    link = Link(
        Place.DOCUMENT,
        REVOKED,
        hashlib.sha256(data).hexdigest()[:16],
        snapshot.issued,
        snapshot.next_update,
        terminal_safe(snapshot.operator),
    )

    def decide() -> None:
        strictjson.loads_object(snapshot.check(REVOKED, data), max_bytes=snapshots.MAX_FILE)

    return judged(Use.LIST, snapshot.operator, "revoked", (link,), decide)


def _under(link: Link, der: bytes, root: bytes) -> Link:
    """The signer's certificate, if the root issued it."""
    if link.code:
        return link
    try:
        issued = issued_by(leaves.load(der), leaves.load(root))
    except (Malformed, *leaves.UNREADABLE):
        issued = False
    return link if issued else link.marked("x5c.no_anchor", Level.FAULT)


def _fresh(link: Link, early: str, late: str, now: int) -> Link:
    """What lives a week, with the words of a snapshot rather than those of a certificate."""
    assert link.since is not None
    marked = timed(link, max(now, link.since))
    if marked.level is Level.FAULT:
        return link.marked(late, Level.FAULT)
    if now < link.since - SCHEME_CLOCK:
        return link.marked(early, Level.FAULT)
    return link.marked("walk.soon_list", Level.WARNING) if marked.code else link


def _file(read: Callable[[str], bytes], path: str) -> bytes | None:
    try:
        return read(path)
    except GONE:
        return None
