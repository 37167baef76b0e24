"""What lies over the weeks in the output folder: an index as markdown and HTML, and the Atom feeds.

All of it is made anew from the reports found there, so it can be thrown away, and the same folder gives the
same bytes.
"""

from collections.abc import Sequence
from pathlib import Path

from reports.errors import ReportError
from reports.feed import feed
from reports.pages.index_page import index_markdown, index_page
from reports.stored_reports import ToldWeek, read_weeks
from reports.words import LANGS
from reports.writing import replace_file


def write_overview(out_dir: Path, base_url: str = "") -> list[Path]:
    """Write index and feeds of the reports in `out_dir` and return the files; what has no report is removed.

    `base_url` (ending in "/") is where `out_dir` is published, for the links of the feeds; those of the index
    are relative. Raises ReportError if a file cannot be written.
    """
    made = overview_files(read_weeks(out_dir), base_url)
    written = []
    try:
        for name, text in made.items():
            if text is None:
                (out_dir / name).unlink(missing_ok=True)
            else:
                written.append(replace_file(out_dir / name, text.encode("utf-8")))
    except OSError as error:
        raise ReportError(
            f"no index or feed can be written to {out_dir}: {error.strerror or error}"
        ) from error
    return written


def overview_files(weeks: Sequence[ToldWeek], base_url: str) -> dict[str, str | None]:
    """Return the text of each file by its name, newest week first; None where no report is to be told of."""
    shown = [week for week in weeks if week.pages]
    made: dict[str, str | None] = {
        "index.html": index_page(shown) if shown else None,
        "index.md": index_markdown(shown) if shown else None,
    }
    for lang in LANGS:
        told = [week for week in weeks if lang in week.pages]
        made[f"feed.{lang}.xml"] = feed(told, lang, base_url) if told else None
    return made
