"""Simple rendering: what is safe to show is read, the rest is left out and refuses nothing."""

import base64
import struct

import pytest

from credential import rendering
from credential.rendering import Colours

DOCUMENT = "SD-JWT VC"


def png(width=16, height=16, size=64):
    head = (
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + struct.pack(">II", width, height)
    )
    return head.ljust(size, b"\0")


def uri(data, media="image/png"):
    return f"data:{media};base64,{base64.b64encode(data).decode()}"


def display(locale="nl", **simple):
    return {"locale": locale, "rendering": {"simple": simple}}


@pytest.mark.spec(DOCUMENT, "8.1.1", "a logo that lies in the document, with its words")
def test_a_logo():
    data = png()
    found = rendering.logo(
        [
            display("nl", logo={"uri": uri(data), "alt_text": "Wapen\u001b[2J van de stad"}),
            display("en-GB", logo={"uri": uri(data), "alt_text": "Arms of the city"}),
        ]
    )
    assert found is not None
    assert (found.png, found.uri) == (data, uri(data))
    assert found.alternative("nl") == "Wapen van de stad"
    assert found.alternative("en") == "Arms of the city"
    assert found.alternative("fy") == "Wapen van de stad"


@pytest.mark.spec(DOCUMENT, "12", "nothing is fetched to show a card")
@pytest.mark.parametrize(
    "logo",
    [
        {"uri": "https://logo.example/1.png"},
        {"uri": "http://localhost/1.png"},
        {"uri": uri(b"<svg onload='x'/>", "image/svg+xml")},
        {"uri": uri(b"<svg/>")},
        {"uri": uri(png(2000, 16))},
        {"uri": uri(png(0, 16))},
        {"uri": uri(png(size=16 * 1024 + 1))},
        {"uri": uri(png()) + "=="},
        {"uri": uri(png()), "uri#integrity": rendering.integrity_of(b"other")},
        {"uri": uri(png()), "uri#integrity": 1},
        {"uri": 1},
        {},
        "logo",
    ],
)
def test_a_picture_that_cannot_be_trusted_is_left_out(logo):
    assert rendering.logo([display(logo=logo)]) is None


def test_a_pinned_logo():
    data = png()
    stated = {"uri": uri(data), "uri#integrity": rendering.integrity_of(data)}
    found = rendering.logo([{"locale": "nl", "rendering": "x"}, display(logo=stated)])
    assert found is not None
    assert found.alternative("nl") == ""


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("#ABC", "#aabbcc"),
        ("#12107c", "#12107c"),
        ("rgb(18, 16, 124)", "#12107c"),
        ("rgb(0 255 0)", "#00ff00"),
        ("rgb(256, 0, 0)", ""),
        ("rgb(0,0,0); x", ""),
        ("red", ""),
        ("#12345", ""),
    ],
)
def test_colours_as_css_writes_them(written, read):
    assert rendering.colours([{}, display(background_color=written)]).background == read


def test_text_can_always_be_read():
    assert Colours("#ffffff", "#000000").readable
    assert not Colours("#ffffff", "#eeeeee").readable
    assert Colours("#ffffff", "#eeeeee").made_readable() == Colours("#ffffff", "#000000")
    assert Colours("#000000").made_readable() == Colours("#000000", "#ffffff")
    assert Colours("", "#eeeeee").made_readable() == Colours("", "#eeeeee")
