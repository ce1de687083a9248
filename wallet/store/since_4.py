"""Version 4 of the wallet's tables, by part; what was there before stands in `schema`."""

from typing import Final

LOG: Final[tuple[str, ...]] = ()
"""Looking back: segments of other logs, totals."""

RIGHTS: Final[tuple[str, ...]] = ()
"""Rights and reports: what is due, what was drafted."""

CARDS: Final[tuple[str, ...]] = ()
"""Cards: what became of each."""

QUESTION: Final[tuple[str, ...]] = ()
"""What issuers say about who should see a card, and what was overruled."""

ISSUANCE: Final[tuple[str, ...]] = ()
"""Fetching cards: what must survive a restart."""

ALL: Final = (*LOG, *RIGHTS, *CARDS, *QUESTION, *ISSUANCE)
