"""`regie-wallet card ID`: one card with its data."""

import click

from wallet.cli.cards import sentence, summary
from wallet.cli.session import Session
from wallet.phrases import value_text
from wallet.service import cards as service


@click.command("card")
@click.argument("card_id", metavar="ID")
@click.pass_obj
def command(session: Session, card_id: str) -> None:
    """Show one card and what is on it."""
    now, say = session.now(), session.say
    with session.open(write=False, now=now) as wallet:
        one = service.one(wallet, card_id, now=now)
        kind = service.types(wallet).get(one.card.vct)
    say.result({**summary(one), "claims": one.claims})
    say.plain(sentence(one, say))
    for name, value in one.claims.items():
        label = None if kind is None else kind.label((name,), session.lang)
        say.plain(f"  {label or name}: {value_text(value, say.texts)}")
    if one.state in ("valid", "expiring"):
        say.text("card.wrong")
