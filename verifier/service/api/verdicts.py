"""A verdict as another system reads it: code, checks by name, and a sentence for the person."""

from typing import Any

from credential.strictjson import Json, Object
from verifier.dates import stamp
from verifier.profiles import Profile
from verifier.service import register
from verifier.service.verifier import Verifier
from verifier.store import decisions, listing
from verifier.texts import Language, find, sentence
from verifier.transaction import Bound, Outcome


def members(verifier: Verifier, bound: Bound) -> Object:
    """What may be read of a result; nothing of the data itself."""
    profile = verifier.profile(bound.profile).profile
    accepted = bound.outcome is Outcome.ACCEPTED
    disclosure = bound.disclosure
    checks = [] if disclosure is None else listing.checks_of(verifier.store, disclosure)
    decided: list[Json] = []
    quiet = listing.restricted(verifier.store, disclosure, bound.registration)
    if disclosure is not None and not quiet:
        decided = decisions.of_disclosure(verifier.store, verifier.sealer, disclosure)
    return {
        "verdict": bound.outcome.value,
        "rule": None if accepted else bound.rule,
        "sentence": {"nl": said(profile, bound, "nl"), "en": said(profile, bound, "en")},
        "checks": [check(one) for one in checks],
        "decisions": [decision(one) for one in decided],
        # Of what its person asked to leave alone, no more is told than the verdict (AVG 18).
        "registration": None if quiet else _registration(verifier, bound),
    }


def said(profile: Profile, bound: Bound, lang: Language) -> str:
    """The verdict in one sentence, the same as on our own pages."""
    match bound.outcome:
        case Outcome.ACCEPTED:
            return sentence(lang, "api.verdict.accepted")
        case Outcome.UNDETERMINED:
            return sentence(lang, "refused.undetermined")
        case _:
            rule = "person" if bound.rule.startswith("person.") else bound.rule.replace(".", "_")
            return (
                profile.says(bound.rule, lang)
                or find(lang, f"refused.{rule}")
                or sentence(lang, "refused.other")
            )


def check(stored: dict[str, Any]) -> Object:
    """One check: its number and name, whether it held, on which card, by which rule."""
    found: Object = {"number": stored["n"], "code": stored["code"], "ok": stored.get("ok")}
    return found | {name: stored[name] for name in ("query", "rule") if name in stored}


def decision(stored: Json) -> Json:
    """One decision with its sentence."""
    assert isinstance(stored, dict)
    return {
        "name": stored["name"],
        "rule": stored["rule"],
        "outcome": stored["outcome"],
        "sentence": {"nl": stored["nl"], "en": stored["en"]},
    }


def _registration(verifier: Verifier, bound: Bound) -> Json:
    standing = register.standing(verifier, bound)
    if standing is None:
        return None
    return {
        "number": standing.number,
        "since": stamp(standing.since),
        "complete": standing.complete,
        "again": standing.again,
    }
