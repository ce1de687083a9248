"""Drafts of letters about one activity, with the data by what people call it (TS7, TS8)."""

from collections.abc import Iterable, Sequence

from credential.names import Path, kind_of, path_text
from credential.rights import Right
from wallet import letters
from wallet.letters import About, Letter
from wallet.naming import Types, label_of_text, title_of
from wallet.phrases import claim_text
from wallet.reminderwords import day_text
from wallet.service import cards, elsewhere
from wallet.service.lookback import Lookback
from wallet.service.proposals import Shared
from wallet.service.report import Facts
from wallet.service.wallet import Wallet
from wallet.store.projection import Activity
from wallet.texts import Texts

Keys = Iterable[tuple[str, str]]


def ask(
    wallet: Wallet,
    found: Lookback,
    right: Right,
    texts: Texts,
    *,
    claims: Sequence[Path] = (),
    changes: Sequence[tuple[Shared, object]] = (),
    words: str = "",
) -> Letter:
    """A request to the organisation of this activity."""
    types = cards.types(wallet)
    named = {path_text(path) for path in claims}
    keys = [
        key
        for key, claim in found.activity.claims.items()
        if claim.shared and not claim.erased and (not named or _touched(key[1], named))
    ]
    said = [
        (
            label_of_text(item.vct, path_text(item.path), types, texts.lang),
            claim_text(item.path, value, texts),  # type: ignore[arg-type]
        )
        for item, value in changes
    ]
    about = _about(wallet, found.activity, texts, _by_card(keys, types, texts))
    return letters.ask(texts, right, about, chosen=bool(named), changes=said, words=words)


def report(
    wallet: Wallet, found: Facts, texts: Texts, *, words: str = "", files: Sequence[str] = ()
) -> Letter:
    """A report to the authority about this activity."""
    types, claims = cards.types(wallet), found.activity.claims
    asked = _by_card((key for key, claim in claims.items() if claim.asked), types, texts)
    shared = _by_card((key for key, claim in claims.items() if claim.shared), types, texts)
    about = _about(wallet, found.activity, texts, shared, intermediary=found.intermediary)
    return letters.report(
        texts,
        about,
        asked=asked,
        facts=[texts.get(f"report.fact.{code.replace('.', '-')}") for code in found.codes],
        files=[_annex(name, texts) for name in files],
        words=words,
    )


def _about(
    wallet: Wallet,
    activity: Activity,
    texts: Texts,
    claims: dict[str, list[str]],
    *,
    intermediary: str = "",
) -> About:
    return About(
        party=activity.party_name,
        oin=activity.party_oin,
        service=activity.party_service,
        day=day_text(activity.started),
        purpose=activity.purpose_en if texts.lang == "en" else activity.purpose_nl,
        intermediary=intermediary,
        reference=elsewhere.reference(wallet, activity.id),
        claims=claims,
    )


def _by_card(keys: Keys, types: Types, texts: Texts) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for vct, path in sorted(keys):
        kind = kind_of(vct) or vct
        title = title_of(vct, texts.find(f"kind.{kind}") or kind, types, texts.lang)
        found.setdefault(title, []).append(label_of_text(vct, path, types, texts.lang))
    return found


def _touched(path: str, named: set[str]) -> bool:
    """Whether this is among what was chosen, or holds a part of it."""
    return path in named or any(one.startswith(f"{path}.") for one in named)


def _annex(name: str, texts: Texts) -> str:
    """What goes along, as the resident names it to somebody else."""
    words = texts.find(f"letter.file.{name}") or texts.find(f"evidence.{name}")
    return words or texts.get("report.log")
