"""Setting up: a home with keys and a certificate request, then the signed certificates."""

import json
from importlib.resources import files
from pathlib import Path

import click

from verifier import clock, config, keys, token
from verifier.cli.talk import Run, command
from verifier.decisions import amounts
from verifier.errors import NotReady, UsageError, VerifierError
from verifier.identity import ACCESS_CERTIFICATE
from verifier.service import rotation
from verifier.store import Store

DEFAULT_PROFILES = (
    "inschrijven",
    "mede-aanvrager",
    "profiel-aanvullen",
    "rechten",
    "toewijzing",
    "woonduur",
)
# Asked for by name: paper is bound to nobody, and a permit desk is of a municipality.
KNOWN_PROFILES = (*DEFAULT_PROFILES, "inschrijven-papier", "vergunning")


@click.command()
@click.option("--base-url", required=True, help="Where wallets and people reach us, https.")
@click.option("--service-id", default="inschrijving", show_default=True)
@click.option("--mirror", default=None, help="URL or folder with scheme/ and status/.")
@click.option("--scheme", default=None, help="URL or folder with scheme.jws and status/.")
@click.option("--status", default=None, help="URL or folder with status/, if elsewhere.")
@click.option("--fingerprint", required=True, help="SHA-256 of the scheme's root, hex.")
@click.option("--tls-cert", default="", help="PEM file of our own https certificate.")
@click.option("--tls-key", default="", help="PEM file of its key.")
@click.option("--tls-ca", default="", help="PEM file with the authority of the mirror.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=int, default=None, help="Port to listen on; default: of base-url.")
@click.option("--database", default="sqlite:///verifier.db", show_default=True)
@click.option("--profile", "chosen", multiple=True, help="Profile to install; default: all.")
@click.option("--pkcs11", default=None, help="MODULE:LABEL:PIN-FILE: the access key in a token.")
@command
def init(
    run: Run,
    base_url: str,
    service_id: str,
    mirror: str | None,
    scheme: str | None,
    status: str | None,
    fingerprint: str,
    tls_cert: str,
    tls_key: str,
    tls_ca: str,
    host: str,
    port: int | None,
    database: str,
    chosen: tuple[str, ...],
    pkcs11: str | None,
) -> None:
    """Make a home: settings, keys, profiles, database and csr/<service id>.access.csr."""
    if (mirror is None) == (scheme is None):
        raise UsageError("input.value", "", name="--mirror | --scheme")
    unknown = set(chosen) - set(KNOWN_PROFILES)
    if unknown:
        raise UsageError("input.value", "", name="--profile")
    place = token.named(pkcs11) if pkcs11 is not None else None
    home = run.home
    if (home / config.FILE).exists():
        raise NotReady("init.exists", "")
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    where = _place(mirror) if mirror is not None else None
    members: dict[str, str | int] = {
        "base_url": base_url,
        "host": host,
        "service_id": service_id,
        "scheme": f"{where}/scheme" if where is not None else _place(scheme or ""),
        "status": _place(status) if status else (where or _place(scheme or "")),
        "fingerprint": fingerprint,
        "tls_cert": _place(tls_cert),
        "tls_key": _place(tls_key),
        "tls_ca": _place(tls_ca),
        "database": database,
        "lang": run.lang,
    }
    if port is not None:
        members["port"] = port
    text = "".join(f"{key} = {json.dumps(value)}\n" for key, value in members.items())
    file = home / config.FILE
    file.write_text(text, "utf-8")
    try:
        settings = config.load(home)
        key = keys.create(settings.keys, clock.random_bytes, place)
    except VerifierError:
        # Nothing of it stays: a token that was not attached is attached, and `init` given again.
        file.unlink()
        raise
    request = home / "csr" / f"{service_id}.access.csr"
    request.parent.mkdir(exist_ok=True)
    request.write_bytes(keys.csr(key, service_id))
    settings.profiles.mkdir(exist_ok=True)
    for name in chosen or DEFAULT_PROFILES:
        data = (files("verifier.defaults") / f"{name}.toml").read_bytes()
        (settings.profiles / f"{name}.toml").write_bytes(data)
    # Beside the profiles, because the amounts of next year are added here.
    (home / amounts.FILE).write_bytes((files("verifier.defaults") / amounts.FILE).read_bytes())
    Store.open(settings.database, migrate=True).close()
    run.out({"home": str(home), "csr": str(request.parent)}, str(request))


def _place(given: str) -> str:
    """A path as it will be found later, from any folder; an address as it is."""
    if not given or "://" in given:
        return given.rstrip("/")
    return str(Path(given).resolve())


@click.command("install-certificates")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@command
def install_certificates(run: Run, folder: Path) -> None:
    """Import the access certificate and registration certificates the registrar signed."""
    done = rotation.install(config.load(run.home), folder, clock.now())
    run.out(
        {"access": True, "registrations": list(done.registrations), "renewed": done.new},
        f"{ACCESS_CERTIFICATE}, {', '.join(done.registrations)}",
    )


@click.command()
@click.option("--pkcs11", default=None, help="MODULE:LABEL:PIN-FILE: the next key in a token.")
@command
def rotate(run: Run, pkcs11: str | None) -> None:
    """Make the next access key and csr/<service id>.access.csr; the present one stays in force."""
    place = token.named(pkcs11) if pkcs11 is not None else None
    request = rotation.prepare(config.load(run.home), place)
    run.out({"csr": str(request)}, str(request))


@click.command()
@command
def migrate(run: Run) -> None:
    """Bring the database to this release."""
    from verifier.service import upgrade

    upgrade.migrate(config.load(run.home))
    run.out({"migrated": True}, "ok")
