"""Forms with files are read strictly: what is no form is refused, never guessed."""

import pytest

from verifier.errors import Refused
from verifier.web.multipart import MAX_PARTS, Form, parse

TYPE = "multipart/form-data; boundary=xYz"


def body(*parts: str | bytes, end: bytes = b"--xYz--\r\n") -> bytes:
    made = (part.encode() if isinstance(part, str) else part for part in parts)
    return b"".join(b"--xYz\r\n" + part + b"\r\n" for part in made) + end


def field(name: str, value: str) -> str:
    return f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'


def file(name: str, filename: str, data: bytes, media: str = "image/png") -> bytes:
    head = f'Content-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
    return f"{head}Content-Type: {media}\r\n\r\n".encode() + data


@pytest.mark.spec("RFC 7578", "4", "fields, and files with whatever bytes are in them")
def test_form() -> None:
    data = b"\x89PNG\r\n--xY\r\n\x00\xff--xYz"
    found = parse(TYPE, body(field("text", "ja é"), file("file", "a b.png", data)))
    assert found.fields == {"text": "ja é"}
    one = found.file("file")
    assert one is not None
    assert (one.name, one.media, one.data) == ("a b.png", "image/png", data)
    assert "PNG" not in repr(found)
    assert parse('multipart/form-data; boundary="xYz"', body(field("a", ""))).fields == {"a": ""}


def test_nothing_chosen() -> None:
    """Browsers send an empty file without a name."""
    media = "application/octet-stream"
    assert parse(TYPE, body(file("file", "", b"", media))) == Form({}, {})
    assert parse(TYPE, body(file("file", "", b"", media))).file("file") is None


def test_several_files_under_one_name() -> None:
    found = parse(TYPE, body(file("f", "1", b"a"), file("f", "2", b"b")))
    assert [one.name for one in found.files["f"]] == ["1", "2"]
    assert found.file("f") is None


BROKEN = {
    "no boundary": ("multipart/form-data", body(field("a", "b"))),
    "another type": ("text/plain; boundary=xYz", body(field("a", "b"))),
    "another boundary": ("multipart/form-data; boundary=other", body(field("a", "b"))),
    "not closed": (TYPE, body(field("a", "b"), end=b"")),
    "something after": (TYPE, body(field("a", "b"), end=b"--xYz--\r\nmore")),
    "something before": (TYPE, b"preamble\r\n" + body(field("a", "b"))),
    "a name twice": (TYPE, body(field("a", "b"), field("a", "c"))),
    "no name": (TYPE, body("Content-Disposition: form-data\r\n\r\nx")),
    "no header": (TYPE, body("x")),
    "a header twice": (
        TYPE,
        body(field("a", "b").replace("\r\n\r\n", "\r\ncontent-disposition: x\r\n\r\n")),
    ),
    "an encoding": (
        TYPE,
        body(field("a", "b").replace("\r\n\r\n", "\r\nContent-Transfer-Encoding: base64\r\n\r\n")),
    ),
    "a long header": (TYPE, body(field("a", "b").replace("\r\n", "\r\nX: " + "y" * 1100, 1))),
    "no text": (TYPE, body(b'Content-Disposition: form-data; name="a"\r\n\r\n\xff')),
    "too many": (TYPE, body(*(field(f"n{n}", "") for n in range(MAX_PARTS + 1)))),
    "empty": (TYPE, b""),
}


@pytest.mark.parametrize(("media", "sent"), BROKEN.values(), ids=BROKEN)
def test_refused(media: str, sent: bytes) -> None:
    with pytest.raises(Refused) as found:
        parse(media, sent)
    assert (found.value.code, found.value.status) == ("http.form", 400)
