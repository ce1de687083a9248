"""Applications and corrections: the list, one of them, its files, and every step of a clerk."""

from collections.abc import Callable
from typing import Any, Final, TypedDict

from starlette.responses import Response

from issuer.application import (
    Application,
    Closed,
    Decided,
    InformationRequested,
    InProgress,
    Issued,
    Open,
    Outcome,
    Received,
    Withdrawn,
    due,
    standing,
    to_correct,
    to_tell,
)
from issuer.dossier import Said, Words
from issuer.errors import DeskFault, FieldFault, NothingFound, PageFault
from issuer.service import casefiles, deciding
from issuer.service.clerks import Clerk, Role
from issuer.service.office import Office
from issuer.texts import fault
from issuer.web.desk import decisions
from issuer.web.desk.room import Entry, Room
from issuer.web.pages import to

LIST: Final = "/desk/aanvragen"
_EXTENSIONS: Final = {
    "application/pdf": "pdf",
    "image/png": "png",
    "image/jpeg": "jpg",
    "text/plain": "txt",
}
_GIVEN: Final = (
    "question",
    "extension",
    "extension_en",
    "outcome",
    "reason",
    "reason_en",
    "ending",
    "ending_en",
)
_Step = Callable[[Entry, str], None]


class _Who(TypedDict):
    """On whose account a step is, when, and where."""

    clerk: str
    now: int
    municipality: str


class Applications:
    """What residents asked for, and what becomes of it."""

    def __init__(self, room: Room) -> None:
        self._room = room
        either, decision = (Role.DESK, Role.DECISION), (Role.DECISION,)
        # Name in the address, who may, what is done, and the field a fault is shown at.
        self._steps: dict[str, tuple[tuple[Role, ...], _Step, str]] = {
            "nemen": (either, self._take, "nemen"),
            "vragen": (either, self._ask, "question"),
            "verlengen": (decision, self._extend, "extension"),
            "besluiten": (decision, self._decide, "outcome"),
            "gecorrigeerd": (decision, self._corrected, "kind-1"),
            "ingelicht": (either, self._told, "ingelicht"),
            "beeindigen": (decision, self._end, "ending"),
        }

    def every(self, entry: Entry) -> Response:
        """The list: what is late first; with `alles` also what is over."""
        whole = "alles" in entry.visit.query
        found = deciding.listing(
            self._room.office, entry.now, municipality=entry.clerk.municipality, over=whole
        )
        rows = [(one, due(one), _is_late(one, entry.now)) for one in found]
        return self._room.show(entry, "applications.html", rows=rows, whole=whole)

    def one(self, entry: Entry) -> Response:
        """Everything about one, and what can be done now."""
        return self._application(entry, {})

    def attachment(self, entry: Entry) -> Response:
        """A file of a resident, to keep and open elsewhere: never shown as a page of ours."""
        number = int(entry.visit.params["number"])
        case = self._case(entry)
        found = deciding.attachment(
            self._room.office,
            case,
            number,
            clerk=entry.clerk.name,
            now=entry.now,
            municipality=entry.clerk.municipality,
        )
        name = f"{case}-{number}.{_EXTENSIONS.get(found.media, 'bin')}"
        return Response(
            found.data,
            media_type="application/octet-stream",
            headers={
                "Content-Disposition": f'attachment; filename="{name}"',
                "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
                "Cache-Control": "no-store",
            },
        )

    def step(self, entry: Entry) -> Response:
        """One step; what does not fit is told at its field, and the rest of the form stays."""
        found = self._steps.get(entry.visit.params["step"])
        if found is None:
            raise PageFault("page.not_found", "RFC 9110 15.5.5", status=404)
        roles, act, field = found
        if not any(entry.clerk.may(role) for role in roles):
            raise PageFault("desk.role", "RFC 9110 15.5.4", status=403)
        case = self._case(entry)
        try:
            act(entry, case)
        except NothingFound:
            raise
        except FieldFault as wrong:
            name = wrong.params.get("field", "")
            said = fault(entry.language, wrong.code, **wrong.params)[0]
            return self._application(entry, {f"{decisions.CLAIM}{name}": said})
        except DeskFault as wrong:
            said = fault(entry.language, wrong.code, **wrong.params)[0]
            return self._application(entry, {_field(wrong, field): said})
        return to(f"{LIST}/{case}")

    # ---- the steps -------------------------------------------------------------------------

    def _take(self, entry: Entry, case: str) -> None:
        over = entry.form.one("over") == "yes"
        deciding.take(self._room.office, case, over=over, **_who(entry))

    def _ask(self, entry: Entry, case: str) -> None:
        deciding.ask(self._room.office, case, entry.form.one("question"), **_who(entry))

    def _extend(self, entry: Entry, case: str) -> None:
        deciding.extend(self._room.office, case, _words(entry, "extension"), **_who(entry))

    def _decide(self, entry: Entry, case: str) -> None:
        office = self._room.office
        deciding.find(office, case, entry.now, municipality=entry.clerk.municipality)
        found = casefiles.view(office, office.store.applications.find(case), entry.now)
        decisions.decide(office, entry, found, **_who(entry))

    def _corrected(self, entry: Entry, case: str) -> None:
        if entry.form.one("sure") != "yes":
            raise DeskFault("desk.not_sure", "Wet BRP 2.58")
        kinds = entry.form.every("kind")
        deciding.corrected(self._room.office, case, kinds=kinds, **_who(entry))

    def _told(self, entry: Entry, case: str) -> None:
        deciding.told(self._room.office, case, **_who(entry))

    def _end(self, entry: Entry, case: str) -> None:
        if entry.form.one("sure") != "yes":
            raise DeskFault("desk.not_sure", "Regie formats 7")
        deciding.end(self._room.office, case, _words(entry, "ending"), **_who(entry))

    # ---- the page --------------------------------------------------------------------------

    def _case(self, entry: Entry) -> str:
        return entry.visit.params["case"].upper()

    def _application(self, entry: Entry, faults: dict[str, str]) -> Response:
        office = self._room.office
        found = deciding.read(office, self._case(entry), **_who(entry))
        state = found.application
        terms = casefiles.terms(office, state.file)
        mine = isinstance(state, InProgress | InformationRequested) and (
            state.taken_by == entry.clerk.name
        )
        members: dict[str, Any] = {
            "found": found,
            "state": state,
            "due": due(state),
            "late": _is_late(state, entry.now),
            "phase": state.file.history[-1].phase,
            "is_open": isinstance(state, Open),
            "mine": mine,
            "other": state.taken_by
            if isinstance(state, InProgress | InformationRequested) and not mine
            else None,
            "may_take": isinstance(state, Received),
            "in_progress": isinstance(state, InProgress),
            "may_extend": isinstance(state, InProgress)
            and terms.extension_days > 0
            and state.file.extended_at is None
            and entry.now < state.file.due_at,
            "terms": terms,
            "own_eyes": office.settings.desk.four_eyes and mine,
            "to_correct": to_correct(state),
            "touched": deciding.touched_kinds(office, state.file),
            "to_tell": to_tell(state),
            "standing": standing(state),
            "said": sorted((*found.dossier.questions, *found.dossier.supplements), key=_when),
            "questions": found.dossier.questions,
            "declared": decisions.declared_fields(office, found, entry),
            "claims": decisions.claim_fields(office, found, entry),
            "given": {name: entry.form.one(name) for name in _GIVEN},
            "decided": isinstance(state, Decided | Issued | Closed),
            "outcomes": [one.value for one in Outcome],
        }
        if faults:
            here = f"{LIST}/{state.file.case}"
            return self._room.again(entry, "application.html", faults, here, **members)
        return self._room.show(entry, "application.html", **members)


def waiting(office: Office, clerk: Clerk, now: int) -> list[Application]:
    """The applications of a clerk's municipality that wait for a decision."""
    found = deciding.listing(office, now, municipality=clerk.municipality)
    return [one for one in found if isinstance(one, Open) or to_correct(one)]


def late(found: list[Application], now: int) -> int:
    """How many of these passed their term."""
    return sum(_is_late(one, now) for one in found)


def _is_late(one: Application, now: int) -> bool:
    waits = not isinstance(one, Withdrawn) and (isinstance(one, Open) or to_correct(one))
    return waits and now >= due(one)


def _who(entry: Entry) -> _Who:
    return _Who(clerk=entry.clerk.name, now=entry.now, municipality=entry.clerk.municipality)


def _words(entry: Entry, name: str) -> Words:
    """Never nothing: the service says so in its own words."""
    return decisions.written(entry, name) or Words("")


def _when(said: Said) -> int:
    return said.at


def _field(wrong: DeskFault, usual: str) -> str:
    """The field of the form that a fault is about."""
    match wrong.code:
        case "desk.not_sure":
            return "sure"
        case "application.no_reason":
            return "reason"
        case _:
            return usual
