"""`offer`, `cases`, `decide`: what a clerk does."""

from typing import Final

import click

from credential.strictjson import Json, Object
from issuer import clock
from issuer.application import Application
from issuer.cli import applications
from issuer.cli.common import Session, clerk_name, kinds_of, names, options, read_person
from issuer.cli.entries import read_entries
from issuer.errors import DeskFault, NothingFound, NumberWrong
from issuer.offer import Case, Confirmed, Ended, Offered, Redeemed
from issuer.representation import Relation, Seen, representation
from issuer.service import deciding, desk, homeoffers
from issuer.service.desk import OfferMade
from issuer.service.office import Office, open_office
from issuer.service.sources import haal_centraal
from issuer.texts import fault, sentence

_RELATIONS: Final = click.Choice([one.value for one in Relation])
_DOCUMENTS: Final = click.Choice([one.value for one in Seen])
# After these a clerk may type again.
_AGAIN: Final = ("desk.not_redeemed", "desk.number_wrong", "desk.number_form")


def office_of(session: Session) -> Office:
    """The office of this home."""
    return open_office(session.folder, clock.random_bytes, haal_centraal)


@click.command()
@click.option("--person-file", help="File (0600) with the number, or -.")
@click.option("--entry-file", help="File (0600) with a company, a building or both, or -.")
@click.option(
    "--authorised", is_flag=True, help="You saw in the register that they may act for it."
)
@click.option("--from-home", is_flag=True, help="A link for whoever logs in, no person needed.")
@click.option("--kinds", default="all", show_default=True, help="Kinds with commas, or all.")
@click.option("--municipality", help="Only as this municipality (code).")
@click.option("--clerk", help="Who identified the person; default: the current user.")
@click.option("--relation", type=_RELATIONS, help="Who speaks for the person.")
@click.option("--seen", type=_DOCUMENTS, help="The document that showed that.")
@options
def offer(
    session: Session,
    person_file: str | None,
    entry_file: str | None,
    authorised: bool,
    from_home: bool,
    kinds: str,
    municipality: str | None,
    clerk: str | None,
    relation: str | None,
    seen: str | None,
) -> None:
    """Offer cards to a person at the desk, for a business, or to who logs in from home."""
    if [from_home, person_file is not None, entry_file is not None].count(True) != 1:
        raise click.UsageError(session.text("offer.person_or_home"))
    if (authorised and entry_file is None) or (entry_file and (relation or kinds != "all")):
        raise click.UsageError(session.text("offer.entry_alone"))
    office = office_of(session)
    now = clock.now()
    if entry_file is not None:
        made = desk.offer_entries(
            office,
            read_entries(entry_file, now if authorised else None),
            clerk=clerk_name(clerk),
            now=now,
            municipality=municipality,
        )
    elif person_file is not None:
        made = desk.make_offer(
            office,
            read_person(person_file),
            kinds_of(kinds),
            clerk=clerk_name(clerk),
            now=now,
            municipality=municipality,
            represented=None if relation is None else representation(relation, seen or ""),
        )
    else:
        _from_home(session, office, kinds, municipality)
        return
    if session.json:
        session.data(_offer(made))
        return
    _explain(session, made)
    if session.interactive and not office.settings.desk.four_eyes:
        _ask_number(session, office, made.case, clerk_name(clerk))
    else:
        session.say("offer.later", case=made.case)


@click.command()
@click.argument("case", required=False)
@click.option("--due", is_flag=True, help="Only what is near its term or late; then exit code 8.")
@click.option("--values", is_flag=True, help="With a case: also what people wrote; on record.")
@click.option("--clerk", help="Who looks; default: the current user.")
@options
def cases(session: Session, case: str | None, due: bool, values: bool, clerk: str | None) -> None:
    """List cases and applications, or show one."""
    office = office_of(session)
    now = clock.now()
    if due:
        applications.show_due(session, office)
        return
    offers: list[Case] = []
    decided: list[Application] = []
    if case is None:
        offers = desk.cases(office, now)
        decided = deciding.listing(office, now, over=True)
    else:
        found = _either(office, case.upper(), now)
        if isinstance(found, Offered | Redeemed | Confirmed | Ended):
            offers = [found]
        elif values:
            applications.show_values(session, office, found.file.case, clerk_name(clerk))
            return
        else:
            decided = [found]
    for one in offers:
        if session.json:
            session.data(_case(one))
        else:
            line = session.text(
                "case.line",
                case=one.case,
                state=_state(session, one),
                kinds=names(session, one.kinds),
                clerk=one.clerk,
            )
            click.echo(line)
    for each in decided:
        applications.show(session, each)
    if not offers and not decided:
        session.say("case.none")


@click.command()
@click.argument("case")
@click.option("--number", help="The six digits the resident reads from the wallet.")
@click.option("--clerk", help="Who decides; default: the current user.")
@applications.options
@options
def decide(
    session: Session, case: str, number: str | None, clerk: str | None, wanted: applications.Wanted
) -> None:
    """Confirm with the wallet's number, or refuse; take a step with an application."""
    office = office_of(session)
    who = clerk_name(clerk)
    found = _either(office, case.upper(), clock.now())
    if not isinstance(found, Offered | Redeemed | Confirmed | Ended):
        applications.decide(session, office, found.file.case, who, wanted)
        return
    if wanted.steps not in ([], ["refuse"]):
        raise DeskFault("desk.not_an_application", "Architecture, Commands")
    if wanted.refuse:
        ended = desk.refuse(office, case.upper(), clerk=who, now=clock.now())
        session.say("case.refused")
        _show(session, ended)
        return
    if number is None:
        if not session.interactive:
            raise DeskFault("desk.no_terminal", "Architecture, Commands", option="--number")
        _ask_number(session, office, case.upper(), who)
        return
    done = desk.confirm(office, case.upper(), number, clerk=who, now=clock.now())
    session.say("offer.confirmed")
    _show(session, done)


def _either(office: Office, case: str, now: int) -> Case | Application:
    """An offer of the desk, or what somebody applied for."""
    try:
        return desk.find(office, case, now)
    except NothingFound as unknown:
        try:
            return deciding.find(office, case, now)
        except NothingFound:
            raise unknown from None


def _from_home(session: Session, office: Office, kinds: str, municipality: str | None) -> None:
    made = homeoffers.make(office, kinds_of(kinds), municipality=municipality, now=clock.now())
    if session.json:
        offered: list[Json] = list(made.kinds)
        session.data(
            {
                "municipality": made.municipality,
                "link": made.link,
                "uri": made.uri,
                "expires": made.expires_at,
                "kinds": offered,
            }
        )
        return
    click.echo(session.text("offer.title", kinds=names(session, made.kinds)))
    _show_link(session, made.link, made.uri)
    click.echo(session.text("offer.home_steps"))


def _explain(session: Session, made: OfferMade) -> None:
    click.echo(session.text("offer.title", kinds=names(session, made.kinds)))
    for one in made.refused:
        reason = fault(session.lang, f"refusal.{one.reason}", **one.params)[0]
        kind = session.text(f"kind.{one.kind}")
        click.echo(session.text("offer.not_offered", kind=kind, reason=reason))
    for kind, left in made.left_out:
        reason = fault(session.lang, f"refusal.{left.code}")[0]
        name = sentence(session.lang, f"kind.{kind}")
        claim = session.text(f"claim.{left.claim}")
        click.echo(session.text("offer.left_out", claim=claim, kind=name, reason=reason))
    if made.restricted:
        click.echo(session.text("offer.restricted"))
    _show_link(session, made.link, made.uri)
    click.echo(session.text("offer.code", code=" ".join(made.code)))
    click.echo(session.text("offer.steps"))


def _show_link(session: Session, link: str, uri: str) -> None:
    if session.interactive:
        from issuer.cli.qr import lines

        for line in lines(link):
            click.echo(line, color=True)
    click.echo(session.text("offer.link", link=link))
    click.echo(uri)


def _ask_number(session: Session, office: Office, case: str, clerk: str) -> None:
    while True:
        number = click.prompt(session.text("offer.number"), err=True)
        try:
            desk.confirm(office, case, number, clerk=clerk, now=clock.now())
        except NothingFound:
            raise
        except DeskFault as wrong:
            over = isinstance(wrong, NumberWrong) and wrong.code == "desk.number_locked"
            if over or wrong.code not in _AGAIN:
                raise
            said, hint = fault(session.lang, wrong.code, **wrong.params)
            click.echo(said, err=True)
            click.echo(f"hint: {hint}", err=True)
        else:
            session.say("offer.confirmed")
            return


def _show(session: Session, case: Case) -> None:
    if session.json:
        session.data(_case(case))


def _state(session: Session, case: Case) -> str:
    match case:
        case Offered():
            return session.text("case.offered")
        case Redeemed():
            return session.text("case.redeemed")
        case Confirmed():
            return session.text("case.confirmed")
        case Ended():
            reason = session.text(f"reason.{case.reason.value}")
            return session.text("case.ended", reason=reason)


def _case(case: Case) -> Object:
    kinds: list[Json] = list(case.kinds)
    found: Object = {
        "case": case.case,
        "municipality": case.municipality,
        "kinds": kinds,
        "clerk": case.clerk,
        "created": case.created_at,
        "expires": case.expires_at,
    }
    match case:
        case Offered():
            return {**found, "state": "offered"}
        case Redeemed():
            return {**found, "state": "redeemed"}
        case Confirmed():
            collected: list[Json] = [kind for kind in case.kinds if kind in case.collected]
            return {
                **found,
                "state": "confirmed",
                "confirmed_by": case.confirmed_by,
                "collected": collected,
            }
        case Ended():
            who = {"confirmed_by": case.confirmed_by, "refused_by": case.refused_by}
            return {**found, **who, "state": "ended", "reason": case.reason.value}


def _offer(made: OfferMade) -> Object:
    kinds: list[Json] = list(made.kinds)
    refused: list[Json] = [{"kind": one.kind, "reason": one.reason} for one in made.refused]
    left_out: list[Json] = [
        {"kind": kind, "claim": one.claim, "reason": one.code} for kind, one in made.left_out
    ]
    return {
        "offer": made.case,
        "case": made.case,
        "municipality": made.municipality,
        "link": made.link,
        "uri": made.uri,
        "code": made.code,
        "expires": made.expires_at,
        "kinds": kinds,
        "refused": refused,
        "left_out": left_out,
        "restricted": made.restricted,
    }


COMMANDS = (offer, cases, decide)
