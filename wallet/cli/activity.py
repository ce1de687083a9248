"""`activity`: everything about one activity, with what was shared then."""

from collections.abc import Iterable
from pathlib import Path

import click

from credential.strictjson import Json, Object
from wallet.cli import answers, rights_of
from wallet.cli.output import Output
from wallet.cli.render import activity_object, event_line, local_time, moment, signed
from wallet.cli.session import Session
from wallet.errors import ExitCode
from wallet.events import Outcome
from wallet.naming import Types, label_of_text, path_of_text, title_of
from wallet.outcomes import outcome_text
from wallet.phrases import claim_text
from wallet.service import accessdata, cards, reminders
from wallet.service.accessdata import Told
from wallet.service.lookback import Lookback, look_back, values_object
from wallet.service.overview import card_events
from wallet.service.reminders import Reminder
from wallet.statements import statements
from wallet.store.rights import ACCESS_DATA

Key = tuple[str, str]


@click.command("activity")
@click.argument("activity_id", metavar="ID")
@click.option("--no-values", is_flag=True)
@click.option("--evidence", is_flag=True)
@click.option("--save", "folder", metavar="DIR", type=click.Path(path_type=Path), default=None)
@click.pass_obj
def command(
    session: Session, activity_id: str, no_values: bool, evidence: bool, folder: Path | None
) -> int:
    """Show one activity."""
    if evidence or folder is not None:
        from wallet.cli import proof

        return proof.show(session, activity_id, folder)
    with session.open(write=False) as wallet:
        found = look_back(wallet, activity_id)
        types = {} if session.json_mode else cards.types(wallet)
        events = card_events(wallet, found.activity)
        told = None if no_values else accessdata.told(wallet, found.activity.id)
        due = reminders.of_activity(wallet, found.activity.id, now=session.now())
        labels = answers.Labels.of(wallet, found.activity.id, session)
    _machine(session, found, told, due, no_values=no_values)
    if not session.json_mode:
        heading = outcome_text(found.activity, session.say.texts, events)
        _person(session.say, found, types, heading, no_values=no_values)
        rights_of.tell(session.say, found, told, due, labels)
    return ExitCode.OK


def _machine(
    session: Session,
    found: Lookback,
    told: Told | None,
    due: tuple[Reminder, ...],
    *,
    no_values: bool,
) -> None:
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
            "due": [one.kind.value for one in due],
            "values_erased": found.sent is None,
            **(
                {}
                if no_values
                else {
                    "sent": list(sent),
                    "texts": {k: v for k, v in found.texts.items() if k != ACCESS_DATA},
                    "told": None if told is None else told.raw,
                    **_signed(found),
                }
            ),
        }
    )


def _signed(found: Lookback) -> Object:
    """What was handed in, where something was."""
    items: list[Json] = [
        {
            "title": {"nl": item.title.nl, "en": item.title.en},
            "reference": item.reference,
            "attachments": [{"name": one.name, "sha256": one.sha256} for one in item.attachments],
        }
        for item in found.signed
    ]
    return {"signed": items} if items else {}


def _person(say: Output, found: Lookback, types: Types, heading: str, *, no_values: bool) -> None:
    texts, activity = say.texts, found.activity
    say.plain(activity.party_name or texts.get(f"type.{activity.type}"))
    say.plain(f"  {heading}")
    say.plain(f"  {local_time(activity.started)}, {texts.get('activity.number')} {activity.id[:8]}")
    said = statements(texts, found.events)
    for label, text in said.first:
        say.plain(f"  {label}: {text}")
    for label, text in () if no_values else signed(texts, found.signed):
        say.plain(f"  {label}: {text}")
    _claims(say, found, types, no_values=no_values)
    if said.rest:
        say.text(f"activity.about.{activity.type}")
    for label, text in said.rest:
        say.plain(f"  {label}: {text}")
    say.text("activity.events")
    for entry in found.events:
        say.plain(f"  {event_line(texts, entry)}")
    if found.kept:
        say.text("activity.kept")
    for kept in found.kept:
        role = texts.find(f"evidence.{kept.role}") or kept.role
        proves = texts.find(f"proves.{kept.role}")
        say.plain(f"  {role}: {proves}" if proves else f"  {role}")


def _claims(say: Output, found: Lookback, types: Types, *, no_values: bool) -> None:
    texts, claims = say.texts, found.activity.claims
    values: dict[Key, Json] = (
        {}
        if no_values
        else {(card.vct, path): value for card in found.sent or () for path, value in card.values}
    )
    shared = [key for key, claim in claims.items() if claim.shared]
    if shared:
        say.text(f"activity.{_how(found)}")
    for vct, paths in _by_card(shared):
        say.plain(f"  {title_of(vct, vct, types, texts.lang)}")
        for path in paths:
            line = f"    {label_of_text(vct, path, types, texts.lang)}"
            shown = _value(say, values, vct, path)
            line += f": {shown}" if shown else ""
            if claims[vct, path].erased:
                line += f" ({texts.get('activity.erased')})"
            say.plain(line)
    asked = [key for key, claim in claims.items() if claim.asked and not claim.shared]
    if asked:
        say.text("activity.not-shared" if shared else "activity.asked")
    for vct, paths in _by_card(asked):
        labels = ", ".join(label_of_text(vct, path, types, texts.lang) for path in paths)
        say.plain(f"  {title_of(vct, vct, types, texts.lang)}: {labels}")
    if found.sent is None:
        say.text("activity.values-erased")


def _value(say: Output, values: dict[Key, Json], vct: str, path: str) -> str:
    """The value at this path; of a part that was shared whole, all that is in it."""
    found = [
        claim_text(path_of_text(at), value, say.texts)
        for (of, at), value in values.items()
        if of == vct and (at == path or at.startswith(f"{path}."))
    ]
    return ", ".join(found)


def _by_card(keys: Iterable[Key]) -> list[tuple[str, list[str]]]:
    found: dict[str, list[str]] = {}
    for vct, path in keys:
        found.setdefault(vct, []).append(path)
    return list(found.items())


def _how(found: Lookback) -> str:
    match found.activity.outcome:
        case Outcome.UNKNOWN | Outcome.INTENDED:
            return "maybe-shared"
        case Outcome.UNSENT:
            return "unsent"
        case _:
            return "shared"
