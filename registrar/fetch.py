"""The way to what was published, for `doctor` alone: over https, or from a folder.

Everything else at the registrar is offline; nothing that is read here is signed or kept.
"""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeAlias

from registrar.errors import NetworkFailed

MAX_FILE: Final = 16 * 1024 * 1024
HTTPS: Final = "https://"
_OK: Final = 200

Read: TypeAlias = Callable[[str], bytes]
"""The bytes at a relative path; raises `OSError` for what is not there."""


@contextmanager
def reader(place: str, tls_ca: Path | None) -> Iterator[Read]:
    """Reads relative paths below an https address or a folder."""
    if not place.startswith(HTTPS):
        yield _folder(Path(place))
        return
    import httpx  # noqa: PLC0415 - only this pays for its import

    from registrar import bounded  # noqa: PLC0415

    base = place.rstrip("/")
    patience = bounded.Patience()
    with bounded.client(tls_ca, patience) as client:

        def read(path: str) -> bytes:
            found = bytearray()
            try:
                with patience.for_a_file(), client.stream("GET", f"{base}/{path}") as response:
                    if response.status_code != _OK:
                        raise FileNotFoundError(path)
                    # Not decoded: an inflated file could outgrow any cap on what arrives.
                    if response.headers.get("content-encoding", "identity") != "identity":
                        raise NetworkFailed("fetch.encoded", path=path)
                    for part in response.iter_raw():
                        found += part
                        if len(found) > MAX_FILE:
                            raise NetworkFailed("fetch.size", path=path)
            except httpx.TimeoutException:
                raise NetworkFailed("fetch.slow", path=path) from None
            except (httpx.HTTPError, httpx.StreamError, ssl.SSLError):
                raise NetworkFailed("fetch.failed", path=path) from None
            return bytes(found)

        yield read


def _folder(root: Path) -> Read:
    root = root.resolve()

    def read(path: str) -> bytes:
        file = (root / path).resolve()
        if root not in file.parents or not file.is_file():
            raise FileNotFoundError(path)
        with file.open("rb") as opened:
            found = opened.read(MAX_FILE + 1)
        if len(found) > MAX_FILE:
            raise NetworkFailed("fetch.size", path=path)
        return found

    return read
