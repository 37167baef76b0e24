"""A posting as a whole, and the JSON lines of `pmtrend tag --jsonl`."""

import json
from typing import Any

import click
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.explaining import explain
from scraper.explaining.pasted import split
from scraper.understanding.answering import tag_lines, to_json
from scraper.understanding.posting import TAXONOMY, understand
from storage.records import Pay

ZH = (
    "岗位职责：\n1、负责智能体产品规划；\n2、调优提示词，搭建RAG知识库。\n"
    "任职要求：\n1、本科及以上学历，5年以上产品经验，其中2年以上大模型产品经验；\n2、熟悉SQL，有Python经验者优先。"
)


def row(**fields: Any) -> str:
    return json.dumps({"id": "a", "title": "智能体产品经理", "description": ZH, **fields}, ensure_ascii=False)


def answer(**fields: Any) -> dict[str, Any]:
    (line,) = tag_lines([row(**fields)])
    result: dict[str, Any] = json.loads(line)
    return result


def test_the_object_of_the_contract() -> None:
    got = answer(salary_raw="25-40K·14薪", location="上海")
    assert got["id"] == "a"
    assert got["taxonomy"] == TAXONOMY.version
    assert got["lang"] == "zh"
    assert got["role"]["class"] == "aigc_pm"
    assert got["role"]["genai"] > got["role"]["classic"]
    total, ai = got["years"]["total"], got["years"]["ai"]
    assert (total["min"], total["max"], total["requirement"]) == (5, None, "required")
    assert (ai["min"], ai["max"], ai["requirement"]) == (2, None, "required")
    assert got["education"]["min"] == "bachelor"
    pay = got["salary"]
    assert (pay["min"], pay["max"], pay["months"]) == (25000, 40000, 14)
    assert (pay["annual_min"], pay["annual_max"], pay["quote"]) == (350000, 560000, "25-40K·14薪")
    assert "start" not in pay
    tags = {tag["id"]: tag for tag in got["tags"]}
    assert [tags[name]["requirement"] for name in ("prompt_engineering", "rag")] == ["duty", "duty"]
    levels = [tags[name]["requirement"] for name in ("llm", "sql", "python")]
    assert levels == ["required", "required", "preferred"]
    for quote in (total, ai, got["education"], *got["tags"]):
        field = ZH if quote["field"] == "description" else "智能体产品经理"
        assert field[quote["start"] : quote["end"]] == quote["quote"]
    assert "text" not in got


def test_what_is_silent_is_null_and_never_zero() -> None:
    got = answer(title="产品经理", description="负责订单。")
    assert got["years"] == {"total": None, "ai": None}
    assert got["education"] is got["salary"] is got["workplace"] is None


def test_html_gives_the_text_that_the_offsets_point_into() -> None:
    html = "<h3>Requirements</h3><ul><li>5+ years of experience</li><li>SQL &amp; Python</li></ul>"
    got = answer(title="Product Manager", description=html, format="html")
    for quote in (got["years"]["total"], *got["tags"]):
        if quote["field"] == "description":
            assert got["text"][quote["start"] : quote["end"]] == quote["quote"]
    assert {tag["id"] for tag in got["tags"]} >= {"sql", "python"}


def test_the_text_beats_the_board_field_and_the_field_fills_silence() -> None:
    assert answer(experience_raw="1-3年")["years"]["total"]["min"] == 5
    got = answer(description="负责订单。", experience_raw="1-3年", education_raw="大专")
    assert got["years"]["total"] == {"min": 1, "max": 3, "requirement": "required", "quote": "1-3年"}
    assert got["education"] == {"min": "associate", "requirement": "required", "quote": "大专"}
    assert answer(description="负责订单。", experience_raw="应届生")["years"]["total"]["min"] == 0


def test_only_ai_years_asked_are_the_total_too() -> None:
    got = answer(description="任职要求：3年以上AIGC产品经验")
    assert got["years"]["total"]["min"] == got["years"]["ai"]["min"] == 3


@pytest.mark.parametrize(
    ("text", "total"),
    [
        ("任职要求：5年以上AI产品经验，其中3年以上教育行业产品经验", 5),
        ("任职要求：8年以上科技行业经验，其中至少3年产品经验", 8),
        ("Requirements\n- 10+ years in software, with 3+ years in product management", 10),
        ("Requirements\n- 10+ years in software, including at least 3 in product management", 10),
        ("Requirements\n- 4+ years in product management\n- 8+ years in software", 8),
    ],
)
def test_years_that_contain_the_others_are_the_total(text: str, total: int) -> None:
    assert answer(title="产品经理", description=text)["years"]["total"]["min"] == total


def test_years_that_are_only_preferred_say_so() -> None:
    got = answer(description="任职要求：有3年以上产品经验者优先")
    assert got["years"]["total"]["requirement"] == "preferred"


def test_structured_pay_goes_before_everything() -> None:
    pay = Pay(1.0, 2.0, "EUR", "hour")
    assert (
        understand("Product Manager", "Pay: $100,000 a year", pay=pay, salary_raw="10-20K").tagging.salary
        == pay
    )


def test_an_unfinished_posting_is_no_failure() -> None:
    assert understand("", "").tagging.role == "other_pm"
    assert understand("AI产品经理", "").tagging.role == "ai_pm"
    assert to_json(7, understand("产品经理", ""))["id"] == 7


def test_lines_keep_their_order_and_blank_ones_are_passed_over() -> None:
    lines = [row(id=1), "\n", row(id=2), "   ", "\ufeff" + row(id=3)]
    assert [json.loads(line)["id"] for line in tag_lines(lines)] == [1, 2, 3]


def test_what_is_missing_or_null_is_empty_and_ends_nothing() -> None:
    names = ("title", "description", "company", "location", "format", "salary_raw", "experience_raw")
    lines = [
        '{"id": 1, "title": "产品经理", "description": null}',
        '{"id": 2, "title": "产品经理"}',
        '{"id": 3, "title": null, "description": "负责订单。"}',
        '{"id": 4}',
        "{}",
        json.dumps({"id": 6, **dict.fromkeys(names)}),
        row(id=7),
    ]
    answers = [json.loads(line) for line in tag_lines(lines)]
    assert [answer["id"] for answer in answers] == [1, 2, 3, 4, None, 6, 7]
    assert [answer["tags"] for answer in answers[:6]] == [[]] * 6
    assert answers[0] == {**answers[1], "id": 1}
    assert {answer["role"]["class"] for answer in answers[:6]} == {"other_pm"}


def test_a_lone_surrogate_comes_out_as_it_came_in() -> None:
    (line,) = tag_lines(['{"id": "\\ud800", "title": "产品经理", "description": "\\ud800"}'])
    line.encode("utf-8")
    assert json.loads(line)["id"] == "\ud800"


@pytest.mark.parametrize(
    ("line", "id", "says"),
    [
        ("{", None, "is not JSON"),
        ('{"id": 5, "title": "AI 产', 5, "is not JSON"),
        ('{"id": "a\\"b", "title": ', 'a"b', "is not JSON"),
        ("[1]", None, "is not a JSON object"),
        ("null", None, "is not a JSON object"),
        ('"text"', None, "is not a JSON object"),
        ('{"id": 1, "title": true, "description": ""}', 1, "title must be text"),
        ('{"id": "é", "title": "x", "description": ["y"]}', "é", "description must be text"),
        ('{"id": 1, "title": "x", "description": 5}', 1, "description must be text"),
        ('{"id": 1, "title": {}, "company": false}', 1, "title, company must be text"),
        ('{"id": 1, "title": "x", "location": {}}', 1, "location must be"),
        ('{"id": 1, "title": "x", "location": 3}', 1, "location must be"),
        ('{"id": 1, "title": "x", "description": "", "format": "pdf"}', 1, "format is 'pdf'"),
        ('{"id": 1, "title": "x", "description": "", "location": [1]}', 1, "location"),
        ('{"id": 1e400, "title": "x"}', None, "no finite number"),
        ('{"id": [-Infinity], "title": "x"}', None, "no finite number"),
        ('{"id": 2, "salary_raw": 1e400}', 2, "salary_raw must be text"),
        ('{"id": 2, "experience_raw": NaN}', 2, "experience_raw must be text"),
        ("[" * 100_000, None, "too deep to be read"),
        ('{"id": ' + "9" * 5000 + "}", None, "a number of thousands of digits"),
    ],
)
@pytest.mark.parametrize("as_bytes", [False, True])
def test_a_broken_line_is_answered_in_its_place(line: str, id: Any, says: str, as_bytes: bool) -> None:
    lines = [row(id=1), "", line, row(id=3)]
    problems: list[str] = []
    answers = list(tag_lines([one.encode() for one in lines] if as_bytes else lines, problems))
    first, broken, last = (json.loads(answer, parse_constant=pytest.fail) for answer in answers)
    assert (first["id"], last["id"], last["role"]["class"]) == (1, 3, "aigc_pm")
    assert set(broken) == {"id", "error"}
    assert broken["id"] == id
    assert broken["error"].startswith("line 3 ") and says in broken["error"]
    assert problems == [broken["error"]]


def test_numbers_in_text_fields_are_text() -> None:
    got = answer(title=360, company=58, description="负责订单。", experience_raw=3, education_raw=1.5)
    assert got["lang"] == "zh" and "error" not in got
    assert answer(description="", salary_raw=15000) == answer(description="", salary_raw="15000")
    assert (
        answer(location=["上海", "Remote"])["workplace"] == answer(location="Remote")["workplace"] == "remote"
    )


def test_a_mark_and_other_encodings_are_read() -> None:
    texts = [row(id=1), row(id=2, title="产品经理")]
    wanted = list(tag_lines(texts))
    for encoding in ("utf-8", "utf-8-sig", "gb18030"):
        raw = "\r\n".join(texts).encode(encoding)
        assert list(tag_lines(raw.splitlines(keepends=True))) == wanted, encoding


def test_a_line_in_no_known_encoding_is_answered_with_its_id() -> None:
    answers = list(tag_lines([b'{"id": 4, "title": "caf\xe9 PM"}', row().encode()]))
    assert json.loads(answers[0]) == {"id": 4, "error": "line 1 is neither UTF-8 nor GB18030 text"}
    assert json.loads(answers[1])["role"]["class"] == "aigc_pm"


@settings(max_examples=200)
@given(lines=st.lists(st.one_of(st.binary(max_size=40), st.sampled_from([row().encode(), b'{"id": 1}']))))
def test_every_line_that_is_not_blank_has_its_answer(lines: list[bytes]) -> None:
    problems: list[str] = []
    answers = [json.loads(answer) for answer in tag_lines(lines, problems)]
    good = sum(line in (row().encode(), b'{"id": 1}') for line in lines)
    assert [answer["error"] for answer in answers if "error" in answer] == problems
    assert good <= len(answers) <= len(lines)
    assert len(problems) <= len(lines) - good


def test_the_explanation_speaks_the_language_of_the_posting() -> None:
    chinese = click.unstyle(explain("智能体产品经理\n" + ZH))
    assert "AIGC 产品经理" in chinese and "“RAG”" in chinese and "5 年以上" in chinese
    english = click.unstyle(explain("Product Manager, AI Agents\nResponsibilities\n- Build LLM agents\n"))
    assert "AIGC PM" in english and "AI agents" in english
    assert explain("Product Manager\nx") != click.unstyle(explain("Product Manager\nx"))


def test_every_class_and_text_can_be_explained() -> None:
    for title in (
        "产品经理",
        "AI产品经理",
        "大模型产品经理",
        "算法工程师",
        "Product Manager",
        "Product Manager, Recommendations",
        "Engineer",
        "",
    ):
        for text in (
            "",
            ZH,
            "无责底薪，高提成，签约",
            "About us\nWe build LLMs",
            "Responsibilities\n- Own the recommendation system\n- Run model training with data scientists",
            "薪资：300元/天，经验不限，学历不限",
        ):
            assert explain(f"{title}\n{text}")


def test_a_pasted_text_without_a_title_line() -> None:
    assert split("标题\n正文") == ("标题", "正文")
    assert split("只有一行") == ("", "只有一行")
    assert split("长" * 200 + "\n正文")[0] == ""


@pytest.mark.parametrize(
    "title",
    ["AI产品经理", "  高级产品经理（AI方向）\n\n", "Senior Product Manager, AI Agents", "产品经理 P7"],
)
def test_a_title_alone_is_the_title(title: str) -> None:
    assert split(title) == (title.strip(), "")


@pytest.mark.parametrize(
    "line",
    [
        "AI产品经理，3年以上经验",
        "招聘AI产品经理：熟悉大模型",
        "产品经理，本科",
        "Product Manager with 5+ years of experience",
        "We hire a product manager. Apply now",
        "算法工程师",
    ],
)
def test_a_line_that_says_more_than_a_title_is_the_text(line: str) -> None:
    assert split(line) == ("", line)


def test_a_title_alone_is_explained_by_its_role() -> None:
    assert "AI 产品经理" in click.unstyle(explain("AI产品经理")).splitlines()[1]
