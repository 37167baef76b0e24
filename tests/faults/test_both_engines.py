"""One archive, file and vocabulary on SQLite and on PostgreSQL: the same rows, the same bytes of reports."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import databases
import pytest
from places import DEMO
from psycopg import sql
from test_as_of import OLD, files, with_vocabulary
from typed import typed

import pmtrend
from scraper.boards import load_boards
from scraper.fetching.replay import ReplayArchive
from scraper.runs.replaying import replay
from scraper.understanding.posting import TAXONOMY
from storage.engines.copying import copy
from storage.store import open_store

pytestmark = pytest.mark.usefixtures("blank_charts")

NOW = datetime(2026, 11, 16, 6, 0, tzinfo=UTC)  # as in conftest.demo_database
LIST = """title,company,city,description,url
AI 产品经理,éclair,上海,负责大模型产品与 RAG；3年以上产品经验，本科,https://jobs.example/1
Product Manager,Zebra,Berlin,You own RAG and SQL. 5+ years as a product manager.,https://jobs.example/2
product manager,apple,Berlin,You own LLM evaluation. 3+ years as a product manager.,https://jobs.example/3
"""
LIKE_IN_ENGLISH = "LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C.UTF-8'"
"""Of a database whose own order of texts is that of a dictionary: a, B, é, z."""


@pytest.fixture(scope="module")
def on_server(server: Any) -> Iterator[str]:
    """The URL of the demonstration on PostgreSQL."""
    name = server.create(options=LIKE_IN_ENGLISH)
    store = open_store(server.url(name))
    replay(store, ReplayArchive([DEMO]), load_boards(), clock=lambda: NOW)
    store.close()
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def both(on_server: str, demo_database: Path, tmp_path: Path) -> tuple[str, str]:
    """The demonstration on SQLite, in a copy, and on PostgreSQL."""
    databases.copy(demo_database, tmp_path / "demo.db")
    return f"sqlite:///{tmp_path / 'demo.db'}", on_server


def test_the_database_of_this_test_has_another_order_than_ours(server: Any, on_server: str) -> None:
    texts = sql.SQL("SELECT array_agg(t ORDER BY t) FROM unnest(ARRAY['a', 'B', 'é', 'z']) AS t")
    with server.connect(on_server.partition("@/")[2].partition("?")[0]) as connection:
        assert connection.execute(texts).fetchall() == [(["a", "B", "é", "z"],)]
    assert sorted(["a", "B", "é", "z"]) == ["B", "a", "z", "é"]


def test_all_that_is_stored_and_told_is_the_same(
    both: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As replayed; and after a file, and a second vocabulary, with a report of the past."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(pmtrend, "utcnow", lambda: NOW)
    (tmp_path / "list.csv").write_text(LIST, encoding="utf-8")
    rows = [databases.rows_of(url) for url in both]
    assert rows[0] == rows[1]

    def on(number: int, *words: str) -> tuple[int, str, str]:
        return tuple(typed(monkeypatch, capsys, "--db", both[number], *words))

    def on_both(*words: str) -> str:
        first, second = (on(number, *words) for number in (0, 1))
        assert first == second and first[0] == 0
        return first[1]

    on_both("import", "list.csv", "--source", "file", "--as-of", "2026-11-10", "--complete")
    with_vocabulary(monkeypatch, OLD)
    on_both("retag", "--jobs", "1")
    with_vocabulary(monkeypatch, TAXONOMY)
    rows = [databases.rows_of(url) for url in both]
    assert len(rows[0]["taxonomies"]) == 2
    assert rows[0] == rows[1]
    told: list[dict[str, bytes]] = []
    for number in (0, 1):
        out = str(tmp_path / f"out{number}")
        assert on(number, "report", "--week", "2026-W46", "--out", out)[0] == 0
        as_of = ("--week", "2026-W44", "--as-of", "2026-11-03", "--lang", "zh")
        assert on(number, "report", *as_of, "--out", out)[0] == 0
        told.append(files(tmp_path / f"out{number}"))
    assert len(told[0]) > 40 and told[0] == told[1]
    on_both("status", "--json")
    on_both("taxonomy", "candidates", "--json", "--min-companies", "2")
    on_both("taxonomy", "diff", "current", "current", "--sample", "20", "--json")
    on_both("find", "RAG", "--json")
    on_both("find", "产品 -RAG", "--role", "aigc_pm", "--since", "2026-W40", "--json")
    on_both("choose", "--pm-years", "4", "--ai-years", "1", "--skill", "sql", "--city", "Berlin", "--json")
    assert on_both("rollup", "verify").startswith("ok: ")
    assert on_both("db", "check") == "ok\n"


def test_a_copy_there_and_back_is_the_same(both: tuple[str, str], tmp_path: Path, server: Any) -> None:
    there = server.create(options=LIKE_IN_ENGLISH)
    done: list[int] = []
    rows, _ = copy(both[0], server.url(there), lambda more, total: done.append(more) or None)
    assert sum(done) == 2 * rows and rows == sum(map(len, databases.rows_of(both[0]).values()))
    copy(server.url(there), f"sqlite:///{tmp_path / 'back.db'}", lambda more, total: None)
    assert databases.rows_of(server.url(there)) == databases.rows_of(both[0])
    assert databases.rows_of(f"sqlite:///{tmp_path / 'back.db'}") == databases.rows_of(both[0])
    server.drop(there)
