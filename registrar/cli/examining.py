"""`doctor`."""

import click

from registrar import clock
from registrar.cli.common import Session, day
from registrar.service import examining as service


@click.command()
@click.pass_obj
def doctor(session: Session) -> None:
    """Say how long keys and certificates still last."""
    for one in service.examine(session.home, now=clock.now()):
        names: dict[str, str | int] = {"role": one.name, "party": one.name, "sequence": one.name}
        session.say(f"doctor.{one.code}", until=day(one.until), count=one.count, **names)
        if one.soon:
            session.say("doctor.soon")
        session.data(code=one.code, name=one.name, until=one.until, count=one.count, soon=one.soon)


COMMANDS = (doctor,)
