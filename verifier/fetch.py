"""The one way out, used by `sync` alone: files of a mirror over https, a folder or a bundle."""

import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Final, TypeAlias

from verifier.errors import NetworkFailed, NothingFound, NotTrusted

MAX_FILE: Final = 16 * 1024 * 1024
MAX_FILES: Final = 20_000
BUNDLE: Final = ".tar"

Read: TypeAlias = Callable[[str], bytes]
"""The bytes at a relative path; `NothingFound` when there is no such file."""


@contextmanager
def reader(source: str, tls_ca: Path | None) -> Iterator[Read]:
    """Read relative paths below an https address or a folder, or in a bundle (`FILE.tar/below`)."""
    if not source.startswith("https://"):
        bundle, below = _bundle_of(source)
        if bundle is None:
            yield _folder(Path(source))
            return
        try:
            with tarfile.open(bundle, "r:") as tar:
                yield _tar(tar, below)
        except (tarfile.TarError, OSError):
            raise NetworkFailed("fetch.bundle", "", path=bundle.name) from None
        return
    import httpx  # noqa: PLC0415 - only sync pays for its import

    from verifier import bounded  # noqa: PLC0415

    patience = bounded.Patience()
    with bounded.client(tls_ca, patience) as client:

        def read(path: str) -> bytes:
            found = bytearray()
            try:
                with patience.for_a_file(), client.stream("GET", f"{source}/{path}") as response:
                    if response.status_code in (404, 410):
                        raise NothingFound("fetch.missing", "", path=path)
                    if response.status_code != 200:  # noqa: PLR2004
                        raise NetworkFailed("fetch.status", "", status=response.status_code)
                    # Not decoded: an inflated file could outgrow any cap on what arrives.
                    if response.headers.get("content-encoding", "identity") != "identity":
                        raise NetworkFailed("fetch.encoded", "Architecture, Https", path=path)
                    for part in response.iter_raw():
                        found += part
                        if len(found) > MAX_FILE:
                            raise NetworkFailed("fetch.size", "", path=path)
            except httpx.TimeoutException:
                raise NetworkFailed("fetch.slow", "", path=path) from None
            except (httpx.HTTPError, httpx.StreamError, OSError):
                raise NetworkFailed("fetch.failed", "", path=path) from None
            return bytes(found)

        yield read


def _folder(root: Path) -> Read:
    root = root.resolve()

    def read(path: str) -> bytes:
        file = (root / path).resolve()
        if root not in file.parents or not file.is_file():
            raise NothingFound("fetch.missing", "", path=path)
        with file.open("rb") as opened:
            found = opened.read(MAX_FILE + 1)
        if len(found) > MAX_FILE:
            raise NetworkFailed("fetch.size", "", path=path)
        return found

    return read


def _bundle_of(source: str) -> tuple[Path | None, PurePosixPath]:
    """The bundle that a place lies in, and where in it."""
    place = Path(source)
    for one in (place, place.parent):
        if one.suffix == BUNDLE and one.is_file():
            return one, PurePosixPath(place.relative_to(one).as_posix())
    return None, PurePosixPath()


def _tar(tar: tarfile.TarFile, below: PurePosixPath) -> Read:
    """Read straight from the bundle: nothing is unpacked, so no name in it can lead anywhere.

    One with a link, a device or a name that climbs was made to lead somewhere: it is refused whole.
    """
    found: dict[str, tarfile.TarInfo] = {}
    for member in tar:
        path = PurePosixPath(member.name)
        if path.is_absolute() or ".." in path.parts or not (member.isreg() or member.isdir()):
            raise NotTrusted("sync.bundle", "Regie formats 8")
        if member.isreg():
            # Of two files with one name, who reads sees one and who checked saw the other.
            if str(path) in found or len(found) >= MAX_FILES:
                raise NotTrusted("sync.bundle", "Regie formats 8")
            found[str(path)] = member

    def read(path: str) -> bytes:
        member = found.get(str(below / path))
        if member is None:
            raise NothingFound("fetch.missing", "", path=path)
        if member.size > MAX_FILE:
            raise NetworkFailed("fetch.size", "", path=path)
        with tar.extractfile(member) or _gone(path) as opened:
            return opened.read()

    return read


def _gone(path: str) -> IO[bytes]:
    raise NothingFound("fetch.missing", "", path=path)
