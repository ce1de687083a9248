"""`doctor`."""

import sys
from pathlib import Path

import click

from credential.trust import walkwords
from registrar import clock
from registrar.cli.common import File, Session, day
from registrar.cli.findings import told
from registrar.findings import Finding
from registrar.service import examining as service
from registrar.service.examining import CHAIN, Health
from registrar.texts import find, sentence

_TO_DO = ("register_advice", "keys_closed", "published_unseen")
_FETCH = "(sync)"
_DATED = ("root", "authority", "published_chain", CHAIN)


@click.command()
@click.argument("published", required=False, metavar="[FOLDER|HTTPS-ADDRESS]")
@click.option("--tls-ca", type=File, help="Certificates that vouch for the address instead.")
@click.option("--brief", is_flag=True, help="Only what is wrong or soon will be.")
@click.pass_obj
def doctor(session: Session, published: str | None, tls_ca: Path | None, brief: bool) -> None:
    """Say whether keys, certificates, files and what is published are in order, and how long.

    Leaves with 5 when something is not trusted, 4 when something else is wrong, 8 when soon is.
    """
    found = service.examine(
        session.home,
        now=clock.now(),
        passphrase=session.passphrase(),
        published=published,
        tls_ca=tls_ca,
    )
    for one in found:
        if not brief or one.level.value != "ok":
            _tell(session, one)
    sys.exit(service.exit_code(found))


def _tell(session: Session, one: Health) -> None:
    said, then = _said(session, one)
    if not session.json:
        mark = sentence(session.language, f"doctor_level.{one.level.value}")
        click.echo(f"{mark:6} {said}")
        if then:
            click.echo(f"       {then}")
        if one.chain is not None and one.code in _DATED:
            for line in walkwords.lines(one.chain, session.language):
                click.echo(f"         {line}")
    session.data(
        code=one.code,
        name=one.name,
        until=one.until,
        count=one.count,
        soon=one.soon,
        level=one.level.value,
        text=said,
        mend=then,
        params=dict(one.params),
        chain=None if one.chain is None else walkwords.members(one.chain),
    )


def _said(session: Session, one: Health) -> tuple[str, str | None]:
    """What is the matter, and what to do; a chain in the words every component uses."""
    language = session.language
    chain = one.chain
    if chain is not None and (one.code in (CHAIN, "published_chain") or not chain.holds):
        then = walkwords.fault(chain, language).then or None
        if then is not None and "place" in one.params and _FETCH in then:
            # Others fetch what is published; whoever publishes it does that again.
            then = sentence(language, "doctor_place.publish")
        return walkwords.headline(chain, language), then
    if one.code == "audit":
        where, what = str(one.params["where"]), str(one.params["what"])
        return told(session, Finding(str(one.params["finding"]), where, what))
    params: dict[str, str | int] = dict(one.params)
    if one.code == "step":
        params["what"] = sentence(language, f"doctor_step.{params['step']}")
    if "use" in params:
        params["use"] = f" ({params['use']})" if params["use"] else ""
    if "registrations" in params:
        params["held"] = _held(session, one.count, int(params["registrations"]))
    params |= {"name": one.name, "until": day(one.until), "count": one.count}
    params |= {"role": one.name, "party": one.name, "sequence": one.name}
    said = sentence(language, f"doctor.{one.code}", **params)
    if one.soon:
        said = f"{said} {sentence(language, 'doctor.soon')}"
    # Where all is well there is nothing to do, but for what was not looked at.
    told_anyway = one.level.value != "ok" or one.code in _TO_DO
    then = find(language, f"doctor_then.{one.code}", **params) if told_anyway else None
    return said, then


def _held(session: Session, certificates: int, registrations: int) -> str:
    """How many certificates, and how many registrations where there are any."""

    def counted(what: str, count: int) -> str:
        key = f"doctor.{what}{'_one' if count == 1 else ''}"
        return sentence(session.language, key, count=count)

    held = counted("certificates", certificates)
    if not registrations:
        return held
    return sentence(
        session.language, "words.and", first=held, last=counted("registrations", registrations)
    )


COMMANDS = (doctor,)
