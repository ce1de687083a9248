"""The one way out, used by `sync` alone: files of a mirror over https, or from a folder."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeAlias

from verifier.errors import NetworkFailed, NothingFound

MAX_FILE: Final = 16 * 1024 * 1024
TIMEOUT: Final = 20.0

Read: TypeAlias = Callable[[str], bytes]
"""The bytes at a relative path; `NothingFound` when there is no such file."""


@contextmanager
def reader(source: str, tls_ca: Path | None) -> Iterator[Read]:
    """Read relative paths below an https address or a folder."""
    if not source.startswith("https://"):
        yield _folder(Path(source))
        return
    import httpx  # noqa: PLC0415 - only sync pays for its import

    context = ssl.create_default_context(cafile=str(tls_ca) if tls_ca else None)
    with httpx.Client(verify=context, timeout=TIMEOUT, follow_redirects=False) as client:

        def read(path: str) -> bytes:
            found = bytearray()
            try:
                with client.stream("GET", f"{source}/{path}") as response:
                    if response.status_code in (404, 410):
                        raise NothingFound("fetch.missing", "", path=path)
                    if response.status_code != 200:  # noqa: PLR2004
                        raise NetworkFailed("fetch.status", "", status=response.status_code)
                    for part in response.iter_bytes():
                        found += part
                        if len(found) > MAX_FILE:
                            raise NetworkFailed("fetch.size", "", path=path)
            except (httpx.HTTPError, ssl.SSLError):
                raise NetworkFailed("fetch.failed", "", path=path) from None
            return bytes(found)

        yield read


def _folder(root: Path) -> Read:
    root = root.resolve()

    def read(path: str) -> bytes:
        file = (root / path).resolve()
        if root not in file.parents or not file.is_file():
            raise NothingFound("fetch.missing", "", path=path)
        if file.stat().st_size > MAX_FILE:
            raise NetworkFailed("fetch.size", "", path=path)
        return file.read_bytes()

    return read
