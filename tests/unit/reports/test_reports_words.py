"""The words of both languages: verbs follow the verdict, catalogs agree, how numbers are written."""

import itertools
import json
import re
from collections.abc import Callable, Iterable
from typing import Any, get_args

import pytest
from report_market import PARSER, numbers, rendered, report_of_kind

from reports.document.comparison import ClaimId, ClaimVerdict
from reports.document.terms import Reason, Verdict
from reports.document.weekly import Finding
from reports.measures.lifetimes import CONTRAST_DAYS
from reports.rendering.markdown import named_view
from reports.wording import words
from reports.wording.sentences import sentence
from reports.wording.tables import display_width, table
from reports.wording.words import LANGS, Lang, Words, spark, terminal_language
from storage.listings import Industry

# ------------------------------------------------------------------ verbs

RISING = {"en": r"\b(rise|rose|risen|rising|increas\w+|grew|grow\w*|gain\w*|more and more|surg\w+|jump\w*)\b",
          "zh": r"上升|增长|增加|上涨|走高|攀升|回升|提升"}  # fmt: skip
FALLING = {"en": r"\b(fall|fell|fallen|falling|decreas\w+|declin\w+|shr[aiu]nk\w*|drop\w*|plung\w+)\b",
           "zh": r"下降|减少|下跌|回落|走低|下滑|降低|萎缩"}  # fmt: skip


def findings() -> Iterable[Finding]:
    """Every finding that the terms allow."""
    window = {"first": "2026-W44", "last": "2026-W47"}
    base: dict[str, Any] = {
        "table": "T1", "role": "aigc_pm", "tag": "llm", "en": "LLM", "zh": "大模型", "direction": None,
        "reason": "", "unit": "points", "value": 0.061, "lo": 0.02, "hi": 0.1, "n": 185, "employers": 84,
        "window": window, "compared": window,
        "extra": {"ai": 0.2, "aigc": 0.5, "n_ai": 90, "n_aigc": 120, "share": 0.28},
    }  # fmt: skip
    for name, verdict, sign in itertools.product(
        ("level_change", "class_share_change"), get_args(Verdict), (1, -1)
    ):
        untold = ("level", "insufficient", "not_comparable") if name == "class_share_change" else ("level",)
        if verdict not in untold:
            for reason in get_args(Reason):
                unit = "percent" if name == "level_change" else "points"
                value = {"value": 0.061 * sign, "lo": -0.1, "hi": 0.1}
                yield base | {"id": name, "verdict": verdict, "reason": reason, "unit": unit} | value  # type: ignore[misc]
    clear = ("higher_in_aigc", "higher_in_ai")
    for name, directions in {
        "skill_contrast": clear,
        "ai_years": (*clear, "no_clear_difference"),
        "open_to_3": (*clear, "no_clear_difference"),
    }.items():
        for direction in directions:
            yield base | {"id": name, "verdict": "level", "direction": direction}  # type: ignore[misc]
    for name in ("listed", "not_comparable_break", "class_share", "all_failed", "empty"):
        yield base | {"id": name, "verdict": "level", "unit": "share", "extra": {"breaks": 2}}  # type: ignore[misc]
    for partly, undecided in ((0, 3), (2, 3), (3, 3), (0, 12)):
        counts = {"claims": 12, "by_definition": partly, "supported": 3, "contradicted": 2,
                  "no_clear_difference": 4, "insufficient": undecided}  # fmt: skip
        yield base | {"id": "hypotheses", "verdict": "level", "unit": "count", "value": 3.0, "extra": counts}  # type: ignore[misc]
    for verdict in ("rose", "fell"):
        yield base | {"id": "mover", "verdict": verdict,
                      "extra": {"before": 0.2, "now": 0.3, "n0": 90, "n1": 120}}  # type: ignore[misc]  # fmt: skip
    for direction in ("no_clear_difference", "undecided"):
        yield base | {"id": "skill_contrast", "verdict": "level", "direction": direction, "tag": None,
                      "value": None, "lo": None, "hi": None,
                      "extra": {"tested": 9, "undecided": 7, "mde": 0.31, "n_ai": 1, "n_aigc": 2}}  # type: ignore[misc]  # fmt: skip


@pytest.mark.parametrize("lang", LANGS)
def test_a_sentence_says_rose_or_fell_only_if_the_verdict_does(lang: Lang) -> None:
    for finding in findings():
        text = sentence(finding, Words(lang))
        assert bool(re.search(RISING[lang], text)) == (finding["verdict"] == "rose"), text
        assert bool(re.search(FALLING[lang], text)) == (finding["verdict"] == "fell"), text
        assert "{" not in text
        assert "  " not in text


@pytest.mark.parametrize("lang", LANGS)
def test_a_report_without_a_clear_change_has_no_word_for_one(lang: Lang) -> None:
    report = report_of_kind("regular")
    for row in [*report["headline"]["rows"]]:
        row["change_13w"]["verdict"] = "no_clear_change"
    for mix in report["class_mix"]["rows"]:
        mix["verdict"] = "no_clear_change"
    for mover in report["movers"]["rows"]:
        mover["mover"] = False
    report["findings"] = [finding for finding in report["findings"] if finding["id"] != "mover"]
    for finding in report["findings"]:
        if finding["verdict"] in ("rose", "fell"):
            finding["verdict"] = "no_clear_change"
    text = rendered(report, lang)
    assert not re.search(RISING[lang], text)
    assert not re.search(FALLING[lang], text)


@pytest.mark.parametrize(("verdict", "value", "en", "zh"), [
    ("rose", 0.12, "rose by 12 % [4, 20]", "上升 12% [4, 20]"),
    ("fell", -0.12, "fell by 12 % [4, 20]", "下降 12% [4, 20]"),
    ("no_clear_change", -0.12, "no clear change between 2026-W35 and 2026-W47, −12 % [−20, −4]",
     "未见明确变化：2026-W35 至 2026-W47 为 −12% [−20, −4]"),
    ("insufficient", None, "not enough data", "数据不足，无法判断"),
    ("not_comparable", None, "not comparable", "口径变化，不可比"),
])  # fmt: skip
def test_level_sentences(verdict: str, value: float | None, en: str, zh: str) -> None:
    finding = next(f for f in findings() if f["id"] == "level_change") | {
        "verdict": verdict, "value": value, "reason": "few_weeks", "unit": "percent",
        "lo": None if value is None else min(value * 5 / 3, value / 3),
        "hi": None if value is None else max(value * 5 / 3, value / 3),
        "compared": {"first": "2026-W35", "last": "2026-W35"},
        "window": {"first": "2026-W47", "last": "2026-W47"},
    }  # fmt: skip
    assert en in sentence(finding, Words("en"))  # type: ignore[arg-type]
    assert zh in sentence(finding, Words("zh"))  # type: ignore[arg-type]


def test_a_difference_is_told_from_the_side_that_has_more() -> None:
    finding = next(f for f in findings() if f["id"] == "skill_contrast") | {
        "direction": "higher_in_ai", "value": -0.487, "lo": -0.596, "hi": -0.378,
        "extra": {"ai": 0.72, "aigc": 0.2, "n_ai": 95, "n_aigc": 207},
    }  # fmt: skip
    text = sentence(finding, Words("en"))  # type: ignore[arg-type]
    assert "72 % of postings against 20 % in AIGC PM, +48.7 points [+37.8, +59.6] (n = 95 and 207)" in text


# ------------------------------------------------------------------ words


def test_the_catalogs_have_the_same_keys_placeholders_and_digits() -> None:
    english, chinese = (words.catalog(lang) for lang in LANGS)
    assert english.keys() == chinese.keys()
    for key, message in english.items():
        other = chinese[key]
        assert sorted(re.findall(r"\{\w+\}", message)) == sorted(re.findall(r"\{\w+\}", other)), key
        assert sorted(numbers(re.sub(r"\{\w+\}", "", message))) == sorted(
            numbers(re.sub(r"\{\w+\}", "", other))
        ), key


def test_chinese_messages_use_full_width_punctuation() -> None:
    told = [*words.catalog("zh").values(), *(told for *_, told in words.recorded_sentences("zh"))]
    for message in told:
        bare = re.sub(r"\{\w+\}|\[[^\]]*\]\([^)]*\)|\[95%[^\]]*\]", "字", message)
        assert not re.search(r"[\u4e00-\u9fff]\s*[,;:!?()]|[,;:!?()]\s*[\u4e00-\u9fff]", bare), message


def test_every_bold_message_is_bold_for_a_reader() -> None:
    for lang in LANGS:
        for key, message in words.catalog(lang).items():
            filled = re.sub(r"\{\w+\}", "产品", message)
            tokens = PARSER.parse(filled)
            shown = "".join(c.content for t in tokens for c in t.children or [] if c.type == "text")
            assert "*" not in shown, (lang, key)


@pytest.mark.parametrize(
    ("write", "en", "zh"),
    [
        (lambda w: w.percent(0.314), "31 %", "31%"),
        (lambda w: w.percent(0.0314), "3.1 %", "3.1%"),
        (lambda w: w.percent(0.0), "0 %", "0%"),
        (lambda w: w.percent(-0.12, signed=True), "−12 %", "−12%"),
        (lambda w: w.percent(None), "–", "–"),
        (lambda w: w.percent_between(0.31, 0.27, 0.35, signed=False), "31 % [27, 35]", "31% [27, 35]"),
        (lambda w: w.points(-0.0004), "0.0", "0.0"),
        (lambda w: w.count(12345), "12,345", "12,345"),
        (lambda w: w.number(3.0), "3", "3"),
        (lambda w: w.number(1.5), "1.5", "1.5"),
        (lambda w: w.window({"first": "2026-W44", "last": "2026-W47"}), "2026-W44–W47", "2026-W44–W47"),
        (
            lambda w: w.window({"first": "2026-W51", "last": "2027-W01"}),
            "2026-W51–2027-W01",
            "2026-W51–2027-W01",
        ),
        (lambda w: w.moment("2026-11-29T16:31:00Z", "Asia/Shanghai"), "2026-11-30 00:31", "2026-11-30 00:31"),
        (
            lambda w: w.said_moment("2026-11-29T16:31:00Z", "Asia/Shanghai"),
            "30 Nov 2026, 00:31",
            "2026年11月30日 00:31",
        ),
        (lambda w: w.said_day("2026-11-29T16:31:00Z", "UTC"), "29 Nov 2026", "2026年11月29日"),
        (lambda w: w.said_day(None, "UTC"), "–", "–"),
        (lambda w: w.said_days("2026-11-16", "2026-11-22"), "16–22 Nov 2026", "2026年11月16日至22日"),
        (
            lambda w: w.said_days("2026-11-30", "2026-12-06"),
            "30 Nov – 6 Dec 2026",
            "2026年11月30日至12月6日",
        ),
        (
            lambda w: w.said_days("2026-12-28", "2027-01-03"),
            "28 Dec 2026 – 3 Jan 2027",
            "2026年12月28日至2027年1月3日",
        ),
    ],
)
def test_how_numbers_are_written(write: Callable[[Words], str], en: str, zh: str) -> None:
    assert write(Words("en")) == en
    assert write(Words("zh")) == zh


@pytest.mark.parametrize(
    ("rule", "text"), [("full", "43 % [16, 75]"), ("small_n", "(43 % [16, 75])"), ("counts", "3/7")]
)
def test_a_share_is_shown_as_its_print_rule_allows(rule: str, text: str) -> None:
    share: Any = {"y": 3, "n": 7, "share": 0.43, "lo": 0.16, "hi": 0.75, "print": rule, "employers": 5}
    assert Words("en").share(share) == text


def test_one_employer_is_one_answer_and_has_no_interval() -> None:
    share: Any = {
        "y": 9,
        "n": 174,
        "share": 0.052,
        "lo": 0.0,
        "hi": 0.994,
        "print": "small_n",
        "employers": 1,
    }
    assert Words("en").share(share) == "(5.2 %)"


def test_english_counts_one_in_the_singular() -> None:
    def told(n: str, employers: str) -> str:
        return Words("en")("finding.listed_plain", n=n, employers=employers, grouped="")

    assert told("1", "1") == "**1** PM posting is listed by 1 employer."
    assert told("0", "1.1") == "**0** PM postings are listed by 1.1 employers."
    assert told("1,001", "11") == "**1,001** PM postings are listed by 11 employers."
    assert Words("en").plain("page.whole", count="1", file="f") == "The one row of f"
    assert Words("en").plain("page.whole", count="7", file="f") == "All 7 rows of f"


_COUNTED = (
    "boards|breaks|employers|notices|numbers|openings|pairs|postings|profiles|requirements|rows|vacancies"
)


def test_english_messages_count_one_wherever_they_count() -> None:
    """A counted thing in the plural alone would be "1 postings" one day; what is never one is listed here."""
    never_one = {
        "changes.rewritten",
        "say.emerging_new",
        "say.emerging_gone",
        "say.coverage",
        "say.coverage_alone",
        "page.whole",
        "say.no_hypotheses",
        "title.boards",
    }
    counted = re.compile(rf"\{{\w+\}} (?!of )(?:[\w-]+ ){{0,2}}(?:{_COUNTED})\b")
    for key, message in words.catalog("en").items():
        if key not in never_one:
            assert not counted.search(message), key
    english = {key: set(re.findall(r"\{(\w+):", told)) for key, told in words.catalog("en").items()}
    for key, names in english.items():
        assert names <= set(re.findall(r"\{(\w+)\}", words.catalog("en")[key])), key
    assert not any(re.search(r"\{\w+:", told) for told in words.catalog("zh").values())


def test_a_part_of_the_market_is_named_in_the_language_of_the_report() -> None:
    def named(lang: Any, **view: str) -> str:
        return named_view(view, Words(lang))

    assert named("zh", company="腾讯") == "腾讯的岗位"
    assert named("zh", company="OpenAI", market="intl") == "OpenAI 的岗位、海外招聘页"
    assert named("zh", industry="e-commerce") == "电商行业的公司"
    assert named("en", industry="e-commerce") == "employers of the industry e-commerce"
    for lang in LANGS:
        assert all(Words(lang).has(f"view_industry.{industry}") for industry in get_args(Industry))


def test_sparklines() -> None:
    assert spark([0, None, 4, 7]) == "▁·▅█"
    assert spark([2, 2]) == "██"
    assert spark([0, 0]) == "▁▁"
    assert spark([None, 1]) == "–"


def test_a_sparkline_shows_little_where_little_moved() -> None:
    """Bars begin at 0: 97 and 99 % are alike, and a third less is a third less."""
    assert spark([0.97, 0.99, 0.98]) == "███"
    assert spark([100, 70]) == "█▆"
    assert spark([100, 214]) == "▄█"


def test_a_sparkline_is_cut_where_its_series_starts_anew() -> None:
    assert spark([None, 1, 7, 5, 0, 9], {3, 5}) == "·▂█╎█▁╎█"
    assert spark([1, 7], {0}) == "▂█"  # nothing stands before the first
    assert "|" not in spark([1, 2, 3], {1})  # it would end a table's cell


def test_tables_line_up_and_drop_columns_without_content() -> None:
    columns: list[Any] = [("名称", "left"), ("n", "right"), ("x", "right")]
    text = table(columns, [["产品|经理", "5", ""], ["b", "12", ""]])
    assert text.splitlines() == [
        "| 名称       |   n |",
        "|------------|----:|",
        "| 产品\\|经理 |   5 |",
        "| b          |  12 |",
    ]
    assert len({display_width(line) for line in text.splitlines()}) == 1
    assert table([("a", "left")], []) == ""


@pytest.mark.parametrize("lang", LANGS)
def test_every_claim_verdict_and_reason_has_words(lang: Lang) -> None:
    told = Words(lang)
    for claim in get_args(ClaimId):
        assert told(f"claim.{claim}")
    assert str(CONTRAST_DAYS) in told("claim.days_open")
    for verdict in get_args(ClaimVerdict):
        assert told(f"claim_verdict.{verdict}")
    reasons = {reason for reason in get_args(Reason) if told.has(f"claim_reason.{reason}")}
    assert reasons >= CLAIM_REASONS


CLAIM_REASONS = {
    *("few_employers", "one_employer", "few_postings", "small_counts", "wide_interval", "not_robust"),
    *("not_stated", "no_postings", "disconnected", "short_watch"),
}
"""Those of reports.measures.hypotheses, and of T10 for the claim that it answers."""


def test_findings_count_the_claims() -> None:
    told = [finding for finding in findings() if finding["id"] == "hypotheses"]
    whole, partly, defined, undecided = told
    assert "12 claims: 3 supported this week, 2 contradicted" in sentence(whole, Words("en"))
    assert "（其中 2 条部分出于定义）" in sentence(partly, Words("zh"))
    assert "3 supported this week (partly by definition), 2" in sentence(defined, Words("en"))
    assert sentence(undecided, Words("en")).endswith("decide none of them (n = 185).")


def test_claims_are_named_in_their_order_also_by_what_reads_the_stored_report() -> None:
    whole = next(finding for finding in findings() if finding["id"] == "hypotheses")
    whole = whole | {"extra": whole["extra"] | {"asks_ai_years": 1, "algorithm_team": 1, "open_3": 1}}  # type: ignore[typeddict-item]
    stored = json.loads(json.dumps(whole, sort_keys=True))
    assert sentence(stored, Words("en")) == sentence(whole, Words("en"))
    named = [sentence(stored, Words("zh")).index(Words("zh")(f"claim.{claim}")) for claim in
             ("asks_ai_years", "algorithm_team", "open_3")]  # fmt: skip
    assert named == sorted(named)


@pytest.mark.parametrize(
    ("environment", "lang"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "ZH_TW"}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LC_ALL": "", "LC_MESSAGES": "", "LANG": "zh_CN"}, "zh"),
        ({"LC_ALL": "C", "LANG": "zh_CN"}, "en"),
        ({"LC_MESSAGES": "zh_HK", "LANG": "en_US"}, "zh"),
    ],
)
def test_a_terminal_speaks_the_language_of_its_messages(environment: dict[str, str], lang: str) -> None:
    """POSIX.1-2017, XBD 8.2: LC_ALL goes before LC_MESSAGES before LANG, and an empty one is none."""
    assert terminal_language(environment) == lang
