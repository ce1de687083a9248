"""`regie-wallet report ACTIVITY`: to the supervisory authority, with the evidence in one file."""

from pathlib import Path as File

import click

from wallet import files
from wallet.cli import elsewhere as showing
from wallet.cli.cases import read_text
from wallet.cli.output import Output
from wallet.cli.session import Session
from wallet.errors import ExitCode, Usage, WalletError
from wallet.letters import Letter
from wallet.service import drafting, elsewhere
from wallet.service import report as service
from wallet.service.report import Facts
from wallet.service.wallet import Wallet


@click.command("report")
@click.argument("activity")
@click.option("--save", metavar="FILE")
@click.option("--text-file", metavar="FILE")
@click.option("--by", type=click.Choice(["mail", "web", "phone"]))
@click.option("--open", "open_it", is_flag=True)
@click.option("--yes", is_flag=True)
@click.pass_obj
def command(
    session: Session,
    activity: str,
    save: str | None,
    text_file: str | None,
    by: str | None,
    open_it: bool,
    yes: bool,
) -> None:
    """Report an organisation to the supervisory authority."""
    now, say = session.now(), session.say
    with session.open(write=True, now=now) as wallet:
        found = service.facts(wallet, activity, now=now)
        way = None if by is None else elsewhere.choose(found.ways, by)
        if save is not None:
            files.require_absent(File(save))
        words = _words(session, text_file, yes=yes)
        inside = service.names(wallet, found.activity.id) if save is not None else ()
        made = drafting.report(wallet, found, say.texts, words=words, files=inside)
        _show(found, made, say)
        if way is None and save is None:
            raise Usage("report.choose")
        if not yes and not say.confirm("report.sure"):
            raise WalletError("declined", exit=ExitCode.DECLINED)
        _send(wallet, found, made, say, save=save, now=now)
        case = service.begin(wallet, found, way, made, now=now)
    say.result(
        {
            "activity": found.activity.id,
            "case": case.id,
            "authority": {**found.authority},
            "channel": "file" if way is None else way.channel.value,
            "contact": "" if way is None else way.contact,
            "about": [*found.codes],
            "file": None if save is None else File(save).name,
            "subject": made.subject,
            "letter": made.body,
        }
    )
    if way is not None:
        showing.deliver(made, way, say, save=None, open_it=open_it, yes=yes, now=now)
    say.text("report.logged", id=case.id[:8])


def _words(session: Session, text_file: str | None, *, yes: bool) -> str:
    if text_file is not None:
        return service.require_words(read_text(session, text_file))
    return session.say.ask("report.words") if session.say.interactive and not yes else ""


def _show(found: Facts, made: Letter, say: Output) -> None:
    name = found.authority.get("name")
    if name:
        say.text("report.authority", name=name)
    else:
        say.text("report.authority-unknown", party=found.activity.party_name)
        if found.registrar:
            say.text("report.look-up", uri=found.registrar)
    for way in found.ways:
        say.text(f"elsewhere.way.{way.channel.value}", contact=way.contact)
    say.text("elsewhere.draft", subject=made.subject)
    for line in made.body.splitlines():
        say.plain(f"  {line}" if line else "")


def _send(
    wallet: Wallet, found: Facts, made: Letter, say: Output, *, save: str | None, now: int
) -> None:
    if save is not None:
        service.save(service.bundle(wallet, found, made, now=now), File(save))
        say.talk("report.saved", file=File(save).name)
