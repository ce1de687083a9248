"""Logging in from home, applications, notices, the desk; what was issued is compared later."""  # noqa: INP001

import sqlalchemy as sa
from alembic import op

from issuer.tables import metadata

_NEW = (
    "pushed_requests",
    "logins",
    "codes",
    "grants",
    "grant_tokens",
    "refills",
    "promises",
    "notifications",
    "applications",
    "attachments",
    "notices",
    "bookmarks",
    "clerk_logins",
    "clerk_sessions",
    "desk_actions",
)
revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Adds these tables, and three columns to `issued`; the next migration freezes the shape."""
    op.add_column("issued", sa.Column("grant_id", sa.String(22)))
    op.add_column("issued", sa.Column("facts", sa.Text))
    op.add_column("issued", sa.Column("true_until", sa.BigInteger))
    op.create_index("issued_by_truth", "issued", ["true_until"])
    metadata.create_all(op.get_bind(), tables=[metadata.tables[name] for name in _NEW])
