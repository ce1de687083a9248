"""The world of the wallet's protocol tests."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import pytest
from support.home_issuer import HomeIssuer
from support.scheme import build
from support.terminal import Terminal
from support.wallet_world import World, world

from wallet import clock, doors
from wallet.cli.output import Output
from wallet.cli.session import Session


@pytest.fixture
def town(tmp_path: Path) -> Iterator[World]:
    made = world(tmp_path)
    yield made
    made.wallet.close()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[World]:
    """The same, before any card was fetched."""
    made = world(tmp_path, cards=False)
    yield made
    made.wallet.close()


@pytest.fixture
def home(tmp_path: Path) -> Iterator[World]:
    """A municipality with a login, before any card was fetched."""
    made = world(tmp_path, cards=False, issuing=HomeIssuer)
    yield made
    made.wallet.close()


@pytest.fixture
def own_home(tmp_path: Path) -> Iterator[World]:
    """The same, with a scheme of its own that a test may change."""
    made = world(tmp_path, scheme=build(), cards=False, issuing=HomeIssuer)
    yield made
    made.wallet.close()


@pytest.fixture
def at(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[World], Terminal]:
    """A terminal in front of a world; a person sits at it once there are answers."""

    def sit(town: World) -> Terminal:
        terminal = Terminal(town, capsys)

        @contextmanager
        def opened(_session: Session, *, write: bool, now: int | None = None) -> Iterator[Any]:
            yield town.wallet

        def prompt(*_: object, **__: object) -> str:
            return terminal.answers.pop(0)

        monkeypatch.setattr(Session, "open", opened)
        monkeypatch.setenv("REGIE_HOME", str(town.wallet.home))
        monkeypatch.setattr(doors, "network", lambda _config: town.network)
        monkeypatch.setattr(clock, "now", lambda: town.now)
        person = property(lambda _say: bool(terminal.answers))
        monkeypatch.setattr(Output, "interactive", person)
        monkeypatch.setattr(click, "prompt", prompt)
        return terminal

    return sit
