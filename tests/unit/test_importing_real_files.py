"""Counts on real exports, where they are at hand; what each file holds was counted apart from this code."""

import csv
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scraper.errors import InputError
from scraper.importing import ImportedListing, read_files

DATA = Path(__file__).parents[3] / "shared" / "data"
NOW = datetime(2026, 11, 25, 8, tzinfo=UTC)

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the collection of real files is not here")


def read(*names: str) -> list[ImportedListing]:
    return read_files([DATA / name for name in names], as_of=None, now=NOW)


def test_the_feed_on_seven_wednesdays() -> None:
    days = ("04-29", "05-06", "05-13", "05-20", "05-27", "06-03", "06-10")
    listings = read(*(f"snapshots/pm_feed_2026-{day}.json" for day in reversed(days)))
    assert [len(listing.postings) for listing in listings] == [275, 222, 216, 211, 195, 667, 632]
    assert not any(listing.rejects for listing in listings)
    known, later = ({posting.native_id for posting in listing.postings} for listing in listings[1:3])
    assert len(known & later) == 54


def test_the_company_boards_in_six_snapshots() -> None:
    name = "snapshots/zh_company_boards_2026-06-28_07-03.csv"
    with (DATA / name).open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    listings = read(name)
    assert [len(listing.postings) + len(listing.rejects) for listing in listings] == [
        946,
        1047,
        1047,
        1096,
        1096,
        357,
    ]
    untitled = sum(1 for row in rows if not row["title"])
    assert sum(len(listing.rejects) for listing in listings) == untitled == 66
    assert {reject.reason.partition(": ")[2] for listing in listings for reject in listing.rejects} == {
        "no title"
    }


@pytest.mark.parametrize(
    "name", ["en", "zh", "zh_ambiguous_titles", "zh_stale_descriptions", "zh_years_apart"]
)
def test_postings_with_full_text(name: str) -> None:
    path = DATA / "postings" / f"{name}.jsonl"
    # Not splitlines(): texts hold U+2028 and U+0085, which end no line of a file.
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
    listings = read(f"postings/{name}.jsonl")
    assert sum(len(listing.postings) for listing in listings) == len(rows)
    assert not any(listing.rejects for listing in listings)
    texts = sum(bool(posting.description) for listing in listings for posting in listing.postings)
    assert texts == sum(bool(row["description"].strip()) for row in rows)


@pytest.mark.parametrize(
    ("name", "distinct"),
    [
        ("51job/ECommerceCrawlers_51job_java_beijing_2019_GBK.csv", 40),
        ("boss/ECommerceCrawlers_boss_java_beijing_2019_GBK.csv", 299),
        ("boss/sadxdh_boss_2022-12.csv", 2407),
        ("boss/ai-job-radar_boss_list_subset_2026.json", 15),
        ("zhaopin/ECommerceCrawlers_zhaopin_java_beijing_2019_GBK.csv", 37),
        ("zhaopin/leledada_zhaopin_2019-09.csv", 90),
        ("zhaopin/sou_list_2018-08.json", 60),
        ("liepin/bethzyy_liepin_2025-12.csv", 100),
        ("lagou/mobile_list_a_2018.json", 30),
        ("tencent/ai-job-radar_tencent_posts_subset_2026-10.json", 8),
        ("tencent/post_2023-01.json", 1),
        ("baidu/ai-job-radar_baidu_posts_subset_2026-10.json", 11),
    ],
)
def test_saved_lists(name: str, distinct: int) -> None:
    (listing,) = read(f"recordings_cn/{name}")
    assert (len(listing.postings), len(listing.rejects)) == (distinct, 0)
    assert not any("***" in repr(posting) for posting in listing.postings)  # masked recruiters


def test_cards_in_one_cell_are_taken_apart() -> None:
    (listing,) = read("recordings_cn/liepin/bethzyy_liepin_2025-12.csv")
    for part in ("locations", "salary_raw", "experience_raw", "education_raw"):
        assert sum(bool(getattr(posting, part)) for posting in listing.postings) >= 95, part
    assert not any("\n" in posting.title for posting in listing.postings)


@pytest.mark.parametrize(
    "name",
    [
        "lagou/nnngu_guangzhou_2018-02.xls.tsv",
        "bilibili/aruis_result_2021-02.csv",
        "51job/company_page_bytedance_2020-05.html",
    ],
)
def test_files_without_titles_or_header(name: str) -> None:
    with pytest.raises(InputError, match=Path(name).name):
        read(f"recordings_cn/{name}")
