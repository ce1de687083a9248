"""`serve` and `serve-register`: the two servers."""

from dataclasses import replace
from pathlib import Path

import click

from issuer import clock, config
from issuer.cli.common import Session, options
from issuer.cli.desk import office_of

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@click.option("--listen", help="HOST:PORT of this process, if not the one in the settings.")
@options
def serve(session: Session, listen: str | None) -> None:
    """Serve offers, tokens, cards and status lists."""
    from issuer.web.server import run

    office = office_of(session)
    if listen is not None:
        office = replace(office, settings=config.listening_on(office.settings, listen))
    session.say("serve.started", url=office.settings.base_url)
    run(office, now=clock.now, moment=clock.monotonic, home=session.folder)


@click.command("serve-register")
@click.option("--data", type=_FOLDER, required=True, help="Folder with the test persons.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65_535), required=True)
@click.option("--tls-cert", type=_FILE, required=True)
@click.option("--tls-key", type=_FILE, required=True)
@click.option("--api-key-file", type=_FILE, help="Default: keys/brp-api-key in the home.")
@click.option(
    "--changes",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to which changes are added while it serves, one JSON object a line.",
)
@click.option("--kvk", type=_FOLDER, help="Folder with companies; default: kvk in --data.")
@click.option("--bag", type=_FOLDER, help="Folder with buildings; default: bag in --data.")
@click.option("--client-id", help="Also accept tokens, for this client.")
@click.option("--client-secret-file", type=_FILE, help="Its secret.")
@options
def serve_register(
    session: Session,
    data: Path,
    host: str,
    port: int,
    tls_cert: Path,
    tls_key: Path,
    api_key_file: Path | None,
    changes: Path | None,
    kvk: Path | None,
    bag: Path | None,
    client_id: str | None,
    client_secret_file: Path | None,
) -> None:
    """Serve the APIs of registers over test data: an imitation, for trying out."""
    from issuer.keys import read_private
    from issuer.register import Tokens, create_app
    from issuer.web.server import listen

    key = read_private(api_key_file or session.folder / "keys" / "brp-api-key")
    tokens = None
    if (client_id is None) != (client_secret_file is None):
        raise click.UsageError("--client-id and --client-secret-file go together")
    if client_id is not None and client_secret_file is not None:
        secret = read_private(client_secret_file).decode("ascii").strip()
        tokens = Tokens(client_id, secret, clock.random_bytes)
    app = create_app(
        data,
        key.decode("ascii").strip(),
        clock.now,
        tokens=tokens,
        changes=changes,
        kvk=kvk,
        bag=bag,
    )
    session.say("serve.register_started", url=f"https://{host}:{port}")
    listen(app, host=host, port=port, tls_cert=tls_cert, tls_key=tls_key)


COMMANDS = (serve, serve_register)
