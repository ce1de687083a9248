"""Certificate revocation lists, for readers that do not know the snapshot (RFC 5280 5).

Our own decisions use the revoked set of the snapshot; this is how it is compared with what the
same registrar tells everybody else.
"""

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from credential.errors import Malformed, NotTrusted, NotValidNow
from credential.trust import leaf as leaves
from credential.trust.leaf import seconds


def revoked_serials(crl: bytes, authority: bytes, *, now: int) -> frozenset[int]:
    """The serial numbers this authority has taken back, as of a list that is fresh at `now`."""
    issuer = leaves.load(authority)
    try:
        found = x509.load_der_x509_crl(crl)
        signed = found.issuer == issuer.subject and _signed_by(found, issuer)
        start, end = found.last_update_utc, found.next_update_utc
        serials = frozenset(one.serial_number for one in found)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise Malformed("crl.unreadable", "RFC 5280 5.1") from None
    if not signed:
        raise NotTrusted("crl.issuer", "RFC 5280 6.3.3")
    if seconds(start) > now:
        raise NotValidNow("crl.not_yet_valid", "RFC 5280 6.3.3")
    if end is None or seconds(end) <= now:
        raise NotValidNow("crl.expired", "RFC 5280 6.3.3")
    return serials


def _signed_by(crl: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    key = issuer.public_key()
    usage = leaves.extension(issuer, x509.KeyUsage)
    if usage is None or not usage.crl_sign:
        return False
    try:
        # The types an authority of ours can have; anything else fails to verify.
        return bool(crl.is_signature_valid(key))  # type: ignore[arg-type]
    except InvalidSignature:
        return False
