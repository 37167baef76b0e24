"""The AI postings of the window one by one: how long they are open, what came back, what is sought twice."""

import numpy as np

from reports.document.instants import instant
from reports.document.postings import ListedPosting, ListedPostings, StayState
from reports.measures.panel import KINDS, ROLE_CODES, Panel
from reports.measures.population import WINDOW_WEEKS, window
from reports.statistics.arrays import Floats, Ints
from storage.reading.columns import moment
from storage.records import Facts

ROLES_LISTED = tuple(ROLE_CODES[role] for role in ("ai_pm", "aigc_pm", "both"))
MOST_LISTED = 500
"""Titles and addresses are read from the store, and each row is 450 bytes of report.json."""
_DAY = 86_400_000_000  # microseconds


def listed_postings(panel: Panel, facts: Facts) -> ListedPostings:
    """Return the postings of AI roles that were listed in the 4 weeks ending with the report week."""
    first = panel.last - WINDOW_WEEKS + 1
    reposts = np.flatnonzero((panel.listed_week <= panel.last) & (panel.kind == KINDS["repost"]))
    back = np.bincount(panel.posting[reposts], minlength=len(panel.posting_id))
    panel = panel.lately
    shown = np.flatnonzero((panel.seen_week >= first) & np.isin(panel.spell_role, ROLES_LISTED))
    shown = shown[np.argsort(panel.opened[shown], kind="stable")]
    rows, place = np.unique(panel.posting[shown[::-1]], return_index=True)
    latest = shown[::-1][place]
    days: Floats = (_instants(panel, panel.last_seen[latest]) - _instants(panel, panel.opened[latest])) / _DAY
    _, vacancy, size = np.unique(panel.vacancy[rows], return_inverse=True, return_counts=True)
    counts = np.stack([back[rows], size[vacancy.reshape(-1)]], axis=1)
    order = _longest(panel, latest, days)
    return {
        "id": "postings",
        "population": "window",
        "status": "ok" if len(rows) else "insufficient",
        "reason": "" if len(rows) else "no_postings",
        "window": window(panel, first, panel.last),
        "of": len(rows),
        "rows": [
            _row(panel, facts, rank, int(latest[i]), round(float(days[i]), 1), counts[i].tolist())
            for rank, i in enumerate(order, start=1)
        ],
    }


def _longest(panel: Panel, latest: Ints, days: Floats) -> list[int]:
    """Return the places of those open longest: of equals by board and employer, then by their words.

    Words are read only where nothing else decides; numbers of rows decide nothing.
    """
    names = [(unit.board, unit.name) for unit in panel.units]
    ranks = {name: rank for rank, name in enumerate(sorted(names))}
    units = np.array([ranks[name] for name in names], dtype=np.int64)[panel.unit[latest]]
    order = np.lexsort((panel.last_seen[latest], units, -days))
    last = order[MOST_LISTED - 1 : MOST_LISTED]
    if len(last):
        tied = (days[order] == days[last]) & (units[order] == units[last])
        order = order[: max(MOST_LISTED, int(np.flatnonzero(tied)[-1]) + 1)]

    heads = dict(zip(order.tolist(), panel.postings.heads(panel.posting[latest[order]]), strict=True))

    def said(place: int) -> tuple[float, int, tuple[str, str]]:
        return -float(days[place]), int(units[place]), heads[place]

    return sorted(heads, key=said)[:MOST_LISTED]


def _row(
    panel: Panel, facts: Facts, rank: int, spell: int, days: float, counts: tuple[int, int]
) -> ListedPosting:
    posting = panel.postings[int(panel.posting[spell])]
    reposted, parallel = counts
    begun, seen = (_instants(panel, at[spell : spell + 1]) for at in (panel.opened, panel.last_seen))
    return {
        "rank": rank,
        "role": posting.role,
        "title": posting.title,
        "company": posting.company_name,
        "places": list(posting.places),
        "source": facts.units[posting.unit].source,
        "url": posting.url,
        "appeared_at": instant(moment(int(begun[0]))) or "",
        "seen_last_at": instant(moment(int(seen[0]))) or "",
        "open_days": days,
        "stay": _state(panel, spell),
        "backlog": bool(panel.kind[spell] == KINDS["backlog"]),
        "reposted": reposted,
        "vacancy_postings": parallel,
    }


def _instants(panel: Panel, ranks: Ints) -> Ints:
    """Return microseconds since 1970 of ranks of instants."""
    found: Ints = panel.instants[ranks // 2]
    return found


def _state(panel: Panel, spell: int) -> StayState:
    if panel.censored[spell]:
        return "unwatched"
    if panel.closed[spell]:
        return "closed"
    return "open" if panel.missed[spell] < 0 else "missed"
