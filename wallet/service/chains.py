"""Every chain of signatures this wallet relies on, from the card in hand to what it ends in.

Sources: Regie trust 2; Regie formats 8.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from credential.errors import CredentialError
from credential.names import TYP_CARD
from wallet import files
from wallet.errors import ExitCode, WalletError
from wallet.findings import Finding, Repair, bad, good, mind, refused
from wallet.foreign import anchors
from wallet.service.wallet import Wallet
from wallet.store.values import Copy

if TYPE_CHECKING:
    from credential.trust.walk import Walk

SOON: Final = 30 * 86_400
_MAX_PEM: Final = 1 << 20


def check(wallet: Wallet, *, now: int) -> Iterator[Finding]:
    """The scheme, the card authority of every card, other anchors, and the anchor for https."""
    yield from _scheme(wallet, now)
    for copy in wallet.store.candidates():
        yield _card(wallet, copy, now)
    yield from _foreign(wallet, now)
    yield from _tls(wallet, now)


def _scheme(wallet: Wallet, now: int) -> Iterator[Finding]:
    """Root fingerprint → lists → who may issue and ask."""
    walked = _tree(wallet, now)
    scheme = next((one for one in walked if one.use.value == "scheme"), None)
    broken = None if scheme is None or scheme.holds else scheme
    try:
        trust = wallet.trust(now)
    except WalletError as error:
        found = refused("scheme-bad", error, repair=_sync(wallet))
        yield replace(found, chain=broken)
        yield from _lists(walked)
        return
    try:
        trust.require_fresh(now)
    except CredentialError:
        found = bad(
            "scheme-old", exit=ExitCode.NOT_TRUSTED, repair=_sync(wallet), operator=trust.operator
        )
        yield replace(found, chain=broken)
        return
    chosen = wallet.chosen_root
    found = good(
        "scheme-followed" if chosen else "scheme",
        operator=trust.operator,
        sequence=trust.sequence,
        issuers=len(trust.issuers),
        root=wallet.config.fingerprint[:8],
        **({"chosen": chosen[:8]} if chosen else {}),
    )
    yield replace(found, chain=scheme)
    yield from _lists(walked)


def _lists(walked: Sequence["Walk"]) -> Iterator[Finding]:
    """What is wrong with a list of the scheme, each by itself."""
    for one in walked:
        if one.use.value == "list" and not one.holds:
            found = bad("list-bad", exit=ExitCode.NOT_TRUSTED, repair=Repair.SYNC, name=one.what)
            yield replace(found, chain=one)


def _tree(wallet: Wallet, now: int) -> Sequence["Walk"]:
    """The scheme as it stands on disk, file by file."""
    from credential.trust import walktree  # noqa: PLC0415 - heavy

    folder = wallet.scheme_folder
    if not wallet.config.fingerprint or not folder.is_dir():
        return ()
    fingerprint = bytes.fromhex(wallet.config.fingerprint)
    read = walktree.scheme(
        lambda path: (folder / path).read_bytes(), fingerprint=fingerprint, now=now
    )
    return tuple(read)


def _sync(wallet: Wallet) -> Repair | None:
    return Repair.SYNC if wallet.config.scheme_url and wallet.config.fingerprint else None


def _card(wallet: Wallet, copy: Copy, now: int) -> Finding:
    """Card → issuer's certificate → card authority → list; by one copy, all have the same chain."""
    from credential import sdjwt, sdjwtvc  # noqa: PLC0415 - heavy
    from credential.trust import walk, words  # noqa: PLC0415 - heavy
    from wallet.service import signers  # noqa: PLC0415 - heavy

    card = wallet.store.card(copy.card)
    assert card is not None
    walked: Walk | None = None
    try:
        if card.foreign:
            leaf = wallet.foreign.card(copy.compact, now=now, vct=card.vct).leaf
            return _until("chain-foreign", card.kind, card.issuer_name, leaf.not_after, now)
        trust = wallet.trust(now)
        walked = walk.chain(
            walk.Use.CARD,
            sdjwt.parse(copy.compact, typ=TYP_CARD).issuer_jwt.x5c(),
            trust,
            lambda: sdjwtvc.verify_card(copy.compact, trust, now=now, vct=card.vct),
            whose=card.issuer_name,
            what=card.kind,
            now=now,
            soon=SOON,
        )
        found = sdjwtvc.verify_card(copy.compact, trust, now=now, vct=card.vct)
    except CredentialError as error:
        if error.code in signers.FOR_NOW:
            # Nothing is the matter with the wallet, and nothing can be done about it in it.
            return mind("chain-suspended", kind=card.kind, issuer=card.issuer_name)
        told = bad(
            "chain-bad",
            exit=ExitCode.NOT_TRUSTED,
            kind=card.kind,
            rule=error.code,
            section=error.section,
        )
        known = words.said("nl", error.code) is not None
        return replace(told, chain=walked) if known and walked is not None else told
    until = _until("chain", card.kind, found.issuer.name, found.leaf.not_after, now)
    return replace(until, chain=walked)


def _until(code: str, kind: str, issuer: str, until: int, now: int) -> Finding:
    if until - now < SOON:
        return mind("chain-soon", kind=kind, issuer=issuer, until=until)
    return good(code, kind=kind, issuer=issuer, until=until)


def _foreign(wallet: Wallet, now: int) -> Iterator[Finding]:
    """The anchors outside the scheme that the resident chose."""
    if wallet.config.foreign_anchors:
        # Read anew: what cannot be read is a finding.
        for der in anchors(wallet.config):
            yield _anchor("anchor", der, now)


def _tls(wallet: Wallet, now: int) -> Iterator[Finding]:
    """The anchor for https, where it is not that of this computer."""
    if not wallet.config.tls_ca:
        yield good("tls")
        return
    from cryptography import x509  # noqa: PLC0415 - heavy
    from cryptography.hazmat.primitives.serialization import Encoding  # noqa: PLC0415

    content = files.read_bounded(Path(wallet.config.tls_ca), _MAX_PEM)
    try:
        found = x509.load_pem_x509_certificates(content or b"")
    except ValueError:
        yield bad("tls-bad")
        return
    for one in found:
        yield _anchor("tls-own", one.public_bytes(Encoding.DER), now)


def _anchor(code: str, der: bytes, now: int) -> Finding:
    from cryptography import x509  # noqa: PLC0415 - heavy
    from cryptography.x509.oid import NameOID  # noqa: PLC0415

    found = x509.load_der_x509_certificate(der)
    names = found.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    name = str(names[0].value) if names else found.subject.rfc4514_string()
    until = int(found.not_valid_after_utc.timestamp())
    if until <= now:
        return bad(f"{code}-ended", exit=ExitCode.NOT_TRUSTED, name=name, until=until)
    return good(code, name=name, until=until)
