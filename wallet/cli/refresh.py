"""`regie-wallet refresh`: what became of the cards, and new ones in their place."""

import click

from credential.strictjson import Json, Object
from wallet import cardwords, doors
from wallet.cli.add import kind_title, log_in, show, tell
from wallet.cli.output import Output
from wallet.cli.render import moment
from wallet.cli.session import Session
from wallet.errors import ExitCode
from wallet.fetch import Fetch
from wallet.service import cards, get
from wallet.service import refresh as service
from wallet.service.collecting import Progress
from wallet.service.refresh import Found, News, Told
from wallet.service.wallet import Wallet


@click.command("refresh")
@click.option("--yes", is_flag=True)
@click.option("--no-browser", is_flag=True)
@click.pass_obj
def command(session: Session, yes: bool, no_browser: bool) -> int:
    """See what became of your cards, and fetch new ones in their place."""
    now, say = session.now(), session.say
    with session.open(write=True, now=now) as wallet:
        network = doors.network(wallet.config)
        found = service.look(wallet, network, now=now)
        _lists(found, say)
        lines: list[Json] = []
        for news in found.issuers:
            _explain(news, say)
            progress = _act(wallet, network, news, session, yes=yes, browser=not no_browser)
            lines.append(_line(news, progress))
    if not found.issuers:
        say.text("refresh.none")
    say.result(
        {
            "lists": {"read": found.lists.read, "missing": found.lists.missing},
            "revoked": [card.id for card in (*found.distrusted, *found.lists.revoked)],
            "issuers": lines,
        }
    )
    return _exit(found)


def _act(
    wallet: Wallet, network: Fetch, news: News, session: Session, *, yes: bool, browser: bool
) -> Progress | None:
    """New cards where there are any, or a new login where only that helps; a no changes nothing."""
    say = session.say
    if news.fetch:
        if not yes and not say.confirm("refresh.question", issuer=news.name, default=True):
            return None
        progress = service.renew(wallet, network, news, now=session.now())
        tell(progress, say)
        _changed(wallet, progress, say)
        return progress
    target = {"login": (news.name,), "withdrawn": news.successors}.get(news.state, ())
    if len(target) == 1 and not yes and say.interactive:
        look = get.look(wallet, network, target[0], news.again, now=session.now())
        show(look, say)
        if say.confirm("add.question", issuer=look.issuer):
            return log_in(wallet, network, look, session, browser=browser)
    return None


def _changed(wallet: Wallet, progress: Progress, say: Output) -> None:
    """What the new cards say else: before and after, for a person and on the screen alone."""
    types = cards.types(wallet)
    for card in progress.received:
        if card.id in progress.changed:
            found = progress.changed[card.id]
            title = kind_title(card.kind, say)
            say.text("card.change.heading" if found else "card.change.same", title=title)
            for text in cardwords.changes(found, card.vct, types, say.texts):
                say.plain(f"  {text}")


def _lists(found: Found, say: Output) -> None:
    for card in found.distrusted:
        say.text("refresh.distrusted", title=kind_title(card.kind, say), issuer=card.issuer_name)
    for card in found.lists.revoked:
        say.text("refresh.revoked", title=kind_title(card.kind, say), issuer=card.issuer_name)
    if found.lists.missing:
        say.talk("refresh.lists-missing", count=found.lists.missing)


def _explain(news: News, say: Output) -> None:
    """What this issuer tells, in sentences."""
    for told in news.told:
        if told.state != "valid":
            say.text(
                f"refresh.{told.state}-because",
                title=kind_title(told.kind, say),
                reason=reason(told, say),
            )
    names = ", ".join(news.successors)
    if news.state == "withdrawn":
        key = "successor" if names else "withdrawn"
    elif news.state == "known":
        key = "wait" if news.wait else "" if news.fetch else "current"
    else:
        key = news.state
    if key:
        say.text(
            f"refresh.{key}",
            issuer=news.name,
            successors=names,
            minutes=-(-news.wait // 60),
            reason=news.error,
        )


def reason(told: Told, say: Output) -> str:
    """Why, in words: "je bent verhuisd"."""
    return say.texts.get(f"reason.{told.reason}" if told.reason else "refresh.other-reason")


def _line(news: News, progress: Progress | None) -> Object:
    told: list[Json] = [
        {
            "kind": one.kind,
            "state": one.state,
            "reason": one.reason or None,
            "at": None if one.at is None else moment(one.at),
        }
        for one in news.told
    ]
    fetched: Object = {}
    if progress is not None:
        denied: list[Json] = [{"kind": kind, "reason": why} for kind, why in progress.denied]
        fetched = {
            "outcome": progress.state,
            "request": progress.id,
            "fetched": [card.id for card in progress.received],
            "changed": [
                {"card": card, "paths": [one.text for one in changes]}
                for card, changes in progress.changed.items()
            ],
            "denied": denied,
        }
    return {
        "issuer": news.name,
        "oin": news.oin,
        "state": news.state,
        "cards": told,
        "wait": news.wait,
        "successors": [*news.successors],
        "error": news.error or None,
        **fetched,
    }


def _exit(found: Found) -> int:
    """0 when every issuer answered; else as the worst of them: a login, or no connection."""
    states = {news.state for news in found.issuers}
    if "refused" in states:
        return ExitCode.NOT_TRUSTED
    if "unreachable" in states:
        return ExitCode.NETWORK
    return ExitCode.OK
