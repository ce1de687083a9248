"""Looking into things: what a signed file says."""

from pathlib import Path
from typing import Any

import click

from verifier import clock, config
from verifier.cli.talk import Run, command, require_file
from verifier.cli.telling import told
from verifier.dates import stamp
from verifier.errors import NotTrusted
from verifier.keys import read_private
from verifier.scheme import SchemeFolder
from verifier.service import verifier
from verifier.texts import sentence


@click.command()
@click.argument("file")
@click.option("--profile", help="A paper extract (text, PNG or JPEG) for this profile.")
@click.option("--values", is_flag=True, help="With --profile: show what the extract says.")
@click.option("--passphrase-file", help="Of an exported log: the file with its passphrase.")
@click.pass_context
@command
def check(
    run: Run,
    context: click.Context,
    file: str,
    profile: str | None,
    values: bool,
    passphrase_file: str | None,
) -> None:
    """Check offline what a signed file says and who signed it.

    A card, presentation, receipt, rights answer, proof of an erasure, statement of a purge,
    decision, status list, exported log or paper extract.
    """
    from verifier.service import inspect

    settings = config.load(run.home)
    now = clock.now()
    scheme = SchemeFolder(settings.scheme_folder, settings.fingerprint)
    if profile is not None:
        if not _paper(run, scheme, require_file(file), profile, values=values):
            context.exit(NotTrusted.exit_code)
        return
    secret = None if passphrase_file is None else lambda: _secret(passphrase_file)
    found = inspect.inspect(require_file(file), scheme.generation(now).trust, now, secret)
    run.out(found, "\n".join(told(run.lang, found)))
    if found.get("ok") is False:
        context.exit(NotTrusted.exit_code)


def _secret(file: str) -> str:
    """The passphrase in a file that only its owner reads."""
    return read_private(Path(file)).decode("utf-8", "replace").rstrip("\r\n")


def _paper(run: Run, scheme: SchemeFolder, data: bytes, profile: str, *, values: bool) -> bool:
    """The verdict on a paper extract; never without saying what still has to be looked at."""
    from verifier.decisions import amounts
    from verifier.service import paper

    settings, now = config.load(run.home), clock.now()
    chain, _ = verifier.credentials(settings)
    bound = verifier.bound_profiles(settings, chain, scheme, now)
    sums = amounts.load(run.home)
    asked = paper.profile_of(bound, profile)
    found = paper.judge(paper.text_of(data), asked, scheme, now, sums)
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
