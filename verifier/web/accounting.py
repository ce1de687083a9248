"""The public account: what this organisation does with whose data, in words and in figures."""

from dataclasses import dataclass
from typing import Any, Final

from credential.registration import Registration
from verifier.processing import Activity
from verifier.profiles import BoundProfile
from verifier.service import figures, freshness
from verifier.service.verifier import Verifier
from verifier.texts import Language, sentence
from verifier.web.labels import Labels

HOUR: Final = 3600
# Three columns fit on a page; `statistics` has them all.
MONTHS: Final = 3


@dataclass(frozen=True)
class Processing:
    """One processing activity, as its profile and its registration state it."""

    title: str
    reason: str
    basis: tuple[str, ...]
    data: tuple[str, ...]
    kept: tuple[str, ...]
    keeping: str
    recipients: str


def register(verifier: Verifier, lang: Language) -> tuple[Processing, ...]:
    """The processing register: one entry per profile."""
    labels = Labels(verifier, lang)
    return tuple(_entry(one, labels, lang) for one in verifier.profiles.values())


def _entry(bound: BoundProfile, labels: Labels, lang: Language) -> Processing:
    profile, registered = bound.profile, bound.registration
    vct = {query.id: query.vct_values[0] for query in profile.query.credentials}
    return Processing(
        title=profile.titles[lang],
        reason=profile.reasons[lang],
        basis=tuple(
            f"{getattr(one.law, lang, None) or one.law.nl} (AVG {one.gdpr})"
            for one in registered.legal_basis or ()
        ),
        data=tuple(dict.fromkeys(label for asks in labels.asks(profile) for label in asks.labels)),
        kept=tuple(
            dict.fromkeys(labels.claim(vct[query_id], path) for query_id, path in profile.keep)
        ),
        keeping=profile.keeping[lang],
        recipients=_recipients(registered, lang),
    )


def _recipients(registered: Registration, lang: Language) -> str:
    if registered.recipients is None:
        return sentence(lang, "privacy.recipients_unstated")
    if not registered.recipients:
        return sentence(lang, "privacy.recipients_none")
    return sentence(lang, "privacy.recipients", names=", ".join(registered.recipients))


def members(verifier: Verifier, lang: Language) -> dict[str, Any]:
    """What the page shows."""
    ages = freshness.ages(verifier)
    hours = None if ages.oldest_list is None else max(0, verifier.now() - ages.oldest_list) // HOUR
    return {
        "processing": register(verifier, lang),
        "activities": tuple(
            {
                "id": one.value,
                "name": sentence(lang, f"processing.{one.value}.name"),
                "purpose": sentence(lang, f"processing.{one.value}.purpose"),
            }
            for one in Activity
        ),
        "figures": figures.public(verifier, lang, MONTHS),
        "lists_hours": hours,
    }
