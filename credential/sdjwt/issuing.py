"""Makes an SD-JWT: hides what is marked, digests innermost first (RFC 9901, 4.2)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias, cast

from credential import base64url, jose
from credential.errors import Malformed, NotAllowed
from credential.names import TYP_CARD
from credential.strictjson import Json, Object, dumps_text

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


@dataclass(frozen=True, slots=True, repr=False)
class Disclosable:
    """Marks the value of a member or an array element that the holder may withhold."""

    value: "Issuable"


@dataclass(frozen=True, slots=True, repr=False)
class Decoys:
    """An object whose hidden members are not to be counted: `count` digests of nothing."""

    members: "Mapping[str, Issuable]"
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
    for name in never & payload.keys():
        if type(payload[name]) not in _SCALARS:
            _require_visible(name, payload[name])
    hidden = decoys + _count_in_object(payload)
    making = _Making(entropy(SALT_BYTES * hidden) if hidden else b"")
    try:
        body = making.object(payload, decoys)
    except UnicodeEncodeError:
        raise Malformed("json.unwritable", "RFC8259 8.2") from None
    if hidden:
        body["_sd_alg"] = "sha-256"
    issuer_jwt = jose.sign(body, typ=typ, signer=signer, header=jose.x5c_header(x5c))
    return "~".join((issuer_jwt, *making.disclosures, ""))


def _require_visible(name: str, value: Issuable) -> None:
    entries = name == "aud" and isinstance(value, list | tuple)
    if isinstance(value, Disclosable) or (not entries and _count(value)):
        raise NotAllowed("sdjwt.never_disclosable", "RFC9901 9.7", claim=name)


def _count(value: Issuable) -> int:
    if isinstance(value, Disclosable):
        return 1 + _count(value.value)
    if isinstance(value, Decoys):
        return value.count + _count_in_object(value.members)
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

    __slots__ = ("_at", "_salts", "disclosures")

    def __init__(self, entropy: bytes) -> None:
        self._salts = base64url.encode(entropy)
        self._at = 0
        self.disclosures: list[str] = []

    def object(self, members: Mapping[str, Issuable], decoys: int) -> Object:
        made: Object = {}
        hidden: list[str] = []
        for name, value in members.items():
            if name in RESERVED:
                raise NotAllowed("sdjwt.reserved_name", "RFC9901 4.1", claim=name)
            if isinstance(value, Disclosable):
                hidden.append(self._disclose(f"{dumps_text(name)},", value.value))
            else:
                made[name] = self.value(value)
        # A digest of nothing looks like any other (RFC 9901, 4.2.5).
        hidden.extend(self._salt() for _ in range(decoys))
        if hidden:
            # Sorted, so that the order tells nothing about the claims (RFC 9901, 4.2.4.1).
            made["_sd"] = [*sorted(base64url.sha256_each(hidden))]
        return made

    def value(self, value: Issuable) -> Json:
        # Exact types first: a card is made of these, and asking for more costs more.
        if type(value) in _SCALARS:
            return cast("Json", value)
        if isinstance(value, dict):
            return self.object(value, 0)
        if isinstance(value, list | tuple):
            return [self._element(element) for element in value]
        if isinstance(value, Decoys):
            return self.object(value.members, value.count)
        if isinstance(value, Mapping):
            return self.object(value, 0)
        # A mark inside a mark, or something that is no JSON at all.
        raise NotAllowed("sdjwt.not_a_claim", "RFC9901 4.2")

    def _element(self, element: Issuable) -> Json:
        if isinstance(element, Disclosable):
            return {"...": base64url.sha256(self._disclose("", element.value))}
        return self.value(element)

    def _salt(self) -> str:
        start = self._at
        self._at = start + _SALT_LENGTH
        return self._salts[start : self._at]

    def _disclose(self, name: str, value: Issuable) -> str:
        content = f'["{self._salt()}",{name}{dumps_text(self.value(value))}]'
        disclosure = base64url.encode(content.encode())
        self.disclosures.append(disclosure)
        return disclosure
