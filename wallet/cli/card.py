"""`regie-wallet card ID`: one card with its data."""

import click

from credential.strictjson import Json, Object
from wallet.cli.cards import sentence, summary
from wallet.cli.output import Output
from wallet.cli.session import Session
from wallet.dates import value_text
from wallet.service import cards as service


@click.command("card")
@click.argument("card_id", metavar="ID")
@click.pass_obj
def command(session: Session, card_id: str) -> None:
    """Show one card and what is on it."""
    now, say = session.now(), session.say
    with session.open(write=False, now=now) as wallet:
        one = service.one(wallet, card_id, now=now)
        labels = _labels(wallet.scheme_labels(session.lang), one.card.vct)
    claims: Object = one.claims
    say.result({**summary(one), "claims": claims})
    say.plain(sentence(one, say))
    for name, value in claims.items():
        _show(labels.get(name, name), value, say)


def _labels(_types: object, _vct: str) -> dict[str, str]:
    return {}


def _show(label: str, value: Json, say: Output) -> None:
    say.plain(f"  {label}: {value_text(value, say.texts)}")
