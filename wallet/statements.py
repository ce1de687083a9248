"""What an activity says of the other party and of itself, as label and text, in reading order.

All that the log holds of a presentation (ARF 3.0 DASH_03), of an issuance (DASH_05) and of a
deletion (DASH_05a) can be read here; what nobody stated is said to be not stated.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from credential.names import kind_of
from credential.plaintext import terminal_safe
from credential.strictjson import Json, Object
from wallet.events import Kind
from wallet.phrases import basis_text, duration_text
from wallet.store.values import Entry
from wallet.texts import Texts

Said = tuple[str, str]
MAX_TEXT: Final = 2000

_REGISTERED: Final[Mapping[Json, str]] = {"yes": "yes", "no": "no"}
_CAME: Final = (Kind.CARD_RECEIVED, Kind.CARD_RENEWED)
_SMALL: Final[Mapping[str, str]] = {
    "setting": "setting",
    "sequence": "sequence",
    "cards": "cards",
    "activities": "activities",
}
"""Members of the events of the wallet itself: what was changed, or how much."""


@dataclass(frozen=True)
class Statements:
    """Label and text: what a person looks for `first`, and the `rest` about the other party."""

    first: list[Said]
    rest: list[Said]

    @property
    def all(self) -> list[Said]:
        """Everything, in reading order."""
        return [*self.first, *self.rest]


def statements(texts: Texts, entries: Iterable[Entry]) -> Statements:
    """What the events of one activity state, the newest word on each counting."""
    events = [*entries]
    body: Object = {}
    for entry in events:
        body = {**body, **{name: value for name, value in entry.body.items() if value is not None}}
    about = _circumstances(texts, body)
    if isinstance(body.get("party"), dict) and "asked" in body:
        first = [*_terms(texts, body)]
        rest = [*_asker(texts, body), *_supervision(texts, body), *about]
    elif isinstance(body.get("issuer"), dict):
        first, rest = [*_copies(texts, events)], [*_issuer(texts, body), *about]
    else:
        first, rest = [*_own(texts, body), *about], []
    return Statements(*([_labelled(texts, one) for one in part] for part in (first, rest)))


def _labelled(texts: Texts, said: Said) -> Said:
    name, text = said
    return texts.get(f"stated.{name}"), terminal_safe(text, max_length=MAX_TEXT)


def localised(value: Json, lang: str) -> str:
    """The text in this language, else in Dutch, else the period itself; empty without any."""
    if not isinstance(value, dict):
        return ""
    text = value.get(lang) or value.get("nl") or value.get("duration")
    return text if isinstance(text, str) else ""


def _asker(texts: Texts, body: Object) -> Iterator[Said]:
    """Who asked, for whom, and whether the scheme knows them."""
    party = _object(body.get("party"))
    yield "party", _named(party, texts)
    service = _text(party, "service_id")
    if service:
        yield "service", service
    yield "country", _text(party, "country") or _unknown(texts)
    yield "contact", _contact(party) or _unknown(texts)
    registered = _REGISTERED.get(body.get("registered"), "not-stated")
    yield "registered", texts.get(f"stated.known.{registered}")
    intermediary = body.get("intermediary")
    if isinstance(intermediary, dict):
        yield "intermediary", _named(intermediary, texts)


def _terms(texts: Texts, body: Object) -> Iterator[Said]:
    """Why, by what right, for how long, with whom."""
    unknown, lang = _unknown(texts), texts.lang
    shared_with = body.get("shared_with")
    others = (
        (", ".join(map(str, shared_with)) or texts.get("stated.nobody"))
        if isinstance(shared_with, list)
        else unknown
    )
    yield "purpose", localised(body.get("purpose"), lang) or unknown
    yield "legal-basis", _basis(body.get("legal_basis"), texts) or unknown
    yield "retention", _retention(body.get("retention"), texts) or unknown
    yield "shared-with", others


def _supervision(texts: Texts, body: Object) -> Iterator[Said]:
    """What they say about privacy, who supervises them, and where that can be looked up."""
    unknown = _unknown(texts)
    yield "policy", _text(body, "policy_url") or unknown
    authority = _object(body.get("authority"))
    named = ", ".join(
        filter(None, [_text(authority, "name"), _text(authority, "country"), _contact(authority)])
    )
    yield "authority", named or unknown
    yield "register", _text(body, "registrar_url") or unknown


def _issuer(texts: Texts, body: Object) -> Iterator[Said]:
    """Whose cards these are, and who began it."""
    issuer = _object(body.get("issuer"))
    yield "issuer", _named(issuer, texts)
    if issuer.get("registered") is False:
        yield "registered", texts.get("stated.known.no")
    for name, text in (
        ("service", _text(issuer, "service_id")),
        ("country", _text(issuer, "country")),
        ("contact", _contact(issuer)),
        ("register", _text(body, "registrar_url")),
    ):
        if text:
            yield name, text
    trigger = body.get("trigger")
    if trigger in ("user", "wallet"):
        yield "trigger", texts.get(f"stated.by.{trigger}")
    kinds = body.get("kinds")
    if isinstance(kinds, list):
        yield "kinds", ", ".join(_kind(texts, one) for one in kinds)


def _copies(texts: Texts, events: Iterable[Entry]) -> Iterator[Said]:
    """How many copies of each kind were asked for, and how many came."""
    for entry in events:
        kind, came = entry.body.get("kind"), entry.body.get("copies")
        asked = entry.body.get("copies_asked", came)
        if not isinstance(kind, str) or not isinstance(came, int):
            continue
        name = "deleted" if entry.kind == Kind.CARD_DELETED else "copies"
        if name == "copies" and entry.kind not in (*_CAME, Kind.CARD_REFUSED):
            continue
        title = _kind(texts, kind)
        yield name, texts.get(f"stated.count.{name}", title=title, came=came, asked=asked)


def _circumstances(texts: Texts, body: Object) -> Iterator[Said]:
    """Which computers were contacted, and what was minded and done all the same."""
    peers = body.get("peers")
    if isinstance(peers, list) and peers:
        yield "peers", ", ".join(str(one) for one in peers)
    warnings = body.get("warnings")
    for one in warnings if isinstance(warnings, list) else ():
        if isinstance(one, dict) and one.get("accepted"):
            code = str(one.get("code"))
            yield "minded", (texts.find(f"warning.{code}") or code).rstrip(":")


def _own(texts: Texts, body: Object) -> Iterator[Said]:
    """What the wallet itself did."""
    party = body.get("party")
    if isinstance(party, dict):
        yield "party", _named(party, texts)
    authority = body.get("authority")
    if isinstance(authority, dict):
        yield "authority", ", ".join(filter(None, [_text(authority, "name"), _contact(authority)]))
    for member, name in _SMALL.items():
        value = body.get(member)
        if isinstance(value, str | int) and not isinstance(value, bool):
            yield name, texts.find(f"settings.{value}.title") or str(value)
    gone = body.get("entries")
    if isinstance(gone, list):
        yield "removed", str(len(gone))


def _named(party: Object, texts: Texts) -> str:
    """The name, and the number it is known by."""
    name, oin = _text(party, "name"), _text(party, "oin")
    return texts.get("stated.number", name=name, oin=oin) if oin else name


def _contact(party: Object) -> str:
    """Every way to reach a party that is stated, beside it or under `contacts`."""
    contacts = _object(party.get("contacts"))
    found = [_text(of, name) for of in (contacts, party) for name in ("uri", "email", "phone")]
    return ", ".join(dict.fromkeys(filter(None, found)))


def _retention(value: Json, texts: Texts) -> str:
    stated = localised(value, texts.lang)
    return duration_text(stated, texts) if stated == _object(value).get("duration") else stated


def _basis(value: Json, texts: Texts) -> str:
    if not isinstance(value, dict):
        return ""
    gdpr = value.get("gdpr")
    articles = [str(a) for a in gdpr] if isinstance(gdpr, list) else [str(gdpr)] if gdpr else []
    law = localised(value.get("law"), texts.lang)
    found = [basis_text(article, law, texts) for article in articles]
    added = {added for _, added in found} if found else {law}
    return "; ".join([*(words for words, _ in found), *sorted(filter(None, added))])


def _kind(texts: Texts, kind: Json) -> str:
    name = str(kind)
    return texts.find(f"kind.{kind_of(name) or name}") or name


def _unknown(texts: Texts) -> str:
    return texts.get("stated.not-stated")


def _object(value: Json) -> Object:
    return value if isinstance(value, dict) else {}


def _text(members: Object, name: str) -> str:
    value = members.get(name)
    return value if isinstance(value, str) else ""
