"""A report on disk: every file whole or not at all, and nothing left of an earlier rendering."""

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from reports.charts.pictures import pictures
from reports.csv_files import csv_files, data_dictionary
from reports.document.weekly import WeeklyReport
from reports.errors import ReportError
from reports.rendering import render_markdown
from reports.weekly import to_json
from reports.words import Lang, Words

# What an earlier rendering of the same week may have left; nothing else in the folder is touched.
_OURS = ("report.*.md", "report.json", "charts/*.svg", "data/*.csv", "data/README.md")
_TEMPORARY = ".pmtrend-"


def write_report(report: WeeklyReport, out_dir: Path, langs: Sequence[Lang]) -> list[Path]:
    """Write `report` to `out_dir/<week>/` in `langs` and return the files written, sorted.

    The same report gives the same bytes. If the folder holds another state of that week's report, what this
    call does not write again (a chart without data, another language) is removed, so that the folder never
    mixes two states. Raises ReportError if a file cannot be written.
    """
    folder = out_dir / report["week"]
    contents = report_files(report, langs)
    try:
        same_state = _bytes(folder / "report.json") == contents["report.json"]
        written = [replace_file(folder / name, content) for name, content in sorted(contents.items())]
        for stale in () if same_state else _stale(folder, contents):
            stale.unlink()
    except OSError as error:
        raise ReportError(f"the report cannot be written to {folder}: {error.strerror or error}") from error
    return written


def report_files(report: WeeklyReport, langs: Sequence[Lang]) -> dict[str, bytes]:
    """Return the bytes of every file of the report, by its path inside the week's folder."""
    text: dict[str, str] = {"report.json": to_json(report), "data/README.md": data_dictionary(report)}
    text |= {f"data/{name}": content for name, content in csv_files(report).items()}
    drawn: dict[str, bytes] = {}
    for lang in langs:
        charts = pictures(report, Words(lang))
        text[f"report.{lang}.md"] = render_markdown(report, lang, charts)
        drawn |= {f"charts/{picture.id}.{lang}.svg": picture.svg for picture in charts.values()}
    return {name: content.encode("utf-8") for name, content in text.items()} | drawn


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None


def replace_file(path: Path, content: bytes) -> Path:
    """Replace `path` at once: a reader, or a crash, sees the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=_TEMPORARY, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(file.fileno(), 0o644)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
    return path


def _stale(folder: Path, contents: Mapping[str, bytes]) -> Iterator[Path]:
    kept = {folder / name for name in contents}
    for pattern in _OURS:
        yield from sorted(path for path in folder.glob(pattern) if path not in kept and path.is_file())
