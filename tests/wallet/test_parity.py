"""Every action on the screens is also a command, and every command can be done on the screens."""

import importlib
import pkgutil

import pytest
from textual.binding import Binding

import wallet.tui.screens
from wallet.cli import COMMANDS
from wallet.texts import LANGUAGES, Texts
from wallet.tui.app import RegieApp
from wallet.tui.keys import TWINS
from wallet.tui.page import Dialog, Page
from wallet.tui.places import PLACES

ONLY_MOVES = {twin for twin, command in TWINS.items() if not command}


def classes():
    found = {RegieApp, Page, Dialog}
    for module in pkgutil.iter_modules(wallet.tui.screens.__path__):
        content = importlib.import_module(f"wallet.tui.screens.{module.name}")
        found |= {
            one
            for one in vars(content).values()
            if isinstance(one, type)
            and one.__module__ == content.__name__
            and "BINDINGS" in vars(one)
        }
    return found


def bindings():
    # Sorted: every test process must collect the same tests in the same order.
    found = sorted(classes(), key=lambda cls: f"{cls.__module__}.{cls.__qualname__}")
    return [(cls, binding) for cls in found for binding in vars(cls).get("BINDINGS", [])]


def commands():
    """Each command with its own commands, as they are typed."""
    found = set()
    for name, module in COMMANDS.items():
        command = importlib.import_module(module).command
        found.add(name)
        found |= {f"{name} {sub}" for sub in getattr(command, "commands", {})}
    return found


@pytest.mark.parametrize(("cls", "binding"), bindings(), ids=lambda one: getattr(one, "id", None))
def test_every_key_has_an_id_words_an_explanation_and_a_twin(cls, binding):
    assert isinstance(binding, Binding)
    assert binding.id in TWINS
    for lang in LANGUAGES:
        texts = Texts(lang)
        assert texts.get(binding.description)
        assert texts.get(binding.tooltip)


def test_every_twin_is_a_command():
    assert {twin for twin in TWINS.values() if twin and twin != "--help"} <= commands()


def test_every_command_is_on_the_screens():
    of_the_shell = {"completion"}
    """Helps to type commands: on the screens there is nothing to type them in."""
    assert commands() <= set(TWINS.values()) | of_the_shell


def test_every_id_is_used():
    told = {"card", "waiting", "case", "activity", "confirm-right", "head"}
    """Done by Enter on a line, by an answer, or by the screen itself."""
    gone_to = {place.id for place in PLACES}
    assert set(TWINS) <= {binding.id for _, binding in bindings()} | gone_to | told


def test_every_screen_explains_itself():
    for cls in classes():
        name = getattr(cls, "NAME", "")
        if name:
            for lang in LANGUAGES:
                assert Texts(lang).get(f"tui.help.{name}")
