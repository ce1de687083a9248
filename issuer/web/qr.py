"""A QR code as inline SVG: one path, no colours but the page's own."""

import qrcode
from markupsafe import Markup
from qrcode.constants import ERROR_CORRECT_L, ERROR_CORRECT_M

QUIET = 4


def svg(text: str, label: str, *, small: bool = False) -> Markup:
    """The code for this text; `label` is what a screen reader says.

    `small` spends fewer squares on repair, for a text that is long already.
    """
    level = ERROR_CORRECT_L if small else ERROR_CORRECT_M
    code = qrcode.QRCode(error_correction=level, border=QUIET)
    code.add_data(text)
    code.make(fit=True)
    matrix = code.get_matrix()
    size = len(matrix)
    path = "".join(
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(matrix) for x, dark in enumerate(row) if dark
    )
    return Markup(
        '<svg class="qr" role="img" aria-label="{label}" viewBox="0 0 {size} {size}" '
        'shape-rendering="crispEdges"><path class="qr-paper" d="M0 0h{size}v{size}H0z"/>'
        '<path class="qr-ink" d="{path}"/></svg>'
    ).format(label=label, size=size, path=path)
