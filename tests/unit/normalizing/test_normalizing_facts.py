"""Places, dates, workplace, companies, identity and contacts."""

import csv
import json
import re
import tomllib
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from places import CORPORA, SHARED_DATA

from scraper.model import RawPosting
from scraper.normalizing.companies import company_key, is_anonymous
from scraper.normalizing.identity import content_hash
from scraper.normalizing.places import Places, is_place_list, parse_places
from scraper.normalizing.posting import normalise
from scraper.normalizing.privacy import drop_contacts
from scraper.normalizing.scanning import Scanned
from scraper.normalizing.workplace import find_workplace
from scraper.parsing.dates import parse_date
from scraper.parsing.folding import folded

NOW = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)


def _rows(name: str) -> list[dict[str, str]]:
    with (CORPORA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def _cases(name: str) -> list[dict[str, Any]]:
    return _lines(CORPORA / name)


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


# ------------------------------------------------------------------------------------------- places


@pytest.mark.parametrize(
    "case", _cases("places.jsonl"), ids=lambda case: str(case["locations"] or case["title"])
)
def test_places(case: dict[str, Any]) -> None:
    expected = Places(
        tuple(case["cities"]),
        tuple(case["countries"]),
        case.get("remote", False),
        tuple(case.get("regions", ())),
        tuple(case.get("remote_scope", ())),
    )
    assert parse_places(case["locations"], case.get("title", "")) == expected


def test_of_endless_locations_the_first_are_read() -> None:
    endless = ["Remote"] * 40_000
    assert parse_places(["Paris", *endless]).cities == ("Paris",)
    assert parse_places([*endless, "Paris"]).cities == ()
    assert parse_places(["Paris, " * 40_000]).cities == ("Paris",)


def test_every_city_of_a_country_with_regions_lies_in_one() -> None:
    table = tomllib.loads((files("scraper.normalizing") / "places.toml").read_text(encoding="utf-8"))
    regions = {"CN": table["provinces"], **table["states"]}
    placed = [(country, city) for country, of in regions.items() for one in of.values()
              for city in one.get("cities", ())]  # fmt: skip
    cities = {("CN", city) for city in table["china"]}
    cities |= {(entry[0], city) for city, entry in table["world"].items()}
    assert len(placed) == len(set(placed))
    assert set(placed) <= cities
    assert {city for city in cities if city[0] in ("CN", "US", "CA", "AU", "IN")} <= set(placed)


@pytest.mark.parametrize(
    ("text", "yes"),
    [
        ("北京/上海均可", True),
        ("SF/Sunnyvale", True),
        ("Remote, US", True),
        ("AI", False),
        ("Growth", False),
        ("IN", False),
        ("上海滩", False),
        ("", False),
        ("B端", False),
        ("ML", False),
        ("New York, NY", True),
        ("全国", True),
    ],
)
def test_place_lists(text: str, yes: bool) -> None:
    assert is_place_list(text) is yes


@given(st.lists(st.text(max_size=30), max_size=4), st.text(max_size=40))
def test_any_location_is_answered(locations: list[str], title: str) -> None:
    places = parse_places(locations, title)
    assert all(places.cities) and len(set(places.cities)) == len(places.cities)


# -------------------------------------------------------------------------------------------- dates


@pytest.mark.parametrize("row", _rows("dates.tsv"), ids=lambda row: row["raw"] or "empty")
def test_dates(row: dict[str, str]) -> None:
    expected = datetime.fromisoformat(row["utc"]).replace(tzinfo=UTC) if row["utc"] else None
    assert parse_date(row["raw"], now=NOW) == expected, row["why"]


def test_naive_times_belong_to_the_zone_asked_for() -> None:
    assert parse_date("2026-06-11", now=NOW, zone="UTC") == datetime(2026, 6, 11, tzinfo=UTC)


@given(st.text(max_size=40))
def test_any_date_text_is_answered(raw: str) -> None:
    found = parse_date(raw, now=NOW)
    assert found is None or (found.utcoffset() == timedelta(0) and found <= NOW + timedelta(days=2))


@given(st.integers(1_000_000_000, 1_795_000_000))
def test_iso_and_epoch_round_trip(seconds: int) -> None:
    instant = datetime.fromtimestamp(seconds, UTC)
    forms = (
        instant.isoformat(),
        instant.isoformat().replace("+00:00", "Z"),
        str(seconds),
        str(seconds * 1000),
    )
    assert {parse_date(form, now=NOW) for form in forms} == {instant}


# ---------------------------------------------------------------------------------------- workplace


@pytest.mark.parametrize(
    "case", _cases("workplace.jsonl"), ids=lambda case: case["title"] + "|" + case["text"]
)
def test_workplace(case: dict[str, Any]) -> None:
    found = find_workplace(
        case.get("stated"), case["locations"], case["title"], Scanned(folded(case["text"]))
    )
    assert found == case["workplace"]


@pytest.mark.parametrize(("name", "least"), [("en.jsonl", 0.93), ("zh.jsonl", 0.97)])
def test_workplace_on_labelled_postings(name: str, least: float) -> None:
    path = SHARED_DATA / "gold" / name
    if not path.exists():
        pytest.skip("the shared data are not here")
    rows = [row for row in _lines(path) if "remote" in row]
    right = 0
    for row in rows:
        place = row.get("location_raw") or row.get("city")
        found = find_workplace(
            None, [place] if place else [], row["title"], Scanned(folded(row["description"]))
        )
        right += found in (row["remote"], (row.get("second") or row)["remote"])
    assert right / len(rows) >= least


# ---------------------------------------------------------------------------------------- companies


@pytest.mark.parametrize("row", _rows("companies.tsv"), ids=lambda row: row["name"] or "empty")
def test_company_keys(row: dict[str, str]) -> None:
    assert company_key(row["name"]) == row["key"], row["why"]
    assert is_anonymous(row["name"]) is row["key"].startswith("anonymous:")


@given(st.text(max_size=30))
def test_any_company_has_a_key(name: str) -> None:
    assert bool(company_key(name)) == bool(name.split())
    assert company_key(name) == company_key(f" {name} ")


# ----------------------------------------------------------------------------------------- identity


def test_content_hash_sees_words_and_not_blanks() -> None:
    base = content_hash("AI产品经理", "负责产品\n要求：SQL", "15-25K", "3-5年", "本科")
    assert base == content_hash(
        " AI产品经理 ", "负责产品  \r\n\n要求：SQL\u200b\n", "15-25K ", "3-5年", "本科"
    )
    changed = [
        content_hash("AI产品经理", "负责产品\n要求：SQL", "15-26K", "3-5年", "本科"),
        content_hash("AI产品经理", "负责产品\n要求：Python", "15-25K", "3-5年", "本科"),
        content_hash("AI产品经理负责产品", "要求：SQL", "15-25K", "3-5年", "本科"),
        content_hash("AI产品经理", "负责产品\n要求：SQL", "15-25K", "", "3-5年本科"),
    ]
    assert len({base, *changed}) == 5


# ----------------------------------------------------------------------------------------- contacts


@pytest.mark.parametrize("case", _cases("contacts.jsonl"), ids=lambda case: case["text"])
def test_contacts_are_dropped(case: dict[str, Any]) -> None:
    out = drop_contacts(case["text"])
    assert not [words for words in case["gone"] if words in out]
    assert not [words for words in case["kept"] if words not in out]


@pytest.mark.parametrize("row", _rows("contacts_kept.tsv"), ids=lambda row: row["text"])
def test_other_numbers_and_words_stay(row: dict[str, str]) -> None:
    assert drop_contacts(row["text"]) == row["text"]


@given(
    st.integers(0, 20),
    st.integers(5, 90),
    st.integers(2000, 2030),
    st.integers(1, 99_999_999),
    st.sampled_from(
        [
            "{a}-{b}年",
            "{b}-{c}K·14薪",
            "{c}年{a}月",
            "{n:,} users",
            "${n:,}",
            "{n}+用户",
            "{b}%",
            "{a}.{b}.{c}",
        ]
    ),
)
def test_years_pay_and_counts_survive(a: int, b: int, c: int, n: int, form: str) -> None:
    text = "要求：" + form.format(a=a, b=b, c=c, n=n) + "，本科"
    assert drop_contacts(text) == text


_NUMBERS = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
_IDS = st.from_regex(r"[k-z]{3,6}_[k-z]{2,5}[0-9]{2}", fullmatch=True)
_CONTACTS = st.one_of(
    st.builds(
        "{}{}".format, st.sampled_from(["电话", "手机号：", "请致电", "微信同号", "VX", "微信 "]), _NUMBERS
    ),
    st.builds(
        "{}{}".format,
        st.sampled_from(
            ["微信 ", "微信：", "微信号", "VX ", "V信 ", "薇信", "飞书号 ", "钉钉：", "Telegram @", "t.me/"]
        ),
        _IDS,
    ),
    st.builds(
        "{}{}".format, _IDS, st.sampled_from(["@corp.cn", " [at] corp [dot] cn", "#corp.cn（#换成@）"])
    ),
)


@given(
    _CONTACTS,
    st.sampled_from(["，", "。", "；", " ", "\n", "（"]),
    st.sampled_from(["，", "。", "；", "\n", "）", ""]),
)
def test_contacts_go_wherever_they_stand(contact: str, before: str, after: str) -> None:
    kept = drop_contacts(
        f"熟悉大模型{before}{contact}{after}五险一金" if after else f"熟悉大模型{before}{contact}"
    )
    assert not re.search("[0-9]|[k-z]{3}|corp", kept), kept
    assert kept.startswith("熟悉大模型") and (not after or kept.endswith("五险一金"))


@given(st.text(alphabet="微信VX加+Qq电话HR王女士@#.-_:： (at)1380联系a\n", max_size=120))
def test_what_stays_was_there_in_this_order(text: str) -> None:
    rest = iter(text)
    assert all(char in rest for char in drop_contacts(text))


@pytest.mark.parametrize(
    ("raw", "format"),
    [
        ("AI产品\u200b经理，电话138\u200b1234\u20605678", "text"),
        ("<p>AI产品&#8203;经理，电话138&#8203;1234&#x2060;5678</p>", "html"),
        ("<p>AI产品&shy;经理，电话138&zwnj;1234&rlm;5678&#65279;</p>", "html"),
    ],
)
def test_marks_that_nobody_sees_part_no_words(raw: str, format: Literal["text", "html"]) -> None:
    posting = RawPosting(
        native_id="1",
        url="https://e.example/1",
        title=raw if format == "text" else "AI产品经理",
        description=raw,
        format=format,
    )
    record = normalise(posting, company="甲公司", market=None)
    assert record.text == "AI产品经理，"
    if format == "text":
        assert record.title == "AI产品经理，"


@given(st.text(max_size=200))
def test_dropping_twice_drops_no_more(text: str) -> None:
    once = drop_contacts(text)
    assert len(once) <= len(text)
    assert drop_contacts(once) == once or len(drop_contacts(once)) < len(once)


@pytest.mark.parametrize(
    "name", ["en", "zh", "zh_ambiguous_titles", "zh_stale_descriptions", "zh_years_apart"]
)
def test_real_texts_without_contacts_come_back_unchanged(name: str) -> None:
    path = SHARED_DATA / "postings" / f"{name}.jsonl"
    if not path.exists():
        pytest.skip("the shared data are not here (there personal data is masked)")
    texts = [text or "" for row in _lines(path) for text in (row.get("title"), row.get("description"))]
    assert [text for text in texts if drop_contacts(text) != text] == []
