"""A QR code as inline SVG: one path, no colours but the page's own."""

import threading
from collections import OrderedDict
from typing import Final

import qrcode
from markupsafe import Markup
from qrcode.constants import ERROR_CORRECT_M

QUIET: Final = 4
MOST_KEPT: Final = 1_000


class Drawings:
    """Draws each text once for as long as it is among the last ones: drawing costs 25 ms."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._drawn: OrderedDict[str, tuple[int, str]] = OrderedDict()

    def svg(self, text: str, label: str) -> Markup:
        """The code for this text; `label` is what a screen reader says."""
        with self._lock:
            found = self._drawn.pop(text, None)
            if found is not None:
                self._drawn[text] = found
        if found is None:
            found = _draw(text)
            with self._lock:
                self._drawn[text] = found
                if len(self._drawn) > MOST_KEPT:
                    self._drawn.popitem(last=False)
        size, path = found
        return Markup(
            '<svg class="qr" role="img" aria-label="{label}" viewBox="0 0 {size} {size}" '
            'shape-rendering="crispEdges"><path class="qr-paper" d="M0 0h{size}v{size}H0z"/>'
            '<path class="qr-ink" d="{path}"/></svg>'
        ).format(label=label, size=size, path=path)


def _draw(text: str) -> tuple[int, str]:
    """The width in squares, and the dark ones as a path."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=QUIET)
    code.add_data(text)
    code.make(fit=True)
    matrix = code.get_matrix()
    path = "".join(
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(matrix) for x, dark in enumerate(row) if dark
    )
    return len(matrix), path
