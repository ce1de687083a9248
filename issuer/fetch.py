"""The way to the registrar's files, used by `sync` alone: over https, or from a folder."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeAlias

from issuer.errors import NetworkFault

MAX_FILE: Final = 16 * 1024 * 1024
TIMEOUT: Final = 20.0
_OK: Final = 200

Read: TypeAlias = Callable[[str], bytes]
"""The bytes at a relative path; raises `NetworkFault`."""


@contextmanager
def reader(source: str, tls_ca: Path | None) -> Iterator[Read]:
    """Reads relative paths below an https address or a folder."""
    if not source.startswith("https://"):
        yield _folder(Path(source))
        return
    import httpx  # noqa: PLC0415 - only sync pays for its import

    context = ssl.create_default_context(cafile=None if tls_ca is None else str(tls_ca))
    with httpx.Client(verify=context, timeout=TIMEOUT, follow_redirects=False) as client:

        def read(path: str) -> bytes:
            found = bytearray()
            try:
                with client.stream("GET", f"{source}/{path}") as response:
                    if response.status_code != _OK:
                        raise NetworkFault("fetch.status", "", status=response.status_code)
                    for part in response.iter_bytes():
                        found += part
                        if len(found) > MAX_FILE:
                            raise NetworkFault("fetch.size", "", path=path)
            except (httpx.HTTPError, ssl.SSLError):
                raise NetworkFault("fetch.failed", "", path=path) from None
            return bytes(found)

        yield read


def _folder(root: Path) -> Read:
    root = root.resolve()

    def read(path: str) -> bytes:
        file = (root / path).resolve()
        if root not in file.parents or not file.is_file():
            raise NetworkFault("fetch.failed", "", path=path)
        if file.stat().st_size > MAX_FILE:
            raise NetworkFault("fetch.size", "", path=path)
        return file.read_bytes()

    return read
