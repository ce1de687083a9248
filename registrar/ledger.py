"""What the registrar has signed and taken back, so that the next publication knows it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from credential import strictjson
from credential.strictjson import Json, Object
from credential.trust.spans import COMPROMISED


@dataclass(frozen=True)
class CertificateRecord:
    """One certificate given to a party.

    `authority` names who signed it, where that is not the role's first authority; `key` is the
    SHA-256 of its public key (SubjectPublicKeyInfo), `content` that of its subject and names.
    `replaced` is when the party first got one that says something else, or is for another key.
    """

    fingerprint: str
    serial: int
    role: str
    party: str
    name: str
    not_after: int
    authority: str = ""
    key: str = ""
    content: str = ""
    replaced: int = 0


@dataclass(frozen=True)
class RegistrationRecord:
    """One registration certificate given to a party; `index` is its place on the status list.

    `content` is the SHA-256 of what it states, the same for every certificate that states it.
    """

    sha256: str
    index: int
    party: str
    service: str
    use: str | None
    exp: int
    content: str = ""


@dataclass(frozen=True)
class Ledger:
    """Everything signed so far; a value, each change makes a new one."""

    sequence: int = 0
    certificates: tuple[CertificateRecord, ...] = ()
    registrations: tuple[RegistrationRecord, ...] = ()
    revoked: dict[str, int] = field(default_factory=dict)
    """When each fingerprint or registration hash was taken back."""
    reasons: dict[str, str] = field(default_factory=dict)
    """Why, for those where a reason was given."""
    types: frozenset[str] = frozenset()
    """SHA-256 of every text of a kind that was ever published."""
    suspended: dict[str, int] = field(default_factory=dict)
    """What does not count for as long as its party or purpose is suspended, and since when."""

    def stopped_at(self, name: str) -> int | None:
        """Since when this does not count, taken back or suspended; `None` while it counts."""
        return self.revoked.get(name, self.suspended.get(name))

    @property
    def next_index(self) -> int:
        """The first free place on the status list; places are given out in order."""
        return self.registrations[-1].index + 1 if self.registrations else 0

    def with_certificate(self, record: CertificateRecord, at: int) -> "Ledger":
        """The ledger with one more certificate; those that say something else are replaced by it.

        What a ledger of before does not know the content of counts as something else.
        """

        def replaces(one: CertificateRecord) -> bool:
            if one.party != record.party or (one.name, one.role) != (record.name, record.role):
                return False
            return not one.replaced and (one.key, one.content) != (record.key, record.content)

        before = (replace(one, replaced=at) if replaces(one) else one for one in self.certificates)
        return replace(self, certificates=(*before, record))

    def with_registration(self, record: RegistrationRecord) -> "Ledger":
        """The ledger with one more registration."""
        return replace(self, registrations=(*self.registrations, record))

    def with_revoked(self, hashes: Iterable[str], at: int, reason: str = "") -> "Ledger":
        """The ledger with these taken back; taking back twice keeps the first moment.

        A compromise that comes out later is the reason from then on: nothing weighs more.
        """
        fresh = [one for one in hashes if one not in self.revoked or reason == COMPROMISED]
        reasons = dict.fromkeys(fresh, reason) if reason else {}
        return replace(
            self,
            revoked={**dict.fromkeys(fresh, at), **self.revoked},
            reasons={**self.reasons, **reasons},
        )

    def released(self, hashes: Iterable[str], reason: str) -> "Ledger":
        """The ledger with another reason for these: taken back as before, and no longer by hand."""
        return replace(self, reasons={**self.reasons, **dict.fromkeys(hashes, reason)})

    def with_suspended(self, suspended: Mapping[str, int]) -> "Ledger":
        """The ledger with exactly these suspended; what was is resumed."""
        return replace(self, suspended={**suspended})

    def published(self, types: Iterable[str] = ()) -> "Ledger":
        """The ledger of the next publication, with the digests of these texts of kinds."""
        return replace(self, sequence=self.sequence + 1, types=self.types | {*types})

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
            **({"authority": one.authority} if one.authority else {}),
            **({"key": one.key} if one.key else {}),
            **({"content": one.content} if one.content else {}),
            **({"replaced": one.replaced} if one.replaced else {}),
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
            **({"content": one.content} if one.content else {}),
        }
        for one in ledger.registrations
    ]
    document: Object = {
        "version": 1,
        "sequence": ledger.sequence,
        "certificates": certificates,
        "registrations": registrations,
        "revoked": {**ledger.revoked},
        **({"reasons": {**ledger.reasons}} if ledger.reasons else {}),
        **({"types": [*sorted(ledger.types)]} if ledger.types else {}),
        **({"suspended": {**ledger.suspended}} if ledger.suspended else {}),
    }
    return strictjson.dumps(document)


def load(data: bytes) -> Ledger:
    """The ledger of such a file."""
    document = strictjson.loads_object(data, max_bytes=len(data))
    revoked, reasons, suspended = (
        strictjson.obj(document, name) if name in document else {}
        for name in ("revoked", "reasons", "suspended")
    )
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
                authority=strictjson.text_or_none(one, "authority") or "",
                key=strictjson.text_or_none(one, "key") or "",
                content=strictjson.text_or_none(one, "content") or "",
                replaced=strictjson.integer(one, "replaced") if "replaced" in one else 0,
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
                content=strictjson.text_or_none(one, "content") or "",
            )
            for one in strictjson.array(document, "registrations")
            if isinstance(one, dict)
        ),
        revoked={name: strictjson.integer(revoked, name) for name in revoked},
        reasons={name: strictjson.text(reasons, name) for name in reasons},
        types=frozenset(strictjson.texts(document, "types") if "types" in document else ()),
        suspended={name: strictjson.integer(suspended, name) for name in suspended},
    )
