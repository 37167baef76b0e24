"""Where a series of a report starts anew, so that no line, sparkline or row is read across."""

from reports.document.tables import LevelSeries
from reports.document.weekly import WeeklyReport

# A break that takes less than this from the stock makes no step that an eye would see in its line.
_VISIBLE_BREAK = 0.05


def restarts(series: LevelSeries) -> dict[str, int]:
    """Return the weeks of an index series at which a new segment begins, with its number."""
    points = [point for point in series["points"] if point["segment"]]
    pairs = zip([0, *(point["segment"] for point in points)], points, strict=False)
    return {point["week"]: point["segment"] for before, point in pairs if before != point["segment"]}


def broken_weeks(report: WeeklyReport) -> set[str]:
    """Return the weeks whose stock should not be read as going on from the week before."""
    rows = report["movement"]["rows"]
    return {row["week"] for row in rows if (row["lost_to_breaks"] or 0.0) > _VISIBLE_BREAK}
