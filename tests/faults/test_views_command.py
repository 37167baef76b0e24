"""`pmtrend report` on a part of the market, as a user asks for it."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typed import Run, typed

pytestmark = pytest.mark.usefixtures("blank_charts")

WEEK = ("report", "--week", "2026-W47", "--lang", "zh")


@pytest.fixture
def run(
    demo_database: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """The command line in a folder that holds the demonstration's store."""
    shutil.copy(demo_database, tmp_path / "pmtrend.db")
    monkeypatch.chdir(tmp_path)
    return lambda *words: typed(monkeypatch, capsys, *words)


def built(folder: Path) -> Any:
    return json.loads((folder / "report.json").read_text(encoding="utf-8"))


def test_a_part_lies_beside_the_whole_and_says_what_it_is(run: Run, tmp_path: Path) -> None:
    assert run(*WEEK).code == 0
    assert run(*WEEK, "--market", "intl", "--city", "Shanghai").code == 0
    week = tmp_path / "pmtrend-reports" / "2026-W47"
    part = week / "market-intl_city-上海"
    assert built(part)["view"] == {"market": "intl", "city": "上海"}
    assert built(part)["provenance"]["command"].endswith(" --market intl --city 上海")
    assert built(week)["view"] == {}
    assert 0 < built(part)["headline"]["rows"][0]["stock"] < built(week)["headline"]["rows"][0]["stock"]
    text = (part / "report.zh.md").read_text(encoding="utf-8")
    assert "**仅限海外招聘页、上海的岗位**" in text
    page = (part / "report.html").read_text(encoding="utf-8")
    assert 'href="../../index.html"' in page
    assert 'href="../index.html"' in (week / "report.html").read_text(encoding="utf-8")


def test_one_employer_stands_beside_the_others(run: Run, tmp_path: Path) -> None:
    assert run(*WEEK, "--company", "LanYu").code == 0
    report = built(tmp_path / "pmtrend-reports" / "2026-W47" / "company-lanyu")
    assert report["peers"]["company"] == "lanyu"
    assert 0 < report["peers"]["n"] < report["peers"]["n_others"]
    assert {row["n"] for row in report["peers"]["rows"]} == {report["peers"]["n"]}


def test_the_numbers_of_a_part_are_no_vintage_of_the_whole(run: Run, tmp_path: Path) -> None:
    assert run(*WEEK, "--market", "intl").code == 0
    assert run(*WEEK).code == 0
    assert built(tmp_path / "pmtrend-reports" / "2026-W47")["revisions"]["rows"] == []


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (("--city", "Shangai"), "did you mean"),
        (("--city", "China"), "is no city but a larger place"),
        (("--company", "No Such Employer"), "no posting of 'No Such Employer' is on file"),
    ],
)
def test_what_is_not_there_is_one_sentence(
    run: Run, tmp_path: Path, part: tuple[str, ...], said: str
) -> None:
    outcome = run(*WEEK, *part)
    assert outcome.code == 1
    assert said in outcome.err and outcome.err.count("\n") == 1
    assert not (tmp_path / "pmtrend-reports").exists()


@pytest.mark.parametrize("part", [("--market", "mars"), ("--industry", "piracy")])
def test_a_market_or_industry_that_does_not_exist_shows_the_usage(run: Run, part: tuple[str, ...]) -> None:
    outcome = run(*WEEK, *part)
    assert (outcome.code, outcome.out) == (1, "")
    assert "Usage: pmtrend report" in outcome.err
