"""An organisation that sends anything: every member of every message can be turned into poison."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from support.verifier_simulator import VerifierSimulator, same

from credential import jose
from credential.names import TYP_RECEIPT, TYP_RIGHTS_ANSWER
from wallet.fetch import Call, Reply

MARK = "KAAPT"
ESCAPES = f"\x1b[2J\x1b]0;{MARK}\x07\x9b31m\u202e{MARK}\u2066\x08\r\n\x00\u200b"
"""Clears the screen, renames the window, colours, turns the text round, goes back, ends a line."""
HUGE = "x" * 60_000
GONE = object()


def _deep() -> Any:
    made: Any = "x"
    for _ in range(100):
        made = [made]
    return made


CHANGES: dict[str, Callable[[Any], Any]] = {
    "escapes": lambda old: f"{ESCAPES}{old}{ESCAPES}" if isinstance(old, str) else ESCAPES,
    "huge": lambda _: HUGE,
    "a number": lambda _: -1,
    "nothing": lambda _: None,
    "deep": lambda _: _deep(),
    "a list of what it was": lambda old: [old],
    "gone": lambda _: GONE,
}


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a message: members, elements, and what is in them."""
    inside = value.items() if isinstance(value, dict) else ()
    if isinstance(value, list):
        inside = enumerate(value)
    for name, part in inside:
        yield (*at, name)
        yield from places(part, (*at, name))


def changed(value: Any, at: tuple[Any, ...], how: Callable[[Any], Any]) -> Any:
    """The same message, with something else at that place."""
    name, *rest = at
    made = dict(value) if isinstance(value, dict) else list(value)
    new = changed(made[name], tuple(rest), how) if rest else how(made[name])
    if new is GONE:
        del made[name]
    else:
        made[name] = new
    return made


@dataclass
class HostileVerifier(VerifierSimulator):
    """Signs properly, with its own key, whatever `poison` makes of a message."""

    where: str = ""
    poison: Callable[[Any], Any] = same
    transport: Callable[[Call, Reply], Reply] = lambda _, answer: answer
    seen: Any = None
    """The message as it would have been."""

    def _turned(self, where: str, message: Any) -> Any:
        if where != self.where:
            return message
        self.seen = message
        return self.poison(message)

    def _signed(self, where: str, token: str, typ: str) -> str:
        if where != self.where:
            return token
        payload = self._turned(where, jose.parse(token, typ=typ).dangerous_payload())
        access = self.party.access
        return jose.sign(payload, typ=typ, signer=access.signer, header=access.header)

    def __call__(self, call: Call) -> Reply:
        return self.transport(call, super().__call__(call))

    def request_claims(self) -> dict:
        return self._turned("request", super().request_claims())

    def _answer(self, message: dict) -> dict:
        return self._turned("answer", super()._answer(message))

    def make_receipt(self) -> str:
        return self._signed("receipt", super().make_receipt(), TYP_RECEIPT)

    def _rights(self, call: Call) -> Reply:
        found = super()._rights(call)
        if self.where != "rights" or found.media_type != "application/jwt":
            return found
        token = self._signed("rights", found.body.decode(), TYP_RIGHTS_ANSWER)
        return Reply(found.status, found.headers, token.encode())
