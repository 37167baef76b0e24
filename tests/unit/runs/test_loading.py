"""Files and crawls in one call, and what is told of listings that were stored."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from crawl_sample import job, made, page

from scraper.errors import ConfigError, InputError
from scraper.importing import ImportedListing
from scraper.model import RawPosting, Reject
from scraper.runs.loading import read_listings, warnings
from scraper.runs.recording import check_date

NOW = datetime(2026, 11, 25, 8, tzinfo=UTC)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "jobs.csv"
    path.write_text("title,company\nProduct Manager,Acme\n")
    return path


@pytest.fixture
def crawl(tmp_path: Path) -> Path:
    seen = datetime(2024, 3, 1, 12, tzinfo=UTC)
    return made(tmp_path / "crawl.warc.gz", [("https://acme.example/1", seen, page(job("Product Manager")))])


def test_files_are_listings_and_crawls_say_also_what_was_found_in_them(table: Path, crawl: Path) -> None:
    listings, found = read_listings([table], as_of=NOW, now=NOW, complete=True)
    assert ([len(one.postings) for one in listings], found) == ([1], None)
    listings, found = read_listings([crawl], as_of=None, now=NOW, complete=False)
    assert found is not None and found.pages == 1
    assert [one.observed_at for one in listings] == [datetime(2024, 3, 1, 12, tzinfo=UTC)]


@pytest.mark.parametrize("at", [datetime(1, 1, 1, tzinfo=UTC), NOW + timedelta(days=367)])
def test_a_date_that_can_only_be_a_slip_is_refused(at: datetime) -> None:
    check_date(datetime(1996, 5, 1, tzinfo=UTC), NOW)
    check_date(NOW + timedelta(days=365), NOW)
    with pytest.raises(InputError, match=f"a listing of {at.date().isoformat()}, .*; nothing was stored"):
        check_date(at, NOW)


def test_what_a_crawl_cannot_be(table: Path, crawl: Path) -> None:
    with pytest.raises(ConfigError, match="by calls of their own"):
        read_listings([table, crawl], as_of=None, now=NOW, complete=False)
    for as_of, complete in ((NOW, False), (None, True)):
        with pytest.raises(ConfigError, match="leave out --as-of and --complete"):
            read_listings([crawl], as_of=as_of, now=NOW, complete=complete)


def listing(at: datetime | None, postings: int = 1, rejects: int = 0) -> ImportedListing:
    return ImportedListing(
        at,
        tuple(RawPosting(native_id=str(n), title="Product Manager", url="") for n in range(postings)),
        tuple(Reject("", f"jobs.csv row {n}: no title") for n in range(rejects)),
        "",
    )


def test_ordinary_listings_give_no_warning() -> None:
    weeks = [listing(NOW - timedelta(weeks=n), postings=50) for n in range(20)]
    assert warnings([listing(None)], NOW, complete=True) == []
    assert warnings(weeks, NOW, complete=True) == []


def test_rows_with_times_of_their_own_are_not_quite_listings() -> None:
    rows = [listing(NOW - timedelta(minutes=n), postings=4) for n in range(10)]
    (told,) = warnings(rows, NOW, complete=True)
    assert told == "the rows have 10 different times; each was taken for a whole listing"
    assert warnings(rows, NOW, complete=False) == [], "without --complete nothing hangs on it"
    assert warnings(rows[:9], NOW, complete=True) == []


def test_of_rows_that_were_not_read_ten_are_told() -> None:
    assert warnings([listing(NOW, rejects=10)], NOW, complete=False) == [
        f"not read: jobs.csv row {n}: no title" for n in range(10)
    ]
    assert warnings([listing(NOW, rejects=12)], NOW, complete=False)[10:] == ["… and 2 more rows not read"]


def test_a_listing_that_lies_ahead() -> None:
    assert len(warnings([listing(NOW + timedelta(days=3))], NOW, complete=False)) == 1
