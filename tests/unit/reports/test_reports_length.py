"""A report has at most 250 lines, however much there is to tell: the document bounds each of its lists."""

from collections.abc import Callable

import pytest
from heavy_market import MANY, heavy_report
from report_market import PARSER, rendered, tables

from reports.building.views import View
from reports.document.weekly import WeeklyReport
from reports.wording.words import LANGS, Lang

MOST_LINES = 250
LISTS: dict[str, tuple[Callable[[WeeklyReport], int], int]] = {
    "notices": (lambda r: len(r["notices"]), MANY + 1),
    "findings": (lambda r: len(r["findings"]), 6),
    "claims": (lambda r: len(r["hypotheses"]["rows"]), 12),
    "stages": (lambda r: len(r["fingerprint"]["stages"]), 5),
    "contrast": (lambda r: len(r["contrast"]["rows"]), 20),
    "profiles": (lambda r: len(r["choice"]["cards"]), MANY + 3),
    "skills": (lambda r: len(r["skills"]["rows"]), 20),
    "movers": (lambda r: sum(row["mover"] for row in r["movers"]["rows"]), 10),
    "new on the radar": (lambda r: sum(row["state"] == "new" for row in r["emerging"]["rows"]), 4),
    "gone from the radar": (lambda r: sum(row["state"] == "gone" for row in r["emerging"]["rows"]), 2),
    "pairs": (lambda r: sum(p["linked"] for c in r["co_occurrence"]["classes"] for p in c["pairs"]), 7),
    "pay": (lambda r: sum(row["pay_median"] is not None for row in r["salary"]["rows"]), 6),
    "pay gaps": (lambda r: sum(gap["shift"] is not None for gap in r["salary"]["gaps"]), 2),
    "qualifications": (lambda r: len(r["qualifications"]["contrast"]), 7),
    "quotes": (lambda r: len(r["evidence"]["rows"]), 6),
    "edits": (lambda r: len(r["changes"]["rows"]), 100),
    "unread edits": (lambda r: r["changes"]["unread"], 1),
    "breaks": (lambda r: len(r["breaks"]), MANY),
    "suspects": (lambda r: len(r["quality"]["suspects"]), MANY),
    "drift": (lambda r: len(r["run_health"]["drift"]), MANY),
    "quarantined": (lambda r: len(r["run_health"]["quarantined"]), MANY),
    "problems": (lambda r: len(r["run_health"]["problems"]), MANY),
    "missing units": (lambda r: len(r["quality"]["missing_units"]), MANY),
    "revisions": (lambda r: len(r["revisions"]["rows"]), 100),
    "unexplained": (lambda r: r["revisions"]["unexplained"], 1),
    "changelog": (lambda r: len(r["changelog"]["rows"]), 20),
    "credits": (lambda r: len(r["provenance"]["credits"]), 4),
}
"""What may be long, how long it is, and how long it has to be at least for this test to mean anything."""


@pytest.fixture(scope="module")
def heavy() -> WeeklyReport:
    return heavy_report()


def test_the_heavy_market_has_more_of_everything_than_a_report_tells(heavy: WeeklyReport) -> None:
    short = {name: size(heavy) for name, (size, least) in LISTS.items() if size(heavy) < least}
    assert not short


@pytest.mark.parametrize("lang", LANGS)
def test_a_heavy_week_is_told_in_250_lines(heavy: WeeklyReport, lang: Lang) -> None:
    text = rendered(heavy, lang)
    assert text.count("\n") <= MOST_LINES
    assert {len(set(columns)) for columns in tables(text)} == {1}
    assert not [t for t in PARSER.parse(text) if t.type in ("html_block", "code_block", "fence")]


def test_what_is_not_told_is_counted_and_has_a_file(heavy: WeeklyReport) -> None:
    text = rendered(heavy, "en")
    for file in (
        "board_problems", "breaks", "changelog", "choice", "contrast", "emerging", "evidence",
        "missing_units", "movers", "posting_changes", "quarantined", "revisions", "skills", "suspect_runs",
        "template_drift",
    ):  # fmt: skip
        assert f"(data/{file}.csv)" in text
    assert f"{MANY - 1} more such notices in [report.json](report.json)" in text
    assert f"{MANY + 3 - 4} more profiles" in text


@pytest.mark.parametrize("view", [View(market="intl"), View(company="Invented 0")], ids=lambda v: v.name)
def test_a_part_of_a_heavy_market_is_no_longer(view: View) -> None:
    report = heavy_report(view)
    assert (len(report["peers"]["rows"]) > 6) == (view.company is not None)
    for lang in LANGS:
        assert rendered(report, lang).count("\n") <= MOST_LINES
