"""Looking into things: what a signed file says, and whether this verifier is in order."""

from collections.abc import Callable

import click

from credential.errors import CredentialError
from verifier import clock, config, keys
from verifier.cli.talk import Run, command, require_file
from verifier.config import Config
from verifier.dates import stamp
from verifier.errors import NotReady, VerifierError
from verifier.scheme import SchemeFolder


@click.command()
@click.argument("file")
@command
def check(run: Run, file: str) -> None:
    """Check a presentation, receipt or rights answer offline, and say who signed it."""
    from verifier.service import inspect

    settings = config.load(run.home)
    now = clock.now()
    trust = SchemeFolder(settings.scheme_folder, settings.fingerprint).generation(now).trust
    found = inspect.inspect(require_file(file), trust, now)
    run.out(found, "\n".join(f"{name}: {value}" for name, value in found.items()))


@click.command()
@click.pass_context
@command
def doctor(run: Run, context: click.Context) -> None:
    """Explain in plain words whether this verifier may serve, link by link."""
    sound = True
    for name, test in _tests(run):
        try:
            detail, ok = test(), True
        except (VerifierError, CredentialError) as error:
            detail, ok = str(error), False
        sound = sound and ok
        run.out(
            {"check": name, "ok": ok, "detail": detail},
            f"{'ok' if ok else 'FOUT':4}  {name}  {detail}",
        )
    if not sound:
        context.exit(NotReady.exit_code)


def _tests(run: Run) -> list[tuple[str, Callable[[], str]]]:
    from verifier.service import verifier as service
    from verifier.store import Store

    now = clock.now()

    def settings() -> Config:
        return config.load(run.home)

    def scheme() -> SchemeFolder:
        return SchemeFolder(settings().scheme_folder, settings().fingerprint)

    def _settings() -> str:
        return settings().base_url

    def _keys() -> str:
        keys.access_key(settings().keys)
        keys.load_sealer(settings().keys, clock.random_bytes)
        return "access.key, secret.key"

    def _certificate() -> str:
        chain, _ = service.credentials(settings())
        return f"x509_hash {keys.fingerprint(chain[0])[:16]}…"

    def _scheme() -> str:
        trust = scheme().generation(now).trust
        trust.require_fresh(now)
        return f"{trust.sequence}, {trust.operator}, → {stamp(trust.next_update)}"

    def _access() -> str:
        chain, _ = service.credentials(settings())
        leaf = scheme().generation(now).trust.verifier_leaf(chain, now)
        host = settings().base_url.split("/")[2].partition(":")[0]
        if host not in leaf.hosts:
            raise NotReady("config.value", "protocols 7.3", key="base_url")
        return f"{leaf.common_name}, {leaf.oin}, {leaf.service_id}, → {stamp(leaf.not_after)}"

    def _profiles() -> str:
        chain, _ = service.credentials(settings())
        found = service.bound_profiles(settings(), chain, scheme(), now)
        return ", ".join(f"{one.id} (→ {stamp(one.registration.exp)})" for one in found)

    def _database() -> str:
        Store.open(settings().database).close()
        return "ok"

    def _tls() -> str:
        for name, file in (("tls_cert", settings().tls_cert), ("tls_key", settings().tls_key)):
            if file is None or not file.is_file():
                raise NotReady("config.value", "design 4", key=name)
        return "ok"

    return [
        ("settings", _settings),
        ("keys", _keys),
        ("certificate", _certificate),
        ("scheme", _scheme),
        ("access", _access),
        ("profiles", _profiles),
        ("database", _database),
        ("tls", _tls),
    ]
