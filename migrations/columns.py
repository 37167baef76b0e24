"""Types of columns that need care on PostgreSQL."""

import sqlalchemy as sa

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Text that is ordered by its bytes, as SQLite does it: every database gives the same order."""
