"""`regie-wallet add`: cards from an offer of the municipality."""

from dataclasses import replace
from pathlib import Path

import click

from credential.strictjson import Object
from wallet import doors, files, links
from wallet.cli import handing
from wallet.cli.output import Output
from wallet.cli.session import Session
from wallet.errors import ExitCode, Usage, WalletError
from wallet.fetch import Fetch
from wallet.links import PresentationLink
from wallet.service import add as service
from wallet.service import get, requests
from wallet.service.collecting import Progress
from wallet.service.looking import Look
from wallet.service.wallet import Wallet


@click.command("add")
@click.argument("link")
@click.option("--tx-code-file", metavar="FILE")
@click.option("--yes", is_flag=True)
@click.option("--no-browser", is_flag=True)
@click.pass_obj
def command(
    session: Session, link: str, tx_code_file: str | None, yes: bool, no_browser: bool
) -> int:
    """Fetch cards that the municipality offers."""
    now, say = session.now(), session.say
    text = doors.read_text(link, session.read_input)
    found = links.parse(text)
    if isinstance(found, PresentationLink):
        raise Usage("add.not_an_offer")
    if not yes and tx_code_file is None and handing.given(session, text):
        return ExitCode.PENDING
    code = None if tx_code_file is None else _code(session, tx_code_file)
    with session.open(write=True, now=now) as wallet:
        fetch = doors.network(wallet.config)
        contact = service.first_contact(wallet, found, now=now)
        if contact is not None and not yes and not say.confirm("add.contact", host=contact):
            raise WalletError("declined", exit=ExitCode.DECLINED)
        look = service.look(wallet, fetch, found, now=now)
        show(look, say)
        if not yes and not say.confirm("add.question", issuer=look.issuer):
            service.decline(wallet, look, now=now)
            raise WalletError("declined", exit=ExitCode.DECLINED)
        if look.needs_login:
            progress = log_in(wallet, fetch, look, session, browser=not no_browser)
        else:
            if look.tx_code is not None and code is None:
                code = say.secret("add.code", instead="--tx-code-file", host=look.host)
            progress = service.accept(wallet, fetch, look, tx_code=code, now=now)
            tell(progress, say)
            progress = _wait(wallet, fetch, progress, session, ask=not yes)
    say.result(summary(progress))
    return exit_of(progress)


def log_in(
    wallet: Wallet, fetch: Fetch, look: Look, session: Session, *, browser: bool
) -> Progress:
    """The login in the browser, from the address to the cards."""
    from wallet.browser import Listener, beside_terminal

    say = session.say
    with Listener() as listener:
        login = get.begin(
            wallet, fetch, look, redirect_uri=listener.redirect_uri, now=session.now()
        )
        try:
            start = beside_terminal() if browser else None
            opened = start is not None and start(login.url)
            say.talk("get.opened" if opened else "get.open-this", host=look.login_host)
            say.talk_plain(login.url)
            say.talk("get.waiting")
            query = listener.wait()
        except BaseException:
            get.abandon(wallet, login, "login.interrupted", now=session.now())
            raise
    progress = get.finish(wallet, fetch, login, query, now=session.now())
    tell(progress, say)
    if progress.state == "pending":
        say.text("add.later")
    elif progress.received:
        say.text("add.done")
    return progress


def summary(progress: Progress) -> Object:
    """How an issuance stands, for machines."""
    return {
        "outcome": progress.state,
        "request": progress.id,
        "number": progress.number,
        "issuer": progress.issuer,
        "kinds": [*progress.kinds],
        "cards": [card.id for card in progress.received],
        "denied": [{"kind": kind, "reason": reason} for kind, reason in progress.denied],
    }


def _wait(
    wallet: Wallet, fetch: Fetch, progress: Progress, session: Session, *, ask: bool
) -> Progress:
    """While the clerk types the number: each Enter looks whether the cards are there."""
    say, got = session.say, progress
    while ask and got.state == "pending" and say.interactive:
        if say.ask("add.enter"):
            break
        more = requests.collect_one(wallet, fetch, got, now=session.now())
        tell(more, say, again=True)
        got = replace(
            more, received=(*got.received, *more.received), denied=(*got.denied, *more.denied)
        )
    if got.state == "pending":
        say.text("add.later")
    elif got.received:
        say.text("add.done")
    return got


def show(look: Look, say: Output) -> None:
    """Who offers what, before anything is agreed."""
    say.texts.learn(look.names(say.texts.lang))
    say.talk("add.offer", issuer=look.issuer, host=look.host)
    if not look.registered:
        say.talk("add.stranger", host=look.host)
        say.talk("add.stranger-risk")
        if look.login_host != look.host:
            say.talk("add.stranger-server", host=look.login_host)
    for kind in look.kinds:
        say.talk_plain(f"  {kind_title(kind, say)}")
    if look.needs_login:
        say.talk("get.steps", host=look.login_host)
    else:
        say.talk("add.steps" if look.tx_code else "add.no-code")


def tell(progress: Progress, say: Output, *, again: bool = False) -> None:
    """How the issuance stands, in sentences; `again` when the number was told before."""
    for card in progress.received:
        say.text("add.received", title=kind_title(card.kind, say), copies=card.copies)
    for kind, reason in progress.denied:
        sentence = say.texts.find(f"denied.{reason}") or say.texts.get("denied.other", code=reason)
        say.text("add.denied", title=kind_title(kind, say), reason=sentence)
    if progress.state == "pending":
        if progress.number:
            key = "add.not-yet" if again else "add.pending"
            say.text(key, number=spaced(progress.number), issuer=progress.issuer)
        else:
            say.text("get.pending", issuer=progress.issuer)
    if progress.state == "expired":
        say.text("add.expired", issuer=progress.issuer)


def exit_of(progress: Progress) -> int:
    """0 when there are cards, 8 while waiting, 5 when the issuer gave none."""
    match progress.state:
        case "received":
            return ExitCode.OK
        case "pending":
            return ExitCode.PENDING
        case _:
            return ExitCode.NOT_TRUSTED


def kind_title(kind: str, say: Output) -> str:
    """What people call a kind of card."""
    return say.texts.find(f"kind.{kind}") or kind


def spaced(number: str) -> str:
    """Six digits as they are read aloud."""
    return f"{number[:3]} {number[3:]}"


def _code(session: Session, name: str) -> str:
    """The spoken code from a private file, or from standard input."""
    return session.read_input() if name == "-" else files.read_private(Path(name)).strip()
