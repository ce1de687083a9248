"""`regie-wallet forget CARD`: throw a card away."""

import click

from wallet.cli.cards import lines, summary
from wallet.cli.session import Session
from wallet.errors import ExitCode, WalletError
from wallet.service import cards as service


@click.command("forget")
@click.argument("card_id", metavar="CARD")
@click.option("--yes", is_flag=True)
@click.pass_obj
def command(session: Session, card_id: str, yes: bool) -> None:
    """Throw a card away with its keys; what you shared stays on record."""
    now, say = session.now(), session.say
    with session.open(write=True, now=now) as wallet:
        one = service.one(wallet, card_id, now=now)
        for line in lines(one, say):
            say.talk_plain(line)
        say.talk("forget.warning")
        if not yes and not say.confirm("forget.question"):
            raise WalletError("declined", exit=ExitCode.DECLINED)
        service.forget(wallet, one.card, now=now)
    say.result({**summary(one), "outcome": "deleted"})
    say.text("forget.done")
