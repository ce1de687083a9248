"""`regie-registrar`: parse, call the service, print; no logic."""

import json
import os
import stat
import sys
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import click

from credential.errors import CredentialError
from registrar import clock, config, service
from registrar.errors import BadInput, RegistrarError
from registrar.home import Home
from registrar.texts import Language, find, sentence

_STANDARDS = "ETSI TS 119 602, TS 119 475 v1.2.1, TS 119 411-8, SD-JWT VC type metadata"
_Folder = click.Path(path_type=Path, file_okay=False)
_File = click.Path(path_type=Path, exists=True, dir_okay=False)


@dataclass
class Session:
    """What the global options say."""

    path: Path = Path("registrar")
    language: Language = "nl"
    json: bool = False
    passphrase_file: Path | None = None

    @property
    def home(self) -> Home:
        """The registrar's folder."""
        return Home(self.path)

    def say(self, key: str, **params: str | int) -> None:
        """One sentence for people, beside the data."""
        click.echo(sentence(self.language, key, **params), err=self.json)

    def data(self, **members: object) -> None:
        """One line of data for machines."""
        if self.json:
            click.echo(json.dumps({"version": 1, **members}, ensure_ascii=False))

    def passphrase(self) -> bytes | None:
        """The passphrase of the keys, from a file nobody else can read or the environment."""
        if self.passphrase_file is not None:
            if stat.S_IMODE(self.passphrase_file.stat().st_mode) & 0o077:
                raise BadInput("home.passphrase_mode")
            return self.passphrase_file.read_bytes().rstrip(b"\r\n")
        given = os.environ.pop("REGIE_PASSPHRASE", None)
        return given.encode() if given else None


def _version(context: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        click.echo(f"regie-registrar {version('regie')} ({_STANDARDS})")
        context.exit()


class Anywhere(click.Group):
    """A group whose global options may also stand behind the command."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Move `--json`, and `--home` and `--lang` with their values, to the front."""
        front: list[str] = []
        rest: list[str] = []
        words = iter(args)
        for word in words:
            if word == "--json" or word.startswith(("--home=", "--lang=")):
                front.append(word)
            elif word in ("--home", "--lang"):
                front.extend([word, next(words, "")])
            else:
                rest.append(word)
        return super().parse_args(ctx, [*front, *rest])


@click.group(cls=Anywhere)
@click.option("--home", type=_Folder, envvar="REGIE_HOME", default=Path("registrar"))
@click.option("--lang", type=click.Choice(["nl", "en"]), envvar="REGIE_LANG")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")
@click.option("--passphrase-file", type=_File, help="Passphrase of the keys; mode 0600.")
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version)
@click.pass_context
def group(
    context: click.Context,
    home: Path,
    lang: Language | None,
    as_json: bool,
    passphrase_file: Path | None,
) -> None:
    """The scheme operator: signs who may issue what and who may ask what."""
    session = context.ensure_object(Session)
    session.path, session.json, session.passphrase_file = home, as_json, passphrase_file
    session.language = lang or _language()


@group.command()
@click.option("--test", is_flag=True, help="A test scheme, with https files for loopback.")
@click.option("--host", default="localhost", help="Host of the test town's https certificate.")
@click.option("--registry", default="https://localhost:8440", help="Where the tree is served.")
@click.option("--scheme", "scheme_file", type=_File, help="Settings of a real scheme (TOML).")
@click.pass_obj
def init(session: Session, test: bool, host: str, registry: str, scheme_file: Path | None) -> None:
    """Make the keys of a new scheme."""
    if test == (scheme_file is not None):
        raise click.UsageError("--test | --scheme FILE")
    text = (
        config.TEST_SCHEME.replace("{registry}", registry)
        if scheme_file is None
        else scheme_file.read_text("utf-8")
    )
    now = clock.now()
    found = service.init(
        session.home, text, session.passphrase(), now=now, entropy=clock.random_bytes
    )
    if test:
        service.add_tls(session.home, host, now=now, entropy=clock.random_bytes)
    session.say("done.init", home=str(session.path))
    session.say("done.fingerprint", fingerprint=found)
    if test:
        session.say("done.test")
    session.data(fingerprint=found, home=str(session.path), test=test)


def _add(
    session: Session, file: Path, csr: Path, settings: tuple[str, ...], *, adds: service.Adds
) -> None:
    values = dict(_setting(one) for one in settings)
    requests = {one.stem: one.read_bytes() for one in sorted(csr.glob("*.csr"))}
    party = service.add_party(
        session.home, file.read_text("utf-8"), file.name, values, requests, adds=adds
    )
    session.say("done.added", party=party.name)
    session.data(party=party.id, name=party.name, oin=party.oin)


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise BadInput("option.set")
    return name, value


@group.command("add-issuer")
@click.argument("file", type=_File)
@click.option("--csr", type=_Folder, required=True, help="Folder with the party's requests.")
@click.option("--set", "settings", multiple=True, help="name=value for {name} in the file.")
@click.pass_obj
def add_issuer(session: Session, file: Path, csr: Path, settings: tuple[str, ...]) -> None:
    """Add or replace a party that issues."""
    _add(session, file, csr, settings, adds="issuer")


@group.command("add-verifier")
@click.argument("file", type=_File)
@click.option("--csr", type=_Folder, required=True, help="Folder with the party's requests.")
@click.option("--set", "settings", multiple=True, help="name=value for {name} in the file.")
@click.pass_obj
def add_verifier(session: Session, file: Path, csr: Path, settings: tuple[str, ...]) -> None:
    """Add or replace a party that asks."""
    _add(session, file, csr, settings, adds="verifier")


@group.command("add-wallet-provider")
@click.argument("file", type=_File)
@click.option("--csr", type=_Folder, required=True, help="Folder with the party's requests.")
@click.option("--set", "settings", multiple=True, help="name=value for {name} in the file.")
@click.pass_obj
def add_wallet_provider(session: Session, file: Path, csr: Path, settings: tuple[str, ...]) -> None:
    """Add or replace a party that vouches for keys of wallets."""
    _add(session, file, csr, settings, adds="wallet_provider")


@group.command()
@click.option("--to", "target", type=_Folder, required=True, help="Folder of the static tree.")
@click.pass_obj
def publish(session: Session, target: Path) -> None:
    """Sign what is due and write the tree."""
    done = service.publish(
        session.home,
        target,
        session.passphrase(),
        now=clock.now(),
        entropy=clock.random_bytes,
    )
    for party, folder in done.handed_over.items():
        session.say("done.handover", party=party, folder=str(folder))
    session.say(
        "done.published",
        sequence=done.sequence,
        folder=str(target),
        until=_day(done.next_update),
    )
    session.data(
        sequence=done.sequence,
        next_update=done.next_update,
        fingerprint=done.fingerprint,
        files=done.files,
        to=str(target),
        certificates={party: str(folder) for party, folder in done.handed_over.items()},
    )


@group.command()
@click.argument("name")
@click.pass_obj
def revoke(session: Session, name: str) -> None:
    """Take back a party, or one certificate or registration by its hash."""
    found = service.revoke(session.home, name, now=clock.now())
    session.say("done.revoked", count=len(found))
    session.data(revoked=[*found])


@group.command()
@click.argument("published", type=_Folder, required=False)
@click.pass_obj
def lint(session: Session, published: Path | None) -> None:
    """Name what is wrong with the parties' files and with a published tree."""
    found = service.review(session.home, published, now=clock.now())
    for one in found:
        session.say(one.code, where=one.where, what=one.what)
        session.data(code=one.code, where=one.where, what=one.what)
    if not found:
        session.say("done.clean")
    sys.exit(2 if found else 0)


@group.command()
@click.pass_obj
def doctor(session: Session) -> None:
    """Say how long keys and certificates still last."""
    for one in service.examine(session.home, now=clock.now()):
        names: dict[str, str | int] = {"role": one.name, "party": one.name, "sequence": one.name}
        session.say(f"doctor.{one.code}", until=_day(one.until), count=one.count, **names)
        if one.soon:
            session.say("doctor.soon")
        session.data(code=one.code, name=one.name, until=one.until, count=one.count, soon=one.soon)


def main() -> None:
    """The outermost door: every refusal becomes a sentence, a hint and an exit code."""
    session = Session()
    try:
        group.main(standalone_mode=False, obj=session)
    except click.exceptions.Exit as leaving:
        sys.exit(leaving.exit_code)
    except click.Abort:
        sys.exit(130)
    except click.ClickException as wrong:
        wrong.show()
        sys.exit(2)
    except RegistrarError as error:
        _refuse(session, error.code, error.params)
        sys.exit(error.exit_code)
    except CredentialError as error:
        click.echo(str(error), err=True)
        sys.exit(5)


def _refuse(session: Session, code: str, params: dict[str, str | int]) -> None:
    said = find(session.language, f"fault.{code}", **params)
    click.echo(said or sentence(session.language, "fault.unexpected"), err=True)
    hint = find(session.language, f"hint.{code}", **params)
    if hint is not None:
        click.echo(f"hint: {hint}", err=True)


def _language() -> Language:
    return "en" if os.environ.get("LANG", "").startswith("en") else "nl"


def _day(seconds: int) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(seconds))
