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
from reports.output.writing import replace_file
from reports.wording.words import LANGS, Words

_HEAD = 4096
"""Bytes in which each of these files says that it is of pmtrend."""


def write_overview(out_dir: Path, base_url: str = "") -> list[Path]:
    """Write index and feeds of the reports in `out_dir` and return the files; what has no report is removed.

    `base_url` (ending in "/") is where `out_dir` is published, for the links of the feeds; those of the index
    are relative. Raises ReportError if a file cannot be written, or if one of these names is not of pmtrend.
    """
    made = overview_files(read_weeks(out_dir), base_url)
    written = []
    try:
        for name in made:
            _check_ours(out_dir / name)
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
