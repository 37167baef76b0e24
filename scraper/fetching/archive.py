"""Keeping every answer: one WARC file per run, from which `replay` can tell the same story again.

Bodies are kept as they are after inflating (no Content-Encoding, true Content-Length). A body that is the
one kept last for the same request becomes a `revisit` record, and so does the answer "not modified". A
request that got no answer leaves a `metadata` record with the fields `fetch-error` (a class of
scraper.errors) and `reason`. Credentials, cookies and the tokens of sessions are not written (see redaction).
"""

import fcntl
import io
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from warcio.recordbuilder import RecordBuilder
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from scraper.errors import ConfigError, FetchError
from scraper.fetching.outcome import Answer, status_line
from scraper.fetching.redaction import public_headers, public_url, without_token
from scraper.fetching.warcfile import RETRIED, payload_digest
from scraper.model import NOT_MODIFIED, Request
from storage.version import __version__

REVISITED_WITHIN = timedelta(
    days=30
)  # then a body is kept in full again, so that no file leans on a long chain
LEAST_FREE = 100 * 2**20
"""Bytes without which no run is begun; a first one over some hundred boards writes a third of that."""
_INDEX = "latest-bodies.json"
_NOT_MODIFIED_PROFILE = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
_CHANGED_BY_US = frozenset(
    {"content-encoding", "transfer-encoding", "content-length", "connection", "keep-alive"}
)


class WarcArchive:
    """Writes the exchanges of one run to `folder`/YYYY/MM/pmtrend-<UTC stamp>.warc.gz; a context manager.

    `clock` gives the UTC time; `notice` (such as "invented data") and `operator` stand in the leading
    warcinfo record. The file is begun with the first exchange; `path` is None before. Every exchange is
    flushed whole: a kill leaves the earlier ones readable. `folder`/latest-bodies.json remembers which bodies
    are kept where; without it they are kept once more. Safe to share between threads. Writing raises
    ConfigError if the file cannot be written (a full disk), which leaves the earlier exchanges intact.
    """

    def __init__(self, folder: Path, clock: Callable[[], datetime], *, notice: str = "", operator: str = ""):
        self.path: Path | None = None
        self._folder = folder
        self._clock = clock
        self._about = {
            "software": f"pmtrend/{__version__}",
            "format": "WARC File Format 1.1",
            "operator": operator,
            "notice": notice,
        }
        self._descriptor = -1
        self._closed = False
        self._size = 0
        self._lock = Lock()
        self._index = _BodyIndex(folder)
        self._builder = RecordBuilder(warc_version="1.1")

    def __enter__(self) -> Self:
        check_space(self._folder)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Bring the file to the disk, then the index that refers to it. May be called twice."""
        with self._lock:
            self._closed = True
            descriptor, self._descriptor = self._descriptor, -1
        if descriptor < 0:
            return
        try:
            os.fsync(descriptor)
        except OSError as error:
            raise ConfigError(f"the archive {self.path} cannot be written: {error.strerror}") from error
        finally:
            os.close(descriptor)
        with suppress(OSError):  # an index that cannot be written costs space in the next run, nothing else
            self._index.save(self._clock() - REVISITED_WITHIN)

    def write(self, request: Request, answer: Answer, *, retried: bool = False) -> None:
        """Keep an answer of any status; `request` as sent, `retried` if another try follows at once."""
        with self._lock:
            path = self._open()
            key, since = _question(request), answer.at - REVISITED_WITHIN
            answer = replace(answer, body=without_token(answer.body, request.token))
            digest = self._index.digest(key, since) if answer.status == NOT_MODIFIED else None
            digest = digest or payload_digest(answer.body)
            told = bool(answer.body) or answer.status == NOT_MODIFIED
            known = self._index.get(key, digest, since) if told else None
            response = self._response(answer, digest, known)
            if retried:
                response.rec_headers.add_header(RETRIED, "yes")
            self._append(self._request(request, answer.at, response), response)
            if answer.body and answer.status == 200:
                self._index.put(key, digest, answer, path, since)

    def knows(self, request: Request, at: datetime) -> bool:
        """Tell whether the body is kept to which "not modified", answered to `request`, would refer."""
        with self._lock:
            kept = self._index.entry(_question(request), at - REVISITED_WITHIN)
            return kept is not None and kept[3] == _validators(dict(request.headers))

    def write_failure(self, request: Request, error: FetchError, at: datetime) -> None:
        """Keep the outcome of a request that got no answer."""
        with self._lock:
            self._open()
            block = _fields({"fetch-error": type(error).__name__, "reason": error.reason})
            failure = self._record("metadata", request.url, at, block)
            self._append(self._request(request, at, failure), failure)

    def _response(self, answer: Answer, digest: str, known: str | None) -> Any:
        headers = [
            h for h in public_headers(answer.headers, answered=True) if h[0].lower() not in _CHANGED_BY_US
        ]
        headers.append(("Content-Length", str(len(answer.body))))
        http = StatusAndHeaders(status_line(answer.status), headers, protocol="HTTP/1.1")
        if known is None:
            return self._record("response", answer.url, answer.at, answer.body, http)
        revisit = self._builder.create_revisit_record(
            answer.url, digest, answer.url, known, http, {"WARC-Date": _warc_date(answer.at)}
        )
        if answer.status == NOT_MODIFIED:
            revisit.rec_headers.replace_header("WARC-Profile", _NOT_MODIFIED_PROFILE)
        return revisit

    def _request(self, request: Request, at: datetime, concurrent: Any) -> Any:
        """The request record stands first: were it lost to a kill, a POST would pass for a GET."""
        parts = urlsplit(public_url(request.url))
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers = public_headers(request.headers)
        http = StatusAndHeaders(f"{target} HTTP/1.1", headers, protocol=request.method)
        extra = {"WARC-Concurrent-To": concurrent.rec_headers.get_header("WARC-Record-ID")}
        return self._record("request", request.url, at, request.body, http, extra)

    def _record(
        self,
        kind: str,
        url: str | None,
        at: datetime,
        block: bytes,
        http: StatusAndHeaders | None = None,
        extra: dict[str, str] | None = None,
    ) -> Any:
        return self._builder.create_warc_record(
            public_url(url) if url else None,
            kind,
            payload=io.BytesIO(block),
            length=len(block),
            warc_headers_dict={"WARC-Date": _warc_date(at), **(extra or {})},
            http_headers=http,
        )

    def _open(self) -> Path:
        if self._closed:
            raise ValueError("the archive is closed")
        if self.path is not None:
            return self.path
        now = self._clock()
        folder = self._folder / f"{now:%Y}" / f"{now:%m}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._descriptor, self.path = _create(folder, f"pmtrend-{now:%Y%m%dT%H%M%SZ}")
        except OSError as error:
            raise ConfigError(f"the archive folder {folder} cannot be written: {error.strerror}") from error
        self._append(
            self._record("warcinfo", None, now, _fields(self._about), None, {"WARC-Filename": self.path.name})
        )
        return self.path

    def _append(self, *records: Any) -> None:
        buffer = io.BytesIO()
        writer = WARCWriter(buffer, gzip=True, warc_version="1.1")
        for record in records:
            writer.write_record(record)
        data = memoryview(buffer.getvalue())
        try:
            written = 0
            while written < len(data):
                written += os.write(self._descriptor, data[written:])
        except OSError as error:
            os.ftruncate(
                self._descriptor, self._size
            )  # a torn record would hide all that are written after it
            raise ConfigError(f"the archive {self.path} cannot be written: {error.strerror}") from error
        self._size += len(data)


_Kept = tuple[str, str, str, str]


class _BodyIndex:
    """Which body was kept last for which request: key → its digest, its record's WARC-Date, file, validators.

    The file is relative to the folder. An entry counts while it is recent and its file still there.
    """

    def __init__(self, folder: Path):
        self._folder = folder
        self._entries = _loaded(folder / _INDEX)
        self._own: dict[str, _Kept] = {}
        self._there: dict[str, bool] = {}

    def get(self, key: str, digest: str, since: datetime) -> str | None:
        """Return the WARC-Date of the record with this body."""
        entry = self.entry(key, since)
        return entry[1] if entry and entry[0] == digest else None

    def digest(self, key: str, since: datetime) -> str | None:
        """Return the digest of the body kept last."""
        entry = self.entry(key, since)
        return entry[0] if entry else None

    def entry(self, key: str, since: datetime) -> _Kept | None:
        """Return what is known of the body kept last."""
        entry = self._entries.get(key)
        if entry is None or entry[1] < _warc_date(since):
            return None
        file = entry[2]
        if file not in self._there:
            self._there[file] = (self._folder / file).is_file()
        return entry if self._there[file] else None

    def put(self, key: str, digest: str, answer: Answer, path: Path, since: datetime) -> None:
        """Remember a body; one that is kept already stands where it stood."""
        kept = self.entry(key, since)
        place = path.relative_to(self._folder).as_posix()
        at, file = kept[1:3] if kept and kept[0] == digest else (_warc_date(answer.at), place)
        self._entries[key] = self._own[key] = (digest, at, file, _validators_of(answer))

    def save(self, since: datetime) -> None:
        """Write what is remembered, with what other collectors on this machine have learned meanwhile."""
        target, beside = self._folder / _INDEX, self._folder / f"{_INDEX}.new"
        with _alone(self._folder):
            latest = _loaded(target) | self._own
            entries = {key: entry for key, entry in latest.items() if entry[1] >= _warc_date(since)}
            with beside.open("w", encoding="ascii") as file:
                json.dump(entries, file, indent=0)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(target)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Be the only one that writes to the folder's index; the kernel's lock ends with its holder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _loaded(path: Path) -> dict[str, _Kept]:
    """A lost or spoilt index costs some space, nothing else: then it is empty."""
    try:
        entries = json.loads(path.read_text(encoding="ascii"))
        return {key: _kept(*map(str, entry)) for key, entry in entries.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _kept(digest: str, date: str, file: str, validators: str) -> _Kept:
    return digest, date, file, validators


def _validators_of(answer: Answer) -> str:
    return _validators(
        {"If-None-Match": answer.header("etag"), "If-Modified-Since": answer.header("last-modified")}
    )


def _validators(conditions: Mapping[str, str]) -> str:
    """What tells a body from others of its address, in the form of the conditions of a request."""
    return "\n".join(conditions.get(name, "") for name in ("If-None-Match", "If-Modified-Since"))


def check_space(folder: Path) -> None:
    """Raise ConfigError if the disk of `folder`, which need not exist yet, has no room for a run."""
    there = next(place for place in (folder, *folder.absolute().parents) if place.is_dir())
    free = shutil.disk_usage(there).free
    if free < LEAST_FREE:
        raise ConfigError(
            f"the disk of the archive {folder} is nearly full ({free // 2**20} MB left); nothing was asked"
        )


def _question(request: Request) -> str:
    return f"{request.method} {public_url(request.url)} {payload_digest(request.body)}"


def _create(folder: Path, stem: str) -> tuple[int, Path]:
    for suffix in ["", *(f"-{n}" for n in range(2, 100))]:
        path = folder / f"{stem}{suffix}.warc.gz"
        try:
            return os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND, 0o644), path
        except FileExistsError:
            continue
    raise FileExistsError(17, f"{stem} exists many times", str(folder))


def _fields(values: dict[str, str]) -> bytes:
    lines: Iterable[str] = (
        f"{name}: {' '.join(value.split())}\r\n" for name, value in values.items() if value
    )
    return "".join(lines).encode("utf-8", "backslashreplace")


def _warc_date(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
