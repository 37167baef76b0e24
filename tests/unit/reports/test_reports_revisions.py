"""T18 and T19: which published numbers moved and why; what changed in how the data were read."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args

import pytest
from facts_builder import Market, at, monday
from hypothesis import given
from hypothesis import strategies as st
from report_market import KINDS, market, rendered, report_of, report_of_kind

from reports.building.weekly import build_weekly
from reports.document.history import RevisionReason
from reports.document.published import published, published_numbers, stated_weeks
from reports.document.weekly import WeeklyReport
from reports.measures.revisions import moved, revisions
from reports.wording.words import LANGS, Words, catalog
from storage.history import Earlier, Edition, History, Learned, LearnedKind, Number, Since
from storage.profile import Profile

W = [date(2026, 11, 2) + timedelta(weeks=week) for week in range(4)]  # 2026-W45 to W48
BEFORE = Edition(W[1], "", datetime(2026, 11, 15, tzinfo=UTC), None, "sha", "1", 1)
NOW = Edition(W[2], "", datetime(2026, 11, 22, tzinfo=UTC), None, "sha", "1", 2)


def told(
    old: list[Number],
    new: list[Number],
    *learned: Learned,
    before: Edition = BEFORE,
    segments: dict[tuple[str, date], int] | None = None,
) -> Any:
    history = History(NOW, (Earlier(before, tuple(old), learned),))
    return revisions(new, W[:3], segments or {}, history)


def stock(value: float, week: int = 0, metric: str = "stock", role: str = "all") -> Number:
    return Number(metric, W[week], role, "", value)


# ------------------------------------------------------------------ what is a revision


@pytest.mark.parametrize(
    ("old", "new", "is_one"),
    [
        (100, 101, False),  # exactly 1 % is not more
        (100, 101.1, True),
        (100, 98.9, True),
        (0.3, 0.303, False),
        (-0.1, -0.102, True),
        (0, 1, True),
        (0, 0, False),
        (7, 8, True),
    ],
)
def test_more_than_one_per_cent_of_the_old_value(old: float, new: float, is_one: bool) -> None:
    assert moved(old, new) is is_one
    found = told([stock(old)], [stock(new)])
    assert (found["compared"], found["revised"]) == (1, int(is_one))


def test_a_row_says_what_it_was_what_it_is_and_when_it_was_published() -> None:
    (row,) = told([stock(20)], [stock(23)], Learned("returned", W[0], W[1], 3))["rows"]
    assert row == {
        "metric": "stock",
        "week": "2026-W45",
        "role": "all",
        "dimension": "",
        "old": 20,
        "new": 23,
        "change": pytest.approx(0.15),
        "published": "2026-11-15T00:00:00Z",
        "published_week": "2026-W46",
        "reasons": ["returned"],
    }


def test_nothing_published_nothing_compared() -> None:
    found = revisions([stock(3)], W[:3], {}, History(NOW))
    assert (found["earlier"], found["compared"], found["rows"]) == ([], 0, [])


def test_a_number_that_is_stated_no_more_is_withdrawn() -> None:
    (row,) = told([stock(20, 1)], [], Learned("break", W[0], W[2], 1))["rows"]
    assert (row["new"], row["change"], row["reasons"]) == (None, None, ["break"])


def test_what_the_report_does_not_state_is_not_compared() -> None:
    """The vacancies of a week stand in that week's own report alone; a week outside the panel in none."""
    elsewhere = [stock(5, 0, "vacancies"), Number("stock", W[0] - timedelta(weeks=60), "all", "", 4)]
    assert told(elsewhere, [stock(9, 2, "vacancies")])["compared"] == 0
    assert told([stock(5, 2, "vacancies")], [stock(9, 2, "vacancies")])["revised"] == 1


def test_of_several_earlier_ones_the_latest_that_stated_the_number_counts() -> None:
    first = replace(BEFORE, week=W[0], as_of=datetime(2026, 11, 8, tzinfo=UTC))
    history = History(
        NOW, (Earlier(BEFORE, (stock(11, 1),), ()), Earlier(first, (stock(10, 1), stock(5, 0)), ()))
    )
    found = revisions([stock(11, 1), stock(6, 0)], W[:3], {}, history)
    assert [(row["week"], row["old"], row["new"]) for row in found["rows"]] == [("2026-W45", 5, 6)]
    assert [one["compared"] for one in found["earlier"]] == [1, 1]


# ------------------------------------------------------------------ why


@pytest.mark.parametrize(
    ("metric", "kind", "span", "reasons"),
    [
        ("closures", "confirmed", (0, 0), ["confirmed"]),
        ("closures", "confirmed", (1, 1), ["unexplained"]),  # in another week
        ("stock", "confirmed", (0, 0), ["unexplained"]),  # a closure moves no stock
        ("births", "later_look", (0, 0), ["later_look"]),
        ("stock", "edited", (0, 2), ["unexplained"]),  # edits move shares, not the stock ...
        ("stock", "reclassed", (0, 2), ["reclassed"]),  # ... unless the class changed with them
        ("stock", "late", (0, 2), ["late"]),
        ("births", "accepted", (0, 0), ["accepted"]),
    ],
)
def test_only_what_can_move_the_number_in_that_week_is_a_reason(
    metric: str, kind: LearnedKind, span: tuple[int, int], reasons: list[str]
) -> None:
    learned = Learned(kind, W[span[0]], W[span[1]], 1)
    found = told([stock(5, 0, metric)], [stock(9, 0, metric)], learned)
    assert found["rows"][0]["reasons"] == reasons
    assert found["unexplained"] == (reasons == ["unexplained"])


def test_vocabulary_and_program_are_reasons_of_everything() -> None:
    old = replace(BEFORE, taxonomy="other", code_version="0")
    confirmed = Learned("confirmed", W[0], W[0], 2)
    (row,) = told([stock(5, 0, "closures")], [stock(9, 0, "closures")], confirmed, before=old)["rows"]
    assert row["reasons"] == ["taxonomy", "confirmed", "program"]


def test_four_weeks_are_moved_by_what_happened_in_any_of_them() -> None:
    again = replace(BEFORE, week=W[2])
    confirmed = Learned("confirmed", W[0], W[0], 2)
    number = [stock(value, 2, "closures_4w") for value in (5, 9)]
    (row,) = told(number[:1], number[1:], confirmed, before=again)["rows"]
    assert row["reasons"] == ["confirmed"]


# ------------------------------------------------------------------ the index


def index(values: dict[int, float], metric: str = "index") -> list[Number]:
    return [Number(metric, W[week], "all", "", value) for week, value in values.items()]


def test_another_base_week_is_no_revision() -> None:
    """Week 0 has left the panel, so the index is 100 a week later than it was."""
    segments = {("all", week): 1 for week in W[1:3]}
    history = History(NOW, (Earlier(BEFORE, tuple(index({0: 100, 1: 125, 2: 150})), ()),))
    found = revisions(index({1: 100, 2: 120}), W[1:3], segments, history)
    assert (found["compared"], found["rows"]) == (2, [])


def test_an_index_is_compared_on_the_new_base_and_moves_with_new_weeks() -> None:
    segments = {("all", week): 1 for week in W[:3]}
    old, new = index({0: 80, 1: 100}), index({0: 100, 1: 130, 2: 140})
    (row,) = told(old, new, Learned("later_look", W[2], W[2], 9), segments=segments)["rows"]
    assert (row["old"], row["new"], row["reasons"]) == (125, 130, ["refit"])
    assert row["change"] == pytest.approx(0.04)


def test_each_stretch_of_an_index_has_its_own_base() -> None:
    segments = {("all", W[0]): 1, ("all", W[1]): 2, ("all", W[2]): 2}
    old, new = index({0: 50, 1: 100, 2: 110}), index({0: 100, 1: 50, 2: 55})
    assert told(old, new, segments=segments)["rows"] == []


# ------------------------------------------------------------------ which numbers are kept


def test_every_entry_finds_its_numbers_in_a_report() -> None:
    report = report_of_kind("regular")
    found = published_numbers(report)
    assert set(published()) - {number.metric for number in found} == {"pay", "pay_gap"}, "none states its pay"
    assert len({number.key for number in found}) == len(found), "no number is kept twice"


ME = Profile("me", 3, 0, frozenset({"sql"}))


def cards(*profiles: Profile) -> dict[tuple[str, str, str], Number]:
    report = build_weekly(market().facts(), monday(12), profiles=profiles)
    found = [n for n in published_numbers(report) if published()[n.metric].on_request]
    assert len({number.key for number in found}) == len(found)
    return {(number.metric, number.role, number.dimension): number for number in found}


def test_cards_are_kept_by_profile_with_their_shares_and_verdict() -> None:
    report = build_weekly(market().facts(), monday(12), profiles=[ME])
    card, kept = report["choice"]["cards"][0], cards(ME)
    (name,) = {dimension for _, _, dimension in kept if dimension.startswith("me ")}
    assert len(kept) == 4 * (3 * 2 + 1)  # four profiles, both shares of three doors and a verdict
    for door in card["doors"]:
        for metric, share in (("qualified_strict", door["strict"]), ("qualified_lenient", door["lenient"])):
            number = kept[metric, door["role"], name]
            assert number.value == pytest.approx(share["share"], rel=1e-5)
            assert number.n == share["n"]
    assert card["verdict"] == "not_enough_data"
    assert kept["easier_door", "", name].value == 0


def test_a_profile_that_says_something_else_is_another_series() -> None:
    before, after = cards(ME), cards(replace(ME, pm_years=4))
    assert {key for key in before if key[2].startswith("me ")}.isdisjoint(after)
    assert {key for key in before if not key[2].startswith("me ")} <= after.keys()
    assert cards(ME, ME).keys() == before.keys(), "the same one twice is one"
    own = cards(Profile("newcomer", 1, 0, frozenset({"data_analysis"}), "bachelor"))
    assert len(own) == len(before), "the report's own example of that name is another one"


def test_a_card_that_is_not_asked_for_any_more_was_not_withdrawn() -> None:
    mine = Number("qualified_strict", W[2], "ai_pm", "me 0a1b2c3d", 0.2)
    edition = replace(BEFORE, week=W[2])
    assert told([mine], [], before=edition)["compared"] == 0
    (row,) = told([mine], [replace(mine, value=0.3)], before=edition)["rows"]
    assert (row["old"], row["new"], row["dimension"]) == (0.2, 0.3, "me 0a1b2c3d")
    gone = replace(mine, metric="skill_share", dimension="sql")
    assert told([gone], [], before=edition)["revised"] == 1


@pytest.mark.parametrize(("lang", "lines"), [
    ("en", ("2026-W47, AI PM, me, qualifies for, strictly: 20 % → 30 %",
            "2026-W47, PM without AI, easier door: AI PM → AIGC PM")),
    ("zh", ("2026-W47 AI 产品经理，me，符合条件（严格）：20% → 30%",
            "2026-W47 没有 AI 经验的产品经理，更容易进的门：AI 产品经理 → AIGC 产品经理")),
])  # fmt: skip
def test_a_revised_card_is_told_by_the_name_of_the_profile(lang: str, lines: tuple[str, ...]) -> None:
    from reports.sections.history import revisions as section

    share = Number("qualified_strict", W[2], "ai_pm", "me 0a1b2c3d", 0.2)
    door = Number("easier_door", W[2], "", "switching 0a1b2c3d", -1)
    report = report_of_kind("regular")
    report["revisions"] = told(
        [share, door], [replace(share, value=0.3), replace(door, value=1)], before=replace(BEFORE, week=W[2])
    )
    (line,) = section(report, Words(lang))  # type: ignore[arg-type]
    assert all(told_of in line for told_of in lines)


def test_the_numbers_are_those_of_the_report() -> None:
    report = report_of_kind("regular")
    found = {number.key: number for number in published_numbers(report)}
    for series in report["level_index"]["series"]:
        for point in series["points"]:
            if point["index"] is not None:
                number = found["index", _monday(point["week"]), series["role"], ""]
                assert (number.value, number.lo, number.n) == (point["index"], point["lo"], point["stock"])
    for row in report["skills"]["rows"]:
        number = found["skill_share", _monday(report["week"]), row["role"], row["tag"]]
        assert (number.value, number.hi, number.n) == (row["share"], row["hi"], row["n"])
    for asked in report["experience"]["rows"]:
        for open_at in asked["open"]:
            dimension = f"{asked['measure']} {open_at['years']}"
            known = found.get(("open_to", _monday(report["week"]), asked["role"], dimension))
            assert (known and known.value) == open_at["share"]


def _monday(label: str) -> date:
    return date.fromisocalendar(int(label[:4]), int(label[6:]), 1)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_week_has_its_numbers_or_none(kind: str) -> None:
    report = report_of_kind(kind)
    found = published_numbers(report)
    assert all(number.week in stated_weeks(report) for number in found)
    assert any(number.value for number in found) == (kind not in ("all_failed", "empty"))


# ------------------------------------------------------------------ a report after another


def after(report: WeeklyReport, built: Market, **edition: Any) -> WeeklyReport:
    """The report of the market's week 12 when `report` (of week 11) had been published before."""
    facts = replace(built.facts(), as_of=at(12, 6.0))
    first = Edition(monday(11), "", at(11, 6.0), None, facts.taxonomy.sha256, "0.1.0", 1)  # type: ignore[union-attr]
    now = replace(first, week=monday(12), as_of=facts.as_of)
    earlier = Earlier(replace(first, **edition), published_numbers(report), ())
    return build_weekly(facts, monday(12), history=History(now, (earlier,)))


def test_the_same_market_a_week_later_moves_closures_and_index_alone() -> None:
    """Nothing of the past is edited or imported: what moves are confirmations, and the fitted index."""
    report = after(report_of(market(12, failing=0), 12), market(13))
    found = report["revisions"]
    assert found["compared"] > 100
    assert {row["metric"] for row in found["rows"]} <= {"closures", "index"}
    assert {row["week"] for row in found["rows"] if row["metric"] == "closures"} <= {"2026-W47"}


def test_a_week_at_the_edge_of_the_panel_is_not_withdrawn() -> None:
    """After 53 weeks the first week has no week before it any more, so what was new in it is not known."""

    def year(weeks: int) -> Market:
        built = Market()
        for board in "ABC":
            built.board(board)
            for week in range(weeks):
                built.look(board, week, [f"{board}{n}" for n in range(week, week + 4 + week % 3)])
        return built

    def reported(weeks: int, *earlier: Earlier) -> WeeklyReport:
        facts = replace(year(weeks).facts(), as_of=at(weeks - 1, 6.0))
        edition = Edition(monday(weeks - 1), "", facts.as_of, None, "sha", "1", 1)
        return build_weekly(facts, monday(weeks - 1), history=History(edition, earlier))

    edition = Edition(monday(56), "", at(56, 6.0), None, "sha", "1", 1)
    learned = (
        Learned("confirmed", monday(56), monday(56), 9),
        Learned("later_look", monday(57), monday(57), 3),
    )
    before = Earlier(edition, published_numbers(reported(57)), learned)
    found = reported(58, before)["revisions"]
    assert found["compared"] > 50 * 5 * 4
    assert {(row["metric"], row["week"]) for row in found["rows"]} <= {
        ("closures", "2027-W39"), *(("index", row["week"]) for row in found["rows"])
    }  # fmt: skip
    assert found["unexplained"] == 0


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("kind", KINDS)
def test_the_lines_stay_within_their_budget(lang: str, kind: str) -> None:
    from reports.sections.history import changelog
    from reports.sections.history import revisions as lines

    report = report_of_kind(kind)
    assert len(lines(report, Words(lang))) == len(changelog(report, Words(lang))) == 1
    rows = [
        {**told([stock(5, 0, m)], [stock(9, 0, m)], before=replace(BEFORE, **{f: "x"}))["rows"][0], "role": r}
        for m in ("stock", "births", "closures", "reposts")
        for f in ("taxonomy", "code_version")
        for r in ("all", "ai_pm")
    ]
    report["revisions"] = {**told([stock(1)], [stock(1)]), "rows": rows, "revised": 16, "unexplained": 1}
    report["changelog"]["rows"] = [
        {"week": f"2026-W{w}", "event": k, "source": "s", "subject": f"{k} {w} {i}", "note": ""}
        for k in ("taxonomy", "program", "new_source", "new_board", "lost_board", "break")
        for w in (46, 47)
        for i in range(6)
    ]
    (revised,) = lines(report, Words(lang))
    assert (revised.count("→"), revised.count("(data/revisions.csv)"), revised.count("**")) == (2, 1, 4)
    (changed,) = changelog(report, Words(lang))
    assert changed.count("2026-W") == 3  # the newest three of ten groups (breaks are told by themselves)
    assert "7" in changed and "changelog.csv" in changed
    assert rendered(report, lang)  # type: ignore[arg-type]


def test_everything_that_can_be_named_has_a_name_in_both_languages() -> None:
    for lang in LANGS:
        words = catalog(lang)
        assert {f"metric.{metric}" for metric in published()} <= words.keys()
        assert {f"reasons.{reason}" for reason in get_args(RevisionReason)} <= words.keys()


@given(st.permutations(range(6)))
def test_the_order_of_the_numbers_changes_nothing(order: list[int]) -> None:
    old = [stock(5 + i, i % 3, ("stock", "births")[i % 2]) for i in range(6)]
    new = [stock(7 + i, i % 3, ("stock", "births")[i % 2]) for i in range(6)]
    assert told([old[i] for i in order], [new[i] for i in reversed(order)]) == told(old, new)


# ------------------------------------------------------------------ T19


def logged(built: Market, weeks: int, history: History | None = None) -> list[tuple[str, str, str]]:
    facts = replace(built.facts(), as_of=at(weeks - 1, 6.0))
    report = build_weekly(facts, monday(weeks - 1), history=history or History())
    rows = report["changelog"]["rows"]
    return [(row["week"], row["event"], row["subject"] or row["source"]) for row in rows]


def looked_at(boards: dict[str, range], sources: dict[str, str]) -> Market:
    built = Market()
    for name, weeks in boards.items():
        built.board(name, sources.get(name, "ashby"))
        for week in weeks:
            built.look(name, week, [f"{name}1"])
    return built


def test_boards_and_sources_that_came_and_went() -> None:
    weeks = {"Old": range(14), "New": range(9, 14), "Gone": range(10), "Feed": range(8, 14)}
    assert logged(looked_at(weeks, {"Feed": "feed"}), 14) == [
        ("2026-W44", "new_source", "feed"),
        ("2026-W45", "lost_board", "Gone"),
        ("2026-W45", "new_board", "New"),
    ]


def test_a_board_that_was_not_looked_at_for_three_weeks_is_not_given_up() -> None:
    assert logged(looked_at({"Old": range(14), "Slow": range(11)}, {}), 14) == []


def test_the_beginning_is_no_news_and_silence_gives_nothing_up() -> None:
    assert logged(looked_at({"A": range(3), "B": range(3)}, {"B": "feed"}), 3) == []
    assert logged(looked_at({"A": range(3), "B": range(3)}, {"B": "feed"}), 10) == []


def test_what_lies_before_the_thirteen_weeks_is_not_told() -> None:
    weeks = {"Old": range(20), "New": range(2, 20)}
    assert logged(looked_at(weeks, {}), 14) == [("2026-W38", "new_board", "New")]
    assert logged(looked_at(weeks, {}), 20) == []


def test_versions_after_the_first_are_told_with_the_week_from_which_they_counted() -> None:
    since = [Since(f"{n}.0", "sha", at(week)) for n, week in ((1, 0), (2, 10), (3, 12))]
    history = History(programs=tuple(since[:2]), taxonomies=tuple(since[1:]))
    assert logged(looked_at({"Old": range(14)}, {}), 14, history) == [
        ("2026-W46", "program", "2.0"),
        ("2026-W48", "taxonomy", "3.0"),
    ]
