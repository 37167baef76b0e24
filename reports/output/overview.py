"""What lies over the weeks in the output folder: an index as markdown and HTML, and the Atom feeds.

All of it is made anew from the reports found there, so it can be thrown away, and the same folder gives the
same bytes.
"""

from collections.abc import Sequence
from pathlib import Path

from reports.errors import ReportError
from reports.output.feed import feed
from reports.output.index_page import index_markdown, index_page
from reports.output.stored import ToldWeek, read_weeks
from reports.wording.words import LANGS, Words

_HEAD = 4096
"""Bytes in which each of these files says that it is of pmtrend."""


def overview(out_dir: Path, base_url: str = "") -> tuple[dict[str, str | None], list[str]]:
    """Return index and feeds of the reports in `out_dir` by file name, and sentences on what is left out.

    `base_url` (ending in "/") is where `out_dir` is published, for the links of the feeds; those of the index
    are relative. A file is None where there is no report to tell of. Raises ReportError if one of these names
    is not of pmtrend, and OSError if such a file cannot be read.
    """
    complaints: list[str] = []
    made = overview_files(read_weeks(out_dir, complaints.append), base_url)
    for name in made:
        _check_ours(out_dir / name)
    return made, complaints


def _check_ours(path: Path) -> None:
    """Raise ReportError if there is such a file, and somebody else wrote it: it is nothing to replace."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except (FileNotFoundError, NotADirectoryError):
        return
    marks = {
        ".html": '<meta name="generator" content="pmtrend">',
        ".md": f"# {Words('en')('index.title')}\n",
        ".xml": "<generator>pmtrend</generator>",
    }
    if head and marks[path.suffix].encode() not in head:
        raise ReportError(
            f"{path} is not of pmtrend and stays as it is, so there is no index: "
            "let the reports have a folder of their own (--out, or `reports` in the configuration)"
        )


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
