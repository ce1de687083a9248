"""Every chain this verifier uses: the scheme it reads, its access, its registrations, the lists.

For `doctor`, for the page of staff, and, as far as they are our own, for whoever sends the traffic.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

from credential import jose, registration, snapshot, statuslist
from credential.errors import CredentialError, NotAllowed
from credential.names import TYP_REGISTRATION, TYP_STATUS_LIST
from credential.trust import Issuer, Leaf, Trust, walk, walktree
from credential.trust import leaf as leaves
from credential.trust.walk import Use, Walk
from verifier import identity, profiles
from verifier.config import Config
from verifier.errors import NotReady, VerifierError
from verifier.scheme import Generation, SchemeFolder, reading
from verifier.service import verifier
from verifier.service.verifier import Verifier

_CODES = {
    "certificates.missing": "walk.certificate_missing",
    "certificates.other_key": "walk.other_key",
}


def every(settings: Config, scheme: SchemeFolder, now: int) -> list[Walk]:
    """All of them; what is broken hides nothing of the rest, and is told once."""
    return walk.told_once(_every(settings, scheme, now))


@dataclass(frozen=True)
class Standing:
    """Whether wallets can believe us at all: `ready`; and whether anything of ours is `wrong`."""

    ready: bool
    wrong: bool


def standing(one: Verifier) -> Standing:
    """Not ready when the access certificate, or every registration, is broken of itself.

    A scheme that is missing or old says nothing about us; that is told apart.
    """
    now = one.now()
    try:
        trust = one.scheme.generation(now).trust
        trust.require_fresh(now)
    except (CredentialError, VerifierError, OSError):
        return Standing(ready=True, wrong=False)
    found = list(own(one.config, trust, now))
    access = [walked for walked in found if walked.use is Use.ASKING]
    registered = [walked for walked in found if walked.use is Use.REGISTRATION]
    broken = any(walked.broken for walked in access) or (
        bool(registered) and all(walked.broken for walked in registered)
    )
    return Standing(not broken, any(not walked.holds for walked in found))


def _every(settings: Config, scheme: SchemeFolder, now: int) -> Iterator[Walk]:
    name = scheme.current_name()
    if name is None:
        yield walk.missing(Use.SCHEME, "", "", "scheme.missing")
        return
    read = reading(scheme.folder / name)
    yield from walktree.scheme(read, fingerprint=scheme.pin, now=now)
    generation = _generation(scheme, name, now)
    if generation is None:
        return
    yield from own(settings, generation.trust, now)
    yield from _before(settings, generation.trust, now)
    for issuer in generation.trust.issuers:
        yield from _lists(generation, issuer, now)


def own(settings: Config, trust: Trust, now: int) -> Iterator[Walk]:
    """What we show wallets: the access certificate, and the registration of every profile."""
    soon = settings.operation.warn_days * walk.DAY
    try:
        chain = identity.read(settings).chain
    except VerifierError as error:
        code = _CODES.get(error.code, error.code)
        yield walk.missing(Use.ASKING, settings.base_url, "", code)
        return
    try:
        leaf = leaves.read(leaves.load(chain[0]), chain[0])
    except CredentialError as error:
        yield walk.refused(Use.ASKING, settings.base_url, "", error)
        return
    yield walk.chain(
        Use.ASKING,
        chain,
        trust,
        partial(_asks, settings, trust, chain, now),
        whose=leaf.common_name,
        now=now,
        soon=soon,
    )
    for profile in profiles.read_all(settings.profiles):
        yield _registration(settings, trust, leaf, profile.id, profile.intended_use, now)


def _asks(settings: Config, trust: Trust, chain: tuple[bytes, ...], now: int) -> None:
    leaf = trust.verifier_leaf(chain, now)
    if urlsplit(settings.base_url).hostname not in leaf.hosts:
        raise NotAllowed("walk.host", "Regie trust 1.1")


def _registration(
    settings: Config, trust: Trust, leaf: Leaf, profile: str, use: str, now: int
) -> Walk:
    """The certificate of one intended use, bound to the access certificate as a wallet does it."""
    file = settings.certificates / verifier.REGISTRATIONS / f"{use}.jwt"
    try:
        text = file.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        code = "walk.registration_missing"
        return walk.missing(Use.REGISTRATION, leaf.common_name, profile, code)
    return walk.signed(
        Use.REGISTRATION,
        text,
        TYP_REGISTRATION,
        trust,
        partial(registration.verify_registration, text, trust, now=now, leaf=leaf),
        whose=leaf.common_name,
        what=profile,
        now=now,
        soon=settings.operation.warn_days * walk.DAY,
    )


def _before(settings: Config, trust: Trust, now: int) -> Iterator[Walk]:
    """Certificates from before a rotation, whose last requests may still be answered.

    One that was taken back has its successor in force: there is nothing left to do about it.
    """
    for one in identity.before(settings).values():
        link = walk.certificate(walk.Place.LEAF, one.chain[0])
        decide = partial(trust.verifier_leaf, one.chain, now)
        found = walk.chain(Use.ASKING, one.chain, trust, decide, whose=link.name, now=now, soon=0)
        if found.code not in walk.DECIDED:
            yield found


def _lists(generation: Generation, issuer: Issuer, now: int) -> Iterator[Walk]:
    """Who signs the status lists of this issuer; lists of one signer have one chain."""
    seen: set[tuple[bytes, ...]] = set()
    for uri in generation.uris(issuer):
        try:
            text = (generation.folder / statuslist.mirror_path(uri)).read_text("ascii").strip()
            x5c = jose.parse(text, typ=TYP_STATUS_LIST, max_bytes=statuslist.MAX_TOKEN).x5c()
        except (OSError, UnicodeDecodeError):
            continue  # what is missing is counted with the ages of the lists
        except CredentialError as error:
            yield walk.refused(Use.STATUS, issuer.name, "", error)
            continue
        if x5c not in seen:
            seen.add(x5c)
            decide = partial(generation.trust.status_signer, x5c, issuer=issuer, now=now)
            yield walk.chain(Use.STATUS, x5c, generation.trust, decide, whose=issuer.name, now=now)


def _generation(scheme: SchemeFolder, name: str, now: int) -> Generation | None:
    """The one in force; one that is out of its time as of its own day, to look further."""
    try:
        return scheme.generation(now)
    except (OSError, CredentialError, NotReady):
        pass
    folder = scheme.folder / name
    try:
        trust = snapshot.open_archived_scheme(reading(folder), fingerprint=scheme.pin)
    except (OSError, CredentialError):
        return None
    return Generation(name, folder, trust)
