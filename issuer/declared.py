"""What is declared and what is decided for kinds that no register knows: read strictly.

A value that does not fit is named by its field, never quoted.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

from credential.names import KINDS
from credential.strictjson import Json, Object
from issuer.brp.fields import PERSONAL_KINDS
from issuer.config import Claim, Declared, Field, Settings
from issuer.errors import FieldFault, SettingsFault

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")
_PHONE: Final = re.compile(r"\+?[0-9](?:[ ()-]{0,2}[0-9]){5,16}\Z")
_EMAIL: Final = re.compile(r"[^\s@\"<>()]{1,64}@[^\s@.\"<>()]+(?:\.[^\s@.\"<>()]+)+\Z")
_MOST_EMAIL: Final = 254
_DIGITS: Final = re.compile(r"-?[0-9]{1,15}\Z")
_TYPES: Final = ("text", "long", "date", "number", "phone", "email", "yesno", "choice")
_LONGEST: Final = 4_000
_SECTION: Final = "Architecture, Issuer"


def claims_of(declared: Declared) -> tuple[Claim, ...]:
    """What a decision about this kind must say."""
    return declared.claims or _table().get(declared.kind, ())


def terms_known(settings: Settings) -> dict[str, Declared]:
    """The declared kinds by name."""
    return {one.kind: one for one in settings.declared}


def require(settings: Settings) -> None:
    """Refuses settings under which an application could not be made or decided."""
    issued = {kind for one in settings.municipality for kind in one.kinds}
    _require(len(terms_known(settings)) == len(settings.declared), "declared.kind")
    for one in settings.declared:
        known = one.kind in KINDS and one.kind in issued and one.kind not in PERSONAL_KINDS
        _require(known, "declared.kind")
        _require(one.term_days > 0, "declared.term_days")
        _require(one.reminder_days >= 0, "declared.reminder_days")
        _require(one.extension_days >= 0, "declared.extension_days")
        _require(bool(one.fields), "declared.fields")
        _check_entries(one.fields, "declared.fields")
        _require(bool(claims_of(one)), "declared.claims")
        _check_entries(claims_of(one), "declared.claims")
        ends = [claim for claim in claims_of(one) if claim.ends]
        _require(len(ends) <= 1 and all(one.type == "date" for one in ends), "declared.claims")


def check(entries: Sequence[Field | Claim], given: Mapping[str, Json]) -> Object:
    """What was given, in the form it is kept; raises `FieldFault` naming the field.

    Texts are fine for every type, as a form on a page sends them; an empty one is not given.
    """
    unknown = given.keys() - {one.name for one in entries}
    if unknown:
        raise FieldFault("field.unknown", _SECTION)
    found: Object = {}
    for one in entries:
        value = given.get(one.name)
        if isinstance(value, str):
            value = value.strip()
        if value is None or value == "":
            if one.required:
                raise FieldFault("field.missing", _SECTION, field=one.name)
        else:
            found[one.name] = _value(one, value)
    if not found:
        raise FieldFault("field.nothing", _SECTION)
    return found


def ends_at(declared: Declared, claims: Object) -> int | None:
    """When what is granted ends: after the day the claim with `ends` names."""
    for claim in claims_of(declared):
        value = claims.get(claim.name)
        if claim.ends and isinstance(value, str):
            last = date.fromisoformat(value) + timedelta(days=1)
            return int(datetime(last.year, last.month, last.day, tzinfo=UTC).timestamp())
    return None


def proposed(declared: Declared, fields: Object) -> Object:
    """What a decision may start from: what was declared under the name of a claim."""
    names = {claim.name for claim in claims_of(declared)}
    return {name: value for name, value in fields.items() if name in names}


def _value(one: Field | Claim, value: Json) -> Json:
    match one.type:
        case "yesno":
            if value is True or value == "yes":
                return True
            if value is False or value == "no":
                return False
            raise FieldFault("field.yesno", _SECTION, field=one.name)
        case "number":
            return _number(one, value)
        case _ if not isinstance(value, str):
            raise FieldFault("field.text", _SECTION, field=one.name)
        case _:
            return _text(one, value)


def _number(one: Field | Claim, value: Json) -> int:
    if isinstance(value, str) and _DIGITS.match(value):
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and _DIGITS.match(str(value)):
        return value
    raise FieldFault("field.number", _SECTION, field=one.name)


def _text(one: Field | Claim, value: str) -> str:
    lines = "\r\n\t" if one.type == "long" else ""
    if len(value) > one.most:
        raise FieldFault("field.most", _SECTION, field=one.name, most=one.most)
    if not all(sign.isprintable() or sign in lines for sign in value):
        raise FieldFault("field.signs", _SECTION, field=one.name)
    match one.type:
        case "date":
            fits = _is_date(value)
        case "phone":
            fits = _PHONE.match(value) is not None
        case "email":
            fits = len(value) <= _MOST_EMAIL and _EMAIL.match(value) is not None
        case "choice":
            fits = value in one.choices
        case _:
            fits = True
    if not fits:
        raise FieldFault(f"field.{one.type}", _SECTION, field=one.name)
    return value


def _is_date(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _check_entries(entries: Sequence[Field | Claim], key: str) -> None:
    names = [one.name for one in entries]
    _require(len(set(names)) == len(names), f"{key}.name")
    for one in entries:
        _require(_NAME.match(one.name) is not None, f"{key}.name")
        _require(one.type in _TYPES, f"{key}.type")
        _require(0 < one.most <= _LONGEST, f"{key}.most")
        _require((one.type == "choice") == bool(one.choices), f"{key}.choices")


def _require(holds: bool, key: str) -> None:
    if not holds:
        raise SettingsFault("settings.value", key=key)


@cache
def _table() -> dict[str, tuple[Claim, ...]]:
    text = (files("issuer") / "declared.toml").read_text("utf-8")
    return msgspec.toml.decode(text, type=dict[str, tuple[Claim, ...]])
