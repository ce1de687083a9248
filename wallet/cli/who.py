"""`who`: who has what, per organisation."""

from itertools import groupby

import click

from wallet.cli.render import kind_path, local_day, moment
from wallet.cli.session import Session
from wallet.store import Holding


@click.command("who")
@click.pass_obj
def command(session: Session) -> None:
    """List which organisation has which of your data."""
    say = session.say
    with session.open(write=False) as wallet:
        holdings = wallet.store.holdings()
    for _, group in groupby(holdings, key=_party):
        items = list(group)
        first = items[0]
        say.line(
            {
                "party": {
                    "name": first.party_name,
                    "oin": first.party_oin,
                    "service_id": first.party_service,
                },
                "claims": [
                    {
                        "claim": kind_path(item.vct, item.path),
                        "since": moment(item.since),
                        "times": item.times,
                        "certain": item.certain,
                        "kept_until": item.kept_until or None,
                        "activity": item.activity,
                    }
                    for item in items
                ],
            }
        )
        say.plain(f"{first.party_name}  {first.party_oin}")
        for item in items:
            certain = "" if item.certain else "  " + say.texts.get("who.maybe")
            until = (
                say.texts.get("who.until", day=item.kept_until)
                if item.kept_until
                else say.texts.get("who.no-date")
            )
            what = kind_path(item.vct, item.path)
            since = say.texts.get("who.since", day=local_day(item.since))
            say.plain(f"  {what}  {since}  {until}{certain}")
    if not holdings:
        say.talk("who.none")


def _party(holding: Holding) -> tuple[str, str]:
    return holding.party_oin, holding.party_service
