"""A refusal in words: the sentence of its code, and of a rule that failed what it means."""

from wallet.errors import WalletError
from wallet.texts import Texts


def sentence(error: WalletError, texts: Texts) -> str:
    """What a person reads; a rule of a standard is told in plain words, with its place."""
    rule = str(error.params.get("rule", ""))
    why = rule_words(rule, texts) if rule else None
    if why is not None and "section" in error.params:
        return texts.get("rule.stops", why=why, rule=rule, section=error.params["section"])
    found = texts.find(f"error.{error.code}.sentence", **error.params)
    return found or texts.get("error.unknown.sentence", code=error.code)


def hint(error: WalletError, texts: Texts, *, keys: bool = False) -> str | None:
    """What to do about it; with `keys` where a hint that names a command has a twin with a key."""
    rule, params = str(error.params.get("rule", "")), error.params
    names = [f"rule-hint.{rule}"] if rule else []
    names.append(f"error.{error.code}.hint")
    if keys:
        names = [f"tui.rule-hint.{rule}", f"tui.hint.{error.code}", *names]
    found = (texts.find(name, **params) for name in names)
    return next((words for words in found if words), None)


def rule_words(rule: str, texts: Texts) -> str | None:
    """What a rule means, or what its kind has in common; None of a kind nobody has words for."""
    return texts.find(f"rule.{rule}") or texts.find(f"rule.{rule.partition('.')[0]}.other")
