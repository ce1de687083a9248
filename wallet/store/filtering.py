"""Which activities are meant: from what a person typed to the conditions of one query.

What is typed is never an expression: not of SQL, and not of the full-text index.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from credential import strictjson
from wallet.events import Kind, Type
from wallet.store.database import Database, Value

MAX_TERMS: Final = 16
MAX_TERM: Final = 100
MAX_SENSES: Final = 40
Narrow = Callable[..., None]

_TERM: Final = re.compile(r'"([^"]*)"?|([^\s"]+)')


@dataclass(frozen=True)
class Filter:
    """Which activities; empty members do not narrow. Times are seconds, `until` exclusive.

    `before`: only what began earlier than this activity, by its number; for the next page.
    """

    party: str = ""
    attribute: str = ""
    purpose: str = ""
    since: int | None = None
    until: int | None = None
    outcome: str = ""
    type: str = ""
    search: str = ""
    limit: int = 0
    before: int = 0
    attributes: tuple[str, ...] = ()
    """What `attribute` means besides, where it is what people call an item."""
    meanings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What a word of `search` means besides, by its `folded` form: words as the log has them."""

    @property
    def narrows(self) -> bool:
        """Whether anything is left out."""
        return replace(self, limit=0, before=0) != Filter()


@dataclass(frozen=True)
class Term:
    """One thing to search for; a phrase was between quotes and is not the beginning of a word."""

    text: str
    phrase: bool = False


def where(database: Database, wanted: Filter) -> tuple[str, list[Value]]:
    """The conditions on `activities AS a`, and their parameters."""
    clauses: list[str] = []
    parameters: list[Value] = []

    def narrow(clause: str, *values: Value) -> None:
        clauses.append(clause)
        parameters.extend(values)

    if wanted.party:
        names, others = _names(database, wanted.party)
        narrow(
            "(a.party_oin = ? OR a.party_name IN (SELECT value FROM json_each(?))"
            " OR a.others IN (SELECT value FROM json_each(?)))",
            *(printable(wanted.party), names, others),
        )
    if wanted.purpose:
        narrow(
            "(a.purpose_id, a.purpose_nl, a.purpose_en) IN (SELECT value ->> 0, value ->> 1,"
            " value ->> 2 FROM json_each(?))",
            _purposes(database, wanted.purpose),
        )
    if wanted.attribute:
        _attribute(narrow, (wanted.attribute, *wanted.attributes))
    if wanted.since is not None:
        narrow("a.updated >= ?", wanted.since)
    if wanted.until is not None:
        narrow("a.started < ?", wanted.until)
    if wanted.outcome:
        narrow("a.outcome = ?", wanted.outcome)
    if wanted.type:
        _type(narrow, wanted.type)
    if wanted.search:
        narrow(
            "a.first_n IN (SELECT rowid FROM activity_words WHERE activity_words MATCH ?)",
            expression(wanted.search, wanted.meanings),
        )
    if wanted.before:
        narrow("a.first_n < ?", wanted.before)
    return (" WHERE " + " AND ".join(clauses) if clauses else ""), parameters


def folded(text: str) -> str:
    """Text as it is compared: without accents, capitals, and what cannot be printed."""
    apart = unicodedata.normalize("NFKD", printable(text).casefold())
    return "".join(c for c in apart if not unicodedata.combining(c))


def printable(text: str) -> str:
    """Text that the database takes: no half characters, no end of text in the middle."""
    return text.encode("utf-8", "ignore").decode().replace("\0", " ")


def terms(search: str) -> tuple[Term, ...]:
    """What is searched for: words by how they begin, and what stands between quotes as a whole."""
    found: list[Term] = []
    for quoted, word in _TERM.findall(printable(search)):
        text = (quoted or word)[:MAX_TERM]
        # Signs alone stand in no index.
        if any(c.isalnum() for c in text):
            found.append(Term(text, phrase=not word))
    return tuple(found[:MAX_TERMS])


def expression(search: str, meanings: Mapping[str, tuple[str, ...]]) -> str:
    """The search as the full-text index takes it: every term must be there, each in any sense."""
    parts = []
    for term in terms(search):
        senses = [_string(term.text) + ("" if term.phrase else " *")]
        senses += [_string(sense) for sense in meanings.get(folded(term.text), ())[:MAX_SENSES]]
        parts.append(f"({' OR '.join(senses)})")
    return " AND ".join(parts) or '""'


def _string(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _names(database: Database, typed: str) -> tuple[str, str]:
    """The names that hold what was typed, as they stand in the log: parties, and others."""
    wanted = folded(typed)
    found: list[str] = []
    for column in ("party_name", "others"):
        rows = database.tuples(f"SELECT DISTINCT {column} FROM activities")  # noqa: S608 - ours
        found.append(_array([name for (name,) in rows if wanted in folded(name)]))
    return found[0], found[1]


def _purposes(database: Database, typed: str) -> str:
    wanted = folded(typed)
    rows = database.tuples("SELECT DISTINCT purpose_id, purpose_nl, purpose_en FROM activities")
    return _array(
        [
            [name, nl, en]
            for name, nl, en in rows
            if typed in (name, nl) or (wanted and (wanted in folded(nl) or wanted in folded(en)))
        ]
    )


def _array(values: list[str] | list[list[str]]) -> str:
    return strictjson.dumps([*values]).decode()


def _attribute(narrow: Narrow, named: tuple[str, ...]) -> None:
    """An item by its path, or by that of what it is part of; `kind:` before it says of which."""
    parts: list[str] = []
    values: list[Value] = []
    for one in named[:MAX_SENSES]:
        kind, _, path = printable(one).rpartition(":")
        # Two ranges of one index each, and never an OR; after a full stop comes a slash.
        for among, ends in (
            ("path = ?", (path,)),
            ("path > ? AND path < ?", (f"{path}.", f"{path}/")),
        ):
            parts.append(
                f"SELECT n FROM activity_claims WHERE {among}"  # noqa: S608 - only question marks
                " AND (? = '' OR instr(vct, '/kaart/' || ? || '/'))"
            )
            values += [*ends, kind, kind]
    narrow(f"a.first_n IN ({' UNION ALL '.join(parts)})", *values)


def _type(narrow: Narrow, wanted: str) -> None:
    """Requests and reports stand in the activity they are about, and are found by themselves."""
    match wanted:
        case Type.RIGHT:
            narrow("(a.type = ? OR a.right_name <> '')", wanted)
        case Type.REPORT:
            narrow(
                "(a.type = ? OR a.id IN (SELECT activity FROM events WHERE kind = ?))",
                *(wanted, Kind.REPORT_MADE.value),
            )
        case _:
            narrow("a.type = ?", wanted)
