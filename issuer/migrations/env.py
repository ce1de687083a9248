"""Alembic's entry: runs on the connection that `store.database` hands over, inside its transaction."""  # noqa: E501, INP001

from alembic import context

from issuer.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
