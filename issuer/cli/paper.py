"""`paper`: an extract on paper for who has no device (Regie formats 11)."""

from pathlib import Path

import click

from credential.strictjson import Json, Object
from issuer import clock
from issuer.cli.common import Session, clerk_name, names, options, read_person
from issuer.cli.desk import office_of


@click.command()
@click.option("--person-file", help="File (0600) with the number, or -.")
@click.option("--profile", help="For which purpose: OIN/USE, or USE if only one has it.")
@click.option("--list", "listing", is_flag=True, help="Show who may ask what, and stop.")
@click.option("--municipality", help="The municipality (code); needed if there are more.")
@click.option("--clerk", help="Who prints it; default REGIE_CLERK or the user's name.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="The page; default paper.html."
)
@options
def paper(
    session: Session,
    person_file: str | None,
    profile: str | None,
    listing: bool,
    municipality: str | None,
    clerk: str | None,
    out: Path | None,
) -> None:
    """Print what the register says for one purpose of one organisation, signed, for 30 days."""
    from issuer.service import paper as extracts
    from issuer.service.lookup import look_up, one_of
    from issuer.sources import Occasion
    from issuer.web.extract import page

    office = office_of(session)
    now = clock.now()
    askers = extracts.askers(office, now)
    if listing or profile is None or person_file is None:
        for one in askers:
            members: Object = {
                "profile": f"{one.oin}/{one.intended_use_id}",
                "name": one.name,
                "purpose": one.purpose.nl if session.lang == "nl" else one.purpose.en,
            }
            if session.json:
                session.data(members)
            else:
                click.echo(f"{members['profile']}  {one.name}: {members['purpose']}")
        if not listing:
            raise click.UsageError(session.text("paper.which"))
        return
    asker = extracts.find(askers, profile)
    who = clerk_name(clerk)
    issuer = one_of(office, municipality)
    wanted = set(extracts.kinds_of(asker, issuer))
    found = look_up(
        office,
        read_person(person_file),
        wanted - office.declared_kinds,
        occasion=Occasion(official=who, purpose=extracts.PURPOSE, municipality=None),
        now=now,
        municipality=issuer,
    )
    made = extracts.make(office, found.issuer, found.box, asker, clerk=who, now=now)
    target = out or Path("paper.html")
    target.touch(mode=0o600)
    target.write_text(page(made, found.issuer.settings.name, session.lang), "utf-8")
    session.say("paper.made", file=str(target), name=asker.name)
    if made.left_out:
        session.say("paper.left_out", kinds=names(session, made.left_out))
    if session.json:
        kinds: list[Json] = [kind for kind, _ in made.parts]
        session.data({"file": str(target), "kinds": kinds, "until": made.exp})


COMMANDS = (paper,)
