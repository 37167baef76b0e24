"""The lives of a great many invented postings, as arrays: which board listed them from which look to which.

Boards are looked at once a week. The rules by which looks become spells are those of
storage/recording/lifecycle.py.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

WEEKS = 104
BOARDS = 600
BACKLOG, NEW, REPOST = 0, 1, 2
NEVER = -1
_MEDIAN_LIFE, _SPREAD = 6.0, 0.9  # weeks; log-normal, so that some stay for a year
_BEFORE = 60  # weeks before the first look in which what it finds may have appeared
_SIZES = 0.8  # spread of the sizes of boards (log-normal)
_FAILED, _LATER, _BROKEN, _MULTI = 0.015, 0.15, 0.03, 0.02
EMPLOYERS = 30
"""Of a board that lists several. A unit is its board's number times this, plus that of the employer."""
_GAPS, _REPOSTS, _EDITED, _PARALLEL = 0.02, 0.04, 0.15, 0.06


@dataclass(frozen=True, slots=True)
class Boards:
    """Boards x weeks: was it read; the next and the last week in which it was (beyond the ends: WEEKS, -1).

    `broke` is the week in which a board's series broke, NEVER for most; `multi`: it lists many employers.
    """

    read: Bools
    following: Ints
    previous: Ints
    broke: Ints
    multi: Bools

    def next(self, board: Ints, week: Ints) -> Ints:
        """Return the first week from `week` on in which the board was read."""
        return np.where(week < WEEKS, self.following[board, np.clip(week, 0, WEEKS - 1)], WEEKS)

    def last(self, board: Ints, week: Ints) -> Ints:
        """Return the last week up to `week` in which the board was read."""
        return np.where(week >= 0, self.previous[board, np.clip(week, 0, WEEKS - 1)], NEVER)


@dataclass(frozen=True, slots=True)
class Spells:
    """Stays, by posting and opening; weeks of looks, NEVER where there was none."""

    posting: Ints
    kind: Ints
    opened: Ints
    last: Ints
    missed: Ints
    confirmed: Ints
    left_scope: Bools


@dataclass(frozen=True, slots=True)
class Lives:
    """Postings in the order in which they became known, and what happened to them.

    `unit`: see EMPLOYERS. `role_draw` is a number in [0, 1) that the role follows from; `edited` the week of
    another text, `twin` the posting whose vacancy it shares; both NEVER for most. `gap_*`: absences that
    ended within a spell (numbers of spells; weeks).
    """

    boards: Boards
    board: Ints
    unit: Ints
    born: npt.NDArray[np.float64]
    role_draw: npt.NDArray[np.float64]
    edited: Ints
    twin: Ints
    spells: Spells
    gap_spell: Ints
    gap_last: Ints
    gap_missed: Ints
    gap_back: Ints


def live(count: int, seed: int) -> Lives:
    """Let `count` postings live on `BOARDS` boards for `WEEKS` weeks; the same seed gives the same lives."""
    rng = np.random.default_rng(seed)
    boards = _boards(rng)
    board, born, opened, last = _seen(rng, boards, count)
    order = np.lexsort((rng.random(count), board, opened))
    board, born, opened, last = board[order], born[order], opened[order], last[order]
    employer = np.where(boards.multi[board], (rng.random(count) ** 2 * EMPLOYERS).astype(np.int64), 0)
    units, unit = np.unique(board * EMPLOYERS + employer, return_inverse=True)
    first_look = np.full(len(units), WEEKS)
    np.minimum.at(first_look, unit, opened)
    first_look = np.where(
        boards.multi[units // EMPLOYERS], first_look, boards.following[units // EMPLOYERS, 0]
    )
    backlog = (opened == first_look[unit]) | (opened == boards.broke[board])
    first = _stays(boards, np.arange(count), board, np.where(backlog, BACKLOG, NEW), opened, last)
    spells = _with_reposts(rng, boards, board, first)
    edited = boards.next(
        board, opened + 1 + (rng.random(count) * np.maximum(last - opened, 1)).astype(np.int64)
    )
    edited = np.where((rng.random(count) < _EDITED) & (edited <= last), edited, NEVER)
    gaps = _gaps(rng, boards, board, spells)
    return Lives(
        boards, board, units[unit], born, rng.random(count), edited, _twins(rng, units[unit]), spells, *gaps
    )


def _boards(rng: np.random.Generator) -> Boards:
    week = np.arange(WEEKS)
    since = np.where(rng.random(BOARDS) < _LATER, rng.integers(1, 60, BOARDS), 0)
    broke = np.where(rng.random(BOARDS) < _BROKEN, since + rng.integers(10, 40, BOARDS), NEVER)
    read = (week >= since[:, None]) & (rng.random((BOARDS, WEEKS)) >= _FAILED)
    read[np.arange(BOARDS), since] = True
    read[np.flatnonzero(broke >= 0), broke[broke >= 0]] = True
    following = np.minimum.accumulate(np.where(read, week, WEEKS)[:, ::-1], axis=1)[:, ::-1]
    previous = np.maximum.accumulate(np.where(read, week, NEVER), axis=1)
    return Boards(read, following, previous, broke, rng.random(BOARDS) < _MULTI)


def _life(rng: np.random.Generator, count: int) -> npt.NDArray[np.float64]:
    return _MEDIAN_LIFE * np.exp(_SPREAD * rng.standard_normal(count))


def _seen(
    rng: np.random.Generator, boards: Boards, count: int
) -> tuple[Ints, npt.NDArray[np.float64], Ints, Ints]:
    """Return board, birth (weeks), first and last look of `count` postings that were seen at least once."""
    weight = np.exp(_SIZES * rng.standard_normal(BOARDS))
    parts: list[tuple[Ints, npt.NDArray[np.float64], Ints, Ints]] = []
    found = 0
    while found < count:
        tried = count + 1000
        board = rng.choice(BOARDS, tried, p=weight / weight.sum())
        born = rng.uniform(-_BEFORE, WEEKS, tried)
        gone = born + _life(rng, tried)
        opened = boards.next(board, np.maximum(np.ceil(born).astype(np.int64), 0))
        last = boards.last(board, np.minimum(np.ceil(gone).astype(np.int64) - 1, WEEKS - 1))
        seen = (opened < WEEKS) & (opened <= last)
        parts.append((board[seen], born[seen], opened[seen], last[seen]))
        found += int(seen.sum())
    board, born, opened, last = (np.concatenate(column)[:count] for column in zip(*parts, strict=True))
    return board, born, opened, last


def _stays(boards: Boards, posting: Ints, board: Ints, kind: Ints, opened: Ints, last: Ints) -> Spells:
    """Let each stay end as the looks after it say: missed, confirmed at the look after, or left behind."""
    missed = boards.next(board, last + 1)
    confirmed = boards.next(board, missed + 1)
    broke = boards.broke[board]
    left = (broke > last) & ((missed == broke) | (confirmed == broke))
    confirmed = np.where(left, broke, confirmed)
    missed, confirmed = (np.where(week < WEEKS, week, NEVER) for week in (missed, confirmed))
    return Spells(posting, kind, opened, last, missed, confirmed, left)


def _with_reposts(rng: np.random.Generator, boards: Boards, board: Ints, first: Spells) -> Spells:
    """Add the second stays of postings that came back after more than two weeks and within sixty days."""
    gone = (first.confirmed >= 0) & ~first.left_scope
    chosen = np.flatnonzero(gone & (rng.random(len(board)) < _REPOSTS))
    of, missed = board[chosen], first.missed[chosen]
    opened = boards.next(of, missed + rng.integers(3, 8, len(chosen)))
    last = boards.last(of, np.minimum(opened + _life(rng, len(chosen)).astype(np.int64), WEEKS - 1))
    broke = boards.broke[of]
    kept = (opened < WEEKS) & (opened - missed <= 8) & ~((broke > first.last[chosen]) & (broke <= opened))
    kept &= opened > first.confirmed[chosen]
    chosen, of, opened, last = chosen[kept], of[kept], opened[kept], last[kept]
    again = _stays(boards, chosen, of, np.full(len(chosen), REPOST), opened, last)
    both = [
        np.concatenate([getattr(first, name), getattr(again, name)])
        for name in ("posting", "kind", "opened", "last", "missed", "confirmed", "left_scope")
    ]
    order = np.lexsort((both[0], both[2]))  # as they opened
    return Spells(*(column[order] for column in both))


def _gaps(
    rng: np.random.Generator, boards: Boards, board: Ints, spells: Spells
) -> tuple[Ints, Ints, Ints, Ints]:
    """Let some postings be missing from one look in the middle of their stay."""
    long = np.flatnonzero((spells.last - spells.opened >= 4) & (rng.random(len(spells.posting)) < _GAPS))
    of = board[spells.posting[long]]
    missed = boards.next(of, spells.opened[long] + 2)
    before, back = boards.last(of, missed - 1), boards.next(of, missed + 1)
    kept = (before >= spells.opened[long]) & (back <= spells.last[long]) & (missed != boards.broke[of])
    return long[kept], before[kept], missed[kept], back[kept]


def _twins(rng: np.random.Generator, unit: Ints) -> Ints:
    """Let some postings be the same opening as the one of their employer that became known before them."""
    order = np.argsort(unit, kind="stable")
    before = np.full(len(unit), NEVER)
    same = unit[order[1:]] == unit[order[:-1]]
    before[order[1:][same]] = order[:-1][same]
    return np.where(rng.random(len(unit)) < _PARALLEL, before, NEVER)
