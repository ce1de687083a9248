"""`regie-wallet card ID`: one card with its data."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from credential.names import Path
from credential.strictjson import Json, Object
from wallet import cardwords
from wallet.cli.cards import lines, summary
from wallet.cli.output import Output
from wallet.cli.render import moment
from wallet.cli.session import Session
from wallet.naming import explanation_of, label_of
from wallet.phrases import claim_text, within
from wallet.service import cardlife
from wallet.service import cards as service
from wallet.service.cardlife import Happened

if TYPE_CHECKING:
    from wallet.naming import Types


@click.command("card")
@click.argument("card_id", metavar="ID")
@click.option("--history", is_flag=True)
@click.pass_obj
def command(session: Session, card_id: str, history: bool) -> None:
    """Show one card and what is on it."""
    now, say = session.now(), session.say
    with session.open(write=False, now=now) as wallet:
        one = service.one(wallet, card_id, now=now)
        types = {} if session.json_mode else service.types(wallet)
        happened = cardlife.history(wallet, one.card.id, now=now) if history else None
    more: Object = {} if happened is None else {"history": [*map(_happened, happened)]}
    say.result({**summary(one), "claims": one.claims, **more})
    if session.json_mode:
        return
    for line in lines(one, say):
        say.plain(line)
    if happened is not None:
        say.text("card.history")
        for what in happened:
            say.plain("  " + cardwords.line(what, one.card.vct, types, say.texts))
        return
    say.text("card.on-it")
    for name, value in _ordered(one.card.vct, (), one.claims, types):
        _claim(say, one.card.vct, (name,), value, types, "  ")
    if one.state in service.USABLE:
        say.text("card.wrong", id=one.card.id[:8])


def _happened(what: Happened) -> Json:
    return {
        "activity": what.activity,
        "at": moment(what.at),
        "kind": what.kind,
        "party": what.party or None,
        "outcome": what.outcome or None,
        "reason": what.reason or None,
        "copies": what.copies,
        "changed": [*what.changed],
        "shared": [*what.paths],
    }


def _ordered(
    vct: str, path: Path, members: Mapping[str, Json], types: "Types"
) -> list[tuple[str, Json]]:
    """The members below a path in the order of the scheme, then what the scheme does not know."""
    kind = types.get(vct)
    known = [
        claim.path[-1]
        for claim in (() if kind is None else kind.claims)
        if claim.path[:-1] == path and claim.path[-1] in members
    ]
    order = [name for name in known if isinstance(name, str)]
    return [(name, members[name]) for name in dict.fromkeys([*order, *members])]


def _claim(say: Output, vct: str, path: Path, value: Json, types: "Types", indent: str) -> None:
    """A claim with its value; what consists of parts has them below it, each by its own label."""
    label = label_of(vct, path, types, say.texts.lang)
    match value:
        case dict() if value:
            say.plain(f"{indent}{label}:")
            for name, part in _ordered(vct, path, value, types):
                _claim(say, vct, (*path, name), part, types, indent + "  ")
        case [dict(), *_]:
            say.plain(f"{indent}{label}:")
            for number, part in enumerate(value, 1):
                members = part if isinstance(part, dict) else {}
                ahead = f"{indent}  {number}. "
                for name, inner in _ordered(vct, (*path, None), members, types):
                    _claim(say, vct, (*path, None, name), inner, types, ahead)
                    ahead = indent + "     "
        case _:
            say.plain(f"{indent}{label}: {claim_text(path, value, say.texts)}")
            explained = explanation_of(vct, path, types, say.texts.lang)
            if explained:
                say.plain(f"{indent}  ({within(explained)})")
