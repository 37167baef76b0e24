"""How instants are written in report.json."""

from datetime import UTC, datetime


def instant(moment: datetime | None) -> str | None:
    """Return an aware instant as ISO 8601 in UTC."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
