"""What a right does to what is held: erase it, part of it, correct it, leave it alone.

The same effects whether the answer was automatic or an employee decided.
"""

from dataclasses import dataclass, field, replace
from typing import Any, Final

from sqlalchemy import Connection, Row, select, update

from credential.names import Path
from verifier.keys import Sealer
from verifier.store.erasing import erase, wipe
from verifier.store.register import Registration, read
from verifier.tables import DISCLOSURES as D
from verifier.tables import REGISTRATIONS as R

EMAIL: Path = ("email",)
"""How the address somebody typed is named among what is held."""


@dataclass(frozen=True)
class Held:
    """What is held of one disclosure, by path; the values are opened only for access."""

    id: str
    jti: str | None
    rights_jkt: str
    profile: str | None
    kept: tuple[tuple[str, tuple[str | int, ...]], ...]
    registration: Registration | None
    erased: int | None
    restricted: int | None
    receipt_sealed: bytes | None = field(repr=False)
    row: Row[Any] = field(repr=False)

    @property
    def founds(self) -> bool:
        """Whether erasing it ends a registration."""
        return self.registration is not None and self.registration.founded_by == self.id

    @property
    def paths(self) -> tuple[tuple[str | int, ...], ...]:
        """What is kept, each path once."""
        return tuple(dict.fromkeys(path for _, path in self.kept))


@dataclass(frozen=True)
class Effect:
    """What happens; nothing, unless it is said."""

    erase: bool = False
    erase_paths: tuple[Path, ...] = ()
    restrict: bool = False
    restricted_until: int | None = None
    correct: tuple[tuple[Path, Any], ...] = field(default=(), repr=False)

    @property
    def removes(self) -> bool:
        """Whether something leaves the database, so that its traces must too."""
        return self.erase or bool(self.erase_paths) or bool(self.correct)


def held_of(connection: Connection, row: Row[Any]) -> Held:
    """What is held of a disclosure, with its registration."""
    registration = None
    if row.registration is not None:
        found = connection.execute(select(R).where(R.c.id == row.registration)).one_or_none()
        registration = None if found is None else read(found)
    return Held(
        id=row.id,
        jti=row.jti,
        rights_jkt=row.rights_jkt,
        profile=row.profile,
        kept=tuple((query_id, tuple(path)) for query_id, path in row.kept or []),
        registration=registration,
        erased=row.erased,
        restricted=row.restricted,
        receipt_sealed=row.receipt_sealed,
        row=row,
    )


# What was wiped stays so: nothing is ever written back into it.
_STANDS: Final = D.c.erased.is_(None)


def by_key(connection: Connection, jkt: str) -> Held | None:
    """What is held of the disclosure with this rights key; nobody else changes it meanwhile."""
    mine = select(D).where(D.c.rights_jkt == jkt).with_for_update()
    row = connection.execute(mine).one_or_none()
    return None if row is None else held_of(connection, row)


def give_key(connection: Connection, held: Held, key: str) -> Held:
    """A name in the place of a rights key, for a request to hang on."""
    connection.execute(update(D).where(D.c.id == held.id).values(rights_jkt=key))
    return replace(held, rights_jkt=key)


def founding(connection: Connection, registration: str) -> Held | None:
    """What is held of the disclosure that a registration was founded by."""
    row = connection.execute(
        select(D).join(R, R.c.founded_by == D.c.id).where(R.c.id == registration)
    ).one_or_none()
    return None if row is None else held_of(connection, row)


def oldest(connection: Connection, registration: str) -> Held | None:
    """What a registration was founded by, or else the oldest that is still kept for it."""
    row = connection.execute(
        select(D)
        .where(D.c.registration == registration, D.c.erased.is_(None))
        .order_by(D.c.received, D.c.id)
        .limit(1)
    ).one_or_none()
    return founding(connection, registration) or (None if row is None else held_of(connection, row))


def apply(
    connection: Connection,
    sealer: Sealer,
    held: Held,
    effect: Effect,
    now: int,
    remove_after: int,
) -> None:
    """Do it, in the transaction of the answer."""
    if effect.erase:
        if held.founds:
            # With the registration goes all that was kept for it.
            assert held.registration is not None
            erase(connection, sealer, held.registration.id, now, remove_after)
        wipe(connection, sealer, (held.id,), now, remove_after)
        return
    if effect.erase_paths:
        _erase_paths(connection, sealer, held, effect.erase_paths)
    if effect.correct:
        _correct(connection, sealer, held, effect.correct)
    if effect.restrict:
        _restrict(connection, held, {"restricted": now, "restricted_until": None})
    if effect.restricted_until is not None:
        _restrict(connection, held, {"restricted_until": effect.restricted_until})


def _erase_paths(
    connection: Connection, sealer: Sealer, held: Held, paths: tuple[Path, ...]
) -> None:
    """Part of it: what was derived goes along, it may rest on what went."""
    if EMAIL in paths and held.founds and held.registration is not None:
        connection.execute(
            update(R)
            .where(R.c.id == held.registration.id)
            .values(contact_sealed=None, contact_hash=None)
        )
    if not set(paths) & set(held.paths):
        return
    values = [one for one in values_of(held, sealer) if tuple(one[1]) not in paths]
    left = [[query_id, [*path]] for query_id, path in held.kept if path not in paths]
    if held.row.decisions_sealed is not None:
        # What was only concluded from is kept no longer; the hash of who it is, named last, is.
        hashed = held.kept[-1][1] if held.founds else None
        there = {(query_id, *path) for query_id, path, _ in values}
        left = [one for one in left if (one[0], *one[1]) in there or tuple(one[1]) == hashed]
    sealed = sealer.seal(values, f"disclosures.values.{held.id}") if values else None
    connection.execute(
        update(D)
        .where(D.c.id == held.id, _STANDS)
        .values(kept=left, values_sealed=sealed, decisions_sealed=None)
    )


def _correct(
    connection: Connection, sealer: Sealer, held: Held, corrected: tuple[tuple[Path, Any], ...]
) -> None:
    """Replace values; the checks say that this one is not the municipality's any more."""
    new = dict(corrected)
    if EMAIL in new and held.founds and held.registration is not None:
        email = str(new.pop(EMAIL))
        connection.execute(
            update(R)
            .where(R.c.id == held.registration.id)
            .values(
                contact_sealed=sealer.seal(
                    {"email": email}, f"registrations.contact.{held.registration.id}"
                ),
                contact_hash=sealer.contact(email),
            )
        )
    values = values_of(held, sealer)
    changed = [
        [query_id, path, _replaced(tuple(path), value, new)] for query_id, path, value in values
    ]
    if changed == values:
        return
    marks = [
        {"n": 0, "code": "rectified", "ok": None, "query": query_id, "note": "rectified"}
        for query_id, path, value in values
        if new.keys() & members(tuple(path), value).keys()
    ]
    connection.execute(
        update(D)
        .where(D.c.id == held.id, _STANDS)
        .values(
            values_sealed=sealer.seal(changed, f"disclosures.values.{held.id}"),
            decisions_sealed=None,
            checks=[*(held.row.checks or []), *marks],
        )
    )


def _restrict(connection: Connection, held: Held, values: dict[str, int | None]) -> None:
    connection.execute(update(D).where(D.c.id == held.id, _STANDS).values(**values))
    if held.founds and held.registration is not None:
        connection.execute(update(R).where(R.c.id == held.registration.id).values(**values))


def members(path: Path, value: Any) -> dict[Path, Any]:  # noqa: ANN401 - a claim's value
    """A value by its path; of an object or a list each member by its own, and never the whole."""
    if isinstance(value, dict):
        inside = tuple(value.items())
    elif isinstance(value, list):
        inside = tuple(enumerate(value))
    else:
        return {path: value}
    found: dict[Path, Any] = {}
    for name, one in inside:
        found.update(members((*path, name), one))
    return found


def _replaced(path: Path, value: Any, new: dict[Path, Any]) -> Any:  # noqa: ANN401
    """The same value with what takes the place of its members."""
    if isinstance(value, dict):
        return {name: _replaced((*path, name), one, new) for name, one in value.items()}
    if isinstance(value, list):
        return [_replaced((*path, at), one, new) for at, one in enumerate(value)]
    return new.get(path, value)


def erasable(connection: Connection, held: Held) -> tuple[Path, ...]:
    """What may be erased by itself: every path that is kept, and the address somebody typed."""
    if not held.founds or held.registration is None:
        return held.paths
    known = select(R.c.contact_sealed).where(R.c.id == held.registration.id)
    contact = connection.execute(known).scalar_one_or_none()
    return held.paths if contact is None else (*held.paths, EMAIL)


def correctable(held: Held, sealer: Sealer) -> dict[Path, Any]:
    """What may be corrected, with the value it has now."""
    found: dict[Path, Any] = {}
    for _, path, value in values_of(held, sealer):
        found.update(members(tuple(path), value))
    if held.founds:
        found.setdefault(EMAIL, "")
    return found


def values_of(held: Held, sealer: Sealer) -> list[list[Any]]:
    """The values held of a disclosure: query, path, value."""
    sealed = held.row.values_sealed
    if sealed is None:
        return []
    opened: list[list[Any]] = sealer.open(sealed, f"disclosures.values.{held.id}")
    return opened


def contact_of(connection: Connection, sealer: Sealer, registration: str) -> Any:  # noqa: ANN401
    """How to reach the person of a registration, for the person's own access request."""
    sealed = connection.execute(
        select(R.c.contact_sealed).where(R.c.id == registration)
    ).scalar_one_or_none()
    return None if sealed is None else sealer.open(sealed, f"registrations.contact.{registration}")
