"""What must hold for every file: cells come back as written, rows are read or named, nothing leaks."""

import csv
import io
import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.errors import InputError
from scraper.importing import ImportedListing, read_files
from scraper.importing.cleaning import readable_salary
from scraper.importing.values import plain

NOW = datetime(2026, 11, 25, 8, tzinfo=UTC)
HEADER = ("职位名称", "公司名称", "薪资", "学历", "职位描述", "招聘人")


def is_kept(text: str) -> bool:
    """Cells that mean themselves: not blank words, not written-out lists, no debris to clean."""
    return plain(text) == text and text == text.strip()


def texts(alphabet: st.SearchStrategy[str], max_size: int = 20) -> st.SearchStrategy[str]:
    return st.text(alphabet, min_size=1, max_size=max_size).filter(is_kept)


COMMON = st.sampled_from("产品经理数据算法，。、（）·～ABCxyz 0189,;\t\n\"'|-+")


def rows(alphabet: st.SearchStrategy[str]) -> st.SearchStrategy[list[tuple[str, ...]]]:
    title = texts(alphabet).map(lambda text: " ".join(text.split()))
    salary = title.filter(lambda text: readable_salary(text) == text)
    return st.lists(
        st.tuples(title, title, salary, title, texts(alphabet, 60), st.just("SECRET")), max_size=8
    )


def read_bytes(content: bytes) -> list[ImportedListing]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(content)
        return read_files([path], as_of=None, now=NOW)


def cells(listings: list[ImportedListing]) -> set[tuple[str, ...]]:
    assert not [reject for listing in listings for reject in listing.rejects]
    assert "SECRET" not in repr(listings)
    return {
        (posting.title, posting.company, posting.salary_raw, posting.education_raw, posting.description)
        for listing in listings
        for posting in listing.postings
    }


@given(
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gbk", "gb18030"]),
    st.sampled_from(",\t;|"),
    st.sampled_from(["\n", "\r\n"]),
    rows(COMMON),
)
def test_delimited_text_comes_back(
    encoding: str, delimiter: str, end: str, table: list[tuple[str, ...]]
) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator=end)
    writer.writerow(HEADER)
    writer.writerows(table)
    assert cells(read_bytes(buffer.getvalue().encode(encoding))) == {row[:5] for row in table}


@given(rows(COMMON))
def test_workbooks_come_back(table: list[tuple[str, ...]]) -> None:
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    for row in [HEADER, *table]:
        book.active.append([f"{cell}" for cell in row])
        for cell in book.active[book.active.max_row]:
            cell.data_type = "s"  # "=" is text here, no formula
    book.save(buffer)
    assert cells(read_bytes(buffer.getvalue())) == {row[:5] for row in table}


@given(
    rows(st.characters(exclude_categories=("Cs", "Cc", "Cf", "Zl", "Zp"), exclude_characters="\\")),
    st.booleans(),
    st.sampled_from([None, 1]),
)
def test_json_comes_back(table: list[tuple[str, ...]], lines: bool, indent: int | None) -> None:
    objects = [dict(zip(HEADER, row, strict=True)) for row in table]
    if lines and objects:
        text = "".join(json.dumps(item, ensure_ascii=False) + ",\n" for item in objects)
    else:
        text = json.dumps({"total": len(objects), "jobs": objects}, ensure_ascii=False, indent=indent)
    assert cells(read_bytes(text.encode())) == {row[:5] for row in table}


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=4) | st.just("name"), inner, max_size=3)
    ),
    max_leaves=6,
)
ITEMS = st.dictionaries(
    st.sampled_from(["title", "company", "url", "id", "city", "salary_min", "yoe", "requirements", "labels",
                     "remote", "posted_at", "description", "info"]),
    JUNK,
)  # fmt: skip


@given(st.lists(ITEMS | JUNK, max_size=6))
def test_every_json_row_is_read_or_named(items: list[object]) -> None:
    known = {"title": "PM", "company": "Harbor", "url": "https://x.example/first"}
    (listing,) = read_bytes(json.dumps([known, *items]).encode())
    assert 1 <= len(listing.postings) <= len(items) + 1 - len(listing.rejects)
    for posting in listing.postings:
        assert posting.native_id and posting.title
        repr(posting).encode()


@settings(max_examples=200)
@given(
    st.binary(max_size=400)
    | st.text("[]{}\":,\n title,company职位名称公司;\t'<>", max_size=200).map(str.encode)
)
def test_any_bytes_are_read_or_refused_in_a_sentence(content: bytes) -> None:
    try:
        read_bytes(content)
    except InputError as error:
        assert "\n" not in str(error)


@given(st.integers(0, 600), st.binary(min_size=1, max_size=3))
def test_a_damaged_feed_is_read_or_refused(position: int, damage: bytes) -> None:
    jobs = [
        {"title": f"产品经理{number}", "company": "星屿", "apply_url": f"https://x.example/{number}"}
        for number in range(6)
    ]
    content = json.dumps({"fetched_at": "2026-05-07T00:00:54Z", "jobs": jobs}, ensure_ascii=False).encode()
    try:
        listings = read_bytes(content[:position] + damage + content[position + 1 :])
    except InputError:
        return
    assert sum(len(listing.postings) + len(listing.rejects) for listing in listings) <= 6
