"""What a request holds, against what its operation declares: all faults at once, or values."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl

from credential import strictjson
from credential.errors import CredentialError
from credential.strictjson import Json, Object
from verifier.web.api.operations import KEY, PATH, Operation, Parameter
from verifier.web.api.schema import Fault, Whole

MAX_FIELDS: Final = 32
MAX_BODY: Final = 16_384


@dataclass(frozen=True)
class Placed:
    """A fault, and in which part of the request."""

    part: str
    fault: Fault

    def location(self) -> Object:
        """Where exactly; for a parameter nobody knows, no name is repeated."""
        if self.part == "body":
            return {"pointer": self.fault.pointer}
        return {"name": str(self.fault.where[0])} if self.fault.where else {}


@dataclass
class Read:
    """What was found in order so far, and what was not."""

    query: dict[str, Json] = field(default_factory=dict)
    body: Object = field(default_factory=dict, repr=False)
    faults: list[Placed] = field(default_factory=list)

    def wrong(self, part: str, fault: Fault) -> None:
        """One more."""
        self.faults.append(Placed(part, fault))


def path(operation: Operation, given: dict[str, str]) -> dict[str, str] | None:
    """The parts of the path that have a name, or `None` when one cannot be such a part."""
    for name in operation.names:
        if any(PATH[name].faults(given[name], ())):
            return None
    return {name: given[name] for name in operation.names}


def query(found: Read, parameters: Sequence[Parameter], text: str) -> None:
    """The query string: known names, each once, of the right shape."""
    try:
        pairs = parse_qsl(
            text,
            keep_blank_values=True,
            strict_parsing=bool(text),
            errors="strict",
            max_num_fields=MAX_FIELDS,
        )
    except ValueError:
        found.wrong("query", Fault((), "form"))
        return
    known = {one.name: one for one in parameters}
    seen: set[str] = set()
    for name, value in pairs:
        parameter = known.get(name)
        if parameter is None:
            found.wrong("query", Fault((), "unknown"))
        elif name in seen:
            found.wrong("query", Fault((name,), "twice"))
        else:
            _parameter(found, parameter, value)
        seen.add(name)


def _parameter(found: Read, parameter: Parameter, text: str) -> None:
    where = (parameter.name,)
    value: Json = text
    if parameter.choices:
        parts = text.split(",")
        if len(set(parts)) != len(parts):
            found.wrong("query", Fault(where, "twice"))
        elif not set(parts) <= set(parameter.choices):
            found.wrong("query", Fault(where, "choice"))
        else:
            found.query[parameter.name] = list(parts)
        return
    if isinstance(parameter.shape, Whole):
        # As it is written in JSON: no plus sign, no blanks, no other digits than 0 to 9.
        value = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text  # noqa: PLR2004
    faults = list(parameter.shape.faults(value, where))
    for fault in faults:
        found.wrong("query", fault)
    if not faults:
        found.query[parameter.name] = value


def body(found: Read, operation: Operation, data: bytes) -> None:
    """The JSON body; one that may be empty may also be left out."""
    assert operation.body is not None
    shape = operation.body
    if not data and not shape.members:
        return
    try:
        value = strictjson.loads(data, max_bytes=MAX_BODY)
    except CredentialError:
        found.wrong("body", Fault((), "json"))
        return
    faults = list(shape.faults(value, ()))
    for fault in faults:
        found.wrong("body", fault)
    if not faults and isinstance(value, dict):
        found.body = value


def key(found: Read, given: Sequence[str]) -> str | None:
    """The Idempotency-Key, if one was sent."""
    if not given:
        return None
    if len(given) > 1:
        found.wrong("header", Fault(("Idempotency-Key",), "twice"))
        return None
    for fault in KEY.faults(given[0], ("Idempotency-Key",)):
        found.wrong("header", fault)
    return given[0]
