"""Serving, and starting a request from the command line."""

import click

from verifier import clock
from verifier.cli.talk import Run, command
from verifier.dates import stamp


@click.command()
@click.option("--host", default=None, help="Address to listen on.")
@click.option("--port", type=int, default=None, help="Port to listen on.")
@click.option("--metrics", default=None, metavar="HOST:PORT", help="Show figures here (loopback).")
@command
def serve(run: Run, host: str | None, port: int | None, metrics: str | None) -> None:
    """Serve the sign-up pages, wallets and the rights endpoint over https."""
    from verifier.service.verifier import open_verifier
    from verifier.settings.operation import listen_address
    from verifier.web import server

    verifier = open_verifier(run.home, now=clock.now)
    settings = verifier.config
    figures = settings.operation.metrics
    try:
        if metrics is not None:
            figures = listen_address(metrics, "--metrics")
        server.serve(verifier, host or settings.host, port or settings.port, metrics=figures)
    finally:
        verifier.close()


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
