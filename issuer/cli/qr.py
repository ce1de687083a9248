"""A QR code in the terminal: half blocks, black on white whatever the theme, quiet zone of four."""

from typing import Final

import qrcode

QUIET: Final = 4
_BLACK_ON_WHITE: Final = "\x1b[38;2;0;0;0;48;2;255;255;255m"
_RESET: Final = "\x1b[0m"
_HALVES: Final = {
    (False, False): " ",
    (True, False): "▀",
    (False, True): "▄",
    (True, True): "█",
}


def lines(link: str) -> list[str]:
    """The rows to print. A link in capitals stays small: it is written in alphanumeric mode."""
    code = qrcode.QRCode(border=QUIET, error_correction=qrcode.ERROR_CORRECT_L)
    code.add_data(link)
    code.make(fit=True)
    rows = [[bool(cell) for cell in row] for row in code.get_matrix()]
    if len(rows) % 2:
        rows.append([False] * len(rows[0]))
    return [
        _BLACK_ON_WHITE + "".join(_HALVES[pair] for pair in zip(upper, lower, strict=True)) + _RESET
        for upper, lower in zip(rows[::2], rows[1::2], strict=True)
    ]
