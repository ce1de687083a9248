"""Every door runs the same flow: what a link asks does not hang on how it came (house rule 9)."""

import io
import struct
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
import qrcode
from PIL import Image
from support.screens import screens
from textual.events import Paste

from wallet import doors, handover, links
from wallet.errors import ExitCode
from wallet.refusals import LinkError
from wallet.store import Filter
from wallet.tui.screens.offer import OfferScreen
from wallet.tui.screens.question import QuestionScreen

Put = Callable[..., str]


def picture(folder: Path, link: str, name: str = "qr.png") -> str:
    """The link as a QR code in an image file."""
    qrcode.make(link).get_image().convert("L").save(folder / name)
    return str(folder / name)


LINKS = {
    "request": lambda town: town.verifier.link,
    "request, haip": lambda town: town.verifier.link.replace("openid4vp", "haip-vp", 1),
    "request, claimed": lambda town: (
        "https://wallet.example/?" + town.verifier.link.partition("?")[2]
    ),
    "offer": lambda town: town.issuer.link,
    "offer, haip": lambda town: town.issuer.link.replace("openid-credential-offer", "haip-vci", 1),
}
ARGUMENTS: dict[str, Put] = {
    "link": lambda _folder, link: link,
    "png": picture,
    "jpeg": lambda folder, link: picture(folder, link, "qr.jpg"),
    "dragged": lambda folder, link: f"'{picture(folder, link)}' ",
    "file url": lambda folder, link: (
        f"file://{picture(folder, link, 'q r.png').replace(' ', '%20')}"
    ),
    "standard input": lambda _folder, _link: "-",
}
SCREEN_DOORS = ("typed", "pasted", "image typed", "image pasted", "handed over")


@pytest.mark.spec("House rules", "9", "link, image, paste, command: one flow (commands)")
@pytest.mark.parametrize("kind", LINKS)
@pytest.mark.parametrize("door", ARGUMENTS)
def test_commands(at, town, tmp_path, monkeypatch, door: str, kind: str) -> None:
    link = LINKS[kind](town)
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{link}\n"))
    argument = ARGUMENTS[door](tmp_path, link)
    if kind.startswith("request"):
        code, [line] = at(town).run("share", argument, "--show")
        assert code == 0
        assert line["asker"]["oin"] == town.verifier.party.oin
        expected, wanted = ["GET"], "disclosure"
    else:
        code, _ = at(town).run("add", argument)
        # Shown, and then a person is needed: nothing was redeemed.
        assert code == ExitCode.NOT_READY
        expected, wanted = ["GET"] * 3, ""
    assert [call.method for call in town.network.calls] == expected
    assert len(list(town.wallet.store.activities(Filter(type=wanted)))) == 1 if wanted else True


@pytest.mark.spec("House rules", "9", "link, image, paste, hand-over: one flow (screens)")
@pytest.mark.parametrize("kind", ["request", "request, haip", "request, claimed", "offer"])
@pytest.mark.parametrize("door", SCREEN_DOORS)
async def test_screens(town, tmp_path, door: str, kind: str) -> None:
    link = LINKS[kind](town)
    async with screens(town) as run:
        assert run.name == "HomeScreen"
        given = picture(tmp_path, link) if "image" in door else link
        if "typed" in door:
            await run.press("l")
            await run.type(given)
        elif "pasted" in door:
            run.app.post_message(Paste(f"{given}\n"))
            await run.settle()
        else:
            assert await _handed(run, given)
        expected = OfferScreen if kind == "offer" else QuestionScreen
        assert isinstance(run.app.screen, expected), run.words
        assert [call.method for call in town.network.posts()] == []
        await run.press("escape")
        assert run.name == "HomeScreen"
        # Coming back, nothing is opened a second time.
        await run.settle()
        assert run.name == "HomeScreen"


async def _handed(run, link: str) -> bool:
    import asyncio

    taken = await asyncio.to_thread(handover.give, run.town.wallet.home, link)
    await run.settle()
    return taken


# --- images are bounded before anything of them is read ------------------------------------------


def chunk(name: bytes, content: bytes) -> bytes:
    crc = struct.pack(">I", zlib.crc32(name + content))
    return struct.pack(">I", len(content)) + name + content + crc


def png(width: int, height: int, *chunks: bytes) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + chunk(b"IEND", b"")


def jpeg(scans: int) -> bytes:
    found = io.BytesIO()
    Image.new("L", (16, 16)).save(found, "JPEG", progressive=True)
    head, mark, rest = found.getvalue().partition(b"\xff\xda")
    scan = mark + rest.partition(b"\xff\xd9")[0]
    return head + scan * scans + b"\xff\xd9"


BOMB = zlib.compress(bytes(30_000_000), 9)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("wide.png", png(60_000, 60_000, chunk(b"IDAT", BOMB)), "link.image_too_big"),
        ("wide-2.png", png(12_000, 12_000, chunk(b"IDAT", BOMB)), "link.image_too_big"),
        ("wide-3.png", png(6_000, 6_000, chunk(b"IDAT", BOMB)), "link.image_too_big"),
        ("none.png", png(0, 0), "link.image_unreadable"),
        ("text.png", png(1, 1, chunk(b"zTXt", b"a\0\0" + BOMB)), "link.image_unreadable"),
        ("icc.png", png(1, 1, chunk(b"iCCP", b"a\0\0" + BOMB)), "link.image_unreadable"),
        ("short.png", png(100, 100, chunk(b"IDAT", b"")), "link.image_unreadable"),
        ("scans.jpg", jpeg(500), "link.image_too_big"),
        ("cut.jpg", jpeg(1)[:40], "link.image_unreadable"),
        ("gif.png", b"GIF89a" + bytes(100), "link.image_unreadable"),
        ("svg.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "link.image_unreadable"),
    ],
)
def test_a_hostile_image(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(LinkError) as refused:
        doors.read_link(str(tmp_path / name), str)
    assert refused.value.code == code


def test_a_code_that_is_no_link_is_refused(tmp_path: Path) -> None:
    for text in ("hallo", "file:///etc/passwd", "/etc/passwd", "-", "openid4vp://?a=\x1b[2J"):
        with pytest.raises(LinkError):
            doors.read_link(picture(tmp_path, text), str)


def test_what_is_not_a_file_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "map.png").mkdir()
    for name in ("map.png", "weg.png", "a\0.png"):
        with pytest.raises(LinkError, match=r"link\.image_unreadable"):
            doors.read_link(str(tmp_path / name), str)
    with pytest.raises(LinkError, match=r"link\.image_unreadable"):
        doors.read_link("~nobody-of-this-name/x.png", str)


@pytest.mark.parametrize(
    "text",
    [
        "openid4vp:?client_id=a&request_uri=https%3A%2F%2Fx%2F1.png",
        "https://localhost/o/1.png",
        "http://localhost/1.jpg",
        "HAIP-VP://x.jpeg",
    ],
)
def test_a_link_that_ends_like_an_image_is_a_link(text: str) -> None:
    assert not links.is_image(text)
