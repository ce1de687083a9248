"""`regie-wallet sync`: the newest scheme snapshot."""

import click

from wallet import doors
from wallet.cli.add import kind_title
from wallet.cli.session import Session
from wallet.service import sync as service


@click.command("sync")
@click.pass_obj
def command(session: Session) -> None:
    """Bring in the newest list of who may issue and who may ask."""
    now = session.now()
    with session.open(write=True, now=now) as wallet:
        done = service.sync(wallet, doors.network(wallet.config), now=now)
    session.say.result(
        {
            "sequence": done.sequence,
            "before": done.before,
            "changed": done.changed,
            "operator": done.operator,
            "issuers": done.issuers,
            "next_update": done.next_update,
            "new_root": done.new_root,
            "distrusted": [card.id for card in done.distrusted],
            "suspended": [card.id for card in done.suspended],
        }
    )
    key = "sync.changed" if done.changed else "sync.same"
    session.say.text(key, sequence=done.sequence, operator=done.operator, issuers=done.issuers)
    if done.new_root:
        session.say.text("sync.root")
    for card in done.distrusted:
        title = kind_title(card.kind, session.say)
        session.say.text("sync.distrusted", title=title, issuer=card.issuer_name)
    for card in done.suspended:
        title = kind_title(card.kind, session.say)
        session.say.text("sync.suspended", title=title, issuer=card.issuer_name)
