"""`who`: who has what, per organisation."""

import click

from credential.strictjson import Object
from wallet.cli.output import Output
from wallet.cli.render import kind_path, local_day, moment, until_text
from wallet.cli.session import Session
from wallet.naming import Types, label_of_text, title_of
from wallet.service import cards
from wallet.service.overview import Holder, Share, holders


@click.command("who")
@click.pass_obj
def command(session: Session) -> None:
    """List which organisation has which of your data."""
    say = session.say
    with session.open(write=False) as wallet:
        found = holders(wallet)
        types = {} if session.json_mode or not found else cards.types(wallet)
    for holder in found:
        say.line(_object(holder))
        if not session.json_mode:
            _person(holder, types, say)
    if not found:
        say.talk("who.none")


def _object(holder: Holder) -> Object:
    return {
        "party": {"name": holder.name, "oin": holder.oin, "service_id": holder.service},
        "claims": [
            {
                "claim": kind_path(item.vct, item.path),
                "since": moment(item.since),
                "times": item.times,
                "certain": item.certain,
                "kept_until": item.kept_until or None,
                "retention": share.retention,
                "activity": item.activity,
            }
            for item, share in holder.items
        ],
    }


def _person(holder: Holder, types: Types, say: Output) -> None:
    say.plain(holder.name)
    for share in holder.shares:
        for vct, labels in _labels(share, types, say.texts.lang).items():
            say.plain(f"  {title_of(vct, vct, types, say.texts.lang)}: {', '.join(labels)}")
        since = say.texts.get("who.since", day=local_day(share.since))
        until = until_text(say.texts, share.kept_until, share.retention)
        maybe = "" if share.certain else f" {say.texts.get('who.maybe')}"
        say.plain(f"    {since}, {until}{maybe}")
        say.plain("    " + say.texts.get("who.more", id=share.activity[:8]))


def _labels(share: Share, types: Types, lang: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for item in share.items:
        found.setdefault(item.vct, []).append(label_of_text(item.vct, item.path, types, lang))
    return found
