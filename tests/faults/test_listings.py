"""Rows 1 to 4 and 21, and what a store needs of a listing: lists that shrink, break off, turn in circles or
change their shape, asked live on loopback."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from toys import START, Live, job, learned, opened, page, rows

from reports.building.weekly import build_weekly, to_json
from storage.weeks import week_end

FORTY = [job(number) for number in range(40)]


@pytest.fixture
def live(toys: Any, board: Any, tmp_path: Path) -> Live:
    return Live(tmp_path, board.port, toys.board("a.test/jobs"))


def status(live: Live) -> tuple[int, int]:
    """Postings in the store, and how many of them are open."""
    with opened(live.database) as store:
        found = store.status(live.clock())
        assert store.check() == []
        return found.total, found.open


def report(live: Live, monday: date) -> str:
    with opened(live.database) as store:
        facts = store.facts(first_week=monday - timedelta(weeks=8), until=week_end(monday, store.zone))
    return to_json(build_weekly(facts, monday))


def test_an_empty_list_of_a_board_that_had_forty_is_suspect_closes_nothing_and_is_told(
    live: Live, board: Any, scripted: Any
) -> None:
    """Row 1."""
    board.say("/jobs", scripted(body=page(*FORTY, total=40)), scripted(body=page(total=0)))
    live.run()
    summary = live.run()
    assert (summary.states, summary.closed) == ({"toy:a.test/jobs": "suspect"}, 0)
    assert summary.reasons == {"toy:a.test/jobs": "nothing listed, usually 40"}
    assert any("toy:a.test/jobs: suspect" in line for line in summary.lines())
    assert status(live) == (40, 40)
    assert "nothing listed, usually 40" in report(live, (START + timedelta(weeks=1)).date())


def test_one_page_of_five_that_fails_fails_the_rest_but_not_what_was_seen(
    live: Live, board: Any, scripted: Any
) -> None:
    """Row 2: the page is tried three times; the look is partial and closes nothing."""
    five = [scripted(body=page(job(n), job(n + 10), next=f"p{n}" if n < 5 else "")) for n in range(1, 6)]
    for path, answer in zip(("jobs", "p1", "p2", "p3", "p4"), five, strict=True):
        board.say(f"/{path}", answer)
    live.run()
    board.say("/jobs", scripted(body=page(job(1), job(11), job(21), next="p1")))
    board.say("/p2", scripted(500))
    board.asked.clear()
    live.tries = 3
    summary = live.run()
    assert [one.path for one in board.asked] == ["/jobs", "/p1", "/p2", "/p2", "/p2"]
    assert summary.states == {"toy:a.test/jobs": "partial"}
    assert (summary.created, summary.closed, summary.exit_code) == (1, 0, 2)
    assert status(live) == (11, 11)
    assert learned(live.replayed()) == learned(live.database)


def test_a_list_that_halves_is_suspect_and_closes_nothing(live: Live, board: Any, scripted: Any) -> None:
    """Row 3."""
    states = []
    for count in (40, 40, 40, 20):
        board.say("/jobs", scripted(body=page(*FORTY[:count], total=count)))
        states += live.run().states.values()
    assert states == ["complete"] * 3 + ["suspect"]
    assert status(live) == (40, 40)


@pytest.mark.parametrize("turn", ["the same page", "two pages in a circle", "pages without end"])
def test_pages_that_do_not_end_cost_a_bounded_number_of_requests(
    live: Live, board: Any, scripted: Any, turn: str
) -> None:
    """Row 4."""
    board.say("/jobs", scripted(body=page(job(0), next="jobs" if turn == "the same page" else "p0")))
    for number in range(300):
        following = "jobs" if turn == "two pages in a circle" else f"p{number + 1}"
        board.say(f"/p{number}", scripted(body=page(job(number + 1), next=following)))
    summary = live.run()
    assert summary.states == {"toy:a.test/jobs": "partial"}
    said = "more than 200 pages" if turn == "pages without end" else "pages do not end"
    assert said in summary.reasons["toy:a.test/jobs"]
    assert len(board.asked) == {"the same page": 1, "two pages in a circle": 2}.get(turn, 200)


def test_a_page_that_answers_with_the_same_postings_for_ever_ends(
    live: Live, board: Any, scripted: Any
) -> None:
    """Row 4: the server ignores the number of the page and its own count."""
    for number in range(300):
        following = f"p{number}"
        board.say(
            f"/{'jobs' if not number else f'p{number - 1}'}",
            scripted(body=page(job(1), total=40, next=following)),
        )
    summary = live.run()
    assert (summary.states, len(board.asked)) == ({"toy:a.test/jobs": "partial"}, 200)


def test_a_renamed_field_fails_the_board_and_one_bad_item_does_not(
    live: Live, board: Any, scripted: Any
) -> None:
    """Row 21: rejects are counted; over a tenth of them is another shape."""
    board.say("/jobs", scripted(body=page(*FORTY)))
    live.run()
    renamed = [{"id": str(n), "name": "AI Product Manager"} for n in range(40)]
    board.say("/jobs", scripted(body=page(*FORTY[:39], renamed[39])))
    one = live.run()
    assert (one.states, one.rejected) == ({"toy:a.test/jobs": "complete"}, 1)
    board.say("/jobs", scripted(body=page(*renamed)))
    summary = live.run()
    assert (summary.states, summary.rejected, summary.closed) == ({"toy:a.test/jobs": "failed"}, 40, 0)
    assert summary.reasons["toy:a.test/jobs"].startswith("40 of 40 items cannot be read, the first: 'title'")
    assert status(live) == (40, 40)


def test_a_field_that_runs_empty_is_told(live: Live, board: Any, scripted: Any) -> None:
    """Row 21: nothing is rejected when a field of no consequence is renamed; but its share falls."""
    for week in range(6):
        field = "places" if week < 5 else "cities"
        listed = [job(n, **{field: ["Berlin"]}) for n in range(40)]
        board.say("/jobs", scripted(body=page(*listed, week=week)))
        live.run()
    with opened(live.database) as store:
        told = "\n".join(store.status(live.clock()).lines())
    assert "toy:a.test/jobs: 0 % of the postings have a place, usually 100 %" in told


# ------------------------------------------------------------------ row 37: one opening, several listings


def test_one_requisition_on_two_boards_and_under_a_new_id_is_one_vacancy_with_all_its_sightings(
    toys: Any, board: Any, scripted: Any, tmp_path: Path
) -> None:
    boards = [toys.board("a.test/acme"), toys.board("a.test/acme-jobs")]
    boards[1] = type(boards[1])("toy", "a.test/acme-jobs", "Acme")
    live = Live(tmp_path, board.port, *boards)
    other = job(9, "Product Manager, Payments", "Own the checkout and its numbers.", requisition="R-9")
    board.say("/acme", scripted(body=page(job(1, requisition="R-1"), other)))
    board.say("/acme-jobs", scripted(body=page(job(2, requisition="R-1"))))
    live.run()
    board.say("/acme", scripted(body=page(job(3, requisition="R-1"), other)))
    live.run()
    found = rows(live.database)
    vacancies = {row[2]: row[5] for row in found["postings"]}
    assert set(vacancies) == {"1", "2", "3", "9"}
    assert vacancies["1"] == vacancies["2"] == vacancies["3"] != vacancies["9"]
    assert len(found["spells"]) == 4, "every sighting is kept"


# ------------------------------------------------------------------ row 18: what no database takes


@pytest.mark.parametrize("field", ["id", "title", "text", "url", "company", "pay", "requisition", "places"])
@pytest.mark.parametrize("bad", ["\\ud83d", "\\u0000"])
def test_half_a_surrogate_pair_and_nul_lose_no_posting(
    live: Live, board: Any, scripted: Any, field: str, bad: str
) -> None:
    spoilt = job("7") | {field: ["x#y"] if field == "places" else "AI Product Manager x#y"}
    body = page(job("1"), spoilt).replace(b"x#y", f"x{bad}y".encode())
    board.say("/jobs", scripted(body=body))
    summary = live.run()
    assert (summary.states, summary.created) == ({"toy:a.test/jobs": "complete"}, 2), summary.reasons
    assert status(live) == (2, 2)
    assert learned(live.replayed()) == learned(live.database)


def test_what_a_server_says_of_itself_may_hold_anything(live: Live, board: Any, scripted: Any) -> None:
    body = b'{"jobs": [{"id": "1\\ud83d", "title": 7}], "partial": "\\ud83d\\u0000", "scope": "a\\ud83d"}'
    board.say("/jobs", scripted(body=body))
    assert live.run().states == {"toy:a.test/jobs": "failed"}
    assert status(live) == (0, 0)


# ------------------------------------------------------------------ row 19: markup, and what is too long


def test_markup_that_nests_deep_and_texts_without_end_cost_no_other_posting(
    live: Live, board: Any, scripted: Any
) -> None:
    deep = job(1, text="<div>" * 40_000 + "Own RAG." + "</div>" * 40_000, html=True)
    long = job(2, text="Own RAG. " * 200_000)
    book = job(3, url="https://a.test/" + "x" * 100_000)
    board.say("/jobs", scripted(body=page(deep, long, book, *FORTY[10:30])))
    summary = live.run()
    assert (summary.states, summary.created, summary.rejected) == ({"toy:a.test/jobs": "complete"}, 22, 1)
    texts = {row[1]: row[5] for row in rows(live.database)["versions"]}
    assert len(max(texts.values(), key=len)) <= 256 * 1024
    assert '"text_cut":true' in str(rows(live.database)["versions"])


# ------------------------------------------------------------------ row 35: marks that nobody sees


@pytest.mark.parametrize(
    "title",
    [
        "AI Pro\u200bduct Manager",
        "\u202eAI Product Manager\u202c",
        "\ufeffAI产品\u200b经理",
        "AI Pro\u00adduct Manager",
    ],
)
def test_marks_that_nobody_sees_hide_no_title_and_no_word(
    live: Live, board: Any, scripted: Any, title: str
) -> None:
    text = "Own our R\u200bAG assistant.\u2060 3\u200b+ years of pro\u00adduct experience."
    board.say("/jobs", scripted(body=page(job("7\u200b", title, text))))
    assert live.run().created == 1
    found = rows(live.database)
    assert [row[2] for row in found["postings"]] == ["7\u200b"], "an id is an id"
    assert [row[5] for row in found["versions"]] == ["Own our RAG assistant. 3+ years of product experience."]
    with opened(live.database) as store:
        facts = store.facts(first_week=START.date(), until=START + timedelta(weeks=1))
    (fact,) = facts.postings.values()
    assert ("rag" in fact.tags, fact.years_min) == (True, 3)
