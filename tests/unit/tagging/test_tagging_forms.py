"""A posting is read alike in whatever form it comes: list marks, line ends, headings, what stands beside."""

import json
from typing import Any

import forms
import pytest

LISTED = {
    "id": "listed",
    "title": "对话产品经理",
    "company": "松果软件",
    "description": (
        "团队介绍：松果软件专注于人工智能客服，服务三千家企业。\n\n"
        "1、负责大模型对话助手的产品规划，与算法团队一起设计提示词和检索增强方案；\n"
        "2、搭建效果评测体系，分析线上会话数据；\n"
        "3、推动方案在客户现场落地，跟进反馈并持续迭代。\n"
        "1、本科及以上学历，3年以上产品经验，其中1年以上AI产品经验；\n"
        "2、熟悉RAG与智能体的基本原理，会写SQL；\n"
        "3、有模型微调经验者优先。"
    ),
}
HEADED = {
    "id": "headed",
    "title": "产品经理",
    "company": "银杏出行",
    "description": (
        "岗位职责\n"
        "1、负责调度后台的需求分析与原型设计；\n"
        "2、协同研发完成版本迭代，撰写需求文档；\n"
        "任职要求\n"
        "1、大专及以上学历，2年以上B端产品经验；\n"
        "2、熟悉Axure，具备良好的沟通能力；\n"
        "加分项\n"
        "1、有物流行业经验；"
    ),
}
ENGLISH = {
    "id": "english",
    "title": "Product Manager",
    "company": "Larchmoor",
    "description": (
        "About Larchmoor\nLarchmoor builds scheduling software for clinics.\n\n"
        "What you'll do\n- Own the roadmap of our LLM assistant and write its prompts.\n"
        "- Work with engineers on retrieval and evaluation.\n\n"
        "What you'll bring\n- 5+ years of product management, including 2+ years with machine learning.\n"
        "- Bachelor's degree and working knowledge of SQL.\n\n"
        "Nice to have\n- Experience with fine-tuning."
    ),
}
EXPECTED: dict[str, dict[str, Any]] = {
    "listed": {
        "role": "aigc_pm",
        "years": [(3, None), (1, None)],
        "degree": "bachelor",
        "tags": {"rag": "required", "sql": "required", "fine_tuning": "preferred", "llm": "duty"},
    },
    "headed": {"role": "other_pm", "years": [(2, None), None], "degree": "associate"},
    "english": {
        "role": "aigc_pm",
        "years": [(5, None), (2, None)],
        "degree": "bachelor",
        "tags": {"sql": "required", "fine_tuning": "preferred", "llm": "duty"},
    },
}


@pytest.mark.parametrize("name", ["as it is", *forms.FORMS])
@pytest.mark.parametrize("posting", [LISTED, HEADED, ENGLISH], ids=lambda posting: str(posting["id"]))
def test_a_posting_is_read_alike_in_every_form(posting: dict[str, Any], name: str) -> None:
    row = posting if name == "as it is" else forms.in_form(posting, name)
    (read,) = forms.answers([row])
    expected = EXPECTED[posting["id"]]
    tags = expected.get("tags", {})
    assert {key: read[key] for key in ("role", "years", "degree")} | {
        "tags": {tag: read["tags"].get(tag) for tag in tags}
    } == {**expected, "tags": tags}, json.dumps(row["description"], ensure_ascii=False)


@pytest.mark.parametrize("mark", ["来自", "BOSS直聘", "kanzhun", "\u200b", "\u2060", "\u00ad"])
def test_what_nobody_sees_parts_no_word(mark: str) -> None:
    def torn(text: str) -> str:
        return text.replace("岗位职责", f"岗位{mark}职责").replace("需求", f"需{mark}求")

    plain, hidden = forms.answers([HEADED, {**HEADED, "description": torn(HEADED["description"])}])
    assert hidden == plain
