"""Employees: a log-in under way, a session, and what they looked at or did.

No names: an employee is a keyed hash of who the login provider says it is (`iss` and `sub`).
"""

from typing import Final

from sqlalchemy import JSON, BigInteger, Column, Integer, LargeBinary, String, Table

from verifier.tables.metadata import METADATA

STAFF_LOGINS: Final = Table(
    "staff_logins",
    METADATA,
    Column("state", String(64), primary_key=True),
    Column("browser", String(64), nullable=False),
    Column("secrets_sealed", LargeBinary, nullable=False),
    Column("expires", Integer, nullable=False, index=True),
)

STAFF_SESSIONS: Final = Table(
    "staff_sessions",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("employee", String(64), nullable=False),
    # The roles somebody has, and the one of this session; chosen once.
    Column("roles", JSON, nullable=False),
    Column("role", String(16)),
    Column("name_sealed", LargeBinary),
    # What is under way at the desk: a request, or an extract that was shown.
    Column("work_sealed", LargeBinary),
    Column("started", Integer, nullable=False),
    Column("seen", Integer, nullable=False),
    Column("expires", Integer, nullable=False, index=True),
)

STAFF_LOG: Final = Table(
    "staff_log",
    METADATA,
    # Begins with the moment, so that it puts the log in order by itself.
    Column("id", String(64), primary_key=True),
    Column("at", BigInteger, nullable=False, index=True),
    Column("employee", String(64), nullable=False),
    Column("role", String(32), nullable=False),
    Column("act", String(48), nullable=False),
    # The id of a registration, which means nothing once it is erased; never its number.
    Column("registration", String(64), index=True),
    Column("reference", String(64)),
    Column("reason", String(64)),
    Column("remove_after", Integer, nullable=False, index=True),
)
