"""The small document inside a page that waits: the code to scan now, and how far the wallet is.

It comes again by itself every few seconds, so that the page around it need not: what somebody
types there stays. By a header and not by an element: nothing in it is there to be read at leisure
(WCAG 2.2, 2.2.1: the time limit is essential, a code that stays could be used by others).
"""

from typing import Final

from jinja2 import Environment
from starlette.responses import Response

from verifier.service.sessions import Progress
from verifier.texts import Language, sentence
from verifier.web.qr import Drawings

SECONDS: Final = 5
# The page's own rules, but that our own pages may frame this.
POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'"
)
_MOVING: Final = frozenset({Progress.WAITING, Progress.FETCHED})


def frame(
    templates: Environment,
    drawings: Drawings,
    lang: Language,
    progress: Progress,
    link: str | None,
    onward: str,
) -> Response:
    """What the frame shows; `link` opens a wallet now, `onward` is the page around it."""
    shown = link if progress is Progress.WAITING else None

    def say(key: str, **params: str | int) -> str:
        return sentence(lang, key, **params)

    html = templates.get_template("live.html").render(
        lang=lang,
        say=say,
        progress=progress.value,
        moving=progress in _MOVING,
        code_svg=None if shown is None else drawings.svg(shown, say("wait.qr_label")),
        onward=onward,
    )
    headers = {"content-security-policy": POLICY}
    if progress in _MOVING:
        headers["refresh"] = str(SECONDS)
    return Response(html, media_type="text/html", headers=headers)
