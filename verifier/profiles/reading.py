"""Profiles from their TOML files; what is wrong is named, and nothing is filled in."""

import tomllib
from collections.abc import Callable
from pathlib import Path as File
from typing import Any, Final, TypeAlias

from credential import dcql, periods
from credential.errors import CredentialError
from credential.names import NS, TRANSACTION_APPLICATION, Path, kind_of, path_text
from credential.receipt import STARTS, Retention
from credential.rights import Right
from credential.staleness import HOUR, STATUS_FRESH, STATUS_LIMIT
from credential.strictjson import Json
from verifier.decisions import RULES, Decision
from verifier.decisions.deciding import name_of
from verifier.decisions.facts import Parameters
from verifier.decisions.places import ground, known
from verifier.errors import NotReady
from verifier.profiles.model import (
    TEXTS,
    Action,
    ClaimIs,
    Condition,
    DecisionIs,
    KeyBinding,
    Profile,
    RightsPolicy,
    Rule,
)
from verifier.texts import LANGUAGES, Language, find

MAX_STATUS_HOURS: Final = STATUS_LIMIT // HOUR
CONFIGURABLE: Final = frozenset({Right.RECTIFICATION, Right.RESTRICTION, Right.OBJECTION})
_NOT_PERSONAL: Final = ("kvk-inschrijving", "bag-object")
_RULE: Final = frozenset({"rule", "nl", "en"})

Wrong: TypeAlias = Callable[[str], NotReady]


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
    decisions = _decisions(raw, wrong)
    try:
        keep = [item for item in raw.get("keep", []) if "decision" not in item]
        profile = Profile(
            id=_word(raw.get("id", name)),
            path=_word(raw.get("path", name)),
            action=Action(raw.get("action", "register")),
            # What is not written is the strict one: `none` is a value somebody wrote down.
            key_binding=KeyBinding(raw.get("key_binding", "required")),
            intended_use=_word(raw.get("intended_use", name)),
            titles=_localised(raw.get("title"), "title", wrong),
            reasons=_localised(raw.get("reason"), "reason", wrong),
            keeping=_localised(raw.get("keeping"), "keeping", wrong),
            query=query,
            rules=tuple(_rule(item, wrong) for item in raw.get("rules", [])),
            keep=tuple((_word(item["query"]), _path(item["path"])) for item in keep),
            same_person=str(raw.get("same_person", "")),
            status_max_age=_hours(raw.get("status_max_age_hours", STATUS_FRESH // HOUR)),
            status_note_age=_hours(raw.get("status_note_age_hours", STATUS_FRESH // HOUR)),
            basis=_basis(raw.get("basis"), wrong),
            retention=_retention(raw.get("retention"), wrong),
            decisions=decisions,
            keep_decisions=frozenset(
                _word(item["decision"]) for item in raw.get("keep", []) if "decision" in item
            ),
            rights=_rights(raw.get("rights", {}), wrong),
            desk=_yes(raw, "desk", wrong),
            api=_yes(raw, "api", wrong),
            transaction_data=_types(raw.get("transaction_data", []), wrong),
            texts={
                member: _localised(raw[member], member, wrong) for member in TEXTS if member in raw
            },
        )
    except (KeyError, TypeError, ValueError):
        raise wrong("members") from None
    _consistent(profile, wrong)
    return profile


# ---- what holds between the members


def _consistent(profile: Profile, wrong: Wrong) -> None:
    asked = {item.id: item for item in profile.query.credentials}
    claims = [
        (rule.condition.query_id, rule.condition.path)
        for rule in profile.rules
        if isinstance(rule.condition, ClaimIs)
    ]
    derived = [source for decision in profile.decisions for source in decision.sources]
    for query_id, path in (*claims, *derived, *profile.keep):
        if query_id not in asked or not dcql.is_requested(profile.query, query_id, path):
            raise wrong(f"{query_id}:{path_text(path)}")
    _about_decisions(profile, wrong)
    if any(
        not item.require_binding or (item.multiple and _is_personal(item.vct_values))
        for item in asked.values()
    ):
        # Without holder binding anyone who ever saw a card could sign its owner up. A profile for
        # paper says so by `key_binding`, and never asks a wallet.
        raise wrong("dcql")
    for item in asked.values():
        named = item.trusted_authorities
        paper = profile.key_binding is KeyBinding.NONE
        if named is not None and (paper or any(one.type != "aki" for one in named)):
            # What we cannot check ourselves is no condition (OpenID4VP 1.0, 6.1.1; HAIP 1.0, 5).
            raise wrong("dcql")
    cards = [item for item in asked.values() if all(v.startswith(NS) for v in item.vct_values)]
    personal = profile.personal()
    if (profile.registers or profile.attaches) and not personal:
        raise wrong("same_person")
    if len(cards) > 1 and any(
        item.id not in personal and _is_personal(item.vct_values) for item in cards
    ):
        # formats.md 1: more than one personal card means the pseudonym is asked from each.
        raise wrong("same_person")


def _about_decisions(profile: Profile, wrong: Wrong) -> None:
    """A condition or a kept decision is one that is taken, and of the type it is held against."""
    taken = {decision.name: decision for decision in profile.decisions}
    if len(taken) != len(profile.decisions):
        raise wrong("decisions")
    if not profile.keep_decisions <= set(taken):
        raise wrong("keep.decision")
    for rule in profile.rules:
        condition = rule.condition
        if not isinstance(condition, DecisionIs):
            continue
        if condition.name not in taken:
            raise wrong(f"rules.{condition.name}")
        rule_kind = RULES[taken[condition.name].rule]
        held = condition.equals if condition.at_least is None else condition.at_least
        if held is not None and type(held) is not rule_kind.outcome:
            raise wrong(f"rules.{condition.name}")
        if isinstance(held, str) and held not in rule_kind.words:
            raise wrong(f"rules.{condition.name}")


def _is_personal(vct_values: tuple[str, ...]) -> bool:
    return any(kind_of(vct) not in _NOT_PERSONAL for vct in vct_values)


# ---- the members one by one


def _decisions(raw: dict[str, Any], wrong: Wrong) -> tuple[Decision, ...]:
    found = []
    for item in raw.get("decisions", []):
        try:
            found.append(_decision(item))
        except (KeyError, TypeError, ValueError, CredentialError):
            name = item.get("name") if isinstance(item, dict) else None
            raise wrong(f"decisions.{name}") from None
    return tuple(found)


def _decision(item: dict[str, Any]) -> Decision:
    """A decision whose claims its rule understands, and with everything the rule must be told."""
    rule = RULES[item["rule"]]
    given = item["from"]
    sources = tuple(
        (_word(source["query"]), _path(source["path"]))
        for source in (given if isinstance(given, list) else [given])
    )
    names = [name_of(path) for _, path in sources]
    told = set(item) - {"name", "rule", "from"}
    if not sources or len(set(names)) != len(names) or not set(names) <= rule.claims:
        raise ValueError
    if not rule.requires <= told <= rule.requires | rule.allows:
        raise ValueError
    return Decision(_word(item["name"]), item["rule"], sources, _parameters(item))


def _parameters(item: dict[str, Any]) -> Parameters:
    region = item.get("region", [])
    if not isinstance(region, list) or ("region" in item and not region):
        raise ValueError
    if any(not isinstance(code, str) or not known(code) for code in region):
        raise ValueError
    limit = item.get("limit", "")
    # The national table is read only where a profile names a region.
    codes = ground(frozenset(region)) if region else frozenset()
    return Parameters(codes, _word(limit) if "limit" in item else "")


def _rule(item: dict[str, Any], wrong: Wrong) -> Rule:
    code = item["rule"]
    if not isinstance(code, str) or not code.startswith("policy."):
        raise wrong(f"rules.{code}")
    own = {lang: item.get(lang) for lang in LANGUAGES}
    says: dict[Language, str] = {}
    for lang in LANGUAGES:
        text = own[lang] or find(lang, f"refused.{code.replace('.', '_')}")
        if not isinstance(text, str):
            # A refusal without a sentence helps nobody on: the profile has to bring one.
            raise wrong(f"rules.{code}.{lang}")
        says[lang] = text
    return Rule(
        _condition({name: item[name] for name in set(item) - _RULE}, code, wrong), code, says
    )


def _condition(item: dict[str, Any], code: str, wrong: Wrong) -> Condition:
    match item:
        case {"query": query, "path": path, "equals": bool() | int() | str() as equals, **more}:
            condition: Condition = ClaimIs(_word(query), _path(path), equals)
        case {"decision": name, "equals": bool() | int() | str() as equals, **more}:
            condition = DecisionIs(_word(name), equals=equals)
        case {"decision": name, "at_least": int() as least, **more} if not isinstance(least, bool):
            condition = DecisionIs(_word(name), at_least=least)
        case {"decision": name, "known": True, **more}:
            condition = DecisionIs(_word(name))
        case _:
            raise wrong(f"rules.{code}")
    if more:
        raise wrong(f"rules.{code}")
    return condition


def _localised(value: Any, member: str, wrong: Wrong) -> dict[Language, str]:  # noqa: ANN401
    if not isinstance(value, dict) or any(
        not isinstance(value.get(lang), str) for lang in LANGUAGES
    ):
        raise wrong(member)
    return {lang: value[lang] for lang in LANGUAGES}


def _basis(value: Any, wrong: Wrong) -> str | None:  # noqa: ANN401
    if value is not None and (not isinstance(value, str) or not value):
        raise wrong("basis")
    return value


def _retention(value: Any, wrong: Wrong) -> Retention | None:  # noqa: ANN401
    if value is None:
        return None
    if not isinstance(value, dict) or set(value) != {"duration", "starts"}:
        raise wrong("retention")
    duration, starts = value["duration"], value["starts"]
    if not isinstance(duration, str) or not periods.is_period(duration):
        raise wrong("retention.duration")
    if starts not in STARTS:
        raise wrong("retention.starts")
    return Retention(duration, starts)


def _rights(value: Any, wrong: Wrong) -> RightsPolicy:  # noqa: ANN401
    if not isinstance(value, dict) or set(value) - {"automatic"}:
        raise wrong("rights")
    named = value.get("automatic", [])
    if not isinstance(named, list) or any(one not in CONFIGURABLE for one in named):
        raise wrong("rights.automatic")
    return RightsPolicy(frozenset(Right(one) for one in named))


def _yes(raw: dict[str, Any], member: str, wrong: Wrong) -> bool:
    value = raw.get(member, False)
    if not isinstance(value, bool):
        raise wrong(member)
    return value


def _types(value: Any, wrong: Wrong) -> tuple[str, ...]:  # noqa: ANN401
    if not isinstance(value, list) or any(one != TRANSACTION_APPLICATION for one in value):
        # No wallet of ours would show another.
        raise wrong("transaction_data")
    return tuple(value)


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
