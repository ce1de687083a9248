"""What goes in and out of the interface, by name; Dutch, as the design rules ask."""

from typing import Final

from verifier.service.webhooks import Event
from verifier.web.api.schema import Anything, Flag, Items, Maybe, Members, Shape, Text, Whole

STATES: Final = ("waiting", "fetched", "answered", "bound", "declined", "failed", "expired")
VERDICTS: Final = ("accepted", "refused", "undetermined")
REGISTRATION_STATES: Final = ("unconfirmed", "active", "ended", "restricted")
LIFE_EVENTS: Final = ("end_of_registration", "end_of_tenancy", "decision", "not_allocated")
EVENTS: Final = tuple(one.value for one in Event)
DELIVERY_STATES: Final = ("waiting", "delivered", "given_up")


def stamp(description: str) -> Text:
    """A moment in UTC."""
    return Text(description, format="date-time", longest=32, example="2026-01-01T12:00:00Z")


def code(description: str) -> Text:
    """A stable code of ours."""
    return Text(description, longest=64)


def _both(description: str) -> Members:
    return Members(
        description,
        {
            "nl": Text("In het Nederlands.", longest=2000),
            "en": Text("In het Engels.", longest=2000),
        },
    )


FAULT: Final = Members(
    "Eén fout in het verzoek; de waarde zelf staat er niet bij.",
    {
        "in": Text("Waar de fout staat.", one_of=("body", "query", "header")),
        "detail": Text("Wat er mis is, in een zin.", longest=1000),
        "code": code("Vaste code van de fout."),
        "location": Members(
            "De plaats.",
            {
                "pointer": Text("JSON Pointer in de body (RFC 6901)."),
                "name": Text("Naam van de parameter of header."),
            },
            optional=frozenset({"pointer", "name"}),
        ),
    },
    name="Fout",
)

_PROBLEM: Final[dict[str, Shape]] = {
    "type": Text("Adres dat de soort fout noemt."),
    "title": Text("Soort fout, in een paar woorden."),
    "status": Whole("De HTTP-status.", 400, 599),
    "detail": Text("Wat er mis is en wat u kunt doen.", longest=1000),
}
PROBLEM: Final = Members("Een fout (RFC 9457).", _PROBLEM, name="Probleem")
INVALID: Final = Members(
    "Een verzoek dat niet klopt: alle fouten tegelijk.",
    _PROBLEM | {"errors": Items("Elke fout.", FAULT, 100)},
    name="OnjuistVerzoek",
)

NEW_SESSION: Final = Members(
    "Een nieuw verzoek om gegevens.",
    {
        "profile": Text("Waarvoor gegevens worden gevraagd.", longest=64, example="inschrijven"),
        "lang": Text("Taal van onze pagina's; zonder keuze Nederlands.", one_of=("nl", "en")),
        "returnUrl": Text(
            "Waar de persoon na afloop weer naartoe kan. Moet onder een adres staan dat voor u is "
            "ingesteld. Wij zetten er `session` bij: het nummer van deze sessie, en verder niets.",
            format="uri",
        ),
        "dossier": Text(
            "Nummer van het dossier waar een tweede persoon bij komt, als die dat zelf ook wil.",
            pattern=r"[0-9]{4}-[0-9]{4}-[0-9]{4}",
            longest=16,
        ),
    },
    optional=frozenset({"lang", "returnUrl", "dossier"}),
    name="NieuweSessie",
)

STARTED: Final = Members(
    "Een sessie die net begonnen is.",
    {
        "id": Text("Nummer van de sessie.", longest=64),
        "profile": code("Waarvoor gegevens worden gevraagd."),
        "pageUrl": Text(
            "Stuur de browser van de persoon hierheen. Werkt één keer, in één browser.",
            format="uri",
            longest=512,
        ),
        "links": Members(
            "Links die een wallet openen. Het resultaat is van de browser die `pageUrl` opende.",
            {
                "sameDevice": Text("Voor een wallet op hetzelfde apparaat.", longest=2000),
                "otherDevice": Text("Voor een wallet op een ander apparaat.", longest=2000),
            },
        ),
        "expiresAt": stamp("Tot wanneer er gedeeld kan worden."),
    },
    name="BegonnenSessie",
)

DECISION: Final = Members(
    "Wat is afgeleid uit de gegevens, en in één zin waarom.",
    {
        "name": code("Naam van de vraag, zoals in het profiel."),
        "rule": code("De regel die is toegepast."),
        "outcome": Anything("Ja of nee, een getal, een code, of `null` als het niet vaststaat."),
        "sentence": _both("De uitleg in één zin."),
    },
    name="Beslissing",
)

CHECK: Final = Members(
    "Eén controle en wat die vond.",
    {
        "number": Whole("Plaats in de lijst van controles.", 1, 99),
        "code": code("Vaste naam van de controle."),
        "ok": Maybe(Flag("Of de controle klopte; `null` als dat niet vaststaat.")),
        "query": code("Over welk gevraagd kaartje het gaat."),
        "rule": code("De regel die niet klopte."),
    },
    optional=frozenset({"query", "rule"}),
    name="Controle",
)

VERDICT: Final = Members(
    "Het oordeel. Pas te lezen als vaststaat bij welke browser het hoort.",
    {
        "verdict": Text("Het oordeel.", one_of=VERDICTS),
        "rule": Maybe(code("De regel die het oordeel bepaalde; `null` bij `accepted`.")),
        "sentence": _both("Het oordeel in een zin voor de persoon zelf."),
        "checks": Items("De controles, op volgorde.", CHECK, 500),
        "decisions": Items("Wat is afgeleid en bewaard.", DECISION, 50),
        "registration": Maybe(
            Members(
                "De inschrijving waar dit toe leidde of die er al was.",
                {
                    "number": Text("Het inschrijfnummer.", longest=16),
                    "since": stamp("Sinds wanneer de inschrijving telt."),
                    "complete": Flag("Of de persoon heeft gezegd hoe hij bereikbaar is."),
                    "again": Flag("Of de inschrijving er al was."),
                },
            )
        ),
    },
    name="Oordeel",
)

SESSION: Final = Members(
    "Een sessie en hoe die ervoor staat.",
    {
        "id": Text("Nummer van de sessie.", longest=64),
        "profile": code("Waarvoor gegevens worden gevraagd."),
        "state": Text(
            "`waiting`: niemand opende het verzoek. `fetched`: een wallet heeft het gelezen. "
            "`answered`: er is gedeeld, maar nog niet vast staat bij welke browser dat hoort. "
            "`bound`: dat staat vast. `declined`: de persoon deelt niet. `failed`: het antwoord "
            "was niet te lezen. `expired`: te laat.",
            one_of=STATES,
        ),
        "createdAt": stamp("Wanneer de sessie begon."),
        "expiresAt": stamp("Tot wanneer er gedeeld kan worden."),
        "result": Maybe(VERDICT),
    },
    name="Sessie",
)

VALUE: Final = Members(
    "Eén bewaard gegeven.",
    {
        "query": code("Uit welk gevraagd kaartje."),
        "path": Items("De plaats in het kaartje.", Anything("Naam of nummer."), 10),
        "value": Anything("Het gegeven zelf."),
    },
    name="Gegeven",
)

REGISTRATION: Final = Members(
    "Een inschrijving. Is die beperkt (AVG 18), dan staat alleen vast dat zij bestaat.",
    {
        "number": Text("Het inschrijfnummer.", longest=16),
        "profile": code("Waarvoor iemand is ingeschreven."),
        "state": Text("Hoe de inschrijving ervoor staat.", one_of=REGISTRATION_STATES),
        "since": Maybe(stamp("Sinds wanneer de inschrijving telt.")),
        "confirmedAt": Maybe(stamp("Wanneer de inschrijving compleet werd.")),
        "endedAt": Maybe(stamp("Wanneer de inschrijving eindigde.")),
        "endedBy": Maybe(code("Wat de inschrijving beëindigde.")),
        "deleteBy": Maybe(stamp("Wanneer de gegevens uiterlijk gewist zijn.")),
        "dossier": Maybe(Text("Nummer van het dossier van twee samen.", longest=16)),
        "verdict": Maybe(Text("Het oordeel bij inschrijven.", one_of=VERDICTS)),
        "decisions": Items("Wat is afgeleid. Alleen als `fields` erom vraagt.", DECISION, 50),
        "values": Items("Wat is bewaard. Alleen als `fields` erom vraagt.", VALUE, 500),
        "contact": Maybe(
            Members(
                "Hoe de persoon bereikbaar is. Alleen als `fields` erom vraagt.",
                {"email": Text("E-mailadres.", format="email")},
            )
        ),
    },
    optional=frozenset({"decisions", "values", "contact"}),
    name="Inschrijving",
)

REGISTRATIONS: Final = Members(
    "Een bladzijde van de lijst, oudste eerst.",
    {
        "items": Items("De inschrijvingen.", REGISTRATION, 200),
        "next": Maybe(Text("Adres van de volgende bladzijde.", format="uri", longest=1000)),
    },
    name="Inschrijvingen",
)

NEW_EVENT: Final = Members(
    "Iets wat de bewaartermijn laat beginnen.",
    {
        "event": Text("Wat er gebeurde.", one_of=LIFE_EVENTS),
        "receipt": Text("Over welk bewijs het gaat, als er meer kunnen zijn.", longest=256),
    },
    optional=frozenset({"receipt"}),
    name="NieuweGebeurtenis",
)
RECORDED: Final = Members(
    "De gebeurtenis is vastgelegd.",
    {
        "registration": Text("Het inschrijfnummer.", longest=16),
        "event": Text("Wat er gebeurde.", one_of=LIFE_EVENTS),
        "deleteBy": Maybe(stamp("Wanneer de gegevens uiterlijk gewist zijn.")),
    },
    name="Gebeurtenis",
)

CASES: Final = Members(
    "Hoeveel verzoeken van mensen op een besluit wachten.",
    {
        "open": Whole("Aantal dat wacht."),
        "overdue": Whole("Aantal waarvan de wettelijke termijn voorbij is."),
        "nextDueAt": Maybe(stamp("Wanneer de eerstvolgende termijn verloopt.")),
    },
    name="OpenVerzoeken",
)

DELIVERY: Final = Members(
    "Een bericht aan een van uw adressen.",
    {
        "id": Text("Het `webhook-id` van het bericht.", longest=64),
        "webhook": code("Welk ingesteld adres."),
        "event": Text("Wat er gebeurde.", one_of=EVENTS),
        "state": Text("Hoe het ervoor staat.", one_of=DELIVERY_STATES),
        "createdAt": stamp("Wanneer het gebeurde."),
        "tries": Whole("Hoe vaak het is gestuurd."),
        "nextTryAt": Maybe(stamp("Wanneer het weer wordt gestuurd.")),
        "deliveredAt": Maybe(stamp("Wanneer het is aangenomen.")),
        "givenUpAt": Maybe(stamp("Wanneer is opgehouden met sturen.")),
        "lastStatus": Maybe(Whole("De laatste HTTP-status van de ontvanger.", 100, 599)),
    },
    name="Bezorging",
)
DELIVERIES: Final = Members(
    "Een bladzijde van de lijst, nieuwste eerst.",
    {
        "items": Items("De berichten.", DELIVERY, 200),
        "next": Maybe(Text("Adres van de volgende bladzijde.", format="uri", longest=1000)),
    },
    name="Bezorgingen",
)

NOTHING: Final = Members("Een leeg object.", {}, name="Niets")

HEALTH: Final = Members(
    "De dienst kan werken.",
    {"status": Text("De toestand.", one_of=("ready",))},
    name="Gezondheid",
)
VERSION: Final = Members(
    "Wat hier draait.",
    {
        "api": Text("Versie van dit koppelvlak.", longest=32),
        "program": Text("Versie van het programma.", longest=32),
        "test": Flag("Of dit een proefomgeving is, ongeschikt voor echte mensen."),
    },
    name="Versie",
)
