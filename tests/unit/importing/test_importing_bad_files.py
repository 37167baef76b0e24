"""Files named by mistake, and damaged ones: one sentence, and nothing is lost that can be read."""

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest

from scraper.errors import ConfigError, InputError
from scraper.importing import parse_as_of, read_files

NOW = datetime(2026, 11, 25, 8, tzinfo=UTC)


def archive(**members: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for name, text in members.items():
            made.writestr(name.replace("__", "/"), text)
    return buffer.getvalue()


def workbook(*rows: tuple[object, ...]) -> bytes:
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(buffer)
    return buffer.getvalue()


GOOD_BOOK = workbook(("职位", "公司"), *((f"产品经理{number}", "星屿") for number in range(300)))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf \r\n", "is empty"),
        (b"\0\0\0\0", "is empty"),
        (bytes(range(256)) * 20, "not text"),
        ("title,company\n".encode("utf-16-le") * 50, "not text"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100, "save it as XLSX or CSV"),
        (b"\x1f\x8b\x08rest", "unpack it"),
        (b"%PDF-1.7", "PDF"),
        (b"title,company\n" + b"\xff\xfe\x81\x20" * 50, "known encoding"),
        (b"<!DOCTYPE html><p>login</p>", "web page"),
        (archive(jobs="title,company"), "is a ZIP archive and no XLSX workbook; unpack it first"),
        (b"PK\x03\x04 cut", "bad.dat is not a readable XLSX"),
        (GOOD_BOOK[: len(GOOD_BOOK) // 2], "not a readable XLSX"),
        (workbook(("a", "b"), (1, 2)), "it has the columns a, b; needed are a title"),
        (workbook(), "it has the columns (none)"),
        (b"foo;bar\n1;2\n", "it has the columns foo, bar; needed are a title"),
        (b"title\nProduct Manager\n", "it has the columns title; needed are"),
        (b"[1, 2, 3]", "it has the columns (none)"),
        (b"{}", "it has the columns (none)"),
        (b"[" * 100_000, "bad.dat"),
        (b'{"a": {"b": {"c": {"d": {"e": {"jobs": []}}}}}}', "it has the columns a"),
        (b'{"jobs": [' + b"1" * 5000 + b"]}", "bad.dat"),
        (b'{"x": 1}\n{"x": 2}\n', "it has the columns x"),
    ],
)
def test_what_is_no_list_of_postings(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "bad.dat"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_files([path], as_of=None, now=NOW)
    assert words in str(caught.value) and "bad.dat" in str(caught.value) and "\n" not in str(caught.value)


def test_a_directory_and_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a directory"):
        read_files([tmp_path], as_of=None, now=NOW)
    with pytest.raises(InputError, match="there is no file"):
        read_files([tmp_path / "nothing.csv"], as_of=None, now=NOW)


def test_the_header_is_found_below_notes_and_on_every_sheet(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(("说明", "导出于 2026-05-01"))
    for city in ("北京", "上海"):
        sheet = book.create_sheet(city)
        sheet.append((f"{city}职位",))
        sheet.append((None, "职位名称", "公司名称", "发布时间", "城市"))
        sheet.append((1, "产品经理", "星屿", datetime(2026, 4, 30), city))  # noqa: DTZ001
        sheet.append((None, None, None, None, None))
        sheet.append((2, None, "星屿", None, city))
    path = tmp_path / "no_extension"
    book.save(path)
    (listing,) = read_files([path], as_of=None, now=NOW)
    assert sorted(posting.locations for posting in listing.postings) == [("上海",), ("北京",)]
    assert {posting.posted_at for posting in listing.postings} == {datetime(2026, 4, 30, tzinfo=UTC)}
    assert [reject.reason for reject in listing.rejects] == ["no_extension row 5: no title"] * 2


def test_rows_after_an_unclosed_quote_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "quotes.csv"
    rows = [f'PM {number},Harbor,"text, {number}"\n' for number in range(3000)]
    rows[5] = '"PM 5,Harbor,text\n'
    rows[1500] = 'PM 1500,Harbor,"text\n'  # the quote opens in the last cell: the line is a row by itself
    rows[2999] = '"PM 2999,Harbor,text'
    path.write_text("title,company,description\n" + "".join(rows))
    (listing,) = read_files([path], as_of=None, now=NOW)
    assert [reject.reason for reject in listing.rejects] == [
        "quotes.csv row 3001: its quotes do not match",
        "quotes.csv row 7: its quotes do not match",
    ]
    assert len(listing.postings) == 2998


def test_many_broken_quotes_cost_no_more_than_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "quotes.csv"
    path.write_text("title,company\n" + '"PM,Harbor\n' * 20_000)
    (listing,) = read_files([path], as_of=None, now=NOW)
    assert len(listing.rejects) == 20_000 and not listing.postings


def test_one_damaged_cell_does_not_change_the_encoding(tmp_path: Path) -> None:
    rows = "职位名称,公司名称\n" + "".join(f"产品经理{number},星屿科技\n" for number in range(100))
    for encoding in ("utf-8", "gbk"):
        path = tmp_path / f"{encoding}.csv"
        path.write_bytes(rows.encode(encoding) + "产品".encode(encoding)[:-1] + b",X\n")
        (listing,) = read_files([path], as_of=None, now=NOW)
        assert sum(posting.company == "星屿科技" for posting in listing.postings) == 100
        assert len(listing.postings) + len(listing.rejects) == 101


def test_rows_of_the_wrong_type_are_named(tmp_path: Path) -> None:
    path = tmp_path / "rows.json"
    path.write_text(
        '[{"title": "PM", "company": "A"}, null, 7, [], {"title": ["a"], "company": {}},'
        ' {"title": {}, "company": 1},'
        ' {"title": "PM", "company": "", "url": "mailto:x@y.example"}, {"title": NaN, "url": "https://x.example/1"}]'
    )
    (listing,) = read_files([path], as_of=None, now=NOW)
    assert [posting.title for posting in listing.postings] == ["PM"]
    assert [(reject.native_id, reject.reason) for reject in listing.rejects] == [
        ("", "rows.json row 2: it is not a JSON object"),
        ("", "rows.json row 3: it is not a JSON object"),
        ("", "rows.json row 4: it is not a JSON object"),
        ("", "rows.json row 5: neither company nor link nor posting id"),
        ("", "rows.json row 6: no title"),
        ("", "rows.json row 7: neither company nor link nor posting id"),
        ("https://x.example/1", "rows.json row 8: no title"),
    ]


def test_text_that_no_store_could_keep_is_cleaned(tmp_path: Path) -> None:
    path = tmp_path / "rows.json"
    path.write_text(
        '[{"title": "P\\ud800M \\u0000x", "company": "A_x000D_\\r\\nB", "description": "a\\r\\nb\\u0007"}]'
    )
    (posting,) = read_files([path], as_of=None, now=NOW)[0].postings
    assert (posting.title, posting.company, posting.description) == ("P\ufffdM x", "A B", "a\nb")
    repr(posting).encode()


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-05-13", "2026-05-13T00:00:00+00:00"),
        (" 2026-05-13 ", "2026-05-13T00:00:00+00:00"),
        ("2026-05-13T08:30+08:00", "2026-05-13T00:30:00+00:00"),
        ("2026-05-13T08:30:05.7Z", "2026-05-13T08:30:05+00:00"),
    ],
)
def test_as_of(text: str, instant: str) -> None:
    assert parse_as_of(text).isoformat() == instant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2026-13-01",
        "2026-05",
        "2026-W20-3",
        "13.05.2026",
        "2026-05-13T08:30",
        "0001-01-01T00:00+23:00",
    ],
)
def test_as_of_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="--as-of"):
        parse_as_of(text)
