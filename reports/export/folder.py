"""A folder that is replaced as a whole: whoever looks at it sees the old export or the new one.

Work is done in a hidden folder beside it, which its worker holds locked. What a killed run left there is
removed by the next, and if it was killed between the two renames that replace a folder, the old one put back.
"""

import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reports.errors import ReportError
from reports.export.package import DESCRIPTOR, README, files_of

_NEW, _OLD = "new", "old"


@contextmanager
def replaced(folder: Path) -> Iterator[Path]:
    """Give an empty folder; when the block ends well, put what is in it in place of `folder`.

    Raises ReportError, and leaves `folder` as it was, if that is neither empty nor an export, or if it cannot
    be written.
    """
    try:
        target = folder.resolve()
        _refuse_others(folder, target)
        target.parent.mkdir(parents=True, exist_ok=True)
        for left in target.parent.glob(f"{_prefix(target)}*"):
            _clear(left, target)
        work = Path(tempfile.mkdtemp(prefix=_prefix(target), dir=target.parent))
        with _held(work):
            try:
                (work / _NEW).mkdir()
                yield work / _NEW
                os.sync()  # once, for there may be thousands of files
                _refuse_others(folder, target)  # what somebody may have put there meanwhile
                _swap(work, target)
            finally:
                _remove(work, target)
    except OSError as error:
        raise ReportError(f"the export cannot be written to {folder}: {error.strerror or error}") from error


def _refuse_others(folder: Path, target: Path) -> None:
    """Raise ReportError if there is anything but an export of ours, or if somebody stands in the folder."""
    nearest = next(path for path in (target, *target.parents) if path.exists())
    if not nearest.is_dir():
        raise ReportError(
            f"{folder if nearest == target else nearest} is a file; name a folder for the export"
        )
    if nearest != target:
        return
    if Path.cwd().is_relative_to(target):
        raise ReportError(f"{folder} holds what you are in; name a folder inside or beside it")
    ours = _files_of_export(target)
    found = (path.relative_to(target).as_posix() for path in sorted(target.rglob("*")) if not path.is_dir())
    other = next((path for path in found if path not in ours), None)
    if other is not None:
        raise ReportError(f"{folder} holds {other}, which is no part of an export; name another folder")


def _files_of_export(folder: Path) -> set[str]:
    """Return the files of the export in `folder`; none if there is no export."""
    try:
        package = json.loads((folder / DESCRIPTOR).read_text(encoding="utf-8"))
        return {DESCRIPTOR, README, *files_of(package)} if "pmtrend" in package else set()
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return set()


# ------------------------------------------------------------------ the folder beside it


def _prefix(target: Path) -> str:
    return f".{target.name}.pmtrend-"


@contextmanager
def _held(work: Path) -> Iterator[None]:
    """Hold the lock of a folder, which the kernel frees when its holder dies. Raises BlockingIOError."""
    handle = os.open(work, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)


def _clear(work: Path, target: Path) -> None:
    """Clear away what a killed run left, unless its worker lives."""
    try:
        with _held(work):
            _remove(work, target)
    except (BlockingIOError, FileNotFoundError, NotADirectoryError):
        return


def _remove(work: Path, target: Path) -> None:
    if (work / _OLD).exists() and not target.exists():
        (work / _OLD).rename(target)
    shutil.rmtree(work, ignore_errors=True)


def _swap(work: Path, target: Path) -> None:
    if target.exists():
        target.rename(work / _OLD)
    (work / _NEW).rename(target)
