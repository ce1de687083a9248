"""The first shape: cases, tokens, status lists, accounts."""  # noqa: INP001

from alembic import op

from issuer.tables import metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Creates every table; the next migration freezes this one's shape."""
    metadata.create_all(op.get_bind())
