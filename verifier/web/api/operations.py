"""What the interface can be asked, declared once: served from these values, described from them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from credential.strictjson import Json, Object
from verifier.service.api.once import Told
from verifier.service.verifier import Verifier
from verifier.settings.api import Client, Scope
from verifier.web.api import shapes
from verifier.web.api.schema import Members, Text, Whole

VERSION: Final = "1.0.0"
BASE: Final = "/api/v1"
KEY: Final = Text(
    "Een eigen, willekeurig kenmerk van dit verzoek. Stuurt u hetzelfde nog eens, dan krijgt u "
    "hetzelfde antwoord en gebeurt er niets dubbel.",
    pattern=r"[!-~]{8,128}",
    longest=128,
)


@dataclass(frozen=True)
class Parameter:
    """One query parameter; a list is written with commas."""

    name: str
    shape: Text | Whole
    choices: tuple[str, ...] = ()
    """For a list: what may stand in it."""


@dataclass(frozen=True)
class Call:
    """One request that was found in order."""

    verifier: Verifier
    client: Client | None
    path: Mapping[str, str]
    query: Mapping[str, Json]
    body: Object = field(repr=False)
    trace: str | None = None
    """The `traceparent` of the asker, so that both accounts can be laid side by side."""

    @property
    def asker(self) -> Client:
        """The client; only a public operation has none."""
        assert self.client is not None
        return self.client


Handler: TypeAlias = Callable[[Call], Told]


@dataclass(frozen=True)
class Operation:
    """One method on one resource."""

    id: str
    method: str
    path: str
    tag: str
    summary: str
    description: str
    answer: Members | None
    handler: Handler
    scope: Scope | None
    """`None`: without a key."""
    status: int = 200
    parameters: tuple[Parameter, ...] = ()
    body: Members | None = None
    also: tuple[int, ...] = ()
    """What else it may be refused with, beside what follows from the rest."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names in the path."""
        return tuple(part[1:-1] for part in self.path.split("/") if part.startswith("{"))

    def refusals(self) -> tuple[int, ...]:
        """Every status it may be refused with."""
        found = {406, 429, 500, *self.also}
        if self.scope is not None:
            found |= {401, 403}
        found.add(400)  # a query parameter that nobody knows
        if self.names:
            found.add(404)
        if self.body is not None:
            found |= {409, 413, 415, 422}
        return tuple(sorted(found))


PATH: Final[dict[str, Text]] = {
    "session": Text("Nummer van de sessie.", pattern=r"[A-Za-z0-9_-]{16,64}", longest=64),
    "number": Text("Het inschrijfnummer.", pattern=r"[0-9]{4}-[0-9]{4}-[0-9]{4}", longest=16),
    "delivery": Text("Het `webhook-id`.", pattern=r"msg_[A-Za-z0-9_-]{16,60}", longest=64),
}
_LIMIT: Final = Parameter("limit", Whole("Hoeveel op één bladzijde; anders 50.", 1, 200))
_AFTER: Final = Parameter(
    "after", Text("Waar de bladzijde begint; neem het over uit `next`.", longest=200)
)


def operations(handlers: Mapping[str, Handler]) -> tuple[Operation, ...]:
    """Every operation of version 1; each needs its handler, and no handler is left over."""
    found = (
        Operation(
            id="startSession",
            method="POST",
            path="/sessions",
            tag="Sessies",
            summary="Begin een verzoek om gegevens",
            description=(
                "Stuur daarna de browser van de persoon naar `pageUrl`. Het oordeel komt vrij "
                "zodra vaststaat dat het bij die browser hoort."
            ),
            scope=Scope.SESSIONS,
            body=shapes.NEW_SESSION,
            status=201,
            answer=shapes.STARTED,
            also=(503,),
            handler=handlers["startSession"],
        ),
        Operation(
            id="getSession",
            method="GET",
            path="/sessions/{session}",
            tag="Sessies",
            summary="Hoe een sessie ervoor staat",
            description=(
                "`result` is er pas als `state` `bound` is en uw sleutel `verdicts` mag lezen. "
                "Laat het resultaat alleen zien aan de browser die met dit nummer terugkwam."
            ),
            scope=Scope.SESSIONS,
            answer=shapes.SESSION,
            handler=handlers["getSession"],
        ),
        Operation(
            id="listRegistrations",
            method="GET",
            path="/registrations",
            tag="Inschrijvingen",
            summary="De inschrijvingen van uw profielen",
            description="Oudste eerst, zonder gegevens van personen.",
            scope=Scope.REGISTRATIONS,
            parameters=(
                Parameter("profile", Text("Alleen van dit profiel.", longest=64)),
                Parameter(
                    "state",
                    Text("Alleen in deze toestand.", one_of=shapes.REGISTRATION_STATES),
                ),
                Parameter(
                    "since",
                    Text("Alleen vanaf dit moment.", format="date-time", longest=32),
                ),
                _LIMIT,
                _AFTER,
            ),
            answer=shapes.REGISTRATIONS,
            handler=handlers["listRegistrations"],
        ),
        Operation(
            id="getRegistration",
            method="GET",
            path="/registrations/{number}",
            tag="Inschrijvingen",
            summary="Eén inschrijving",
            description=(
                "Met `fields` ook wat over de persoon is bewaard. Daarvoor is de bevoegdheid "
                "`registrations.values` nodig, en de persoon ziet het terug."
            ),
            scope=Scope.REGISTRATIONS,
            parameters=(
                Parameter(
                    "fields",
                    Text("Wat u erbij wilt, met komma's ertussen.", longest=64),
                    choices=("values", "contact", "decisions"),
                ),
            ),
            answer=shapes.REGISTRATION,
            handler=handlers["getRegistration"],
        ),
        Operation(
            id="addRegistrationEvent",
            method="POST",
            path="/registrations/{number}/events",
            tag="Inschrijvingen",
            summary="Meld iets wat de bewaartermijn laat beginnen",
            description="Meldt u hetzelfde twee keer, dan telt de eerste keer.",
            scope=Scope.REGISTRATIONS,
            body=shapes.NEW_EVENT,
            answer=shapes.RECORDED,
            handler=handlers["addRegistrationEvent"],
        ),
        Operation(
            id="getOpenCases",
            method="GET",
            path="/rights-cases",
            tag="Rechten",
            summary="Hoeveel verzoeken van mensen op een besluit wachten",
            description="Alleen aantallen: inzage, verbetering, wissen, beperking en bezwaar.",
            scope=Scope.REGISTRATIONS,
            answer=shapes.CASES,
            handler=handlers["getOpenCases"],
        ),
        Operation(
            id="listDeliveries",
            method="GET",
            path="/webhook-deliveries",
            tag="Berichten",
            summary="Berichten aan uw adressen",
            description="Nieuwste eerst, zonder inhoud.",
            scope=Scope.WEBHOOKS,
            parameters=(
                Parameter("state", Text("Alleen zo.", one_of=shapes.DELIVERY_STATES)),
                Parameter("event", Text("Alleen hierover.", one_of=shapes.EVENTS)),
                _LIMIT,
                _AFTER,
            ),
            answer=shapes.DELIVERIES,
            handler=handlers["listDeliveries"],
        ),
        Operation(
            id="redeliver",
            method="POST",
            path="/webhook-deliveries/{delivery}/attempts",
            tag="Berichten",
            summary="Stuur een bericht nog eens",
            description="Het gaat met hetzelfde `webhook-id`, zodra het aan de beurt is.",
            scope=Scope.WEBHOOKS,
            status=202,
            body=shapes.NOTHING,
            answer=shapes.DELIVERY,
            handler=handlers["redeliver"],
        ),
        Operation(
            id="getHealth",
            method="GET",
            path="/health",
            tag="Dienst",
            summary="Of de dienst kan werken",
            description="Zonder sleutel.",
            scope=None,
            answer=shapes.HEALTH,
            also=(503,),
            handler=handlers["getHealth"],
        ),
        Operation(
            id="getVersion",
            method="GET",
            path="/version",
            tag="Dienst",
            summary="Wat hier draait",
            description="Versie van het koppelvlak en van het programma.",
            scope=Scope.SESSIONS,
            answer=shapes.VERSION,
            handler=handlers["getVersion"],
        ),
        Operation(
            id="getDescription",
            method="GET",
            path="/openapi.json",
            tag="Dienst",
            summary="Deze beschrijving",
            description="OpenAPI 3.1, voor iedereen te lezen.",
            scope=None,
            answer=None,
            handler=handlers["getDescription"],
        ),
    )
    assert {one.id for one in found} == set(handlers)
    return found
