"""Where it goes on after an answer: the asker's own page, in the browser of this computer.

OpenID4VP 1.0 8.2: the wallet sends the browser there. Only a host of this organisation comes this
far (`service.share`), and the resident is asked: an answer may have been asked by another device.
"""

from collections.abc import Callable

from credential.plaintext import terminal_safe
from wallet.browser import beside_terminal
from wallet.links import host_of
from wallet.tui.page import Dialog, Page
from wallet.tui.widgets import Tone


def offer(page: Page, uri: str, name: str) -> None:
    """Asks whether to go on there; Enter is yes, escape stays here."""
    question = page.say("onward.question", name=terminal_safe(name), host=host_of(uri))
    answers = {"to-browser": page.say("answer.to-browser"), "stay": page.say("answer.stay")}

    def answered(answer: str | None) -> None:
        if answer == "to-browser":
            page.start("browser", lambda: opened(uri), lambda done: tell(page, uri, done))

    page.app.push_screen(Dialog(page.texts, (question,), answers), answered)


def tell(page: Page, uri: str, done: bool) -> None:
    """Whether a browser opened; if not, the address to open by hand."""
    if done:
        page.tell(page.say("result.opened"), Tone.GOOD)
    else:
        page.tell(page.say("onward.by-hand", uri=uri), Tone.MIND)


def opened(uri: str, find: Callable[[], Callable[[str], bool] | None] = beside_terminal) -> bool:
    """Whether a browser beside this terminal took the address."""
    found = find()
    return found is not None and found(uri)
