"""Parts of the market: what belongs to a view, what it is called, and that parts add up to the whole."""

import shlex
from dataclasses import replace
from typing import Any

import pytest
from facts_builder import at, monday
from hypothesis import given
from hypothesis import strategies as st
from report_market import EMPLOYERS, WEEKS, market

from reports.building.views import View, folder_of, narrowed
from reports.building.weekly import build_weekly
from storage.records import Facts

CITIES = ("北京", "上海", "Berlin")


@pytest.fixture(scope="module")
def whole() -> Facts:
    """A market half of whose boards are Chinese, of two industries and three cities."""
    facts = replace(market(failing=0).facts(), as_of=at(WEEKS - 1, 6.0))
    units = {
        id: replace(unit, market="zh" if id % 2 else "en", industry="finance" if id % 3 else "internet")
        for id, unit in facts.units.items()
    }
    postings = {
        id: replace(one, places=(CITIES[id % 3], *([CITIES[0]] if id % 7 == 0 else [])), company_name=name)
        for id, one in facts.postings.items()
        for name in [facts.units[one.unit].name]
    }
    return replace(facts, units=units, postings=postings)


def report(facts: Facts, view: View) -> Any:
    return build_weekly(narrowed(facts, view), monday(WEEKS - 1))


def stock(built: Any, role: str = "all") -> int:
    found = next(row["stock"] for row in built["headline"]["rows"] if row["role"] == role)
    return int(found or 0)


@pytest.mark.parametrize("role", ["all", "ai_pm", "aigc_pm", "both", "other_pm"])
def test_the_two_markets_add_up_to_the_whole(whole: Facts, role: str) -> None:
    parts = [report(whole, View(market=one)) for one in ("cn", "intl")]
    assert sum(stock(part, role) for part in parts) == stock(report(whole, View()), role) > 0
    assert [part["run_health"]["boards"] for part in parts] == [EMPLOYERS // 2] * 2


def test_a_city_keeps_its_boards_and_counts_what_is_listed_there(whole: Facts) -> None:
    listed = {spell.posting for spell in whole.spells if spell.last_seen_at >= at(WEEKS - 1, 0)}
    for city in CITIES:
        built = report(whole, View(city=city))
        there = [whole.postings[id] for id in listed if city in whole.postings[id].places]
        assert stock(built) == sum(one.role != "not_pm" for one in there) > 0
        assert built["run_health"]["boards"] == EMPLOYERS


def test_parts_hold_together(whole: Facts) -> None:
    view = View(market="cn", industry="finance", city="上海")
    kept = narrowed(whole, view)
    assert {(u.market, u.industry) for u in kept.units.values()} == {("zh", "finance")}
    assert kept.postings and all("上海" in one.places for one in kept.postings.values())


def test_one_employer_is_a_market_of_one(whole: Facts) -> None:
    built = report(whole, View(company="Invented 3"))
    assert built["run_health"]["boards"] == 1
    assert {row["employers"] for row in built["skills"]["bases"] if row["n"]} == {1}
    assert all(row["direction"] == "insufficient" for row in built["contrast"]["rows"])


def test_a_view_of_nothing_is_an_empty_week(whole: Facts) -> None:
    assert report(whole, View(company="Nobody"))["kind"] == "empty"


def test_the_whole_is_not_narrowed(whole: Facts) -> None:
    assert narrowed(whole, View()) is whole
    assert (View().name, View().options, View().parts) == ("", "", {})


def test_names_of_views() -> None:
    view = View(market="cn", city="上海")
    assert (view.name, folder_of(view.parts)) == ("market=cn city=上海", "market-cn_city-上海")
    assert view.options == " --market cn --city 上海"
    assert folder_of({"company": "A/../B"}).startswith("company-A----B-")
    assert View(city="New York").options == " --city 'New York'"
    assert shlex.split(View(city="Coeur d'Alene").options) == ["--city", "Coeur d'Alene"]


TEXTS = st.text(min_size=1, max_size=80)


@given(TEXTS, TEXTS)
def test_the_folder_of_a_view_is_one_name_of_its_own(one: str, other: str) -> None:
    names = [folder_of({"company": name}) for name in (one, other)]
    for name in names:
        assert "/" not in name and "\\" not in name and name not in (".", "..") and "\0" not in name
        assert 1 <= len(name) <= 70
    assert (names[0] == names[1]) == (one == other)
