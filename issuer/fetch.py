"""The way to the registrar's files, used by `sync` alone: over https, or from a folder."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeAlias

from issuer.errors import NetworkFault

MAX_FILE: Final = 16 * 1024 * 1024
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

    from issuer import bounded  # noqa: PLC0415

    patience = bounded.Patience()
    with bounded.client(tls_ca, patience) as client:

        def read(path: str) -> bytes:
            found = bytearray()
            try:
                with patience.for_a_file(), client.stream("GET", f"{source}/{path}") as response:
                    if response.status_code != _OK:
                        raise NetworkFault("fetch.status", "", status=response.status_code)
                    # Not decoded: an inflated file could outgrow any cap on what arrives.
                    if response.headers.get("content-encoding", "identity") != "identity":
                        raise NetworkFault("fetch.encoded", "Architecture, Https", path=path)
                    for part in response.iter_raw():
                        found += part
                        if len(found) > MAX_FILE:
                            raise NetworkFault("fetch.size", "", path=path)
            except httpx.TimeoutException:
                raise NetworkFault("fetch.slow", "", path=path) from None
            except (httpx.HTTPError, httpx.StreamError, OSError):
                raise NetworkFault("fetch.failed", "", path=path) from None
            return bytes(found)

        yield read


def _folder(root: Path) -> Read:
    root = root.resolve()

    def read(path: str) -> bytes:
        file = (root / path).resolve()
        if root not in file.parents or not file.is_file():
            raise NetworkFault("fetch.failed", "", path=path)
        with file.open("rb") as opened:
            found = opened.read(MAX_FILE + 1)
        if len(found) > MAX_FILE:
            raise NetworkFault("fetch.size", "", path=path)
        return found

    return read
