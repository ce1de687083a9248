"""Sending what other systems still have to be told: for a timer, safe twice at once."""

import click

from verifier import clock, config, keys
from verifier.cli.talk import Run, command


@click.command()
@command
def deliver(run: Run) -> None:
    """Send the messages that are due to the systems in the settings; safe at any time."""
    from verifier.send import Sender
    from verifier.service import webhooks
    from verifier.store import Store

    settings = config.load(run.home)
    sealer = keys.load_sealer(settings.keys, clock.random_bytes)
    store = Store.open(settings.database)
    send = Sender(settings.api.webhook_ca, settings.api.allow_networks)
    delivered = failed = given_up = 0
    try:
        while True:
            done = webhooks.deliver(
                settings, store, sealer, send, now=clock.now, entropy=clock.random_bytes
            )
            delivered += done.delivered
            failed += done.failed
            given_up += done.given_up
            # Until a round sends nothing: what failed is due later, by another run.
            if not done.delivered:
                break
    finally:
        send.close()
        store.close()
    members = {"delivered": delivered, "failed": failed, "given_up": given_up}
    run.out(members, "  ".join(f"{name} {count}" for name, count in members.items()))
