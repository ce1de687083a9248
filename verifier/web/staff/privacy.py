"""The privacy officer: requests with the legal clock, one of them, and what is decided."""

import json
import re
from collections.abc import Callable
from typing import Any, Final

from starlette.responses import Response

from credential.names import Path, path_text
from credential.rights import Right, State
from credential.strictjson import Json
from verifier.errors import UsageError
from verifier.processing import Activity
from verifier.service import cases
from verifier.service.cases import Case, CaseView
from verifier.service.staff import log, people
from verifier.staff import Act, Reason
from verifier.web.labels import Labels
from verifier.web.staff.room import HOME, Entry, Room, to

LIST: Final = f"{HOME}/verzoeken"
_FIELD: Final = "value-"
_MOST: Final = 200
_CASE: Final = re.compile(r"[A-Za-z0-9_-]{1,64}\Z", re.ASCII)


class Privacy:
    """What residents ask under AVG 12 to 22 and a machine may not decide."""

    def __init__(self, room: Room) -> None:
        self._room = room

    def every(self, entry: Entry) -> Response:
        """The list: what is late first, then what is due first; with `alles` what is over too."""
        whole, now = "alles" in entry.visit.query, self._room.verifier.now()
        after = entry.visit.query.get("na", "")
        found = cases.listed(
            self._room.verifier,
            state=None if whole else "open",
            after=after if _CASE.match(after) else None,
            limit=_MOST + 1,
        )
        rows = sorted(found[:_MOST], key=_first)
        return self._room.show(
            entry,
            "cases.html",
            rows=[(one, self._title(entry, one)) for one in rows],
            whole=whole,
            now=now,
            clock=cases.clock(self._room.verifier),
            after=found[_MOST - 1].id if len(found) > _MOST else None,
        )

    def one(self, entry: Entry) -> Response:
        """What was asked and what is held; that it was opened is on record."""
        return self._case(entry, self._find(entry), {})

    def decide(self, entry: Entry) -> Response:
        """Yes, partly or no; the resident hears it with the reason, signed."""
        view = self._find(entry)
        faults: dict[str, str] = {}
        state = {one.value: one for one in (State.DONE, State.PARTLY, State.REFUSED)}.get(
            entry.given("state")
        )
        if state is None:
            faults["state"] = entry.say("staff_case.state_wrong")
        corrected = self._corrected(entry, view, state, faults)
        if state is not None and state is not State.DONE:
            self._words(entry, faults, "nl", "en")
        if faults or state is None:
            return self._case(entry, view, faults)
        self._on_record(entry, view, Act.DECIDE)

        def act(by: str) -> object:
            return cases.decide(
                self._room.verifier,
                view.id,
                state=state,
                nl=entry.given("nl"),
                en=entry.given("en"),
                by=by,
                corrected=corrected or None,
            )

        return self._do(entry, view, act, "state")

    def extend(self, entry: Entry) -> Response:
        """More time, once; the resident reads why."""
        view = self._find(entry)
        faults: dict[str, str] = {}
        self._words(entry, faults, "more_nl", "more_en")
        if faults:
            return self._case(entry, view, faults)
        self._on_record(entry, view, Act.EXTEND)
        return self._do(
            entry,
            view,
            lambda by: cases.extend(
                self._room.verifier,
                view.id,
                nl=entry.given("more_nl"),
                en=entry.given("more_en"),
                by=by,
            ),
            "more_nl",
        )

    def lift(self, entry: Entry) -> Response:
        """The data is used again, a week after the resident was told."""
        view = self._find(entry)
        faults: dict[str, str] = {}
        self._words(entry, faults, "lift_nl", "lift_en")
        if faults:
            return self._case(entry, view, faults)
        self._on_record(entry, view, Act.LIFT)
        return self._do(
            entry,
            view,
            lambda by: cases.lift(
                self._room.verifier,
                view.id,
                nl=entry.given("lift_nl"),
                en=entry.given("lift_en"),
                by=by,
            ),
            "lift_nl",
        )

    # ---- what they share -------------------------------------------------------------------

    def _find(self, entry: Entry) -> CaseView:
        return cases.find(self._room.verifier, entry.visit.params["case"])

    def _do(
        self, entry: Entry, view: CaseView, act: Callable[[str], object], field: str
    ) -> Response:
        try:
            act(entry.employee.id)
        except UsageError as wrong:
            said = entry.say(f"staff_problem.{wrong.code.replace('.', '_')}")
            return self._case(entry, view, {field: said})
        return to(f"{LIST}/{view.id}")

    def _looked(self, entry: Entry, view: CaseView) -> None:
        """The page with what is held is being made."""
        verifier = self._room.verifier
        with verifier.store.writing() as connection:
            log.looked(
                connection,
                verifier,
                entry.employee,
                Act.CASE,
                now=verifier.now(),
                activity=Activity.STAFF_VIEW,
                registration=self._registration(view),
                reference=view.id,
                reason=Reason.RIGHTS,
            )

    def _on_record(self, entry: Entry, view: CaseView, act: Act) -> None:
        """Before it has an effect; the processing log is written with the decision itself."""
        verifier = self._room.verifier
        with verifier.store.writing() as connection:
            log.record(
                connection,
                verifier,
                entry.employee,
                act,
                now=verifier.now(),
                registration=self._registration(view),
                reference=view.id,
                reason=Reason.RIGHTS,
            )

    def _registration(self, view: CaseView) -> str | None:
        if view.number is None:
            return None
        return people.listed(self._room.verifier, view.number).id

    def _words(self, entry: Entry, faults: dict[str, str], *names: str) -> None:
        for name in names:
            if not entry.given(name):
                faults[name] = entry.say(f"staff_case.words_{name[-2:]}")

    def _corrected(
        self, entry: Entry, view: CaseView, state: State | None, faults: dict[str, str]
    ) -> dict[Path, Json]:
        """What takes the place of what is held: of the same kind, and only what was changed."""
        if view.right is not Right.RECTIFICATION or state in (None, State.REFUSED):
            return {}
        found: dict[Path, Json] = {}
        for number, (_, path, value) in enumerate(view.members):
            given = entry.given(f"{_FIELD}{number}")
            if not given or given == _text(value):
                continue
            typed = _typed(given, value)
            if typed is None:
                faults[f"{_FIELD}{number}"] = entry.say("staff_case.value_wrong")
            else:
                found[path] = typed
        if not found and not faults:
            faults[f"{_FIELD}0"] = entry.say("staff_case.nothing_corrected")
        return found

    def _case(self, entry: Entry, view: CaseView, faults: dict[str, str]) -> Response:
        self._looked(entry, view)
        labels = Labels(self._room.verifier, entry.language)
        vcts = self._vcts(view)
        reason = view.reason
        return self._room.show(
            entry,
            "case.html",
            here=f"{LIST}/{view.id}",
            faults=faults,
            view=view,
            title=self._title(entry, view),
            now=self._room.verifier.now(),
            claims=[_label(labels, vcts, path) for path in view.claims or ()],
            proposed=_proposed(view.proposed),
            values=[
                {
                    "field": f"{_FIELD}{number}",
                    "label": labels.claim(vcts.get(query, ""), _general(path)),
                    "value": value,
                    "text": entry.given(f"{_FIELD}{number}") or _text(value),
                }
                for number, (query, path, value) in enumerate(view.members)
            ],
            corrects=view.right is Right.RECTIFICATION,
            said=None if reason is None else getattr(reason, entry.language),
            given={
                name: entry.given(name)
                for name in ("state", "nl", "en", "more_nl", "more_en", "lift_nl", "lift_en")
            },
        )

    def _vcts(self, view: CaseView) -> dict[str, str]:
        bound = None if view.profile is None else people.known(self._room.verifier, view.profile)
        if bound is None:
            return {}
        return {one.id: one.vct_values[0] for one in bound.profile.query.credentials}

    def _title(self, entry: Entry, one: Case) -> str:
        if one.profile is None:
            return entry.say("staff.none")
        bound = people.known(self._room.verifier, one.profile)
        return one.profile if bound is None else bound.profile.titles[entry.language]


def _first(one: Case) -> tuple[bool, int, str]:
    """What waits before what is over; the shortest term first, so what is late leads."""
    return (not one.open, one.due if one.due is not None else 2**62, one.id)


def _general(path: Path) -> Path:
    return tuple(None if isinstance(part, int) else part for part in path)


def _label(labels: Labels, vcts: dict[str, str], path: Path) -> str:
    """The label of a claim of which only the path was named."""
    plain = path_text(path)
    found = (labels.claim(vct, _general(path)) for vct in vcts.values())
    return next((one for one in found if one != plain), plain)


def _proposed(value: Json) -> list[tuple[str, str]]:
    """What the resident says it should be, as it was written."""
    if isinstance(value, dict):
        return [(str(name), _text(one)) for name, one in value.items()]
    return [] if value is None else [("", _text(value))]


def _text(value: Any) -> str:  # noqa: ANN401 - what a card can hold
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _typed(given: str, value: Any) -> Json | None:  # noqa: ANN401
    """What was typed, as the kind of value it takes the place of."""
    if isinstance(value, str):
        return given
    try:
        found: Json = json.loads(given)
    except ValueError:
        return None
    return found if type(found) is type(value) else None
