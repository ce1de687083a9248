"""Looking into things: what a signed file says, and whether this verifier is in order."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import click

from credential.errors import CredentialError
from verifier import clock, config, keys
from verifier.cli.talk import Run, command, require_file
from verifier.config import Config
from verifier.dates import stamp
from verifier.errors import NotReady, NotTrusted, VerifierError
from verifier.scheme import SchemeFolder
from verifier.service import verifier
from verifier.store import Store
from verifier.texts import sentence


@click.command()
@click.argument("file")
@click.option("--profile", help="A paper extract (text, PNG or JPEG) for this profile.")
@click.option("--values", is_flag=True, help="With --profile: show what the extract says.")
@click.pass_context
@command
def check(run: Run, context: click.Context, file: str, profile: str | None, values: bool) -> None:
    """Check a presentation, receipt, rights answer or paper extract offline; say who signed it."""
    from verifier.service import inspect

    settings = config.load(run.home)
    now = clock.now()
    scheme = SchemeFolder(settings.scheme_folder, settings.fingerprint)
    if profile is not None:
        if not _paper(run, scheme, require_file(file), profile, values=values):
            context.exit(NotTrusted.exit_code)
        return
    found = inspect.inspect(require_file(file), scheme.generation(now).trust, now)
    run.out(found, "\n".join(f"{name}: {value}" for name, value in found.items()))


def _paper(run: Run, scheme: SchemeFolder, data: bytes, profile: str, *, values: bool) -> bool:
    """The verdict on a paper extract; never without saying what still has to be looked at."""
    from verifier.service import paper

    settings, now = config.load(run.home), clock.now()
    chain, _ = verifier.credentials(settings)
    bound = verifier.bound_profiles(settings, chain, scheme, now)
    found = paper.judge(paper.text_of(data), paper.profile_of(bound, profile), scheme, now)
    members: dict[str, Any] = {
        "type": "paper",
        "verdict": found.verdict,
        "checks": [result.members() for result in found.results],
        "key_binding": False,
    }
    lines = [sentence(run.lang, f"paper.{found.verdict}", rule=found.rule)]
    if found.extract is not None:
        members["signed_by"] = found.extract.issuer.name
        members["until"] = stamp(found.extract.exp)
        lines.append(
            sentence(run.lang, "paper.signed_by", name=found.extract.issuer.name)
            + " "
            + sentence(run.lang, "paper.until", until=stamp(found.extract.exp) or "")
        )
        if values:
            members["values"] = found.values
            lines += [
                f"  {query}: {name}: {value}"
                for query, claims in found.values.items()
                for name, value in claims.items()
            ]
    lines.append(sentence(run.lang, "paper.identity"))
    run.out(members, "\n".join(lines))
    return found.verdict == "accepted"


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
    """Each link of the chain as a question of its own, so that one fault does not hide another."""
    one = _Doctor(run, clock.now())
    return [
        ("settings", one.settings_file),
        ("keys", one.keys),
        ("certificate", one.certificate),
        ("scheme", one.scheme_in_force),
        ("status", one.status_lists),
        ("access", one.access),
        ("profiles", one.profiles),
        ("database", one.database),
        ("tls", one.tls),
    ]


class _Doctor:
    """The questions; each answers with a detail or raises what is wrong."""

    def __init__(self, run: Run, now: int) -> None:
        self.run = run
        self.now = now

    @property
    def settings(self) -> Config:
        return config.load(self.run.home)

    @property
    def scheme(self) -> SchemeFolder:
        return SchemeFolder(self.settings.scheme_folder, self.settings.fingerprint)

    def settings_file(self) -> str:
        """The settings can be read and are safe."""
        return self.settings.base_url

    def keys(self) -> str:
        """The private keys are there, and only their owner reads them."""
        keys.access_key(self.settings.keys)
        keys.load_sealer(self.settings.keys, clock.random_bytes)
        return f"{keys.ACCESS_KEY}, {keys.SECRET}"

    def certificate(self) -> str:
        """The access certificate is installed and is about our key."""
        chain, _ = verifier.credentials(self.settings)
        return f"SHA-256 {keys.fingerprint(chain[0])[:16]}…"

    def scheme_in_force(self) -> str:
        """The scheme was fetched and is fresh."""
        trust = self.scheme.generation(self.now).trust
        trust.require_fresh(self.now)
        return f"{trust.sequence}, {trust.operator}, → {stamp(trust.next_update)}"

    def status_lists(self) -> str:
        """The status lists that `sync` brought."""
        folder = self.scheme.generation(self.now).folder / "status"
        return str(len(list(folder.glob("*.jwt"))))

    def access(self) -> str:
        """The access certificate holds in the scheme, and names the host wallets reach."""
        chain, _ = verifier.credentials(self.settings)
        leaf = self.scheme.generation(self.now).trust.verifier_leaf(chain, self.now)
        if urlsplit(self.settings.base_url).hostname not in leaf.hosts:
            raise NotReady("config.value", "OpenID4VP 1.0 5.9.3", key="base_url")
        return f"{leaf.common_name}, {leaf.oin}, {leaf.service_id}, → {stamp(leaf.not_after)}"

    def profiles(self) -> str:
        """No profile asks more than its registration certificate grants."""
        chain, _ = verifier.credentials(self.settings)
        found = verifier.bound_profiles(self.settings, chain, self.scheme, self.now)
        return ", ".join(f"{one.id} → {stamp(one.registration.exp)}" for one in found)

    def database(self) -> str:
        """The database is of this release."""
        Store.open(self.settings.database).close()
        return "ok"

    def tls(self) -> str:
        """The files of our https certificate are there."""
        for name in ("tls_cert", "tls_key"):
            file = getattr(self.settings, name)
            if file is None or not file.is_file():
                raise NotReady("config.value", "Architecture, Https", key=name)
        return "ok"
