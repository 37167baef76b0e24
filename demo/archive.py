"""Writes the exchanges as a WARC file whose bytes depend on nothing but its content."""

import io
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from warcio.recordbuilder import RecordBuilder
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from scraper.fetching.warcfile import payload_digest

_NAMESPACE = uuid.UUID("0b8c6a52-3d5f-5f5c-8e0a-9b7d4c1e2f33")
_STATUS = {200: "200 OK", 403: "403 Forbidden", 503: "503 Service Unavailable"}
_builder = RecordBuilder(warc_version="1.1")


@dataclass(frozen=True, slots=True)
class Exchange:
    """One GET request and what came back."""

    at: datetime
    url: str
    status: int
    body: bytes
    content_type: str = "application/json; charset=utf-8"


def write(exchanges: Iterable[Exchange], notice: str, started: datetime) -> bytes:
    """Return a gzipped WARC 1.1 file: warcinfo with the notice, then request and response of each exchange.

    A body that its URL answered before is kept as a `revisit` record that refers to the first. Record ids
    are derived from content. (The compressed bytes also depend on the zlib build; the records do not.)
    """
    file = io.BytesIO()
    writer = WARCWriter(file, gzip=True, warc_version="1.1")
    about = f"software: pmtrend demo market\r\nformat: WARC File Format 1.1\r\nnotice: {notice}\r\n"
    writer.write_record(_record("warcinfo", None, started, about.encode()))
    kept: dict[tuple[str, str], datetime] = {}
    for exchange in exchanges:
        digest = payload_digest(exchange.body)
        known = kept.get((exchange.url, digest))
        kept.setdefault((exchange.url, digest), exchange.at)
        response = _response(exchange, digest, known)
        writer.write_record(_request(exchange, response))
        writer.write_record(response)
    return file.getvalue()


def _request(exchange: Exchange, response: Any) -> Any:
    parts = urlsplit(exchange.url)
    headers = [
        ("Host", parts.netloc),
        ("User-Agent", "pmtrend (demonstration, never sent)"),
        ("Accept", "application/json"),
    ]
    http = StatusAndHeaders(f"{parts.path}?{parts.query} HTTP/1.1", headers, protocol="GET")
    extra = {"WARC-Concurrent-To": response.rec_headers.get_header("WARC-Record-ID")}
    return _record("request", exchange.url, exchange.at, b"", http, extra)


def _response(exchange: Exchange, digest: str, known: datetime | None) -> Any:
    headers = [("Content-Type", exchange.content_type), ("Content-Length", str(len(exchange.body)))]
    http = StatusAndHeaders(_STATUS[exchange.status], headers, protocol="HTTP/1.1")
    if known is None:
        return _record("response", exchange.url, exchange.at, exchange.body, http)
    fixed = _fixed("revisit", exchange.url, exchange.at, exchange.body)
    return _builder.create_revisit_record(exchange.url, digest, exchange.url, _date(known), http, fixed)


def _record(
    kind: str,
    url: str | None,
    at: datetime,
    block: bytes,
    http: StatusAndHeaders | None = None,
    extra: dict[str, str] | None = None,
) -> Any:
    headers = _fixed(kind, url, at, block) | (extra or {})
    return _builder.create_warc_record(
        url, kind, io.BytesIO(block), len(block), "", headers, http_headers=http
    )


def _fixed(kind: str, url: str | None, at: datetime, block: bytes) -> dict[str, str]:
    """The two headers that warcio would take from the clock and from chance."""
    name = " ".join([kind, url or "", _date(at), payload_digest(block)])
    return {"WARC-Record-ID": f"<urn:uuid:{uuid.uuid5(_NAMESPACE, name)}>", "WARC-Date": _date(at)}


def _date(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
