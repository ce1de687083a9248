"""Reads an SD-JWT by the rules of RFC 9901, 7.1: everything fits, or nothing is shown.

The order is ours: what costs little comes before the signature, and what comes out of
that first part is still a type nobody can take claims from by accident.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from credential import base64url, jose, strictjson
from credential.errors import Malformed
from credential.names import Path
from credential.sdjwt.selecting import Disclosure, VerifiedSdJwt
from credential.strictjson import Json, Object

MAX_BYTES: Final = 131_072
MAX_DISCLOSURES: Final = 512
# Disclosures nest in disclosures, so the bound of one JSON text is not enough.
MAX_NESTING: Final = 32

_PROPERTY: Final = 3
_ELEMENT: Final = 2
_NESTED: Final = frozenset({dict, list})
_RESERVED: Final = frozenset({"_sd", "...", "_sd_alg"})


@dataclass(frozen=True, slots=True, repr=False)
class UnverifiedSdJwt:
    """The parts of an SD-JWT; nobody has looked into them yet."""

    issuer_jwt: jose.UnverifiedJws
    disclosures: tuple[str, ...]
    kb_jwt: str | None
    presented: str
    """What `sd_hash` covers: all up to and with the last `~` (RFC 9901, 4.3.1)."""


@dataclass(frozen=True, slots=True, repr=False)
class ProcessedSdJwt:
    """An SD-JWT whose parts fit together; the signature is still to be checked."""

    source: UnverifiedSdJwt
    dangerous_payload: Object
    disclosures: tuple[Disclosure, ...]
    gaps: Mapping[Path, tuple[int, ...]]


def parse(
    compact: str,
    *,
    typ: str | frozenset[str],
    max_bytes: int = MAX_BYTES,
    headers: jose.HeaderCache | None = None,
) -> UnverifiedSdJwt:
    """The parts of the compact form (RFC 9901, 4); the last is empty or a KB-JWT."""
    if len(compact) > max_bytes:
        raise Malformed("sdjwt.size", "RFC 9901 4", limit=max_bytes)
    if not compact.isascii():
        raise Malformed("sdjwt.characters", "RFC 9901 4")
    issuer_jwt, *disclosures = compact.split("~")
    if not disclosures:
        raise Malformed("sdjwt.no_tilde", "RFC 9901 4")
    if len(disclosures) > MAX_DISCLOSURES:
        raise Malformed("sdjwt.too_many_disclosures", "RFC 9901 4", limit=MAX_DISCLOSURES)
    last = disclosures.pop()
    return UnverifiedSdJwt(
        jose.parse(issuer_jwt, typ=typ, max_bytes=max_bytes, headers=headers),
        tuple(disclosures),
        last or None,
        compact[: -len(last)] if last else compact,
    )


def verify(unverified: UnverifiedSdJwt, key: jose.PublicKey) -> VerifiedSdJwt:
    """The SD-JWT with its processed payload, if every rule of RFC 9901, 7.1 holds."""
    return confirm(process(unverified), key)


def confirm(processed: ProcessedSdJwt, key: jose.PublicKey) -> VerifiedSdJwt:
    """Checks the issuer's signature over what was processed (RFC 9901, 7.1, step 2)."""
    jose.verify(processed.source.issuer_jwt, key)
    return _verified(processed)


def dangerous_reopen(unverified: UnverifiedSdJwt) -> VerifiedSdJwt:
    """For a holder's own store only: verified on receipt, kept where nobody else writes."""
    return _verified(process(unverified))


def _verified(processed: ProcessedSdJwt) -> VerifiedSdJwt:
    jws = processed.source.issuer_jwt
    return VerifiedSdJwt(
        jws.header, processed.dangerous_payload, jws.raw, processed.disclosures, processed.gaps
    )


def process(unverified: UnverifiedSdJwt) -> ProcessedSdJwt:
    """Puts every disclosure in its place (RFC 9901, 7.1, steps 3 to 5)."""
    payload = unverified.issuer_jwt.dangerous_payload()
    if payload.get("_sd_alg", "sha-256") != "sha-256":
        raise Malformed("sdjwt.sd_alg", "RFC 9901 4.1.1")
    processing = _Processing(unverified.disclosures)
    processed = processing.object(payload, (), None, top=True)
    return ProcessedSdJwt(unverified, processed, processing.placed(), processing.gaps)


class _Processing:
    """One walk: which digests were met, where each disclosure went."""

    __slots__ = ("_by_digest", "_met", "_octets", "_placed", "_raw", "gaps")

    def __init__(self, disclosures: tuple[str, ...]) -> None:
        self._raw = disclosures
        self._octets = [raw.encode("ascii") for raw in disclosures]
        digests = base64url.sha256_each(self._octets)
        self._by_digest = {digest: index for index, digest in enumerate(digests)}
        if len(self._by_digest) != len(disclosures):
            raise Malformed("sdjwt.duplicate_disclosure", "RFC 9901 7.1.4")
        self._met: set[str] = set()
        self._placed: list[Disclosure | None] = [None] * len(disclosures)
        self.gaps: dict[Path, tuple[int, ...]] = {}

    def placed(self) -> tuple[Disclosure, ...]:
        placed = [part for part in self._placed if part is not None]
        if len(placed) != len(self._raw):
            raise Malformed(
                "sdjwt.orphan_disclosure", "RFC 9901 7.1.5", count=len(self._raw) - len(placed)
            )
        return tuple(placed)

    def object(
        self, members: Object, path: Path, parent: int | None, *, top: bool = False
    ) -> Object:
        if len(path) > MAX_NESTING:
            raise Malformed("sdjwt.nesting", "RFC 9901 4.2.6", limit=MAX_NESTING)
        made = members.copy()
        if "..." in made or ("_sd_alg" in made and not top):
            raise Malformed("sdjwt.reserved_name", "RFC 9901 4.1")
        made.pop("_sd_alg", None)
        digests: Json = made.pop("_sd", [])
        for name, value in made.items():
            if type(value) is dict:
                made[name] = self.object(value, (*path, name), parent)
            elif type(value) is list:
                made[name] = self._array(value, (*path, name), parent)
        if digests != []:
            self._reveal_members(digests, made, path, parent)
        return made

    def _reveal_members(self, digests: Json, made: Object, path: Path, parent: int | None) -> None:
        if not isinstance(digests, list):
            raise Malformed("sdjwt.sd_not_an_array", "RFC 9901 4.2.4.1")
        for digest, index in self._look_up(digests):
            content = self._content(index)
            if len(content) != _PROPERTY:
                raise Malformed("sdjwt.property_length", "RFC 9901 7.1.3", count=len(content))
            name, value = content[1:]
            if not isinstance(name, str):
                raise Malformed("sdjwt.name_not_a_string", "RFC 9901 4.2.1")
            if name in _RESERVED:
                raise Malformed("sdjwt.reserved_name", "RFC 9901 7.1.3")
            if name in made:
                raise Malformed("sdjwt.name_clash", "RFC 9901 7.1.3")
            made[name] = self._reveal(index, digest, value, (*path, name), parent)

    def _array(self, elements: list[Json], path: Path, parent: int | None) -> list[Json]:
        if len(path) > MAX_NESTING:
            raise Malformed("sdjwt.nesting", "RFC 9901 4.2.6", limit=MAX_NESTING)
        made: list[Json] = []
        issued: list[int] = []
        for position, element in enumerate(elements):
            here = (*path, position)
            if type(element) is dict and "..." in element:
                if len(element) != 1:
                    raise Malformed("sdjwt.placeholder", "RFC 9901 4.2.4.2")
                revealed = self._look_up([element["..."]])
                if not revealed:
                    continue
                digest, index = revealed[0]
                content = self._content(index)
                if len(content) != _ELEMENT:
                    raise Malformed("sdjwt.element_length", "RFC 9901 7.1.3", count=len(content))
                made.append(self._reveal(index, digest, content[1], here, parent))
            else:
                made.append(
                    self._value(element, here, parent) if type(element) in _NESTED else element
                )
            issued.append(position)
        if len(issued) != len(elements):
            self.gaps[path] = tuple(issued)
        return made

    def _value(self, value: Json, path: Path, parent: int | None) -> Json:
        if type(value) is dict:
            return self.object(value, path, parent)
        if type(value) is list:
            return self._array(value, path, parent)
        return value

    def _reveal(self, index: int, digest: str, value: Json, path: Path, parent: int | None) -> Json:
        self._placed[index] = Disclosure(self._raw[index], digest, path, parent)
        return self._value(value, path, index) if type(value) in _NESTED else value

    def _look_up(self, digests: list[Json]) -> list[tuple[str, int]]:
        """Those of the digests that a disclosure answers; each may be met once, ever."""
        known = self._by_digest
        texts = [digest for digest in digests if type(digest) is str]
        if len(texts) != len(digests):
            raise Malformed("sdjwt.digest_not_a_string", "RFC 9901 4.2.4")
        before = len(self._met)
        self._met.update(texts)
        if len(self._met) != before + len(texts):
            raise Malformed("sdjwt.duplicate_digest", "RFC 9901 7.1.4")
        return [(digest, known[digest]) for digest in texts if digest in known]

    def _content(self, index: int) -> list[Json]:
        content = strictjson.loads(base64url.decode(self._octets[index]))
        if not isinstance(content, list):
            raise Malformed("sdjwt.disclosure", "RFC 9901 4.2")
        if content and not isinstance(content[0], str):
            raise Malformed("sdjwt.salt", "RFC 9901 4.2.1")
        return content
