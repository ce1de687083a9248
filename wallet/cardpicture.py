"""The face of a card: what stands on it at a glance, in colours that can be read; pure."""

from dataclasses import dataclass

from credential.rendering import Colours


@dataclass(frozen=True)
class Face:
    """What a card shows at a glance, and its colours; both empty: those of the screen."""

    title: str
    issuer: str
    background: str = ""
    text: str = ""


def face(title: str, issuer: str, colours: Colours | None) -> Face:
    """The face of a card; text that would be hard to read becomes black or white."""
    if colours is None or not colours.background:
        return Face(title, issuer)
    shown = colours.made_readable()
    return Face(title, issuer, shown.background, shown.text)
