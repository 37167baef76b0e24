"""What `pmtrend tag` says to a person: a word for everything in both languages, and what it says of cases."""

import inspect
import re
import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Any, get_args

import click
import pytest

from scraper.bounds import MAX_READ
from scraper.explaining import explain
from scraper.explaining.pasted import read_pasted
from scraper.normalizing.extras import ExtraKind
from scraper.tagging import roles
from scraper.tagging.languages import _LEVELS
from scraper.tagging.permits import Permit
from scraper.tagging.sections import Zone
from scraper.tagging.tables import load
from scraper.tagging.travel import Often
from scraper.understanding.posting import understand
from storage.records import EducationLevel, Period, Requirement, RoleClass, Workplace, YearsScope

WORDS: dict[str, Any] = tomllib.loads(
    resources.files("scraper.explaining").joinpath("words.toml").read_text(encoding="utf-8")
)
LANGUAGES = sorted(WORDS)


def told(pasted: str) -> str:
    return click.unstyle(explain(pasted))


# ------------------------------------------------------------------ a word for everything

PARTS = set(re.findall(r'parts\["(\w+)"\]', inspect.getsource(roles)))
KINDS: Mapping[str, set[str]] = {
    "parts": PARTS,
    "reasons": set(get_args(roles.Reason)),
    "roles": set(get_args(RoleClass)),
    "zones": set(get_args(Zone)),
    "levels": set(get_args(Requirement)),
    "degrees": set(get_args(EducationLevel)),
    "scopes": set(get_args(YearsScope)),
    "workplaces": set(get_args(Workplace)),
    "periods": set(get_args(Period)),
    "permits": set(get_args(Permit)),
    "languages": set(load("conditions")["language"]),
    "how_well": {level for level, _ in _LEVELS},
    "travel": {*get_args(Often), "asked", "percent", "times"},
}


def test_the_names_of_the_parts_are_found() -> None:
    assert {"title_technique", "genai", "classic", "tools"} <= PARTS


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_there_is_a_word_for_everything(language: str, kind: str) -> None:
    assert KINDS[kind] <= set(WORDS[language][kind])
    assert kind == "how_well" or KINDS[kind] == set(WORDS[language][kind]), "no word of something that is not"


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_is_a_word_for_every_kind_of_bonus_and_equity(language: str) -> None:
    pay = WORDS[language]["pay"]
    assert {*pay["bonus_kinds"], *pay["equity_kinds"]} == set(get_args(ExtraKind))


def test_both_languages_have_the_same_words() -> None:
    def keys(table: Mapping[str, Any], before: str = "") -> set[str]:
        inner = {before + key: value for key, value in table.items()}
        return {
            name
            for key, value in inner.items()
            for name in (keys(value, key + ".") if isinstance(value, dict) else {key})
        }

    assert keys(WORDS["en"]) == keys(WORDS["zh"])


# ------------------------------------------------------------------ cases


@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        (
            "Product Manager\nResponsibilities\n- Own the billing roadmap\n"
            "- Write requirements for LLM answers\n"
            "- Use AI tools such as ChatGPT and Cursor in your daily work\n",
            "-0.8 sentences on AI tools that are only used at work",
        ),
        (
            "产品经理\n岗位职责：\n1、负责会员规划；\n2、撰写大模型需求；\n3、熟练使用ChatGPT、Cursor等AI工具提升工作效率；\n",
            "-0.8 只是工作中使用 AI 工具的句子",
        ),
    ],
    ids=LANGUAGES,
)
def test_what_is_taken_off_is_shown_as_taken_off(pasted: str, said: str) -> None:
    assert said in told(pasted)


ZH_DUTIES = "岗位职责：\n1、负责会员系统的规划；\n2、负责优惠券规则的设计；\n3、撰写需求文档，跟进上线；\n"
EN_DUTIES = "Responsibilities\n- Own the billing roadmap\n- Write requirements\n- Work on invoices\n"

SAID = [
    ("Product Manager\nRequirements\n- No travel required\n", "Travel: no travel “No travel required”"),
    ("Product Manager\nRequirements\n- Travel: 0%\n", "Travel: no travel “Travel: 0%”"),
    ("产品经理\n任职要求：\n1、无需出差。", "出差: 无需出差 “无需出差”"),
    ("产品经理\n任职要求：\n1、经验不限。", "经验年限: 经验不限 “经验不限”"),
    ("Product Manager\nNo experience required.", "Years: no experience needed “No experience required”"),
    ("产品经理\n任职要求：\n1、3-5年产品经验。", "经验年限: 3–5 年 "),
    ("Product Manager\nRate: $45 / hour", "Pay: 45 USD / hour "),
    ("Product Manager\nRate: $45.50 / hour", "Pay: 45.5 USD / hour "),
    (
        "Product Manager\nBase salary: $150,000 - $180,000 a year, OTE $220,000",
        "On-target earnings: 220,000 USD / ",
    ),
    ("Product Manager\nBase salary: $150,000 a year plus 15% annual bonus", "Bonus: annual, 15 % “"),
    ("Product Manager\nBase salary: $150,000 a year plus stock options", "Equity: options “stock options”"),
    ("产品经理\n薪资：20-30K·14薪，年终奖2-4个月，期权。", "奖金: 年终奖, 2–4 个月工资 “"),
    ("产品经理\n薪资：20-30K·14薪，年终奖2-4个月，期权。", "股权: 期权 “期权”"),
    (
        "Product Manager\nPay zone 1: $150,000 - $170,000 a year. Pay zone 2: $130,000 - $150,000 a year.",
        "Pay: 130,000–170,000 USD / year ",
    ),
    ("Product Manager\nSan Francisco, CA\n" + EN_DUTIES, "Places: San Francisco · California · US"),
    ("Product Manager\nLocation: Remote (US)\n" + EN_DUTIES, "Places: US · remote from US"),
    ("产品经理\n" + ZH_DUTIES + "工作地点：上海", "地点: 上海 · CN"),
    ("AI产品经理（杭州）", "地点: 杭州 · 浙江 · CN"),
    ("Product Manager, ML\n" + EN_DUTIES, "+2.1 the title names a half-sign: “ML”"),
    ("策略产品经理\n" + ZH_DUTIES, "+2.1 职位名称里有半个信号: “策略产品”"),
    ("NLP产品经理\n" + ZH_DUTIES, "+3.5 职位名称点名了技术: “NLP"),
    ("Product Manager, ML\n" + EN_DUTIES, "2.1 points for AI; 3.9 make it the core"),
    ("Product Manager, ML\n" + EN_DUTIES, "axes: weighted sentences"),
    ("AI产品经理\n" + ZH_DUTIES, "只看标题: AI，未点名种类; 只看正文: 其他产品经理"),
    ("AI产品经理\n" + ZH_DUTIES, "\n  标题有 AI；正文本身要求的 AI 太少，不足以成为核心\n"),
    (
        "Product Manager, AI\n" + EN_DUTIES,
        "By the title alone: AI, kind not named; by the text alone: another PM (AI at most in passing)\n"
        "  AI is in the title; what the text itself asks is too little AI to be the core",
    ),
    ("产品经理\n岗位职责：\n1、负责数据标注。", "用模型（提示词到智能体）0 句（加权）; 太少，看不出侧重"),
    (
        "Product Manager\nDuties:\n- Own data labeling\n- Own model training\n- Own prompt engineering",
        "1 using them (prompts to agents), in weighted sentences; 67% making",
    ),
    (
        "Product Manager\nRequirements\n"
        "- Bachelor's degree with 5+ years of experience or Master's degree with 3+ years of experience",
        "All years named: in all 5 or more (with bachelor); in all 3 or more (with master)",
    ),
    (
        "Product Manager\nRequirements\n- SQL or Python\n- Clean SQL\n",
        "one of these suffices:\n  SQL or Python “SQL or Python” · asked for by itself as well: SQL\n",
    ),
    (
        "Product Manager\nRequirements\n- Python or R\n",
        "one of these suffices:\n  Python or something without a tag “Python or R”",
    ),
    (
        "产品经理\n任职要求：\n1、熟悉大模型或SQL者优先。",
        "满足其一即可:\n  大模型 或 SQL “大模型或SQL” (加分项)\n",
    ),
]


@pytest.mark.parametrize(("pasted", "said"), SAID)
def test_what_is_said(pasted: str, said: str) -> None:
    assert said in told(pasted)


SILENT = [
    ("AI产品经理", "段落划分"),
    ("AI产品经理", "只看标题"),
    ("AI Product Manager", "Sections"),
    ("AI Product Manager", "By the title alone"),
    # Its text is about AI of a kind that the title leaves open.
    ("AI产品经理\n岗位职责：\n1、负责智能体的设计；\n2、搭建RAG知识库；\n3、调优提示词。", "只看标题"),
    (
        "Product Manager, AI\nResponsibilities\n- Own LLM agents\n- Own RAG quality\n- Tune prompts",
        "By the title",
    ),
    ("产品经理\n岗位职责：\n1、负责数据标注。", "%"),
    ("Product Manager\n" + EN_DUTIES, "Places"),
    ("Product Manager\n" + EN_DUTIES, "axes:"),
    ("Product Manager\n" + EN_DUTIES, "Bonus"),
    ("Product Manager\n" + EN_DUTIES, "HTML"),
    ("Product Manager\nRequirements\n- SQL and Python\n", "one of these"),
]


@pytest.mark.parametrize(("pasted", "unsaid"), SILENT)
def test_what_is_not_said(pasted: str, unsaid: str) -> None:
    assert unsaid not in told(pasted)


# ------------------------------------------------------------------ pasted HTML

HTML = [
    (
        "<h1>AI产品经理</h1><h2>岗位职责</h2><ul><li>负责大模型产品</li><li>负责RAG</li></ul>",
        "AI产品经理",
        ["岗位职责", "- 负责大模型产品", "- 负责RAG"],
    ),
    (
        "Product Manager\n<p>Own billing.</p>\n<p>Own\ninvoices.</p>",
        "Product Manager",
        ["Own billing.", "Own invoices."],
    ),
    (
        "产品经理\n岗位职责：<br>1、负责订单<br/>2、负责门店",
        "产品经理",
        ["岗位职责：", "1、负责订单", "2、负责门店"],
    ),
    (
        "Product Manager\n<b>What you do</b>\n- Own billing\n<b>Perks</b>",
        "Product Manager",
        ["What you do", "- Own billing", "Perks"],
    ),
    ("Product Manager\n&lt;p&gt;Own billing.&lt;/p&gt;", "Product Manager", ["Own billing."]),
    ("PM, Web\n" + "line\n" * 3000 + "<p>a</p>", "PM, Web", [*["line"] * 3000, "a"]),
]


@pytest.mark.parametrize(("pasted", "title", "lines"), HTML)
def test_markup_is_read_as_html(pasted: str, title: str, lines: list[str]) -> None:
    found = read_pasted(pasted)
    assert found.html and found.title == title
    assert [line for line in found.text.splitlines() if line.strip()] == lines


@pytest.mark.parametrize(
    "pasted",
    [
        "Product Manager\nYou know <div> layouts",
        "产品经理\n响应时间 < 3s > 1s，R&D",
        "PM\na <b if c> d",
        "x < y",
    ],
)
def test_what_only_holds_brackets_stays_as_it_is(pasted: str) -> None:
    found = read_pasted(pasted)
    assert not found.html and found.text in pasted


def test_that_it_was_read_as_html_is_said() -> None:
    assert "按 HTML 读取" in told("<p>AI产品经理</p><p>负责大模型</p>")
    assert "read as HTML" in told("<p>Product Manager</p><p>Own LLM agents</p>")


def test_a_text_too_long_to_be_read_whole_is_said() -> None:
    said = explain("Product Manager\nRequirements\n- Knows RAG.\n" + "We like maps. " * 4000)
    assert f"only the first {MAX_READ:,} of " in said and "RAG" in said
    assert "characters were read" not in explain("Product Manager\nRequirements\n- Knows RAG.\n")


def test_a_thing_that_models_are_made_for_in_the_title_does_not_part_it_from_its_text() -> None:
    text = "Responsibilities\n- Own ranking models with ML engineers\n- Use Claude Code to prototype\n"
    text += "Requirements\n- 5+ years of product management\n- Bachelor's degree\n"
    found = understand("Product Manager, Search", text).tagging
    assert (found.role, found.title_label, found.body_label) == ("other_pm", "other_pm", "other_pm")
