"""`cases` and `decide` for what people applied for: no value of a person unless asked for."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from credential import strictjson
from credential.errors import CredentialError
from credential.plaintext import terminal_safe
from credential.strictjson import Json, Object
from issuer import clock
from issuer.application import (
    Application,
    Closed,
    Decided,
    InformationRequested,
    InProgress,
    Issued,
    Outcome,
    Type,
    due,
    phase,
)
from issuer.cli.common import Session
from issuer.dossier import Dossier, Words, correction
from issuer.errors import DeskFault, Exit
from issuer.service import deciding, settling
from issuer.service.casefiles import View
from issuer.service.office import Office

F = TypeVar("F", bound=Callable[..., Any])
_MAX_FILE: Final = 65_536
_SECTION: Final = "Architecture, Commands"


@dataclass(frozen=True)
class Wanted:
    """What `decide` is to do with an application: one of these, with its files."""

    take: bool
    over: bool
    ask: str | None
    extend: bool
    grant: bool
    partly: bool
    refuse: bool
    corrected: bool
    end: bool
    told: bool
    claims_file: str | None
    reason_file: str | None
    reason_en_file: str | None

    @property
    def steps(self) -> list[str]:
        """The steps that were named."""
        named = ("take", "ask", "extend", "grant", "partly", "refuse", "corrected", "end", "told")
        return [name for name in named if getattr(self, name)]


def options(function: F) -> F:
    """The options of `decide` for applications; they come as one `wanted`."""

    def wrapped(*args: object, **given: Any) -> object:  # noqa: ANN401 - click's own
        wanted = Wanted(**{one.name: given.pop(one.name) for one in fields(Wanted)})
        return function(*args, wanted=wanted, **given)

    wrapped.__name__, wrapped.__doc__ = function.__name__, function.__doc__
    wrapped.__click_params__ = getattr(function, "__click_params__", [])  # type: ignore[attr-defined]
    for option in (
        click.option("--take", is_flag=True, help="Application: work on it."),
        click.option("--over", is_flag=True, help="With --take: also from a colleague."),
        click.option("--ask", metavar="FILE", help="Application: ask what stands in the file."),
        click.option("--extend", is_flag=True, help="Application: more time, with a reason."),
        click.option("--grant", is_flag=True, help="Application: granted."),
        click.option("--partly", is_flag=True, help="Application: granted in part."),
        click.option("--refuse", is_flag=True, help="Stop the case, or refuse the application."),
        click.option("--corrected", is_flag=True, help="Correction: the register holds it now."),
        click.option("--end", is_flag=True, help="Application: take back what was granted."),
        click.option("--told", is_flag=True, help="Correction: the recipients were told."),
        click.option("--claims-file", metavar="FILE", help="What a granted card says (JSON)."),
        click.option("--reason-file", metavar="FILE", help="Why, in Dutch."),
        click.option("--reason-en-file", metavar="FILE", help="The same in English."),
    ):
        wrapped = option(wrapped)
    return wrapped  # type: ignore[return-value]


def decide(session: Session, office: Office, case_id: str, clerk: str, wanted: Wanted) -> None:
    """One step with an application, on record under this clerk's name."""
    if len(wanted.steps) != 1:
        raise DeskFault("application.one_step", _SECTION)
    now = clock.now()
    who: dict[str, Any] = {"clerk": clerk, "now": now}
    match wanted.steps[0]:
        case "take":
            done = deciding.take(office, case_id, over=wanted.over, **who)
        case "ask":
            done = deciding.ask(office, case_id, _text(wanted.ask), **who)
        case "extend":
            done = deciding.extend(office, case_id, _reason(wanted), **who)
        case "corrected":
            done = deciding.corrected(office, case_id, **who)
        case "end":
            done = deciding.end(office, case_id, _reason(wanted), **who)
        case "told":
            done = deciding.told(office, case_id, **who)
        case step:
            outcome = {"grant": Outcome.GRANTED, "partly": Outcome.PARTLY}.get(
                step, Outcome.REFUSED
            )
            done = _decided(office, case_id, outcome, wanted, who)
    session.say(f"application.did.{wanted.steps[0]}")
    if session.json:
        session.data(line(done.application))


def _decided(
    office: Office, case_id: str, outcome: Outcome, wanted: Wanted, who: dict[str, Any]
) -> View:
    seen = deciding.read(office, case_id, **who)
    card = seen.application.file.type is Type.CARD and outcome is not Outcome.REFUSED
    claims = None
    if wanted.claims_file is not None:
        claims = _claims(wanted.claims_file)
    elif card:
        # What the resident stated under the names of the claims, checked by the clerk.
        claims = deciding.proposed(office, seen)
    reason = None if wanted.reason_file is None else _reason(wanted)
    return deciding.decide(
        office, case_id, outcome, reason=reason, claims=claims, version=seen.version, **who
    )


def show(session: Session, found: Application) -> None:
    """One application as a line, without anything a person wrote."""
    if session.json:
        session.data(line(found))
        return
    file = found.file
    click.echo(
        session.text(
            "application.line",
            case=file.case,
            phase=session.text(f"phase.{phase(found)}"),
            type=session.text(f"application.type.{file.type.value}"),
            kind=session.text(f"kind.{file.kind}"),
            due=_day(due(found)),
            clerk=_clerk(found) or "-",
        )
    )


def show_values(session: Session, office: Office, case_id: str, clerk: str) -> None:
    """One application with everything in it; that it was opened is on record."""
    found = deciding.read(office, case_id, clerk=clerk, now=clock.now())
    content = _content(found.dossier)
    files: list[Json] = [
        {"number": one.number, "media": one.media, "size": one.size} for one in found.attachments
    ]
    if session.json:
        session.data({**line(found.application), **content, "attachments": files})
        return
    show(session, found.application)
    for name, value in content.items():
        said = value if isinstance(value, str) else strictjson.dumps_text(value)
        click.echo(f"  {name}: {terminal_safe(said, max_length=_MAX_FILE)}")
    for one in found.attachments:
        click.echo(f"  {one.number}. {one.media} ({one.size})")


def show_due(session: Session, office: Office) -> None:
    """What is near its term or past it; then the exit code says so, for a timer."""
    found = settling.reminders(office, clock.now())
    for one in found:
        file = one.application.file
        if session.json:
            session.data(
                {
                    "case": file.case,
                    "municipality": file.municipality,
                    "type": file.type.value,
                    "kind": file.kind,
                    "what": one.what,
                    "due": one.due,
                    "late": one.late,
                }
            )
        else:
            click.echo(
                session.text(
                    "application.late" if one.late else "application.due",
                    case=file.case,
                    what=session.text(f"application.what.{one.what}"),
                    kind=session.text(f"kind.{file.kind}"),
                    due=_day(one.due),
                )
            )
    if found:
        sys.exit(Exit.PENDING)
    session.say("application.nothing_due")


def line(found: Application) -> Object:
    """The members of `--json`: where it stands, never what is in it."""
    file = found.file
    about: list[Json] = list(file.about)
    members: Object = {
        "case": file.case,
        "municipality": file.municipality,
        "type": file.type.value,
        "kind": file.kind,
        "phase": phase(found),
        "received": file.received_at,
        "due": due(found),
        "extended": file.extended_at is not None,
    }
    if about:
        members["about"] = about
    if (clerk := _clerk(found)) is not None:
        members["clerk"] = clerk
    if isinstance(found, Decided | Issued | Closed):
        members["outcome"] = found.outcome.value
        members["decided"] = found.decided_at
    if isinstance(found, Closed):
        members["why"] = found.why.value
    if isinstance(found, Decided | Closed) and found.recipients is not None:
        members["tell_recipients"] = found.recipients.tell
        members["told"] = found.recipients.told_at
    return members


def _content(dossier: Dossier) -> Object:
    claims: list[Json] = [correction(one) for one in dossier.claims]
    questions: list[Json] = [{"at": one.at, "text": one.text} for one in dossier.questions]
    supplements: list[Json] = [{"at": one.at, "text": one.text} for one in dossier.supplements]
    found: Object = {
        "fields": dossier.fields,
        "claims": claims,
        "explanation": dossier.explanation,
        "questions": questions,
        "supplements": supplements,
        "granted": dossier.decided,
        "extension": None if dossier.extension is None else dossier.extension.message(),
        "reason": None if dossier.reason is None else dossier.reason.message(),
        "ending": None if dossier.ending is None else dossier.ending.message(),
    }
    return {name: value for name, value in found.items() if value not in ({}, [], "", None)}


def _clerk(found: Application) -> str | None:
    match found:
        case InProgress() | InformationRequested():
            return found.taken_by
        case Decided() | Issued() | Closed():
            return found.decided_by
        case _:
            return None


def _day(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).date().isoformat()


def _reason(wanted: Wanted) -> Words:
    if wanted.reason_file is None:
        raise DeskFault("application.no_reason", "Awb 3:46")
    en = "" if wanted.reason_en_file is None else _text(wanted.reason_en_file)
    return Words(_text(wanted.reason_file), en)


def _claims(path: str) -> Object:
    try:
        return strictjson.loads_object(_read(path), max_bytes=_MAX_FILE)
    except CredentialError:
        raise DeskFault("application.claims_file", _SECTION) from None


def _text(path: str | None) -> str:
    try:
        return _read(path or "").decode("utf-8")
    except UnicodeDecodeError:
        raise DeskFault("application.text_file", _SECTION) from None


def _read(path: str) -> bytes:
    """A file that only its owner can read, or standard input: what is in it is about a person."""
    from issuer.keys import read_private

    read = partial(sys.stdin.buffer.read, _MAX_FILE + 1)
    try:
        data = read() if path == "-" else read_private(Path(path))
    except OSError:
        raise DeskFault("application.file_missing", _SECTION) from None
    if len(data) > _MAX_FILE:
        raise DeskFault("application.file_size", _SECTION)
    return data
