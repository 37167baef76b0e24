"""Atom feeds: valid by RFC 4287, the same bytes for the same folder, harmless whatever a finding holds."""

import re
from copy import deepcopy
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given, settings
from hypothesis import strategies as st
from report_market import KINDS, report_of_kind

from reports.building.weekly import to_json
from reports.document.weekly import WeeklyReport
from reports.errors import ReportError
from reports.output.feed import feed
from reports.output.stored import told_week
from reports.output.writing import write_overview
from reports.wording.words import LANGS, Lang

ATOM = "{http://www.w3.org/2005/Atom}"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
BASE = "https://Example.org:8443/me/pm/"
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
TAG_URI = re.compile(r"tag:[a-z0-9.-]+,\d{4}(-\d\d(-\d\d)?)?:[A-Za-z0-9._~%/-]+")  # RFC 4151


@pytest.fixture(scope="module")
def regular() -> WeeklyReport:
    return report_of_kind("regular")


def of_week(report: WeeklyReport, week: str, cut: str | None = None) -> WeeklyReport:
    changed = deepcopy(report)
    changed["week"] = week
    if cut:
        changed["provenance"]["data_cut"] = cut
    return changed


def store(out: Path, report: WeeklyReport, *langs: Lang) -> None:
    """Put a report where the feed looks for it."""
    folder = out / report["week"]
    folder.mkdir(parents=True)
    (folder / "report.json").write_text(to_json(report), encoding="utf-8")
    for lang in langs:
        (folder / f"report.{lang}.md").write_text("# report\n")


def told(report: WeeklyReport, page: str, lang: Lang, base_url: str = "") -> str:
    """The feed of one report that is shown by one page."""
    return feed([told_week(report, {lang: [page]})], lang, base_url)


def write_feeds(out: Path, base_url: str = "") -> list[Path]:
    """Write what lies over the weeks; the feeds of it."""
    return [path for path in write_overview(out, base_url) if path.suffix == ".xml"]


def one(parent: Element, name: str) -> str:
    """The text of an element that RFC 4287 demands exactly once."""
    (found,) = parent.findall(ATOM + name)
    return found.text or ""


def checked(text: str) -> Element:
    """The feed, if it keeps RFC 4287: 4.1.1 feed, 4.1.2 entry, 3.3 dates, 4.2.6 ids, 4.2.7.2 links."""
    root = fromstring(text, forbid_dtd=True)
    assert isinstance(root, Element)
    assert root.tag == ATOM + "feed"
    assert root.get(LANGUAGE) in ("en", "zh-Hans")
    assert all(element.tag.startswith(ATOM) for element in root.iter())
    entries = root.findall(ATOM + "entry")
    assert [child.tag for child in root][-len(entries) :] == [ATOM + "entry"] * len(entries)
    assert root.find(f"{ATOM}author/{ATOM}name").text == "pmtrend"  # type: ignore[union-attr]
    for part in (root, *entries):
        assert one(part, "title")
        assert RFC_3339.fullmatch(one(part, "updated"))
        datetime.fromisoformat(one(part, "updated"))
        assert TAG_URI.fullmatch(one(part, "id"))
    ids = [one(part, "id") for part in (root, *entries)]
    assert len(set(ids)) == len(ids)
    assert one(root, "updated") == max(one(entry, "updated") for entry in entries)
    for entry in entries:
        (alternate,) = entry.findall(ATOM + "link")
        assert alternate.get("rel") == "alternate"
        assert alternate.get("type") in ("text/markdown", "text/html")
        (summary,) = entry.findall(ATOM + "summary")
        assert summary.get("type") == "html"
    return root


class Shown(HTMLParser):
    """What an HTML reader sees, and which elements there are."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text, self.elements = "", set[str]()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert not attrs
        self.elements.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


# ------------------------------------------------------------------ the feed


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("base", ["", BASE])
def test_every_kind_of_week_gives_a_valid_feed(kind: str, lang: Lang, base: str) -> None:
    report = report_of_kind(kind)
    root = checked(told(report, f"report.{lang}.md", lang, base))
    (entry,) = root.findall(ATOM + "entry")
    shown = Shown(one(entry, "summary"))
    assert shown.elements == {"ul", "li", "strong"}
    assert ("虚构" if lang == "zh" else "INVENTED DATA") in shown.text
    assert report["week"] in one(entry, "title")


def test_updated_is_what_the_report_knows_and_not_when_it_was_written(regular: WeeklyReport) -> None:
    root = checked(told(of_week(regular, "2026-W47", "2026-11-25T12:00:00Z"), "report.en.md", "en"))
    assert one(root, "updated") == "2026-11-25T12:00:00Z"
    nothing = report_of_kind("empty")
    assert nothing["provenance"]["data_cut"] is None
    assert one(checked(told(nothing, "report.en.md", "en")), "updated").startswith(nothing["week_last_day"])


@pytest.mark.parametrize(
    ("base", "page", "feed_id", "entry_id", "href"),
    [
        (
            "",
            "report.zh.md",
            "tag:localhost,2026:pmtrend/zh",
            "tag:localhost,2026:pmtrend/zh/2026-W47",
            "2026-W47/report.zh.md",
        ),
        (
            BASE,
            "report.html#zh",
            "tag:example.org,2026:me/pm/pmtrend/zh",
            "tag:example.org,2026:me/pm/pmtrend/zh/2026-W47",
            BASE + "2026-W47/report.html#zh",
        ),
    ],
)
def test_ids_and_links(
    regular: WeeklyReport, base: str, page: str, feed_id: str, entry_id: str, href: str
) -> None:
    root = checked(told(of_week(regular, "2026-W47"), page, "zh", base))
    entry = root.find(ATOM + "entry")
    assert entry is not None
    link = entry.find(ATOM + "link")
    assert link is not None
    assert (one(root, "id"), one(entry, "id"), link.get("href")) == (feed_id, entry_id, href)
    assert link.get("type") == ("text/html" if "html" in page else "text/markdown")
    own = [link.get("href") for link in root.findall(ATOM + "link")]
    assert own == ([BASE + "feed.zh.xml"] if base else [])


TEXT = st.text(st.characters(), max_size=60) | st.sampled_from(
    [
        "]]>",
        "<script>alert(1)</script>",
        "&lt;b&gt;",
        "\x00\x0b\ufffe\ud800",
        "👩‍👩‍👧",
        "<!DOCTYPE x>",
        "a" * 9000,
    ]
)


@settings(max_examples=80)
@given(tag=TEXT, notice=TEXT, lang=st.sampled_from(LANGS))
def test_any_text_stays_text(regular: WeeklyReport, tag: str, notice: str, lang: Lang) -> None:
    report = of_week(regular, "2026-W47")
    report["notices"] = [notice]
    for finding in report["findings"]:
        if finding["tag"]:
            finding["en"] = finding["zh"] = tag
    root = checked(told(report, "report.en.md", lang))
    (entry,) = root.findall(ATOM + "entry")
    shown = Shown(one(entry, "summary"))
    assert shown.elements == {"ul", "li", "strong"}
    if tag.isascii() and tag.isprintable() and "@" not in tag:
        assert " ".join(tag.split()) in shown.text


# ------------------------------------------------------------------ the folder


def test_the_feeds_of_a_folder_are_the_same_bytes_again(tmp_path: Path, regular: WeeklyReport) -> None:
    for week in ("2026-W47", "2026-W46"):
        store(tmp_path, of_week(regular, week), "en", "zh")
    files = write_feeds(tmp_path, BASE)
    assert [path.name for path in files] == ["feed.en.xml", "feed.zh.xml"]
    before = [path.read_bytes() for path in files]
    write_feeds(tmp_path, BASE)
    assert [path.read_bytes() for path in files] == before
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "2026-W46", "2026-W47", "feed.en.xml", "feed.zh.xml", "index.html", "index.md",
    ]  # fmt: skip
    for path in files:
        root = checked(path.read_text("utf-8"))
        for link in root.iter(ATOM + "link"):
            target = urlsplit(urljoin(BASE, link.get("href"))).path.removeprefix("/me/pm/")
            assert (tmp_path / target).is_file()


def test_the_newest_60_weeks_newest_first(tmp_path: Path, regular: WeeklyReport) -> None:
    weeks = [f"{2025 + i // 50}-W{i % 50 + 1:02d}" for i in range(65)]
    for week in weeks:
        store(tmp_path, of_week(regular, week), "zh")
    (path,) = write_feeds(tmp_path)
    entries = checked(path.read_text("utf-8")).findall(ATOM + "entry")
    assert [one(entry, "id").rpartition("/")[2] for entry in entries] == sorted(weeks, reverse=True)[:60]


def test_what_is_no_report_has_no_entry_and_costs_the_others_nothing(
    tmp_path: Path, regular: WeeklyReport
) -> None:
    store(tmp_path, of_week(regular, "2026-W47"), "en")
    store(tmp_path, of_week(regular, "2026-W46"), "en")
    (tmp_path / "2026-W46" / "report.json").write_text('{"format": 1, "week": "2026-W46"')
    (tmp_path / "2026-W45").mkdir()
    (tmp_path / "notes-W1").mkdir()
    (tmp_path / "notes-W1" / "report.json").write_text("{}")
    (path,) = write_feeds(tmp_path)
    assert len(checked(path.read_text("utf-8")).findall(ATOM + "entry")) == 1


def test_a_language_without_any_report_has_no_feed(tmp_path: Path, regular: WeeklyReport) -> None:
    store(tmp_path, of_week(regular, "2026-W47"), "en", "zh")
    write_feeds(tmp_path)
    (tmp_path / "2026-W47" / "report.zh.md").unlink()
    assert [path.name for path in write_feeds(tmp_path)] == ["feed.en.xml"]
    assert not (tmp_path / "feed.zh.xml").exists()
    assert write_feeds(tmp_path / "nothing here") == []


def test_a_feed_that_cannot_be_written_is_told_in_a_sentence(tmp_path: Path, regular: WeeklyReport) -> None:
    store(tmp_path, of_week(regular, "2026-W47"), "en")
    (tmp_path / "feed.en.xml").mkdir()
    with pytest.raises(ReportError, match="no index or feed can be written to"):
        write_feeds(tmp_path)
