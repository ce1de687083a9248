"""The lists of a municipality that ended, signed on by its heir (Regie formats 7)."""

from collections.abc import Callable

from sqlalchemy import select, update

from issuer import status
from issuer.errors import SettingsFault
from issuer.store.database import Database
from issuer.store.lists import Published
from issuer.tables import status_indices, status_lists


class Closing:
    """No new places, no decoys; what was never given out is invalid from the end on."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def publish(
        self, municipality: str, sign: Callable[[int, bytes], str], *, now: int, ended: int
    ) -> list[Published]:
        """Signs every list of this municipality anew, closed if it ended before `now`."""
        made = []
        of_it = status_lists.c.municipality == municipality
        with self._database.writing() as connection:
            lists = connection.execute(
                select(status_lists.c.number, status_lists.c.size, status_lists.c.iat)
                .where(of_it)
                .order_by(status_lists.c.number)
                .with_for_update()
            ).all()
            for row in lists:
                if row.iat is not None and row.iat > now:
                    raise SettingsFault(
                        "status.clock_went_back", "Regie formats 7", list=row.number
                    )
                places = (
                    status_indices.c.municipality == municipality,
                    status_indices.c.number == row.number,
                )
                over = status_indices.c.revoked_at <= now
                chosen = select(status_indices.c.idx)
                if now < ended:
                    invalid = connection.execute(chosen.where(*places, over)).scalars()
                    array = status.bits(row.size, invalid)
                else:
                    stands = status_indices.c.revoked_at.is_(None) | ~over
                    valid = connection.execute(chosen.where(*places, stands)).scalars()
                    array = status.closed(row.size, valid)
                token = sign(row.number, array)
                connection.execute(
                    update(status_lists)
                    .where(of_it, status_lists.c.number == row.number)
                    .values(iat=now, token=token, bits=array)
                )
                made.append(Published(row.number, now, token))
        return made
