"""The accounts a municipality must keep, and how they name people without their BSN."""

import re
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from issuer.sealing import Sealer, keyed
from issuer.sources import QueryEntry
from issuer.status import Entropy
from issuer.store.accounts import Accounts

_TRACEPARENT: Final = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}\Z")
_KEEP_YEARS: Final = 20
_YEAR_SECONDS: Final = 31_557_600


def subject(secret: bytes, municipality: str, bsn: str) -> str:
    """How a municipality names a person in its own accounts (ARCHITECTURE.md, Issuer)."""
    return keyed(secret, f"subject/{municipality}", bsn)


class BrpProtocol:
    """The query protocol of 20 years (Wet BRP 3.11; domain.md 1.4); fulfils `QueryLog`."""

    def __init__(
        self,
        accounts: Accounts,
        sealer: Sealer,
        name: Callable[[str | None, str], str | None],
    ) -> None:
        """`name` says how the municipality with a register code names a person (`subject`)."""
        self._accounts = accounts
        self._sealer = sealer
        self._name = name

    def record(self, entries: Sequence[QueryEntry]) -> None:
        """Keeps all of them before returning; the BSN only encrypted."""
        self._accounts.record_queries(
            [
                {
                    "at": entry.at,
                    "keep_until": entry.at + _KEEP_YEARS * _YEAR_SECONDS,
                    "municipality": entry.municipality,
                    "official": entry.official,
                    "operation": entry.operation,
                    "kinds": msgspec.json.encode(sorted(entry.kinds)).decode(),
                    "fields": msgspec.json.encode(list(entry.fields)).decode(),
                    "purpose": entry.purpose,
                    "found": int(entry.found),
                    "person": self._sealer.seal(entry.bsn.encode(), str(entry.at)),
                    # Residents find their own lines by it; nobody else can make it.
                    "subject": self._name(entry.municipality, entry.bsn),
                }
                for entry in entries
            ]
        )


def traceparent(header: str | None) -> tuple[str, str] | None:
    """Trace and parent span of a W3C `traceparent` header; anything else is ignored."""
    found = None if header is None else _TRACEPARENT.match(header)
    if found is None or not int(found[1], 16) or not int(found[2], 16):
        return None
    return found[1], found[2]


def new_trace(entropy: Entropy) -> str:
    """A W3C trace id: fresh for each session with one party."""
    return entropy(16).hex()


def new_span(entropy: Entropy) -> str:
    """A W3C span id."""
    return entropy(8).hex()
