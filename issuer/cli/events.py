"""`sync-brp`: what changed in the register, and what time changed."""

import sys
from contextlib import closing

import click

from credential.strictjson import Json
from issuer import clock
from issuer.cli.common import Session, options
from issuer.cli.desk import office_of
from issuer.errors import Exit


@click.command("sync-brp")
@options
def sync_brp(session: Session) -> None:
    """Revoke what is no longer true, and tell who can renew; safe to run again and twice at once.

    Every day at least: from a timer. What failed for one person is tried again next time.
    """
    from issuer.service.events import sync_brp as sync
    from issuer.service.sources import changes

    with closing(office_of(session)) as office:
        feed = changes(office.settings, session.folder)
        with closing(feed):
            done = sync(office, feed, clock.now())
    if session.json:
        revoked = dict[str, Json](sorted(done.revoked.items()))
        codes = list[Json](sorted(done.codes))
        session.data(
            {
                "changed": done.changed,
                "asked": done.asked,
                "revoked": revoked,
                "renewable": done.better,
                "failed": done.failed,
                "errors": codes,
            }
        )
    else:
        click.echo(session.text("sync.changed", changed=done.changed, asked=done.asked))
        for reason, copies in sorted(done.revoked.items()):
            why = session.text(f"notice.{reason}")
            click.echo(session.text("sync.revoked", copies=copies, reason=why))
        if done.better:
            click.echo(session.text("sync.renewable", cards=done.better))
    if done.failed:
        session.say("sync.failed", failed=done.failed, codes=", ".join(sorted(done.codes)))
        sys.exit(Exit.NETWORK)


COMMANDS = (sync_brp,)
