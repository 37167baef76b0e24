"""T0: did the boards answer?"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal

from reports.document.instants import instant
from reports.document.tables import BoardProblem, RunHealth, SourceHealth, StateCounts, StripCell
from reports.measures.upkeep import by_board, drift, quarantined
from storage.records import Facts, FetchFact
from storage.weeks import WEEK, label

STRIP_WEEKS = 13


def run_health(facts: Facts, week: date) -> RunHealth:
    """Return T0 of the week from the outcomes of the 13 weeks ending with it."""
    weeks = [week - WEEK * back for back in range(STRIP_WEEKS - 1, -1, -1)]
    fetches = sorted(
        (f for f in facts.fetches if weeks[0] <= f.week <= week),
        key=lambda f: (f.observed_at, f.board, f.state),
    )
    looks = by_board(facts, week)
    chosen = _chosen(fetches)
    complete = {f.board: f.observed_at for f in fetches if counts(f)}
    sources = sorted({f.source for f in fetches})
    now = [f for (_, w), f in sorted(chosen.items()) if w == week]
    boards = {f.board: f.source for f in fetches}
    return {
        "id": "T0",
        "population": "fetches",
        "status": "ok" if now else "insufficient",
        "reason": "" if now else "no_usable_cells",
        "weeks": [label(w) for w in weeks],
        "boards": len(boards),
        "totals": _states(now, len(boards)),
        "sources": [
            _source(s, weeks, chosen, complete, [b for b in boards if boards[b] == s]) for s in sources
        ],
        "problems": [_problem(f, complete) for f in now if not counts(f)],
        "quarantined": quarantined(looks),
        "drift": drift(looks, week),
    }


def counts(fetch: FetchFact) -> bool:
    """Tell whether the look makes its week complete: complete, or suspect and confirmed by the next."""
    return fetch.state == "complete" or fetch.accepted


def _chosen(fetches: Iterable[FetchFact]) -> dict[tuple[str, date], FetchFact]:
    """Return each board's look that stands for a week: the last that counts, else the last of all."""
    found: dict[tuple[str, date], FetchFact] = {}
    for fetch in fetches:
        key = fetch.board, fetch.week
        if key not in found or counts(fetch) or not counts(found[key]):
            found[key] = fetch
    return found


def _states(chosen: Iterable[FetchFact], boards: int) -> StateCounts:
    found: StateCounts = {
        "complete": 0,
        "partial": 0,
        "refused": 0,
        "missing": 0,
        "failed": 0,
        "suspect": 0,
        "not_fetched": boards,
    }
    for fetch in chosen:
        found["complete" if counts(fetch) else fetch.state] += 1
        found["not_fetched"] -= 1
    return found


def _source(
    source: str,
    weeks: list[date],
    chosen: dict[tuple[str, date], FetchFact],
    complete: dict[str, datetime],
    boards: list[str],
) -> SourceHealth:
    now = [chosen[board, weeks[-1]] for board in boards if (board, weeks[-1]) in chosen]
    return {
        "source": source,
        "boards": len(boards),
        "states": _states(now, len(boards)),
        "listed": sum(f.listed for f in now),
        "kept": sum(f.kept for f in now),
        "rejected": sum(f.rejected for f in now),
        "pages": sum(f.pages for f in now),
        "last_complete": instant(max((complete[b] for b in boards if b in complete), default=None)),
        "strip": [_strip(w, [chosen[b, w] for b in boards if (b, w) in chosen]) for w in weeks],
    }


def _strip(week: date, fetches: list[FetchFact]) -> StripCell:
    complete = sum(counts(f) for f in fetches)
    suspect = sum(f.state == "suspect" and not counts(f) for f in fetches)
    mark: Literal["complete", "mixed", "suspect", "failed", "absent"]
    if not fetches:
        mark = "absent"
    elif complete:
        mark = "complete" if complete == len(fetches) else "mixed"
    else:
        mark = "suspect" if suspect else "failed"
    return {
        "week": label(week),
        "boards": len(fetches),
        "complete": complete,
        "suspect": suspect,
        "mark": mark,
    }


def _problem(fetch: FetchFact, complete: dict[str, datetime]) -> BoardProblem:
    return {
        "board": fetch.board,
        "company": fetch.company,
        "source": fetch.source,
        "state": fetch.state,
        "reason": fetch.reason,
        "observed_at": instant(fetch.observed_at) or "",
        "listed": fetch.listed,
        "last_complete": instant(complete.get(fetch.board)),
    }
