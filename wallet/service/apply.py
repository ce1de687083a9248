"""Applying for a card that no register knows, with what the resident declares, from the wallet.

The pages of the municipality ask the same after a login; this is for who came back with a key.
"""

from collections.abc import Mapping
from typing import Annotated, Final

from msgspec import Meta

from credential.strictjson import Json, Object, dumps
from wallet.attachments import Attachment, require
from wallet.errors import Usage
from wallet.fetch import Fetch
from wallet.messages import Message, ShortText, convert
from wallet.service import processing, refresh
from wallet.service.cases import Standing
from wallet.service.casework import Opening, submit
from wallet.service.collecting import Progress
from wallet.service.refresh import News
from wallet.service.session import open_session
from wallet.service.wallet import Wallet
from wallet.session import StoredSession

_MALFORMED: Final = "issuer.declared_malformed"


class Label(Message, frozen=True, kw_only=True):
    """What a field is called."""

    nl: ShortText
    en: str = ""


class Field(Message, frozen=True, kw_only=True):
    """One thing the municipality asks; a type nobody knows is asked as text."""

    name: ShortText
    type: ShortText = "text"
    required: bool = True
    most: Annotated[int, Meta(ge=1, le=10_000)] = 200
    choices: tuple[ShortText, ...] = ()
    label: Label


def asked(stored: StoredSession, kind: str) -> tuple[Field, ...]:
    """What this municipality asks for this kind; `apply.not_declared` if it asks nothing."""
    found: Json = stored.declared.get(kind)
    if found is None:
        raise Usage("apply.not_declared", issuer=stored.name)
    return convert(found, tuple[Field, ...], _MALFORMED)


def apply(
    wallet: Wallet,
    fetch: Fetch,
    party: str,
    kind: str,
    given: Mapping[str, str],
    attachments: tuple[Attachment, ...],
    *,
    now: int,
) -> tuple[Standing, Progress | None]:
    """Sends what was declared, and asks for the card where the login was for it too."""
    stored = processing.find(wallet, party)
    fields = asked(stored, kind)
    values = check(fields, given)
    session = open_session(wallet, fetch, stored.oin, now=now)
    request: Object = {
        "type": "card",
        "kind": kind,
        "fields": {**values},
        "attachments": [one.message() for one in require(attachments)],
    }
    written: list[Json] = [
        {"nl": one.label.nl, "en": one.label.en or one.label.nl, "value": values[one.name]}
        for one in fields
        if one.name in values
    ]
    opening = Opening("card", kind, attachments=len(attachments))
    texts = {"fields": dumps({"fields": written})}
    found = submit(wallet, session, opening, request, texts=texts, now=now)
    if kind not in {one.kind for one in stored.wanted}:
        return found, None
    news = News(stored.oin, stored.name, "known", fetch=(kind,))
    return found, refresh.renew(wallet, fetch, news, now=now)


def check(fields: tuple[Field, ...], given: Mapping[str, str]) -> dict[str, str]:
    """What was given, if it is what was asked; a field is named, its value never."""
    names = {one.name for one in fields}
    for name in given:
        if name not in names:
            raise Usage("apply.unknown", field=name)
    found: dict[str, str] = {}
    for one in fields:
        value = given.get(one.name, "").strip()
        if not value and one.required:
            raise Usage("apply.missing", field=one.name)
        if len(value) > one.most:
            raise Usage("apply.long", field=one.name, limit=one.most)
        if value and one.choices and value not in one.choices:
            raise Usage("apply.choice", field=one.name, choices=", ".join(one.choices))
        if value:
            found[one.name] = value
    return found
