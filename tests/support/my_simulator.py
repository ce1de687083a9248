"""A municipality with its `my` API in memory: cases, decisions, processing; hostile by knob."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from support.home_issuer import HomeIssuer
from support.issuer_simulator import JSON, KINDS, same
from support.logging_in import log_in
from support.network import reply
from support.scheme import TestIssuer
from support.wallet_world import World, world

from credential import decision
from credential.decision import Decision, Words
from wallet.fetch import Call, Reply
from wallet.service.refresh import AT_SETTING

DAY = 86_400
FOUR_WEEKS = 28 * DAY
REASON = Words("In de akte staat het anders.", "The certificate says otherwise.")
REMEDY = Words("Maak bezwaar vóór 12-02-2026.", "Object before 12-02-2026.")


@dataclass
class MySimulator(HomeIssuer):
    """Keeps cases by their number; `case` and `ruling` change what an honest one would say."""

    case: Callable[[dict], dict] = same
    ruling: Callable[[Decision], Decision] = same
    signer: TestIssuer | None = None
    unsigned_decisions: bool = False
    refuse: tuple[int, str] | None = None
    """Status and code that everything posted gets."""
    cases: dict[str, dict] = field(default_factory=dict)
    decided_cases: dict[str, str] = field(default_factory=dict)
    by_key: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    posted: list[tuple[str, dict]] = field(default_factory=list)
    processing: dict[str, Any] = field(default_factory=lambda: {"processing": [], "queries": []})
    my_cards: list[dict] = field(default_factory=list)

    def _my(self, call: Call, path: str) -> Reply:
        refused = self._authorised(call)
        if refused is not None:
            return refused
        self.my_calls.append(call)
        parts = path.strip("/").split("/")
        return self._get(parts) if call.method == "GET" else self._post(parts, call)

    # What a clerk does.

    def open(self, type_: str = "card", kind: str = "urgentie", **members: Any) -> str:
        """A case that began on the pages of the municipality."""
        name = f"CASE{len(self.cases) + 1:04}"
        self.cases[name] = {
            "id": name,
            "type": type_,
            "kind": kind,
            "phase": "received",
            "received_at": self.now,
            "due": self.now + FOUR_WEEKS,
            "extended": False,
            "history": [{"phase": "received", "at": self.now}],
            "may_supplement": True,
            "ask_recipients": False,
            **members,
        }
        return name

    def move(self, name: str, phase: str, **members: Any) -> None:
        """A case goes on."""
        case = self.cases[name]
        case["phase"] = phase
        case["history"] = [*case["history"], {"phase": phase, "at": self.now}]
        case.update(members)

    def decide(self, name: str, outcome: str = "refused", phase: str = "decided") -> None:
        """A decision, signed; a refusal with its reason."""
        case = self.cases[name]
        said = {} if outcome == "granted" else {"reason": {"nl": REASON.nl, "en": REASON.en}}
        remedy = {"nl": REMEDY.nl, "en": REMEDY.en}
        self.move(name, phase, outcome=outcome, remedy=remedy, may_supplement=False, **said)
        party = self.signer or self.party
        found = self.ruling(
            Decision(
                issuer=self.id,
                oin=party.oin,
                case=name,
                type=case["type"],
                kind=case["kind"],
                outcome=outcome,
                at=self.now,
                iat=self.now,
                remedy=REMEDY,
                reason=None if outcome == "granted" else REASON,
            )
        )
        self.decided_cases[name] = decision.build(
            found, signer=party.access.signer, x5c=party.access.x5c
        )

    # The API.

    def _get(self, parts: list[str]) -> Reply:
        match parts:
            case [""]:
                cases = [self.case(dict(one)) for one in self.cases.values()]
                return self._ok({"cards": self.my_cards, "cases": cases, "refill": {}})
            case ["cases", name] if name in self.cases:
                return self._ok(self._one(name))
            case ["processing"]:
                return self._ok(self.processing)
            case _:
                return self._no(404, "not_found")

    def _post(self, parts: list[str], call: Call) -> Reply:
        asked = json.loads(call.body)
        self.posted.append(("/".join(parts), asked))
        if self.refuse is not None:
            return self._no(*self.refuse)
        match parts:
            case ["cases"]:
                return self._open(call, asked)
            case ["cases", name, "supplement"] if name in self.cases:
                self.move(name, "in_progress", question=None, may_supplement=False)
            case ["cases", name, "recipients"] if name in self.cases:
                self.cases[name]["tell_recipients"] = asked["tell"]
            case ["cases", name, "withdraw"] if name in self.cases:
                self.move(name, "withdrawn", may_supplement=False)
            case _:
                return self._no(404, "not_found")
        return self._ok(self._one(parts[1]))

    def _open(self, call: Call, asked: dict) -> Reply:
        key = call.headers["idempotency-key"]
        if key not in self.by_key:
            self.by_key[key] = (call.body, self.open(asked["type"], asked["kind"]))
        body, name = self.by_key[key]
        if body != call.body:
            return self._no(409, "key_reused")
        return self._ok(self._one(name), 201)

    def _one(self, name: str) -> dict:
        found: dict[str, Any] = {"case": self.case(dict(self.cases[name]))}
        if name in self.decided_cases and not self.unsigned_decisions:
            found["decision"] = self.decided_cases[name]
        return found

    def _ok(self, body: dict, status: int = 200) -> Reply:
        return reply(status, json.dumps(body), JSON)

    def _no(self, status: int, code: str) -> Reply:
        return reply(status, json.dumps({"error": code}), JSON)


@contextmanager
def at_home(folder: Path) -> Iterator[World]:
    """A world whose resident logged in and has cards; `town.issuer` is a MySimulator."""
    town = world(folder, cards=False, issuing=MySimulator)
    log_in(town, *KINDS)
    town.network.calls.clear()
    town.now = town.issuer.now = town.now + 60
    # Looked after a moment ago: the screens begin at the first one.
    town.wallet.store.set_setting(AT_SETTING, town.now)
    yield town
    town.wallet.close()


def my(town: World) -> MySimulator:
    """The municipality of this world."""
    assert isinstance(town.issuer, MySimulator)
    return town.issuer


def other(found: Decision, **changes: Any) -> Decision:
    """A decision with other members."""
    return replace(found, **changes)
