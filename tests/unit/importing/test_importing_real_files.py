"""Counts on real exports, where they are at hand; what each file holds was counted apart from this code."""

import csv
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from places import SHARED_DATA

from scraper.errors import InputError
from scraper.importing import ImportedListing, read_files

DATA = SHARED_DATA
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
        ("lagou/mobile_list_b_2018.json", 30),
        ("lagou/Ingram7_lagou_2019-08.json", 279),
        ("51job/Wale-sir_51job_2023-09.csv", 370),
        ("51job/Wale-sir_qx_cleaned_2023-09.csv", 364),
        ("51job/company_page_bytedance_2020-05.html", 20),
        ("zhaopin/bethzyy_jobs_result_2025-12.csv", 28),
        ("zhaopin/bethzyy_zhilian_2025-12.csv", 99),
        ("bilibili/aruis_result_2021-02.csv", 1239),
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
        "recordings_cn/lagou/nnngu_guangzhou_2018-02.xls.tsv",
        "recordings_cn/lagou/nnngu_shenzhen_2018-02.xls.tsv",
        "recordings_cn/bilibili/aruis_data_2021-02.md",
        "recordings_cn/registry/Hiring-Radar_companies.seed",
        "recordings/jsonld/openpostings_disney-job-no-jsonld.html",
        "recordings/jsonld/openpostings_walmart-job-no-jsonld.html",
        "recordings/icims/careerkit_icims.html",
    ],
)
def test_files_without_postings(name: str) -> None:
    with pytest.raises(InputError, match=Path(name).name):
        read(name)


def test_every_recording_is_tested_here() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    recordings = {path for path in (DATA / "recordings_cn").glob("*/*") if path.is_file()}
    assert not [path.name for path in recordings if f"{path.parent.name}/{path.name}" not in text]


def test_a_saved_page_fills_what_its_cards_show() -> None:
    (listing,) = read("recordings_cn/51job/company_page_bytedance_2020-05.html")
    for part in ("url", "company", "locations", "salary_raw", "experience_raw", "education_raw", "posted_at"):
        assert all(getattr(posting, part) for posting in listing.postings), part
    assert {posting.company for posting in listing.postings} == {"字节跳动"}


def test_rows_without_a_header_are_known_by_their_addresses() -> None:
    (listing,) = read("recordings_cn/bilibili/aruis_result_2021-02.csv")
    assert sum("产品经理" in posting.title for posting in listing.postings) == 57
    assert sum(bool(posting.description) for posting in listing.postings) == 1215
    assert {posting.company for posting in listing.postings} == {"哔哩哔哩"}


@pytest.mark.parametrize(
    ("name", "company", "place"),
    [
        ("jobseek_jsonld_meta_software_engineer", "Meta", None),
        ("jobseek_jsonld_neura_robotics_manager", "Neura", None),
        ("openpostings_boeing-job", "Boeing", "Wichita"),
        ("openpostings_expedia-job", "Expedia Group", "Gurgaon"),
        ("openpostings_microsoft-job", "Microsoft", "Canberra"),
    ],
)
def test_pages_with_json_ld(name: str, company: str, place: str | None) -> None:
    (posting,) = read(f"recordings/jsonld/{name}.html")[0].postings
    assert company in posting.company and posting.posted_at is not None
    assert place is None or posting.locations[0].startswith(place)
    assert len(posting.description) > 100


def test_texts_that_a_board_shows_only_in_part_are_marked() -> None:
    """What was counted by their words 登录查看完整内容 at the end of the description."""
    path = DATA / "postings" / "zh.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
    ends = sum(row["description"].rstrip().endswith("登录查看完整内容") for row in rows)
    postings = [posting for listing in read("postings/zh.jsonl") for posting in listing.postings]
    assert sum(posting.text_cut for posting in postings) == ends == 50
    assert not any("登录查看完整内容" in posting.description for posting in postings)
