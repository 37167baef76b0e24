"""Texts that are not their postings' own: which are taken out, and which legitimate copies are left alone."""

import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.normalizing.companies import company_key
from scraper.normalizing.stale import EMPLOYERS, LONG, Advert, stale_texts, text_key

COMIC = (
    "负责漫画生成工具的需求调研与版本规划，对接画师收集反馈，制定风格一致性的验收标准，"
    "推动模型团队缩短出图时间，按月复盘留存与付费，要求三年以上创作工具经验，能独立完成原型与埋点方案。"
)
OTHER = (
    "规划仓储机器人的调度后台，梳理入库、拣选与盘点流程，与现场工程师一起定义异常处理规则，"
    "输出产品文档并跟进上线，要求熟悉物流行业，有企业级产品从零到一的经历，愿意驻场半年以上。"
)


def look(*rows: tuple[str, str, str]) -> frozenset[str]:
    return stale_texts(Advert(*row) for row in rows)


def under(*companies: str, text: str = COMIC) -> frozenset[str]:
    return look(*((str(n), company_key(company), text) for n, company in enumerate(companies)))


def test_one_text_under_three_employers_is_no_ones() -> None:
    rows = [(str(n), name, COMIC) for n, name in enumerate(("甲木", "乙火", "丙土"))]
    assert look(*rows, ("3", "丁金", OTHER)) == {"0", "1", "2"}


def test_hidden_employers_with_the_same_text_are_taken_out_too() -> None:
    assert under("甲木", "乙火", "丙土", "某大型互联网公司", "") == {"0", "1", "2", "3", "4"}


def test_blanks_and_punctuation_do_not_hide_it() -> None:
    texts = (COMIC, COMIC.replace("，", ", "), "\n".join(COMIC))
    assert look(*((str(n), f"雇主{'甲乙丙'[n]}", text) for n, text in enumerate(texts))) == {"0", "1", "2"}


@pytest.mark.parametrize(
    "companies",
    [
        ("甲木", "甲木", "甲木"),
        ("甲木", "乙火"),
        ("甲木", "某知名互联网公司", "某大型上市公司", "Confidential"),
        ("甲木", "", ""),
        ("甲木", "乙火", "南京丙土人力资源有限公司", "中软国际", "软通动力"),
        ("阿里巴巴", "淘天集团", "阿里云", "蚂蚁集团"),
        ("懂车帝", "北京懂车帝科技", "懂车帝上海分部"),
        ("京东", "京东科技", "甲木"),
    ],
)
def test_legitimate_copies_are_left_alone(companies: tuple[str, ...]) -> None:
    assert under(*companies) == frozenset()


def test_short_texts_are_equal_by_chance() -> None:
    assert under("甲木", "乙火", "丙土", "丁金", text="详情面议，欢迎联系。" * 3) == frozenset()
    assert under("甲木", "乙火", "丙土", text="") == frozenset()


def test_one_id_under_two_employers() -> None:
    assert look(("7", "甲木", COMIC), ("7", "乙火", OTHER), ("8", "丙土", OTHER)) == {"7"}
    assert look(("7", "甲木", ""), ("7", "anonymous:某公司", "")) == {"7"}


@pytest.mark.parametrize(
    "names", [("甲木", "甲木"), ("甲木", ""), ("甲木", "甲木科技"), ("alibaba", "taotian")]
)
def test_one_id_twice_under_one_employer(names: tuple[str, str]) -> None:
    assert look(("7", names[0], COMIC), ("7", names[1], COMIC)) == frozenset()


def test_employers_of_earlier_looks_count() -> None:
    key = text_key(COMIC)
    assert key is not None
    now = [Advert("1", "丙土", COMIC), Advert("2", "丙土", OTHER)]
    assert stale_texts(now) == frozenset()
    assert stale_texts(now, {key: ("甲木", "乙火")}) == {"1"}
    assert stale_texts(now, {key: ("丙土", "anonymous:某公司")}) == frozenset()
    assert stale_texts(now, {b"another!": ("甲木", "乙火", "丁金")}) == frozenset()


ADVERTS = st.builds(
    Advert,
    native_id=st.sampled_from("123456789"),
    company_key=st.sampled_from(["甲木", "乙火", "丙土", "丁金", "anonymous:某公司", ""]),
    text=st.sampled_from([COMIC, OTHER, "", COMIC[:LONG]]),
)


@given(st.lists(ADVERTS, max_size=12), st.randoms(use_true_random=False))
def test_order_does_not_count_and_more_postings_never_clear_one(adverts: list[Advert], random: Any) -> None:
    found = stale_texts(adverts)
    shuffled = random.sample(adverts, len(adverts))
    assert stale_texts(shuffled) == found
    assert stale_texts(adverts[: len(adverts) // 2]) <= found <= {advert.native_id for advert in adverts}


# ------------------------------------------------------------------ real data


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def native(row: dict[str, Any]) -> str:
    """The board's own id: the collection made its keys unique with six hex digits."""
    return re.sub(r"-[0-9a-f]{6}$", "", row["id"])


def test_the_real_fault_is_caught(shared_data: Path) -> None:
    wrong = rows(shared_data / "postings" / "zh_stale_descriptions.jsonl")
    texts = {row["text_group"]: row["description"] for row in wrong if row["description"]}
    adverts = [
        Advert(native(row), company_key(row["company"]), texts.get(row["text_group"], "")) for row in wrong
    ]
    found = stale_texts(adverts)
    employers: dict[str, set[str]] = defaultdict(set)
    for advert, row in zip(adverts, wrong, strict=True):
        if advert.company_key and not advert.company_key.startswith("anonymous:"):
            employers[row["text_group"]].add(advert.company_key)
    missed = [row for advert, row in zip(adverts, wrong, strict=True) if advert.native_id not in found]
    assert [row["id"] for row in missed if len(employers[row["text_group"]]) >= EMPLOYERS] == []
    assert len(wrong) - len(missed) >= 162  # in the others the file itself names at most two employers


@pytest.mark.parametrize("name", ["zh", "en", "zh_years_apart", "zh_ambiguous_titles"])
def test_nothing_else_is_taken_out(shared_data: Path, name: str) -> None:
    listed = rows(shared_data / "postings" / f"{name}.jsonl")
    adverts = [Advert(row["id"], company_key(row["company"]), row["description"]) for row in listed]
    assert stale_texts(adverts) == frozenset()
