"""Status lists on disk: a place is taken by a unique insert and never given twice."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Update, false, func, select, true, update

from issuer import status
from issuer.errors import SettingsFault
from issuer.status import Entropy, Place
from issuer.store.accounts import ProcessingRow, write_processing
from issuer.store.database import Database, insert_new
from issuer.store.notices import Notice, write_notices
from issuer.tables import issued, status_indices, status_lists

# A revocation may be written while a list is signed, by a process whose clock is behind.
_OVERLAP_SECONDS = 86_400
_ROOM = (status_lists.c.number, status_lists.c.size, status_lists.c.taken)


@dataclass(frozen=True)
class Pool:
    """How a municipality's lists are made: all of one size, announced before they are used."""

    size: int
    lists: int
    announce_seconds: int


@dataclass(frozen=True)
class Published:
    """One list as it was last signed."""

    number: int
    iat: int
    token: str


@dataclass(frozen=True)
class Revocation:
    """Why copies end, when, and which."""

    reason: str
    """As the wallet is told: `moved`, `died`, `holder` and the rest of `notices.reason`."""
    at_once: bool = False
    """At the next publication; else each copy at its own moment within 24 hours."""
    at: int | None = None
    """From when, if not from now: an end that is known a day ahead."""
    batches: frozenset[int] | None = None
    """Only these; None: all."""
    again: bool = True
    """Also what already has its moment, which may come sooner by this, never later."""


class Lists:
    """Placing, revoking and publishing."""

    def __init__(self, database: Database, entropy: Entropy) -> None:
        self._database = database
        self._entropy = entropy

    def revoke(
        self,
        municipality: str,
        subject: str,
        kinds: frozenset[str],
        account: Callable[[Mapping[str, int]], ProcessingRow],
        *,
        now: int,
        revocation: Revocation,
    ) -> dict[str, int]:
        """Marks every valid copy of these kinds; how many, per kind. There is no way back.

        The resident's wallet is told why, in the same transaction.
        """
        planned = (status_indices.c.revoked_at.is_(None)) | (
            status_indices.c.revoked_at > now if revocation.again else false()
        )
        chosen = (
            true() if revocation.batches is None else issued.c.issued_id.in_(revocation.batches)
        )
        with self._database.writing() as connection:
            rows = connection.execute(
                select(
                    status_indices.c.number,
                    status_indices.c.idx,
                    issued.c.kind,
                    issued.c.issued_id,
                    issued.c.expires_at,
                )
                .join(issued, issued.c.issued_id == status_indices.c.issued_id)
                .where(
                    issued.c.municipality == municipality,
                    issued.c.subject == subject,
                    issued.c.kind.in_(kinds),
                    issued.c.expires_at > now,
                    chosen,
                    planned,
                )
                # Of two who revoke at once the second finds what is left; both lock in one order.
                .order_by(status_indices.c.number, status_indices.c.idx)
                .with_for_update(of=status_indices)
            ).all()
            when = status.moments(
                len(rows),
                now=max(now, revocation.at or now),
                at_once=revocation.at_once,
                entropy=self._entropy,
            )
            count: dict[str, int] = {}
            for row, moment in zip(rows, when, strict=True):
                place = (
                    (status_indices.c.municipality == municipality)
                    & (status_indices.c.number == row.number)
                    & (status_indices.c.idx == row.idx)
                )
                sooner = (status_indices.c.revoked_at.is_(None)) | (
                    status_indices.c.revoked_at > moment
                )
                connection.execute(
                    update(status_indices).where(place, sooner).values(revoked_at=moment)
                )
                count[row.kind] = count.get(row.kind, 0) + 1
            if count:
                newest = dict(sorted((row.kind, row.issued_id) for row in rows))
                told = [
                    Notice(kind, "revoked", revocation.reason, revocation.at or now, batch)
                    for kind, batch in newest.items()
                ]
                end = max(row.expires_at for row in rows)
                write_notices(connection, municipality, subject, told, end)
                write_processing(connection, account(count))
        return count

    def publish(
        self,
        municipality: str,
        pool: Pool,
        sign: Callable[[int, bytes], str],
        *,
        now: int,
        decoys: int,
    ) -> list[Published]:
        """Signs every list anew, after flipping up to twice `decoys` unused places in each."""
        made = []
        with self._database.writing() as connection:
            _grow(connection, municipality, pool, now)
            lists = connection.execute(
                select(*_ROOM, status_lists.c.iat, status_lists.c.bits)
                .where(status_lists.c.municipality == municipality)
                .order_by(status_lists.c.number)
                .with_for_update()
            ).all()
            for row in lists:
                if row.iat is not None and row.iat > now:
                    raise SettingsFault(
                        "status.clock_went_back", "Regie formats 7", list=row.number
                    )
                self._flip(connection, municipality, (row.number, row.size), now, decoys)
                # Irreversible, so what was signed before need not be read again.
                since = 0 if row.bits is None else row.iat - _OVERLAP_SECONDS
                invalid = connection.execute(
                    select(status_indices.c.idx).where(
                        status_indices.c.municipality == municipality,
                        status_indices.c.number == row.number,
                        status_indices.c.revoked_at > since,
                        status_indices.c.revoked_at <= now,
                    )
                ).scalars()
                array = status.bits(row.size, invalid, row.bits)
                token = sign(row.number, array)
                connection.execute(
                    _one(municipality, row.number).values(iat=now, token=token, bits=array)
                )
                made.append(Published(row.number, now, token))
        return made

    def published(self, municipality: str, number: int) -> Published | None:
        """One list as last signed."""
        with self._database.reading() as connection:
            row = connection.execute(
                select(status_lists.c.iat, status_lists.c.token).where(
                    status_lists.c.municipality == municipality,
                    status_lists.c.number == number,
                )
            ).first()
        if row is None or row.token is None:
            return None
        return Published(number, row.iat, row.token)

    def numbers(self, municipality: str) -> list[int]:
        """The numbers of all lists, announced ones included."""
        with self._database.reading() as connection:
            return list(
                connection.execute(
                    select(status_lists.c.number)
                    .where(status_lists.c.municipality == municipality)
                    .order_by(status_lists.c.number)
                ).scalars()
            )

    def oldest_signature(self, municipality: str) -> int | None:
        """The `iat` of the list that was signed longest ago; `None` if one never was."""
        with self._database.reading() as connection:
            times = list(
                connection.execute(
                    select(status_lists.c.iat).where(status_lists.c.municipality == municipality)
                ).scalars()
            )
        if not times or any(time is None for time in times):
            return None
        return int(min(times))

    def _flip(
        self, connection: Connection, municipality: str, one: tuple[int, int], now: int, decoys: int
    ) -> None:
        _, size = one
        count = min(status.below(2 * decoys + 1, self._entropy), size // 64)
        if not count:
            return
        take(connection, municipality, status.draw([one], count, self._entropy), revoked_at=now)


def place(
    connection: Connection,
    municipality: str,
    pool: Pool,
    count: int,
    *,
    now: int,
    entropy: Entropy,
) -> list[Place]:
    """Takes `count` unused places at random, over every list that is announced long enough."""
    if not pool.announce_seconds:
        _grow(connection, municipality, pool, now)
    # Locked before a place is taken, in one order, as `publish` does: or two writers could each
    # hold what the other waits for.
    usable = [
        (row.number, row.size)
        for row in connection.execute(
            select(*_ROOM)
            .where(
                status_lists.c.municipality == municipality,
                status_lists.c.announced_at <= now - pool.announce_seconds,
            )
            .order_by(status_lists.c.number)
            .with_for_update()
        )
        if status.room(row.size, row.taken) > 0
    ]
    if not usable:
        raise SettingsFault("status.no_room", "Regie formats 7")
    taken: list[Place] = []
    while len(taken) < count:
        drawn = status.draw(usable, count - len(taken), entropy)
        taken += take(connection, municipality, drawn)
    return taken


def take(
    connection: Connection,
    municipality: str,
    places: Sequence[Place],
    revoked_at: int | None = None,
) -> list[Place]:
    """Takes those of `places` that were free, in the order given; one statement decides."""
    rows = [
        {"municipality": municipality, "number": number, "idx": idx, "revoked_at": revoked_at}
        for number, idx in places
    ]
    new = {(row.number, row.idx) for row in insert_new(connection, status_indices, rows)}
    for number in sorted({number for number, _ in new}):
        added = sum(1 for one, _ in new if one == number)
        connection.execute(_one(municipality, number).values(taken=status_lists.c.taken + added))
    return [one for one in places if one in new]


def _one(municipality: str, number: int) -> Update:
    return update(status_lists).where(
        status_lists.c.municipality == municipality, status_lists.c.number == number
    )


def _grow(connection: Connection, municipality: str, pool: Pool, now: int) -> None:
    lists = connection.execute(
        select(*_ROOM).where(status_lists.c.municipality == municipality)
    ).all()
    # A list that is four fifths of the way to its limit gets its successor announced in time.
    roomy = sum(status.room(row.size, row.taken) > row.size // 10 for row in lists)
    number = connection.execute(
        select(func.coalesce(func.max(status_lists.c.number), 0)).where(
            status_lists.c.municipality == municipality
        )
    ).scalar_one()
    for new in range(number + 1, number + 1 + max(0, pool.lists - roomy)):
        row = {
            "municipality": municipality,
            "number": new,
            "size": pool.size,
            "taken": 0,
            "announced_at": now,
        }
        insert_new(connection, status_lists, [row])
