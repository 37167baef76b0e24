"""T0: boards that somebody should look after."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from reports.document.instants import instant
from reports.document.tables import Quarantined, TemplateDrift
from storage.monitoring.drift import Filled, drifts
from storage.monitoring.outlook import outlook
from storage.records import IMPORT, Facts, FetchFact


def quarantined(boards: Mapping[str, Sequence[FetchFact]]) -> list[Quarantined]:
    """Return the boards that are asked at growing intervals, as their looks (see `by_board`) tell."""
    rows: list[Quarantined] = []
    for board, looks in boards.items():
        found = outlook([(look.observed_at, look.state) for look in reversed(looks)])
        if not found.quarantined or board.startswith(f"{IMPORT}:"):
            continue
        last = looks[-1]
        rows.append(
            {
                "board": board,
                "company": last.company,
                "source": last.source,
                "state": last.state,
                "reason": last.reason,
                "failures": found.failures,
                "last_look": instant(last.observed_at) or "",
                "not_before": instant(found.not_before) or "",
            }
        )
    return rows


def drift(boards: Mapping[str, Sequence[FetchFact]], week: date) -> list[TemplateDrift]:
    """Return the fields that the listings' last looks of `week` (its Monday) lack; see `by_board`."""
    rows: list[TemplateDrift] = []
    for board, looks in boards.items():
        filled = [look for look in looks if look.fills]
        if not filled or filled[-1].week != week:
            continue
        last = filled[-1]
        history = [Filled(look.listed - look.rejected, look.epoch, look.fills) for look in filled]
        rows += [
            {
                "board": board,
                "company": last.company,
                "source": last.source,
                "source_field": found.field,
                "now": found.share,
                "usual": found.usual,
                "observed_at": instant(last.observed_at) or "",
            }
            for found in drifts(history)
        ]
    return rows


def by_board(facts: Facts, week: date) -> Mapping[str, Sequence[FetchFact]]:
    """Return board -> its looks up to the end of `week` (its Monday), oldest first; boards by name."""
    looks: defaultdict[str, list[FetchFact]] = defaultdict(list)
    for look in sorted(facts.fetches, key=lambda look: (look.observed_at, look.state)):
        if look.week <= week:
            looks[look.board].append(look)
    return {board: looks[board] for board in sorted(looks)}
