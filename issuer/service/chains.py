"""Every chain an issuer uses: the scheme it reads, and for each municipality what it signs with.

For `doctor`, for the page of the desk, and, as far as they are our own, for whoever sends the
traffic. Each is judged as a wallet or a verifier will judge it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

from credential import registration, snapshot
from credential.errors import CredentialError, NotAllowed, NotTrusted
from credential.names import TYP_REGISTRATION, vct_of
from credential.trust import Leaf, Trust, walk, walktree
from credential.trust import leaf as leaves
from credential.trust.walk import Use, Walk
from issuer.errors import IssuerError
from issuer.scheme import SchemeFolder, reading
from issuer.service.office import Municipality, Office


@dataclass(frozen=True)
class Standing:
    """Whether wallets can fetch anything here: `ready`, and what is the matter, in codes."""

    ready: bool
    codes: tuple[str, ...] = ()


def every(office: Office, now: int) -> list[Walk]:
    """All of them; what is broken hides nothing of the rest, and is told once."""
    return [] if office.scheme is None else walk.told_once(_every(office, office.scheme, now))


def of(office: Office, one: Municipality, now: int) -> list[Walk]:
    """The scheme, and the chains of one municipality."""
    if office.scheme is None:
        return []
    return walk.told_once(_every(office, office.scheme, now, one))


def standing(office: Office, now: int) -> Standing:
    """Not ready once a chain of every municipality is broken.

    Where some still work, where the scheme decided it, or where the scheme itself is old, that is
    told and traffic goes on: status lists are for cards of years.
    """
    if office.scheme is None:
        return Standing(ready=True)
    try:
        trust = office.scheme.trust(now)
        trust.require_fresh(now)
    except (IssuerError, CredentialError, OSError):
        return Standing(ready=True, codes=("scheme",))
    found = [list(own(office, one, trust, now)) for one in office.municipalities.values()]
    broken = [any(one.broken for one in walks) for walks in found]
    wrong = any(not one.holds for walks in found for one in walks)
    return Standing(not broken or not all(broken), ("chains",) if wrong else ())


def _every(
    office: Office, scheme: SchemeFolder, now: int, only: Municipality | None = None
) -> Iterator[Walk]:
    name = scheme.current_name()
    if name is None:
        yield walk.missing(Use.SCHEME, "", "", "scheme.missing")
        return
    read = reading(scheme.folder / name)
    yield from walktree.scheme(read, fingerprint=scheme.pin, now=now)
    trust = _trust(scheme, name, now)
    if trust is None:
        return
    for one in office.municipalities.values() if only is None else (only,):
        yield from own(office, one, trust, now)


def own(office: Office, one: Municipality, trust: Trust, now: int) -> Iterator[Walk]:
    """What a municipality signs cards, lists and its metadata with, and what it may issue."""
    whose = one.settings.name
    yield from _cards(office, one, trust, now)
    status = (one.certificates.status.der,)
    yield walk.chain(
        Use.STATUS, status, trust, partial(_keeps, trust, status, now), whose=whose, now=now
    )
    access = (one.certificates.access.der,)
    yield walk.chain(
        Use.ISSUING,
        access,
        trust,
        partial(_issues, trust, access, office.settings.base_url, now),
        whose=whose,
        now=now,
    )
    yield _registration(office, one, trust, now)


def _cards(office: Office, one: Municipality, trust: Trust, now: int) -> Iterator[Walk]:
    """The card signer: kinds of which the same is to be said are told together."""
    x5c = (one.certificates.card.der,)
    together: dict[str, list[str]] = {}
    for kind in office.kinds(one):
        try:
            trust.card_signer(x5c, vct=vct_of(kind), issued_at=now, now=now)
        except CredentialError as error:
            together.setdefault(error.code, []).append(kind)
        else:
            together.setdefault("", []).append(kind)
    for kinds in together.values():
        yield walk.chain(
            Use.CARD,
            x5c,
            trust,
            partial(trust.card_signer, x5c, vct=vct_of(kinds[0]), issued_at=now, now=now),
            whose=one.settings.name,
            what=", ".join(kinds),
            now=now,
        )


def _keeps(trust: Trust, x5c: tuple[bytes, ...], now: int) -> None:
    """A status list is ours if its signer is the issuer the card names."""
    issuer = trust.issuer_by_oin(leaves.read(leaves.load(x5c[0]), x5c[0]).oin)
    if issuer is None:
        raise NotTrusted("trust.issuer_unknown", "TS 119 602 PuB-EAA")
    trust.status_signer(x5c, issuer=issuer, now=now)


def _issues(trust: Trust, x5c: tuple[bytes, ...], base_url: str, now: int) -> None:
    leaf = trust.issuer_leaf(x5c, now)
    trust.issuing_party(leaf, now)
    if urlsplit(base_url).hostname not in leaf.hosts:
        raise NotAllowed("walk.host", "Regie trust 2.7")


def _registration(office: Office, one: Municipality, trust: Trust, now: int) -> Walk:
    """The registration that goes along with the metadata, bound as a wallet binds it."""
    whose, found = one.settings.name, one.certificates.registrations
    if not found:
        return walk.missing(Use.REGISTRATION, whose, "", "walk.registration_missing")
    der = one.certificates.access.der
    try:
        leaf = leaves.read(leaves.load(der), der)
    except CredentialError as error:
        return walk.refused(Use.REGISTRATION, whose, "", error)
    vcts = [vct_of(kind) for kind in office.kinds(one)]
    return walk.signed(
        Use.REGISTRATION,
        found[0],
        TYP_REGISTRATION,
        trust,
        partial(_registered, found[0], trust, leaf, vcts, now),
        whose=whose,
        now=now,
    )


def _registered(text: str, trust: Trust, leaf: Leaf, vcts: list[str], now: int) -> None:
    registration.verify_issuer_registration(text, trust, now=now, leaf=leaf, vcts=vcts)


def _trust(scheme: SchemeFolder, name: str, now: int) -> Trust | None:
    """What is believed now; if it ran out, as of its own day, to look further."""
    try:
        return scheme.trust(now)
    except (OSError, CredentialError, IssuerError):
        pass
    try:
        return snapshot.open_archived_scheme(reading(scheme.folder / name), fingerprint=scheme.pin)
    except (OSError, CredentialError):
        return None
