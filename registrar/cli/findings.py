"""Findings as people, machines and a code review read them."""

from collections.abc import Iterable, Sequence

import click

from registrar.cli.common import Session
from registrar.findings import Finding
from registrar.texts import find, sentence


def show(session: Session, found: Iterable[Finding], *, github: bool = False) -> None:
    """One line each: `file:line: sentence`, or the same as an annotation of a code review."""
    for one in found:
        said, mend = told(session, one)
        if github:
            click.echo(_annotation(one, f"{said} {mend or ''}".rstrip()), err=session.json)
        else:
            # Beside data it is talk; it is the data itself otherwise.
            _print(session, one, err=session.json)
        session.data(
            code=one.code,
            level=one.level,
            where=one.where,
            what=one.what,
            file=one.file,
            line=one.line,
            text=said,
            mend=mend,
        )


def refuse(session: Session, found: Sequence[Finding]) -> None:
    """The same lines as the reason why a command was not carried out."""
    for one in found:
        _print(session, one, err=True)
    key = f"faulty.{'one' if len(found) == 1 else 'many'}"
    click.echo(sentence(session.language, key, count=len(found)), err=True)


def _print(session: Session, one: Finding, *, err: bool) -> None:
    said, mend = told(session, one)
    level = sentence(session.language, f"level.{one.level}")
    click.echo(f"{_place(one)}{level}: {said}", err=err)
    if mend is not None:
        click.echo(f"    {mend}", err=err)


def told(session: Session, one: Finding) -> tuple[str, str | None]:
    """What is wrong, and how to mend it."""
    said = sentence(session.language, one.code, where=one.where, what=one.what)
    return said, find(session.language, f"mend.{one.code}", where=one.where, what=one.what)


def _place(one: Finding) -> str:
    return f"{one.file}:{one.line}: " if one.file else ""


def _annotation(one: Finding, text: str) -> str:
    """`::error file=…,line=…::…`, with what would end it early written as percent codes."""
    kind = "error" if one.level == "error" else "warning"
    place = f" file={_coded(one.file)},line={one.line},title={one.code}" if one.file else ""
    return f"::{kind}{place}::{_coded(text, data=True)}"


def _coded(text: str, *, data: bool = False) -> str:
    for mark, code in (("%", "%25"), ("\r", "%0D"), ("\n", "%0A")):
        text = text.replace(mark, code)
    return text if data else text.replace(":", "%3A").replace(",", "%2C")
