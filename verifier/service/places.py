"""Where `sync` looks, in order, and what became of it the last time."""

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from verifier import fetch
from verifier.config import Config
from verifier.errors import NetworkFailed, VerifierError
from verifier.fetch import Read

LAST: Final = ".last.json"
BEHIND: Final = "sync.behind"
"""Of a place whose scheme is genuine, and older than another has."""
GIVE_UP: Final = 3
"""After so many failures in a row a mirror is left alone for this run."""


@dataclass
class Place:
    """A mirror or a folder; `failed` is why it was passed by in this run."""

    name: str
    scheme: str
    status: str
    failed: str = ""


def of(config: Config) -> tuple[Place, ...]:
    """The place of the settings, then the mirrors, each once."""
    found = [Place(config.scheme, config.scheme, config.status)]
    found += [mirror(one) for one in config.operation.mirrors]
    return tuple({one.scheme: one for one in reversed(found)}.values())[::-1]


def mirror(source: str) -> Place:
    """One address, folder or bundle with `scheme/` and `status/` in it."""
    return Place(source, f"{source.rstrip('/')}/scheme", source)


@contextlib.contextmanager
def reading(place: Place, tls_ca: Path | None) -> Iterator[Read]:
    """Read status lists of a place; one that does not answer is not asked a thousand times."""
    with contextlib.ExitStack() as stack:
        try:
            read = stack.enter_context(fetch.reader(place.status, tls_ca))
        except VerifierError as error:
            place.failed = place.failed or error.code
            yield _nothing(error.code)
            return
        failures = 0

        def patient(path: str) -> bytes:
            nonlocal failures
            if failures >= GIVE_UP:
                raise NetworkFailed("fetch.failed", "", path=path)
            try:
                found = read(path)
            except NetworkFailed as error:
                failures += 1
                place.failed = place.failed or error.code
                raise
            failures = 0
            return found

        yield patient


def _nothing(code: str) -> Read:
    def read(path: str) -> bytes:
        raise NetworkFailed(code, "", path=path)

    return read


@dataclass(frozen=True)
class Last:
    """The last time `sync` ran: when it last succeeded, and who failed with which code."""

    tried: int
    succeeded: int | None
    place: str
    failed: dict[str, str]


def note(folder: Path, now: int, failed: dict[str, str], *, place: str = "") -> None:
    """Keep what became of this run; addresses and codes alone."""
    before = last(folder)
    succeeded = now if place else (before.succeeded if before else None)
    members = {"tried": now, "succeeded": succeeded, "place": place, "failed": failed}
    pending = folder / f"{LAST}.next"
    pending.write_text(json.dumps(members), "utf-8")
    pending.replace(folder / LAST)


def last(folder: Path) -> Last | None:
    """What the last run left behind, if it can be read."""
    try:
        found: dict[str, Any] = json.loads((folder / LAST).read_text("utf-8"))
        return Last(found["tried"], found["succeeded"], found["place"], found["failed"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
