"""How old may what be, and how far may clocks differ: every such number, in one place.

Registrar, issuer, wallet and verifier all decide with these; Regie trust 4.8 shows them as a table,
and a test compares. Past a limit nothing new is decided; a reminder only says so.
"""

from typing import Final

HOUR: Final = 3_600
DAY: Final = 24 * HOUR

SCHEME_LIFE: Final = 7 * DAY
"""A snapshot and all it names are in force this long at most; no grace after `next_update`."""

LIST_LIFE: Final = 184 * DAY
"""A trusted list as a document (TS 119 602); those of our scheme end with their snapshot."""

STATUS_TTL: Final = 12 * HOUR
"""Issuers sign their status lists this often; a younger copy is not looked for elsewhere."""

STATUS_FRESH: Final = 24 * HOUR
"""Up to this age a status list counts for every profile of a verifier, without a word."""

STATUS_LIMIT: Final = 72 * HOUR
"""Up to this age it counts for a profile that says so, with a note on record; then never."""

STATUS_LIFE: Final = 7 * DAY
"""A status list says nothing at all past its `exp`: then a wallet calls its cards unknown."""

SCHEME_CLOCK: Final = 300
"""How far ahead of ours the clock of the registrar may run."""

SIGNER_CLOCK: Final = 60
"""How far ahead of ours the clock of whoever signed a card, list or registration may run."""
