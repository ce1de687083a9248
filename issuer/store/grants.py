"""Grants: what one wallet may come back for, and the access tokens it gets with them."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, Connection, Update, delete, select, update
from sqlalchemy.engine import Row

from issuer.errors import TokenFault
from issuer.offer import Case, Confirmed, Ended, Reason
from issuer.store.database import Database
from issuer.tables import codes, grant_tokens, grants, logins, refills

WAITING: Final = "waiting"
ACTIVE: Final = "active"
ENDED: Final = "ended"
_KINDS = msgspec.json.Decoder(tuple[str, ...])


@dataclass(frozen=True, repr=False)
class Grant:
    """What one wallet may come back for at one municipality."""

    grant_id: str
    municipality: str
    subject: str
    origin: str
    """`login` or `desk`."""
    case_id: str | None
    client: str
    """`client_id`, or nothing for a wallet that did not name itself."""
    jkt: str
    instance: str | None
    """Thumbprint of the attested key of this wallet, which must come again."""
    kinds: tuple[str, ...]
    refresh_hash: str | None
    box: bytes | None
    """Opens with the refresh token alone."""
    state: str
    created_at: int
    expires_at: int
    changed: int = 0
    """How many events since the register was last asked; any: ask before the next refill."""


@dataclass(frozen=True, repr=False)
class GrantToken:
    """An access token of a grant."""

    token_hash: str
    grant_id: str
    jkt: str
    identifiers: bool
    kinds: tuple[str, ...]
    refilled: bool
    box: bytes
    """Opens with this access token alone."""
    expires_at: int


class Grants:
    """The verbs of grants on disk."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, grant_id: str) -> Grant | None:
        """The grant with this number."""
        return self._one(grants.c.grant_id == grant_id)

    def by_refresh(self, refresh_hash: str) -> Grant | None:
        """The grant this refresh token belongs to."""
        return self._one(grants.c.refresh_hash == refresh_hash)

    def by_case(self, case_id: str) -> Grant | None:
        """The grant that was made when the offer of this case was redeemed."""
        return self._one(grants.c.case_id == case_id)

    def of_subject(self, municipality: str, subject: str) -> list[Grant]:
        """All grants of one person, the newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                select(grants)
                .where(grants.c.municipality == municipality, grants.c.subject == subject)
                .order_by(grants.c.created_at.desc(), grants.c.grant_id)
            ).all()
        return [_grant(row) for row in rows]

    def token(self, token_hash: str) -> tuple[GrantToken, Grant] | None:
        """What this access token gives, and the grant as it stands."""
        with self._database.reading() as connection:
            row = connection.execute(
                select(grant_tokens).where(grant_tokens.c.token_hash == token_hash)
            ).first()
            found = None
            if row is not None:
                found = connection.execute(
                    select(grants).where(grants.c.grant_id == row.grant_id)
                ).first()
        return None if row is None or found is None else (_token(row), _grant(found))

    def refresh(
        self, grant: Grant, token: GrantToken, *, now: int, box: bytes | None, most: int
    ) -> bool:
        """A fresh access token of a grant that is active at this moment; false if it is not.

        `box`: what the refresh token opens from now on, after the register was asked. The oldest
        tokens beyond `most` are forgotten.
        """
        with self._database.writing() as connection:
            # The write comes first: it waits for whoever is ending this grant.
            alive = connection.execute(
                update(grants)
                .where(
                    grants.c.grant_id == grant.grant_id,
                    grants.c.state == ACTIVE,
                    grants.c.expires_at > now,
                )
                .values(state=ACTIVE)
            )
            if alive.rowcount != 1:
                return False
            if box is not None:
                connection.execute(_resealed(grant, box))
                # What earlier tokens open is of before the change: none of them gives a card again.
                connection.execute(
                    delete(grant_tokens).where(grant_tokens.c.grant_id == grant.grant_id)
                )
            old = (
                select(grant_tokens.c.token_hash)
                .where(grant_tokens.c.grant_id == grant.grant_id)
                .order_by(grant_tokens.c.expires_at.desc())
                .offset(most - 1)
            )
            gone = list(connection.execute(old).scalars())
            if gone:
                connection.execute(delete(grant_tokens).where(grant_tokens.c.token_hash.in_(gone)))
            connection.execute(grant_tokens.insert().values(_token_row(token)))
        return True

    def reseal_token(self, token_hash: str, box: bytes) -> None:
        """What this access token opens from now on."""
        with self._database.writing() as connection:
            connection.execute(
                update(grant_tokens).where(grant_tokens.c.token_hash == token_hash).values(box=box)
            )

    def mark_changed(
        self, municipality: str, subject: str, *, kinds: Collection[str] | None = None
    ) -> int:
        """Before the next refill of these grants the register is asked; returns how many.

        `kinds`: only the grants with one of these; `None`: all.
        """
        with self._database.writing() as connection:
            return _mark_changed(connection, municipality, subject, kinds)

    def end_of_subject(self, municipality: str, subject: str) -> int:
        """Ends every grant of this person, and its tokens; returns how many."""
        with self._database.writing() as connection:
            _forget_under_way(connection, municipality, subject)
            return end(
                connection, grants.c.municipality == municipality, grants.c.subject == subject
            )

    def end(self, grant_id: str) -> int:
        """Ends one grant and its tokens."""
        with self._database.writing() as connection:
            return end(connection, grants.c.grant_id == grant_id)

    def purge(self, now: int, keep: int) -> int:
        """Forgets tokens that are over, and grants that have been over for `keep` seconds."""
        with self._database.writing() as connection:
            connection.execute(delete(grant_tokens).where(grant_tokens.c.expires_at < now))
            gone = connection.execute(delete(grants).where(grants.c.expires_at < now - keep))
        return gone.rowcount

    def _one(self, condition: ColumnElement[bool]) -> Grant | None:
        with self._database.reading() as connection:
            row = connection.execute(select(grants).where(condition)).first()
        return None if row is None else _grant(row)


def write_grant(connection: Connection, grant: Grant, token: GrantToken | None = None) -> None:
    """A new grant with its first access token, inside the transaction that earns it."""
    connection.execute(
        grants.insert().values(
            {**grant.__dict__, "kinds": msgspec.json.encode(grant.kinds).decode()}
        )
    )
    if token is not None:
        connection.execute(grant_tokens.insert().values(_token_row(token)))


def follow_case(connection: Connection, before: Case, after: Case) -> None:
    """The grant of a desk case: active when the clerk confirms, over when the case is stopped.

    A confirmed case that ends because all was collected, or in time, leaves its grant be; so does
    one whose claims are no longer so, since the wallet comes back for the new ones.
    """
    mine = grants.c.case_id == after.case
    if isinstance(after, Confirmed) and not isinstance(before, Confirmed):
        connection.execute(
            update(grants).where(mine, grants.c.state == WAITING).values(state=ACTIVE)
        )
    elif isinstance(after, Ended) and not isinstance(before, Ended):
        orderly = after.reason in (Reason.COLLECTED, Reason.EXPIRED, Reason.CHANGED)
        if not (isinstance(before, Confirmed) and orderly):
            end(connection, mine)


def use_grant(connection: Connection, grant_id: str, *, changed: int, now: int) -> None:
    """Refuses a grant that is over, or of which more changed than the asker knew.

    A write, so that it waits for whoever is ending this grant, and they for it.
    """
    alive = connection.execute(
        update(grants)
        .where(
            grants.c.grant_id == grant_id,
            grants.c.state == ACTIVE,
            grants.c.expires_at > now,
            grants.c.changed == changed,
        )
        .values(state=ACTIVE)
    )
    if alive.rowcount != 1:
        raise TokenFault("invalid_token", "grant.changed", "RFC 6750 3.1", status=401)


def forget_case(connection: Connection, case_id: str) -> None:
    """The grant of a redemption whose answer never arrived: a new one takes its place."""
    connection.execute(delete(grants).where(grants.c.case_id == case_id))


def end(connection: Connection, *which: ColumnElement[bool]) -> int:
    """Ends these grants: nothing that opens anything stays."""
    _lock(connection, *which)
    ended = list(
        connection.execute(
            update(grants)
            .where(*which, grants.c.state != ENDED)
            .values(state=ENDED, refresh_hash=None, box=None)
            .returning(grants.c.grant_id)
        ).scalars()
    )
    if ended:
        connection.execute(delete(grant_tokens).where(grant_tokens.c.grant_id.in_(ended)))
    return len(ended)


def _mark_changed(
    connection: Connection, municipality: str, subject: str, kinds: Collection[str] | None
) -> int:
    _forget_under_way(connection, municipality, subject)
    of_person = (grants.c.municipality == municipality, grants.c.subject == subject)
    _lock(connection, *of_person)
    rows = connection.execute(
        select(grants.c.grant_id, grants.c.kinds).where(*of_person, grants.c.state != ENDED)
    ).all()
    wanted = [
        row.grant_id
        for row in rows
        if kinds is None or not set(kinds).isdisjoint(_KINDS.decode(row.kinds))
    ]
    if wanted:
        connection.execute(
            update(grants).where(grants.c.grant_id.in_(wanted)).values(changed=grants.c.changed + 1)
        )
        # Whose copies an event ends need not wait an hour for the ones that are right.
        connection.execute(delete(refills).where(refills.c.grant_id.in_(wanted)))
    return len(wanted)


def _forget_under_way(connection: Connection, municipality: str, subject: str) -> None:
    """Logins and codes that hold what the register said before: whoever is on the way starts anew.

    A used code stays, so that a second use is still seen.
    """
    connection.execute(
        delete(codes).where(
            codes.c.municipality == municipality,
            codes.c.subject == subject,
            codes.c.grant_id.is_(None),
        )
    )
    connection.execute(
        delete(logins).where(logins.c.municipality == municipality, logins.c.subject == subject)
    )


def _lock(connection: Connection, *which: ColumnElement[bool]) -> None:
    """In one order, so that nobody holds what the other waits for."""
    connection.execute(
        select(grants.c.grant_id).where(*which).order_by(grants.c.grant_id).with_for_update()
    ).all()


def _resealed(grant: Grant, box: bytes) -> Update:
    """Over exactly the events that were known when the register was asked; a later one counts.

    The box tells which asking that was: after another refresh, the same number is another event.
    """
    return (
        update(grants)
        .where(
            grants.c.grant_id == grant.grant_id,
            grants.c.changed == grant.changed,
            grants.c.box == grant.box,
        )
        .values(box=box, changed=0)
    )


def _grant(row: Row[Any]) -> Grant:
    return Grant(
        grant_id=row.grant_id,
        municipality=row.municipality,
        subject=row.subject,
        origin=row.origin,
        case_id=row.case_id,
        client=row.client,
        jkt=row.jkt,
        instance=row.instance,
        kinds=_KINDS.decode(row.kinds),
        refresh_hash=row.refresh_hash,
        box=row.box,
        state=row.state,
        created_at=row.created_at,
        expires_at=row.expires_at,
        changed=row.changed,
    )


def _token(row: Row[Any]) -> GrantToken:
    return GrantToken(
        token_hash=row.token_hash,
        grant_id=row.grant_id,
        jkt=row.jkt,
        identifiers=bool(row.identifiers),
        kinds=_KINDS.decode(row.kinds),
        refilled=bool(row.refilled),
        box=row.box,
        expires_at=row.expires_at,
    )


def _token_row(token: GrantToken) -> dict[str, object]:
    return {
        **token.__dict__,
        "identifiers": int(token.identifiers),
        "refilled": int(token.refilled),
        "kinds": msgspec.json.encode(token.kinds).decode(),
    }
