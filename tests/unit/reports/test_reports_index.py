"""The index over all weeks: newest first, in both languages, made anew from what lies in the folder."""

import logging
import re
from copy import deepcopy
from pathlib import Path
from typing import cast
from urllib.parse import unquote

import pytest
from page_reader import Node, read
from report_market import PARSER, report_of_kind, tables

from reports.building.findings import CLEAR, most_telling
from reports.building.weekly import to_json
from reports.document.weekly import Finding, WeeklyReport
from reports.errors import ReportError
from reports.output.stored import read_weeks
from reports.output.writing import write_overview
from reports.wording.words import LANGS, Lang

EVIL = '<script>hacked=1</script>"><img src=x onerror=hacked=1>|\u202e'


@pytest.fixture(scope="module")
def regular() -> WeeklyReport:
    return report_of_kind("regular")


def store(out: Path, report: WeeklyReport, week: str, *files: str, folder: str = "") -> None:
    """Put a report into the folder of a week (or another), and empty files beside it."""
    changed = deepcopy(report)
    changed["week"] = week
    into = out / (folder or week)
    into.mkdir(parents=True)
    (into / "report.json").write_text(to_json(changed), encoding="utf-8")
    for file in files:
        (into / file).touch()


BOTH = ("report.en.md", "report.zh.md", "report.html")


def items(out: Path, lang: Lang) -> list[Node]:
    page = read((out / "index.html").read_text("utf-8"))
    return [item for weeks in page.one(lang).all("ol", "weeks") for item in weeks.all("li")]


def test_weeks_newest_first_with_links_that_lead_to_files(regular: WeeklyReport, tmp_path: Path) -> None:
    for week in ("2026-W09", "2025-W52", "2026-W10"):
        store(tmp_path, regular, week, *BOTH)
    write_overview(tmp_path)
    markdown = (tmp_path / "index.md").read_text("utf-8")
    for lang in LANGS:
        told = items(tmp_path, lang)
        assert [item.all("h2")[0].text() for item in told] == ["2026-W10", "2026-W09", "2025-W52"]
        assert [a.attributes["href"] for a in told[0].all("a")] == [
            f"2026-W10/report.html#{lang}",
            f"2026-W10/report.html#{lang}",
            f"2026-W10/report.{lang}.md",
        ]
    links = re.findall(r"\]\(([^)]+)\)", markdown)
    assert len(links) == 2 * 2 * 3
    assert all((tmp_path / link.partition("#")[0]).is_file() for link in links)


def test_a_week_says_what_it_found_and_what_to_beware_of(regular: WeeklyReport, tmp_path: Path) -> None:
    store(tmp_path, regular, "2026-W48", *BOTH)
    write_overview(tmp_path)
    n = next(f["n"] for f in regular["findings"] if f["id"] == "listed")
    for lang, words in (
        ("en", ("INVENTED DATA", "preliminary", "AIGC PM")),
        ("zh", ("虚构", "初步", "AIGC 产品经理")),
    ):
        (item,) = items(tmp_path, lang)  # type: ignore[arg-type]
        assert all(word in item.text() for word in (*words, f"{n}"))
    table = (tmp_path / "index.md").read_text("utf-8")
    assert "2026-W48 (INVENTED DATA, preliminary)" in table
    assert "2026-W48（虚构数据" in table


def test_a_week_after_a_break_is_told_by_what_could_be_compared() -> None:
    def told(*findings: tuple[str, str, str | None]) -> str:
        keys = ("id", "verdict", "direction")
        whole = [{**dict(zip(keys, one, strict=True)), "extra": {"by_definition": int(one[2] == CLEAR[0])}}
                 for one in findings]  # fmt: skip
        return most_telling(cast("list[Finding]", whole))["id"]

    listed, broken = ("listed", "level", None), ("not_comparable_break", "not_comparable", None)
    mix, claims = ("class_share_change", "no_clear_change", None), ("hypotheses", "level", None)
    assert told(listed, broken, mix, claims) == "class_share_change"
    assert told(listed, broken, claims, ("mover", "rose", None)) == "mover"
    assert told(listed, broken, ("skill_contrast", "level", "higher_in_ai")) == "skill_contrast"
    assert told(listed, broken, mix, ("skill_contrast", "level", CLEAR[0])) == "class_share_change"
    assert told(listed, broken, ("level_change", "insufficient", None)) == "listed"
    assert told(("empty", "level", None)) == "empty"


def test_a_week_without_postings_tells_no_number(tmp_path: Path) -> None:
    store(tmp_path, report_of_kind("all_failed"), "2026-W48", *BOTH)
    write_overview(tmp_path)
    (item,) = items(tmp_path, "en")
    assert "n =" not in item.text()
    assert "preliminary" not in item.text()
    assert "missing" in item.text() or "No board" in item.text()


def test_a_language_that_was_not_written_leads_to_the_other(regular: WeeklyReport, tmp_path: Path) -> None:
    store(tmp_path, regular, "2026-W48", "report.zh.md", "report.html")
    store(tmp_path, regular, "2026-W47", "report.zh.md")
    write_overview(tmp_path)
    first, second = (
        [(a.text(), a.attributes["href"]) for a in i.all("a")[1:]] for i in items(tmp_path, "en")
    )
    assert first == [("HTML", "2026-W48/report.html#en")]
    assert second == [("中文", "2026-W47/report.zh.md")]


def test_what_is_damaged_or_of_another_release_is_left_out_with_a_warning(
    regular: WeeklyReport, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store(tmp_path, regular, "2026-W48", *BOTH)
    store(tmp_path, regular, "2026-W47", *BOTH)
    (tmp_path / "2026-W47" / "report.json").write_text('{"format": 1')
    changed: WeeklyReport = {**regular, "format": 999}  # type: ignore[typeddict-item]
    store(tmp_path, changed, "2026-W46", *BOTH)
    (tmp_path / "2026-W45").mkdir()
    (tmp_path / "mine").mkdir()
    with caplog.at_level(logging.WARNING):
        write_overview(tmp_path)
    assert [item.all("h2")[0].text() for item in items(tmp_path, "zh")] == ["2026-W48"]
    assert [re.findall(r"2026-W4\d", record.message)[0] for record in caplog.records] == [
        "2026-W47",
        "2026-W46",
    ]


def test_the_parts_of_the_market_are_listed_with_their_week(regular: WeeklyReport, tmp_path: Path) -> None:
    store(tmp_path, regular, "2026-W48", *BOTH)
    store(tmp_path, regular, "2026-W47", *BOTH)
    for folder, view, files in (
        ("market-cn", {"market": "cn"}, BOTH),
        ("city-上海", {"city": "上海"}, ("report.zh.md",)),
        ("company-x-1", {"company": EVIL}, ("report.html",)),
        ("industry-games", {"industry": "games"}, ()),  # nothing to look at
    ):
        store(tmp_path / "2026-W48", {**regular, "view": view}, "2026-W48", *files, folder=folder)
    (tmp_path / "2026-W48" / "market-intl").mkdir()
    (tmp_path / "2026-W48" / "market-intl" / "report.json").write_text("{}")
    write_overview(tmp_path)
    wanted = {
        "en": [("postings in 上海", "report.zh.md"), ("postings of ", "report.html#en"),
               ("boards in China", "report.html#en")],
        "zh": [("上海", "report.zh.md"), ("", "report.html#zh"), ("国内", "report.html#zh")],
    }  # fmt: skip
    for lang in LANGS:
        newest, other = items(tmp_path, lang)
        views = [a for a in newest.all("a") if a.attributes["href"].count("/") == 2]
        for link, (said, page) in zip(views, wanted[lang], strict=True):
            assert said in link.text()
            assert link.attributes["href"].endswith(f"/{page}")
            assert (tmp_path / unquote(link.attributes["href"].partition("#")[0])).is_file()
        assert not [a for a in other.all("a") if a.attributes["href"].count("/") == 2]
    page = read((tmp_path / "index.html").read_text("utf-8"))
    assert not page.all("img")
    markdown = (tmp_path / "index.md").read_text("utf-8")
    assert markdown.count("/market-cn/report.html#") == 2
    kinds = {child.type for token in PARSER.parse(markdown) for child in token.children or []}
    assert "html_inline" not in kinds
    for columns in tables(markdown):
        assert set(columns) == {5}


def test_the_same_folder_gives_the_same_bytes_and_nothing_is_left_lying(
    regular: WeeklyReport, tmp_path: Path
) -> None:
    store(tmp_path, regular, "2026-W48", *BOTH)
    before = {path: path.read_bytes() for path in write_overview(tmp_path, "https://example.org/")}
    assert {path: path.read_bytes() for path in write_overview(tmp_path, "https://example.org/")} == before
    assert {path.name for path in tmp_path.iterdir()} == {
        "2026-W48", "feed.en.xml", "feed.zh.xml", "index.html", "index.md",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["index.html", "index.md", "feed.en.xml", "feed.zh.xml"])
def test_a_page_of_somebody_else_is_neither_replaced_nor_removed(
    regular: WeeklyReport, tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_text("<h1>about pmtrend</h1>")
    for there in ({name}, {name, "2026-W48"}):
        if "2026-W48" in there:
            store(tmp_path, regular, "2026-W48", *BOTH)
        with pytest.raises(ReportError, match=f"/{name} is not of pmtrend and stays as it is"):
            write_overview(tmp_path)
        assert {path.name for path in tmp_path.iterdir()} == there
        assert (tmp_path / name).read_text() == "<h1>about pmtrend</h1>"
    (tmp_path / name).write_text("")
    assert {path.name for path in write_overview(tmp_path)} >= {name}
    assert {path.name for path in write_overview(tmp_path)} >= {name}, "what it wrote it writes again"


def test_a_folder_without_reports_has_no_index(regular: WeeklyReport, tmp_path: Path) -> None:
    assert write_overview(tmp_path / "nothing here") == []
    store(tmp_path, regular, "2026-W48", *BOTH)
    write_overview(tmp_path)
    (tmp_path / "2026-W48" / "report.json").unlink()
    assert write_overview(tmp_path) == []
    assert not list(tmp_path.glob("*.*"))


def test_an_index_that_cannot_be_written_is_told_in_a_sentence(regular: WeeklyReport, tmp_path: Path) -> None:
    store(tmp_path, regular, "2026-W48", *BOTH)
    (tmp_path / "index.html").mkdir()
    with pytest.raises(ReportError, match="no index or feed can be written to"):
        write_overview(tmp_path)


def test_hostile_names_stay_text(regular: WeeklyReport, tmp_path: Path) -> None:
    report = deepcopy(regular)
    contrast = next(finding for finding in report["findings"] if finding["tag"])
    contrast["en"] = contrast["zh"] = EVIL
    report["findings"] = [contrast]
    store(tmp_path, report, "2026-W48", *BOTH)
    write_overview(tmp_path)
    page = read((tmp_path / "index.html").read_text("utf-8"))
    assert len(page.all("script")) == 1
    assert not page.all("img")
    assert "<script>hacked=1</script>" in items(tmp_path, "en")[0].text()
    markdown = (tmp_path / "index.md").read_text("utf-8")
    kinds = {child.type for token in PARSER.parse(markdown) for child in token.children or []}
    assert "html_inline" not in kinds
    assert "\u202e" not in markdown


def test_what_is_told_of_a_week_does_not_hold_its_tables(regular: WeeklyReport, tmp_path: Path) -> None:
    """A folder of many years must not fill the memory."""
    store(tmp_path, regular, "2026-W48", *BOTH)
    (week,) = read_weeks(tmp_path, pytest.fail)
    assert len(repr(week)) * 20 < len(to_json(regular))
