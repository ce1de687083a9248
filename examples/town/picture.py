"""What a scanner sees of a printed code: the squares of the page's drawing, as a picture."""

from __future__ import annotations

import re
from pathlib import Path

from PIL import Image

SIDE = 6


def of_page(page: Path) -> Path:
    """Draw the code on this page as PNG, beside it."""
    text = page.read_text("utf-8")
    view = re.search(r'viewBox="0 0 (\d+) \1"', text)
    assert view is not None, "no code on the page"
    size = int(view[1])
    picture = Image.new("L", (size, size), 255)
    for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", text):
        picture.putpixel((int(x), int(y)), 0)
    target = page.with_suffix(".png")
    picture.resize((size * SIDE, size * SIDE), Image.Resampling.NEAREST).save(target)
    return target
