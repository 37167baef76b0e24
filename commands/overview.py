"""Index and feeds of a folder of reports, which whoever writes one brings up to date."""

from pathlib import Path
from typing import TYPE_CHECKING

from scraper.config import Settings

if TYPE_CHECKING:
    from reports.output.printer import Printer


def write_overview(settings: Settings, out: Path, printer: "Printer | None" = None) -> list[Path]:
    """Write index and feeds of the weeks in `out`; only the configured folder is known to be published."""
    from reports.output.printer import Printer
    from reports.output.writing import write_overview as write

    published = out.resolve() == settings.reports.resolve()
    return write(out, settings.delivery.base_url if published else "", printer or Printer())
