"""Web crawls as input: which pages are postings, when they were seen, and what hostile ones cost."""

import gzip
import tracemalloc
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from crawl_sample import Sample, job, made, page

from scraper.errors import InputError
from scraper.runs.crawling import is_warc, read_crawls
from scraper.runs.loading import import_listings
from storage.store import open_store

SITE = "https://jobs.nordlicht.example/careers"
MARCH = datetime(2024, 3, 4, 10, tzinfo=UTC)
PM = page(job("Senior Product Manager, AI"))


def test_a_page_is_a_posting_seen_at_the_time_of_its_record(tmp_path: Path) -> None:
    path = made(
        tmp_path / "a.warc.gz",
        [
            (f"{SITE}/1?utm_source=x", MARCH, PM),
            (f"{SITE}/2", MARCH + timedelta(hours=3), page(job("AI 产品经理", "远山科技"))),
            (f"{SITE}/3", MARCH, page(job("Electrician"))),
            (f"{SITE}/about", MARCH, b"<html>We are hiring.</html>"),
            (f"{SITE}/1", MARCH + timedelta(days=400), page(job("Staff Product Manager, AI"))),
        ],
    )
    crawl = read_crawls([path])
    assert (crawl.pages, crawl.others, crawl.closed, crawl.several, crawl.problems) == (5, 1, 0, 0, ())
    first, second = crawl.listings
    assert first.observed_at == MARCH + timedelta(hours=3)
    assert second.observed_at == MARCH + timedelta(days=400)
    assert [(one.native_id, one.title, one.company) for one in first.postings] == [
        (f"{SITE}/1", "Senior Product Manager, AI", "Nordlicht Software"),
        (f"{SITE}/2", "AI 产品经理", "远山科技"),
    ]
    assert first.postings[0].locations == ("Hamburg, DE",) and "RAG" in first.postings[0].description
    assert [(one.native_id, one.title) for one in second.postings] == [
        (f"{SITE}/1", "Staff Product Manager, AI")
    ]


def test_of_a_day_the_later_reading_counts_and_the_order_of_files_does_not(tmp_path: Path) -> None:
    late = MARCH + timedelta(hours=8)
    one = made(tmp_path / "one.warc.gz", [(f"{SITE}/1", late, page(job("Group Product Manager")))])
    two = made(tmp_path / "two.warc.gz", [(f"{SITE}/1", MARCH, PM)])
    assert read_crawls([one, two]) == read_crawls([two, one])
    (listing,) = read_crawls([one, two]).listings
    assert [posting.title for posting in listing.postings] == ["Group Product Manager"]
    assert listing.observed_at == late


def test_a_revisit_is_the_page_again(tmp_path: Path) -> None:
    sample = Sample(tmp_path / "a.warc.gz")
    body = page(job("Product Manager, GenAI", validThrough="2024-06-30"))
    sample.seen(f"{SITE}/1", MARCH, body)
    for days in (30, 200):
        sample.again(f"{SITE}/1", MARCH + timedelta(days=days), body)
    sample.again(f"{SITE}/other", MARCH + timedelta(days=31), body)
    sample.again(f"{SITE}/9", MARCH + timedelta(days=31), b"not here")
    crawl = read_crawls([sample.close()])
    days = [one.observed_at for one in crawl.listings]
    assert days == [MARCH, MARCH + timedelta(days=30)]
    assert crawl.closed == 1  # after the day to which it says to stand


@pytest.mark.parametrize(
    "body",
    [
        page(job("Product Manager"), head='<meta name="robots" content="noindex">'),
        page(job("Product Manager", validThrough="2024-03-01")),
    ],
)
def test_what_is_over_is_left_out(tmp_path: Path, body: bytes) -> None:
    crawl = read_crawls([made(tmp_path / "a.warc.gz", [(f"{SITE}/1", MARCH, body)])])
    assert crawl.listings == () and crawl.closed == 1


def test_a_page_with_several_postings_is_none_of_them(tmp_path: Path) -> None:
    twice = page(job("Product Manager"), {"@graph": [job("Product Manager")]})
    several = page([job("Product Manager"), job("Product Owner, AI")])
    pages = [(f"{SITE}/1", MARCH, twice), (f"{SITE}/2", MARCH, several)]
    crawl = read_crawls([made(tmp_path / "a.warc.gz", pages)])
    assert crawl.several == 1
    assert [one.native_id for one in crawl.listings[0].postings] == [f"{SITE}/1"]


# ------------------------------------------------------------------ broken and hostile


def test_only_pages_that_were_there_are_read(tmp_path: Path) -> None:
    sample = Sample(tmp_path / "a.warc.gz")
    sample.seen(f"{SITE}/1", MARCH, PM, status="404 Not Found")
    sample.seen(f"{SITE}/2", MARCH, PM, headers={"Content-Type": "application/pdf"})
    sample.seen(f"{SITE}/3", MARCH, PM)
    crawl = read_crawls([sample.close()])
    assert crawl.pages == 1 and len(crawl.listings[0].postings) == 1


def test_dates_that_lie(tmp_path: Path) -> None:
    sample = Sample(tmp_path / "a.warc.gz")
    sample.seen(f"{SITE}/1", MARCH, page(job("Product Manager", datePosted="2031-01-01")))
    sample.seen(f"{SITE}/2", MARCH, page(job("AI Product Manager", datePosted="2024-02-29")))
    sample.seen(f"{SITE}/3", MARCH, PM, date="yesterday")
    crawl = read_crawls([sample.close()])
    posted = [one.posted_at for one in crawl.listings[0].postings]
    assert posted == [None, datetime(2024, 2, 29, tzinfo=UTC)]
    (problem,) = crawl.problems
    assert "no date that can be read" in problem


def test_a_record_of_the_far_future_stores_nothing(tmp_path: Path) -> None:
    sample = Sample(tmp_path / "a.warc.gz")
    sample.seen(f"{SITE}/1", MARCH, PM)
    sample.seen(f"{SITE}/2", MARCH, PM, date="2031-01-01T00:00:00Z")
    crawl = read_crawls([sample.close()])
    store = open_store(f"sqlite:///{tmp_path / 'x.db'}")
    with pytest.raises(InputError, match="2031-01-01, which lies more than a year ahead; nothing was stored"):
        import_listings(store, crawl.listings, source="c", complete=False, scope="", clock=lambda: MARCH)
    store.close()


def test_a_damaged_member_ends_its_file_and_no_other(tmp_path: Path) -> None:
    sample = Sample(tmp_path / "a.warc.gz")
    sample.seen(f"{SITE}/1", MARCH, PM)
    sample.damaged()
    sample.seen(f"{SITE}/2", MARCH, PM)
    other = made(tmp_path / "b.warc.gz", [(f"{SITE}/3", MARCH, PM)])
    crawl = read_crawls([sample.close(), other])
    assert [one.native_id for one in crawl.listings[0].postings] == [f"{SITE}/1", f"{SITE}/3"]
    (problem,) = crawl.problems
    assert "a.warc.gz: at byte" in problem and "what stands before that was read" in problem


def test_pages_that_are_too_large_are_told_and_cost_little(tmp_path: Path) -> None:
    sample = Sample(tmp_path / "a.warc.gz")
    sample.seen(f"{SITE}/huge", MARCH, PM + b" " * (100 * 2**20))
    many = page([job(f"Product Manager {number}") for number in range(3000)])
    sample.seen(f"{SITE}/many", MARCH, many)
    bomb = gzip.compress(PM + b" " * (60 * 2**20))
    sample.seen(
        f"{SITE}/bomb", MARCH, bomb, headers={"Content-Type": "text/html", "Content-Encoding": "gzip"}
    )
    sample.seen(f"{SITE}/1", MARCH, PM)
    path = sample.close()
    tracemalloc.start()
    crawl = read_crawls([path])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 120e6
    assert crawl.several == 1 and len(crawl.listings[0].postings) == 1
    reasons = [reject.reason for reject in crawl.listings[0].rejects]
    assert len(reasons) == 2 and all("larger than" in reason for reason in reasons)


def test_of_many_unreadable_pages_some_are_told_of(tmp_path: Path) -> None:
    broken = b'<script type="application/ld+json">{"@type": "JobPosting", </script>'
    pages = [(f"{SITE}/{number}", MARCH, broken) for number in range(150)]
    crawl = read_crawls([made(tmp_path / "a.warc.gz", [*pages, (f"{SITE}/1000", MARCH, PM)])])
    assert len(crawl.listings[0].rejects) == 100
    assert crawl.problems == ("… and 50 more pages that cannot be read",)


def test_a_file_without_postings_is_refused(tmp_path: Path) -> None:
    path = made(tmp_path / "a.warc.gz", [(f"{SITE}/1", MARCH, b"<html>nothing</html>")])
    with pytest.raises(InputError, match=r"a\.warc\.gz: none of the 1 web pages in it has schema\.org"):
        read_crawls([path])


def test_a_crawl_is_known_by_its_content(tmp_path: Path) -> None:
    path = made(tmp_path / "named.csv", [(f"{SITE}/1", MARCH, PM)])
    assert is_warc(path)
    plain = tmp_path / "plain"
    plain.write_bytes(gzip.decompress(path.read_bytes()))
    assert is_warc(plain)
    for name, content in (("table.csv", b"title,company\n"), ("cut.gz", b"\x1f\x8b\x08"), ("empty", b"")):
        (tmp_path / name).write_bytes(content)
        assert not is_warc(tmp_path / name)
    assert not is_warc(tmp_path) and not is_warc(tmp_path / "missing")
