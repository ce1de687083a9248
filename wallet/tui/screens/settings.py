"""How the wallet is set: a line for each setting, and a screen that sets one otherwise."""

import os
from collections.abc import Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widgets import Input, OptionList

from credential.plaintext import terminal_safe
from wallet.config import Config
from wallet.desktop import ENTRY, Desktop, own_command
from wallet.errors import WalletError
from wallet.links import SCHEMES
from wallet.service import settings
from wallet.service.settings import SETTINGS, Setting
from wallet.texts import Texts
from wallet.tui.keys import key
from wallet.tui.page import Dialog, Page
from wallet.tui.screens.unlock import typed
from wallet.tui.widgets import Answer, Line, Part, Picker, Tone, note, plain

LINKS = "links"
COLUMNS = (35, 40)
WIDTH = 33
"""What fits of a value on a line; all of it stands on the screen of the setting."""


def value_words(one: Setting, config: Config, texts: Texts) -> str:
    """How a setting stands, for people."""
    value = settings.text_of(config, one.name)
    known = texts.find(f"settings.{one.name}.value.{value or 'none'}")
    return known or terminal_safe(value) or texts.get("settings.not-set")


def opened_by(environment: Mapping[str, str]) -> frozenset[str]:
    """The desktop entries that links open with now; nothing where there is no such desktop."""
    try:
        desktop = Desktop.of(environment)
        return frozenset(desktop.opened_by(scheme) for scheme in SCHEMES)
    except WalletError:
        return frozenset()


class SettingsScreen(Page):
    """Every setting with how it stands."""

    NAME = "settings"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("enter", "change-setting", show=True),
        key("b", "install-links"),
    ]
    AUTO_FOCUS = "Picker"

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        super().__init__()
        self._environment = environment

    def content(self) -> ComposeResult:
        """The list."""
        yield Picker(id="settings")

    def on_screen_resume(self) -> None:
        """Read again, every time this screen comes back."""
        config, texts = self.access.wallet.config, self.texts
        lines = [Line("", self.say("settings.heading"), part=Part.HEADING)]
        for one in SETTINGS:
            title = texts.get(f"settings.{one.name}.title")
            words = value_words(one, config, texts)
            shown = words if len(words) <= WIDTH else f"{words[: WIDTH - 1]}…"
            lines.append(Line(one.name, title, shown))
        lines.append(Line(LINKS, self.say("settings.links"), self._links()))
        self.query_one(Picker).show(tuple(lines), COLUMNS)

    def _links(self) -> str:
        found = opened_by(self._environment)
        if found == {ENTRY}:
            return self.say("settings.links-ours")
        return self.say("settings.links-other" if found - {"", ENTRY} else "settings.links-none")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter on a line changes it."""
        event.stop()
        self._change(event.option_id or "")

    def action_change_setting(self) -> None:
        """Enter, wherever the focus is."""
        option = self.query_one(Picker).highlighted_option
        if option is not None:
            self._change(option.id or "")

    def _change(self, name: str) -> None:
        if name == LINKS:
            self.action_install_links()
        elif name:
            self.app.push_screen(SettingScreen(settings.setting(name)))

    # --- links from the browser -----------------------------------------------------------------

    def action_install_links(self) -> None:
        """Asks whether links in the browser open here."""
        sentences = [self.say("settings.links-question")]
        others = opened_by(self._environment) - {"", ENTRY}
        if others:
            entries = ", ".join(terminal_safe(one) for one in sorted(others))
            sentences.append(self.say("settings.links-taken", entries=entries))
        answers = {"no": self.say("answer.links-no"), "yes": self.say("answer.links-yes")}
        self.app.push_screen(Dialog(self.texts, tuple(sentences), answers), self._answered)

    def _answered(self, answer: str | None) -> None:
        if answer not in ("yes", "no"):
            self.tell(self.say("settings.left"))
            return
        home = self.access.home

        def task() -> str:
            desktop = Desktop.of(self._environment)
            if answer == "yes":
                desktop.install(own_command(home))
                return "installed"
            return "removed" if desktop.remove() else "nothing"

        self.start("settings", task, self._told)

    def _told(self, what: str) -> None:
        self.on_screen_resume()
        self.tell(self.texts.get(f"links.{what}"), Tone.GOOD)


class SettingScreen(Page):
    """One setting: a choice from a list, or a line to type; leaving changes nothing."""

    NAME = "setting"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("left", "left", "app.focus_previous", show=False),
        key("right", "right", "app.focus_next", show=False),
    ]
    AUTO_FOCUS = "Picker, Input"

    def __init__(self, one: Setting) -> None:
        super().__init__()
        self._one = one

    def content(self) -> ComposeResult:
        """What it is, how it stands, and what it can be."""
        one, config, texts = self._one, self.access.wallet.config, self.texts
        yield plain(texts.get(f"settings.{one.name}.title"), "strong")
        yield plain(texts.get(f"settings.{one.name}.what"), "spaced")
        yield plain(self.say("settings.now", value=value_words(one, config, texts)), "spaced")
        if one.choices:
            yield Picker(id="choices")
            return
        if one.trust:
            yield note(Tone.MIND, texts.get("settings.trust"))
        yield typed(value=settings.text_of(config, one.name))
        yield plain(self.say("settings.empty"), "quiet")
        with Horizontal(classes="answers"):
            yield Answer(self.say("answer.keep-setting"), id="keep")
            yield Answer(self.say("answer.set-setting"), id="set")

    def on_mount(self) -> None:
        """The choices, the one of now pointed at."""
        if self._one.choices:
            picker, name = self.query_one(Picker), self._one.name
            known = [self.texts.get(f"settings.{name}.value.{one}") for one in self._one.choices]
            lines = zip(self._one.choices, known, strict=True)
            picker.show(tuple(Line(one, "", words) for one, words in lines), (0, 0))
            now = settings.text_of(self.access.wallet.config, name)
            if now in self._one.choices:
                picker.highlighted = self._one.choices.index(now)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter on a choice."""
        event.stop()
        self._set(event.option_id or "")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter after typing: to the answers, of which the first leaves it as it is."""
        event.stop()
        if self._one.trust:
            self.query_one("#keep", Answer).focus()
        else:
            self._set(event.value)

    def on_button_pressed(self, event: Answer.Pressed) -> None:
        """The answer."""
        event.stop()
        if event.button.id == "set":
            self._set(self.query_one(Input).value)
        else:
            self.action_back()

    def _set(self, text: str) -> None:
        access, name = self.access, self._one.name
        self.start(
            "settings",
            lambda: settings.change(access.wallet, name, text, now=access.now()),
            self._kept,
        )

    def _kept(self, changed: bool) -> None:
        regie, one = self.regie, self._one
        config = self.access.wallet.config
        if not changed:
            self.leave(self.say("settings.same"))
        elif one.name == "lang" and config.lang:
            regie.speak(config.lang)
        else:
            if one.name == "theme":
                regie.use_theme()
            self.access.forget_types()
            title = self.texts.get(f"settings.{one.name}.title")
            value = value_words(one, config, self.texts)
            self.leave(self.say("settings.kept", title=title, value=value), Tone.GOOD)

    def back_message(self) -> str:
        """Nothing was changed."""
        return self.say("settings.left")
