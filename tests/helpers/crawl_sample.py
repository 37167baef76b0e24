"""A crawl of the web, made by hand: invented employers, in the records that public crawls have."""

import gzip
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from scraper.fetching.warcfile import payload_digest


def job(title: str, company: str = "Nordlicht Software", **more: Any) -> dict[str, Any]:
    """A JobPosting as sites state it."""
    return {
        "@context": "https://schema.org/",
        "@type": "JobPosting",
        "title": title,
        "description": "<p>You own our LLM assistant and its RAG. 5+ years as a product manager.</p>",
        "hiringOrganization": {"@type": "Organization", "name": company},
        "jobLocation": {"@type": "Place", "address": {"addressLocality": "Hamburg", "addressCountry": "DE"}},
        **more,
    }


def page(*jobs: Any, head: str = "") -> bytes:
    """A web page that states these postings."""
    scripts = "".join(f'<script type="application/ld+json">{json.dumps(one)}</script>' for one in jobs)
    return f"<!doctype html><html><head>{head}{scripts}</head><body>Apply</body></html>".encode()


class Sample:
    """Writes a WARC file record by record, each in a gzip member of its own."""

    def __init__(self, path: Path):
        self.path = path
        self._file = path.open("wb")
        fields = b"software: an invented crawler\r\nisPartOf: CRAWL-2024-10\r\n"
        self._write("warcinfo", fields, "application/warc-fields", "2024-03-01T00:00:00Z")

    def close(self) -> Path:
        self._file.close()
        return self.path

    def seen(
        self,
        url: str,
        at: datetime,
        body: bytes,
        *,
        status: str = "200 OK",
        headers: Mapping[str, str] | None = None,
        date: str = "",
    ) -> None:
        """A request, the response to it, and what the crawler notes of it."""
        told = headers or {"Content-Type": "text/html; charset=utf-8"}
        date = date or at.strftime("%Y-%m-%dT%H:%M:%SZ")
        head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
        answer = f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body
        http = "application/http; msgtype="
        self._write("request", b"GET / HTTP/1.1\r\n\r\n", f"{http}request", date, url)
        self._write("response", answer, f"{http}response", date, url, payload_digest(body))
        self._write("metadata", b"fetchTimeMs: 25\r\n", "application/warc-fields", date, url)

    def again(self, url: str, at: datetime, body: bytes) -> None:
        """A revisit record: the page was what it had been."""
        date = at.strftime("%Y-%m-%dT%H:%M:%SZ")
        http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
        self._write("revisit", http, "application/http; msgtype=response", date, url, payload_digest(body))

    def damaged(self) -> None:
        """A gzip member with a byte that is wrong."""
        member = bytearray(gzip.compress(b"WARC/1.1\r\n" + bytes(range(256)) * 8))
        member[len(member) // 2] ^= 0xFF
        self._file.write(member)

    def _write(
        self, kind: str, block: bytes, content: str, date: str, url: str = "", digest: str = ""
    ) -> None:
        """One record: ISO 28500:2017, clause 5."""
        named = {
            "WARC-Type": kind,
            "WARC-Record-ID": f"<urn:uuid:{uuid4()}>",
            "WARC-Date": date,
            "WARC-Target-URI": url,
            "WARC-Payload-Digest": digest,
            "Content-Type": content,
            "Content-Length": str(len(block)),
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in named.items() if value)
        record = f"WARC/1.0\r\n{lines}\r\n".encode() + block + b"\r\n\r\n"
        self._file.write(gzip.compress(record, 1))


def made(path: Path, pages: Sequence[tuple[str, datetime, bytes]]) -> Path:
    """A file with these pages."""
    sample = Sample(path)
    for url, at, body in pages:
        sample.seen(url, at, body)
    return sample.close()
