"""Alembic's environment: runs on the connection that the caller hands in."""

from alembic import context

INDEX = "search_words"
"""The full-text index: SQLite keeps it in tables of its own, which no new revision shall drop."""

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes.get("target_metadata"),
    compare_type=True,
    include_name=lambda name, kind, _: kind != "table" or not str(name).startswith(INDEX),
)
# The caller holds the transaction (BEGIN IMMEDIATE), so that two upgraders take turns.
context.run_migrations()
