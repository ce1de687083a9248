"""Profiles: what is asked for one purpose, what of it is kept, and what makes a yes.

A profile is bounded by its registration certificate: `bind` refuses one that asks more than was
registered, at start-up and in `doctor` (ARCHITECTURE.md, Verifier).
"""

import tomllib
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path as File
from typing import Any, Final

from credential import dcql, registration
from credential.errors import CredentialError
from credential.names import NS, Path, kind_of, path_text
from credential.registration import Registration
from credential.strictjson import Json, Object
from verifier.errors import NotReady
from verifier.texts import LANGUAGES, Language

HOUR: Final = 3600
MAX_STATUS_HOURS: Final = 72


class Action(StrEnum):
    """What a yes leads to."""

    REGISTER = "register"
    SUPPLEMENT = "supplement"
    RIGHTS = "rights"


class KeyBinding(StrEnum):
    """Whether the person must show that the card is theirs."""

    REQUIRED = "required"
    NONE = "none"
    """For paper extracts alone (formats.md 11): a person looks at the identity document."""


@dataclass(frozen=True)
class Rule:
    """One condition on a claim; `rule` is the stable code of the refusal."""

    query_id: str
    path: Path
    equals: bool | int | str
    rule: str


@dataclass(frozen=True)
class Profile:
    """One purpose, as configured; not yet held against the registration."""

    id: str
    path: str
    action: Action
    key_binding: KeyBinding
    intended_use: str
    titles: dict[Language, str]
    reasons: dict[Language, str]
    keeping: dict[Language, str]
    query: dcql.Query = field(repr=False)
    rules: tuple[Rule, ...]
    keep: tuple[tuple[str, Path], ...]
    same_person: str
    status_max_age: int
    status_note_age: int

    @property
    def raw_query(self) -> Object:
        """The DCQL query exactly as it is sent."""
        return self.query.raw

    def personal(self) -> tuple[str, ...]:
        """The queries that ask the claim by which cards are known to be of one person."""
        if not self.same_person:
            return ()
        return tuple(
            asked.id
            for asked in self.query.credentials
            if (self.same_person,) in [claim.path for claim in asked.claims or ()]
        )


@dataclass(frozen=True)
class BoundProfile:
    """A profile that asks no more than its registration certificate grants."""

    profile: Profile
    registration: Registration

    @property
    def id(self) -> str:
        """The profile's name."""
        return self.profile.id


def read_all(folder: File) -> tuple[Profile, ...]:
    """Every profile of the folder, by file name."""
    found = tuple(read(file) for file in sorted(folder.glob("*.toml")))
    paths = [profile.path for profile in found]
    if not found or len(set(paths)) != len(paths):
        raise NotReady("profile.none", "Architecture, Verifier")
    return found


def read(file: File) -> Profile:
    """One profile from its TOML file; names the member that is wrong."""
    try:
        raw = tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise NotReady("profile.syntax", "", profile=file.stem) from None
    return parse(raw, file.stem)


def parse(raw: dict[str, Any], name: str) -> Profile:
    """One profile from its members."""

    def wrong(member: str) -> NotReady:
        return NotReady("profile.value", "Architecture, Verifier", profile=name, member=member)

    try:
        query = dcql.parse(_query(raw["dcql"]))
    except (KeyError, CredentialError):
        raise wrong("dcql") from None
    for member in ("title", "reason", "keeping"):
        texts = raw.get(member)
        if not isinstance(texts, dict) or any(
            not isinstance(texts.get(lang), str) for lang in LANGUAGES
        ):
            raise wrong(member)
    try:
        profile = Profile(
            id=_word(raw.get("id", name)),
            path=_word(raw.get("path", name)),
            action=Action(raw.get("action", "register")),
            # What is not written is the strict one: `none` is a value somebody wrote down.
            key_binding=KeyBinding(raw.get("key_binding", "required")),
            intended_use=_word(raw.get("intended_use", name)),
            titles={lang: raw["title"][lang] for lang in LANGUAGES},
            reasons={lang: raw["reason"][lang] for lang in LANGUAGES},
            keeping={lang: raw["keeping"][lang] for lang in LANGUAGES},
            query=query,
            rules=tuple(_rule(item) for item in raw.get("rules", [])),
            keep=tuple((_word(item["query"]), _path(item["path"])) for item in raw.get("keep", [])),
            same_person=str(raw.get("same_person", "")),
            status_max_age=_hours(raw.get("status_max_age_hours", 24)),
            status_note_age=_hours(raw.get("status_note_age_hours", 24)),
        )
    except (KeyError, TypeError, ValueError):
        raise wrong("members") from None
    _consistent(profile, wrong)
    return profile


def _consistent(profile: Profile, wrong: Any) -> None:  # noqa: ANN401 - a local constructor
    asked = {item.id: item for item in profile.query.credentials}
    for query_id, path in (*((r.query_id, r.path) for r in profile.rules), *profile.keep):
        if query_id not in asked or not dcql.is_requested(profile.query, query_id, path):
            raise wrong(f"{query_id}:{path_text(path)}")
    if any(item.multiple or not item.require_binding for item in asked.values()):
        # Without holder binding anyone who ever saw a card could sign its owner up. A profile for
        # paper says so by `key_binding`, and never asks a wallet.
        raise wrong("dcql")
    cards = [item for item in asked.values() if all(v.startswith(NS) for v in item.vct_values)]
    personal = profile.personal()
    if profile.action is Action.REGISTER and not personal:
        raise wrong("same_person")
    if len(cards) > 1 and any(
        item.id not in personal and _is_personal(item.vct_values) for item in cards
    ):
        # formats.md 1: more than one personal card means the pseudonym is asked from each.
        raise wrong("same_person")


def _is_personal(vct_values: tuple[str, ...]) -> bool:
    return any(kind_of(vct) not in ("kvk-inschrijving", "bag-object") for vct in vct_values)


def bind(profile: Profile, registered: Registration) -> BoundProfile:
    """Hold a profile against its registration; more than was registered is refused."""
    if registered.intended_use_id != profile.intended_use:
        raise NotReady("profile.intended_use", "Regie trust 2.2", profile=profile.id)
    excess = registration.over_asked(profile.query, registered)
    if excess:
        first = excess[0]
        raise NotReady(
            "profile.over_asked",
            "Regie trust 2.8",
            profile=profile.id,
            query=first.query_id,
            path=path_text(first.path) if first.path else "*",
        )
    if registered.retention is None:
        raise NotReady("profile.retention", "Regie formats 3", profile=profile.id)
    return BoundProfile(profile, registered)


def _query(raw: Any) -> Json:  # noqa: ANN401 - what TOML gives
    """TOML has no null: `"*"` alone stands for every element of an array."""
    if isinstance(raw, dict):
        return {
            key: (
                [None if part == "*" else part for part in value]
                if key == "path" and isinstance(value, list)
                else _query(value)
            )
            for key, value in raw.items()
        }
    return [_query(item) for item in raw] if isinstance(raw, list) else raw


def _path(value: Any) -> Path:  # noqa: ANN401
    return dcql.parse_path([None if part == "*" else part for part in value])


def _word(value: Any) -> str:  # noqa: ANN401
    if not isinstance(value, str) or not value.replace("-", "").replace("_", "").isalnum():
        raise ValueError
    return value


def _hours(value: Any) -> int:  # noqa: ANN401
    if not isinstance(value, int) or not 1 <= value <= MAX_STATUS_HOURS:
        raise ValueError
    return value * HOUR


def _rule(value: dict[str, Any]) -> Rule:
    if not isinstance(value["equals"], bool | int | str):
        raise TypeError
    return Rule(_word(value["query"]), _path(value["path"]), value["equals"], str(value["rule"]))
