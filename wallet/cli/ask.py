"""`regie-wallet ask RIGHT ACTIVITY`: a right over data that was shared, asked and answered."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path as File

import click

from credential.names import Path
from credential.rights import Right
from wallet import doors, files
from wallet.cli import answers, elsewhere
from wallet.cli.answers import Labels
from wallet.cli.cases import read_text
from wallet.cli.session import Session
from wallet.errors import ExitCode, NoMatch, Usage, WalletError
from wallet.naming import label_of
from wallet.phrases import claim_text
from wallet.service import accessdata, cards, proposals
from wallet.service import rights as service
from wallet.service.lookback import Lookback, look_back
from wallet.service.proposals import Shared, Wish
from wallet.service.wallet import Wallet

RIGHTS = tuple(right.value for right in Right)
_SURE = frozenset({Right.RECTIFICATION, Right.ERASURE, Right.RESTRICTION, Right.OBJECTION})
"""These change something there: asked first, and "no" is what silence means."""


@dataclass(frozen=True)
class Options:
    """How it was asked on the command line."""

    confirm: bool
    yes: bool
    claims: str
    from_file: str | None
    text_file: str | None
    save: str | None
    by: str | None
    open: bool


@dataclass(frozen=True)
class Asked:
    """What will be asked: about which data, what they should be, in which words."""

    right: Right
    claims: tuple[Path, ...] = ()
    changes: tuple[tuple[Shared, object], ...] = field(default=(), repr=False)
    wish: Wish | None = field(default=None, repr=False)
    text: str = field(default="", repr=False)


@click.command("ask")
@click.argument("right", type=click.Choice(RIGHTS))
@click.argument("activity")
@click.option("--confirm", is_flag=True)
@click.option("--yes", is_flag=True)
@click.option("--claims", metavar="KIND:PATH,…", default="")
@click.option("--from-file", metavar="FILE")
@click.option("--text-file", metavar="FILE")
@click.option("--save", metavar="FILE")
@click.option("--by", type=click.Choice(["mail", "web", "phone"]))
@click.option("--open", is_flag=True)
@click.pass_obj
def command(session: Session, /, right: str, activity: str, **given: object) -> int:
    """Use a right over data you shared."""
    options = Options(**given)  # type: ignore[arg-type]
    now, say = session.now(), session.say
    with session.open(write=True, now=now) as wallet:
        found = look_back(wallet, activity)
        activity = found.activity.id
        direct = options.by is None and wallet.store.rights_key(activity) is not None
        if options.by is None and not direct:
            elsewhere.needed(wallet, found, Right(right), say)
        asked = _asked(session, wallet, found, Right(right), options)
        if not direct:
            return elsewhere.letter(session, wallet, found, asked, options, now=now)
        if asked.right in _SURE and not (options.yes or options.confirm):
            key = "rights.sure" if asked.right is Right.ERASURE else f"rights.sures.{right}"
            if not say.confirm(key):
                raise WalletError("declined", exit=ExitCode.DECLINED)
        return _ask(session, wallet, activity, asked, options, now)


def _ask(
    session: Session, wallet: Wallet, activity: str, asked: Asked, options: Options, now: int
) -> int:
    """Asks; where they name a consequence, asks the resident again and then them."""
    say, fetch = session.say, doors.network(wallet.config)
    labels = Labels.of(wallet, activity, session)

    def once(confirm: str | None) -> service.Answered:
        return service.ask(
            wallet,
            fetch,
            activity,
            asked.right,
            now=now,
            confirm=confirm,
            claims=asked.claims,
            proposed=None if asked.wish is None else asked.wish.proposed,
            text=asked.text,
        )

    told = service.consequence_told(wallet, activity, asked.right)
    found = once(None)
    consequence = None if found.answer is None else found.answer.consequence
    if consequence is not None:
        text = consequence.en if session.lang == "en" else consequence.nl
        say.talk("rights.consequence", text=text)
        # Twice asked, and "no" is what silence means (formats.md 4); a script is shown the
        # question and may come back with --confirm: a yes to what was shown, and to nothing else.
        if not (options.confirm and told == (consequence.nl, consequence.en)):
            if not say.interactive:
                answers.show(found, say, labels)
                return answers.exit_code(found)
            if not say.confirm("rights.confirm"):
                answers.show(found, say, labels)
                raise WalletError("declined", exit=ExitCode.DECLINED)
        found = once(consequence.id)
    answers.show(found, say, labels)
    if found.told is not None and options.save is not None:
        accessdata.save(wallet, activity, File(options.save))
        say.talk("data.saved", file=File(options.save).name)
    return answers.exit_code(found)


def _asked(
    session: Session, wallet: Wallet, found: Lookback, right: Right, options: Options
) -> Asked:
    """What is asked, from the options or from the person at the keyboard."""
    if options.save is not None:
        # Before anything leaves: an answer that finds no place would have to be asked again.
        files.require_absent(File(options.save))
    if right is Right.RECTIFICATION:
        return _correction(session, wallet, found, options)
    items, text = proposals.whole(found), _words(session, right, options)
    claims = proposals.choose(items, filter(None, options.claims.split(",")))
    if claims and right not in _SURE:
        raise Usage("ask.no_choice")
    return Asked(right, claims, text=text)


def _words(session: Session, right: Right, options: Options) -> str:
    """Words of the resident's own, from a file or asked where they help."""
    if options.text_file is not None:
        return service.require_text(read_text(session, options.text_file))
    say = session.say
    if right in (Right.OBJECTION, Right.RESTRICTION) and say.interactive and not options.yes:
        return service.require_text(say.ask(f"rights.why.{right.value}"))
    return ""


def _correction(session: Session, wallet: Wallet, found: Lookback, options: Options) -> Asked:
    """One item by its number and what it should be, or several from a file."""
    items = proposals.single(found)
    if not items:
        raise NoMatch("ask.not_shared")
    if options.from_file is None:
        wish = _typed(session, wallet, items)
    else:
        wish = proposals.read(items, read_text(session, options.from_file))
    by_path = {item.path: item for item in items}
    changes = [(by_path[path], value) for path, value in zip(wish.paths, wish.values, strict=True)]
    text = service.require_text(wish.text)
    return Asked(Right.RECTIFICATION, wish.paths, tuple(changes), wish, text)


def _typed(session: Session, wallet: Wallet, items: Sequence[Shared]) -> Wish:
    say = session.say
    say.needs_terminal("--from-file")
    types = cards.types(wallet)
    for number, item in enumerate(items, 1):
        label = label_of(item.vct, item.path, types, say.texts.lang)
        value = claim_text(item.path, item.value, say.texts) if item.known else ""
        say.talk_plain(f"{number:>3}  {label}" + (f": {value}" if value else ""))
    typed = say.ask("correct.which")
    if not typed.isdecimal() or not 0 < int(typed) <= len(items):
        raise Usage("correct.nothing")
    item = items[int(typed) - 1]
    label = label_of(item.vct, item.path, types, say.texts.lang)
    wanted = proposals.should_be(item, say.ask("correct.should", label=label))
    return Wish((item.path,), (wanted,), say.ask("rights.why.rectification"))
