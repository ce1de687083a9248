"""Reading the register and answering people: registrations, requests, answer."""

from pathlib import Path as File
from typing import Any

import click

from credential import strictjson
from credential.dcql import parse_path
from credential.names import Path, path_text
from credential.plaintext import terminal_safe
from verifier import profiles
from verifier.cli.talk import Run, command, require_file
from verifier.dates import stamp
from verifier.errors import NothingFound, UsageError
from verifier.store import Store
from verifier.store.register import Listed, Visit

OVERDUE = 8
"""A term has passed: for whoever watches over this command."""
EVENTS = ("end_of_registration", "end_of_tenancy", "decision", "not_allocated")


@click.command()
@click.argument("number", required=False)
@click.option("--all", "everything", is_flag=True, help="Also answers without a registration.")
@click.option("--values", is_flag=True, help="Show names and contact too; looking is on record.")
@click.option("--end", "ending", default=None, metavar="NUMBER", help="End a registration.")
@click.option(
    "--event",
    type=click.Choice(EVENTS),
    default=EVENTS[0],
    help="What took place, with --end: the terms that wait for it begin.",
)
@click.option(
    "--receipt", default=None, metavar="RECEIPT", help="Which, where several may be meant."
)
@command
def registrations(
    run: Run,
    number: str | None,
    everything: bool,
    values: bool,
    ending: str | None,
    event: str,
    receipt: str | None,
) -> None:
    """List who is registered; with NUMBER what was received for it, why and until when."""
    from verifier.service.office import open_office
    from verifier.store import register

    office = open_office(run.home)
    try:
        if ending is not None:
            _end(run, office, ending, event, receipt)
            return
        if number is not None:
            _received(run, office.config.profiles, office.store, number)
            return
        for item in register.registrations(office.store, office.sealer if values else None):
            if values:
                _looked(office, item)
            _registration(run, item)
        if everything:
            for visit in register.visits(office.store):
                _visit(run, visit)
    finally:
        office.store.close()


def _end(run: Run, office: Any, number: str, event: str, receipt: str | None) -> None:  # noqa: ANN401
    from verifier.service import retention

    until = retention.happened(
        office.store, number, event, office.now(), emitter=office, receipt=receipt
    )
    members = {"number": number, "event": event, "delete_by": stamp(until)}
    run.out(members, f"{number} → {stamp(until) or '-'}")


def _received(run: Run, folder: File, store: Store, number: str) -> None:
    from verifier.service import received
    from verifier.store import register

    with store.reading() as connection:
        found = register.by_number(connection, number)
    if found is None:
        raise NothingFound("registration.none", "Regie formats 3")
    for entry in received.of_registration(store, profiles.read_all(folder), found.id):
        kept = ", ".join(f"{query}:{path_text(path)}" for query, path in entry.kept) or "-"
        lines = (
            f"{stamp(entry.at)}  {entry.title[run.lang]}",
            f"  {entry.purpose[run.lang]}",
            f"  {kept}",
            f"  {entry.until[run.lang]}",
        )
        run.out({"number": number, **entry.members()}, "\n".join(lines))


def _looked(office: Any, item: Listed) -> None:  # noqa: ANN401
    """Every look at a person is on record, from the command line too."""
    from verifier.processing import Activity
    from verifier.service import processing

    with office.store.writing() as connection:
        processing.note(
            connection,
            office,
            Activity.STAFF_VIEW,
            subject=item.registration.id,
            disclosure=None,
            role="register",
            trace=None,
            now=office.now(),
        )


def _registration(run: Run, item: Listed) -> None:
    one = item.registration
    state = "ended" if one.ended else "active" if one.confirmed else "unconfirmed"
    members: dict[str, Any] = {
        "number": one.number,
        "since": stamp(one.since),
        "profile": one.profile,
        "state": state,
        "verdict": item.outcome,
        "checks": item.checks,
        "restricted": stamp(one.restricted),
    }
    if item.values is not None:
        # Whoever asked to leave the data alone is not in a list (AVG 18).
        hidden = one.restricted is not None
        members["values"] = (
            None
            if hidden
            else [
                {"query": query_id, "path": path, "value": value}
                for query_id, path, value in item.values
            ]
        )
        members["contact"] = None if hidden else item.contact
        members["decisions"] = None if hidden else item.decisions
    run.out(members, f"{one.number}  {stamp(one.since)}  {one.profile}  {state}  {item.outcome}")


def _visit(run: Run, visit: Visit) -> None:
    members: dict[str, Any] = {
        "number": None,
        "since": stamp(visit.received),
        "profile": visit.profile,
        "state": "none",
        "verdict": visit.outcome,
        "rule": visit.rule,
        "checks": visit.checks,
    }
    run.out(members, f"-  {stamp(visit.received)}  {visit.profile}  {visit.outcome}  {visit.rule}")


@click.command()
@click.argument("request", required=False)
@click.option("--due", is_flag=True, help="Only open ones; exit 8 when a term has passed.")
@command
def requests(run: Run, request: str | None, due: bool) -> None:
    """List rights requests; with an ID, one with what its person wrote."""
    from verifier.service import cases
    from verifier.service.office import open_office

    office = open_office(run.home)
    try:
        if request is not None:
            _opened(run, office, request)
            return
        now, late, last = office.now(), 0, None
        while page := cases.listed(office, state="open" if due else None, after=last, limit=200):
            last = page[-1].id
            for item in page:
                late += item.overdue(now)
                _listed(run, item, now)
    finally:
        office.store.close()
    if due and late:
        from verifier.texts import sentence

        click.echo(sentence(run.lang, "error.rights_overdue", count=late), err=True)
        click.get_current_context().exit(OVERDUE)


def _listed(run: Run, item: Any, now: int) -> None:  # noqa: ANN401
    members = {
        "request": item.id,
        "right": item.right.value,
        "state": item.state.value,
        "received": stamp(item.received),
        "due": stamp(item.due),
        "overdue": item.overdue(now),
        "profile": item.profile,
        "number": item.number,
    }
    late = "  !" if item.overdue(now) else ""
    due = stamp(item.due) or "-"
    run.out(members, f"{item.id}  {item.right.value}  {item.state.value}  {due}{late}")


def _opened(run: Run, office: Any, request: str) -> None:  # noqa: ANN401
    from verifier.service import cases

    view = cases.look(office, request, role="privacy")
    members = {
        "request": view.id,
        "right": view.right.value,
        "state": view.state.value,
        "received": stamp(view.received),
        "due": stamp(view.due),
        "profile": view.profile,
        "number": view.number,
        "claims": None if view.claims is None else [[*path] for path in view.claims],
        "proposed": view.proposed,
        "text": view.text,
        "values": [
            {"query": query, "path": [*path], "value": value} for query, path, value in view.values
        ],
        "contact": view.contact,
        "restricted": stamp(view.restricted),
        "restricted_until": stamp(view.restricted_until),
    }
    lines = [f"{view.id}  {view.right.value}  {view.state.value}  {stamp(view.due) or '-'}"]
    if view.claims:
        lines.append("  " + ", ".join(terminal_safe(path_text(path)) for path in view.claims))
    # What others wrote is not for the terminal to obey.
    lines += [f"  {terminal_safe(line)}" for line in (view.text or "").splitlines()]
    lines += [
        f"  {query}:{terminal_safe(path_text(path))} = {terminal_safe(str(value))}"
        for query, path, value in view.values
    ]
    run.out(members, "\n".join(lines))


@click.command()
@click.argument("request")
@click.option("--state", type=click.Choice(["done", "partly", "refused", "extended"]), default=None)
@click.option(
    "--extend", is_flag=True, help="More time, once, with a reason (as --state extended)."
)
@click.option("--lift", is_flag=True, help="End a restriction, a week after telling so.")
@click.option("--reason-nl", default="", help="One sentence for the resident, without names.")
@click.option("--reason-en", default="", help="The same in English.")
@click.option(
    "--reason-nl-file", default=None, metavar="FILE", help='The same from a file; "-" is stdin.'
)
@click.option("--reason-en-file", default=None, metavar="FILE", help="The same in English.")
@click.option(
    "--corrected",
    default=None,
    metavar="FILE",
    help='JSON [[path, value], …] of what takes the place of what is held; "-" is stdin.',
)
@click.option("--erase", "erased", multiple=True, metavar="PATH", help="Erase only this.")
@command
def answer(
    run: Run,
    request: str,
    state: str | None,
    extend: bool,
    lift: bool,
    reason_nl: str,
    reason_en: str,
    reason_nl_file: str | None,
    reason_en_file: str | None,
    corrected: str | None,
    erased: tuple[str, ...],
) -> None:
    """Decide on an open request; the wallet hears it, signed, when it next asks."""
    from credential.rights import State
    from verifier.service import cases
    from verifier.service.office import open_office

    if state == "extended":
        state, extend = None, True
    if [state is not None, extend, lift].count(True) != 1:
        raise UsageError("rights.state", "Regie formats 4")
    office = open_office(run.home)
    # Other users of this machine can read its command lines (House rules 8).
    if reason_nl_file is not None:
        reason_nl = _sentence(reason_nl_file)
    if reason_en_file is not None:
        reason_en = _sentence(reason_en_file)
    said = {"nl": reason_nl, "en": reason_en, "by": "command"}
    try:
        if extend:
            view = cases.extend(office, request, **said)
        elif lift or state is None:
            view = cases.lift(office, request, **said)
        else:
            paths: tuple[Path, ...] = tuple(tuple(one.split(".")) for one in erased)
            view = cases.decide(
                office,
                request,
                state=State(state),
                corrected=None if corrected is None else _corrections(corrected),
                erased=paths or None,
                **said,
            )
    finally:
        office.store.close()
    members = {"request": view.id, "state": view.state.value, "due": stamp(view.due)}
    run.out(members, f"{view.id}  {view.state.value}")


def _sentence(file: str) -> str:
    try:
        return require_file(file).decode("utf-8").strip()
    except UnicodeDecodeError:
        raise UsageError("input.file", "", file=file) from None


def _corrections(file: str) -> dict[Path, Any]:
    """From a file, never from an argument: a value is personal data (House rules 8)."""
    found = strictjson.loads(require_file(file))
    pairs = found if isinstance(found, list) else [None]
    corrected: dict[Path, Any] = {}
    for pair in pairs:
        if not isinstance(pair, list) or len(pair) != 2:  # noqa: PLR2004
            raise UsageError("input.file", "", file=file)
        corrected[parse_path(pair[0])] = pair[1]
    return corrected
