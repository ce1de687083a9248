"""Keeping it running: bringing trust here, and asking whether everything is in order."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from verifier import clock, config
from verifier.cli.talk import Run, command
from verifier.dates import stamp
from verifier.errors import UsageError
from verifier.scheme import SchemeFolder
from verifier.texts import Language

if TYPE_CHECKING:
    from credential.trust.walk import Walk

_MARKS = {"ok": "ok", "warning": "!", "fault": "FOUT"}


@click.command()
@click.option("--from", "source", default=None, help="One mirror, folder or bundle instead.")
@click.option("--bundle", default=None, metavar="FILE", help="Also write what is in force to FILE.")
@click.option("--status", is_flag=True, help="Fetch nothing: show how old everything is.")
@command
def sync(run: Run, source: str | None, bundle: str | None, status: bool) -> None:
    """Fetch the scheme and every status list; the only command that opens connections."""
    settings = config.load(run.home)
    if status:
        if source is not None or bundle is not None:
            raise UsageError("input.value", "", name="--status")
        _ages(run, settings)
        return
    from verifier.service import bundle as bundles
    from verifier.service.sync import sync as bring

    if bundle is not None and not bundle.endswith(".tar"):
        raise UsageError("input.value", "", name="--bundle")
    done = bring(settings, clock.now(), source=source)
    run.out(
        {
            "sequence": done.sequence,
            "next_update": stamp(done.next_update),
            "status_lists": done.lists,
            "kept": done.kept,
            "missing": list(done.missing),
            "place": done.place,
            "failed": dict(done.failed),
        },
        f"{done.sequence} → {stamp(done.next_update)}; status: {done.lists} + {done.kept}, "
        f"missing: {len(done.missing)}",
    )
    if bundle is not None:
        count = bundles.write(settings, Path(bundle))
        run.out({"bundle": bundle, "files": count}, f"{bundle}: {count}")


def _ages(run: Run, settings: config.Config) -> None:
    """The scheme and every list with its age, oldest first; what is missing before all."""
    now = clock.now()
    generation = SchemeFolder(settings.scheme_folder, settings.fingerprint).generation(now)
    trust = generation.trust
    run.out(
        {
            "sequence": trust.sequence,
            "issued": stamp(trust.issued),
            "next_update": stamp(trust.next_update),
            "age_seconds": now - trust.issued,
        },
        f"{_hours(now - trust.issued)}  {trust.operator} {trust.sequence}"
        f" → {stamp(trust.next_update)}",
    )
    for one in sorted(generation.announced(), key=lambda one: (one.iat or 0, one.issuer, one.uri)):
        age = None if one.iat is None else now - one.iat
        run.out(
            {
                "issuer": one.issuer,
                "oin": one.oin,
                "uri": one.uri,
                "signed": stamp(one.iat),
                "age_seconds": age,
            },
            f"{_hours(age)}  {one.issuer}  {one.uri}",
        )


def _hours(age: int | None) -> str:
    return "     -" if age is None else f"{age / 3600:5.1f}u"


@click.command()
@click.pass_context
@command
def doctor(run: Run, context: click.Context) -> None:
    """Explain in plain words whether this verifier may serve; 5 and 4 when not, 8 when soon not."""
    from credential.trust import walkwords
    from verifier.service import doctor as examination

    found = examination.examine(run.home, clock.now())
    for one in found:
        words = one.sentence(run.lang)
        chain = {} if one.chain is None else {"chain": walkwords.members(one.chain)}
        run.out(
            {
                "check": one.check,
                "ok": one.level.value != "fault",
                "level": one.level.value,
                "code": one.code,
                "detail": words,
                **chain,
            },
            "\n".join(
                [f"{_MARKS[one.level.value]:4}  {one.check}: {words}", *_links(one.chain, run.lang)]
            ),
        )
    context.exit(examination.exit_code(found))


def _links(chain: "Walk | None", language: Language) -> list[str]:
    """Every link of a chain; of somebody else's chain only where something is the matter."""
    from credential.trust import walkwords
    from credential.trust.walk import Level, Use

    if chain is None or (chain.use is Use.STATUS and chain.level is Level.OK):
        return []
    return [f"      {one}" for one in walkwords.lines(chain, language)]
