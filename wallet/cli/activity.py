"""`activity`: everything about one activity, with what was shared then."""

import json

import click

from credential.names import kind_of
from wallet.cli.render import (
    activity_line,
    activity_object,
    event_line,
    kind_path,
    moment,
    stated,
)
from wallet.cli.session import Session
from wallet.service.lookback import Lookback, look_back, values_object


@click.command("activity")
@click.argument("activity_id", metavar="ID")
@click.option("--no-values", is_flag=True)
@click.pass_obj
def command(session: Session, activity_id: str, no_values: bool) -> None:
    """Show one activity."""
    with session.open(write=False) as wallet:
        found = look_back(wallet, activity_id)
    _machine(session, found, no_values=no_values)
    _person(session, found, no_values=no_values)


def _machine(session: Session, found: Lookback, *, no_values: bool) -> None:
    sent = [values_object(card) for card in found.sent or ()]
    session.say.result(
        {
            **activity_object(found.activity),
            "events": [
                {"n": e.n, "kind": e.kind, "at": moment(e.at), "body": e.body} for e in found.events
            ],
            "evidence": [{"role": k.role, "sha256": k.sha256, "size": k.size} for k in found.kept],
            "rights": [
                {"id": case.id, "right": case.right, "state": case.state} for case in found.rights
            ],
            "can_ask": found.can_ask,
            "values_erased": found.sent is None,
            **({} if no_values else {"sent": list(sent), "texts": dict(found.texts)}),
        }
    )


def _person(session: Session, found: Lookback, *, no_values: bool) -> None:
    say, texts = session.say, session.say.texts
    say.plain(activity_line(texts, found.activity))
    for label, text in stated(texts, found.events):
        say.plain(f"  {label}: {text}")
    shared = [key for key, claim in found.activity.claims.items() if claim.shared]
    erased = {key for key, claim in found.activity.claims.items() if claim.erased}
    if shared:
        say.text("activity.shared")
    values = {(card.vct, path): value for card in found.sent or () for path, value in card.values}
    for vct, path in shared:
        line = f"  {kind_path(vct, path)}"
        if (vct, path) in values and not no_values:
            line += f" = {json.dumps(values[vct, path], ensure_ascii=False)}"
        if (vct, path) in erased:
            line += f"  ({texts.get('activity.erased')})"
        say.plain(line)
    asked_only = [
        key for key, claim in found.activity.claims.items() if claim.asked and not claim.shared
    ]
    if asked_only:
        say.text("activity.not-shared")
    for vct, path in asked_only:
        say.plain(f"  {kind_of(vct) or vct}:{path}")
    if found.sent is None:
        say.text("activity.values-erased")
    say.text("activity.events")
    for entry in found.events:
        say.plain(f"  {event_line(texts, entry)}")
    for kept in found.kept:
        role = texts.find(f"evidence.{kept.role}") or kept.role
        say.plain(f"  {texts.get('activity.kept')}: {role} ({kept.size})")
