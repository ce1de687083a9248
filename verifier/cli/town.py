"""Serving, synchronising, and starting a request from the command line."""

import click

from verifier import clock, config
from verifier.cli.talk import Run, command
from verifier.dates import stamp


@click.command()
@click.option("--host", default=None, help="Address to listen on.")
@click.option("--port", type=int, default=None, help="Port to listen on.")
@command
def serve(run: Run, host: str | None, port: int | None) -> None:
    """Serve the sign-up pages, wallets and the rights endpoint over https."""
    from verifier.service.verifier import open_verifier
    from verifier.web import server

    verifier = open_verifier(run.home, now=clock.now)
    try:
        server.serve(verifier, host or verifier.config.host, port or verifier.config.port)
    finally:
        verifier.close()


@click.command()
@click.option("--from", "source", default=None, help="One mirror or folder instead.")
@command
def sync(run: Run, source: str | None) -> None:
    """Fetch the scheme and every status list; the only command that opens connections."""
    from verifier.service.sync import sync as bring

    done = bring(config.load(run.home), clock.now(), source=source)
    run.out(
        {
            "sequence": done.sequence,
            "next_update": stamp(done.next_update),
            "status_lists": done.lists,
            "kept": done.kept,
            "missing": list(done.missing),
        },
        f"{done.sequence} → {stamp(done.next_update)}; status: {done.lists} + {done.kept}, "
        f"missing: {len(done.missing)}",
    )


@click.command()
@click.argument("profile")
@click.option("--qr", is_flag=True, help="Also print the link as a QR code on stderr.")
@command
def request(run: Run, profile: str, qr: bool) -> None:
    """Start a request without a browser; prints the link for a wallet."""
    from verifier.service import sessions
    from verifier.service.verifier import open_verifier
    from verifier.transaction import Origin

    verifier = open_verifier(run.home, now=clock.now)
    try:
        (made,) = sessions.start(
            verifier, verifier.profile(profile), run.lang, None, origin=Origin.COMMAND
        )
    finally:
        verifier.close()
    run.out(
        {"request": made.transaction, "link": made.link, "expires": stamp(made.expires)}, made.link
    )
    if qr:
        import sys

        import qrcode

        code = qrcode.QRCode()
        code.add_data(made.link)
        code.print_ascii(out=sys.stderr, invert=True)
