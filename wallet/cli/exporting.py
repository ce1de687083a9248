"""`activities export` and `activities verify FILE`: the log for others, and theirs for you."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from credential.strictjson import Object
from wallet import files
from wallet.cli.output import Output
from wallet.cli.render import local_time, parse_day
from wallet.cli.session import Session
from wallet.errors import ExitCode, Usage
from wallet.store import Filter

if TYPE_CHECKING:
    from wallet.service.exporting import Checked


@click.command("export")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--activity", "chosen", metavar="ID", multiple=True)
@click.option("--party", metavar="NAME|OIN", default="")
@click.option("--since", metavar="YYYY-MM-DD", default="")
@click.option("--until", metavar="YYYY-MM-DD", default="")
@click.option("--readable", is_flag=True)
@click.option("--file-passphrase-file", "phrase_file", metavar="FILE", default="")
@click.pass_obj
def command(
    session: Session,
    file: Path,
    chosen: tuple[str, ...],
    party: str,
    since: str,
    until: str,
    readable: bool,
    phrase_file: str,
) -> None:
    """Write the log, or a choice from it, to a file that others can check."""
    from wallet.service import exporting

    say, now = session.say, session.now()
    wanted = Filter(
        party=party,
        since=parse_day(since) if since else None,
        until=parse_day(until, end=True) if until else None,
    )
    with session.open(write=True, now=now) as wallet:
        picked = {wallet.store.find_activity(one) for one in chosen}
        if wanted != Filter():
            picked |= {one.id for one in wallet.store.activities(wanted)}
        some = picked if chosen or wanted != Filter() else None
        exporting.require_new(file)
        if readable:
            made = exporting.export_readable(wallet, file, say.texts.lang, activities=some, now=now)
        else:
            passphrase = file_passphrase(session, phrase_file, again=True)
            made = exporting.export(wallet, file, passphrase, activities=some, now=now)
    say.result(
        {
            "file": str(file),
            "activities": made.activities,
            "entries": made.entries,
            "withheld": made.withheld,
        }
    )
    say.text("export.done", file=file.name, count=made.activities)
    say.talk("export.keep-page" if readable else "export.keep")


def verify(session: Session, file: Path, phrase_file: str) -> int:
    """The verdict on a file; what it says, by whom, and what in it does not hold."""
    from wallet.service import exporting

    say, now = session.say, session.now()
    with session.open(write=False) as wallet:
        passphrase = file_passphrase(session, phrase_file, again=False)
        found = exporting.check(wallet, file, passphrase, now=now)
    say.result(verdict(found))
    tell(say, found)
    return ExitCode.OK if found.ok else ExitCode.LOG_BROKEN


def verdict(found: "Checked") -> Object:
    """The members of every command that judges such a file."""
    judged = found.judgement
    return {
        "ok": found.ok,
        "entries": len(judged.statements),
        "withheld": found.exported.withheld,
        "faults": [{"code": fault.code, "n": fault.n} for fault in judged.faults],
        "statements": [
            {
                "n": one.n,
                "activity": one.activity,
                "kind": one.kind,
                "at": one.at,
                "signed_by": one.signed_by,
            }
            for one in judged.statements
        ],
    }


def tell(say: Output, found: "Checked") -> None:
    """The same for a person."""
    for one in found.judgement.statements:
        who = (
            say.texts.get("export.own")
            if one.signed_by is None
            else say.texts.get("export.signed-by", name=one.signed_by)
        )
        event = say.texts.get(f"event.{one.kind}")
        say.plain(f"{one.n}  {local_time(one.at)}  {event}  [{who}]")
    for fault in found.judgement.faults:
        what = say.texts.find(f"fault.{fault.code}")
        say.text(
            "verify.fault", n=fault.n, what=what or say.texts.get("export.fault", code=fault.code)
        )
    if found.exported.withheld:
        say.text("export.withheld", count=found.exported.withheld)
    say.text("verify.ok" if found.ok else "verify.broken", count=len(found.judgement.statements))
    say.text("export.word")


def file_passphrase(session: Session, file: str, *, again: bool) -> str:
    """The passphrase of the file: never that of the wallet."""
    if file == "-":
        return session.read_input()
    if file:
        return files.read_private(Path(file))
    say = session.say
    phrase = say.secret("export.ask", instead="--file-passphrase-file")
    if again and say.secret("export.again") != phrase:
        raise Usage("passphrase.differs")
    return phrase
