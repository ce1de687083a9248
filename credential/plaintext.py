"""Text that strangers wrote, made safe to show on a terminal or a page.

A name in a certificate may carry escape sequences, reversed or invisible characters: they could
make one organisation look like another, or write over the question (ARCHITECTURE.md, Wallet).
"""

import re
import unicodedata
from typing import Final

MAX_LENGTH: Final = 500
ELLIPSIS: Final = "…"

# A whole sequence, so that no half of it remains as text: CSI, OSC and its kin, two-character ones.
_ESCAPE: Final = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b[ -/]*[0-~]?"
)
# Letters and marks that show as nothing at all (Unicode: Default_Ignorable_Code_Point, and blanks).
_INVISIBLE: Final = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
    + "".join(map(chr, (*range(0xFE00, 0xFE10), *range(0x180B, 0x1810))))
)
_BLANKS: Final = frozenset({"Zs", "Zl", "Zp"})
# Control, format (bidi, zero width, tags), surrogates, private use, unassigned.
_UNSHOWN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_MAX_MARKS: Final = 2
# Nothing below would change such a text: most are, and a scheme holds thousands.
_PLAIN: Final = re.compile(r"[!-~]+(?: [!-~]+)*")


def terminal_safe(text: str, *, max_length: int = MAX_LENGTH) -> str:
    """One line of visible characters, at most `max_length`, composed (NFC)."""
    if len(text) <= max_length and _PLAIN.fullmatch(text):
        return text
    # Cut before and after: normalising is not for text of any length.
    plain = _ESCAPE.sub("", text[: max_length * 8])
    shown: list[str] = []
    marks = 0
    for character in unicodedata.normalize("NFC", plain):
        category = unicodedata.category(character)
        if character in "\t\n\r\x0b\x0c\x85" or category in _BLANKS:
            shown.append(" ")
        elif category in _UNSHOWN or character in _INVISIBLE:
            continue
        elif category.startswith("M"):
            # Marks pile up over the lines above; a letter of any language needs at most two.
            marks += 1
            if marks <= _MAX_MARKS and shown and shown[-1] != " ":
                shown.append(character)
            continue
        else:
            shown.append(character)
        marks = 0
    # Again, since what stood between two characters may be gone.
    line = unicodedata.normalize("NFC", re.sub(" +", " ", "".join(shown)).strip())
    return line if len(line) <= max_length else line[: max_length - 1].rstrip() + ELLIPSIS
