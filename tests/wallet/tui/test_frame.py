"""What every screen has in common: jumping, searching by name, colours, language, long work."""

import threading

import pytest
from support.screen_catalogue import CATALOGUE, furnish
from support.screens import screens
from textual.theme import Theme

from wallet import config
from wallet.cli import COMMANDS
from wallet.events import Kind
from wallet.progress import Progress, Stopped, bar
from wallet.texts import LANGUAGES, Texts
from wallet.tui import themes
from wallet.tui.keys import TWINS
from wallet.tui.places import PLACES, words_of
from wallet.tui.screens.activities import ActivitiesScreen
from wallet.tui.screens.jump import SIGNS, spots
from wallet.tui.screens.link import LinkScreen
from wallet.tui.screens.menu import DEEDS, lines
from wallet.tui.widgets import Picker, Reading, Status

# --- long work ----------------------------------------------------------------------------------


def test_a_bar_is_as_wide_as_asked_and_full_only_at_the_end():
    assert bar(0, 8) == "░" * 8
    assert bar(50, 8) == "████░░░░"
    assert bar(99, 8) != "█" * 8
    assert bar(100, 8) == "█" * 8


def test_progress_counts_and_stops_between_two_steps():
    how = Progress()
    assert how.percent == 0
    how(999, 1000)
    assert how.percent == 99
    how.stop()
    with pytest.raises(Stopped):
        how(1000, 1000)


class Work:
    """Work in steps that are taken one at a time."""

    def __init__(self):
        self.how, self.step, self.taken = Progress(), threading.Semaphore(0), threading.Event()
        self.steps = 0

    def __call__(self):
        for self.steps in range(1, 100):
            self.step.acquire()
            self.taken.set()
            self.how(self.steps, 100)
        return "klaar"


async def one_step(run, work):
    work.taken.clear()
    work.step.release()
    while not work.taken.is_set() or not work.how.done:
        await run.pilot.pause()


async def test_after_a_second_it_tells_how_far_it_is_and_escape_stops_it(town):
    async with screens(town) as run:
        run.app.push_screen(ActivitiesScreen())
        await run.settle()
        page, work, came = run.app.screen, Work(), []
        page.start("verify", work, came.append, progress=work.how)
        await one_step(run, work)
        status = page.query_one(Status)
        assert "%" not in str(status.content)
        status._tick()
        assert "Het logboek controleren" in str(status.content)
        assert "1 %" in str(status.content)
        assert "Esc: stoppen" in str(status.content)
        await run.pilot.press("escape")
        assert run.name == "ActivitiesScreen"
        assert "Stoppen" in str(status.content)
        work.step.release()
        await run.settle()
        assert work.steps == 2
        assert came == []
        assert "Gestopt. Er is niets veranderd en niets gedeeld." in run.words
        await run.press("escape")
        assert run.name == "HomeScreen"


async def test_escape_out_of_a_link_says_that_nothing_was_shared(town):
    async with screens(town) as run:
        await run.press("l", "escape")
        assert "Er is niets gedeeld." in run.words


# --- jumping ------------------------------------------------------------------------------------


async def test_a_sign_at_every_line_goes_there(town):
    furnish(town)
    async with screens(town) as run:
        await run.press("j")
        assert run.name == "JumpScreen"
        marked = [one for one in spots(run.app.screen_stack[-2]) if one.at is not None]
        lists = run.app.screen_stack[-2].query(Picker)
        assert len(marked) == sum(len(one.places()) for one in lists)
        await run.press(SIGNS[4])
        assert run.name == "HomeScreen"
        assert run.focus == "cards"
        assert str(run.app.focused.highlighted_option.prompt).startswith("▶")
        await run.press("enter")
        assert run.name == "CardScreen"


async def test_sections_further_down_are_named_and_gone_to(town):
    furnish(town)
    async with screens(town) as run:
        await CATALOGUE["question"](run)
        await run.press("j")
        below = [one.words for one in spots(run.app.screen_stack[-2]) if one.at is None]
        assert "Let op" in below
        assert "Let op" in run.words
        sign = SIGNS[[one.words for one in spots(run.app.screen_stack[-2])].index("Let op")]
        await run.press(sign)
        assert run.name == "QuestionScreen"
        assert run.app.screen.query_one("#question", Reading).scroll_offset.y > 0


async def test_jumping_only_moves(town):
    furnish(town)
    async with screens(town) as run:
        await CATALOGUE["question"](run)
        for sign in SIGNS[: len(spots(run.app.screen))]:
            await run.press("j", sign)
            assert run.name == "QuestionScreen"
    assert town.network.posts("/response") == town.network.posts("/response")[:1]


async def test_a_letter_typed_in_a_line_is_a_letter(town):
    async with screens(town) as run:
        run.app.push_screen(LinkScreen())
        await run.settle()
        await run.press("j")
        assert run.name == "LinkScreen"
        assert run.app.focused.value == "j"
        await run.press("ctrl+g")
        assert run.name == "JumpScreen"
        await run.press("j")
        assert run.name == "LinkScreen"


# --- everything by name -------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_place_opens_has_words_and_a_twin(lang):
    texts = Texts(lang)
    names = [place.id for place in PLACES]
    assert len(names) == len(set(names))
    for place in PLACES:
        assert place.make().NAME
        assert words_of(place.id, texts)
        assert texts.get(f"tui.tip.{place.id}")
        assert texts.get(f"tui.part.{place.part}")
        assert TWINS[place.id].partition(" ")[0] in COMMANDS


def test_the_menu_has_every_place_once():
    found = [line.id for line in lines(Texts("nl")) if line.id]
    deeds = [name for part in DEEDS.values() for name in part]
    assert sorted(found) == sorted([*(place.id for place in PLACES), *deeds])


@pytest.mark.parametrize("lang", LANGUAGES)
async def test_the_palette_offers_every_screen_and_card_from_everywhere(town, lang):
    async with screens(town, lang=lang) as run:
        await run.press("m")
        texts = run.app.access.texts
        offered = {one.title: one for one in run.app.get_system_commands(run.app.screen)}
        assert {words_of(place.id, texts) for place in PLACES} <= set(offered)
        offered[texts.get("kind.verblijfsrecht")].callback()
        await run.settle()
        assert run.name == "CardScreen"


async def test_the_menu_tells_what_a_line_is_for_and_opens_it(town):
    async with screens(town) as run:
        await run.press("m")
        assert "Plak een link" in run.words
        await run.press("down")
        assert "Je logt in met je browser." in run.words
        await run.press("up", "enter")
        assert run.name == "LinkScreen"
        await run.press("escape")
        assert run.name == "HomeScreen"


async def test_the_menu_does_what_has_no_screen(town):
    async with screens(town) as run:
        await run.press("m")
        picker = run.app.screen.query_one(Picker)
        picker.highlighted = picker.get_option_index("sync")
        await run.press("enter")
        await run.settle()
        assert run.name == "HomeScreen"
        assert "Niets nieuws" in run.words


# --- colours and language -----------------------------------------------------------------------


async def test_a_theme_is_kept_in_the_settings(town):
    async with screens(town) as run:
        await run.press("ctrl+t")
        assert run.app.theme == themes.following(themes.DEFAULT)
        assert config.load(town.wallet.home).theme == run.app.theme
    async with screens(town) as run:
        assert run.app.theme == themes.following(themes.DEFAULT)


def contrast(one, other):
    """WCAG 2.2, 1.4.3: the ratio between two colours."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.spec("WCAG 2.2", "1.4.3", "every colour of text against every ground")
@pytest.mark.parametrize("theme", themes.THEMES, ids=lambda one: one.name)
def test_contrast(theme: Theme):
    least = 7 if "contrast" in theme.name else 4.5
    inks = (theme.foreground, theme.primary, theme.success, theme.warning, theme.error)
    for ground in (theme.background, theme.surface, theme.panel):
        for ink in (*inks, theme.secondary, theme.accent):
            assert contrast(ink, ground) >= least, (ink, ground)
    # The focused answer is the ground's colour on the accent.
    assert contrast(theme.background, theme.accent) >= least


async def test_the_language_changes_at_once_and_stays(town):
    async with screens(town) as run:
        await run.press("a", "f2")
        assert run.name == "HomeScreen"
        assert "Your cards" in run.words
        assert "Nothing was shared." in run.words
        assert config.load(town.wallet.home).lang == "en"
        await run.press("f2")
        assert "Je kaartjes" in run.words


async def test_neither_language_nor_jumping_while_something_leaves(town):
    async with screens(town) as run:
        run.app.screen.held = True
        await run.press("f2")
        await run.press("j")
        assert run.name == "HomeScreen"
        assert run.app.access.texts.lang == "nl"
        run.app.screen.held = False


# --- the first screen ---------------------------------------------------------------------------


async def test_home_tells_that_nothing_waits_and_what_happened_last(town):
    async with screens(town, size=(120, 40)) as run:
        assert "Er wacht niets op jou." in run.shown
        assert "Wat er het laatst gebeurde" in run.shown
        assert "2 kaartjes ontvangen" in run.shown
        await run.press("down", "down")
        assert run.focus == "news"
        await run.press("enter")
        assert run.name == "ActivityScreen"


async def test_what_the_wallet_did_is_said_by_its_name(town):
    store = town.wallet.store
    store.append(store.new_activity(), Kind.BACKUP_MADE, {}, at=town.now)
    async with screens(town, size=(120, 40)) as run:
        assert "reservekopie gemaakt" in run.shown
        assert "instelling gewijzigd" not in run.shown


async def test_with_whom_data_still_are_is_seen_at_once(town):
    town.share()
    async with screens(town) as run:
        assert "Je gegevens zijn nog bij 1 organisatie." in run.shown


async def test_home_keeps_room_for_what_counts(town):
    furnish(town)
    async with screens(town, size=(80, 16)) as run:
        assert "Persoonsgegevens" in run.shown
        assert "aanvulling gevraagd" in run.shown
        assert "Wat er het laatst gebeurde" not in run.shown


async def test_without_cards_home_says_where_they_come_from(empty):
    async with screens(empty) as run:
        assert "Druk op o om ze op te halen bij je gemeente." in run.words
