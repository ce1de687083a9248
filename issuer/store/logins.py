"""A login from home on its way: pushed request, browser session, code; each step opens once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import delete, select, update
from sqlalchemy.engine import Row

from issuer.authorization import Request
from issuer.store.accounts import ProcessingRow, write_processing
from issuer.store.database import Database
from issuer.store.grants import Grant, GrantToken, end, write_grant
from issuer.tables import codes, grants, home_offers, logins, pushed_requests

_requests = msgspec.json.Decoder(Request)
_kinds = msgspec.json.Decoder(tuple[str, ...])


@dataclass(frozen=True, repr=False)
class Login:
    """A browser between the authorization endpoint and the way back to the wallet."""

    session_hash: str
    state_hash: str | None
    """Of `state` at the login provider; nothing once the browser came back with it."""
    municipality: str
    request: Request
    sealed: bytes
    expires_at: int


@dataclass(frozen=True, repr=False)
class Code:
    """An authorization code that was not used yet."""

    code_hash: str
    municipality: str
    request: Request
    subject: str
    kinds: tuple[str, ...]
    box: bytes
    """Opens with the code alone."""
    expires_at: int


class Logins:
    """The verbs of a login on disk."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # An offer from home.

    def add_offer(
        self,
        *,
        reference_hash: str,
        state_hash: str,
        municipality: str,
        kinds: tuple[str, ...],
        expires_at: int,
    ) -> None:
        """A new offer for whoever logs in."""
        with self._database.writing() as connection:
            connection.execute(
                home_offers.insert().values(
                    reference_hash=reference_hash,
                    state_hash=state_hash,
                    municipality=municipality,
                    kinds=_text(kinds),
                    expires_at=expires_at,
                )
            )

    def offer(self, reference_hash: str, municipality: str, now: int) -> tuple[str, ...] | None:
        """The kinds of the offer behind a link, while nobody used it."""
        with self._database.reading() as connection:
            found = connection.execute(
                select(home_offers.c.kinds).where(
                    home_offers.c.reference_hash == reference_hash,
                    home_offers.c.municipality == municipality,
                    home_offers.c.expires_at > now,
                )
            ).scalar()
        return None if found is None else _kinds.decode(found)

    # The pushed request.

    def push(
        self,
        uri_hash: str,
        municipality: str,
        request: Request,
        expires_at: int,
        *,
        offer: tuple[str, Callable[[tuple[str, ...]], None]] | None,
        now: int,
    ) -> bool:
        """Keeps a request for one browser; false if the offer it belongs to is not there.

        `offer`: the hash of its `issuer_state`, used up by this, and what must hold for its kinds.
        """
        with self._database.writing() as connection:
            if offer is not None:
                state_hash, require = offer
                kinds = connection.execute(
                    delete(home_offers)
                    .where(
                        home_offers.c.state_hash == state_hash,
                        home_offers.c.municipality == municipality,
                        home_offers.c.expires_at > now,
                    )
                    .returning(home_offers.c.kinds)
                ).scalar()
                if kinds is None:
                    return False
                require(_kinds.decode(kinds))
            connection.execute(
                pushed_requests.insert().values(
                    uri_hash=uri_hash,
                    municipality=municipality,
                    request=_text(request),
                    expires_at=expires_at,
                )
            )
        return True

    def start(
        self, uri_hash: str, municipality: str, now: int, begin: Callable[[Request], Login]
    ) -> Login | None:
        """The first browser that brings this request starts a login with it; others nothing."""
        with self._database.writing() as connection:
            found = connection.execute(
                delete(pushed_requests)
                .where(
                    pushed_requests.c.uri_hash == uri_hash,
                    pushed_requests.c.municipality == municipality,
                    pushed_requests.c.expires_at > now,
                )
                .returning(pushed_requests.c.request)
            ).scalar()
            if found is None:
                return None
            login = begin(_requests.decode(found))
            connection.execute(
                logins.insert().values({**login.__dict__, "request": _text(login.request)})
            )
        return login

    # The browser session.

    def find(self, session_hash: str, now: int) -> Login | None:
        """The login of this browser."""
        with self._database.reading() as connection:
            row = connection.execute(
                select(logins).where(
                    logins.c.session_hash == session_hash, logins.c.expires_at > now
                )
            ).first()
        return None if row is None else _login(row)

    def returned(self, session_hash: str, state_hash: str, now: int) -> Login | None:
        """The login whose browser came back from the provider; each `state` comes back once."""
        with self._database.writing() as connection:
            row = connection.execute(
                update(logins)
                .where(
                    logins.c.session_hash == session_hash,
                    logins.c.state_hash == state_hash,
                    logins.c.expires_at > now,
                )
                .values(state_hash=None)
                .returning(*logins.c)
            ).first()
        return None if row is None else _login(row)

    def reseal(self, session_hash: str, sealed: bytes, subject: str | None) -> bool:
        """What this browser's cookie opens from now on, and whose it is."""
        with self._database.writing() as connection:
            done = connection.execute(
                update(logins)
                .where(logins.c.session_hash == session_hash)
                .values(sealed=sealed, subject=subject, state_hash=None)
            )
        return done.rowcount == 1

    def end(self, session_hash: str, now: int) -> Login | None:
        """Takes the login away: the first to end it gets it."""
        with self._database.writing() as connection:
            row = connection.execute(
                delete(logins)
                .where(logins.c.session_hash == session_hash, logins.c.expires_at > now)
                .returning(*logins.c)
            ).first()
        return None if row is None else _login(row)

    # The code.

    def finish(self, session_hash: str, code: Code, processed: ProcessingRow, *, now: int) -> bool:
        """A login becomes a code, with its line of the processing log; false if it is over."""
        with self._database.writing() as connection:
            ended = connection.execute(
                delete(logins).where(
                    logins.c.session_hash == session_hash, logins.c.expires_at > now
                )
            )
            if ended.rowcount != 1:
                return False
            connection.execute(
                codes.insert().values(
                    {
                        **code.__dict__,
                        "request": _text(code.request),
                        "kinds": _text(code.kinds),
                        "grant_id": None,
                    }
                )
            )
            write_processing(connection, processed)
        return True

    def code(self, code_hash: str) -> Code | None:
        """The code, if nobody used it."""
        with self._database.reading() as connection:
            row = connection.execute(
                select(codes).where(codes.c.code_hash == code_hash, codes.c.grant_id.is_(None))
            ).first()
        if row is None or row.box is None:
            return None
        return Code(
            code_hash=row.code_hash,
            municipality=row.municipality,
            request=_requests.decode(row.request),
            subject=row.subject,
            kinds=_kinds.decode(row.kinds),
            box=row.box,
            expires_at=row.expires_at,
        )

    def use_code(self, code_hash: str, grant: Grant, token: GrantToken) -> bool:
        """The code is used: only a winner's grant and token are written."""
        with self._database.writing() as connection:
            used = connection.execute(
                update(codes)
                .where(codes.c.code_hash == code_hash, codes.c.grant_id.is_(None))
                .values(grant_id=grant.grant_id, box=None)
            )
            if used.rowcount != 1:
                return False
            write_grant(connection, grant, token)
        return True

    def betrayed(self, code_hash: str) -> bool:
        """A used code came again: what was made of it ends (RFC 6749, 4.1.2)."""
        with self._database.writing() as connection:
            grant_id = connection.execute(
                select(codes.c.grant_id).where(codes.c.code_hash == code_hash)
            ).scalar()
            return grant_id is not None and bool(end(connection, grants.c.grant_id == grant_id))

    def purge(self, now: int, keep: int) -> None:
        """Forgets what is over; used codes as long as someone may try them again."""
        with self._database.writing() as connection:
            for table in (home_offers, pushed_requests, logins):
                connection.execute(delete(table).where(table.c.expires_at < now))
            connection.execute(delete(codes).where(codes.c.expires_at < now - keep))
            connection.execute(update(codes).where(codes.c.expires_at < now).values(box=None))


def _login(row: Row[Any]) -> Login:
    return Login(
        session_hash=row.session_hash,
        state_hash=row.state_hash,
        municipality=row.municipality,
        request=_requests.decode(row.request),
        sealed=row.sealed,
        expires_at=row.expires_at,
    )


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()
