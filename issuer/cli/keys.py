"""`rotate`: the next signing keys, while the present ones go on."""

import click

from credential.strictjson import Json
from issuer import clock
from issuer.cli.common import Session, options
from issuer.keys import ROLES


@click.command()
@click.option("--municipality", help="The municipality (id); default: all here.")
@click.option(
    "--role", "roles", multiple=True, type=click.Choice(ROLES), help="Default: all three."
)
@click.option("--region", help="Change the key of a housing region's recognition codes instead.")
@click.option("--end", is_flag=True, help="With --region: let go of the key before this one.")
@options
def rotate(
    session: Session,
    municipality: str | None,
    roles: tuple[str, ...],
    region: str | None,
    end: bool,
) -> None:
    """Make the next keys and their certificate requests; the present keys sign until then."""
    from issuer.service.rotation import end_region, prepare, renew_region

    if region is not None:
        if end:
            end_region(session.folder, region)
        else:
            renew_region(session.folder, region, clock.random_bytes)
        session.say("rotate.region_ended" if end else "rotate.region_renewed", region=region)
        if session.json:
            session.data({"region": region, "ended": end})
        return
    for done in prepare(session.folder, municipality, roles or ROLES):
        session.say(
            "rotate.prepared",
            municipality=done.municipality,
            made=done.made,
            folder=str(done.requests),
        )
        if session.json:
            found: list[Json] = list(done.roles)
            session.data(
                {
                    "municipality": done.municipality,
                    "roles": found,
                    "made": done.made,
                    "csr": str(done.requests),
                }
            )
    session.say("rotate.next")


COMMANDS = (rotate,)
