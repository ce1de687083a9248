"""What could be better in the file of a kind, and what readers would refuse in it."""

from collections.abc import Iterator, Sequence

from credential.rendering import Colours, logo
from credential.strictjson import Object
from registrar.findings import Finding
from registrar.kinds.reading import Stated


def of_kind(one: Stated, every: Sequence[Stated]) -> Iterator[Finding]:
    """Everything about one kind among the others."""
    first = next(other for other in every if other.vct == one.vct)
    if one.vct and first is not one:
        yield one.fault("kind.vct_repeated", "vct", first.stem)
    if one.colours is not None and all(one.colours) and not Colours(*_six(one.colours)).readable:
        # Readers make it black or white; the register better says so itself (WCAG 2.2 1.4.3).
        yield one.fault("kind.contrast", "colours", " ".join(one.colours), level="advice")
    displays = one.shown.get("display")
    shown: list[Object] = [
        display
        for display in (displays if isinstance(displays, list) else [])
        if isinstance(display, dict)
    ]
    if one.sheet.knows("logo") and logo(shown) is None:
        yield one.fault("kind.logo", "logo")


def _six(colours: tuple[str, str]) -> tuple[str, str]:
    background, text = (_long(one) for one in colours)
    return background, text


def _long(colour: str) -> str:
    digits = colour[1:].lower()
    return colour.lower() if len(digits) > 3 else "#" + "".join(one * 2 for one in digits)  # noqa: PLR2004
