"""A store as years of collecting would have filled it: `python benchmarks/market_store.py FILE`.

600 invented boards, looked at once a week for 104 weeks; `--postings 1000000`, eight tags each. How long
postings stay, when boards fail or break and what comes back is told by market_life.py; what postings say by
market_texts.py: texts of the size of real ones, understood by the tagger. A number at the end makes each text
another one. The rows are those that collecting stores, but they are written in bulk, so that a million
postings take minutes. The same seed gives the same store.
"""

import argparse
import hashlib
import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from market_life import BOARDS, EMPLOYERS, NEVER, WEEKS, Lives, live
from market_texts import TEXTS, Text, models, texts

from scraper.normalizing.identity import content_hash
from scraper.understanding.posting import TAXONOMY
from storage.json_columns import json_text
from storage.recording.idsets import hashed, pack
from storage.recording.tagging_rows import TAG_COLUMNS, TAGGING_COLUMNS
from storage.records import IMPORT
from storage.store import open_store
from storage.weeks import week_of
from storage.zone import DEFAULT_ZONE

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "demo"))

from employers import ROLES, Company

START = datetime(2024, 11, 27, 2, tzinfo=UTC)
"""The first look: a Wednesday. The last is in 2026-W47."""
LAST_WEEK = "2026-W47"
OTHERS = 90  # postings of a board that are no PM roles, on average
_DATED = 0.7
_SHARES = (
    (0.12, 0.12),
    (0.08, 0.24),
    (0.04, 0.05),
)  # of the first three roles: before the first week, in the last
_NUMBERED = {"zh": "职位编号 {}", "en": "Posting no. {}"}
_FILLS = json.dumps({"description": 1.0, "locations": 1.0, "posted_at": _DATED, "url": 1.0})
_KINDS = ("backlog", "new", "repost")  # by the numbers of market_life
_REASONS = ("", "gone", "left_scope")
_BOARD = ("id", "family", "key", "name", "market", "multi_employer", "epoch", "scope", "industry")
_FETCH = (
    *("id", "run_id", "board_id", "observed_at", "week", "state", "reason", "scope", "epoch", "late"),
    *("listed", "kept", "rejected", "pages", "digest", "fills", "unchanged"),
)
_POSTING = (
    *("id", "family", "native_id", "unit_id", "company_id", "vacancy", "url", "market", "posted_at"),
    "signature",
)
_VERSION = (
    *("id", "posting_id", "first_seen_at", "content_hash", "title", "text", "salary_raw"),
    *("experience_raw", "education_raw", "places", "countries", "structured"),
)
_SPELL = (*("id", "posting_id", "kind", "opened_at", "last_seen_at", "missed_at", "confirmed_at", "reason"),)
Rows = Iterator[Sequence[Any]]


# ------------------------------------------------------------------ the rows


def _stamp(at: datetime) -> str:
    """An instant as SQLAlchemy stores it in SQLite."""
    return f"{at:%Y-%m-%d %H:%M:%S}.000000"


def _look(board: int, week: int) -> datetime:
    return START + timedelta(weeks=week, seconds=20 * board)


def _hash(*key: object) -> str:
    return hashlib.sha256("\x1f".join(map(str, key)).encode()).hexdigest()


class Looks:
    """Boards, units, and what was seen of them week by week; yields rows."""

    def __init__(self, lives: Lives):
        self.lives, self.boards = lives, lives.boards
        self.models = models()
        single = EMPLOYERS * np.flatnonzero(~self.boards.multi)  # also those that never listed a posting
        self.units = np.unique(np.concatenate([lives.unit, single]))
        self.unit = np.searchsorted(self.units, lives.unit)
        spells = lives.spells
        change = np.zeros((len(self.units), WEEKS + 1), dtype=np.int64)
        np.add.at(change, (self.unit[spells.posting], spells.opened), 1)
        np.add.at(change, (self.unit[spells.posting], spells.last + 1), -1)
        self.listed = change.cumsum(axis=1)
        np.add.at(self.listed, (self.unit[spells.posting[lives.gap_spell]], lives.gap_missed), -1)
        self.known = self.listed.cumsum(axis=1) > 0  # a unit of many has cells from its first posting on
        self.known[~self.boards.multi[self.units // EMPLOYERS]] = True
        self.since = self.boards.following[:, 0]
        followed = np.arange(WEEKS)[:, None] >= self.since  # weeks x boards, the order of the looks
        self.number = np.where(followed, followed.cumsum().reshape(followed.shape), NEVER)
        self.at = [[_stamp(_look(board, week)) for week in range(WEEKS)] for board in range(BOARDS)]

    def model(self, board: int) -> Company:
        """Return the employer of the demonstration whose like the board is."""
        return self.models[board % len(self.models)]

    def family(self, board: int) -> str:
        """Return the family of a board."""
        return IMPORT if self.boards.multi[board] else self.model(board).family

    def key(self, board: int) -> str:
        """Return the key of a board."""
        return f"{self.model(board).key}-{board}"

    def _epoch(self, board: int, week: int) -> int:
        return int(0 <= self.boards.broke[board] <= week)

    def board_rows(self) -> Rows:
        """Yield a row per board; its number is one more than in `lives`."""
        for board in range(BOARDS):
            model, epoch = self.model(board), self._epoch(board, WEEKS)
            yield (
                *(board + 1, self.family(board), self.key(board), f"{model.name} {board}", model.market),
                *(bool(self.boards.multi[board]), epoch, _scope(epoch), "other"),
            )

    def company_rows(self) -> Rows:
        """Yield a row per unit: each has a company of its own, with the same number."""
        for number, unit in enumerate(self.units.tolist(), start=1):
            board, employer = divmod(unit, EMPLOYERS)
            of = f" {employer}" if self.boards.multi[board] else ""
            yield number, f"{self.key(board)}{of}", f"{self.model(board).name} {board}{of}"

    def unit_rows(self) -> Rows:
        """Yield a row per unit."""
        for number, unit in enumerate(self.units.tolist(), start=1):
            board = unit // EMPLOYERS
            yield number, board + 1, number, self._epoch(board, WEEKS)

    def fetch_rows(self) -> Rows:
        """Yield a row per look."""
        kept = np.zeros((BOARDS, WEEKS + 1), dtype=np.int64)
        np.add.at(kept, self.units // EMPLOYERS, self.listed)
        for week in range(WEEKS):
            day = week_of(_look(0, week), DEFAULT_ZONE).isoformat()
            for board in np.flatnonzero(self.since <= week).tolist():
                read, epoch = bool(self.boards.read[board, week]), self._epoch(board, week)
                mine = int(kept[board, week]) if read else 0
                yield (
                    *(int(self.number[week, board]), week + 1, board + 1, self.at[board][week], day),
                    *(("complete", "") if read else ("failed", "HTTP 503")),
                    *(_scope(epoch), epoch, False, mine + OTHERS * read, mine, 0, int(read)),
                    *(_hash(board, week), _FILLS if read else None, False),
                )

    def cell_rows(self) -> Rows:
        """Yield a row per unit and look that was complete."""
        board = self.units // EMPLOYERS
        for week in range(WEEKS):
            seen = self.boards.read[board, week] & self.known[:, week]
            for unit in np.flatnonzero(seen).tolist():
                of = int(board[unit])
                yield (
                    *(int(self.number[week, of]), unit + 1, self._epoch(of, week), "complete"),
                    int(self.listed[unit, week]),
                )

    def break_rows(self) -> Rows:
        """Yield a row per break."""
        for board in np.flatnonzero(self.boards.broke >= 0).tolist():
            at = self.at[board][self.boards.broke[board]]
            yield board + 1, at, at, "scope", f"asked for {_scope(0)} before, for {_scope(1)} since"


def _scope(epoch: int) -> str:
    return f"invented {epoch + 1}"


class Adverts:
    """Postings with their versions, taggings and spells; yields rows in the order in which they come."""

    def __init__(self, lives: Lives, looks: Looks, seed: int):
        self.lives, self.looks = lives, looks
        count = len(lives.board)
        rng = np.random.default_rng(seed + 1)
        self._uuids = rng.bytes(16 * count).hex()
        self._dated = (rng.random(count) < _DATED).tolist()
        self._turns: list[int] = rng.integers(0, TEXTS, count).tolist()
        self._texts = texts()
        self._roles: list[int] = _roles(lives).tolist()
        self._board: list[int] = lives.board.tolist()
        opened = np.full(count, WEEKS)
        np.minimum.at(opened, lives.spells.posting, lives.spells.opened)
        edited = np.flatnonzero(lives.edited >= 0)
        posting = np.concatenate([np.arange(count), edited])
        week = np.concatenate([opened, lives.edited[edited]])
        order = np.lexsort((posting, week))
        self._versions = list(
            zip(posting[order].tolist(), week[order].tolist(), (order >= count).tolist(), strict=True)
        )

    def _text(self, posting: int, edited: bool) -> Text:
        pool = self._texts[self.looks.model(self._board[posting]).key, ROLES[self._roles[posting]]]
        return pool[self._turns[posting]][edited]

    def _native_id(self, posting: int) -> str:
        digits = self._uuids[32 * posting : 32 * posting + 32]
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"

    def posting_rows(self) -> Rows:
        """Yield a row per posting."""
        vacancies: list[str] = []
        unit, twin, born = self.looks.unit.tolist(), self.lives.twin.tolist(), self.lives.born.tolist()
        for posting, board in enumerate(self._board):
            native, family = self._native_id(posting), self.looks.family(board)
            space = f"{family}:{self.looks.key(board)}" if family == IMPORT else family
            vacancies.append(vacancies[twin[posting]] if twin[posting] >= 0 else _hash(space, native))
            text = self._text(posting, False)
            yield (
                *(posting + 1, space, native, unit[posting] + 1, unit[posting] + 1, vacancies[posting]),
                *(f"https://jobs.example/{self.looks.key(board)}/{native}", text.record.market),
                _stamp(START + timedelta(weeks=born[posting])) if self._dated[posting] else None,
                text.record.signature,
            )

    def version_rows(self) -> Rows:
        """Yield a row per version; a number at the end makes its text another one."""
        for number, (posting, week, edited) in enumerate(self._versions, start=1):
            text = self._text(posting, edited).record
            said = f"{text.text}\n\n{_NUMBERED[text.market].format(number)}"
            yield (
                *(
                    number,
                    posting + 1,
                    self.looks.at[self._board[posting]][week],
                    content_hash(text.title, said, "", "", ""),
                ),
                *(text.title, said, "", "", ""),
                *map(json_text, (text.places, text.countries, text.structured)),
            )

    def tagging_rows(self) -> Rows:
        """Yield a row per version: each was tagged when it came."""
        for number, (posting, _, edited) in enumerate(self._versions, start=1):
            yield number, number, 1, *self._text(posting, edited).tagging

    def tag_rows(self) -> Rows:
        """Yield a row per tag."""
        for number, (posting, _, edited) in enumerate(self._versions, start=1):
            for tag in self._text(posting, edited).tags:
                yield number, *tag

    def _at(self, posting: int, week: int) -> str | None:
        return None if week < 0 else self.looks.at[self._board[posting]][week]

    def spell_rows(self) -> Rows:
        """Yield a row per spell."""
        spells = self.lives.spells
        ends = np.where(spells.confirmed < 0, 0, np.where(spells.left_scope, 2, 1)).tolist()
        columns = (spells.posting, spells.kind, spells.opened, spells.last, spells.missed, spells.confirmed)
        rows = zip(*(column.tolist() for column in columns), ends, strict=True)
        for number, (posting, kind, *weeks, end) in enumerate(rows, start=1):
            instants = (self._at(posting, week) for week in weeks)
            yield number, posting + 1, _KINDS[kind], *instants, _REASONS[end]

    def gap_rows(self) -> Rows:
        """Yield a row per absence within a spell."""
        lives = self.lives
        columns = (lives.gap_spell, lives.gap_last, lives.gap_missed, lives.gap_back)
        for spell, *weeks in zip(*(column.tolist() for column in columns), strict=True):
            posting = int(lives.spells.posting[spell])
            yield spell + 1, *(self._at(posting, week) for week in weeks)

    def listed_in_the_end(self) -> Mapping[int, list[str]]:
        """Return board -> native ids of the postings that its last look showed."""
        spells = self.lives.spells
        found: dict[int, list[str]] = {board: [] for board in range(BOARDS)}
        for posting in spells.posting[spells.missed < 0].tolist():
            found[self._board[posting]].append(self._native_id(posting))
        return found


def _roles(lives: Lives) -> npt.NDArray[np.int64]:
    """Return the role of each posting (number in ROLES): their shares move over the weeks."""
    time = np.clip(lives.born / WEEKS, 0, 1)
    bounds = np.cumsum([before + (after - before) * time for before, after in _SHARES], axis=0)
    found: npt.NDArray[np.int64] = (lives.role_draw >= bounds).sum(axis=0)
    return found


# ------------------------------------------------------------------ writing


def fill(path: Path, count: int, seed: int = 1) -> None:
    """Make a store of `count` postings at `path`, which must not exist."""
    store = open_store(f"sqlite:///{path}")
    for week in range(WEEKS):
        at = _look(0, week)
        run = store.begin_run("collect", TAXONOMY, now=at, observed_from=at)
        store.finish_run(run, at + timedelta(hours=1))
    store.close()
    lives = live(count, seed)
    looks = Looks(lives)
    adverts = Adverts(lives, looks, seed)
    tagging = ("id", "version_id", "taxonomy_id", *TAGGING_COLUMNS)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-200000")
        for table, columns, rows in (
            ("boards", _BOARD, looks.board_rows()),
            ("companies", ("id", "key", "name"), looks.company_rows()),
            ("units", ("id", "board_id", "company_id", "epoch"), looks.unit_rows()),
            ("fetches", _FETCH, looks.fetch_rows()),
            ("cells", ("fetch_id", "unit_id", "epoch", "state", "listed"), looks.cell_rows()),
            ("breaks", ("board_id", "at", "known_at", "reason", "note"), looks.break_rows()),
            ("postings", _POSTING, adverts.posting_rows()),
            ("versions", _VERSION, adverts.version_rows()),
            ("taggings", tagging, adverts.tagging_rows()),
            ("tags", ("tagging_id", *TAG_COLUMNS), adverts.tag_rows()),
            ("spells", _SPELL, adverts.spell_rows()),
            ("gaps", ("spell_id", "last_seen_at", "missed_at", "back_at"), adverts.gap_rows()),
        ):
            names = ", ".join(f'"{name}"' for name in columns)
            marks = ", ".join("?" * len(columns))
            connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)
            connection.commit()
        for board, ids in adverts.listed_in_the_end().items():
            others = [f"other {board} {number}" for number in range(OTHERS)]
            last = int(looks.number[lives.boards.previous[board, WEEKS - 1], board])
            connection.execute(
                "UPDATE fetches SET ids = ? WHERE id = ?", (pack(hashed([*ids, *others])), last)
            )
        connection.executescript("PRAGMA journal_mode=WAL")


def made_at(path: Path, count: int) -> Path:
    """Return `path`, where a store of `count` postings is made unless there is one.

    By another process: what one here would need counts in the peak memory of every process begun later.
    """
    if not path.exists():
        words = [sys.executable, __file__, str(path), "--postings", str(count)]
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    return path


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Make a store as years of collecting would have filled it.")
    parser.add_argument("file", type=Path, help="the database, which must not exist (6 GB for a million)")
    parser.add_argument("--postings", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    if options.file.exists():
        parser.error(f"{options.file} exists already")
    began = time.monotonic()
    fill(options.file, options.postings, options.seed)
    size = options.file.stat().st_size / 1e6
    print(f"{options.postings:,} postings, {size:,.0f} MB, {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
