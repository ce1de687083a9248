"""Logging in from home, applications, notices, the desk; what was issued is compared later."""  # noqa: INP001

import sqlalchemy as sa
from alembic import op

from issuer.tables import metadata

_NEW = (
    "pushed_requests",
    "logins",
    "codes",
    "home_offers",
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
    """Adds these tables, and four columns to `issued`; the next migration freezes the shape."""
    op.add_column("issued", sa.Column("grant_id", sa.String(22)))
    op.add_column("issued", sa.Column("facts", sa.Text))
    op.add_column("issued", sa.Column("true_until", sa.BigInteger))
    op.add_column("issued", sa.Column("renew_at", sa.BigInteger))
    op.create_index("cases_by_trace", "cases", ["trace"])
    op.create_index("issued_by_truth", "issued", ["municipality", "true_until"])
    op.create_index("issued_by_renewal", "issued", ["municipality", "renew_at"])
    op.add_column("status_lists", sa.Column("bits", sa.LargeBinary))
    op.create_index("status_by_moment", "status_indices", ["municipality", "number", "revoked_at"])
    op.add_column("brp_queries", sa.Column("subject", sa.String(43)))
    op.create_index("brp_queries_by_subject", "brp_queries", ["subject"])
    op.create_index("processing_by_end", "processing", ["end_time"])
    # What was sealed before lacks what a grant needs; those offers are made anew.
    op.execute(sa.text("update cases set sealed = null"))
    metadata.create_all(op.get_bind(), tables=[metadata.tables[name] for name in _NEW])
