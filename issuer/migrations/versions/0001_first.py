"""The first shape: cases, tokens, status lists, accounts."""  # noqa: INP001

from alembic import op

from issuer.migrations.shape_0001 import metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Creates every table of the first version."""
    metadata.create_all(op.get_bind())
