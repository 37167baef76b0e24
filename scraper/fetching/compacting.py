"""An archive that grows for years: what is there, and months of it made one file each, bodies kept once.

The files of a month become `YYYY/MM/pmtrend-YYYYMM.warc.gz`. Its records are those of the files, in their
order and to the byte, except that a body which the same or an earlier compacted month holds already becomes
a `revisit` record with the headers of its answer. A replay of all files tells the same as before. The new
file is read back and compared before it takes its place, and only then are the old ones removed: a kill
leaves the old files, or both, which say the same, and the next call goes on from there.
"""

import io
import os
import re
from collections import ChainMap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any, BinaryIO

from warcio.recordbuilder import RecordBuilder
from warcio.warcwriter import WARCWriter

from scraper.errors import ConfigError, InputError
from scraper.fetching.archive import REVISITED_WITHIN
from scraper.fetching.replay import ReplayArchive
from scraper.fetching.warcfile import RETRIED, Damaged, payload_digest, records
from storage.counted import counted

LEAST_AGE = REVISITED_WITHIN + timedelta(days=1)
"""Younger files are those that a run may still refer to."""
_OURS = re.compile(r"pmtrend-(\d{8}T\d{6}Z(?:-\d+)?|\d{6})\.warc\.gz")
_SMALL = 512
"""Bytes of a body below which a record that refers to it is no smaller."""
_GZIP = b"\x1f\x8b"
_STEP = 2**20

_Body = tuple[str, str]
"""What makes two bodies one: digest and Content-Type."""
_Place = tuple[str, str]
"""Where a body stands: URL and WARC-Date of its record."""


# ------------------------------------------------------------------ what is there


@dataclass(frozen=True, slots=True)
class Month:
    """The files of pmtrend in one folder `YYYY/MM` of an archive, by name; `size` is theirs in bytes."""

    folder: Path
    first: date
    files: tuple[Path, ...]
    size: int

    @property
    def target(self) -> Path:
        """The one file that they become."""
        return self.folder / f"pmtrend-{self.first:%Y%m}.warc.gz"

    @property
    def is_compact(self) -> bool:
        """Tell whether there is nothing to do."""
        return self.files == (self.target,)

    def is_older(self, than: date) -> bool:
        """Tell whether the whole month lies before a day."""
        return (self.first + timedelta(days=31)).replace(day=1) <= than


def months(folder: Path) -> list[Month]:
    """Return the months that an archive holds, in their order. Links and files of others are none of ours.

    Raises ConfigError if the archive is no folder, or one that may not be read.
    """
    if folder.is_file():
        raise ConfigError(f"the archive {folder} is a file, not a folder")
    if folder.is_dir() and not os.access(folder, os.R_OK | os.X_OK):
        raise ConfigError(f"the archive {folder} cannot be read: permission denied")
    found = []
    for inside in sorted(folder.glob("[0-9][0-9][0-9][0-9]/[0-9][0-9]")):
        year, month = int(inside.parent.name), int(inside.name)
        linked = any(path.is_symlink() for path in (inside.parent, inside))
        if linked or not inside.is_dir() or year < 1 or not 1 <= month <= 12:
            continue
        named = sorted(path for path in inside.iterdir() if _OURS.fullmatch(path.name))
        files = tuple(path for path in named if path.is_file() and not path.is_symlink())
        if files:
            size = sum(path.stat().st_size for path in files)
            found.append(Month(inside, date(year, month, 1), files, size))
    return found


def waiting(folder: Path, today: date, older: timedelta) -> list[Month]:
    """Return the months that ended `older` before `today` and are not compact yet.

    Raises ConfigError for an age at which runs still refer to the files.
    """
    if older < LEAST_AGE:
        raise ConfigError(
            f"--older {older.days}d is too young: replies of the last {LEAST_AGE.days} days are referred to"
        )
    return [month for month in months(folder) if month.is_older(today - older) and not month.is_compact]


def lines(folder: Path, today: date, older: timedelta) -> list[str]:
    """Return what an archive holds, year by year, and what `compact` could make smaller."""
    found = months(folder)
    if not found:
        return [f"{folder} holds no archived replies"]
    told = []
    for year, group in groupby(found, key=lambda month: month.first.year):
        of_year = list(group)
        told.append(f"{year}\t{of_year[0].first:%m} to {of_year[-1].first:%m}\t{_amount(of_year)}")
    told.append(f"all\t{found[0].first:%Y-%m} to {found[-1].first:%Y-%m}\t{_amount(found)}")
    if old := waiting(folder, today, older):
        size = megabytes(sum(month.size for month in old))
        told.append(f"older than {older.days} days and not yet compact: {counted(len(old), 'month')}, {size}")
    return told


def _amount(of: Sequence[Month]) -> str:
    files = sum(len(month.files) for month in of)
    return f"{counted(files, 'file')}\t{megabytes(sum(month.size for month in of))}"


def megabytes(size: int) -> str:
    """Return a size for people."""
    return f"{size / 1e6:.1f} MB"


# ------------------------------------------------------------------ making it smaller


@dataclass(frozen=True, slots=True)
class Compacted:
    """What became of a month: how many files of which size were made one; `problem` says why not, or what of
    them could not be read."""

    month: Month
    files: int = 0
    before: int = 0
    after: int = 0
    problem: str = ""


class _Unfit(Exception):
    """The files of a month cannot become one; the text says why."""


def compact(folder: Path, wanted: Sequence[Month]) -> Iterator[Compacted]:
    """Make each of the months (those of `waiting`) one file; yield what became of it.

    No run may be at work. Raises ConfigError if a file cannot be written, which leaves everything readable
    as it was.
    """
    bodies: dict[_Body, _Place] = {}
    for month in months(folder):
        try:
            if month.is_compact:
                bodies |= _held(month, bodies)
            elif month in wanted:
                yield _compact_month(month, bodies)
        except OSError as error:
            raise ConfigError(f"the archive {month.folder} cannot be written: {error.strerror}") from error


def _held(month: Month, bodies: dict[_Body, _Place]) -> dict[_Body, _Place]:
    """The bodies that a month which is compact already is the first to hold."""
    own: dict[_Body, _Place] = {}
    with open(os.devnull, "wb") as nowhere, suppress(_Unfit):
        _merge(month.files, nowhere, bodies, own)
    return own


def _compact_month(month: Month, bodies: dict[_Body, _Place]) -> Compacted:
    """Make a month one file, and add the bodies that it is the first to hold to those of earlier ones."""
    part = month.target.with_name(month.target.name + ".part")
    own: dict[_Body, _Place] = {}
    try:
        with part.open("wb") as out:
            torn = _merge(month.files, out, bodies, own)
            out.flush()
            os.fsync(out.fileno())
        _compare(month.files, part)
        os.replace(part, month.target)
        _sync(month.folder)
        for file in month.files:
            if file != month.target:
                file.unlink()
    except _Unfit as reason:
        return Compacted(month, problem=f"{month.folder} is left as it is: {reason}")
    finally:
        part.unlink(missing_ok=True)
    bodies |= own
    return Compacted(month, len(month.files), month.size, month.target.stat().st_size, torn)


def _sync(folder: Path) -> None:
    """Bring the new name to the disk before the old ones go."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # not every file system takes it
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _compare(files: Sequence[Path], merged: Path) -> None:
    """Raise _Unfit unless the merged file tells all that the files tell."""
    if _told(files) != _told([merged]):
        raise _Unfit("what was written does not read as the files do")


def _told(files: Sequence[Path]) -> tuple[set[Any], set[str]]:
    try:
        archive = ReplayArchive(files)
    except InputError:  # runs that were ended before anything was answered
        return set(), set()
    exchanges = {
        (one.at, one.url, one.method, one.body, one.status, one.error, one.reason, one.digest)
        for one in archive.exchanges
    }
    return exchanges, set(archive.notices)


# ------------------------------------------------------------------ record by record


@dataclass(frozen=True, slots=True)
class _Kept:
    """What becomes of a record: `instead` stands in its place (None: it stays); `first`: what it brings."""

    instead: bytes | None = None
    first: dict[_Body, _Place] = field(default_factory=dict)


def _merge(
    files: Sequence[Path], out: BinaryIO, bodies: dict[_Body, _Place], own: dict[_Body, _Place]
) -> str:
    """Write the records of the files to `out`; return what of them could not be read, as a sentence.

    `own` gets the bodies that these files are the first to hold. Raises _Unfit for a file that cannot be read
    to its end though it was not merely cut off by a kill.
    """
    seen: set[str] = set()
    torn = []
    for path in files:
        with path.open("rb") as file:
            if file.read(2) not in (_GZIP, b""):
                raise _Unfit(f"{path.name} is not compressed record by record")
            begun: tuple[int, _Kept] | None = None
            try:
                for offset, record in records(file):
                    if begun:  # whole, now that another one begins behind it
                        own |= _copy(path, begun[0], offset, begun[1], out)
                    begun = offset, _kept(record, seen, ChainMap(own, bodies))
                end = path.stat().st_size
            except Damaged as damage:
                if damage.what != "is cut off":
                    raise _Unfit(f"{path.name}: at byte {damage.offset} it {damage.what}") from damage
                if begun and begun[0] == damage.offset:
                    begun = None
                end = damage.offset
                torn.append(f"{path.name} was cut off at byte {end}; what stands before is kept")
            if begun:
                own |= _copy(path, begun[0], end, begun[1], out)
    return "; ".join(torn)


def _copy(path: Path, start: int, end: int, kept: _Kept, out: BinaryIO) -> dict[_Body, _Place]:
    """Write a record as it stands, or what stands instead; return the body that it is the first to hold."""
    if kept.instead is not None:
        out.write(kept.instead)
        return {}
    with path.open("rb") as file:
        file.seek(start)
        left = end - start
        while left and (piece := file.read(min(left, _STEP))):
            out.write(piece)
            left -= len(piece)
    return kept.first


def _kept(record: Any, seen: set[str], known: Mapping[_Body, _Place]) -> _Kept:
    headers = record.rec_headers
    name = headers.get_header("WARC-Record-ID") or ""
    if record.rec_type == "warcinfo":
        name = record.raw_stream.read(_STEP).decode("utf-8", "replace")  # one of each wording is enough
    if name in seen:
        return _Kept(b"")
    seen.add(name)
    http = record.http_headers
    if record.rec_type != "response" or not http or http.get_statuscode() != "200":
        return _Kept()
    digest = headers.get_header("WARC-Payload-Digest")
    if headers.get_header(RETRIED) or not digest or (record.length or 0) < _SMALL:
        return _Kept()
    content = record.content_stream().read()
    if len(content) < _SMALL or payload_digest(content) != digest:
        return _Kept()
    body = digest, http.get_header("Content-Type") or ""
    url, at = headers.get_header("WARC-Target-URI"), headers.get_header("WARC-Date")
    if place := known.get(body):
        return _Kept(_revisit(name, url, at, digest, place, http))
    return _Kept(first={body: (url, at)})


def _revisit(name: str, url: str, at: str, digest: str, place: _Place, http: Any) -> bytes:
    builder = RecordBuilder(warc_version="1.1")
    given = {"WARC-Date": at, "WARC-Record-ID": name}
    record = builder.create_revisit_record(url, digest, *place, http, given)
    buffer = io.BytesIO()
    WARCWriter(buffer, gzip=True, warc_version="1.1").write_record(record)
    return buffer.getvalue()
