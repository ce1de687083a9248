"""What the registrar has signed and taken back, so that the next publication knows it."""

from dataclasses import dataclass, field, replace

from credential import strictjson
from credential.strictjson import Json, Object


@dataclass(frozen=True)
class CertificateRecord:
    """One certificate given to a party."""

    fingerprint: str
    serial: int
    role: str
    party: str
    name: str
    not_after: int


@dataclass(frozen=True)
class RegistrationRecord:
    """One registration certificate given to a party; `index` is its place on the status list."""

    sha256: str
    index: int
    party: str
    service: str
    use: str | None
    exp: int


@dataclass(frozen=True)
class Ledger:
    """Everything signed so far; a value, each change makes a new one."""

    sequence: int = 0
    certificates: tuple[CertificateRecord, ...] = ()
    registrations: tuple[RegistrationRecord, ...] = ()
    revoked: dict[str, int] = field(default_factory=dict)
    """When each fingerprint or registration hash was taken back."""

    def with_certificate(self, record: CertificateRecord) -> "Ledger":
        """The ledger with one more certificate."""
        return replace(self, certificates=(*self.certificates, record))

    def with_registration(self, record: RegistrationRecord) -> "Ledger":
        """The ledger with one more registration."""
        return replace(self, registrations=(*self.registrations, record))

    def with_revoked(self, hashes: tuple[str, ...], at: int) -> "Ledger":
        """The ledger with these taken back; taking back twice keeps the first moment."""
        return replace(self, revoked={**dict.fromkeys(hashes, at), **self.revoked})

    def published(self) -> "Ledger":
        """The ledger of the next publication."""
        return replace(self, sequence=self.sequence + 1)

    def revocable(self, name: str, now: int) -> tuple[str, ...]:
        """What answers to a party, a fingerprint or a registration hash and is still good."""
        found = [
            one.fingerprint
            for one in self.certificates
            if name in (one.party, one.fingerprint) and one.not_after >= now
        ]
        found += [
            one.sha256
            for one in self.registrations
            if name in (one.party, one.sha256) and one.exp >= now
        ]
        return tuple(one for one in found if one not in self.revoked)


def dump(ledger: Ledger) -> bytes:
    """The ledger as the file it is kept in."""
    certificates: list[Json] = [
        {
            "fingerprint": one.fingerprint,
            # A serial number is larger than what JSON readers agree on.
            "serial": f"{one.serial:x}",
            "role": one.role,
            "party": one.party,
            "name": one.name,
            "not_after": one.not_after,
        }
        for one in ledger.certificates
    ]
    registrations: list[Json] = [
        {
            "sha256": one.sha256,
            "index": one.index,
            "party": one.party,
            "service": one.service,
            "exp": one.exp,
            **({"use": one.use} if one.use is not None else {}),
        }
        for one in ledger.registrations
    ]
    document: Object = {
        "version": 1,
        "sequence": ledger.sequence,
        "certificates": certificates,
        "registrations": registrations,
        "revoked": {**ledger.revoked},
    }
    return strictjson.dumps(document)


def load(data: bytes) -> Ledger:
    """The ledger of such a file."""
    document = strictjson.loads_object(data, max_bytes=len(data))
    revoked = strictjson.obj(document, "revoked")
    return Ledger(
        sequence=strictjson.integer(document, "sequence"),
        certificates=tuple(
            CertificateRecord(
                fingerprint=strictjson.text(one, "fingerprint"),
                serial=int(strictjson.text(one, "serial"), 16),
                role=strictjson.text(one, "role"),
                party=strictjson.text(one, "party"),
                name=strictjson.text(one, "name"),
                not_after=strictjson.integer(one, "not_after"),
            )
            for one in strictjson.array(document, "certificates")
            if isinstance(one, dict)
        ),
        registrations=tuple(
            RegistrationRecord(
                sha256=strictjson.text(one, "sha256"),
                index=strictjson.integer(one, "index"),
                party=strictjson.text(one, "party"),
                service=strictjson.text(one, "service"),
                use=strictjson.text_or_none(one, "use"),
                exp=strictjson.integer(one, "exp"),
            )
            for one in strictjson.array(document, "registrations")
            if isinstance(one, dict)
        ),
        revoked={name: strictjson.integer(revoked, name) for name in revoked},
    )
