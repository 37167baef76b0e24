"""Index and feeds of a folder of reports, which whoever writes one brings up to date."""

from pathlib import Path

from scraper.config import Settings


def write_overview(settings: Settings, out: Path) -> list[Path]:
    """Write index and feeds of the weeks in `out`; only the configured folder is known to be published."""
    from reports.output.overview import write_overview as write

    published = out.resolve() == settings.reports.resolve()
    return write(out, settings.delivery.base_url if published else "")
