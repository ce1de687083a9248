"""A screenshot of the terminal as pixels, as far as block characters go: for reading QR codes."""

import re
from html import unescape

from PIL import Image, ImageDraw

CELL = (12.2, 24.4)
PIXELS = (8, 16)
_HALVES = {"█": (0, 2), "▀": (0, 1), "▄": (1, 2)}


def pixels(svg: str) -> Image.Image:
    """What a screenshot shows of backgrounds and block characters, in grey."""
    width, height = (float(part) for part in _first(r'width="([\d.]+)" height="([\d.]+)"', svg))
    columns, rows = round(width / CELL[0]), round(height / CELL[1])
    image = Image.new("RGB", (columns * PIXELS[0], rows * PIXELS[1]), "#808080")
    draw = ImageDraw.Draw(image)
    for fill, x, y, wide in re.findall(
        r'<rect fill="(#\w+)" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)"', svg
    ):
        _fill(draw, fill, _at(x, 0), _at(y, 1), (0, 2), _at(wide, 0))
    inks = dict(re.findall(r"-(r\d+) \{ fill: (#\w+)", svg))
    for name, x, line, text in re.findall(
        r'<text class="[\w-]*-(r\d+)" x="([\d.]+)"[^>]*-line-(\d+)\)">([^<]*)<', svg
    ):
        for place, character in enumerate(unescape(text)):
            if character in _HALVES:
                _fill(draw, inks[name], _at(x, 0) + place, int(line), _HALVES[character], 1)
    return image.convert("L")


def _first(pattern: str, svg: str) -> tuple[str, ...]:
    found = re.search(pattern, svg)
    assert found is not None
    return found.groups()


def _at(length: str, axis: int) -> int:
    return round(float(length) // CELL[axis] if axis else float(length) / CELL[axis])


def _fill(
    draw: ImageDraw.ImageDraw, ink: str, x: int, y: int, halves: tuple[int, int], wide: int
) -> None:
    left, top, half = x * PIXELS[0], y * PIXELS[1], PIXELS[1] // 2
    right = left + wide * PIXELS[0] - 1
    if right > left:
        draw.rectangle((left, top + halves[0] * half, right, top + halves[1] * half - 1), fill=ink)


def lines(svg: str) -> list[str]:
    """What a screenshot says, line by line; empty lines at the end are left out."""
    found: dict[int, list[str]] = {}
    for x, line, text in re.findall(r'x="([\d.]+)"[^>]*-line-(\d+)\)">([^<]*)<', svg):
        row = found.setdefault(int(line), [])
        words = unescape(text).replace("\xa0", " ")
        row += [" "] * (_at(x, 0) + len(words) - len(row))
        row[_at(x, 0) : _at(x, 0) + len(words)] = words
    rows = ["".join(found.get(at, ())).rstrip() for at in range(max(found, default=-1) + 1)]
    while rows and not rows[-1]:
        rows.pop()
    return rows
