"""`who`: who has what, who has an old address, and what could be linked by whom."""

import click

from credential.strictjson import Object
from wallet import lookwords
from wallet.cli.output import Output
from wallet.cli.render import kind_path, local_day, moment, until_text
from wallet.cli.session import Session
from wallet.naming import Types, label_of_text, title_of
from wallet.service import cards
from wallet.service.overview import (
    Holder,
    Link,
    Linked,
    OldAddress,
    Share,
    holders,
    linked,
    old_address,
)


@click.command("who")
@click.option("--old-address", is_flag=True)
@click.option("--linked", "linkable", is_flag=True)
@click.pass_obj
def command(session: Session, old_address: bool, linkable: bool) -> None:
    """List which organisation has which of your data."""
    if old_address and linkable:
        raise click.UsageError(session.say.texts.get("who.one-question"))
    if old_address:
        _old_address(session)
    elif linkable:
        _linked(session)
    else:
        _everything(session)


def _everything(session: Session) -> None:
    say, now = session.say, session.now()
    with session.open(write=False) as wallet:
        found = holders(wallet)
        types = {} if session.json_mode or not found else cards.types(wallet)
    names = [one.name for one in found]
    for holder in found:
        say.line(_object(holder))
        if not session.json_mode:
            heading = lookwords.named(holder.name, holder.service, names)
            _person(heading, holder, types, say, now)
    if not found:
        say.talk("who.none")


def _old_address(session: Session) -> None:
    say = session.say
    with session.open(write=False) as wallet:
        found = old_address(wallet, now=session.now())
        types = {} if session.json_mode or not found else cards.types(wallet)
    if found:
        say.talk("old-address.what")
    for one in found:
        say.line(_old_object(one))
        for number, line in enumerate(lookwords.old_address(one, say.texts, types)):
            say.plain(line if number == 0 else f"  {line}")
        name = "old-address.fix" if one.can_ask else "old-address.elsewhere"
        say.plain("  " + say.texts.get(name, id=one.activity[:8]))
    if not found:
        say.talk("old-address.none")


def _linked(session: Session) -> None:
    say = session.say
    with session.open(write=False) as wallet:
        found = linked(wallet, now=session.now())
    for link in found.links:
        say.line(_link_object(link))
    for name, line in lookwords.linked(found, say.texts):
        say.plain(line if name == "heading" else f"  {line}")


def _old_object(one: OldAddress) -> Object:
    return {
        "party": {"name": one.name, "oin": one.oin, "service_id": one.service},
        "activity": one.activity,
        "since": moment(one.since),
        "kept_until": one.kept_until or None,
        "certain": one.certain,
        "compared": one.compared,
        "can_ask": one.can_ask,
        "claims": [kind_path(vct, path) for vct, path in one.claims],
        "values": dict(one.values),
        "right": {"right": one.right, "state": one.state} if one.right else None,
    }


def _link_object(link: Link) -> Object:
    return {
        "means": link.means.value,
        "together": link.together,
        "parties": [_linked_object(one) for one in link.parties],
    }


def _linked_object(one: Linked) -> Object:
    return {
        "party": {"name": one.name, "oin": one.oin, "service_id": one.service},
        "claims": [kind_path(vct, path) for vct, path in one.claims],
        "times": one.times,
        "activity": one.activity,
    }


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


def _person(heading: str, holder: Holder, types: Types, say: Output, now: int) -> None:
    say.plain(heading)
    for share in holder.shares:
        for vct, labels in _labels(share, types, say.texts.lang).items():
            say.plain(f"  {title_of(vct, vct, types, say.texts.lang)}: {', '.join(labels)}")
        since = say.texts.get("who.since", day=local_day(share.since))
        until = until_text(say.texts, share.kept_until, share.retention, now=now)
        maybe = "" if share.certain else f" {say.texts.get('who.maybe')}"
        say.plain(f"    {since}, {until}{maybe}")
        say.plain("    " + say.texts.get("who.more", id=share.activity[:8]))


def _labels(share: Share, types: Types, lang: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for item in share.items:
        found.setdefault(item.vct, []).append(label_of_text(item.vct, item.path, types, lang))
    return found
