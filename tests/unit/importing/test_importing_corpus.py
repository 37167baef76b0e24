"""Every folder of tests/recordings/import is a case: files in layouts that people have, and what they say.

`expected.json`: `as_of` (the option), then either `error` (words of the one sentence) or `listings`; `absent`
are words that must not leave the room. A posting is compared in all fields that are not empty; a native id
"row-*" is one made of company, title and place. `NAME.xlsx.rows.json` is written as a workbook first.
"""

import json
from dataclasses import fields
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from places import RECORDINGS

from scraper.errors import InputError
from scraper.importing import ImportedListing, parse_as_of, read_files
from scraper.model import RawPosting

CASES = RECORDINGS / "import"
NOW = datetime(2026, 11, 25, 8, tzinfo=UTC)


def inputs(case: Path, folder: Path) -> list[Path]:
    paths = []
    for path in sorted(case.iterdir()):
        if path.name == "expected.json":
            continue
        if path.name.endswith(".rows.json"):
            book = openpyxl.Workbook()
            for row in json.loads(path.read_text(encoding="utf-8")):
                book.active.append(row)
            path = folder / path.name.removesuffix(".rows.json")
            book.save(path)
        paths.append(path)
    return paths


def seen(posting: RawPosting) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for field in fields(posting):
        value = getattr(posting, field.name)
        if value in ("", (), None, False) or (field.name, value) == ("format", "text"):
            continue
        if field.name == "posted_at":
            value = value.isoformat()
        elif field.name == "locations":
            value = list(value)
        elif field.name == "pay":
            names = ("min", "max", "currency", "period", "months")
            value = {name: getattr(value, name) for name in names} | {"quote": value.quote.text}
        shown[field.name] = value
    return shown


def wanted(expected: dict[str, Any], actual: dict[str, Any]) -> dict[str, Any]:
    expected = dict(expected)
    if expected["native_id"] == "row-*" and actual["native_id"].startswith("row-"):
        expected["native_id"] = actual["native_id"]
    if isinstance(expected.get("locations"), str):
        names = expected["locations"].removeprefix("any order: ").split(", ")
        if sorted(actual["locations"]) == sorted(names):
            expected["locations"] = actual["locations"]
    return expected


def order(posting: dict[str, Any]) -> tuple[str, ...]:
    return (
        posting["title"],
        posting.get("company", ""),
        posting.get("salary_raw", ""),
    )


def read(case: Path, folder: Path) -> tuple[dict[str, Any], list[ImportedListing]]:
    expected = json.loads((case / "expected.json").read_text(encoding="utf-8"))
    as_of = parse_as_of(expected["as_of"]) if "as_of" in expected else None
    return expected, read_files(inputs(case, folder), as_of=as_of, now=NOW)


@pytest.mark.parametrize("case", sorted(CASES.iterdir()), ids=lambda case: case.name)
def test_case(case: Path, tmp_path: Path) -> None:
    expected = json.loads((case / "expected.json").read_text(encoding="utf-8"))
    if "error" in expected:
        with pytest.raises(InputError) as caught:
            read(case, tmp_path)
        sentence = str(caught.value)
        assert "\n" not in sentence and all(word in sentence for word in expected["error"]), sentence
        return
    _, listings = read(case, tmp_path)
    assert [listing.observed_at and listing.observed_at.isoformat() for listing in listings] == [
        listing["observed_at"] for listing in expected["listings"]
    ]
    for listing, want in zip(listings, expected["listings"], strict=True):
        actual = sorted(map(seen, listing.postings), key=order)
        due = sorted(want["postings"], key=order)
        assert len(actual) == len(due)
        for shown, posting in zip(actual, due, strict=True):
            assert shown == wanted(posting, shown)
        rejects = [{"native_id": reject.native_id, "reason": reject.reason} for reject in listing.rejects]
        assert rejects == want["rejects"]
        native_ids = [posting.native_id for posting in listing.postings]
        assert native_ids == sorted(set(native_ids))
    said = repr(listings)
    assert "CANARY" not in said  # stands for a recruiter's name, or for another part of the site
    assert not [word for word in expected.get("absent", []) if word in said]


@pytest.mark.parametrize("name", ["identity", "identity_numbers", "employer_sites_json"])
def test_the_order_and_the_number_of_paths_do_not_matter(name: str, tmp_path: Path) -> None:
    paths = inputs(CASES / name, tmp_path)
    expected = read_files(paths, as_of=NOW, now=NOW)
    for some in permutations(paths):
        assert read_files(some, as_of=NOW, now=NOW) == expected
    assert read_files([*paths, *paths], as_of=NOW, now=NOW) == expected


def test_the_digest_says_whether_the_rows_are_the_same(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    digests = []
    for text in (
        "title,company,x\nPM,A,1\nPM,B,2\n",
        "title,company,x\nPM,B,9\nPM,A,9\n",
        "title,company\nPM,A\n",
    ):
        path.write_text(text)
        digests.append(read_files([path], as_of=NOW, now=NOW)[0].digest)
    assert digests[0] == digests[1] != digests[2]


def test_files_are_read_in_the_order_of_their_dates(tmp_path: Path) -> None:
    for name, day in (("a.csv", "2026-05-20"), ("b.csv", "2026-05-06"), ("c.csv", "")):
        (tmp_path / name).write_text(f"title,company,collected_at\nPM,{name},{day}\n")
    listings = read_files([tmp_path / name for name in ("c.csv", "a.csv", "b.csv")], as_of=None, now=NOW)
    assert [listing.postings[0].company for listing in listings] == ["b.csv", "a.csv", "c.csv"]
    assert listings[-1].observed_at is None
