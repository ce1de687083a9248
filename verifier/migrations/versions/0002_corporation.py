"""The corporation's part: dossiers, accounts, employees, messages to other systems, permits.

Written against the tables of this release: the next migration freezes their shape.
"""

import sqlalchemy as sa
from alembic import op

from verifier.tables import METADATA

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and tables that are not there yet."""
    connection = op.get_bind()
    there = sa.inspect(connection)
    before = set(there.get_table_names())
    for table in METADATA.sorted_tables:
        if table.name not in before:
            continue
        held = {column["name"] for column in there.get_columns(table.name)}
        for column in table.columns:
            if column.name not in held:
                default = column.server_default
                added = sa.Column(
                    column.name,
                    column.type,
                    nullable=column.nullable,
                    server_default=str(default.arg)
                    if isinstance(default, sa.DefaultClause)
                    else None,
                )
                op.add_column(table.name, added)
    METADATA.create_all(connection, checkfirst=True)
    indexed = {
        index["name"]
        for table in sorted(before & set(METADATA.tables))
        for index in there.get_indexes(table)
    }
    for name in sorted(before & set(METADATA.tables)):
        for index in sorted(METADATA.tables[name].indexes, key=lambda one: str(one.name)):
            if index.name not in indexed:
                index.create(connection, checkfirst=True)
    # Requests of before belong to the profile of what they are about, for who counts per profile.
    rights, kept = METADATA.tables["rights_requests"], METADATA.tables["disclosures"]
    about = sa.select(kept.c.profile).where(kept.c.rights_jkt == rights.c.rights_jkt)
    connection.execute(
        sa.update(rights).where(rights.c.profile.is_(None)).values(profile=about.scalar_subquery())
    )
    if connection.dialect.name == "postgresql":
        _widen(connection)


def _widen(connection: sa.Connection) -> None:
    """Moments after 2038 do not fit the INTEGER of the first release."""
    there = sa.inspect(connection)
    for table in METADATA.sorted_tables:
        for column in there.get_columns(table.name):
            if isinstance(column["type"], sa.INTEGER):
                op.alter_column(table.name, column["name"], type_=sa.BigInteger())
