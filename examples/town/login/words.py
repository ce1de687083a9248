"""What the pages say."""

from __future__ import annotations

from typing import Any

WORDS: dict[str, dict[str, Any]] = {
    "nl": {
        "title": "Inloggen (nagemaakt)",
        "imitation": "Dit is een nagemaakte inlogdienst. Iedereen hier is verzonnen.",
        "explain": "Er is geen wachtwoord. Kies wie u in dit voorbeeld bent.",
        "who": "Wie bent u?",
        "staff": "Welke medewerker bent u?",
        "language": "English",
        "language_label": "Taal",
        "level": "Niveau van inloggen",
        "levels": ("midden", "hoog", "basis (vaak te laag)"),
        "born": "geboren",
        "municipality": "Gemeente",
        "cancel": "Annuleren",
        "skip": "Direct naar de inhoud",
        "refused": "Deze aanvraag klopt niet of is te oud. Begin opnieuw waar u vandaan kwam.",
    },
    "en": {
        "title": "Log in (imitation)",
        "imitation": "This is an imitation login service. Everyone here is invented.",
        "explain": "There is no password. Choose who you are in this example.",
        "who": "Who are you?",
        "staff": "Which clerk are you?",
        "language": "Nederlands",
        "language_label": "Language",
        "level": "Level of the login",
        "levels": ("middle", "high", "basic (often too low)"),
        "born": "born",
        "municipality": "Municipality",
        "cancel": "Cancel",
        "skip": "Skip to the content",
        "refused": "This request is not right or too old. Start again where you came from.",
    },
}
