"""Forms with files (RFC 7578), read strictly: bounded, no nesting, no encodings, names once."""

import re
from dataclasses import dataclass, field
from typing import Final

from verifier.errors import Refused

MEDIA: Final = "multipart/form-data"
MAX_PARTS: Final = 32
_MAX_HEADER: Final = 1024
_BOUNDARY: Final = re.compile(
    r'multipart/form-data\s*;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))\s*\Z', re.IGNORECASE
)
_DISPOSITION: Final = re.compile(
    r'form-data\s*;\s*name="([^"]{1,64})"(?:\s*;\s*filename="([^"]*)")?\s*\Z', re.IGNORECASE
)


@dataclass(frozen=True)
class File:
    """A file as it was sent; name and media type are what the browser says, no more."""

    name: str = field(repr=False)
    media: str
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class Form:
    """Fields, each once; files in their order, also several under one name."""

    fields: dict[str, str] = field(repr=False)
    files: dict[str, tuple[File, ...]] = field(repr=False)

    def file(self, name: str) -> File | None:
        """The one file under this name; `None` when nothing was chosen."""
        found = self.files.get(name, ())
        return found[0] if len(found) == 1 else None


def parse(content_type: str, body: bytes, *, most: int = MAX_PARTS) -> Form:
    """The form in a body; what is no form is refused."""
    found = _BOUNDARY.match(content_type.strip())
    if found is None:
        raise _wrong()
    mark = b"--" + (found[1] or found[2]).encode("ascii", "replace")
    fields: dict[str, str] = {}
    files: dict[str, tuple[File, ...]] = {}
    for part in _parts(body, mark, most):
        name, filename, media, data = _part(part)
        if filename is None:
            if name in fields:
                raise _wrong()
            fields[name] = _text(data)
        elif filename or data:
            # Without a choice browsers send an empty file without a name.
            files[name] = (*files.get(name, ()), File(filename, media, data))
    return Form(fields, files)


def _parts(body: bytes, mark: bytes, most: int) -> list[bytes]:
    if not body.startswith(mark + b"\r\n"):
        raise _wrong()
    pieces = body[len(mark) :].split(b"\r\n" + mark, most + 1)
    if len(pieces) > most + 1 or pieces[-1].rstrip(b"\r\n \t") != b"--":
        raise _wrong()
    if not all(piece.startswith(b"\r\n") for piece in pieces[:-1]):
        raise _wrong()
    return [piece[2:] for piece in pieces[:-1]]


def _part(part: bytes) -> tuple[str, str | None, str, bytes]:
    """Name, file name if it is a file, media type, and what is in it."""
    head, gap, data = part.partition(b"\r\n\r\n")
    if not gap or len(head) > _MAX_HEADER:
        raise _wrong()
    headers: dict[str, str] = {}
    for line in _text(head).split("\r\n"):
        name, colon, value = line.partition(":")
        if not colon or name.strip().lower() in headers:
            raise _wrong()
        headers[name.strip().lower()] = value.strip()
    stated = _DISPOSITION.match(headers.get("content-disposition", ""))
    if stated is None or "content-transfer-encoding" in headers:
        raise _wrong()
    media = headers.get("content-type", "text/plain").partition(";")[0].strip().lower()
    return stated[1], stated[2], media, data


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise _wrong() from None


def _wrong() -> Refused:
    return Refused("http.form", "RFC 7578 4")
