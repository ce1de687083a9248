"""A choice of entries as the transactions of EUDI TS10 (formats.md 2, Export).

Nothing stands in a transaction that does not stand in an entry, and what no entry states is left
out rather than filled in; so whoever has the entries can make the same list again and compare.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from credential.log.entries import Entry, Event
from credential.names import vct_of
from credential.strictjson import Json, Object

COMPLETED: Final = "Completed"
NOT_COMPLETED: Final = "NotCompleted"
OIN_TYPE: Final = "https://regie.example/ns/oin"
"""What the identifier of a party is: an OIN (TS2 has no type of its own for it)."""
PRIVACY_POLICY: Final = "http://data.europa.eu/eudi/policy/privacy-policy"

_ISSUANCE: Final = frozenset(
    {Event.CARD_OFFERED, Event.CARD_RECEIVED, Event.CARD_REFUSED, Event.CARD_RENEWED}
)
_WHY: Final = {
    Event.REQUEST_RECEIVED: "not answered",
    Event.REQUEST_REFUSED: "refused by the wallet",
    Event.REQUEST_DECLINED: "declined by the user",
    Event.REQUEST_UNMATCHED: "nothing in the wallet answers it",
    Event.SHARE_INTENDED: "may have been shared",
    Event.SHARE_REJECTED: "refused by the recipient; may have been shared",
    Event.SHARE_UNSENT: "not sent",
    Event.SHARE_UNKNOWN: "may have been shared",
}


def render(entries: Sequence[Entry]) -> list[Object]:
    """One transaction per activity and kind of transaction, in the order they began."""
    groups: dict[tuple[str, str, int], list[Entry]] = {}
    rights: dict[str, int] = {}
    for entry in entries:
        kind = _type(entry)
        if entry.kind is Event.RIGHT_ASKED:
            rights[entry.activity] = entry.n
        # Each right that was asked about one disclosure is a transaction of its own.
        turn = rights.get(entry.activity, 0) if kind in ("DataDeletionRequest", "Right") else 0
        groups.setdefault((entry.activity, kind, turn), []).append(entry)
    context = {entry.activity: entry for entry in entries if entry.body.get("party")}
    return [
        _transaction(activity, kind, turn, found, context.get(activity))
        for (activity, kind, turn), found in groups.items()
    ]


def _type(entry: Entry) -> str:
    family = entry.kind.value.partition(".")[0]
    match family:
        case "request" | "share" | "receipt":
            return "Presentation"
        case "right":
            erasure = entry.body.get("right") == "erasure"
            return "DataDeletionRequest" if erasure else "Right"
        case "report":
            return "DPAReport"
        case "card" if entry.kind in _ISSUANCE:
            return "CredentialIssuance"
        case "card" if entry.kind is Event.CARD_DELETED:
            return "CredentialDeletion"
        case _:
            return "OtherTransaction"


def _transaction(
    activity: str, kind: str, turn: int, entries: Sequence[Entry], context: Entry | None
) -> Object:
    make = _MAKERS.get(kind, _other)
    member, body, why = make(entries, {} if context is None else context.body)
    if why is not None and member == "presentation":
        body["reasonOfNoncompletion"] = why
    return {
        "transactionIdentifier": f"{activity}-{turn}" if turn else activity,
        "time": datetime.fromtimestamp(entries[0].at, UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        "transactionType": "OtherTransaction" if member == "otherTransaction" else kind,
        "transactionResult": COMPLETED if why is None else NOT_COMPLETED,
        member: body,
    }


Made = tuple[str, Object, str | None]


def _presentation(entries: Sequence[Entry], context: Object) -> Made:
    """Who asked what and why, and what was presented, or prepared when that is not certain."""
    stated = next((one.body for one in reversed(entries) if one.body.get("purpose")), context)
    body = _party(stated.get("party"))
    if body:
        body["interactingPartyType"] = "ServiceProvider"
    intermediary = stated.get("intermediary")
    body["isIntermediary"] = isinstance(intermediary, dict)
    if isinstance(intermediary, dict):
        body |= _renamed(_party(intermediary), "interactingParty", "intermediary")
    _put(body, "registrarURL", stated.get("registrar_url"))
    _put(body, "purpose", _words(stated.get("purpose")))
    if isinstance(policy := stated.get("policy_url"), str) and policy:
        body["privacyPolicy"] = [{"type": PRIVACY_POLICY, "policyURI": policy}]
    body |= _authority(stated.get("authority"))
    body["listOfClaimsRequested"] = _claims(stated.get("asked"))
    body["listOfClaimsPresented"] = [
        claim for one in entries for claim in _claims(one.body.get("shared"))
    ]
    return "presentation", body, _unfinished(entries)


def _unfinished(entries: Sequence[Entry]) -> str | None:
    """Why it did not complete, or `None`: that they received it is told by them or by the wire."""
    kinds = [one.kind for one in entries]
    if Event.SHARE_ACKNOWLEDGED in kinds or Event.RECEIPT_VERIFIED in kinds:
        return None
    last = next((one for one in reversed(entries) if one.kind in _WHY), None)
    if last is None:
        return "not answered"
    reason = last.body.get("reason")
    return f"{_WHY[last.kind]}: {reason}" if isinstance(reason, str) and reason else _WHY[last.kind]


def _issuance(entries: Sequence[Entry], _context: Object) -> Made:
    """Cards that came in; where it is not stated how many were asked, both numbers are those."""
    came = [one for one in entries if one.kind in (Event.CARD_RECEIVED, Event.CARD_RENEWED)]
    body = _party(next((p for one in entries if (p := one.body.get("issuer"))), None))
    copies = sum(n for one in came if isinstance(n := one.body.get("copies"), int))
    asked = sum(
        n
        for one in came
        if isinstance(n := one.body.get("copies_asked", one.body.get("copies")), int)
    )
    if body:
        body["interactingPartyType"] = "PubEEAProvider"
    body |= {
        "credentialNumberRequested": asked,
        "credentialNumberIssued": copies,
        "credentialIdentifier": [*dict.fromkeys(_kinds(entries))],
        "isUserTriggered": all(one.body.get("trigger") != "wallet" for one in entries),
    }
    refused = any(one.kind is Event.CARD_REFUSED for one in entries)
    why = None if came else "refused by the issuer" if refused else "not finished"
    return "credentialIssuance", body, why


def _deletion(entries: Sequence[Entry], _context: Object) -> Made:
    body: Object = {}
    _put(body, "credentialIdentifier", next(_kinds(entries), None))
    party = _party(entries[0].body.get("issuer"))
    return (
        "credentialDeletion",
        body | _renamed(party, "interactingParty", "credentialIssuer"),
        None,
    )


def _erasure(entries: Sequence[Entry], context: Object) -> Made:
    """A request to delete; completed when they say, signed, that it is done."""
    body = _party(context.get("party"))
    # The resident may have chosen some of the data (ARF 3.0 DATA_DLT_06).
    chosen = entries[0].body.get("claims")
    listed = _claims(context.get("shared") or context.get("asked"))
    body["listOfClaims"] = _only(listed, chosen) if isinstance(chosen, list) else listed
    states = [one.body.get("state") for one in entries]
    last = states[-1] if isinstance(states[-1], str) else "asked"
    return "dataDeletionRequest", body, None if "done" in states else f"state: {last}"


def _report(entries: Sequence[Entry], context: Object) -> Made:
    authority = entries[0].body.get("authority") or context.get("authority")
    return "dpaReport", _authority(authority), None


def _other(entries: Sequence[Entry], _context: Object) -> Made:
    """What TS10 has no class for: the kinds of the events, in the words of the log."""
    said = ", ".join(dict.fromkeys(_described(one) for one in entries))
    return "otherTransaction", {"description": said}, None


def _described(entry: Entry) -> str:
    more = [v for name in ("right", "state", "kind") if isinstance(v := entry.body.get(name), str)]
    return " ".join((entry.kind.value, *more))


_MAKERS: Final[dict[str, Callable[[Sequence[Entry], Object], Made]]] = {
    "Presentation": _presentation,
    "CredentialIssuance": _issuance,
    "CredentialDeletion": _deletion,
    "DataDeletionRequest": _erasure,
    "DPAReport": _report,
}


def _party(value: Json) -> Object:
    """Identifier, name and ways to reach a party, as far as they are stated."""
    if not isinstance(value, dict):
        return {}
    found: Object = {}
    if isinstance(oin := value.get("oin"), str) and oin:
        found["interactingPartyIdentifier"] = {"type": OIN_TYPE, "identifier": oin}
    if isinstance(name := value.get("name"), str) and name:
        found["interactingPartyName"] = [{"lang": "nl", "content": name}]
    contacts = value.get("contacts")
    reach = [value.get("country"), *_reach(contacts)]
    _put(found, "interactingPartyContact", [one for one in reach if isinstance(one, str) and one])
    return found


def _authority(value: Json) -> Object:
    if not isinstance(value, dict):
        return {}
    found: Object = {}
    for name, member in (("name", "dpaName"), ("country", "dpaCountry")):
        if isinstance(text := value.get(name), str) and text:
            found[member] = [{"lang": "nl", "content": text}]
    _put(found, "dpaContact", [*_reach(value), *_reach(value.get("contacts"))])
    return found


def _reach(value: Json) -> list[Json]:
    names = ("email", "phone", "uri")
    if not isinstance(value, dict):
        return []
    return [one for name in names if isinstance(one := value.get(name), str) and one]


def _words(value: Json) -> list[Json]:
    if not isinstance(value, dict):
        return []
    return [
        {"lang": lang, "content": text}
        for lang in ("nl", "en")
        if isinstance(text := value.get(lang), str) and text
    ]


def _claims(value: Json) -> list[Json]:
    """Types and paths; a path is written as in the log, its parts joined by full stops."""
    return [
        {"credentialIdentifier": one.get("vct") or "", "claims": one.get("paths") or []}
        for one in (value if isinstance(value, list) else ())
        if isinstance(one, dict)
    ]


def _only(listed: list[Json], chosen: list[Json]) -> list[Json]:
    """Those of the chosen paths; a card without any of them is left out."""
    found: list[Json] = []
    for one in listed:
        claims = one.get("claims") if isinstance(one, dict) else None
        some: list[Json] = [c for c in (claims if isinstance(claims, list) else ()) if c in chosen]
        if some and isinstance(one, dict):
            found.append({**one, "claims": some})
    return found


def _kinds(entries: Sequence[Entry]) -> Iterator[str]:
    for one in entries:
        if isinstance(kind := one.body.get("kind"), str) and kind:
            yield vct_of(kind)


def _renamed(members: Object, old: str, new: str) -> Object:
    return {f"{new}{name.removeprefix(old)}": value for name, value in members.items()}


def _put(into: Object, name: str, value: Json) -> None:
    if value:
        into[name] = value
