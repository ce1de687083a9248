"""Taking in what the root answered: nothing of it is believed that does not hang under the root."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from cryptography import x509

from credential import rootchain
from credential.errors import CredentialError
from credential.jose import PrivateKey, PublicKey
from credential.trust.chains import check_signer, issued_by
from credential.trust.leaf import seconds
from credential.trust.revocation import revoked_serials
from registrar import own
from registrar.authority import certify_signer
from registrar.certificates import Entropy, Pair
from registrar.config import Scheme
from registrar.errors import Untrusted
from registrar.own import ROOTED, SIGNERS, SNAPSHOT_SIGNER, Own, Owned
from registrar.papers import Answer
from registrar.safe import places_of


def take_in(
    before: Owned | None,
    answer: Answer,
    key_of: Callable[[str], PublicKey | None],
    *,
    fingerprint: bytes,
    now: int,
) -> Owned:
    """The certificates of this answer for keys we hold, in the place of the same name.

    `fingerprint` is that of a root this register trusts already: read aloud the first time, later
    its own root of before. Who takes over is listed for `own.NOTICE` first, unless the one that
    signs now was taken back.
    """
    # The same function that wallets follow: what they refuse is not installed here.
    chain = rootchain.write(answer.roots)
    try:
        rootchain.follow(fingerprint, answer.roots[-1].certificate, chain, now=now)
        root = x509.load_der_x509_certificate(answer.roots[-1].certificate)
        name = own.name_of(own.ROOT, len(answer.roots))
        gone = revoked_serials(answer.crls.get(name, b""), answer.roots[-1].certificate, now=now)
    except (CredentialError, ValueError):
        raise Untrusted("install.root") from None
    if before is not None and _number(answer.crls[name]) < _number(before.crls.get(name, b"")):
        # Somebody on the way kept an answer of before: what came after it would be undone.
        raise Untrusted("install.older")
    owned = replace(
        before or Owned((), {}, ()), roots=answer.roots, crls={**_crls(before), **answer.crls}
    )
    owned = replace(owned, own=tuple(_taken_back(one, answer, now) for one in owned.own))
    owned = replace(owned, own=tuple(_below(owned, one) for one in owned.own))
    fresh = [
        _own(owned, name, one, key_of, root, now)
        for name, one in sorted(answer.certificates.items(), key=lambda item: _order(item[0]))
        if one.serial_number not in gone
    ]
    owned = owned.with_own(one for one in fresh if one is not None)
    for slot in ROOTED:
        if not any(one.revoked is None for one in owned.of(slot)):
            raise Untrusted("install.missing", name=slot)
    return owned


def signerless(owned: Owned, now: int) -> tuple[Own, ...]:
    """The authorities with a signer below them that have none yet."""
    return tuple(
        over
        for slot, above in SIGNERS.items()
        if above != own.ROOT
        for over in owned.of(above)
        if over.revoked is None
        and over.not_after > now
        and not any(issued_by(one.certificate, over.certificate) for one in owned.of(slot))
    )


def with_signer(
    owned: Owned,
    scheme: Scheme,
    over: Own,
    over_key: PrivateKey,
    name: str,
    key: PublicKey,
    *,
    now: int,
    entropy: Entropy,
) -> Owned:
    """The same with a new signer below this authority; it begins when the authority does."""
    certificate = certify_signer(
        scheme,
        name,
        key,
        Pair(over.certificate, over_key),
        places_of(scheme, over.name),
        now=now,
        entropy=entropy,
    )
    slot, _ = own.generation(name)
    since = max(now, over.since) if owned.of(slot) else over.since
    return owned.with_own([Own(name, slot, since, certificate)])


def _number(crl: bytes) -> int:
    """How many lists the root had made when it made this one (RFC 5280 5.2.3)."""
    if not crl:
        return 0
    found = x509.load_der_x509_crl(crl).extensions.get_extension_for_class(x509.CRLNumber)
    return found.value.crl_number


def _crls(before: Owned | None) -> Mapping[str, bytes]:
    return before.crls if before is not None else {}


def _order(name: str) -> tuple[str, int]:
    return own.generation(name)


def _taken_back(one: Own, answer: Answer, now: int) -> Own:
    """What the root no longer vouches for is taken back here too."""
    if one.slot not in ROOTED or one.revoked is not None or one.name in answer.certificates:
        return one
    return replace(one, revoked=now)


def _below(owned: Owned, one: Own) -> Own:
    """A signer goes with the authority above it."""
    above = SIGNERS.get(one.slot, own.ROOT)
    if above == own.ROOT or one.revoked is not None:
        return one
    over = (o for o in owned.of(above) if issued_by(one.certificate, o.certificate))
    return replace(one, revoked=next((o.revoked for o in over), None))


def _own(
    owned: Owned,
    name: str,
    certificate: x509.Certificate,
    key_of: Callable[[str], PublicKey | None],
    root: x509.Certificate,
    now: int,
) -> Own | None:
    """This certificate as a generation of ours; `None` for one whose key is no longer here."""
    slot, _ = own.generation(name)
    if slot not in ROOTED:
        raise Untrusted("install.name", name=name)
    known = next((one for one in owned.own if one.name == name), None)
    key = key_of(name)
    if key is None and known is None:
        return None
    held = key if key is not None else known.certificate.public_key() if known else None
    if certificate.public_key() != held:
        raise Untrusted("install.other_key", name=name)
    if not issued_by(certificate, root):
        raise Untrusted("install.not_under_root", name=name)
    _check_duty(certificate, slot, name)
    if (
        not seconds(certificate.not_valid_before_utc)
        <= now
        < seconds(certificate.not_valid_after_utc)
    ):
        raise Untrusted("install.time", name=name)
    if known is not None:
        return replace(known, certificate=certificate)
    return Own(name, slot, _since(owned, slot, now), certificate)


def _since(owned: Owned, slot: str, now: int) -> int:
    """From when it signs: at once where nothing signs now, or where nobody needs notice."""
    alive = [one for one in owned.of(slot) if one.revoked is None and one.not_after > now]
    return now if not alive or slot == SNAPSHOT_SIGNER else now + own.NOTICE


def _check_duty(certificate: x509.Certificate, slot: str, name: str) -> None:
    """An authority signs certificates and nothing else, a signer everything but those."""
    try:
        if slot in SIGNERS:
            check_signer(certificate)
            return
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except (CredentialError, x509.ExtensionNotFound, ValueError):
        raise Untrusted("install.duty", name=name) from None
    if not (constraints.ca and constraints.path_length == 0 and usage.key_cert_sign):
        raise Untrusted("install.duty", name=name)
    if usage.digital_signature or usage.content_commitment:
        raise Untrusted("install.duty", name=name)
