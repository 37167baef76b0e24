"""Names that do harm where they are shown: the whole way from a file to what is printed and written."""

import csv
import html
import io
import json
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from docs_pages import Outcome, call

EVIL = {
    "window": "AI产品经理\x1b]0;pwned\x07\x1b[2J",
    "c1": "AI产品经理\x9b31m",
    "formula": "=cmd|' /C calc'!A0 产品经理",
    "image": "<img src=x onerror=alert(1)> AI产品经理",
    "script": "</script><script>alert(1)</script> AI产品经理",
    "link": "[AI产品经理](javascript:alert(1))",
    "path": "../../../etc/passwd 产品经理",
    "turned": "AI产品经理\u202egnp.exe\u2066",
    "template": "{{ 7*7 }}{% include '/etc/passwd' %}${7*7}#{7*7}%s{0} AI产品经理",
    "sql": "'); DROP TABLE postings; --\" AI产品经理",
    "line": "AI产品经理\nERROR root: forged\r\nERROR root: forged",
    "nul": "AI产品经理\x00",
}
STEERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u061c\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
WEEK = "2026-W46"
ROWS = [
    {
        "title": evil,
        "company": f"{evil} 公司",
        "description": f"负责大模型产品。要求熟悉RAG，5年以上经验。{evil}",
        "location": f"上海 {evil}",
        "salary": f"20-30K {evil}",
        "url": f"https://jobs.example/{number}?{evil}",
    }
    for number, evil in enumerate(EVIL.values())
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of such postings, four weeks of them, and the reports on it."""
    made = tmp_path_factory.mktemp("deep") / "a" / "b" / "c"
    made.mkdir(parents=True)
    (made / "evil.json").write_text(json.dumps(ROWS), encoding="utf-8")
    for day in ("2026-10-19", "2026-10-26", "2026-11-02", "2026-11-09"):
        done = call(made, "import", "evil.json", "--source", "../../x", "--as-of", day, "--complete")
        assert done.code == 0, done.err
    assert call(made, "report", "--week", WEEK).code == 0
    return made


def printed(folder: Path) -> Iterator[tuple[str, Outcome]]:
    for words in (
        ["status"],
        ["status", "--json"],
        ["choose", "--pm-years", "3", "--ai-years", "0", "--week", WEEK],
        ["choose", "--pm-years", "3", "--ai-years", "0", "--week", WEEK, "--json"],
        ["find", "RAG"],
        ["find", "RAG", "--json"],
        ["boards", "list"],
        ["boards", "list", "--family", EVIL["window"]],
        ["deliver", "--week", WEEK, "--dry-run"],
        ["db", "check"],
        ["tag", "evil.json"],
        ["import", "evil.json", "--source", "again"],
        ["import", "missing \x1b[2J\nfile", "--source", "x"],
        ["replay", "missing \x1b[2J\nfile"],
        ["report", "--week", WEEK, "--company", EVIL["path"]],
        ["report", "--week", WEEK, "--city", EVIL["window"]],
        ["taxonomy", "candidates", "--min-companies", "1"],
        ["taxonomy", "show", EVIL["window"]],
        ["collect", "--board", EVIL["c1"]],
        ["boards", "add", f"https://{EVIL['window']}/"],
        ["boards", "remove", f"a:{EVIL['line']}"],
    ):
        yield words[0], call(folder, *words)


def test_nothing_that_is_printed_steers_a_terminal_or_begins_a_line(folder: Path) -> None:
    for verb, done in printed(folder):
        for text in (done.out, done.err):
            own = text if verb != "tag" else re.sub("\x1b\\[[0-9;]*m", "", text)
            assert not STEERS.search(own), (verb, ascii(own))
            assert not re.search(r"^ERROR root", own, re.MULTILINE), verb
        assert "Traceback" not in done.err, done.err


def test_tagged_lines_hold_the_same_values_and_steer_nothing(tmp_path: Path) -> None:
    lines = "".join(
        json.dumps({"id": evil, "title": evil, "description": evil}) + "\n" for evil in EVIL.values()
    )
    done = call(tmp_path, "tag", "--jsonl", stdin=lines)
    assert not STEERS.search(done.out)
    assert [json.loads(line)["id"] for line in done.out.splitlines()] == list(EVIL.values())


def test_nothing_is_written_outside_the_folder(folder: Path) -> None:
    root = folder.parents[2]
    inside = [
        path for path in root.rglob("*") if not path.is_relative_to(folder) and path not in folder.parents
    ]
    assert inside == []
    assert not any(".." in path.name for path in folder.rglob("*"))


def test_nothing_in_a_name_is_run_as_a_template(folder: Path) -> None:
    written = [
        path.read_text(encoding="utf-8")
        for path in (folder / "pmtrend-reports").rglob("*.*")
        if path.is_file()
    ]
    assert not any("root:x:" in text or "${49}" in text or "#{49}" in text for text in written)
    assert not any(re.search(r"\b49 ?\{%", text) for text in written)


def test_pages_hold_no_tag_of_a_stranger(folder: Path) -> None:
    for page in (folder / "pmtrend-reports").rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"<(?:img|script[^>]*>alert|iframe)\b", text, re.IGNORECASE)
        assert "javascript:" not in html.unescape(re.sub(r">[^<]*<", "><", text))
    for chart in (folder / "pmtrend-reports").rglob("*.svg"):
        tags = {one.tag.rpartition("}")[2] for one in ElementTree.parse(chart).iter()}
        assert not tags & {"script", "img", "image", "foreignObject"}


def test_tables_hold_no_formula_and_no_control(folder: Path) -> None:
    files = list((folder / "pmtrend-reports").rglob("*.csv"))
    assert files
    for file in files:
        text = file.read_text(encoding="utf-8-sig")
        assert not STEERS.search(text), file
        for row in csv.reader(io.StringIO(text)):
            assert not any(cell.startswith(("=", "@", "\t")) for cell in row), file


def test_markdown_feeds_and_json_steer_nothing(folder: Path) -> None:
    reports = folder / "pmtrend-reports"
    for file in [one for kind in ("md", "xml", "html", "json") for one in reports.rglob(f"*.{kind}")]:
        assert not STEERS.search(file.read_text(encoding="utf-8")), file


def test_what_a_name_says_in_sql_is_a_name(folder: Path) -> None:
    done = call(folder, "find", "DROP TABLE", "--json")
    assert done.code == 0
    assert call(folder, "db", "check").out.strip().endswith("ok")
    assert json.loads(call(folder, "status", "--json").out)["postings"]["total"] >= len(ROWS) - 1


def test_a_link_where_a_report_goes_is_replaced_and_not_followed(folder: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    report = folder / "pmtrend-reports" / WEEK / "report.en.md"
    report.unlink()
    report.symlink_to(victim)
    assert call(folder, "report", "--week", WEEK).code == 0
    assert victim.read_text() == "mine" and not report.is_symlink()


def test_the_configuration_is_the_users_alone(tmp_path: Path) -> None:
    assert call(tmp_path, "init").code == 0
    assert stat.S_IMODE((tmp_path / "pmtrend.toml").stat().st_mode) == 0o600
