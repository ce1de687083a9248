"""From a link to the screen that puts its question: the one way in, whichever door was used."""

from wallet import doors
from wallet.errors import Usage
from wallet.links import PresentationLink
from wallet.refusals import LinkError
from wallet.service import add, share
from wallet.service.looking import Look
from wallet.service.share import Posed
from wallet.tui.access import Access
from wallet.tui.page import Dialog, Page
from wallet.tui.panel import Item
from wallet.tui.screens.offer import OfferScreen
from wallet.tui.screens.question import QuestionScreen


def open_link(
    page: Page,
    text: str,
    *,
    spoken: str = "",
    said: str = "",
    item: Item | None = None,
    instead: bool = False,
) -> None:
    """Fetches what is behind a link or image and shows it; nothing is shared by that.

    `instead`: in the place of this page, so that going back leads to the page before it.
    """

    def ask(host: str) -> None:
        words = page.texts
        answers = {"no": page.say("question.contact-no"), "yes": page.say("question.contact-yes")}
        sentences = (words.get("add.contact", host=host),)
        page.app.push_screen(Dialog(words, sentences, answers), answered)

    def answered(answer: str | None) -> None:
        if answer == "yes":
            page.start("link", lambda: _behind(page.access, text, agreed=True), show)

    def show(found: Look | Posed | str) -> None:
        if isinstance(found, str):
            ask(found)
            return
        screen: Page = (
            OfferScreen(found, spoken=spoken, said=said, item=item)
            if isinstance(found, Look)
            else QuestionScreen(found, item=item)
        )
        if instead:
            page.app.switch_screen(screen)
        else:
            page.app.push_screen(screen)

    page.start("link", lambda: _behind(page.access, text, agreed=False), show)


def open_question(page: Page, name: str) -> None:
    """A request that was fetched before and is still open."""
    access = page.access

    def task() -> Posed:
        pending = access.wallet.store.request(name)
        if pending is None:
            raise Usage("share.request_gone")
        return share.pose(access.wallet, pending, lang=access.texts.lang, now=access.now())

    def show(found: Posed) -> None:
        page.app.push_screen(QuestionScreen(found))

    page.start("link", task, show)


def _behind(access: Access, text: str, *, agreed: bool) -> Look | Posed | str:
    """What the link stands for; first the host outside the scheme that has to be agreed to."""
    link = doors.read_link(text, _no_input)
    now, fetch = access.now(), access.fetch()
    if isinstance(link, PresentationLink):
        return share.receive(access.wallet, fetch, link, lang=access.texts.lang, now=now)
    contact = None if agreed else add.first_contact(access.wallet, link, now=now)
    return contact or add.look(access.wallet, fetch, link, now=now)


def _no_input() -> str:
    raise LinkError("link.malformed")
