"""`diff` and `history`."""

import re
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Final

import click

from credential import plaintext
from registrar import clock
from registrar.cli.common import Folder, Session
from registrar.errors import BadInput
from registrar.service import comparing, remembering
from registrar.service.answering import Answer
from registrar.service.comparing import Compared
from registrar.service.remembering import Told
from registrar.texts import sentence

_MARKS: Final = {"wider": "+", "narrower": "-", "neutral": "·"}
_LONGEST: Final = 8 * plaintext.MAX_LENGTH
_TICKS: Final = re.compile("`+")


def safe(text: str) -> str:
    """The line as a terminal may see it; one that tells of two texts is longer than one text."""
    return plaintext.terminal_safe(text, max_length=_LONGEST)


@click.command()
@click.argument("old", required=False)
@click.option("--markdown", is_flag=True, help="For a pull request.")
@click.option("--fail-on-wider", is_flag=True, help="Leave with 2 when somebody may do more.")
@click.pass_obj
def diff(session: Session, old: str | None, markdown: bool, fail_on_wider: bool) -> None:
    """Say in plain words what a change of the register lets whom do.

    OLD is `git:REVISION`, the folder of another register, or nothing: what was published last.
    """
    found = comparing.compare(session.home, old, session.language)
    if session.json:
        for one in found.changes:
            session.data(
                direction=one.direction,
                code=one.code,
                party=one.party,
                use=one.use,
                text=safe(one.text),
            )
    elif markdown:
        click.echo("\n".join(_markdown(session, found)))
    else:
        click.echo("\n".join(_plain(session, found)))
    if found.faults:
        session.say("changes.summary_faults", count=found.faults)
    sys.exit(2 if fail_on_wider and found.count("wider") else 0)


def _plain(session: Session, found: Compared) -> Iterator[str]:
    for party, lines in groupby(found.changes, lambda one: one.party):
        yield safe(_title(session, found, party))
        use = ""
        for one in lines:
            if one.use != use:
                use = one.use
                if use:
                    yield f"  {safe(_say(session, 'for_use', use=use))}:"
            word = _say(session, one.direction)
            yield f"  {_MARKS[one.direction]} {word}: {safe(one.text)}"
    yield _summary(session, found)


def _markdown(session: Session, found: Compared) -> Iterator[str]:
    """As a comment for a pull request: nothing of a party's own text is markup."""
    yield f"## {_say(session, 'heading')}"
    yield ""
    old = found.old or _say(session, "published")
    yield f"{_escaped(_say(session, 'compared', old=old))} **{_summary(session, found)}**"
    for party, lines in groupby(found.changes, lambda one: one.party):
        yield ""
        yield f"### {_escaped(_title(session, found, party))}"
        yield ""
        use = ""
        for one in lines:
            if one.use != use:
                use = one.use
                if use:
                    yield ""
                    yield f"**{_escaped(_say(session, 'for_use', use=use))}**"
                    yield ""
            word = _say(session, one.direction)
            yield f"- **{word}**: {_escaped(one.text)}"


def _summary(session: Session, found: Compared) -> str:
    if not found.changes:
        return _say(session, "none")
    counts = {direction: found.count(direction) for direction in _MARKS}
    return sentence(session.language, "changes.summary", **counts)


def _title(session: Session, found: Compared, party: str) -> str:
    if not party:
        return _say(session, "scheme_name")
    name = found.names.get(party)
    return f"{name} ({party})" if name else party


def _say(session: Session, key: str, **params: str) -> str:
    return sentence(session.language, f"changes.{key}", **params)


def _escaped(text: str) -> str:
    """As code: there nothing is markup, a mention of somebody, or a link."""
    line = " ".join(safe(text).split())
    ticks = max((len(one) for one in _TICKS.findall(line)), default=0)
    fence, pad = "`" * (ticks + 1), " " if "`" in (line[:1], line[-1:]) else ""
    return f"{fence}{pad}{line}{pad}{fence}"


@click.command()
@click.argument("party")
@click.option("--kind", help="A kind of card: was it allowed to issue this?")
@click.option("--use", help="A purpose: was it registered for this?")
@click.option("--on", help="The day, 2026-01-31, or the moment, 2026-01-31T12:00:00Z; else now.")
@click.option("--published", type=Folder, help="A published folder: what did its archive say?")
@click.pass_obj
def history(
    session: Session,
    party: str,
    kind: str | None,
    use: str | None,
    on: str | None,
    published: Path | None,
) -> None:
    """Say what a party was allowed, and since when.

    With a kind or a purpose: was it allowed on that day?
    """
    now = clock.now()
    if kind is None and use is None:
        if on is not None or published is not None:
            raise BadInput("history.what")
        told = remembering.tell(session.home, party, session.language, now=now)
        _tell(session, told)
        return
    answer = remembering.ask(
        session.home,
        party,
        session.language,
        kind=kind,
        use=use,
        on=on,
        published=published,
        now=now,
    )
    _answer(session, answer)


def _tell(session: Session, told: Told) -> None:
    if session.json:
        for one in told.spans:
            session.data(
                party=told.party,
                kind=one.kind,
                use=one.use,
                since=one.since,
                state=one.state,
                reason=one.reason,
            )
        return
    for depth, line in told.lines:
        click.echo("  " * depth + safe(line))


def _answer(session: Session, answer: Answer) -> None:
    session.data(
        party=answer.party,
        kind=answer.kind,
        use=answer.use,
        start=answer.start,
        end=answer.end,
        allowed=answer.allowed,
        whole=answer.whole,
        reason=answer.reason,
        published=answer.published,
        sequence=answer.sequence,
        coming=answer.coming,
    )
    for line in answer.lines:
        click.echo(safe(line), err=session.json)


COMMANDS = (diff, history)
