"""Characters that an engine does not take: none of them gets as far as a store."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from databases import rows, url

from scraper.bounds import bounded, rejected
from scraper.importing import read_files
from scraper.looking.gathering import Gathered
from scraper.model import Board, RawPosting, Reject, Request
from scraper.runs.loading import import_listings
from scraper.runs.recording import Run
from scraper.sources import FAMILIES
from storage.store import Store, open_store

pytestmark = pytest.mark.usefixtures("each_engine")

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
WHOLE = RawPosting(
    "7",
    "AI Product Manager",
    "https://jobs.example/7",
    "You own RAG. 3+ years as a product manager. Bachelor's degree.",
    company="Acme",
    locations=("Berlin", "Shanghai"),
    salary_raw="25-40K·14薪",
    experience_raw="3-5年",
    education_raw="本科",
    requisition="R-12",
    apply_url="https://acme.example/apply/7",
)


def spoilt(value: Any) -> Any:
    """Put NUL, which PostgreSQL has in no text, and halves of surrogate pairs around it."""
    if isinstance(value, tuple):
        return tuple(map(spoilt, value))
    return f"\x00 {value} \x00\ud83d\x00"


SPOILT = replace(
    WHOLE,
    **{
        one.name: spoilt(getattr(WHOLE, one.name))
        for one in fields(RawPosting)
        if one.name != "format" and isinstance(getattr(WHOLE, one.name), (str, tuple))
    },
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(open_store(url(tmp_path / "x.db"))) as opened:
        yield opened


def checked(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of a store; no text has such a character, nor JSON the number of one."""
    found = rows(path)
    texts = [value for table in found.values() for row in table for value in row if isinstance(value, str)]
    assert not [text for text in texts if "\x00" in text or "\\u0000" in text or "\\ud83d" in text]
    return found


@pytest.mark.parametrize("family", ["ashby", "remotive"])
def test_none_of_a_board(store: Store, tmp_path: Path, family: str) -> None:
    """What a look gathers goes through `bounded`; the rest is as it would be from a sound one."""
    posting = bounded(SPOILT, lambda _: True)
    assert isinstance(posting, RawPosting)
    run = Run(store, "replay", NOW, lambda looked: None)
    reject = rejected(Reject(spoilt("9"), spoilt("no title")))
    seen = Gathered("complete", "", NOW, (posting,), (reject,), digest="x")
    run.look(Board(family, "acme", "Acme"), FAMILIES[family], Request("https://board.example/x"), seen)
    run.finish(NOW)
    found = checked(tmp_path / "x.db")
    (version,) = found["versions"]
    assert "RAG" in version[5] and len(found["tags"]) > 0


def test_none_of_a_file(store: Store, tmp_path: Path) -> None:
    names = {"id": "native_id", "salary": "salary_raw"}
    told = {
        name: getattr(SPOILT, names.get(name, name)) for name in ("id", "title", "url", "company", "salary")
    }
    line = told | {"description": SPOILT.description, "location": SPOILT.locations[0]}
    (tmp_path / "list.jsonl").write_text(json.dumps(line) + "\n")
    listings = read_files([tmp_path / "list.jsonl"], as_of=NOW, now=NOW)
    import_listings(store, listings, source="feed", complete=True, scope="", clock=lambda: NOW)
    found = checked(tmp_path / "x.db")
    assert len(found["postings"]) == 1 and len(found["tags"]) > 0
