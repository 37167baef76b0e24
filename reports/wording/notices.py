"""What the notices of a report mean."""

from reports.document.weekly import WeeklyReport


def says_invented(notice: str) -> bool:
    """Tell whether a notice says that the data are made up."""
    return notice.lower().startswith("invented")


def is_invented(report: WeeklyReport) -> bool:
    """Tell whether the report is about data that somebody made up."""
    return any(says_invented(notice) for notice in report["notices"])
