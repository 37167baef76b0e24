"""The only place that asks what time it is."""

from datetime import UTC, datetime, timedelta


def utcnow() -> datetime:
    """Return the present instant, UTC-aware, whole seconds (the precision that is stored)."""
    return datetime.now(UTC).replace(microsecond=0)


def utc_offset() -> timedelta:
    """Return how far the machine's own clock is ahead of UTC now."""
    return datetime.now().astimezone().utcoffset() or timedelta()
