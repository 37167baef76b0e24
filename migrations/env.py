"""Alembic's environment: runs on the connection that the caller hands in."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes.get("target_metadata"),
    render_as_batch=True,
    compare_type=True,
)
# The caller holds the transaction (BEGIN IMMEDIATE), so that two upgraders take turns.
context.run_migrations()
