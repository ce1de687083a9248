"""Runs the scripts over the connection that `upgrade` hands over."""

from alembic import context

from verifier.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
