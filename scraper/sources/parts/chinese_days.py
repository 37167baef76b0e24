"""Days and times as Chinese sites print them: in China's time zone, mostly without saying so."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from scraper.sources.parts import items

_SHANGHAI = ZoneInfo("Asia/Shanghai")
_AS_ISO = str.maketrans({"年": "-", "月": "-", "日": None, "/": "-"})


def moment(item: items.Item, name: str) -> datetime | None:
    """Return a day or time field as UTC, whole seconds; None if it is absent, null or empty.

    Understood: ISO 8601, "2026-09-14 10:30:00", "2026年09月14日", milliseconds since 1970 as a number. A day
    is its midnight; what states no offset is Asia/Shanghai. Raises TypeError or ValueError for anything
    else: a changed date format shall be seen, not guessed.
    """
    if isinstance(item.get(name), int | float):
        return items.epoch_ms_time(item, name)
    printed = items.text(item, name)
    if not printed:
        return None
    try:
        found = datetime.fromisoformat(printed.translate(_AS_ISO))
        local = found if found.tzinfo else found.replace(tzinfo=_SHANGHAI)
        return local.astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError):
        raise ValueError(f"{name!r} is no day or time: {printed[:40]!r}") from None
