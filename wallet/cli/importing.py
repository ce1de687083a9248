"""`activities import` and `activities imported`: logs of others, each apart with its verdict."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wallet.cli.exporting import file_passphrase, tell, verdict
from wallet.cli.render import activity_line, activity_object, local_time, moment
from wallet.cli.session import Session
from wallet.errors import ExitCode

if TYPE_CHECKING:
    from wallet.service.wallet import Wallet


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--file-passphrase-file", "phrase_file", metavar="FILE", default="")
@click.pass_obj
def command(session: Session, file: Path, phrase_file: str) -> int:
    """Keep a log that somebody exported to FILE, apart from your own."""
    from wallet.service import exporting, importing

    say, now = session.say, session.now()
    with session.open(write=True, now=now) as wallet:
        passphrase = file_passphrase(session, phrase_file, again=False)
        found = importing.bring_in(wallet, exporting.open_file(file, passphrase), now=now)
    name = found.kept.activity
    say.result({"activity": name, "log": found.kept.log, **verdict(found.checked)})
    tell(say, found.checked)
    say.text("import.done", id=name[:8])
    say.talk("import.next", id=name[:8])
    return ExitCode.OK if found.checked.ok else ExitCode.LOG_BROKEN


@click.command("imported")
@click.argument("log_id", metavar="[ID]", default="")
@click.option("--search", metavar="WORDS", default="")
@click.option("--limit", type=click.IntRange(0), default=0)
@click.pass_obj
def imported(session: Session, log_id: str, search: str, limit: int) -> int:
    """List the logs of others, or what one of them tells."""
    with session.open(write=False) as wallet:
        if log_id:
            return _one(session, wallet, log_id, search, limit)
        return _all(session, wallet)


def _all(session: Session, wallet: "Wallet") -> int:
    say, found = session.say, wallet.store.foreign_logs()
    for one in found:
        say.line(
            {
                "activity": one.activity,
                "log": one.log,
                "imported_at": moment(one.imported_at),
                "entries": one.entries,
                "withheld": one.withheld,
                "ok": one.faults == 0,
            }
        )
        stood = say.texts.get("import.stood" if one.faults == 0 else "import.stood-not")
        say.plain(
            f"{one.activity[:8]}  {local_time(one.imported_at)}  "
            + say.texts.get("import.line", count=one.entries, stood=stood)
        )
    if not found:
        say.talk("import.nothing")
    return ExitCode.OK


def _one(session: Session, wallet: "Wallet", log_id: str, search: str, limit: int) -> int:
    from wallet.service import importing

    say = session.say
    found = importing.one(wallet, log_id, now=session.now())
    shown = wallet.store.foreign_activities(found.kept.activity, search=search, limit=limit)
    events: dict[str, Counter[str]] = {}
    for event in found.checked.exported.entries:
        events.setdefault(event.activity, Counter())[event.kind.value] += 1
    for one in shown:
        say.line(activity_object(one))
        say.plain(activity_line(say.texts, one, events.get(one.id)))
    if not shown:
        say.talk("activities.none")
    ok = found.checked.ok
    for fault in found.checked.judgement.faults:
        what = say.texts.find(f"fault.{fault.code}")
        say.talk(
            "verify.fault", n=fault.n, what=what or say.texts.get("export.fault", code=fault.code)
        )
    say.talk("verify.ok" if ok else "verify.broken", count=len(found.checked.judgement.statements))
    say.talk("export.word")
    return ExitCode.OK if ok else ExitCode.LOG_BROKEN
