"""A store that is lost comes back from the archive alone: the same rows, and the same report to the byte."""

import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from places import DEMO
from scenes import files, rows
from toys import START, Live, job, page

from pmtrend import cli
from scraper.boards import load_boards
from scraper.fetching.compacting import LEAST_AGE, compact, waiting
from scraper.fetching.replay import ReplayArchive
from scraper.normalizing.posting import stored_hashes
from scraper.runs.replaying import replay
from storage.store import open_store
from storage.weeks import label, week_of

pytestmark = pytest.mark.usefixtures("blank_charts")

WEEKS = 10
ZONE = "Asia/Shanghai"
LATER = datetime(2027, 6, 1, tzinfo=UTC)
TEXTS = (
    "Requirements: 3+ years as a product manager, RAG, prompt engineering. Nice to have: SQL. Team {}.",
    "You own our AI agents. Required: 5 years of product management, LLM evaluation, Python. Squad {}.",
    "任职要求：3年以上产品经理经验，熟悉大模型、RAG、Prompt；本科及以上学历。加分项：SQL、数据分析。第{}组",
)


def jobs(prefix: str, week: int, count: int = 14, texts: bool = True) -> list[dict[str, Any]]:
    """Postings of which some come, go for three weeks and come back, and some are worded anew."""
    found = []
    for number in range(count):
        if (number + week // 3) % 5 == 0:
            continue
        text = TEXTS[number % 3].format(number) + (" Now with voice." if number == 4 and week > 5 else "")
        found.append(job(f"{prefix}{number}", text=text if texts else ""))
    return found


class World:
    """What nine boards answer, week by week; whoever asks twice is told the same."""

    def __init__(self, toys: Any, board: Any, scripted: Any):
        self.week, self.scripted = 0, scripted
        self.boards = [
            *(toys.board(key) for key in ("a.test/lively", "b.test/calm", "b.test/down", "c.test/shy")),
            *(toys.board(key) for key in ("c.test/half", "d.test/torn", "e.test/gone")),
            toys.board("a.test/deep", "toydetail"),
            toys.board("d.test/many", "toyfeed"),
        ]
        for name in ("lively", "calm", "down", "shy", "half", "torn", "torn2", "gone", "deep", "many"):
            board.say(f"/{name}", getattr(self, name))
        for number in range(14):
            board.say(f"/detail/e{number}", self._detail(number))

    def _page(self, listed: list[dict[str, Any]], **more: Any) -> Any:
        return self.scripted(body=page(*listed, **more))

    def _detail(self, number: int) -> Callable[[Any], Any]:
        def answer(_: Any) -> Any:
            if number == 3 and self.week < 2:
                return self.scripted(500)
            if number == 5:
                return self.scripted(404)
            return self.scripted(body=b'{"text": "Own RAG, %d years of product management."}' % (number + 1))

        return answer

    def lively(self, _: Any) -> Any:
        return self._page(jobs("l", self.week))

    def calm(self, asked: Any) -> Any:
        tag = f'"{self.week // 4}"'
        if asked.headers.get("if-none-match") == tag:
            return self.scripted(304, headers=(("ETag", tag),))
        kind = ("Content-Type", "application/json")
        return self.scripted(headers=(kind, ("ETag", tag)), body=page(*jobs("c", self.week // 4)))

    def down(self, _: Any) -> Any:
        return self.scripted(503) if self.week in (1, 2, 5) else self._page(jobs("d", self.week, 6))

    def shy(self, _: Any) -> Any:
        return self.scripted(403) if self.week % 3 else self._page(jobs("s", self.week, 6))

    def half(self, _: Any) -> Any:
        """Whole, empty once, then a third of it for good."""
        count = 0 if self.week == 2 else 30 if self.week < 5 else 8
        return self._page([job(f"h{n}", text=TEXTS[n % 3].format(n)) for n in range(count)])

    def torn(self, _: Any) -> Any:
        return self._page(jobs("T", self.week, 8), next="torn2")

    def torn2(self, _: Any) -> Any:
        return self.scripted(503) if self.week in (2, 6) else self._page(jobs("t", self.week, 3))

    def gone(self, _: Any) -> Any:
        return self.scripted(404) if self.week > 2 else self._page(jobs("g", self.week, 4))

    def deep(self, _: Any) -> Any:
        return self._page(jobs("e", self.week, texts=False))

    def many(self, _: Any) -> Any:
        """Employers, one of whom is away for two weeks."""
        listed = [
            job(f"m{n}", text=TEXTS[n % 3].format(n), company=f"Firm {n % 4}")
            for n in range(16)
            if self.week not in (4, 5) or n % 4
        ]
        return self._page(listed)


@pytest.fixture
def live(toys: Any, board: Any, scripted: Any, tmp_path: Path) -> Iterator[Live]:
    """Ten weeks were collected, one of them twice in a day, each run with an archive of its own."""
    world = World(toys, board, scripted)
    made = Live(tmp_path, board.port, *world.boards)
    for world.week in range(WEEKS):
        made.clock.now = START + timedelta(days=7 * world.week)
        made.run()
        if world.week == 3:
            made.clock.now = START + timedelta(days=7 * world.week, hours=5)
            made.run()
    yield made


def report(database: Path, week: str, as_of: str, out: Path) -> dict[str, bytes]:
    call = ["--db", f"sqlite:///{database}", "report", "--week", week, "--as-of", as_of, "--out", str(out)]
    done = CliRunner().invoke(cli, call, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return files(out)


def rebuilt(path: Path, archives: list[Path], boards: Any) -> Path:
    """A new database of these archives, sound."""
    store = open_store(f"sqlite:///{path}")
    replay(store, ReplayArchive(archives), boards, clock=lambda: LATER)
    assert store.check(stored_hashes) == []
    store.close()
    return path


def assert_same(one: Path, other: Path) -> None:
    left, right = rows(one), rows(other)
    assert left.keys() == right.keys()
    for table in left:
        assert left[table] == right[table], table


def assert_same_report(one: dict[str, bytes], other: dict[str, bytes]) -> None:
    assert len(one) > 30 and sorted(one) == sorted(other)
    assert [name for name in one if one[name] != other[name]] == []


# ------------------------------------------------------------------ from an archive as runs leave it


def test_a_live_store_is_rebuilt_from_its_archive(live: Live, tmp_path: Path) -> None:
    told = rows(live.database)
    said = " ".join(told["fetches"].values())
    for state in ("complete", "partial", "refused", "missing", "failed", "suspect"):
        assert f"'state': '{state}'" in said, state
    assert "'unchanged': 1" in said and "'accepted_at': '2" in said
    assert all(told.get(table) for table in ("gaps", "breaks", "sightings", "versions", "tags"))
    assert sum("'reason': 'gone'" in row for row in told["spells"].values()) > 5

    again = rebuilt(tmp_path / "rebuilt.db", live.written, live.boards)
    assert_same(live.database, again)
    week = label(week_of(START + timedelta(days=7 * (WEEKS - 1)), ZONE))
    first = report(live.database, week, "2026-11-15", tmp_path / "live")
    assert_same_report(first, report(again, week, "2026-11-15", tmp_path / "rebuilt"))


def test_the_order_and_number_of_files_changes_nothing(live: Live, tmp_path: Path) -> None:
    """One WARC of all records, and files named in any order, are the same archive."""
    together = tmp_path / "all.warc.gz"
    together.write_bytes(b"".join(path.read_bytes() for path in reversed(live.written)))
    for name, given in (("reversed", live.written[::-1]), ("together", [together])):
        assert_same(live.database, rebuilt(tmp_path / f"{name}.db", given, live.boards))


# ------------------------------------------------------------------ from one that was made small


def test_a_live_store_is_rebuilt_from_its_compacted_archive(live: Live, tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    done = list(compact(folder, waiting(folder, date(2027, 6, 1), LEAST_AGE)))
    assert [one.files for one in done] == [5, 4, 2] and all(one.before > one.after for one in done)
    assert_same(live.database, rebuilt(tmp_path / "rebuilt.db", sorted(folder.rglob("*.gz")), live.boards))


def _compacted(archives: list[Path], folder: Path) -> list[Path]:
    """A copy of files of others as the archive of one month, made one file."""
    month = folder / "2026" / "01"
    month.mkdir(parents=True)
    for number, path in enumerate(archives):
        shutil.copy(path, month / f"pmtrend-20260101T{number:06}Z.warc.gz")
    (done,) = compact(folder, waiting(folder, date(2027, 6, 1), LEAST_AGE))
    assert done.files == len(archives) and not done.problem
    return sorted(folder.rglob("*.gz"))


def test_the_demonstration_compacted_gives_the_same_store(demo_database: Path, tmp_path: Path) -> None:
    made = rebuilt(tmp_path / "again.db", _compacted([DEMO], tmp_path / "archive"), load_boards())
    assert_same(demo_database, made)


def test_a_real_archive_compacted_gives_the_same_store(shared_data: Path, tmp_path: Path) -> None:
    found = sorted((shared_data / "warc").glob("*.warc.gz"))
    if not found:
        pytest.skip("there is no real archive")
    boards = load_boards()
    one = rebuilt(tmp_path / "one.db", found, boards)
    assert_same(one, rebuilt(tmp_path / "two.db", _compacted(found, tmp_path / "archive"), boards))


# ------------------------------------------------------------------ numbers of rows


def renumber(path: Path) -> None:
    """Give all rows other numbers, as a rebuilt store has whose boards answered in another order."""
    rng = random.Random(1)
    with closing(sqlite3.connect(path)) as database, database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        referring: dict[str, list[tuple[str, str]]] = {}
        for table in tables:
            for row in database.execute(f"PRAGMA foreign_key_list({table})").fetchall():
                referring.setdefault(row[2], []).append((table, row[3]))
        for table in ("companies", "boards", "units", "postings", "versions", "spells", "taggings", "gaps"):
            ids = [number for (number,) in database.execute(f"SELECT id FROM {table} ORDER BY id")]
            database.execute("CREATE TEMP TABLE new (old INTEGER PRIMARY KEY, number INTEGER)")
            database.executemany(
                "INSERT INTO new VALUES (?, ?)", zip(ids, rng.sample(ids, len(ids)), strict=True)
            )
            for of, column in [*referring.get(table, []), (table, "id")]:
                # By way of the negative ones, so that no two rows have the same in between.
                number = f'(SELECT number FROM new WHERE old = "{column}")'
                where = f'WHERE "{column}" IS NOT NULL'
                database.execute(f'UPDATE "{of}" SET "{column}" = -{number} {where}')
                database.execute(f'UPDATE "{of}" SET "{column}" = -"{column}" {where}')
            database.execute("DROP TABLE new")
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []


def test_the_numbers_of_rows_show_in_no_report(demo_database: Path, tmp_path: Path) -> None:
    told = []
    for name in ("as-it-is", "renumbered"):
        path = tmp_path / f"{name}.db"
        with closing(sqlite3.connect(demo_database)) as source, closing(sqlite3.connect(path)) as copy:
            source.backup(copy)
        if name == "renumbered":
            renumber(path)
            assert_same(demo_database, path)
        told.append(report(path, "2026-W47", "2026-11-25", tmp_path / name))
    assert_same_report(*told)
