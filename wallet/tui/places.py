"""Every screen that can be gone to by name: the list behind "More", and the palette.

A place is named by the id of its key (`tui.key.<id>`, `tui.tip.<id>`, its twin in `TWINS`); where
the words of a key say too little by themselves there is `tui.place.<id>`. Its screen is imported
when it is opened.
"""

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from wallet.texts import Texts

if TYPE_CHECKING:
    from wallet.tui.page import Page


@dataclass(frozen=True)
class Place:
    """One screen, under the heading `tui.part.<part>`."""

    id: str
    part: str
    module: str
    screen: str

    def make(self) -> "Page":
        """A new screen of this place."""
        found = importlib.import_module(f"wallet.tui.screens.{self.module}")
        return cast("Page", getattr(found, self.screen)())


PLACES: Final = (
    Place("link", "cards", "link", "LinkScreen"),
    Place("get", "cards", "get", "GetScreen"),
    Place("refresh", "cards", "refresh", "RefreshScreen"),
    Place("requests", "cards", "requests", "RequestsScreen"),
    Place("activities", "looking", "activities", "ActivitiesScreen"),
    Place("who", "looking", "who", "WhoScreen"),
    Place("old-address", "looking", "oldaddress", "OldAddressScreen"),
    Place("linked", "looking", "linked", "LinkedScreen"),
    Place("totals", "looking", "totals", "TotalsScreen"),
    Place("processing", "looking", "processing", "ProcessingScreen"),
    Place("verify", "looking", "log", "LogScreen"),
    Place("export", "looking", "export", "ExportScreen"),
    Place("imported", "looking", "importing", "ImportedScreen"),
    Place("backup", "safe", "backup", "BackupScreen"),
    Place("pin", "safe", "pin", "PinScreen"),
    Place("passphrase", "safe", "phrase", "PassphraseScreen"),
    Place("doctor", "safe", "doctor", "DoctorScreen"),
    Place("reset", "safe", "reset", "ResetScreen"),
    Place("settings", "other", "settings", "SettingsScreen"),
    Place("practise", "other", "practise", "PractiseScreen"),
)
"""In the order they are shown; places of one part stand together."""


def words_of(name: str, texts: Texts) -> str:
    """What a place is called in a list."""
    return texts.find(f"tui.place.{name}") or texts.get(f"tui.key.{name}")
