"""What the kept documents mean, in words; the same for terminal, screens and page."""

from collections.abc import Callable, Iterable, Iterator

from credential.plaintext import terminal_safe
from wallet.naming import Types, label_of_text
from wallet.phrases import date_text
from wallet.service.evidence import FOREIGN, Examined, Fact
from wallet.texts import Texts

Label = Callable[[str], str]
"""What people call the data at a path."""
When = Callable[[int], str]


def labels(claims: Iterable[tuple[str, str]], types: Types, lang: str) -> Label:
    """Names for the paths in documents, which do not say of which card they are."""
    vcts = {path: vct for vct, path in claims}
    return lambda path: label_of_text(vcts.get(path, ""), path, types, lang)


def name_of(one: Examined, texts: Texts) -> str:
    """What it is."""
    found = texts.find(f"evidence.{one.role}") or one.role
    return found[:1].upper() + found[1:]


def verdict_of(one: Examined, texts: Texts, when: When) -> str:
    """Whether it holds, and as of when that was looked at."""
    if not one.holds:
        what = texts.find(f"fault.{one.verdict}") or texts.get("export.fault", code=one.verdict)
        return texts.get("proof.broken", what=what)
    if one.signed_at is None:
        return texts.get("proof.holds")
    signed = when(one.signed_at)
    if one.verdict == FOREIGN:
        return texts.get("proof.foreign", name=terminal_safe(one.signer), when=signed)
    if not one.signer:
        return texts.get("proof.own", when=signed)
    return texts.get("proof.signed", name=terminal_safe(one.signer), when=signed)


def facts_of(one: Examined, texts: Texts, when: When, label: Label) -> Iterator[tuple[str, str]]:
    """Label and text of everything it says, in the reader's own language."""
    for fact in one.facts:
        name, _, lang = fact.label.partition(".")
        if lang and lang != texts.lang:
            continue
        yield texts.get(f"proof.fact.{name}"), _said(fact, texts, when, label)


def _said(fact: Fact, texts: Texts, when: When, label: Label) -> str:
    if fact.at is not None:
        return when(fact.at)
    if fact.paths:
        return ", ".join(terminal_safe(label(path)) for path in fact.paths)
    if fact.word:
        return texts.find(fact.word) or terminal_safe(fact.text)
    if fact.label == "gone-by":
        return terminal_safe(date_text(fact.text))
    return terminal_safe(fact.text)
