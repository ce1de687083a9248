"""Reading the register from outside, as an auditor does: who signed it, for whom, until when.

Nothing but the file is looked at: TS5 names a key by an `x-jku-url` of the http answer, which is
never followed; the signer is one the scheme's snapshot pins (Regie trust 5, 7).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from credential import jose, strictjson
from credential.errors import Malformed, NotTrusted, NotValidNow
from credential.names import Path
from credential.registration import covers, payload
from credential.staleness import SCHEME_CLOCK
from credential.strictjson import Json, Object
from credential.trust import leaf as leaves
from credential.trust.chains import check_signer, check_times
from registrar import lote, registry
from registrar.registry import INDEX, TYP

Read: TypeAlias = Callable[[str], bytes]

MAX_ANSWER: Final = 16 * 1024 * 1024
_SECTION: Final = "Regie trust 5"
_IDENTIFIER: Final = re.compile(r"[A-Z]{3}[A-Z]{2}-[A-Za-z0-9][A-Za-z0-9.]{0,63}")
_USE: Final = re.compile(r"(?!\.{1,2}\Z)[A-Za-z0-9._-]{1,64}")


@dataclass(frozen=True)
class Reader:
    """The register of one scheme: where it stands, and who may sign it."""

    read: Read = field(repr=False)
    registry_uri: str
    pins: Sequence[bytes] = field(repr=False)
    """The signers of lists the snapshot names, as DER."""

    def parties(self, *, now: int) -> list[Object]:
        """Every registered party."""
        found = self.answer(INDEX, now=now)
        if not isinstance(found, list):
            raise Malformed("registry.data", _SECTION)
        return [_object(one) for one in found]

    def party(self, identifier: str, *, now: int) -> Object:
        """The party with this identifier; refuses the answer about anybody else."""
        if not _IDENTIFIER.fullmatch(identifier):
            raise Malformed("registry.identifier", _SECTION)
        found = _object(self.answer(registry.party_path(identifier), now=now))
        listed = [_object(one) for one in strictjson.array(found, "identifier")]
        if identifier not in [strictjson.text(one, "identifier") for one in listed]:
            raise NotTrusted("registry.other_party", _SECTION)
        return found

    def intended_use(self, identifier: str, use: str, *, now: int) -> Object | None:
        """What this party registered under this purpose; `None` is not registered."""
        if not _IDENTIFIER.fullmatch(identifier) or not _USE.fullmatch(use):
            raise Malformed("registry.identifier", _SECTION)
        try:
            answer = self.answer(registry.use_path(identifier, use), now=now)
        except (FileNotFoundError, KeyError):
            return None
        found = _object(answer)
        if strictjson.text(found, "intendedUseIdentifier") != use:
            raise NotTrusted("registry.other_use", _SECTION)
        if found.get("isRegistered") is not True or "revokedAt" in found:
            return None
        return found

    def answer(self, path: str, *, now: int) -> Json:
        """The data of the answer at this place, if the register signed it for there and now."""
        data = self.read(path)
        if len(data) > MAX_ANSWER:
            raise Malformed("registry.too_large", _SECTION, limit=MAX_ANSWER)
        try:
            token = data.decode("ascii")
        except UnicodeDecodeError:
            raise Malformed("registry.ascii", "RFC 7515 7.1") from None
        jws = jose.parse(token, typ=TYP, max_bytes=MAX_ANSWER)
        chain = jws.x5c()
        if len(chain) != 1 or chain[0] not in self.pins:
            raise NotTrusted("registry.signer", _SECTION)
        certificate = leaves.load(chain[0])
        check_signer(certificate)
        signer = leaves.read(certificate, chain[0])
        check_times(signer, now)
        said = jose.verify(jws, signer.key).payload
        self._check_address(said, path)
        _check_times(said, now)
        if "data" not in said:
            raise Malformed("registry.data", _SECTION)
        return said["data"]

    def _check_address(self, said: Object, path: str) -> None:
        if strictjson.text(said, "iss") != self.registry_uri:
            raise NotTrusted("registry.issuer", "TS5 v1.3")
        if strictjson.text(said, "sub") != f"{self.registry_uri}/{path}":
            raise NotTrusted("registry.other_address", _SECTION)


def is_registered(use: Object, *, vct: str, path: Path) -> bool:
    """`check-intended-use`: whether this claim of this type is registered (Regie trust 2.8)."""
    return any(
        vct in grant.types and any(covers(claim.path, path) for claim in grant.claims)
        for grant in payload.credentials(use)
    )


def pins_of(files: Mapping[str, str], read: Read) -> list[bytes]:
    """The signers of lists, as the files of a verified snapshot name them."""
    return [read(path) for path in sorted(files) if path.startswith("signers/")]


def _check_times(said: Object, now: int) -> None:
    issued, ends = strictjson.integer(said, "iat"), strictjson.integer(said, "exp")
    if issued > now + SCHEME_CLOCK:
        raise NotValidNow("registry.not_yet_valid", _SECTION)
    if ends <= now:
        raise NotValidNow("registry.expired", _SECTION)
    if not 0 < ends - issued <= lote.PERIOD:
        raise NotTrusted("registry.period", _SECTION)


def _object(value: Json) -> Object:
    if not isinstance(value, dict):
        raise Malformed("registry.data", _SECTION)
    return value
