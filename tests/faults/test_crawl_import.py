"""`pmtrend import` of a web crawl, as a user types it: what is stored, told and refused."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from crawl_sample import Sample, job, page
from places import DEMO
from typed import typed

pytestmark = pytest.mark.usefixtures("blank_charts")

MARCH = datetime(2024, 3, 4, 10, tzinfo=UTC)
SITE = "https://jobs.nordlicht.example/careers"


@pytest.fixture
def crawl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two postings in March, one of them again in April; beside a page that is broken."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PMTREND_DATABASE_URL", raising=False)
    sample = Sample(tmp_path / "crawl.warc.gz")
    first = page(job("Senior Product Manager, AI"))
    sample.seen(f"{SITE}/1", MARCH, first)
    sample.seen(f"{SITE}/2", MARCH, page(job("AI 产品经理", "远山科技")))
    sample.again(f"{SITE}/1", MARCH + timedelta(days=30), first)
    sample.seen(f"{SITE}/3", MARCH, b'<script type="application/ld+json">{"@type": "JobPosting", </script>')
    return sample.close()


@pytest.mark.file  # it looks for the file
def test_years_that_others_collected_are_stored_under_their_dates(
    crawl: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = typed(monkeypatch, capsys, "import", crawl.name, "--source", "web-crawls")
    assert told.code == 0
    assert "PM postings seen 3 times on 2 days" in told.out and "2 new to the store" in told.out
    assert "0 closed" in told.out and "crawl.warc.gz at byte" in told.err
    again = typed(monkeypatch, capsys, "import", crawl.name, "--source", "web-crawls")
    assert "nothing new: all of this is stored already" in again.out
    found = typed(monkeypatch, capsys, "find", "RAG")
    assert "2024-03-04 – 2024-04-03, open" in found.out and "2 postings" in found.out
    report = typed(
        monkeypatch, capsys, "report", "--week", "2024-W10", "--as-of", "2024-04-10", "--lang", "en"
    )
    assert report.code == 0
    shown = Path("pmtrend-reports/2024-W10/report.en.md").read_text(encoding="utf-8")
    assert "No complete listing this week" in shown and "**2** PM postings by 2 employers" in shown


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--complete"], "never complete"),
        (["--as-of", "2024-03-04"], "its own dates"),
        (["other.csv"], "by calls of their own"),
    ],
)
def test_what_a_crawl_is_not_is_refused_in_one_sentence(
    crawl: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    said: str,
) -> None:
    Path("other.csv").write_text("title\nProduct Manager\n", encoding="utf-8")
    told = typed(monkeypatch, capsys, "import", crawl.name, "--source", "x", *words)
    assert (told.code, told.out) == (1, "")
    assert len(told.err.splitlines()) == 1 and said in told.err
    assert not Path("pmtrend.db").exists()


def test_each_kind_of_archive_names_the_verb_for_the_other(
    crawl: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "pmtrend replay" in typed(monkeypatch, capsys, "import", DEMO, "--source", "x").err
    assert "pmtrend import" in typed(monkeypatch, capsys, "replay", crawl.name).err
