"""Addresses and texts for people: what would make readers refuse the certificate they stand in."""

import ipaddress
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from credential.plaintext import terminal_safe
from registrar.findings import Finding
from registrar.party import Party, Service
from registrar.register import Register

Key = tuple[str, ...]

_ADDRESS: Final = re.compile(r"https://[!-~]+")
_MAIL: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}")
_PHONE: Final = re.compile(r"\+[0-9]{6,15}")
_CALLED: Final = re.compile(r"tel:[0-9+().-]{3,40}")
_TESTS_ONLY: Final = ("localhost", "local", "test", "example", "invalid", "internal")


def check(register: Register) -> Iterator[Finding]:
    """Addresses that are not https, texts that trick the eye, prefixes that overlap, test hosts."""
    for party in register.parties:
        for text, key in _addresses(party):
            if text and not _is_address(text):
                yield register.finding("lint.unreadable", party.id, terminal_safe(text), *key)
        for text, key in _shown(party):
            if terminal_safe(text) != text:
                yield register.finding("lint.unreadable", party.id, terminal_safe(text), *key)
        for text, key in _mails(party):
            if text and not _MAIL.fullmatch(text):
                yield register.finding("lint.mail", party.id, terminal_safe(text), *key)
        for text, key in _phones(party):
            if text and not _PHONE.fullmatch(text):
                what = terminal_safe(text)
                yield register.finding("lint.phone", party.id, what, *key, level="advice")
        yield from _hosts(register, party)
    yield from _prefixes(register)


def _addresses(party: Party) -> Iterator[tuple[str | None, Key]]:
    yield party.website, ("website",)
    yield party.authority.contact.uri, ("authority", "uri")
    for service in party.services:
        for use in service.intended_uses:
            key: Key = ("service", service.id, "intended_use", use.id)
            yield use.privacy_policy, (*key, "privacy_policy")
            yield (use.rights.uri if use.rights else None), (*key, "rights", "uri")
            for number, basis in enumerate(use.legal_basis):
                yield basis.uri, (*key, "legal_basis", str(number), "uri")
    if party.wallet_provider is not None:
        yield party.wallet_provider.privacy_policy, ("wallet_provider", "privacy_policy")
    if party.issuing is not None:
        yield party.issuing.privacy_policy, ("issuing", "privacy_policy")
        yield party.issuing.status_aggregation, ("issuing", "status_aggregation")
        yield party.issuing.status_prefix, ("issuing", "status_prefix")
    for service, own in _services(party):
        called = service.support_uri.startswith("tel:") and _CALLED.fullmatch(service.support_uri)
        if not service.support_uri.startswith("mailto:") and not called:
            yield service.support_uri, (*own, "support_uri")


def _shown(party: Party) -> Iterator[tuple[str, Key]]:
    yield party.name, ("name",)
    yield party.legal_name, ("legal_name",)
    if party.wallet_provider is not None:
        yield party.wallet_provider.name, ("wallet_provider", "name")
    for service, key in _services(party):
        yield service.name, (*key, "name")
        yield service.support_uri, (*key, "support_uri")
        for lang, text in service.description.items():
            yield text, (*key, "description", lang)
        for use in service.intended_uses:
            for lang, text in use.purpose.items():
                yield text, (*key, "intended_use", use.id, "purpose", lang)


def _mails(party: Party) -> Iterator[tuple[str | None, Key]]:
    yield party.email, ("email",)
    yield party.authority.contact.email, ("authority", "email")
    for service, key in _services(party):
        if service.support_uri.startswith("mailto:"):
            yield service.support_uri.removeprefix("mailto:"), (*key, "support_uri")
        for use in service.intended_uses:
            mail = use.rights.email if use.rights else None
            yield mail, (*key, "intended_use", use.id, "rights", "email")


def _phones(party: Party) -> Iterator[tuple[str | None, Key]]:
    yield party.authority.contact.phone, ("authority", "phone")
    for service, key in _services(party):
        for use in service.intended_uses:
            phone = use.rights.phone if use.rights else None
            yield phone, (*key, "intended_use", use.id, "rights", "phone")


def _services(party: Party) -> Iterator[tuple[Service, Key]]:
    for service in party.services:
        yield service, ("service", service.id)
    if party.issuing is not None:
        yield party.issuing.service, ("issuing",)


def _hosts(register: Register, party: Party) -> Iterator[Finding]:
    """Outside a test, a host is a public name; and status lists stand on one of the issuer's."""
    named = [(service.hosts, (*key, "hosts")) for service, key in _services(party)]
    if party.wallet_provider is not None:
        named.append((party.wallet_provider.hosts, ("wallet_provider", "hosts")))
    for hosts, key in named:
        for host in hosts:
            if not register.development and not _is_public(host):
                yield register.finding("lint.host", party.id, host, *key, host)
    issuing = party.issuing
    if issuing is not None and _is_address(issuing.status_prefix):
        host = urlsplit(issuing.status_prefix).hostname or ""
        if host not in issuing.service.hosts:
            yield register.finding(
                "lint.prefix_host", party.id, host, "issuing", "status_prefix", level="advice"
            )


def _prefixes(register: Register) -> Iterator[Finding]:
    """A status list belongs to one issuer, so no prefix may lie under another's."""
    listed = sorted(
        (party.issuing.status_prefix, party.id)
        for party in register.parties
        if party.issuing and party.issuing.status_prefix
    )
    around: list[tuple[str, str]] = []
    for prefix, name in listed:
        # In this order, what lies under a prefix follows it at once.
        while around and not prefix.startswith(around[-1][0]):
            around.pop()
        for _, other in around:
            yield register.finding("lint.status_prefix", other, name, "issuing", "status_prefix")
        around.append((prefix, name))


def _is_address(text: str) -> bool:
    if not _ADDRESS.fullmatch(text):
        return False
    try:
        found = urlsplit(text)
        _ = found.port
    except ValueError:
        return False
    return bool(found.hostname) and "@" not in found.netloc


def _is_public(host: str) -> bool:
    if "." not in host or host.rpartition(".")[2] in _TESTS_ONLY:
        return False
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return True
    return False
