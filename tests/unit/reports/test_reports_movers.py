"""T4, T5, S4 and T12: markets counted by hand, the gate, breaks, and what must always hold."""

import random
from dataclasses import replace
from typing import Any, get_args

import pytest
from facts_builder import Market, at, markets, monday, trend_market
from hypothesis import given, settings
from hypothesis import strategies as st
from report_market import market as plain_market
from report_market import rendered

from reports.building.weekly import build_weekly, to_json
from reports.document.terms import Reason
from reports.document.weekly import WeeklyReport
from reports.measures.movers import MovedBy, gate_of
from reports.wording.words import LANGS, Words
from storage.records import Break, Passage, RoleClass

WEEK = 15
EMPTY: Any = {"d": 0.1, "lo": 0.0, "hi": 0.2, "p": 0.5, "q": 0.5, "n0": 1, "n1": 1, "employers": 30,
              "strata": 1, "lost": 0.0, "reason": ""}  # fmt: skip


def flowing_market(
    boards: int = 30, *, before: int = 1, after: int = 3, of: int = 4, tag: str = "llm", only: int = 0
) -> Market:
    """Boards of one employer each that bring `of` new AIGC PM postings a window of four weeks.

    They come in weeks 9 and 13; `before` of them ask for `tag` in the earlier, `after` in the later window.
    With `only`, just so many boards change and by all of their postings; the others stay at `before`.
    """
    market = Market()
    for b in range(boards):
        name = f"b{b:02d}"
        market.board(name, "ashby" if b % 2 else "greenhouse")
        new: dict[int, list[str]] = {9: [], 13: []}
        for week in new:
            asking = before if week == 9 or (only and b >= only) else after
            for i in range(of):
                tags = [tag] if i < asking else ["sql"]
                new[week].append(market.post(f"{name}-{week}-{i}", "aigc_pm", tags=tags))
        old = market.post(f"{name}-old", "other_pm", tags=["sql"])
        for week in range(WEEK + 1):
            listed = [old] + [p for start, posts in new.items() if start <= week <= start + 3 for p in posts]
            market.look(name, week, listed)
    return market


def report_of(market: Market, week: int = WEEK) -> WeeklyReport:
    return build_weekly(replace(market.facts(), as_of=at(week, 6.0)), monday(week))


def mover(report: WeeklyReport, tag: str = "llm", role: str = "aigc_pm") -> Any:
    return next(r for r in report["movers"]["rows"] if (r["tag"], r["role"]) == (tag, role))


# ------------------------------------------------------------------ T4 movers


def test_what_every_employer_asks_for_more_is_a_mover() -> None:
    """30 boards: 1 of 4 new postings asks for it in W9, 3 of 4 in W13: d = 1/2, and no board deviates."""
    report = report_of(flowing_market())
    row = mover(report)
    assert (row["before"]["y"], row["before"]["n"], row["now"]["y"], row["now"]["n"]) == (30, 120, 90, 120)
    assert row["change"]["d"] == row["employer_change"] == 0.5
    assert (row["verdict"], row["gate"], row["mover"]) == ("rose", "", True)
    assert row["posterior"] > 0.99
    family = report["movers"]["families"][0]
    # llm and sql: as many tags as there are, mirror images of each other
    assert (family["role"], family["tested"], family["movers"], family["held_back"]) == ("aigc_pm", 2, 2, 0)
    assert (family["n0"], family["n1"], family["employers"]) == (120, 120, 30)
    # Nobody deviates, so the variance is that of half an employer off: shares 23/31 and 8/31 of 30 employers.
    deff = 2 * (23 / 31) * (8 / 31) / 30 / (0.25 * 2 / 120)
    assert family["deff"] == pytest.approx(deff, rel=1e-5)
    assert family["mde"] == pytest.approx(2.801585 * (deff * 0.21 * 2 / 120) ** 0.5, rel=1e-5)


def test_a_mover_is_a_finding_in_both_languages() -> None:
    report = report_of(flowing_market())
    found = [f for f in report["findings"] if f["id"] == "mover"]
    assert len(found) == 1
    assert (found[0]["verdict"], found[0]["value"], found[0]["extra"]["n1"]) == (
        found[0]["verdict"],
        0.5,
        120,
    )
    assert "+50.0" in rendered(report, "en") and "+50.0" in rendered(report, "zh")


def test_zero_movers_is_a_result() -> None:
    report = report_of(flowing_market(before=2, after=2))
    assert [family["movers"] for family in report["movers"]["families"]] == [0, 0, 0]
    assert report["movers"]["families"][0]["tested"] == 2
    assert not [f for f in report["findings"] if f["id"] == "mover"]
    for lang, words in (("en", "2 requirements tested, 0 moved"), ("zh", "检验 2 项要求，0 项有明显变化")):
        assert words in rendered(report, lang)  # type: ignore[arg-type]


def test_few_employers_are_not_tested_and_it_is_said() -> None:
    report = report_of(flowing_market(boards=12))
    family = report["movers"]["families"][0]
    assert (family["tested"], family["reason"], family["mde"]) == (0, "few_employers", None)
    assert mover(report)["change"]["d"] is None and mover(report)["posterior"] is None
    assert "fewer than 20 employers can be compared" in rendered(report, "en")


def test_a_tag_with_fewer_than_ten_mentions_is_in_no_family() -> None:
    report = report_of(flowing_market(before=0, after=1, only=9))
    assert "llm" not in {row["tag"] for row in report["movers"]["rows"] if row["role"] == "aigc_pm"}
    report = report_of(flowing_market(before=0, after=1, only=10))
    assert mover(report)["change"]["reason"] == "small_counts" or mover(report)["change"]["p"] is not None


def test_the_gate_asks_for_employers_that_agree() -> None:
    said = [
        gate_of(MovedBy(EMPTY | {"d": d}, 1.0, e, 0.9)) for d, e in ((0.1, 0.02), (0.1, -0.02), (-0.1, -0.3))
    ]
    assert said == ["", "employers", ""]
    assert gate_of(MovedBy(EMPTY, 1.0, 0.0, 0.9)) == "employers"
    assert gate_of(MovedBy(EMPTY | {"d": None}, None, None, None)) == ""


def test_a_break_of_a_sixth_of_the_stock_closes_the_gate() -> None:
    built = flowing_market()
    for b in range(5):
        name = f"b{b:02d}"
        for look in built.looks:
            look.epoch = 2 if look.board == name and look.when >= at(12, 0) else look.epoch
        built.breaks.append(Break(built.sources[name], name, monday(12), "scope", "another query"))
    row = mover(report_of(built))
    assert (row["verdict"], row["gate"], row["mover"]) == ("rose", "break", False)
    assert not [f for f in report_of(built)["findings"] if f["id"] == "mover"]


def test_weeks_that_could_hardly_be_read_close_the_gate() -> None:
    """Every board fails in the two weeks in the middle of the earlier window."""
    built = flowing_market()
    for look in built.looks:
        if at(10) <= look.when < at(11, 6.9):
            look.state, look.usable = "failed", False
    row = mover(report_of(built))
    assert (row["gate"], row["mover"]) == ("coverage", False)


def test_a_new_vocabulary_says_nothing_about_change() -> None:
    built = flowing_market()
    built.breaks.append(Break("*", None, monday(12), "taxonomy", "run retag"))
    report = report_of(built)
    assert report["movers"]["status"] == "not_comparable"
    assert not any(row["mover"] for row in report["movers"]["rows"])
    assert (report["emerging"]["status"], report["emerging"]["reason"]) == ("not_comparable", "break")


# ------------------------------------------------------------------ T5 emerging


def radar_market(
    *,
    first: int,
    last: int = WEEK,
    postings: int = 5,
    employers: int = 3,
    sources: int = 2,
    tag: str = "agents",
) -> Market:
    """24 boards that list one posting without `tag`, and from week `first` to `last` some that ask for it."""
    market = Market()
    for b in range(24):
        name = f"b{b:02d}"
        market.board(name, "ashby" if b % 2 or sources == 1 else "greenhouse")
        old = market.post(f"{name}-old", "other_pm", tags=["sql"])
        mine = [
            market.post(f"{name}-{i}", "aigc_pm", tags=[tag]) for i in range(postings) if i % employers == b
        ]
        for week in range(WEEK + 1):
            market.look(name, week, [old, *(mine if first <= week <= last else [])])
    return market


def radar(report: WeeklyReport, tag: str = "agents") -> Any:
    return next((r for r in report["emerging"]["rows"] if r["tag"] == tag), None)


@pytest.mark.parametrize(
    ("market", "state"),
    [
        (radar_market(first=8), "new"),  # the first of the last eight weeks
        (radar_market(first=7), "present"),
        (radar_market(first=12, employers=2), "present"),
        (radar_market(first=12, sources=1), "present"),
        (radar_market(first=0, last=6), "gone"),
        (radar_market(first=0, last=8), "gone"),  # nothing joined since, and none is listed
        (radar_market(first=0, last=12), "present"),  # still listed in the last four weeks
        (radar_market(first=0, last=6, sources=1), "present"),
    ],
)
def test_what_is_new_on_the_radar_and_what_is_gone(market: Market, state: str) -> None:
    assert radar(report_of(market))["state"] == state


def test_four_postings_are_not_on_the_radar() -> None:
    assert radar(report_of(radar_market(first=12, postings=4))) is None


def test_what_the_radar_says_by_hand() -> None:
    row = radar(report_of(radar_market(first=12)))
    assert (row["first_seen"], row["last_seen"]) == ("2026-W48", "2026-W51")
    assert (row["y_before"], row["n_before"], row["y_recent"], row["n_recent"]) == (0, 24, 5, 5)
    assert (row["employers"], row["sources"]) == (3, 2)
    assert row["z"] > 0


def test_a_board_that_joins_brings_nothing_new() -> None:
    built = radar_market(first=0)
    built.looks = [
        look for look in built.looks if look.board not in ("b00", "b01", "b02") or look.when >= at(9)
    ]
    assert radar(report_of(built)) is None


def test_the_radar_needs_weeks_before() -> None:
    report = report_of(radar_market(first=4), 6)
    assert (report["emerging"]["status"], report["emerging"]["reason"]) == ("insufficient", "short_history")
    assert "have not been followed for long enough" in rendered(report, "en")


def test_what_is_new_is_quoted_but_not_whom_to_call() -> None:
    built = radar_market(first=12)
    texts = {0: "Contact agents@x.example now please", 1: "You will build agents for our own tools"}

    def passages(ids: Any) -> Any:
        return {id: {"agents": passage(texts[n])} for n, id in enumerate(sorted(ids)) if n in texts}

    def passage(text: str) -> Passage:
        start = text.index("agents")
        return Passage(text, start, start + len("agents"), "ab" * 32)

    facts = replace(built.facts(), as_of=at(WEEK, 6.0), passages=passages)
    report = build_weekly(facts, monday(WEEK))
    assert radar(report)["quote"] == texts[1]
    assert radar(report)["url"].startswith("https://jobs.example/")
    for lang, words in (("en", "New on the radar: agents"), ("zh", "新出现的要求：agents")):
        text = rendered(report, lang)  # type: ignore[arg-type]
        assert words in text and texts[1] in text and "x.example" not in text


# ------------------------------------------------------------------ S4 weekly shares


def test_weekly_shares_are_pooled_over_four_weeks() -> None:
    """New in W9: 30 of 120 ask for it, in W13: 90 of 120; in the weeks between nothing new."""
    report = report_of(flowing_market())
    part = report["requirements_weekly"]
    row = next(r for r in part["rows"] if (r["role"], r["tag"]) == ("aigc_pm", "llm"))
    assert part["weeks"] == [point["week"] for point in row["points"]] and len(part["weeks"]) == 13
    points = dict(zip(range(3, 16), row["points"], strict=True))
    assert {w: (p["y"], p["n"]) for w, p in points.items() if p["n"]} == {9: (30, 120), 13: (90, 120)}
    assert [points[w]["pooled"] for w in (5, 6, 9, 12, 13, 15)] == [None, None, 0.25, 0.25, 0.75, 0.75]
    assert points[5]["pooled_n"] is None and points[6]["pooled_n"] == 0


def test_a_board_that_joins_moves_no_line() -> None:
    built = flowing_market()
    for i in range(40):
        built.post(f"late-{i}", "aigc_pm", tags=["sql"])
    for week in (11, 12, 13, 14, 15):
        built.look("late", week, [f"late-{i}" for i in range(20 if week == 11 else 40)])
    row = next(
        r
        for r in report_of(built)["requirements_weekly"]["rows"]
        if (r["role"], r["tag"]) == ("aigc_pm", "llm")
    )
    assert row["points"][-1]["pooled"] == 0.75


def test_a_short_history_has_no_weekly_shares() -> None:
    report = report_of(plain_market(6), 5)
    assert (report["requirements_weekly"]["reason"], report["requirements_weekly"]["rows"]) == (
        "short_history",
        [],
    )


# ------------------------------------------------------------------ T12 co-occurrence


def pairs_market(employers: int = 20) -> Market:
    """Each employer lists four AIGC PM postings: one asks for llm and machine_learning, three for sql.

    So n = 4 employers, n_a = n_b = n_ab = employers: lift 4, NPMI 1, Jaccard 1.
    """
    market = Market()
    for b in range(employers):
        ids = [market.post(f"b{b}-0", "aigc_pm", tags=["llm", "machine_learning"])]
        ids += [market.post(f"b{b}-{i}", "aigc_pm", tags=["sql"]) for i in (1, 2, 3)]
        market.look(f"b{b:02d}", 0, ids)
    return market


def test_pairs_by_hand() -> None:
    report = report_of(pairs_market(), 0)
    ai, aigc = report["co_occurrence"]["classes"]
    assert (ai["n"], ai["pairs"], aigc["n"], aigc["employers"]) == (0, [], 80, 20)
    assert [(tag["tag"], tag["y"]) for tag in aigc["tags"]] == [
        ("sql", 60), ("llm", 20), ("machine_learning", 20),
    ]  # fmt: skip
    first = aigc["pairs"][0]
    assert (first["tag"], first["other_tag"], first["n_ab"]) == ("llm", "machine_learning", 20)
    assert (first["lift"], first["npmi"], first["jaccard"], first["linked"]) == (4, 1, 1, True)
    assert first["lo"] is not None and 1 < first["lo"] < 4
    apart = next(p for p in aigc["pairs"] if p["tag"] == "sql" and p["other_tag"] == "llm")
    assert (apart["n_ab"], apart["lift"], apart["npmi"], apart["lo"], apart["linked"]) == (
        0,
        0,
        -1,
        None,
        False,
    )
    assert aigc["tested"] == 1
    for lang, words in (("en", "4.0 times as often as chance"), ("zh", "随机情形的 4.0 倍")):
        assert words in rendered(report, lang)  # type: ignore[arg-type]


def test_few_employers_show_no_pair() -> None:
    report = report_of(pairs_market(9), 0)
    assert report["co_occurrence"]["classes"][1]["tested"] == 0
    assert "too few postings or employers" in rendered(report, "en")


def test_the_pair_of_the_shared_fixture(shared_data: Any) -> None:
    """Prompt and Agent in AIGC PM: 4 of 8 each, fewer than 5, so in no matrix (the formula: statistics)."""
    report = build_weekly(trend_market(shared_data / "trend_fixture").facts(), monday(12))
    aigc = report["co_occurrence"]["classes"][1]
    assert (aigc["n"], [(tag["tag"], tag["y"]) for tag in aigc["tags"]]) == (8, [("LLM", 8)])


# ------------------------------------------------------------------ always


@pytest.mark.parametrize("lang", LANGS)
def test_every_reason_has_words(lang: Any) -> None:
    for reason in get_args(Reason):
        assert reason == "" or Words(lang).has(f"because.{reason}"), reason


@settings(max_examples=6)
@given(st.randoms(use_true_random=False))
def test_order_changes_nothing(mixed: random.Random) -> None:
    built = flowing_market(boards=24)
    looks = built.looks.copy()
    mixed.shuffle(looks)
    shuffled = replace(
        built, looks=looks, says=dict(sorted(built.says.items(), key=lambda _: mixed.random()))
    )
    assert to_json(report_of(built)) == to_json(report_of(shuffled))


@settings(max_examples=12)
@given(markets(), st.integers(0, 7))
def test_any_market_can_be_told(market: Market, week: int) -> None:
    report = report_of(market, week)
    for row in report["movers"]["rows"]:
        assert not row["mover"] or (row["gate"] == "" and row["verdict"] in ("rose", "fell"))
    for series in report["requirements_weekly"]["rows"]:
        assert all(point["y"] <= point["n"] for point in series["points"])
    for lang in LANGS:
        rendered(report, lang)


@pytest.mark.parametrize("role", ["not_pm", "aigc_pm"])
def test_not_pm_is_in_none_of_them(role: RoleClass) -> None:
    built = pairs_market()
    for native in list(built.says):
        built.says[native]["role"] = role
    aigc = report_of(built, 0)["co_occurrence"]["classes"][1]
    assert aigc["n"] == (0 if role == "not_pm" else 80)


def test_boards_of_another_time_are_no_break() -> None:
    """What was followed in the first weeks is followed no more: no series of both spans, and no break."""
    built = radar_market(first=0)
    for look in built.looks:
        if look.when >= at(8, 0):
            look.board = f"later-{look.board}"
    for name in list(built.sources):
        built.board(f"later-{name}", built.sources[name])
    report = report_of(built)
    assert (report["emerging"]["status"], report["emerging"]["reason"]) == ("insufficient", "short_history")


def test_a_title_alone_takes_no_part() -> None:
    """Of sixty openings more only the title is known: it changes nothing in T4, T5, S4 and T12."""
    built, titled = flowing_market(), flowing_market()
    for i in range(60):
        titled.post(f"title-{i}", "aigc_pm", tags=["machine_learning"], has_text=False)
    for look in titled.looks:
        if look.board == "b00" and look.when >= at(13, 0):
            look.ids |= {f"title-{i}" for i in range(60)}
    for part in ("movers", "requirements_weekly", "emerging", "co_occurrence"):
        one, other = report_of(built), report_of(titled)
        parts: list[Any] = [one, other]
        told = [{key: value for key, value in r[part].items() if key != "lost"} for r in parts]
        assert told[0] == told[1], part
