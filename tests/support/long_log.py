"""A log of any length: disclosures to many organisations, refusals, cards; written in one go."""

from credential.names import vct_of
from wallet.events import Kind
from wallet.store import Store

DAY = 86_400
ISSUER = {"name": "Gemeente Voorbeeldstad", "oin": "00000099000000001000"}
PERSON, ADDRESS = vct_of("persoonsgegevens"), vct_of("woonadres")
SPAN = 3 * 365 * DAY
FLAGS = ("given_name", "age_over_18")
WHERE = ("address.postal_code", "address.house_number")


def fill(store: Store, entries: int, *, until: int, parties: int = 60) -> int:
    """At least so many entries, the last of them at `until`; how many activities they make."""
    count, made, step = 0, 0, max(1, SPAN // max(1, entries // 4))
    start = until - (entries // 4) * step
    with store._write(until):
        while count < entries:
            at = start + made * step
            events = _card(made) if made % 8 == 7 else _disclosure(made, made % parties)
            activity = store.new_activity()
            for kind, body in events:
                store._append(activity, kind, body, at=at)
            if len(events) > 2:
                _sent(store, activity, made)
            count, made = count + len(events), made + 1
    return made


def _disclosure(number: int, party: int) -> list[tuple[Kind, dict]]:
    asked = {
        "party": {
            "name": f"Woonstichting Voorbeeld {party}",
            "oin": f"0000009900{party:010}",
            "service_id": "inschrijving",
            "service_name": "Inschrijven",
            "country": "NL",
            "contacts": {"email": f"privacy@wonen{party}.example"},
        },
        "registered": "yes",
        "purpose": {
            "id": f"doel-{party % 7}",
            "nl": f"Inschrijven voor een woning, soort {party % 7}",
            "en": f"Registering for a home, kind {party % 7}",
        },
        "retention": {"duration": "P2Y", "starts": "disclosure", "nl": "twee jaar", "en": ""},
        "shared_with": [],
        "policy_url": f"https://wonen{party}.example/privacy",
        "authority": {"name": "Autoriteit Persoonsgegevens", "country": "NL"},
        "peers": [f"wonen{party}.example"],
        "asked": [
            {"query": "p", "vct": PERSON, "paths": [*FLAGS], "required": True},
            {"query": "w", "vct": ADDRESS, "paths": [*WHERE], "required": False},
        ],
    }
    if number % 5 == 4:
        return [(Kind.REQUEST_RECEIVED, asked), (Kind.REQUEST_DECLINED, {})]
    digests = {path: ["D" * 43] for path in FLAGS}
    gone = {"query": "p", "vct": PERSON, "issuer": ISSUER["oin"], "paths": [*FLAGS]}
    return [
        (Kind.REQUEST_RECEIVED, asked),
        (Kind.SHARE_INTENDED, {**asked, "shared": [{**gone, "digests": digests}]}),
        (Kind.SHARE_ACKNOWLEDGED, {"response_size": 900}),
        (Kind.RECEIPT_VERIFIED, {"jti": f"{number:022}"}),
    ]


def _card(number: int) -> list[tuple[Kind, dict]]:
    kind = ("persoonsgegevens", "woonadres")[number % 2]
    return [(Kind.CARD_RENEWED, {"kind": kind, "issuer": ISSUER, "copies": 10})]


def _sent(store: Store, activity: str, number: int) -> None:
    store.database.execute(
        "INSERT INTO spent_copies (activity, query, card, kind, vct, compact)"
        " VALUES (?, 'p', ?, 'persoonsgegevens', ?, ?)",
        (activity, f"card {number // 10}", PERSON, f"{'x' * 2000}{number}~"),
    )
