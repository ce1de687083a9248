"""Makes an SD-JWT: hides what is marked, digests innermost first (RFC 9901, 4.2)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from credential import base64url, jose
from credential.errors import Malformed, NotAllowed
from credential.names import TYP_CARD
from credential.strictjson import Json, Object, dumps_text, quote

SALT_BYTES: Final = 18
"""At least 128 bits for each disclosure (RFC 9901, 9.3); 18 bytes are 24 whole characters."""

_SALT_LENGTH: Final = 24

RESERVED: Final = frozenset({"_sd", "...", "_sd_alg"})
# Whoever hides one of these lets a holder take away what the verifier relies on
# (RFC 9901, 9.7). `aud` may hide single entries.
NEVER_DISCLOSABLE: Final = frozenset({"iss", "nbf", "exp", "cnf", "aud"})
# SD-JWT VC adds its own (SD-JWT VC, 2.2.2.2).
CARD_NEVER_DISCLOSABLE: Final = NEVER_DISCLOSABLE | {
    "vct",
    "vct#integrity",
    "aka_vcts",
    "status",
}


class Disclosable:
    """Marks the value of a member or an array element that the holder may withhold."""

    # No dataclass: a card makes a dozen of these, and freezing each takes as long as a hash.
    __slots__ = ("value",)

    def __init__(self, value: "Issuable") -> None:
        self.value = value


@dataclass(frozen=True, slots=True, repr=False)
class Decoys:
    """An object or array whose hidden parts are not to be counted: `count` digests of nothing."""

    members: "Mapping[str, Issuable] | Sequence[Issuable]"
    count: int


Issuable: TypeAlias = (
    "str | int | float | bool | Disclosable | Decoys"
    " | Sequence[Issuable] | Mapping[str, Issuable] | None"
)
_SCALARS: Final = frozenset({str, int, bool, float, type(None)})


def issue(
    payload: Mapping[str, Issuable],
    *,
    signer: jose.Signer,
    x5c: Sequence[bytes],
    typ: str,
    entropy: Callable[[int], bytes],
    decoys: int = 0,
) -> str:
    """The issuer-signed SD-JWT with all its disclosures; all salts come from one `entropy` call.

    Refuses reserved names, and hiding a claim that must stay visible.
    """
    never = CARD_NEVER_DISCLOSABLE if typ == TYP_CARD else NEVER_DISCLOSABLE
    for name in never.intersection(payload):
        if type(payload[name]) not in _SCALARS:
            _require_visible(name, payload[name])
    hidden = decoys + _count_in_object(payload)
    drawn = entropy(SALT_BYTES * hidden) if hidden else b""
    if len(drawn) != SALT_BYTES * hidden:
        # A salt that is short, or none, would let anyone guess what is hidden.
        raise ValueError("the entropy came short")
    making = _Making(drawn)
    try:
        body = making.object(payload, decoys)
    except UnicodeEncodeError:
        raise Malformed("json.unwritable", "RFC 8259 8.2") from None
    if hidden:
        body["_sd_alg"] = "sha-256"
    issuer_jwt = jose.sign(body, typ=typ, signer=signer, x5c=x5c)
    return b"~".join((issuer_jwt.encode(), *making.disclosures, b"")).decode()


def _require_visible(name: str, value: Issuable) -> None:
    entries = name == "aud" and isinstance(value, list | tuple)
    if isinstance(value, Disclosable) or (not entries and _count(value)):
        raise NotAllowed("sdjwt.never_disclosable", "RFC 9901 9.7", claim=name)


def _count(value: Issuable) -> int:
    if isinstance(value, dict):
        return _count_in_object(value)
    if isinstance(value, Disclosable):
        return 1 + _count(value.value)
    if isinstance(value, Decoys):
        return value.count + _count(value.members)
    if isinstance(value, list | tuple):
        return sum(_count(element) for element in value)
    return _count_in_object(value) if isinstance(value, Mapping) else 0


def _count_in_object(members: Mapping[str, Issuable]) -> int:
    hidden = 0
    for member in members.values():
        value = member
        if type(value) is Disclosable:
            hidden += 1
            value = value.value
        if type(value) not in _SCALARS:
            hidden += _count(value)
    return hidden


class _Making:
    """Takes salts off one string and collects disclosures; lives for one `issue`."""

    __slots__ = ("_salts", "disclosures")

    def __init__(self, entropy: bytes) -> None:
        salts = base64url.encode(entropy)
        length = _SALT_LENGTH
        self._salts = iter([salts[at : at + length] for at in range(0, len(salts), length)])
        self.disclosures: list[bytes] = []

    def object(self, members: Mapping[str, Issuable], decoys: int) -> Object:
        made: Object = {}
        hidden: list[bytes] = []
        for name, value in members.items():
            if name in RESERVED:
                raise NotAllowed("sdjwt.reserved_name", "RFC 9901 4.1", claim=name)
            if isinstance(value, Disclosable):
                hidden.append(self._disclose(f"{quote(name)},", value.value))
            elif type(value) in _SCALARS:
                made[name] = value  # type: ignore[assignment]
            else:
                made[name] = self._value(value)
        # A digest of nothing looks like any other (RFC 9901, 4.2.5).
        hidden.extend(next(self._salts).encode() for _ in range(decoys))
        if hidden:
            # Sorted, so that the order tells nothing about the claims (RFC 9901, 4.2.4.1).
            made["_sd"] = [*sorted(base64url.sha256_each(hidden))]
        return made

    def _value(self, value: Issuable) -> Json:
        if isinstance(value, dict):
            return self.object(value, 0)
        if isinstance(value, list | tuple):
            return [self._element(element) for element in value]
        if isinstance(value, Decoys):
            return self._padded(value)
        if isinstance(value, Mapping):
            return self.object(value, 0)
        # A mark inside a mark, or something that is no JSON at all.
        raise NotAllowed("sdjwt.not_a_claim", "RFC 9901 4.2")

    def _padded(self, value: Decoys) -> Json:
        if isinstance(value.members, Mapping):
            return self.object(value.members, value.count)
        shown = [self._element(element) for element in value.members]
        salts = [next(self._salts).encode() for _ in range(value.count)]
        # Behind the elements, so that none changes its place (RFC 9901, 4.2.5).
        shown += [{"...": digest} for digest in base64url.sha256_each(salts)]
        return shown

    def _element(self, element: Issuable) -> Json:
        if isinstance(element, Disclosable):
            return {"...": base64url.sha256(self._disclose("", element.value))}
        return element if type(element) in _SCALARS else self._value(element)  # type: ignore[return-value]

    def _disclose(self, name: str, value: Issuable) -> bytes:
        if type(value) is str:
            written = quote(value)
        else:
            written = dumps_text(value if type(value) in _SCALARS else self._value(value))  # type: ignore[arg-type]
        content = f'["{next(self._salts)}",{name}{written}]'
        disclosure = base64url.encode_ascii(content.encode())
        self.disclosures.append(disclosure)
        return disclosure
