"""Work in stages, many pieces in step: the same results in the same order, whoever stands beside."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.stages import IN_STEP, Stages, at_once, in_step
from scraper.understanding import records
from scraper.understanding.answering import tag_lines
from scraper.understanding.records import Untaggable, tag_texts
from storage.records import StoredText

DUTIES = "岗位职责：\n1、负责智能体产品；\n任职要求：\n1、3年以上产品经验，熟悉RAG者优先。"


class Work:
    """Makes pieces of work, and notes which stage of which was done when."""

    def __init__(self) -> None:
        self.done: list[tuple[int, int]] = []

    def piece(self, number: int, stages: int) -> Stages[int]:
        for stage in range(stages):
            self.done.append((stage, number))
            yield
        self.done.append((stages, number))
        return number


@given(st.lists(st.integers(min_value=0, max_value=5), max_size=3 * IN_STEP))
def test_results_come_in_order_whatever_each_takes(stages: list[int]) -> None:
    work = Work()
    assert list(in_step(map(work.piece, range(len(stages)), stages))) == list(range(len(stages)))
    assert sorted(work.done) == sorted((s, n) for n, most in enumerate(stages) for s in range(most + 1))


def test_a_stage_of_all_is_done_before_the_next_of_any() -> None:
    work = Work()
    list(in_step(work.piece(number, 2) for number in range(3)))
    assert work.done == [(stage, number) for stage in range(3) for number in range(3)]


def test_only_so_many_are_begun_before_the_first_is_done() -> None:
    work, taken = Work(), list[int]()

    def pieces() -> Any:
        for number in range(10 * IN_STEP):
            taken.append(number)
            yield work.piece(number, 1)

    results = in_step(pieces())
    assert next(results) == 0 and len(taken) == IN_STEP
    assert [next(results) for _ in range(IN_STEP)][-1] == IN_STEP and len(taken) == 2 * IN_STEP


def test_alone_a_piece_is_a_function_like_any_other() -> None:
    def half(of: int, *, by: int = 2) -> Stages[int]:
        """Return a part."""
        yield
        return of // by

    whole = at_once(half)
    assert (whole(8), whole(of=9, by=3), whole.__doc__) == (4, 3, "Return a part.")
    with pytest.raises(ZeroDivisionError):
        whole(1, by=0)


# ------------------------------------------------------------------ postings


def row(**fields: Any) -> str:
    return json.dumps({"id": 1, "title": "AI产品经理", "description": DUTIES, **fields})


def lines() -> list[str]:
    """Lines of many kinds, more than are done in step."""
    kinds = [
        row(salary_raw="25-40K·14薪", location="上海"),
        row(title="Product Manager", description="What you'll do\n- Build LLM agents\n" * 9),
        '{"id": ',
        "",
        row(description=""),
        row(description="<ul><li>负责RAG产品</li></ul>", format="html"),
        row(id=5, description="2、3年以上经验\n" * 200),
        "[]",
    ]
    return [kinds[at * 5 % len(kinds)] for at in range(3 * IN_STEP + 7)]


def test_an_answer_does_not_depend_on_who_stands_beside() -> None:
    given, problems, alone = lines(), list[str](), list[str]()
    answers = list(tag_lines(given, problems))
    assert answers == [line for at, one in enumerate(given) for line in tag_lines([one], alone, first=at + 1)]
    assert problems == alone and "line 3 is not JSON" in "".join(problems)
    assert sum("error" in json.loads(answer) for answer in answers) == len(problems) > IN_STEP / 8


def stored(number: int, title: str) -> StoredText:
    return StoredText(number, title, DUTIES, "Acme", "", "", "", {})


def test_a_text_that_fails_costs_none_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    titles = ["AI产品经理", "PM that fails", "产品经理"] * IN_STEP
    right = records.understand_in_stages

    def failing(title: str, *rest: Any, **more: Any) -> Stages[Any]:
        understanding = yield from right(title, *rest, **more)
        if "fails" in title:
            raise RecursionError("late")
        return understanding

    _, wanted = tag_texts([stored(n, title) for n, title in enumerate(titles) if "fails" not in title])
    monkeypatch.setattr(records, "understand_in_stages", failing)
    _, got = tag_texts([stored(n, title) for n, title in enumerate(titles)])
    assert [one for one in got if not isinstance(one, Untaggable)] == wanted
    failed = [one.version for one in got if isinstance(one, Untaggable)]
    assert failed == [n for n, title in enumerate(titles) if "fails" in title]
