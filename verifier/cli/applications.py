"""What a permit desk does from the command line: list applications, look, take a step."""

import os
from pathlib import Path
from typing import Any

import click

from verifier import clock
from verifier.cli.talk import Run, command, require_file
from verifier.dates import stamp
from verifier.errors import UsageError
from verifier.permit import Ruling, State
from verifier.store.permits import Application

_STATES = [one.value for one in State if one is not State.CONCEPT]
_STEPS = [one.value for one in State if one not in (State.CONCEPT, State.RECEIVED)]
BY = "command"
"""Who took a step, when it was taken here; the log of the machine knows who that was."""


@click.command()
@click.option("--state", type=click.Choice(_STATES), default=None, help="Only in this state.")
@click.option("--after", default=None, metavar="NUMBER", help="Those after this one.")
@click.option("--limit", type=click.IntRange(1, 200), default=50, show_default=True)
@command
def applications(run: Run, state: str | None, after: str | None, limit: int) -> None:
    """List submitted applications, newest first: number, state and dates; no words of people."""
    from verifier.service.permit import casework
    from verifier.service.verifier import open_verifier

    verifier = open_verifier(run.home, now=clock.now)
    try:
        wanted = None if state is None else State(state)
        for found in casework.listed(verifier, state=wanted, after=after, limit=limit):
            _line(run, found, {})
    finally:
        verifier.close()


@click.command()
@click.argument("number")
@click.option("--values", is_flag=True, help="Also what the applicant wrote and the cards said.")
@click.option("--state", type=click.Choice(_STEPS), default=None, help="Take this step.")
@click.option("--ruling", type=click.Choice([one.value for one in Ruling]), default=None)
@click.option("--text-nl-file", default=None, metavar="FILE", help="What is said, in Dutch, or -.")
@click.option("--text-en-file", default=None, metavar="FILE", help="The same in English.")
@click.option("--save", default=None, metavar="DIR", help="Write the attachments to this folder.")
@command
def application(
    run: Run,
    number: str,
    values: bool,
    state: str | None,
    ruling: str | None,
    text_nl_file: str | None,
    text_en_file: str | None,
    save: str | None,
) -> None:
    """Show one application, or take a step with it."""
    from verifier.service.permit import casework
    from verifier.service.verifier import open_verifier
    from verifier.store.permitsteps import Words

    if (text_nl_file is None) != (text_en_file is None):
        raise UsageError("permit.words", "Awb 3:46")
    verifier = open_verifier(run.home, now=clock.now)
    try:
        if state is not None:
            words = None
            if text_nl_file is not None and text_en_file is not None:
                words = Words(_text(text_nl_file), _text(text_en_file))
            casework.move(
                verifier,
                number,
                to=State(state),
                by=BY,
                words=words,
                ruling=None if ruling is None else Ruling(ruling),
            )
        file = casework.find(verifier, number)
        more: dict[str, Any] = {
            "history": [{"state": one.state.value, "at": stamp(one.at)} for one in file.steps]
        }
        if values:
            more |= _values(file)
        if save is not None:
            more["saved"] = [
                _save(Path(save), *casework.attachment(verifier, number, one.position))
                for one in file.concept.attachments
            ]
        _line(run, file.application, more)
        if values and not run.json:
            for name, value in more["checked"].items():
                click.echo(f"  {name}: {value}")
            for name, value in more["form"].items():
                click.echo(f"  {name}: {value}")
    finally:
        verifier.close()


def _values(file: Any) -> dict[str, Any]:  # noqa: ANN401 - imported where it is used
    form = file.concept.form
    return {
        "form": {
            "activity": form.activity,
            "description": form.description,
            "start": form.start,
        },
        "checked": {
            f"{card.query_id}.{'.'.join(str(part) for part in path)}": value
            for card in file.concept.checked
            for path, value in card.values
        },
        "attachments": [
            {
                "position": one.position,
                "name": one.attachment.name,
                "sha256": one.attachment.sha256,
                "size": one.attachment.size,
            }
            for one in file.concept.attachments
        ],
        "said": [
            {"at": stamp(one.at), "nl": one.words.nl, "en": one.words.en}
            for one in file.steps
            if one.words is not None
        ],
    }


def _line(run: Run, found: Application, more: dict[str, Any]) -> None:
    members: dict[str, Any] = {
        "number": found.number,
        "profile": found.profile,
        "state": found.state.value,
        "submitted": stamp(found.submitted),
        "due": stamp(found.due),
        "closed": stamp(found.closed),
        "delete_by": stamp(found.delete_by),
    }
    due = stamp(found.due) or "-"
    line = f"{found.number}  {found.state.value}  {stamp(found.submitted)}  {due}"
    run.out(members | more, line)


def _text(file: str) -> str:
    try:
        return require_file(file).decode("utf-8").strip()
    except UnicodeDecodeError:
        raise UsageError("input.value", "", name="--text") from None


def _save(folder: Path, attachment: Any, data: bytes) -> str:  # noqa: ANN401
    """Write one attachment for the owner of this account alone; never over another file."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = folder / f"{attachment.sha256[:12]}-{attachment.name}"
    if not target.exists():
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(data)
    return str(target)
