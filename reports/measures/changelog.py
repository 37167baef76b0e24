"""T19: what changed in how the data were read: vocabulary, program, sources, scope."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Literal

from reports.document.history import Changelog, ChangelogRow
from reports.document.tables import BreakRow
from storage.history import History, Since
from storage.records import Facts, FetchFact
from storage.weeks import WEEK, label, week_of

WINDOW_WEEKS = 13
SILENT_WEEKS = 4  # who was not looked at for so long is not followed any more

Versioned = Literal["taxonomy", "program"]


def changelog(facts: Facts, week: date, breaks: Iterable[BreakRow], history: History) -> Changelog:
    """Return T19 of the 13 weeks that end with `week` (a Monday)."""
    first = week - WEEK * (WINDOW_WEEKS - 1)
    rows = [
        *_versions("taxonomy", history.taxonomies, facts.zone),
        *_versions("program", history.programs, facts.zone),
    ]
    rows += _boards(facts.fetches, week)
    rows += [
        {
            "week": b["from"],
            "event": "break",
            "source": b["source"],
            "subject": b["unit"] or "",
            "note": b["note"],
        }
        for b in breaks
    ]
    return {
        "id": "T19",
        "window": {"first": label(first), "last": label(week)},
        "rows": sorted(
            (row for row in rows if label(first) <= row["week"] <= label(week)),
            key=lambda row: (row["week"], row["event"], row["source"], row["subject"], row["note"]),
        ),
    }


def _versions(event: Versioned, versions: Sequence[Since], zone: str) -> Iterator[ChangelogRow]:
    """All versions but the first, with which the store began."""
    for one in versions[1:]:
        yield {
            "week": label(week_of(one.at, zone)),
            "event": event,
            "source": "",
            "subject": one.version,
            "note": one.sha256,
        }


def _boards(fetches: Iterable[FetchFact], week: date) -> Iterator[ChangelogRow]:
    """Boards looked at for the first time, or for the last; where a whole source came or went, only that.

    In the first week of the store everything is new, which is no news. Where nothing was looked at in the
    last four weeks, nothing was given up either.
    """
    looks = [fetch for fetch in fetches if fetch.week <= week]
    if not looks:
        return
    begun = min(fetch.week for fetch in looks)
    silent = week - WEEK * SILENT_WEEKS
    collecting = any(fetch.week > silent for fetch in looks)
    sources = _spans((f.source, f.source, f.week) for f in looks)
    boards = _spans((f.source, f.board, f.week) for f in looks)
    names = {f.board: f.company or f.board for f in looks}
    for (source, board), (first, last) in boards.items():
        name = names[board]
        came, went = sources[source, source]
        if begun < first != came:
            yield _row(first, "new_board", source, name, board)
        if collecting and last <= silent and last != went:
            yield _row(last, "lost_board", source, name, board)
    for (source, _), (first, last) in sources.items():
        if first > begun:
            yield _row(first, "new_source", source, "", "")
        if collecting and last <= silent:
            yield _row(last, "lost_source", source, "", "")


def _row(
    week: date,
    event: Literal["new_board", "lost_board", "new_source", "lost_source"],
    source: str,
    subject: str,
    note: str,
) -> ChangelogRow:
    return {"week": label(week), "event": event, "source": source, "subject": subject, "note": note}


def _spans(looks: Iterable[tuple[str, str, date]]) -> dict[tuple[str, str], tuple[date, date]]:
    """(source, name) -> first and last week in which it was looked at."""
    weeks: dict[tuple[str, str], list[date]] = defaultdict(list)
    for source, name, week in looks:
        weeks[source, name].append(week)
    return {of: (min(found), max(found)) for of, found in weeks.items()}
