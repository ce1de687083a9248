"""Names as the eye takes them: what looks alike is the same (Unicode TS 39, in small).

Wider than that table on purpose: capitals, accents and punctuation make no other organisation.
"""

import re
import unicodedata
from typing import Final

# Small letters as they are after case folding, each with the Latin letter it passes for.
_PASSES: Final = str.maketrans(
    "авекмнорстухіјѕԁԛԝһӏгп" + "αβεζηικμνοτυχγωρ" + "ıłøđħɑɡ" + "10|i",
    "abekmhopctyxijsdqwhlrn" + "abeznikuvotuxywp" + "llodhag" + "loll",
)
_TOGETHER: Final = (("rn", "m"), ("vv", "w"), ("cl", "d"))
_KEPT: Final = re.compile(r"[\W_]+")


def folded(name: str) -> str:
    """The same for two names that people would read as one."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
    bare = "".join(one for one in apart if not unicodedata.category(one).startswith("M"))
    # Twice: the letter a sign passes for is itself one that others pass for.
    found = _KEPT.sub("", bare.translate(_PASSES).translate(_PASSES))
    for two, one in _TOGETHER:
        found = found.replace(two, one)
    return found


def scripts(name: str) -> frozenset[str]:
    """The scripts of its letters, by the first word of their Unicode names."""
    return frozenset(
        unicodedata.name(one, "?").split()[0]
        for one in unicodedata.normalize("NFKC", name)
        if unicodedata.category(one).startswith("L") and unicodedata.category(one) != "Lm"
    )
