"""Whether a request asks more than its registration grants (ARF 3.0 RPRC_19 to RPRC_21).

Every credential query counts, also optional ones; every claim counts, whatever claim sets say.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from credential.dcql import CredentialQuery, Query
from credential.names import FORMAT_CARD, Path
from credential.registration.model import ClaimGrant, CredentialGrant, Registration
from credential.strictjson import Json

_META: Final = {"dc+sd-jwt": "vct_values", "mso_mdoc": "doctype_value"}


@dataclass(frozen=True)
class OverAsk:
    """One thing asked without being registered: a whole query, a type, or one path of a type."""

    query_id: str
    vct: str | None
    path: Path | None


def over_asked(query: Query, registration: Registration) -> tuple[OverAsk, ...]:
    """Everything in this query that the registration does not grant; empty is in order."""
    raw = query.raw.get("credentials")
    assert isinstance(raw, list)
    found: list[OverAsk] = []
    for asked, original in zip(query.credentials, raw, strict=True):
        assert isinstance(original, dict)
        found.extend(_of_query(asked, original.get("meta"), registration.credentials))
    return tuple(found)


def covers(granted: Path, asked: Path) -> bool:
    """Whether a registered path grants an asked one: itself or what is below it.

    A registered null grants null and any index, never a name; an index does not grant null.
    """
    return bool(granted) and len(granted) <= len(asked) and all(map(_part_covers, granted, asked))


def _part_covers(granted: str | int | None, asked: str | int | None) -> bool:
    if granted is None:
        return asked is None or type(asked) is int
    return type(granted) is type(asked) and granted == asked


def _of_query(
    asked: CredentialQuery, meta: Json, grants: Sequence[CredentialGrant]
) -> Iterable[OverAsk]:
    types = _types(asked, meta)
    if not types:
        return [OverAsk(asked.id, None, None)]
    found: list[OverAsk] = []
    for one in types:
        # Per type, so that asking for two cannot borrow the paths of one for the other.
        entries = [grant for grant in grants if grant.format == asked.format and one in grant.types]
        granted = [claim for grant in entries for claim in grant.claims]
        if not entries or (asked.claims is None and asked.format != FORMAT_CARD):
            found.append(OverAsk(asked.id, one, None))
            continue
        found.extend(
            OverAsk(asked.id, one, claim.path)
            for claim in asked.claims or ()
            if not any(_grants(grant, claim.path, claim.values) for grant in granted)
        )
    return found


def _types(asked: CredentialQuery, meta: Json) -> tuple[str, ...]:
    """The types asked for; none if `meta` holds anything we cannot compare."""
    member = _META.get(asked.format)
    if member is None or not isinstance(meta, dict) or set(meta) != {member}:
        return ()
    if asked.format == FORMAT_CARD:
        return asked.vct_values
    doctype = meta[member]
    return (doctype,) if isinstance(doctype, str) else ()


def _grants(grant: ClaimGrant, path: Path, values: Sequence[Json] | None) -> bool:
    if not covers(grant.path, path):
        return False
    if grant.values is None:
        return True
    allowed = [(type(value), value) for value in grant.values]
    return bool(values) and all((type(value), value) in allowed for value in values or ())
