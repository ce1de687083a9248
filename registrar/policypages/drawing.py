"""Drawing the pages: one sheet, one small script, nothing from another host.

Everything of a register is text to be shown: escaped, without controls or letters that turn around,
and a link only where it leads to the web.
"""

import base64
import hashlib
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from credential.plaintext import terminal_safe

STYLE: Final = "pages.css"
# A list of all that a party may ask is long; a file of the register has its own limit.
_LONGEST: Final = 262_144
_WEB: Final = re.compile(r"https?://[!-~]+\Z")
_COMMENT: Final = re.compile(r"^\s*//.*\n", re.MULTILINE)


class Pen:
    """Draws one template with its values."""

    def __init__(self) -> None:
        # The same words stand on many pages.
        self._safe: dict[str, str] = {}
        self._templates = Environment(
            loader=PackageLoader("registrar.policypages", "html"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=self._shown,
        )
        self._templates.tests["web"] = _leads_to_the_web

    def draw(self, template: str, values: Mapping[str, Any]) -> bytes:
        """The page as it is served."""
        return self._templates.get_template(template).render(values).encode("utf-8")

    def _shown(self, value: object) -> object:
        if not isinstance(value, str) or isinstance(value, Markup):
            return value
        safe = self._safe.get(value)
        if safe is None:
            safe = self._safe[value] = terminal_safe(value, max_length=_LONGEST)
        return safe


@cache
def script() -> str:
    """The script of the first page, as it stands in it: searching in the list."""
    return _COMMENT.sub("", (_folder() / "search.js").read_text("utf-8")).strip()


def style() -> bytes:
    """The sheet of all pages."""
    return (_folder() / STYLE).read_bytes()


def policy(*, scripted: bool) -> str:
    """What a browser may load for a page (CSP 3): the sheet beside it, and the one script."""
    allowed = ["default-src 'none'", "style-src 'self'", "img-src data:"]
    if scripted:
        digest = base64.b64encode(hashlib.sha256(script().encode()).digest()).decode()
        allowed.append(f"script-src 'sha256-{digest}'")
    return "; ".join([*allowed, "base-uri 'none'", "form-action 'none'"])


def _folder() -> Traversable:
    return files("registrar.policypages") / "html"


def _leads_to_the_web(value: object) -> bool:
    return isinstance(value, str) and _WEB.match(value) is not None
