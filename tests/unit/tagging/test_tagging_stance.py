"""What a clause does with AI: makes a product of it, uses it as a tool, or only watches it."""

import pytest

from scraper.parsing.folding import folded
from scraper.tagging import default_tagger

DUTIES = {"zh": "岗位职责：\n1、{}；\n2、撰写文档。", "en": "Responsibilities\n- {}\n- Write specifications"}


def stances(text: str, lang: str) -> set[str]:
    said = folded(DUTIES[lang].format(text))
    found = default_tagger().tag(folded(""), said, lang=lang, is_pm=True)
    return {hit.stance for hit in found.hits if hit.tag.era != "none"}


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("zh", "打造面向教师的AI辅助备课平台"),
        ("zh", "设计AI辅助编程的交互流程"),
        ("zh", "挖掘AI提效场景"),
        ("zh", "优化智能体的功能体验，如对话能力、工具调用"),
        ("zh", "负责智能体产品：AI互动体验、AIGC内容创作工具"),
        ("zh", "建立AI产品指标体系（使用率、提效比例）"),
        ("zh", "设计智能体的规划、记忆、工具使用及闭环逻辑"),
        ("en", "Own the Claude Code roadmap, turning model advances into features"),
        ("en", "Build a planning product leveraging AI to speed up prototypes"),
        ("en", "Create lovable AI interactions"),
    ],
)
def test_what_is_made_is_no_tool_in_use(lang: str, text: str) -> None:
    assert stances(text, lang) == {"build"}


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("zh", "利用AI工具完成竞品分析"),
        ("zh", "负责传统产品线与AI辅助PRD"),
        ("zh", "设计原型时借助AI辅助验证"),
        ("zh", "深度体验主流AI工具"),
        ("zh", "构建原型，善用Claude Code"),
        ("en", "Prototype ideas with Claude Code"),
        ("en", "Own a surface and ship prototypes using Claude Code"),
        ("en", "Leverage AI to prototype faster"),
        ("en", "You write specs in Claude Code every day"),
    ],
)
def test_what_is_worked_with_is_a_tool(lang: str, text: str) -> None:
    assert stances(text, lang) == {"use"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("跟踪AIGC前沿进展，包括扩散模型、多模态等方向", {"watch"}),
        ("关注大模型动态，尤其智能体", {"watch"}),
        ("思考多模态与公司产品结合的可能性", {"watch"}),
        ("跟踪大模型动态，设计智能体产品", {"watch", "build"}),
        ("包括扩散模型、多模态等方向", {"build"}),
    ],
)
def test_what_is_watched_goes_on_where_it_is_named(text: str, expected: set[str]) -> None:
    assert stances(text, "zh") == expected
