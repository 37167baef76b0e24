"""Files to import that were made to do harm: they grow, point elsewhere, nest or never end."""

import json
import sys
import tracemalloc
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest

from scraper.bounds import MAX_DESCRIPTION
from scraper.errors import InputError
from scraper.importing import read_files

NOW = datetime(2026, 11, 25, 8, tzinfo=UTC)
SHEET = "xl/worksheets/sheet1.xml"
ENTITIES = '<!DOCTYPE s [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
EXTERNAL = '<!DOCTYPE s [<!ENTITY b SYSTEM "file:///etc/passwd">]>'


def cells(*texts: str) -> str:
    return "<row>" + "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in texts) + "</row>"


GOOD = cells("title", "company") + cells("AI产品经理", "云雀")


def sheet(rows: str, doctype: str = "") -> str:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return (
        f'<?xml version="1.0"?>{doctype}<worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>'
    )


def workbook(
    file: Path, changes: dict[str, Callable[[str], str]], more: dict[str, bytes] | None = None
) -> Path:
    """Write a workbook whose members are changed, with more members beside them."""
    plain = file.with_suffix(".plain")
    book = openpyxl.Workbook()
    book.active.append(["text"])
    book.save(plain)
    with (
        zipfile.ZipFile(plain) as old,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
    ):
        for name in old.namelist():
            text = old.read(name).decode()
            new.writestr(name, changes.get(name, str)(text))
        for name, content in (more or {}).items():
            new.writestr(name, content)
    return file


def titles(path: Path) -> list[str]:
    return [posting.title for one in read_files([path], as_of=None, now=NOW) for posting in one.postings]


def test_a_sound_workbook_of_this_make_is_read(tmp_path: Path) -> None:
    assert titles(workbook(tmp_path / "a.xlsx", {SHEET: lambda _: sheet(GOOD)})) == ["AI产品经理"]


@pytest.mark.parametrize("doctype", [ENTITIES, EXTERNAL])
@pytest.mark.parametrize("member", [SHEET, "xl/workbook.xml", "xl/sharedStrings.xml", "[Content_Types].xml"])
def test_a_workbook_with_a_document_type_is_not_read(tmp_path: Path, doctype: str, member: str) -> None:
    head = '<?xml version="1.0"?>'
    changes = {
        member: lambda text: head + doctype + text.removeprefix(head).replace("text", "&b;"),
    }
    path = workbook(tmp_path / "a.xlsx", changes, {} if member == SHEET else None)
    with pytest.raises(InputError) as raised:
        read_files([path], as_of=None, now=NOW)
    assert "\n" not in str(raised.value) and "root:" not in str(raised.value)


@pytest.mark.parametrize("target", ["../../../../etc/passwd", "/etc/passwd", "file:///etc/passwd"])
def test_what_a_workbook_points_at_is_looked_for_inside_it(tmp_path: Path, target: str) -> None:
    rels = "xl/_rels/workbook.xml.rels"
    changes = {rels: lambda text: text.replace("/xl/worksheets/sheet1.xml", target)}
    path = workbook(tmp_path / "a.xlsx", changes)
    with pytest.raises(InputError) as raised:
        read_files([path], as_of=None, now=NOW)
    assert "root:" not in str(raised.value)


def test_names_of_members_are_no_paths(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    more = {"../pwned": b"x", "/tmp/pwned-by-a-workbook": b"x", "..\\pwned": b"x"}
    path = workbook(folder / "a.xlsx", {SHEET: lambda _: sheet(GOOD)}, more)
    assert titles(path) == ["AI产品经理"]
    assert sorted(one.name for one in tmp_path.rglob("*")) == ["a.plain", "a.xlsx", "in"]
    assert not Path("/tmp/pwned-by-a-workbook").exists()


def test_a_workbook_that_unpacks_to_a_gigabyte_is_refused_before_it_is(tmp_path: Path) -> None:
    zeros = bytes(2**26)
    path = workbook(tmp_path / "a.xlsx", {}, {f"xl/media/{n}": zeros for n in range(9)})
    tracemalloc.start()
    try:
        with pytest.raises(InputError, match=r"a\.xlsx would be 576 MB unpacked; save it as CSV"):
            read_files([path], as_of=None, now=NOW)
        assert tracemalloc.get_traced_memory()[1] < 2**22
    finally:
        tracemalloc.stop()


def test_a_row_that_is_said_to_be_the_billionth_is_no_row(tmp_path: Path) -> None:
    far = '<row r="2000000000"><c t="inlineStr"><is><t>x</t></is></c></row>'
    path = workbook(tmp_path / "a.xlsx", {SHEET: lambda _: sheet(GOOD + far)})
    assert titles(path) == ["AI产品经理"]


def test_empty_cells_before_the_last_column_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scraper.importing.tables._MOST_CELLS", 2**18)
    wide = '<row><c r="XFD1" t="inlineStr"><is><t>x</t></is></c></row>'
    path = workbook(tmp_path / "a.xlsx", {SHEET: lambda _: sheet(GOOD + wide * 20)})
    with pytest.raises(InputError, match=r"a\.xlsx has more cells than any list of postings"):
        read_files([path], as_of=None, now=NOW)


@pytest.mark.parametrize(
    "rows",
    [
        '<row><c r="ZZZZZZZZZZ1"><v>1</v></c></row>',
        '<row r="x"><c><v>1</v></c></row>',
        f"<row><c><v>{'9' * 5000}</v></c></row>",
        '<row><c t="s"><v>99999</v></c></row>',
        '<row><c t="s"><v>-99999</v></c></row>',
        '<row><c t="d"><v>99999-99-99</v></c></row>',
        "<c>" * 50_000 + "</c>" * 50_000,
        "<row>" * 10,
    ],
)
def test_cells_that_no_program_wrote_are_one_sentence_or_no_posting(tmp_path: Path, rows: str) -> None:
    path = workbook(tmp_path / "a.xlsx", {SHEET: lambda _: sheet(GOOD + rows)})
    try:
        assert titles(path) == ["AI产品经理"]
    except InputError as error:
        assert "\n" not in str(error) and len(str(error)) < 300


@pytest.mark.parametrize(("place", "value"), [(6, 1), (8, 99)], ids=["encrypted", "unknown packing"])
def test_members_that_cannot_be_unpacked_are_one_sentence(tmp_path: Path, place: int, value: int) -> None:
    path = workbook(tmp_path / "a.xlsx", {SHEET: lambda _: sheet(GOOD)})
    content = bytearray(path.read_bytes())
    at = -1
    while (at := content.find(b"PK\x01\x02", at + 1)) >= 0:
        content[at + place + 2] = value
    path.write_bytes(content)
    with pytest.raises(InputError, match="not a readable XLSX workbook"):
        read_files([path], as_of=None, now=NOW)


# ------------------------------------------------------------------ saved pages


def nested(depth: int) -> str:
    """An MHTML file whose parts lie in parts."""
    text = 'MIME-Version: 1.0\nContent-Type: multipart/related; boundary="b0"\n\n'
    for level in range(depth):
        text += f'--b{level}\nContent-Type: multipart/related; boundary="b{level + 1}"\n\n'
    return text + f"--b{depth}\nContent-Type: text/html\n\n<html></html>\n"


def test_a_web_archive_that_nests_without_end_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.mhtml").write_text(nested(3000))
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(1000)  # Python's own: others in this process may have raised it
    try:
        with pytest.raises(InputError, match="whose parts are nested too deeply"):
            read_files([tmp_path / "a.mhtml"], as_of=None, now=NOW)
    finally:
        sys.setrecursionlimit(before)


def test_a_web_archive_whose_date_is_none_has_no_date(tmp_path: Path) -> None:
    header = "Mon, 01 Jan 99999999999999999999 00:00:00 +0000"
    (tmp_path / "a.mhtml").write_text(f"Date: {header}\n{nested(0)}")
    with pytest.raises(InputError, match="in which no postings were found"):
        read_files([tmp_path / "a.mhtml"], as_of=None, now=NOW)


# ------------------------------------------------------------------ rows


def test_a_row_is_bounded_as_an_item_of_a_board_is(tmp_path: Path) -> None:
    honest = {"title": "AI产品经理", "company": "云雀", "description": "负责大模型。" * 60_000}
    rows = [
        honest,
        honest | {"title": "产品经理" * 20_000},
        honest | {"company": "云" * 60_000},
        honest | {"location": ["上海"] * 1 + ["x" * 60_000]},
        honest | {"job_id": "9" * 3000},
    ]
    (tmp_path / "a.json").write_text(json.dumps(rows), encoding="utf-8")
    (listing,) = read_files([tmp_path / "a.json"], as_of=NOW, now=NOW)
    assert [len(posting.description) for posting in listing.postings] == [MAX_DESCRIPTION]
    assert listing.postings[0].text_cut
    assert [reject.reason.partition(": ")[2] for reject in listing.rejects] == [
        "its fields are longer than those of any posting",
        "its fields are longer than those of any posting",
        "its fields are longer than those of any posting",
        "its id is longer than that of any posting",
    ]


def test_marks_that_nobody_sees_are_in_no_name_of_an_imported_posting(tmp_path: Path) -> None:
    row = {"title": "AI产\u200b品经理\u202e", "company": "云\u202e雀", "location": "上\u00ad海"}
    (tmp_path / "a.json").write_text(json.dumps([row]), encoding="utf-8")
    (listing,) = read_files([tmp_path / "a.json"], as_of=NOW, now=NOW)
    (posting,) = listing.postings
    assert (posting.title, posting.company, posting.locations) == ("AI产品经理", "云雀", ("上海",))


@pytest.mark.parametrize(
    "content",
    [
        "title,company\n" + '"' * 200_000,
        "title,company\n" + '"a\n' * 20_000,
        "," * 300_000,
        "title,company\n" + "a" * 2**20,
        "title,company\n" + ("," * 1000 + "\n") * 300,
        "x" * 2**20,
        "<" * 2**20,
        "<html>" + "<div>" * 100_000,
        "<html>" + "<script " * 100_000,
        '<html><script type="application/ld+json">' + "[" * 200_000 + "</script>",
        "<html><script>window.__INITIAL_STATE__ = " * 30_000,
        '{"log": {"entries": [' + "[" * 100_000 + "]}}",
        '[{"title": "' + "a" * 2**20 + '"}]',
    ],
    ids=lambda text: text[:24],
)
def test_one_endless_line_is_one_sentence(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.dat").write_text(content, encoding="utf-8")
    try:
        found = read_files([tmp_path / "a.dat"], as_of=NOW, now=NOW)
        assert not any(one.postings for one in found)
    except InputError as error:
        assert "\n" not in str(error) and len(str(error)) < 600
