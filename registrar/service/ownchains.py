"""The chains a registrar answers for: its own signers up to the root, and what it gave parties.

Each is judged by the rules of whoever reads it (Regie trust 1.4, 2.6): role, signature, time, and
whether it was taken back. What a list says of an issuer is looked at in the published tree.
"""

from collections.abc import Iterator
from functools import partial
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from credential import jose
from credential.errors import NotTrusted
from credential.names import TYP_REGISTRATION
from credential.trust import Role, Trust, walk
from credential.trust import leaf as leaves
from credential.trust.chains import check_times, issued_by
from credential.trust.walk import Level, Link, Place, Use, Walk
from credential.typeshelf import Shelf
from registrar import own, plans, renewal, standing
from registrar.config import Scheme
from registrar.home import Home
from registrar.ledger import Ledger
from registrar.life import Standing
from registrar.own import Own, Owned
from registrar.party import Party

USES: Final = {
    Role.CARD: Use.CARD,
    Role.STATUS: Use.STATUS,
    Role.VERIFIER_ACCESS: Use.ASKING,
    Role.ISSUER_ACCESS: Use.ISSUING,
    Role.WALLET_PROVIDER: Use.VOUCHING,
}


def operator(owned: Owned, ledger: Ledger, now: int) -> Iterator[tuple[Own, Walk]]:
    """Every generation that signs, is coming or is going, with its way up to the root."""
    for slot in own.SLOTS:
        for one in owned.used(slot, ledger, now):
            yield one, _own(owned, one, now)


def root(owned: Owned, now: int) -> Walk:
    """The root itself."""
    link = walk.timed(walk.certificate(Place.ROOT, _der(owned.root)), now)
    return walk.judged(Use.SIGNING, "", own.ROOT, (link,), partial(_in_time, (owned.root,), now))


def trust_of(owned: Owned, ledger: Ledger, now: int) -> Trust:
    """What a reader would believe if everything were published this very moment."""
    taken_back = ledger.revoked.keys() | ledger.suspended.keys()
    return Trust(
        sequence=ledger.sequence,
        issued=now,
        next_update=now + own.NOTICE,
        operator=leaves.attribute(owned.root.subject, x509.NameOID.ORGANIZATION_NAME),
        issuers=(),
        types=Shelf(),
        revoked_certificates=frozenset(taken_back),
        revoked_registrations=frozenset(taken_back),
        scheme_jws="",
        role_anchors={
            role: tuple(_der(one.certificate) for one in owned.used(role.value, ledger, now))
            for role in Role
        },
        suspended=frozenset(ledger.suspended),
    )


def party(home: Home, one: Party, scheme: Scheme, trust: Trust, now: int) -> Iterator[Walk]:
    """Everything this party holds and may use now; what it ought to hold and does not."""
    files = home.handover(one.id)
    for wanted in plans.wanted(one, scheme):
        if standing.of_certificate(one, wanted, now) is not Standing.IN_FORCE:
            continue
        use, pem = USES[wanted.role], files.get(wanted.file)
        if pem is None:
            yield walk.missing(use, one.name, wanted.file, "walk.certificate_missing")
            continue
        try:
            x5c = (_der(x509.load_pem_x509_certificate(pem)),)
        except ValueError:
            yield walk.missing(use, one.name, wanted.file, "x5c.certificate")
            continue
        decide = partial(trust.kept_signer, wanted.role, x5c, signed_at=now, now=now)
        yield walk.chain(use, x5c, trust, decide, whose=one.name, what=wanted.file, now=now)
    yield from _registrations(one, files, trust, now)


def _registrations(one: Party, files: dict[str, bytes], trust: Trust, now: int) -> Iterator[Walk]:
    ended = {
        use.id
        for service in one.services
        for use in service.intended_uses
        if one.standing(now, use) is not Standing.IN_FORCE
    }
    for name, data in files.items():
        use = name.removeprefix("registration/").removesuffix(".jwt")
        if not name.startswith("registration/") or use in ended:
            continue
        text = data.decode("ascii", "replace").strip()
        decide = partial(_registered, text, trust, now)
        yield walk.signed(
            Use.REGISTRATION, text, TYP_REGISTRATION, trust, decide,
            whose=one.name, what=use, now=now,
        )  # fmt: skip


def _registered(text: str, trust: Trust, now: int) -> None:
    token = jose.parse(text, typ=TYP_REGISTRATION)
    signer = trust.registration_signer(token.x5c(), now)
    jose.verify(token, signer.key)
    trust.require_registered(renewal.registration_hash(text))


def _own(owned: Owned, one: Own, now: int) -> Walk:
    """A signer or an authority, what stands above it, and the root."""
    der = _der(one.certificate)
    place = Place.SIGNER if one.slot in own.SIGNERS else Place.AUTHORITY
    links = [_judged_link(walk.certificate(place, der), one, now)]
    path = [one.certificate]
    above = own.SIGNERS.get(one.slot, own.ROOT)
    if above != own.ROOT:
        parent = next(
            (up for up in owned.of(above) if issued_by(one.certificate, up.certificate)), None
        )
        if parent is not None:
            link = walk.certificate(Place.AUTHORITY, _der(parent.certificate))
            links.append(_judged_link(link, parent, now))
            path.append(parent.certificate)
    # After a change of root what the old one signed still counts, below the old one.
    roots = [x509.load_der_x509_certificate(found.certificate) for found in owned.roots]
    top = next((found for found in reversed(roots) if issued_by(path[-1], found)), None)
    if top is not None:
        links.append(walk.timed(walk.certificate(Place.ROOT, _der(top)), now))
        path.append(top)
    decide = partial(_holds, one, path, top is not None, now)
    return walk.judged(Use.SIGNING, "", one.name, tuple(links), decide)


def _holds(one: Own, path: list[x509.Certificate], rooted: bool, now: int) -> None:
    if not rooted:
        raise NotTrusted("x5c.broken", "RFC 5280 6.1.3")
    if one.revoked is not None:
        raise NotTrusted("trust.certificate_revoked", "Regie formats 8")
    _in_time(path, now)


def _in_time(path: list[x509.Certificate] | tuple[x509.Certificate, ...], now: int) -> None:
    for found in path:
        check_times(leaves.read(found, _der(found)), now)


def _judged_link(link: Link, one: Own, now: int) -> Link:
    if one.revoked is not None:
        return link.marked("trust.certificate_revoked", Level.FAULT)
    return walk.timed(link, now)


def _der(found: x509.Certificate) -> bytes:
    return found.public_bytes(Encoding.DER)
