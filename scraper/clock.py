"""The only place that asks what time it is."""

from datetime import UTC, datetime


def utcnow() -> datetime:
    """Return the present instant, UTC-aware, whole seconds (the precision that is stored)."""
    return datetime.now(UTC).replace(microsecond=0)
