"""Searches bytes for values that must not be there, in every form they are likely to hide in."""

import base64
import contextlib
import gzip
import json
import urllib.parse
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

# Below this a base64 form at an offset is too short to be a finding.
SHORTEST = 6
MAX_INFLATED = 8 * 1024 * 1024


def forms(value: str) -> set[bytes]:
    """Return the value raw, escaped, percent-encoded, in hex, UTF-16 and base64 at every offset."""
    raw = value.encode()
    found = {
        raw,
        json.dumps(value)[1:-1].encode(),
        urllib.parse.quote(value).encode(),
        urllib.parse.quote_plus(value).encode(),
        raw.hex().encode(),
        raw.hex().upper().encode(),
        value.encode("utf-16-le"),
        value.encode("utf-16-be"),
        *offsets(raw, base64.urlsafe_b64encode),
        *offsets(raw, base64.b64encode),
    }
    return {form for form in found if len(form) >= SHORTEST or form == raw}


def offsets(raw: bytes, encode: object) -> Iterator[bytes]:
    """Yield the part of each base64 text that depends on the value alone, at three offsets."""
    for shift in range(3):
        padded = b"\0" * shift + raw + b"\0" * (-(len(raw) + shift) % 3)
        text = encode(padded).rstrip(b"=")  # type: ignore[operator]
        # The first character group mixes with what stands before, the last with what follows.
        start = 0 if shift == 0 else shift + 1
        spare = -(len(raw) + shift) % 3
        end = len(text) - (spare + 1 if spare else 0)
        if end - start >= SHORTEST:
            yield text[start:end]


def inflated(data: bytes) -> Iterator[bytes]:
    """Yield what zlib or gzip streams inside the data hold."""
    for mark, bits in ((b"\x78\x01", 15), (b"\x78\x9c", 15), (b"\x78\xda", 15), (b"\x1f\x8b", 31)):
        at = data.find(mark)
        while at >= 0:
            reader = zlib.decompressobj(bits)
            with contextlib.suppress(zlib.error):
                yield reader.decompress(data[at:], MAX_INFLATED)
            at = data.find(mark, at + 1)


def findings(data: bytes, values: Iterable[str]) -> set[str]:
    """Return which values stand in the data, in any form."""
    bodies = [data, *inflated(data)]
    return {
        value for value in values if any(form in body for form in forms(value) for body in bodies)
    }


def search(files: Iterable[Path], values: Iterable[str]) -> dict[str, set[str]]:
    """Return the files in which something was found, and what."""
    wanted = list(values)
    found = {str(file): findings(file.read_bytes(), wanted) for file in files}
    return {file: what for file, what in found.items() if what}


def hidden(value: str) -> Iterator[bytes]:
    """Yield samples that hold the value in every form, for testing the search itself."""
    raw = value.encode()
    yield b"xx" + raw + b"yy"
    yield json.dumps({"a": value}).encode()
    yield ("https://h/?q=" + urllib.parse.quote(value)).encode()
    yield raw.hex().encode()
    yield raw.hex().upper().encode()
    yield ("x" + value + "y").encode("utf-16-le")
    for shift in range(3):
        yield base64.urlsafe_b64encode(b"q" * shift + raw + b"tail")
        yield base64.b64encode(b"q" * shift + raw + b"tail")
    yield b"head" + zlib.compress(b"before " + raw + b" after") + b"tail"
    yield gzip.compress(b"before " + raw)
