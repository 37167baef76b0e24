"""A report on disk: every file whole or not at all, and nothing left of an earlier rendering."""

import logging
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from reports.building.views import folder_of
from reports.building.weekly import to_json
from reports.document.weekly import FORMAT, WeeklyReport
from reports.errors import ReportError
from reports.output.printer import Printer

if TYPE_CHECKING:
    from reports.rendering.markdown import Images
    from reports.wording.words import Lang

LOG = logging.getLogger(__name__)
_ALONE = Printer()
# What an earlier rendering of the same week may have left; nothing else in the folder is touched.
_OURS = (
    "report.*.md",
    "report.html",
    "report.json",
    "charts/*.svg",
    "charts/*.png",
    "data/*.csv",
    "data/README.md",
)
_AT_ONCE = 8
"""Files written at a time: to wait for the disk after each of ninety takes twice as long."""
_TEMPORARY = ".pmtrend-"
_ABANDONED = 3600
"""Seconds after which a temporary file is one of a process that was killed."""


def write_report(
    report: WeeklyReport,
    out_dir: Path,
    langs: "Sequence[Lang]",
    *,
    images: "Images" = "svg",
    printer: Printer = _ALONE,
) -> list[Path]:
    """Write `report` to `out_dir/<week>/` in `langs` and return the files written, sorted.

    The HTML page always holds both languages. With `images` "png" the charts are there as PNG too, and the
    markdown shows those. The same report gives the same bytes. If the folder holds another state of that
    week's report, what this call does not write again (a chart without data, another language) is removed, so
    that the folder never mixes two states. Raises ReportError if a file cannot be written, or if no font has
    what a PNG shows.
    """
    folder = out_dir / report["week"] / folder_of(report["view"])
    contents = report_files(report, langs, images=images, printer=printer)
    try:
        same_state = _bytes(folder / "report.json") == contents["report.json"]
        written = _replace_files({folder / name: content for name, content in sorted(contents.items())})
        for stale in () if same_state else _stale(folder, contents):
            stale.unlink()
        _remove_abandoned(out_dir, *{path.parent for path in written})
    except OSError as error:
        raise ReportError(f"the report cannot be written to {folder}: {error.strerror or error}") from error
    return written


def later_state(out_dir: Path, report: WeeklyReport) -> tuple[Path, str] | None:
    """Return the folder of `report` in `out_dir` and the instant of what lies there, if that knew more.

    None where nothing lies, nothing that this release can read, or a report without any data.
    """
    folder = out_dir / report["week"] / folder_of(report["view"])
    try:
        there = orjson.loads((folder / "report.json").read_bytes())
        held = there["provenance"]
        if (there["format"], there["week"]) != (FORMAT, report["week"]) or held["data_cut"] is None:
            return None
        return (folder, held["as_of"]) if held["as_of"] > report["provenance"]["as_of"] else None
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return None


def write_overview(out_dir: Path, base_url: str = "", printer: Printer = _ALONE) -> list[Path]:
    """Write index and feeds of the reports in `out_dir` and return the files; what has no report is removed.

    `base_url` (ending in "/") is where `out_dir` is published, for the links of the feeds; those of the index
    are relative. Raises ReportError if a file cannot be written, or if one of these names is not of pmtrend.
    """
    written = []
    try:
        made, complaints = printer.overview(out_dir, base_url)
        for complaint in complaints:
            LOG.warning("%s", complaint)
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


def report_files(
    report: WeeklyReport, langs: "Sequence[Lang]", *, images: "Images" = "svg", printer: Printer = _ALONE
) -> dict[str, bytes]:
    """Return the bytes of every file of the report, by its path inside the week's folder.

    Raises ReportError if a PNG is to show characters that no installed font has.
    """
    printed, document = printer.files(report, langs, images, partial(to_json, report))
    return printed | {"report.json": document.encode("utf-8")}


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _replace_files(contents: Mapping[Path, bytes]) -> list[Path]:
    """Do as replace_file does, several at a time; return the paths in their order."""
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        try:
            return list(threads.map(replace_file, contents, contents.values()))
        except RuntimeError:  # no thread can be started
            return list(map(replace_file, contents, contents.values()))


def replace_file(path: Path, content: bytes) -> Path:
    """Replace `path` at once: a reader, or a crash, sees the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    name = path.parent / f"{_TEMPORARY}{secrets.token_hex(8)}"
    # Not mkstemp, whose files only their owner may read: who may read a report is for the umask to say.
    handle = os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
    return path


def _remove_abandoned(*folders: Path) -> None:
    """Take away what a killed process had begun to write; what another one writes now is younger."""
    for folder in folders:
        now = folder.stat().st_mtime  # by the clock of the disk; something was just written there
        for path in folder.glob(f"{_TEMPORARY}*"):
            if now - path.stat().st_mtime > _ABANDONED:
                path.unlink(missing_ok=True)


def _stale(folder: Path, contents: Mapping[str, bytes]) -> Iterator[Path]:
    kept = {folder / name for name in contents}
    for pattern in _OURS:
        yield from sorted(path for path in folder.glob(pattern) if path not in kept and path.is_file())
