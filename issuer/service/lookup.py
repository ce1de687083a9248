"""A person looked up: the register asked, the municipality found, each kind decided.

The one door to the register for the desk, for a login, for a refill and after a change.
"""

from collections.abc import Collection
from dataclasses import dataclass, field, replace

from credential.strictjson import Object
from issuer import cards, eligibility, registers
from issuer.accounting import subject
from issuer.box import Box
from issuer.brp.errors import NotFound
from issuer.cards.again import ask_again_at
from issuer.errors import DeskFault, NothingFound
from issuer.service import heritage, permission
from issuer.service.office import Municipality, Office
from issuer.sources import Cards, Desk, Granted, LeftOut, NoCards, Occasion, PersonRecord, Refused


@dataclass(frozen=True)
class NotOffered:
    """A kind that is not offered, and the code of the sentence that says why."""

    kind: str
    reason: str
    params: dict[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, repr=False)
class Found:
    """One resident: what each card would say, and why some are not given."""

    record: PersonRecord
    issuer: Municipality
    box: Box
    granted: dict[str, Object]
    refused: tuple[NotOffered, ...]
    left_out: tuple[tuple[str, LeftOut], ...]

    @property
    def restricted(self) -> bool:
        """The person asked that data is not given to others (Wet BRP 2.59)."""
        return self.record.restricted


def one_of(office: Office, code: str | None) -> Municipality:
    """The municipality a clerk works for; which one may stay unsaid where there is only one.

    So nobody is ever looked up without saying whose resident they are.
    """
    if code is not None and code not in office.municipalities:
        raise DeskFault("desk.unknown_municipality", "Architecture, Issuer")
    if code is None and len(office.municipalities) != 1:
        raise DeskFault("desk.which_municipality", "Regie domain 1.1")
    return office.municipalities[code or next(iter(office.municipalities))]


def look_up(
    office: Office,
    bsn: str,
    kinds: Collection[str] | None,
    *,
    occasion: Occasion,
    now: int,
    municipality: Municipality,
    held: bool = False,
) -> Found:
    """Asks the register, finds the municipality, and decides per kind what it says.

    `kinds` of `None` are all that the municipality issues from the register. `held`: they were
    given before, so it matters what the register says of them and not whether more may be issued.
    Raises `NothingFound` with the reason for whom no card can be given at all.
    """
    every = frozenset(municipality.settings.kinds) - office.declared_kinds - registers.KINDS
    asked = every if kinds is None else frozenset(kinds)
    own = asked & frozenset(municipality.settings.kinds)
    stopped = {} if held else permission.require_any(office, municipality, own, now)
    own -= stopped.keys()
    record = _fetch(office, municipality, bsn, own, occasion, now)
    if record.municipality_code not in municipality.settings.register_codes:
        # The issuer of a card is the resident's own municipality (formats.md 1).
        raise NothingFound("desk.not_our_resident", "Regie formats 1")
    _eligible(record, now)
    rules = heritage.rules(municipality)
    granted: dict[str, Object] = {}
    refused: list[NotOffered] = []
    left_out: list[tuple[str, LeftOut]] = []
    for kind in sorted(own, key=municipality.settings.kinds.index):
        decision = cards.decide(record, kind, now, rules)
        match decision:
            case Granted():
                granted[kind] = _with_pseudonym(municipality, record.bsn, decision)
                left_out += [(kind, one) for one in decision.left_out]
            case Refused():
                refused.append(NotOffered(kind, decision.code, dict(decision.params)))
    refused += [NotOffered(kind, why, {"kind": kind}) for kind, why in sorted(stopped.items())]
    refused += [
        NotOffered(kind, "kind_not_offered", {"kind": kind})
        for kind in sorted(asked - own - stopped.keys())
    ]
    box = Box(
        bsn=record.bsn,
        subject=subject(municipality.subject_key, municipality.code, record.bsn),
        claims=granted,
        facts_at=now,
        ask_again_at=ask_again_at(record, now),
        represented=occasion.represented,
    )
    return Found(record, municipality, box, granted, tuple(refused), tuple(left_out))


def _fetch(
    office: Office,
    municipality: Municipality,
    bsn: str,
    kinds: frozenset[str],
    occasion: Occasion,
    now: int,
) -> PersonRecord:
    """The record under one of the municipality's register codes, each asked in turn.

    The register filters on one code: after a merger residents may stand under several.
    """
    *others, last = municipality.settings.register_codes
    for code in others:
        try:
            return office.source.fetch(
                bsn, kinds, now, occasion=replace(occasion, municipality=code)
            )
        except NotFound:
            continue
    return office.source.fetch(bsn, kinds, now, occasion=replace(occasion, municipality=last))


def _eligible(record: PersonRecord, now: int) -> None:
    route = eligibility.eligible(record, now)
    match route:
        case Cards():
            return
        case Desk() | NoCards():
            raise NothingFound(f"refusal.{route.code}", "Regie domain 2.8")


def _with_pseudonym(issuer: Municipality, bsn: str, decision: Granted) -> Object:
    if not decision.with_pseudonym:
        return decision.claims
    claims: Object = {**decision.claims, "housing_pseudonym": issuer.housing.of(bsn)}
    if issuer.housing_previous is not None:
        claims["housing_pseudonym_previous"] = issuer.housing_previous.of(bsn)
    return claims
