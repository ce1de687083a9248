"""`regie-wallet share`: who asks, why, which data; then yes or no."""

from collections.abc import Sequence
from dataclasses import dataclass

import click

from credential.strictjson import Object
from wallet import doors, proof
from wallet.caution import Warn
from wallet.cli.output import Output
from wallet.cli.render import moment
from wallet.cli.session import Session
from wallet.errors import ExitCode, NoMatch, Shared, Usage, WalletError
from wallet.fetch import Fetch
from wallet.links import PresentationLink
from wallet.question import Option
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
    accept: tuple[str, ...],
    decline: bool,
    trace: bool,
) -> int:
    """Answer an organisation that asks for data."""
    wishes = Wishes(show, yes, decline, claims, _accepted(accept))
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
        option = _named(posed, (wishes.claims or "").split(","))
    elif not wishes.decline:
        option = _asked(session, posed, accepted)
        accepted = frozenset(() if option is None else option.warnings)
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
    for option in posed.question.options:
        say.plain(f"  --claims {','.join(sorted(option.names))}")
    every = [warn for option in posed.question.options for warn in option.warnings]
    for warn in dict.fromkeys(every):
        say.plain(f"  --accept {warn.value}")


def shown(posed: Posed) -> Object:
    """The question for machines: what can be chosen, and no values."""
    question, registered = posed.question, posed.request.registration
    retention = question.retention
    every = dict.fromkeys(
        [*question.warnings, *(warn for one in question.options for warn in one.warnings)]
    )
    return {
        "request": posed.id,
        "asker": {
            "name": question.asker.name,
            "legal_name": question.asker.legal_name,
            "oin": question.asker.oin,
            "service_id": question.asker.service_id,
            "host": question.asker.host,
            "registered": True,
        },
        "purpose": {
            "id": question.purpose_id,
            "nl": registered.purpose.nl,
            "en": registered.purpose.en,
        },
        "retention": None
        if retention is None
        else {"duration": retention.duration, "starts": retention.starts},
        "recipients": None if question.recipients is None else [*question.recipients],
        "transaction_data": [
            {
                "type": item.type,
                "credential_ids": [*item.credential_ids],
                "title": {"nl": item.title.nl, "en": item.title.en},
                "reference": item.reference,
                "application_hash": item.application_hash,
                "attachments": [
                    {"name": one.name, "sha256": one.sha256, "size": one.size}
                    for one in item.attachments
                ],
            }
            for _, item in posed.request.transaction_data
        ],
        "warnings": [warn.value for warn in every],
        "over_asked": [*question.over_asked],
        "satisfiable": bool(question.options),
        "missing": [
            {"query": one.query, "lack": one.lack.value}
            for one in question.asked
            if one.lack is not None
        ],
        "sets": [[*sorted(one.names)] for one in question.options],
        "set_warnings": [[warn.value for warn in one.warnings] for one in question.options],
        "expires": None if posed.request.expires_at is None else moment(posed.request.expires_at),
    }


def _first(posed: Posed) -> Option | None:
    return posed.question.options[0] if posed.question.options else None


def _named(posed: Posed, names: Sequence[str]) -> Option:
    """The one allowed set that was spelled out in full; anything else shares nothing."""
    if not posed.question.options:
        raise NoMatch("share.no_card", shared=Shared.NOTHING)
    option = posed.question.option(name.strip() for name in names if name.strip())
    if option is None:
        raise Usage("share.not_a_set", shared=Shared.NOTHING)
    return option


def _asked(session: Session, posed: Posed, accepted: frozenset[Warn]) -> Option | None:
    """The question to a person; "niet delen" is what Enter means, and each warning asks again."""
    say, question = session.say, posed.question
    for line in lines(question, _first(posed), say.texts):
        say.talk_plain(line)
    say.needs_terminal()
    if not question.options:
        say.ask("share.no_card_enter", name=question.asker.name)
        return None
    option = _chosen(say, posed)
    for warn in option.warnings:
        if warn not in accepted and not say.confirm(f"warning.{warn.value}_accept"):
            return None
    return option if say.confirm("share.question", name=question.asker.name) else None


def _chosen(say: Output, posed: Posed) -> Option:
    """What the asker prefers, unless the person picks another answer; that is shown again."""
    options = posed.question.options
    if len(options) == 1:
        return options[0]
    say.talk("share.less")
    for number, words in enumerate(alternatives(posed.question, say.texts), 2):
        say.talk_plain(f"  {number}: {words}")
    while True:
        answer = say.ask("share.which_set", count=len(options))
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
            _tell_next(done, say)
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


def _tell_next(done: Done, say: Output) -> None:
    if done.confirm_code is not None:
        code = f"{done.confirm_code[:3]} {done.confirm_code[3:]}"
        say.text("share.confirm_code", code=code, host=done.host)
    if done.redirect_uri is not None:
        say.text("share.redirect", uri=done.redirect_uri)


def _resend(
    session: Session, wallet: Wallet, fetch: Fetch, activity: str, yes: bool, now: int
) -> int:
    """The same bytes again, after a plain question."""
    if not yes and not session.say.confirm("share.resend"):
        raise WalletError("declined", exit=ExitCode.DECLINED)
    done = service.resend(wallet, fetch, activity, now=now)
    found = wallet.store.activity(activity)
    return _done(session, done, done.host if found is None else found.party_name or done.host)
