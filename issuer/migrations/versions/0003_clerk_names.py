"""A name of a clerk on record belongs to one login of one provider."""  # noqa: INP001

from alembic import op

from issuer.tables import metadata

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Adds the table; names already on record stay free until somebody logs in with them."""
    metadata.create_all(op.get_bind(), tables=[metadata.tables["clerk_names"]])
