"""What is sealed in an application: what was declared, said and decided; erased after its term."""

from typing import Any

import msgspec

from credential.strictjson import Json, Object


class Words(msgspec.Struct, frozen=True):
    """What a clerk wrote to the resident; English where the clerk wrote that too."""

    nl: str
    en: str = ""

    def __repr__(self) -> str:
        return "Words()"

    def message(self) -> Object:
        """As it is sent."""
        return {"nl": self.nl, "en": self.en} if self.en else {"nl": self.nl}


class Said(msgspec.Struct, frozen=True):
    """A question of the clerk, or what the resident added."""

    at: int
    text: str

    def __repr__(self) -> str:
        return "Said()"


class Claimed(msgspec.Struct, frozen=True, kw_only=True):
    """One item that is wrong: what the card says, and what it should say; `None`: nothing."""

    path: tuple[str | int | None, ...]
    claimed: Any
    held: Any = None
    is_held: bool = False
    """False: the card does not have it."""

    def __repr__(self) -> str:
        return "Claimed()"


class Dossier(msgspec.Struct, frozen=True, kw_only=True):
    """One application as people wrote it. It has no repr."""

    fields: dict[str, Any] = {}
    claims: tuple[Claimed, ...] = ()
    explanation: str = ""
    supplements: tuple[Said, ...] = ()
    questions: tuple[Said, ...] = ()
    extension: Words | None = None
    reason: Words | None = None
    decided: dict[str, Any] = {}
    """The claims of the card, as the clerk granted them."""
    ending: Words | None = None

    def __repr__(self) -> str:
        return "Dossier()"

    def after_erasure(self) -> "Dossier":
        """What must stay while a card is made of it: the claims that were granted, and no more."""
        return Dossier(decided=self.decided)


def encode(dossier: Dossier) -> bytes:
    """Its bytes, to be sealed."""
    return msgspec.json.encode(dossier)


def decode(data: bytes) -> Dossier:
    """The dossier these bytes are."""
    return msgspec.json.decode(data, type=Dossier)


def correction(claim: Claimed) -> Json:
    """One claim of a correction as a message."""
    path: list[Json] = list(claim.path)
    held: Object = {"held": claim.held} if claim.is_held else {}
    return {"path": path, **held, "claimed": claim.claimed}
