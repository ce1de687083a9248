"""`activities --totals`: what fits, summed per organisation, per item of data and per month."""

from credential.strictjson import Object
from wallet.cli.output import Output
from wallet.cli.render import kind_path, local_day, moment
from wallet.cli.session import Session
from wallet.naming import Types, label_of_text, title_of
from wallet.service import cards
from wallet.service.overview import Totals, totals
from wallet.service.wallet import Wallet
from wallet.store import Filter


def show(session: Session, wallet: Wallet, wanted: Filter) -> None:
    """All sums at once."""
    found = totals(wallet, wanted)
    session.say.result(_object(found))
    if session.json_mode:
        return
    if not found.activities:
        session.say.talk("totals.none")
        return
    _person(session.say, found, cards.types(wallet))


def _object(found: Totals) -> Object:
    return {
        "activities": found.activities,
        "requests": found.requests,
        "shared": found.shared,
        "types": {**found.types},
        "outcomes": {**found.outcomes},
        "parties": [
            {
                "party": {"name": one.name, "oin": one.oin, "service_id": one.service},
                "requests": one.requests,
                "shared": one.shared,
                "last": moment(one.last),
            }
            for one in found.parties
        ],
        "claims": [
            {
                "claim": kind_path(one.vct, one.path),
                "requests": one.requests,
                "shared": one.shared,
                "parties": one.parties,
            }
            for one in found.attributes
        ],
        "purposes": [
            {"id": one.id, "nl": one.nl, "en": one.en, "requests": one.requests}
            for one in found.purposes
        ],
        "months": [
            {
                "month": one.month,
                "activities": one.activities,
                "requests": one.requests,
                "shared": one.shared,
            }
            for one in found.months
        ],
    }


def _person(say: Output, found: Totals, types: Types) -> None:
    texts = say.texts
    say.text(
        "totals.activities",
        count=found.activities,
        requests=found.requests,
        shared=found.shared,
    )
    say.text("totals.parties")
    for party in found.parties:
        line = texts.get("totals.line", requests=party.requests, shared=party.shared)
        last = texts.get("totals.last", day=local_day(party.last))
        say.plain(f"  {party.name or party.oin}: {line}, {last}")
    say.text("totals.attributes")
    for item in found.attributes:
        title = title_of(item.vct, item.vct, types, texts.lang)
        label = label_of_text(item.vct, item.path, types, texts.lang)
        name = "totals.attribute-one" if item.parties == 1 else "totals.attribute"
        line = texts.get(name, requests=item.requests, shared=item.shared, parties=item.parties)
        say.plain(f"  {title}, {label}: {line}")
    say.text("totals.months")
    for one in found.months:
        line = texts.get("totals.line", requests=one.requests, shared=one.shared)
        say.plain(f"  {month_text(one.month)}: {line}")


def month_text(month: str) -> str:
    """A month the Dutch way."""
    year, _, number = month.partition("-")
    return f"{number}-{year}"
