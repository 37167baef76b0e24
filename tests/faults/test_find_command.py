"""`pmtrend find` as a user meets it: what is printed, what cannot be written, what is hostile."""

import json
import re
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from docs_pages import call, chapter, rows
from places import ROOT

from commands.indexing import add_to_index
from scraper.parsing.folding import fold
from storage.errors import StorageError
from storage.store import open_store

POSTINGS = [
    {
        "title": "AI产品经理",
        "company": "云雀科技",
        "location": "上海",
        "description": "岗位职责：负责金融大模型产品规划。\n任职要求：熟悉RAG和向量检索，了解Prompt。",
        "url": "https://jobs.example/1",
    },
    {
        "title": "Product Manager, Agents",
        "company": "Acme",
        "location": "New York",
        "description": "We build LLM agents. Requirements: 5+ years of product management; RAG is a plus.",
        "url": "https://jobs.example/2",
    },
    {
        "title": "Product Manager \x1b[31mred\x9b2J \u202egnirts\x07",
        "company": "E\x1b]0;title\x07vil",
        "location": "London",
        "description": "We do hostile\x1b[2J things.\rRAG \u2028 here \x00 too. Requirements: SQL.",
        "url": "https://jobs.example/3?\x1b[31m",
    },
]
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2028]")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a store of these postings."""
    (tmp_path / "jobs.json").write_text(json.dumps(POSTINGS), encoding="utf-8")
    done = call(tmp_path, "import", "jobs.json", "--source", "own", "--as-of", "2026-11-01")
    assert done.code == 0, done.err
    return tmp_path


def database(folder: Path) -> str:
    return f"sqlite:///{folder / 'pmtrend.db'}"


def test_a_hit_is_shown_with_its_words(folder: Path) -> None:
    done = call(folder, "find", "rag 金融")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        "AI产品经理",
        "  云雀科技 · 上海 · AIGC PM · 2026-11-01, open or closed: not known",
        "  “岗位职责：负责«金融»大模型产品规划”",
        "  “任职要求：熟悉«RAG»和向量检索，了解Prompt”",
        "  https://jobs.example/1",
        "",
        "1 posting",
    ]
    done = call(folder, "find", "agent", "--city", "nyc")
    assert done.out.startswith("Product Manager, «Agents»\n  Acme · New York · ")


def test_a_posting_without_a_link_ends_without_an_empty_line(tmp_path: Path) -> None:
    (tmp_path / "jobs.csv").write_text("title,company\nProduct Manager,Acme\n", encoding="utf-8")
    assert call(tmp_path, "import", "jobs.csv", "--source", "own", "--as-of", "2026-11-01").code == 0
    assert call(tmp_path, "find", "manager").out.splitlines()[1:] == [
        "  Acme · other PM · 2026-11-01, open or closed: not known",
        "",
        "1 posting",
    ]


def test_several_words_need_no_quotes(folder: Path) -> None:
    assert call(folder, "find", "rag", "金融").out == call(folder, "find", "rag 金融").out


def test_the_keys_of_the_object_are_those_described(folder: Path) -> None:
    done = call(folder, "find", "agents", "--json")
    found = json.loads(done.out)
    text = chapter("docs/DATA.md", "## `pmtrend find --json`")
    assert [row[0].strip("`") for row in rows(text)] == list(found)
    (hit,) = found["hits"]
    assert [row[0].strip("`") for row in rows(text.partition("A hit:")[2])] == list(hit)
    for quote in hit["quotes"]:
        stored = {"title": hit["title"], "description": POSTINGS[1]["description"]}[quote["field"]]
        assert stored[quote["start"] : quote["end"]] == quote["quote"]
        assert {stored[start:end].lower() for start, end in quote["hits"]} == {"agents"}


class Lacking:
    """A store whose search index lacks texts."""

    def __init__(self, texts: int, writable: int):
        self.texts, self.writable = texts, writable

    def count_unindexed(self) -> int:
        return self.texts

    def index_texts(self, fold: object) -> int:
        done = min(1000, self.texts)
        if self.writable < done:
            raise StorageError("the disk is full")
        self.texts -= done
        self.writable -= done
        return done


def test_a_run_indexes_no_more_than_so_many_texts_also_where_no_bar_is_shown() -> None:
    assert add_to_index(Lacking(5000, writable=5000), most=2000) == 3000  # type: ignore[arg-type]


def test_what_the_index_lacks_is_told_where_it_cannot_be_written(caplog: pytest.LogCaptureFixture) -> None:
    assert add_to_index(Lacking(5000, writable=1500)) == 4000  # type: ignore[arg-type]
    assert "not in the search index yet: 4,000 (the disk is full)" in caplog.text


def test_a_run_indexes_what_it_stored(folder: Path) -> None:
    with closing(open_store(database(folder))) as store:
        assert store.count_unindexed() == 0
        assert store.check() == []


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_no_text_writes_to_the_terminal(folder: Path, options: tuple[str, ...]) -> None:
    with closing(sqlite3.connect(folder / "pmtrend.db")) as store, store:
        # As a store of an older release, or a hand that changed it, might hold them.
        title, text, url = (POSTINGS[2][name] for name in ("title", "description", "url"))
        store.execute("UPDATE versions SET title = ?, text = ? WHERE posting_id = 3", (title, text))
        store.execute("UPDATE postings SET url = ? WHERE id = 3", (url,))
        store.execute("UPDATE companies SET name = ? WHERE id = 3", (POSTINGS[2]["company"],))
    assert call(folder, "db", "reindex").code == 0
    for query in ("hostile", "mred", "vil", "RAG London"):
        done = call(folder, "find", query, *options)
        assert done.code == 0 and "Product Manager" in done.out
        assert not CONTROL.search(done.out)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("",), "the query holds no word to look for"),
        (('"*" ( - NEAR',), ""),
        (("*",), "the query holds no word to look for"),
        (("🚀",), "the query holds no word to look for"),
        (("x" * 10_000,), "the query has 10,000 characters; 500 at most can be looked for"),
        (("a\x00b",), ""),
        (("'; DROP TABLE versions; --",), ""),
        (("rag", "--since", "soon"), "--since 'soon' is no week and no day; write 2026-W30 or 2026-07-20"),
        (("rag", "--city", "广东"), "is no city but a larger place"),
        (("rag", "--company", "Acne"), "no posting of 'Acne' is on file; did you mean acme?"),
        (("rag", "--limit", "0"), "--limit"),
        (("rag", "--role", "pm"), "--role"),
        ((), "WORDS"),
    ],
)
def test_whatever_is_asked_gets_a_sentence_or_hits(
    folder: Path, words: tuple[str, ...], sentence: str
) -> None:
    done = call(folder, "find", *words)
    assert "Traceback" not in done.err
    assert done.code == (1 if sentence else 0)
    assert sentence.lower() in done.err.lower()


def test_an_empty_store_and_no_hit(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = call(tmp_path / "empty", "find", "rag")
    assert (done.code, done.out) == (0, "0 postings\n") and "is empty" in done.err
    done = call(folder, "find", "nothing like it")
    assert (done.code, done.out, done.err) == (0, "0 postings\n", "")


def test_a_store_that_cannot_be_written_is_searched_as_far_as_it_is_indexed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _add_text(folder)
    monkeypatch.setattr("storage.engines.sqlite._is_frozen", lambda _: True)
    done = call(folder, "find", "product")
    assert done.code == 0 and "«Product» Manager, Agents" in done.out
    assert (
        "texts that are not in the search index yet: 1 (the database" in done.err
        and "is read-only" in done.err
    )
    assert json.loads(call(folder, "find", "product", "--json").out)["unindexed"] == 1


def _add_text(folder: Path) -> None:
    """Store another version of posting 3, and index nothing."""
    with closing(sqlite3.connect(folder / "pmtrend.db")) as store:
        names = [name for _, name, *_ in store.execute("PRAGMA table_info(versions)") if name != "id"]
        columns = ", ".join(names)
        store.execute(f"INSERT INTO versions ({columns}) SELECT {columns} FROM versions WHERE posting_id = 3")
        store.commit()
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def test_an_index_that_cannot_be_written_now_is_searched_as_it_is(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.store._SOON", 0.1)
    _add_text(folder)
    with closing(sqlite3.connect(folder / "pmtrend.db")) as store:
        store.isolation_level = None
        store.execute("BEGIN IMMEDIATE")
        done = call(folder, "find", "product")
        store.execute("ROLLBACK")
    assert done.code == 0 and "texts that are not in the search index yet: 1 (" in done.err
    assert "«Product» Manager, Agents" in done.out


def _behind(folder: Path) -> None:
    with closing(open_store(database(folder))) as store:
        store.clear_index()


_INDEXING = """
import os, signal, sys
from scraper.parsing.folding import fold
from storage import store
from storage.searching import index as search_index
search_index.BATCH = 1
opened = store.open_store(sys.argv[1])
point, at = sys.argv[2:]
done = 0
inner = getattr(search_index, point)
def killed(*given):
    global done
    found = inner(*given)
    done += 1
    if done == int(at):
        os.kill(os.getpid(), signal.SIGKILL)
    return found
setattr(search_index, point, killed)
while opened.index_texts(fold):
    pass
"""


@pytest.mark.parametrize("point", ["_insert_documents", "add_documents", "_mark_outdated"])
def test_killed_while_indexing_it_converges(folder: Path, point: str) -> None:
    undisturbed = call(folder, "find", "rag", "--json").out
    _behind(folder)
    done = subprocess.run(
        [sys.executable, "-c", _INDEXING, database(folder), point, "2"], cwd=ROOT, capture_output=True
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    with closing(open_store(database(folder))) as store:
        assert store.count_unindexed() == 2, "one batch was stored, the killed one was not"
        assert store.check() == []
        while store.index_texts(fold):
            pass
        assert store.check() == []
    assert call(folder, "find", "rag", "--json").out == undisturbed
