"""What an access certificate must be: who may talk to wallets, and where (TS 119 411-8)."""

import re
from typing import Final
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.x509.oid import NameOID

from credential.errors import NotTrusted
from credential.trust import leaf as leaves
from credential.trust.chains import Profile, check_signer
from credential.trust.leaf import Leaf

_NATURAL: Final = frozenset({"0.4.0.194118.1.1", "0.4.0.194118.1.3"})
_LEGAL: Final = frozenset({"0.4.0.194118.1.2", "0.4.0.194118.1.4"})
_NO_REVOCATION: Final = "2.5.29.56"  # RFC 9608
_ASSURED: Final = "0.4.0.194121.2.1"  # EN 319 412-1: validity assured, short term
_SHORT_TERM: Final = 7 * 86_400
_ADDRESS = re.compile(
    r"https://[^\x00-\x20\x7f\\@/?#]+(?:[/?#][^\x00-\x20\x7f\\]*)?", re.IGNORECASE
)
_IDENTIFIER = re.compile(r"([A-Z]{3}|[A-Z]{2}:)[A-Z]{2}-.+\Z")


def check_access(certificate: x509.Certificate) -> None:
    """The certificate names one legal person, how to reach it, and under which policy."""
    check_signer(certificate)
    _check_policies(set(leaves.policies(certificate)))
    _check_subject(certificate.subject)
    _check_contact(certificate)
    _check_short_term(certificate)
    if leaves.extension(certificate, x509.AuthorityKeyIdentifier) is None:
        raise NotTrusted("access.authority_key", "TS 119 411-8")


ACCESS: Final = Profile("access", check_access)


def check_host(leaf: Leaf, url: str) -> None:
    """The host of this address is one the certificate names (OpenID4VP 1.0 5.9.3, our rule)."""
    if host_of(url) not in leaf.hosts:
        raise NotTrusted("access.host", "Regie trust 1.1")


def host_of(url: str) -> str:
    """The host of an https address in lower case, or the empty text.

    Also empty where readers of addresses disagree: a user, a back-slash, blanks and controls.
    """
    if not _ADDRESS.fullmatch(url):
        return ""
    try:
        parts = urlsplit(url)
        host = parts.hostname if parts.scheme == "https" else None
    except ValueError:
        return ""
    return (host or "").lower()


def _check_policies(policies: set[str]) -> None:
    natural, legal = policies & _NATURAL, policies & _LEGAL
    if not natural and not legal:
        raise NotTrusted("access.policy", "TS 119 411-8")
    if natural and legal:
        raise NotTrusted("access.policy_mixed", "TS 119 411-8")
    if natural:
        # Our scheme registers organisations only.
        raise NotTrusted("access.natural_person", "Regie trust 1.1")


def _check_subject(subject: x509.Name) -> None:
    for oid in (
        NameOID.COUNTRY_NAME,
        NameOID.ORGANIZATION_NAME,
        NameOID.ORGANIZATION_IDENTIFIER,
        NameOID.COMMON_NAME,
        NameOID.SERIAL_NUMBER,
    ):
        if not leaves.attribute(subject, oid):
            raise NotTrusted("access.subject", "TS 119 411-8", attribute=oid.dotted_string)
    if not _IDENTIFIER.match(leaves.attribute(subject, NameOID.ORGANIZATION_IDENTIFIER)):
        raise NotTrusted("access.identifier", "EN 319 412-1 5.1.4")


def _check_contact(certificate: x509.Certificate) -> None:
    names = leaves.extension(certificate, x509.SubjectAlternativeName)
    uris = names.get_values_for_type(x509.UniformResourceIdentifier) if names else []
    mail = names.get_values_for_type(x509.RFC822Name) if names else []
    helpdesk = [uri for uri in uris if not leaves.is_service_uri(uri)]
    if not (helpdesk or mail or leaves.has_phone(certificate)):
        raise NotTrusted("access.contact", "TS 119 411-8")


def _check_short_term(certificate: x509.Certificate) -> None:
    """`noRevAvail` and `valassured` come together, and only on certificates of a week at most."""
    oids = {one.oid.dotted_string for one in certificate.extensions}
    marks = len(oids & {_NO_REVOCATION, _ASSURED})
    if not marks:
        return
    life = certificate.not_valid_after_utc - certificate.not_valid_before_utc
    if marks == 1 or life.total_seconds() > _SHORT_TERM:
        raise NotTrusted("access.short_term", "TS 119 411-8")
