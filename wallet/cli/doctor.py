"""`regie-wallet doctor`: is the wallet in order, in plain words, and what can be repaired."""

import click

from credential.strictjson import Object
from wallet import clock, doctorwords, doors, findings, hygiene
from wallet.cli.output import Output
from wallet.cli.session import Session
from wallet.errors import WalletError
from wallet.findings import Finding, Repair, Verdict
from wallet.service import doctor as service
from wallet.service.wallet import Wallet
from wallet.unlocking import key_file


@click.command("doctor")
@click.option("--repair", is_flag=True)
@click.option("--yes", is_flag=True)
@click.pass_obj
def command(session: Session, repair: bool, yes: bool) -> int:
    """Check whether the wallet is in order, and repair what can be repaired."""
    now, say = session.now(), session.say
    key_file(session.home)
    found = list(service.outside(session.home, hygiene.clean_environment()))
    repaired: tuple[Repair, ...] = ()
    try:
        with session.open(write=repair, now=now) as wallet:
            found += service.inside(wallet, now=now)
            if repair:
                repaired = _repair(wallet, tuple(found), say, now, yes=yes)
                if repaired:
                    found = [*service.outside(session.home, hygiene.clean_environment())]
                    found += service.inside(wallet, now=clock.now())
    except WalletError as error:
        found.append(service.closed(error))
    _tell(found, repaired, say)
    return findings.exit_code(tuple(found))


def _repair(
    wallet: Wallet, found: tuple[Finding, ...], say: Output, now: int, *, yes: bool
) -> tuple[Repair, ...]:
    done: list[Repair] = []
    for one in service.repairs(found):
        if yes or say.confirm(f"doctor.repair.{one.value}", default=True):
            service.repair(wallet, doors.network(wallet.config), one, now=now)
            done.append(one)
    return tuple(done)


def _tell(found: list[Finding], repaired: tuple[Repair, ...], say: Output) -> None:
    for one in found:
        say.line(_object(one))
        mark = say.texts.get(f"doctor.verdict.{one.verdict.value}")
        say.plain(f"{mark}: {doctorwords.what(one, say.texts)}")
        more = doctorwords.then(one, say.texts)
        if more:
            say.plain(f"  {more}")
        for link in doctorwords.links(one, say.texts):
            say.plain(f"    {link}")
    for done in repaired:
        say.text("doctor.repaired", what=say.texts.get(f"doctor.repairs.{done.value}"))
    say.text(f"doctor.all.{service.worst(tuple(found)).value}")
    if not repaired and service.repairs(tuple(found)):
        say.talk("doctor.can-repair")


def _object(one: Finding) -> Object:
    return {
        "check": one.code,
        "verdict": one.verdict.value,
        "error": one.error or None,
        "params": dict(one.params),
        "repair": None if one.repair is None else one.repair.value,
        "ok": one.verdict is not Verdict.BAD,
        "chain": _chain(one),
    }


def _chain(one: Finding) -> Object | None:
    if one.chain is None:
        return None
    from credential.trust import walkwords

    return walkwords.members(one.chain)
