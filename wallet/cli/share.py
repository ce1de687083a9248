"""`regie-wallet share`: who asks, why, which data; then yes or no."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import click

from wallet import doors, proof
from wallet.caution import Warn
from wallet.cautionwords import details
from wallet.cli import handing, onward
from wallet.cli.output import Output
from wallet.cli.session import Session
from wallet.cli.shown import shown
from wallet.errors import ExitCode, NoMatch, Shared, Usage, WalletError
from wallet.fetch import Fetch
from wallet.links import PresentationLink
from wallet.options import Option
from wallet.question import Question
from wallet.refusals import LinkError, NetworkError
from wallet.service import share as service
from wallet.service.share import Declined, Done, Posed
from wallet.service.wallet import Wallet
from wallet.sharing import Acknowledged, Rejected, Unknown, Unsent
from wallet.wording import alternatives, lines, which


@click.command("share")
@click.argument("target", metavar="LINK|IMAGE|REQUEST-ID")
@click.option("--show", is_flag=True)
@click.option("--yes", is_flag=True)
@click.option("--claims", metavar="KIND:PATH,…")
@click.option("--card", multiple=True, metavar="CARD")
@click.option("--accept", multiple=True, metavar="WARNING")
@click.option("--decline", is_flag=True)
@click.option("--trace", is_flag=True)
@click.pass_obj
def command(
    session: Session,
    target: str,
    show: bool,
    yes: bool,
    claims: str | None,
    card: tuple[str, ...],
    accept: tuple[str, ...],
    decline: bool,
    trace: bool,
) -> int:
    """Answer an organisation that asks for data."""
    wishes = Wishes(show, yes, decline, claims, card, _accepted(accept))
    if not (show or yes or decline):
        target = handing.link_in(session, target)
        if handing.given(session, target):
            return ExitCode.PENDING
    now = session.now()
    with session.open(write=True, now=now) as wallet:
        fetch = doors.network(wallet.config)
        try:
            if ":" not in target and wallet.store.outgoing(target) is not None:
                return _resend(session, wallet, fetch, target, yes, now)
            return _answer(session, wallet, fetch, target, wishes, now)
        except WalletError as error:
            if error.shared is Shared.NOT_APPLICABLE:
                # Whatever stopped it before an answer: a person who shares wants to know.
                error.shared = Shared.NOTHING
            raise
        finally:
            if trace:
                session.say.talk("share.trace", peers=", ".join(fetch.peers))


@dataclass(frozen=True)
class Wishes:
    """What the flags say; refuses flags that contradict each other."""

    show: bool
    yes: bool
    decline: bool
    claims: str | None
    cards: tuple[str, ...]
    accepted: frozenset[Warn]

    def __post_init__(self) -> None:
        if self.show + self.yes + self.decline > 1:
            raise Usage("share.one_of", shared=Shared.NOTHING)


def _answer(
    session: Session, wallet: Wallet, fetch: Fetch, target: str, wishes: Wishes, now: int
) -> int:
    """Shows, declines or shares, as the flags or the person say."""
    if wishes.yes and wishes.claims is None:
        raise Usage("share.claims_needed", shared=Shared.NOTHING)
    posed = _posed(session, wallet, fetch, target, now)
    if wishes.show:
        return _show(session, posed)
    option, accepted, name = None, wishes.accepted, posed.question.asker.name
    if wishes.yes:
        option = _named(posed, (wishes.claims or "").split(","), wishes.cards)
    elif not wishes.decline:
        option = asked(session.say, posed.question, accepted)
        accepted = frozenset(() if option is None else option.warnings)
        if option is not None:
            session.confirm()
    if option is None:
        return _declined(session, service.decline(wallet, fetch, posed, now=now), name)
    done = service.share(wallet, fetch, posed, option, accepted=accepted, now=now)
    return _done(session, done, name)


def _accepted(codes: Sequence[str]) -> frozenset[Warn]:
    try:
        return frozenset(Warn(code) for code in codes)
    except ValueError:
        raise Usage("share.unknown_warning", shared=Shared.NOTHING) from None


def _posed(session: Session, wallet: Wallet, fetch: Fetch, target: str, now: int) -> Posed:
    pending = wallet.store.request(target) if ":" not in target else None
    if pending is not None:
        return service.pose(wallet, pending, lang=session.lang, now=now)
    try:
        link = doors.read_link(target, session.read_input)
    except LinkError:
        if ":" in target or "." in target or target == "-":
            raise
        raise NoMatch("share.request_gone") from None
    if not isinstance(link, PresentationLink):
        raise Usage("share.not_a_request", shared=Shared.NOTHING)
    return service.receive(wallet, fetch, link, lang=session.lang, now=now)


def _show(session: Session, posed: Posed) -> int:
    session.say.result(shown(posed))
    for line in lines(posed.question, _first(posed), session.say.texts):
        session.say.plain(line)
    _show_choices(session.say, posed)
    session.say.text("share.shown", id=posed.id)
    return ExitCode.OK


def _show_choices(say: Output, posed: Posed) -> None:
    """What a script would type: every allowed set in full, and the name of each warning."""
    if not posed.question.options:
        return
    say.text("share.scripts")
    sets = Counter(option.names for option in posed.question.options)
    for option in posed.question.options:
        # Where several cards hold the same, the number says which is meant.
        cards = dict.fromkeys(pick.card for pick in option.picks) if sets[option.names] > 1 else ()
        which = "".join(f" --card {card}" for card in cards)
        say.plain(f"  --claims {','.join(sorted(option.names))}{which}")
    every = [warn for option in posed.question.options for warn in option.warnings]
    for warn in dict.fromkeys(every):
        say.plain(f"  --accept {warn.value}")


def _first(posed: Posed) -> Option | None:
    return posed.question.options[0] if posed.question.options else None


def _named(posed: Posed, names: Sequence[str], cards: Sequence[str]) -> Option:
    """The one allowed set that was spelled out in full; anything else shares nothing.

    `cards`: by the beginning of their number, where several hold the same.
    """
    if not posed.question.options:
        raise NoMatch("share.no_card", shared=Shared.NOTHING)
    held = {pick.card for one in posed.question.options for pick in one.picks}
    meant = [{card for card in held if card.startswith(start)} for start in cards if start]
    if any(len(found) != 1 for found in meant):
        raise Usage("share.which_card", shared=Shared.NOTHING)
    chosen = [card for found in meant for card in found]
    option = posed.question.option((name.strip() for name in names if name.strip()), chosen)
    if option is None:
        raise Usage("share.not_a_set", shared=Shared.NOTHING)
    return option


def asked(say: Output, question: Question, accepted: frozenset[Warn]) -> Option | None:
    """The question to a person; "niet delen" is what Enter means, and each warning asks again."""
    for line in lines(question, question.options[0] if question.options else None, say.texts):
        say.talk_plain(line)
    say.needs_terminal()
    if not question.options:
        say.ask("share.no_card_enter", name=question.asker.name)
        return None
    option = _chosen(say, question)
    for warn in option.warnings:
        if warn not in accepted and not say.confirm(f"warning.{warn.value}_accept"):
            return None
    return option if say.confirm("share.question", name=question.asker.name) else None


def _chosen(say: Output, question: Question) -> Option:
    """What the asker prefers, unless the person picks another answer; that is shown again."""
    options = question.options
    if len(options) == 1:
        return options[0]
    say.talk("share.less")
    for number, words in enumerate(alternatives(question, say.texts), 2):
        say.talk_plain(f"  {number}: {words}")
    while True:
        answer = say.ask(
            "share.which_of_two" if len(options) == 2 else "share.which_set",  # noqa: PLR2004
            count=len(options),
        )
        if not answer:
            return options[0]
        if answer.isdecimal() and 1 <= int(answer) <= len(options):
            break
        say.talk("share.no_such_number", count=len(options))
    option = options[int(answer) - 1]
    if option is not options[0]:
        for line in which(option, say.texts):
            say.talk_plain(line)
        for warn in option.warnings:
            if warn not in options[0].warnings:
                say.talk_plain("  ! " + say.texts.get(f"warning.{warn.value}"))
                for line in details(question, option, warn, say.texts):
                    say.talk_plain(f"      - {line}")
    return option


def _declined(session: Session, declined: Declined, name: str) -> int:
    say = session.say
    outcome = "declined" if declined.matched else "unmatched"
    say.result(
        {
            "outcome": outcome,
            "activity": declined.id,
            "redirect_uri": declined.redirect_uri,
            "shared": Shared.NOTHING.value,
        }
    )
    say.text(f"share.told.{outcome}", name=name)
    say.shared(Shared.NOTHING)
    if declined.redirect_uri is not None:
        onward.offer(declined.redirect_uri, name, say)
    return ExitCode.DECLINED if declined.matched else ExitCode.NO_MATCH


def _done(session: Session, done: Done, name: str) -> int:
    """What came of it; a failure says whether anything may have left."""
    say = session.say
    receipt = None if done.verdict is None else proof.word(done.verdict)
    match done.settlement:
        case Acknowledged():
            say.result(
                {
                    "outcome": "shared",
                    "activity": done.id,
                    "receipt": receipt,
                    "confirm_code": done.confirm_code,
                    "redirect_uri": done.redirect_uri,
                    "host": done.host,
                }
            )
            say.text("share.told.done", name=name)
            say.text(f"share.receipt.{receipt}")
            _tell_next(done, name, say)
            return ExitCode.OK
        case Rejected(reason):
            raise WalletError(
                "share.rejected",
                exit=ExitCode.NOT_TRUSTED,
                shared=Shared.DONE,
                reason=reason,
                activity=done.id,
            )
        case Unsent():
            raise NetworkError("share.unsent", host=done.host, activity=done.id)
        case Unknown():
            raise NetworkError(
                "share.unknown", shared=Shared.MAYBE, host=done.host, activity=done.id
            )


def _tell_next(done: Done, name: str, say: Output) -> None:
    if done.confirm_code is not None:
        code = f"{done.confirm_code[:3]} {done.confirm_code[3:]}"
        say.text("share.confirm_code", code=code, host=done.host)
    match done.redirect_uri, done.confirm_code:
        case None, _:
            pass
        case str(uri), None:
            onward.offer(uri, name, say)
        case uri, _:
            say.text("share.redirect", uri=uri)


def _resend(
    session: Session, wallet: Wallet, fetch: Fetch, activity: str, yes: bool, now: int
) -> int:
    """The same bytes again, after a plain question."""
    if not yes and not session.say.confirm("share.resend"):
        raise WalletError("declined", exit=ExitCode.DECLINED)
    done = service.resend(wallet, fetch, activity, now=now)
    found = wallet.store.activity(activity)
    return _done(session, done, done.host if found is None else found.party_name or done.host)
