"""Alembic's entry: runs on the connection and in the transaction of `store.database`."""

from alembic import context

from issuer.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
