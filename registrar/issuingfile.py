"""What a party issues, as its file states it: short, or step by step."""

from collections.abc import Mapping
from typing import Final

from registrar import life
from registrar.members import SERVICE_ID, hosts, kinds_of, local, steps
from registrar.numbers import IDENTIFIER, OIN
from registrar.party import Issuing, Service, Succession
from registrar.sheet import Section

_SHORT: Final = ("since", "kinds", "withdrawn", "withdrawal_reason")


def issuing(found: Section, kinds: Mapping[str, str]) -> Issuing:
    """The issuing of this table."""
    listed = steps(found, kinds)
    end = life.end_of(listed)
    stepwise = "step" in found
    for name in _SHORT:
        if stepwise and name in found:
            found.asked.add(name)
            found.fault("party.steps_and_short", name)
    return Issuing(
        service=_service(found),
        privacy_policy=found.text("privacy_policy"),
        kinds=life.kinds_of(listed) if stepwise else _kinds(found, kinds),
        municipality_codes=found.texts("municipality_codes"),
        status_prefix=_prefix(found),
        status_aggregation=found.text("status_aggregation"),
        since=_since(found, listed, stepwise=stepwise),
        withdrawn=end.on if end else _moment(found, "withdrawn", stepwise=stepwise),
        withdrawal_reason=(
            end.step.value if end else None if stepwise else found.optional("withdrawal_reason")
        ),
        successors=_successions(found, "successor"),
        predecessors=_successions(found, "predecessor"),
        status_successor=found.optional("status_successor"),
        steps=listed,
    )


def _service(found: Section) -> Service:
    return Service(
        id=found.matching("id", SERVICE_ID, "party.service_id"),
        name=found.text("name"),
        description=local(found, "description"),
        hosts=hosts(found),
        support_uri=found.text("support_uri"),
        intended_uses=(),
    )


def _kinds(found: Section, kinds: Mapping[str, str]) -> tuple[str, ...]:
    if not found.texts("kinds"):
        found.fault("toml.member" if "kinds" in found else "toml.missing", "kinds")
    return kinds_of(found, "kinds", kinds)


def _since(found: Section, listed: tuple[life.Event, ...], *, stepwise: bool) -> int:
    if not stepwise:
        return found.moment("since")
    return min((one.on for one in listed), default=0)


def _moment(found: Section, name: str, *, stepwise: bool) -> int | None:
    return found.moment(name) if name in found and not stepwise else None


def _prefix(found: Section) -> str:
    prefix = found.text("status_prefix")
    if prefix and not (prefix.startswith("https://") and prefix.endswith("/")):
        found.fault("party.status_prefix", "status_prefix", prefix)
    return prefix


def _successions(found: Section, name: str) -> tuple[Succession, ...]:
    return tuple(
        Succession(
            organization_identifier=one.matching(
                "organization_identifier", IDENTIFIER, "party.identifier"
            ),
            oin=one.matching("oin", OIN, "party.oin"),
            municipality_codes=one.texts("municipality_codes"),
            effective=one.moment("effective"),
        )
        for one in found.sections(name, "oin")
    )
