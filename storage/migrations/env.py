"""Alembic's entry: it runs the steps on the connection that `storage.migrations.upgrade` passes."""

from alembic import context

from storage.schema import metadata

connection = context.config.attributes["connection"]
# One transaction for all steps is the caller's; batch mode because SQLite cannot alter columns in place.
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
context.run_migrations()
