"""A posting that is missed once and is back: what the report of the week in between says, and when."""

import re
from pathlib import Path

import pytest
from docs_pages import call

pytestmark = pytest.mark.usefixtures("blank_charts")

HEAD = "job_id,title,company\n"
BOTH = HEAD + "1,AI Product Manager,Acme\n2,AI Product Manager,Borealis\n"


@pytest.mark.parametrize(("as_of", "listed"), [("2026-11-10", 1), ("2026-11-15", 1), ("2026-11-17", 2)])
def test_it_counts_as_listed_in_between_from_the_day_on_which_it_is_back(
    tmp_path: Path, as_of: str, listed: int
) -> None:
    for day, text in (("02", BOTH), ("09", HEAD + "2,AI Product Manager,Borealis\n"), ("16", BOTH)):
        (tmp_path / "jobs.csv").write_text(text, encoding="utf-8")
        options = ("--source", "own", "--complete", "--as-of", f"2026-11-{day}")
        assert call(tmp_path, "import", "jobs.csv", *options).code == 0
    assert call(tmp_path, "report", "--week", "2026-W46", "--as-of", as_of).code == 0
    told = (tmp_path / "pmtrend-reports/2026-W46/report.en.md").read_text(encoding="utf-8")
    assert re.search(r"\*\*(\d+)\*\* PM postings? (?:is|are) listed", told)[1] == str(listed)  # type: ignore[index]
    assert "or absent from it for a short while and back since" in told
