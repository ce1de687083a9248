"""Asking an organisation by mail, at its page or by telephone, from the terminal (TS7)."""

from pathlib import Path as File
from typing import TYPE_CHECKING

from credential.rights import Right
from credential.strictjson import Object
from wallet import browser, letters
from wallet.cli.output import Output
from wallet.cli.session import Session
from wallet.errors import ExitCode, NoMatch, Usage, WalletError
from wallet.letters import Letter
from wallet.service import drafting, elsewhere, report
from wallet.service.elsewhere import Channel, Way
from wallet.service.lookback import Lookback
from wallet.service.wallet import Wallet

if TYPE_CHECKING:
    from wallet.cli.ask import Asked, Options


def needed(wallet: Wallet, found: Lookback, right: Right, say: Output) -> None:
    """There is no address for requests: says how they can be reached, and with which option."""
    ways = elsewhere.ways(wallet, found.activity.id) if _shared(found) else ()
    if right not in elsewhere.RIGHTS or not ways:
        raise NoMatch("ask.no_endpoint")
    tell_ways(ways, say)
    raise Usage("ask.choose_way", ways=", ".join(one.channel.value for one in ways))


def letter(
    session: Session,
    wallet: Wallet,
    found: Lookback,
    asked: "Asked",
    options: "Options",
    *,
    now: int,
) -> int:
    """The draft with the legal wording; on record before anything opens."""
    say, activity = session.say, found.activity.id
    if not _shared(found):
        raise NoMatch("ask.not_shared")
    if asked.right not in elsewhere.RIGHTS:
        raise NoMatch("ask.no_endpoint")
    way = elsewhere.choose(elsewhere.ways(wallet, activity), str(options.by))
    made = drafting.ask(
        wallet,
        found,
        asked.right,
        say.texts,
        claims=asked.claims,
        changes=asked.changes,
        words=asked.text,
    )
    show(made, way, say)
    _agree(options, say, "elsewhere.begin", way)
    case = elsewhere.begin(
        wallet,
        activity,
        asked.right,
        way,
        claims=asked.claims,
        proposed=None if asked.wish is None else asked.wish.proposed,
        text=asked.text,
        now=now,
    )
    line: Object = {
        "activity": activity,
        "right": asked.right.value,
        "state": elsewhere.INITIATED,
        "case": case.id,
        "channel": way.channel.value,
        "contact": way.contact,
        "subject": made.subject,
        "letter": made.body,
    }
    say.result(line)
    deliver(made, way, say, save=options.save, open_it=options.open, yes=options.yes, now=now)
    say.text("elsewhere.logged", id=case.id[:8])
    return ExitCode.PENDING


def show(made: Letter, way: Way, say: Output) -> None:
    """To whom, and the text."""
    say.text(f"elsewhere.way.{way.channel.value}", contact=way.contact)
    say.text("elsewhere.draft", subject=made.subject)
    for line in made.body.splitlines():
        say.plain(f"  {line}" if line else "")


def deliver(
    made: Letter, way: Way, say: Output, *, save: str | None, open_it: bool, yes: bool, now: int
) -> None:
    """Into a file, and into the program for it after a plain question; only where asked for."""
    if save is not None:
        mail = way.channel is Channel.MAIL
        content = letters.mail_file(made, way.contact, at=now) if mail else made.text.encode()
        report.save(content, File(save))
        say.talk("elsewhere.saved", file=File(save).name)
    if not open_it:
        return
    open_program = browser.beside_terminal()
    if open_program is None:
        say.talk("elsewhere.no-program")
        return
    if way.channel is Channel.MAIL:
        # The text passes the programs of this computer on its way to the one for mail.
        if not (yes or say.confirm("elsewhere.mail-sure")):
            return
        opened = open_program(letters.mailto(made, way.contact))
    else:
        opened = open_program(way.contact if way.channel is Channel.WEB else f"tel:{way.contact}")
    if not opened:
        say.talk("elsewhere.no-program")


def tell_ways(ways: tuple[Way, ...], say: Output) -> None:
    """Every way there is."""
    for way in ways:
        say.talk(f"elsewhere.way.{way.channel.value}", contact=way.contact)


def _agree(options: "Options", say: Output, key: str, way: Way) -> None:
    if not options.yes and not say.confirm(key, contact=way.contact):
        raise WalletError("declined", exit=ExitCode.DECLINED)


def _shared(found: Lookback) -> bool:
    return any(claim.shared for claim in found.activity.claims.values())
