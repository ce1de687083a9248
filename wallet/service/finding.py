"""What a person means by what they type: items and kinds by what people call them."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from credential.names import KINDS, kind_of, path_text
from wallet.naming import Types
from wallet.service import cards
from wallet.service.wallet import Wallet
from wallet.store import Filter
from wallet.store.filtering import folded, terms
from wallet.texts import LANGUAGES, Texts

_RIGHTS: Final = (
    *("access", "rectification", "erasure", "restriction", "objection", "status", "receipt"),
)


def understood(wallet: Wallet, wanted: Filter) -> Filter:
    """The same filter, with what its words mean besides in both languages.

    The log knows `address.postal_code`; people look for "postcode". Nothing is looked up where
    nothing was typed.
    """
    if not wanted.search and not wanted.attribute:
        return wanted
    types = cards.types(wallet)
    return replace(
        wanted,
        attributes=_attributes(types, wanted.attribute) if wanted.attribute else (),
        meanings={
            folded(term.text): tuple(dict.fromkeys(_senses(types, folded(term.text))))
            for term in terms(wanted.search)
        },
    )


def _attributes(types: Types, typed: str) -> tuple[str, ...]:
    """Every item that people call so, as `kind:path`."""
    kind, _, name = typed.rpartition(":")
    wanted = folded(name).strip()
    return tuple(
        f"{kind_of(vct) or ''}:{path}"
        for vct, path, label in _labels(types)
        if folded(label) == wanted and (not kind or kind_of(vct) == kind)
    )


def _senses(types: Types, beginning: str) -> Iterator[str]:
    """Words of the log that somebody may mean by this beginning of a word."""
    for _, path, label in _labels(types):
        if _begins(label, beginning):
            # As `projection.words` writes it.
            yield path.replace("_", " ").replace(".", " ").replace("*", " ")
    for lang in LANGUAGES:
        texts = Texts(lang)
        for names, words in (("kind", KINDS), ("right", _RIGHTS)):
            for word in words:
                if _begins(texts.find(f"{names}.{word}") or "", beginning):
                    yield word


def _labels(types: Types) -> Iterator[tuple[str, str, str]]:
    """Every item of every kind by what it is called in each language."""
    for vct, found in types.items():
        for claim in found.claims:
            for lang in LANGUAGES:
                label = claim.label(lang)
                if label:
                    yield vct, path_text(claim.path), label


def _begins(label: str, beginning: str) -> bool:
    """Whether the label, or a word in it, begins so."""
    text = folded(label)
    return text.startswith(beginning) or f" {beginning}" in text
