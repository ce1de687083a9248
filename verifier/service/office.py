"""What handling people's requests takes: settings, database, seal, clock. No scheme, no profiles.

A term goes on when a certificate or the scheme has expired: an employee must be able to decide
even then.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from verifier import clock, config, keys
from verifier.config import Config
from verifier.keys import Sealer
from verifier.store import Store


class Office(Protocol):
    """Whatever has these; a `Verifier` does."""

    @property
    def config(self) -> Config:
        """The settings."""
        ...

    @property
    def store(self) -> Store:
        """The database."""
        ...

    @property
    def sealer(self) -> Sealer:
        """What seals personal data at rest."""
        ...

    @property
    def now(self) -> Callable[[], int]:
        """The clock."""
        ...

    @property
    def entropy(self) -> Callable[[int], bytes]:
        """Where identifiers come from."""
        ...


@dataclass(frozen=True)
class OpenedOffice:
    """The same for commands that open no whole verifier."""

    config: Config
    store: Store = field(repr=False)
    sealer: Sealer = field(repr=False)
    now: Callable[[], int] = clock.now
    entropy: Callable[[int], bytes] = clock.random_bytes


def open_office(home: Path) -> OpenedOffice:
    """Open what the commands for people's requests need; close its store afterwards."""
    settings = config.load(home)
    sealer = keys.load_sealer(settings.keys, clock.random_bytes)
    return OpenedOffice(settings, Store.open(settings.database), sealer, clock.now)
