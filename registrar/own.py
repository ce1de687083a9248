"""The operator's own certificates, by generation: who signs now, who is coming, who is going.

A place (a role, or a signer of the operator's own) has one generation that signs. A new one is
listed for `NOTICE` before it signs, so that every reader knows it by then; the one before it stays
listed until the last thing it signed has ended. All of it stands in one file, `authorities.json`,
that is replaced whole: a command that is killed leaves the file before it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from credential import base64url, rootchain, strictjson
from credential.rootchain import Root
from credential.staleness import SCHEME_LIFE
from credential.strictjson import Json, Object
from credential.trust import Role
from credential.trust.leaf import seconds
from registrar.certificates import REGISTRATION_LIFE
from registrar.errors import Untrusted
from registrar.ledger import Ledger

ROOT: Final = "root"
SNAPSHOT_SIGNER: Final = "snapshot-signer"
LIST_SIGNER: Final = "list-signer"
REGISTRATION_SIGNER: Final = "registration-signer"
REGISTRATION_STATUS_SIGNER: Final = "registration-status-signer"

# Which authority each signer of the operator's own stands under.
SIGNERS: Final[Mapping[str, str]] = {
    SNAPSHOT_SIGNER: ROOT,
    LIST_SIGNER: ROOT,
    REGISTRATION_SIGNER: Role.REGISTRATION.value,
    REGISTRATION_STATUS_SIGNER: Role.REGISTRATION_STATUS.value,
}
ROOTED: Final = (*(role.value for role in Role), SNAPSHOT_SIGNER, LIST_SIGNER)
"""The places whose certificates the root signs; the rest is signed where the register is."""

SLOTS: Final = (*(role.value for role in Role), *SIGNERS)
NOTICE: Final = SCHEME_LIFE
"""No reader decides with a snapshot older than this (Regie formats 8)."""

MAX_FILE: Final = 1024 * 1024
_NAME: Final = re.compile(r"(?P<slot>[a-z-]+?)(?:-(?P<number>[1-9][0-9]{0,3}))?\Z")


@dataclass(frozen=True)
class Own:
    """One generation of a place: its certificate, since when it signs, when it was taken back."""

    name: str
    slot: str
    since: int
    certificate: x509.Certificate
    revoked: int | None = None

    @property
    def not_after(self) -> int:
        """When its certificate ends."""
        return seconds(self.certificate.not_valid_after_utc)


@dataclass(frozen=True)
class Owned:
    """The roots, the revocation lists the ceremony made, and every generation of every place."""

    roots: tuple[Root, ...]
    crls: Mapping[str, bytes]
    own: tuple[Own, ...]

    @property
    def root(self) -> x509.Certificate:
        """The root of today."""
        return x509.load_der_x509_certificate(self.roots[-1].certificate)

    def of(self, slot: str) -> tuple[Own, ...]:
        """Every generation of a place, the oldest first."""
        return tuple(one for one in self.own if one.slot == slot)

    def signing(self, slot: str, now: int) -> Own:
        """The generation that signs at `now`."""
        able = [one for one in self.of(slot) if one.revoked is None and one.since <= now]
        if not able:
            raise Untrusted("own.none", name=slot)
        return able[-1]

    def coming(self, slot: str, now: int) -> Own | None:
        """The generation that is listed and does not sign yet."""
        later = [one for one in self.of(slot) if one.revoked is None and one.since > now]
        return later[-1] if later else None

    def listed(self, slot: str, ledger: Ledger, now: int) -> tuple[Own, ...]:
        """Those that readers are to believe: who signs now, who is coming, who is going."""
        whole, signing = self.of(slot), self.signing(slot, now)
        found = [signing]
        for one in reversed(whole):
            if one is signing or one.revoked is not None or one.not_after <= now:
                continue
            if one.since > now or self._last(one, signing, ledger) > now:
                found.append(one)
        return tuple(found)

    def used(self, slot: str, ledger: Ledger, now: int) -> tuple[Own, ...]:
        """Of a role everyone readers believe; of a signer who signs and who will."""
        if slot not in SIGNERS:
            return self.listed(slot, ledger, now)
        coming = self.coming(slot, now)
        return (self.signing(slot, now), *((coming,) if coming is not None else ()))

    def going(self, slot: str, ledger: Ledger, now: int) -> tuple[tuple[str, int], ...]:
        """What another followed or will follow, and until when it is needed at the least."""
        signing, coming = self.signing(slot, now), self.coming(slot, now)
        found = [
            (one.name, min(self._last(one, signing, ledger), one.not_after))
            for one in self.used(slot, ledger, now)
            if one is not signing and one.since <= now
        ]
        if coming is not None:
            found.append((signing.name, coming.since))
        return tuple(found)

    def with_own(self, more: Iterable[Own]) -> "Owned":
        """The same with these generations, in the place of any of the same name."""
        fresh = {one.name: one for one in more}
        kept = tuple(fresh.pop(one.name, one) for one in self.own)
        return replace(self, own=(*kept, *fresh.values()))

    @staticmethod
    def _last(one: Own, after: Own, ledger: Ledger) -> int:
        """When the last thing this generation signed ends."""
        if one.slot == Role.REGISTRATION:
            return after.since + REGISTRATION_LIFE
        if one.slot == Role.REGISTRATION_STATUS:
            return after.since + NOTICE
        ends = [
            record.not_after
            for record in ledger.certificates
            if record.role == one.slot
            and (record.authority or record.role) == one.name
            and record.fingerprint not in ledger.revoked
        ]
        return max(ends, default=0)


def generation(name: str) -> tuple[str, int]:
    """The place and the number a name stands for: `card` is the first of `card`, then `card-2`."""
    found = _NAME.match(name)
    slot = found["slot"] if found else ""
    number = int(found["number"] or 1) if found else 0
    if slot not in (*SLOTS, ROOT) or (found is not None and found["number"] == "1"):
        raise Untrusted("own.name", name=name[:64])
    return slot, number


def name_of(slot: str, number: int) -> str:
    """The name of the generation with this number."""
    return slot if number == 1 else f"{slot}-{number}"


def next_name(owned: Owned, slot: str) -> str:
    """The name of the generation after the last one."""
    numbers = [generation(one.name)[1] for one in owned.of(slot)]
    return name_of(slot, 1 + max(numbers, default=0))


def dump(owned: Owned) -> bytes:
    """The file."""
    listed: list[Json] = [
        {
            "name": one.name,
            "slot": one.slot,
            "since": one.since,
            "certificate": encoded(one.certificate),
            **({"revoked": one.revoked} if one.revoked is not None else {}),
        }
        for one in owned.own
    ]
    crls: Object = {name: base64url.encode_padded(data) for name, data in owned.crls.items()}
    roots = strictjson.loads_object(rootchain.write(owned.roots))["roots"]
    return strictjson.dumps({"version": 1, "roots": roots, "crls": crls, "own": listed})


def load(data: bytes) -> Owned:
    """What such a file says; it was checked before it was written."""
    document = strictjson.loads_object(data, max_bytes=MAX_FILE)
    crls = strictjson.obj(document, "crls")
    return Owned(
        roots=roots_of(document),
        crls={name: base64url.decode_padded(strictjson.text(crls, name)) for name in crls},
        own=tuple(
            Own(
                name=strictjson.text(one, "name"),
                slot=strictjson.text(one, "slot"),
                since=strictjson.integer(one, "since"),
                certificate=certificate(strictjson.text(one, "certificate")),
                revoked=strictjson.integer(one, "revoked") if "revoked" in one else None,
            )
            for one in strictjson.array(document, "own")
            if isinstance(one, dict)
        ),
    )


def roots_of(document: Object) -> tuple[Root, ...]:
    """The roots a document of ours lists under `roots`, in the shape of `roots.json`."""
    listed = strictjson.array(document, "roots")
    return rootchain.read(strictjson.dumps({"version": 1, "roots": listed}))


def encoded(found: x509.Certificate) -> str:
    """A certificate as documents of ours carry it."""
    return base64url.encode_padded(found.public_bytes(Encoding.DER))


def certificate(text: str) -> x509.Certificate:
    """A certificate out of a document of ours."""
    try:
        return x509.load_der_x509_certificate(base64url.decode_padded(text))
    except ValueError:
        raise Untrusted("own.certificate") from None
