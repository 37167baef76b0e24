"""Patterns that are spelled so that `re` passes over text fast find what the same find, spelled plainly."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scraper.tagging import choices, degrees, industries

_OF_ONE = r"任|一[种项门类个]|[之其]一|[皆均都即]可"
_HAD = "经验|背景|从业|经历|履历|出身|积累|工作过|做过|待过|任职|担任过|优先(?![级权顺次排])|加分|[者尤更]佳"
PLAIN = {
    choices.SIGNS: rf"[或/]|\bor\b|{_OF_ONE}|\b(?:any|one|e\.g\.)",
    choices._ONE: rf"{_OF_ONE}|至少|\b(?:any|one|either|such|like)\b|\be\.g\.",
    industries._ZH_HAD: _HAD,
    industries._ZH_ANY: (
        f"{_HAD}|熟悉|熟知|精通|掌握|懂|从事|了解|理解|深谙|洞悉|知识|认知|认识|洞察|见解|相关行业"
    ),
    degrees._ZH_FIELD: (
        r"计算机|软件(?:工程|技术|开发|专业|类|、|/|相关)|人工智能|电子|自动化|通信|信息(?:技术|工程|科学|管理与)|数学|统计"
        r"|数据科学|大数据|理工(?!作)|[理工]科|机械|物理|嵌入式|电气|机器学习|模式识别|机器人|\bstem\b"
    ),
}
PIECES = [
    "or",
    "any",
    "one",
    "e.g.",
    "such",
    "like",
    "either",
    "stem",
    "s",
    "o",
    "e",
    " ",
    ".",
    ",",
    "/",
    "_",
]
PIECES += [
    "理科",
    "工科",
    "理工",
    "理工作",
    "者佳",
    "尤佳",
    "更佳",
    "佳",
    "即可",
    "皆可",
    "可",
    "之一",
    "其一",
]
PIECES += ["一种", "一", "任", "或", "优先级", "优先", "信息科学", "软件", "的", "经验"]


@pytest.mark.parametrize("pattern", PLAIN, ids=lambda pattern: pattern.pattern[:12])
@given(
    text=st.lists(st.sampled_from(PIECES), max_size=9).map("".join),
    start=st.integers(0, 6),
    length=st.integers(0, 30),
)
@example(text="or", start=1, length=9)  # what stands before `start` is looked back at
def test_the_fast_spelling_finds_the_same(
    pattern: re.Pattern[str], text: str, start: int, length: int
) -> None:
    found, wanted = (
        [match.span() for match in one.finditer(text, start, start + length)]
        for one in (pattern, re.compile(PLAIN[pattern]))
    )
    assert found == wanted
