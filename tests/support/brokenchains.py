"""Every way a chain of trust can be broken, as changes to one honest scheme.

A `Broken` says what the registrar did since, which certificates the signer shows, and the code that
must come of it. Wallet and verifier meet the same rows at their own doors.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ObjectIdentifier
from support import forge
from support.scheme import (
    GRIJPGRAAG,
    NOW,
    VOORBEELDSTAD,
    WESTHOVE,
    Credentials,
    TestScheme,
    counter,
)

from credential import jose
from credential.trust import Role
from registrar import certificates, life
from registrar.certificates import Pair, Subject
from registrar.life import Event, Step

DAY = 86_400
WEEK = 7 * DAY
LONG_AGO = NOW - 300 * DAY
LATELY = NOW - 30 * DAY
"""Before the week the cards of the tests say they were issued in."""

Change = Callable[[TestScheme], None]
Show = Callable[[TestScheme], Credentials]


@dataclass(frozen=True)
class Broken:
    """One row: what is broken, and the rule that must catch it."""

    what: str
    code: str
    change: Change | None = None
    """What the registrar did before it published again."""
    show: Show | None = None
    """Who signs, with which chain; as honest as ever when absent."""
    registration: Callable[[TestScheme], str | None] | None = None
    """The registration certificate that comes along, of an asker."""
    claims: Callable[[dict], dict] | None = None
    earlier: str = ""
    """The rule that catches it at the wallet already with the offer, before there is a card."""
    later: int = 0
    """How long after the publication it happens."""
    issued_at: int | None = None

    def apply(self, scheme: TestScheme) -> TestScheme:
        """A copy of the scheme in which it is so."""
        made = replace(
            scheme,
            parties={**scheme.parties},
            keys={**scheme.keys},
            files={**scheme.files},
            tree={**scheme.tree},
            entropy=counter(500_000),
            _trust=None,
        )
        if self.change is not None:
            self.change(made)
            made.publish()
        return made


def stranger(number: int = 1) -> Pair:
    """An authority of nobody's scheme."""
    subject = Subject("NL", "Vreemd", "NTRNL-99999999", "0" * 20, f"Vreemde {number}")
    return certificates.make_root(
        subject, development=True, now=NOW, entropy=counter(600_000 + number)
    )


def below(parent: Pair, *extensions: tuple[x509.ExtensionType, bool]) -> Pair:
    """An authority below this one, with a key of its own."""
    key = jose.generate_key()
    own = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    subject = Subject("NL", "Tussen", "NTRNL-99999998", "0" * 20, "Tussen").name()
    der = forge.again(
        parent.der,
        parent,
        subject=subject,
        key=key.public_key(),
        add=[(own, False), (_authority_key(parent), False), *extensions],
    )
    return Pair(x509.load_der_x509_certificate(der), key)


def _authority_key(parent: Pair) -> x509.AuthorityKeyIdentifier:
    own = parent.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own)


def _usage(**set_: bool) -> x509.KeyUsage:
    names = (
        *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"),
        *("key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
    )
    return x509.KeyUsage(**{name: set_.get(name, False) for name in names})


@dataclass(frozen=True)
class Signer:
    """Whose certificate is broken: a card signer, or the access certificate of who asks."""

    role: Role
    honest: Show

    def again(self, scheme: TestScheme, authority: Pair | None = None, **changes) -> Credentials:
        mine = self.honest(scheme)
        pair = authority or scheme.authority.role(self.role)
        assert isinstance(pair, Pair)
        if authority is not None:
            changes["add"] = [*changes.get("add", ()), (_authority_key(pair), False)]
        return Credentials(mine.signer, (forge.again(mine.x5c[0], pair, **changes),))

    def under(self, scheme: TestScheme, authority: Pair) -> Credentials:
        """The certificate below another authority, which comes along."""
        made = self.again(scheme, authority)
        return Credentials(made.signer, (*made.x5c, authority.der))

    def beside(self, scheme: TestScheme, *more: bytes) -> Credentials:
        mine = self.honest(scheme)
        return Credentials(mine.signer, (*mine.x5c, *more))

    def alone(self, scheme: TestScheme) -> Credentials:
        """The certificate, signed with its own key."""
        mine = self.honest(scheme)
        key = mine.signer._key
        return self.again(scheme, Pair(x509.load_der_x509_certificate(mine.x5c[0]), key), drop=[
            x509.AuthorityKeyIdentifier.oid
        ], add=[(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)])  # fmt: skip


def _unrelated(scheme: TestScheme) -> bytes:
    return below(stranger()).der


def _peer(scheme: TestScheme) -> Pair:
    """Another party of the scheme, that signs certificates though it may not."""
    mine = scheme.issuer(WESTHOVE).status
    key = mine.signer._key
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return Pair(x509.load_der_x509_certificate(mine.x5c[0]), key)


def paths(one: Signer, other_role: Show) -> tuple[Broken, ...]:
    """What can be wrong with the certificates themselves, whoever signs."""
    names = x509.NameConstraints([x509.DNSName("localhost")], None)
    unknown = x509.UnrecognizedExtension(ObjectIdentifier("1.3.6.1.4.1.32473.99"), b"\x05\x00")

    def role(scheme: TestScheme) -> Pair:
        found = scheme.authority.role(one.role)
        assert isinstance(found, Pair)
        return found

    return (
        Broken(
            "expired",
            "x5c.expired",
            show=lambda s: one.again(s, not_before=NOW - 400 * DAY, not_after=NOW - 1),
        ),
        Broken(
            "not yet valid",
            "x5c.not_yet_valid",
            show=lambda s: one.again(s, not_before=NOW + 60, not_after=NOW + 400 * DAY),
        ),
        Broken("wrong role", "trust.wrong_role", show=other_role),
        Broken(
            "an authority nobody listed", "x5c.no_anchor", show=lambda s: one.again(s, stranger())
        ),
        Broken("self-signed leaf", "x5c.self_signed", show=one.alone),
        Broken("root in chain", "x5c.anchor_inside", show=lambda s: one.beside(s, s.root)),
        Broken("links that do not fit", "x5c.broken", show=lambda s: one.beside(s, _unrelated(s))),
        Broken(
            "signed by another party",
            "x5c.not_an_authority",
            show=lambda s: one.under(s, _peer(s)),
        ),
        Broken(
            "an authority of its own in between",
            "x5c.path_length",
            show=lambda s: one.under(s, below(role(s))),
        ),
        Broken(
            "name constraint",
            "x5c.name_constraints",
            show=lambda s: one.under(s, below(role(s), (names, True))),
        ),
        Broken(
            "a restriction nobody knows",
            "x5c.critical_extension",
            show=lambda s: one.again(s, add=[(unknown, True)]),
        ),
        Broken(
            "key usage",
            "x5c.key_usage",
            show=lambda s: one.again(s, add=[(_usage(key_agreement=True), True)]),
        ),
        Broken(
            "an authority as signer",
            "x5c.leaf_is_ca",
            show=lambda s: one.again(s, add=[(x509.BasicConstraints(True, 0), True)]),
        ),
        Broken("revoked certificate", "trust.certificate_revoked", change=_revoke(one)),
        Broken("stale", "scheme.expired", later=8 * DAY),
    )


def _revoke(one: Signer) -> Change:
    def change(scheme: TestScheme) -> None:
        der = one.honest(scheme).x5c[0]
        scheme.ledger = scheme.ledger.with_revoked((_sha256(der),), NOW)

    return change


# --- who issues -----------------------------------------------------------------------------------


def _living(*events: Event) -> Change:
    """The issuer of the tests, with this life instead of its own."""

    def change(scheme: TestScheme) -> None:
        issuing = scheme.parties[VOORBEELDSTAD].issuing
        assert issuing is not None
        kinds = issuing.kinds
        steps = tuple(
            replace(one, kinds=kinds) if one.step is Step.ADMITTED and not one.kinds else one
            for one in events
        )
        end = life.end_of(steps)
        changed = replace(
            issuing,
            steps=steps,
            withdrawn=None if end is None else end.on,
            withdrawal_reason=None if end is None else end.step.value,
        )
        scheme.change(VOORBEELDSTAD, issuing=changed)

    return change


def _admitted(*more: Event) -> Change:
    return _living(Event(LONG_AGO, Step.ADMITTED), *more)


def _fewer_kinds(scheme: TestScheme) -> None:
    issuing = scheme.parties[VOORBEELDSTAD].issuing
    assert issuing is not None
    scheme.change(VOORBEELDSTAD, issuing=replace(issuing, kinds=("woonadres",)))


CARD = Signer(Role.CARD, lambda scheme: scheme.issuer().card)
KINDS = ("persoonsgegevens", "verblijfsrecht")

ISSUERS = (
    Broken(
        "wrong issuer for kind",
        "trust.kind_not_listed",
        change=_fewer_kinds,
        earlier="issuer.kind_not_allowed",
    ),
    Broken(
        "not admitted yet",
        "trust.issuer_not_yet",
        change=_living(Event(NOW + 3 * DAY, Step.ADMITTED)),
    ),
    Broken("suspended", "trust.issuer_suspended", change=_admitted(Event(LATELY, Step.SUSPENDED))),
    Broken("withdrawn", "trust.issuer_withdrawn", change=_admitted(Event(LATELY, Step.CEASED))),
    Broken(
        "compromised",
        "trust.issuer_compromised",
        change=_admitted(Event(LATELY, Step.COMPROMISED)),
    ),
    Broken(
        "a kind taken off",
        "trust.kind_withdrawn",
        change=_admitted(Event(LATELY, Step.REDUCED, KINDS)),
    ),
)
CARDS = (
    *paths(CARD, lambda scheme: scheme.issuer().status),
    *ISSUERS,
    Broken(
        "issued before its signer was valid",
        "trust.signed_outside_validity",
        show=lambda s: CARD.again(s, not_before=NOW - DAY),
        issued_at=NOW - 7 * DAY,
    ),
)


# --- who asks -------------------------------------------------------------------------------------

ASKER = Signer(Role.VERIFIER_ACCESS, lambda scheme: scheme.verifier().access)
USE = "inschrijven"


def _issuers_access(scheme: TestScheme) -> Credentials:
    """The asker's own certificate, from the authority for issuers."""
    pair = scheme.authority.role(Role.ISSUER_ACCESS)
    assert isinstance(pair, Pair)
    return ASKER.again(scheme, pair)


def _hold(*, certificate: bool) -> Change:
    def change(scheme: TestScheme) -> None:
        mine = scheme.verifier()
        held = mine.access.x5c[0] if certificate else mine.registrations[USE].encode()
        scheme.ledger = scheme.ledger.with_suspended({_sha256(held): NOW})

    return change


def _take_back_registration(scheme: TestScheme) -> None:
    held = scheme.verifier().registrations[USE].encode()
    scheme.ledger = scheme.ledger.with_revoked((_sha256(held),), NOW)


def _of(scheme: TestScheme, **members) -> str:
    return forge.registration(scheme, scheme.verifier().registrations[USE], **members)


ASKERS = (
    *paths(ASKER, _issuers_access),
    Broken("suspended", "trust.certificate_suspended", change=_hold(certificate=True)),
    Broken(
        "host not in the certificate",
        "request.host",
        claims=lambda asked: {**asked, "response_uri": "https://elders.example/response/1"},
    ),
    Broken("no registration certificate", "registration.absent", registration=lambda _: None),
    Broken(
        "swapped registration certificate",
        "registration.bond_identifier",
        registration=lambda s: s.verifier(GRIJPGRAAG).registrations[USE],
    ),
    Broken(
        "registration of another service",
        "registration.bond_service",
        registration=lambda s: _of(s, srv_id="verhuur"),
    ),
    Broken(
        "registration expired",
        "registration.expired",
        registration=lambda s: _of(s, iat=NOW - 90 * DAY, exp=NOW - DAY),
    ),
    Broken("registration revoked", "registration.revoked", change=_take_back_registration),
    Broken("registration suspended", "registration.suspended", change=_hold(certificate=False)),
)


def leaf_hash(credentials: Credentials) -> str:
    """The identifier an asker with this certificate goes by."""
    return f"x509_hash:{jose.base64url.sha256(credentials.x5c[0])}"


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
