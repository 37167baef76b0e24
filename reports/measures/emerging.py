"""T5: requirements that nobody asked for before the last weeks, and such that nobody asks for any more."""

from dataclasses import dataclass

import numpy as np

from reports.document.changes import Emerging, EmergingRow, Evidence, State
from reports.document.terms import Reason, Status
from reports.measures.breaks import last_observed
from reports.measures.evidence import LOOKED_AT, excerpt
from reports.measures.panel import Panel
from reports.measures.population import (
    WINDOW_WEEKS,
    Population,
    first_spells,
    one_per_vacancy,
    window,
    with_text,
)
from reports.measures.requirements import Tags
from reports.statistics.arrays import Bools, Ints, count_distinct
from reports.statistics.log_odds import log_odds
from reports.statistics.shares import ClusteredShare, Clusters
from storage.records import Facts
from storage.weeks import label

RECENT_WEEKS = 8
BACKGROUND_WEEKS = 5  # postings are loaded for 13 weeks: these five and the recent eight
LEAST_POSTINGS, LEAST_EMPLOYERS, LEAST_SOURCES = 5, 3, 2


def emerging(panel: Panel, facts: Facts, tags: Tags, status: Status, reason: Reason) -> Emerging:
    """Return T5; `status` and `reason` are what the kind of week allows."""
    first = panel.last - RECENT_WEEKS + 1
    start = first - BACKGROUND_WEEKS
    seen, steady = _observed_in_both(panel, start, first)
    if status == "ok" and not steady.any():
        status, reason = ("not_comparable", "break") if seen.any() else ("insufficient", "short_history")
    rows = []
    if status == "ok":
        rows = _rows(panel, facts, tags, _spans(panel, tags, steady, start, first))
    return {
        "id": "T5",
        "population": "stock",
        "status": status,
        "reason": reason,
        "window": window(panel, first, panel.last),
        "compared": window(panel, start, first - 1),
        "rows": rows,
        "new": sum(row["state"] == "new" for row in rows),
        "gone": sum(row["state"] == "gone" for row in rows),
    }


def _observed_in_both(panel: Panel, start: int, first: int) -> tuple[Bools, Bools]:
    """Tell per unit whether both spans observed it, and whether they end in the same series, too."""
    seen0, epoch0, _ = last_observed(panel, start, first - 1)
    seen1, epoch1, _ = last_observed(panel, first, panel.last)
    both = seen0 & seen1
    return both, both & (epoch0 == epoch1)


@dataclass(frozen=True, slots=True)
class _Spans:
    """Vacancies on the series seen in both spans: listed before, joined since; and which tags are asked now.

    `opened`, `seen` by posting (panel row): columns of the first and the last week it was listed in.
    """

    before: Population
    joined: Population
    now: Bools
    opened: Ints
    seen: Ints


def _spans(panel: Panel, tags: Tags, steady: Bools, start: int, first: int) -> _Spans:
    before, recent, now = (
        _listed(panel.lately, steady, since, until)
        for since, until in (
            (start, first - 1),
            (first, panel.last),
            (panel.last - WINDOW_WEEKS + 1, panel.last),
        )
    )
    known = np.isin(panel.vacancy[recent.rows], panel.vacancy[before.rows])
    kept = np.flatnonzero(steady[panel.unit])
    # Of the type of what comes into them, else numpy takes twenty times as long.
    opened, seen = (
        np.full(len(panel.postings), bound, dtype=weeks.dtype)
        for bound, weeks in ((panel.last, panel.listed_week), (start, panel.seen_week))
    )
    np.minimum.at(opened, panel.posting[kept], panel.listed_week[kept])
    np.maximum.at(seen, panel.posting[kept], panel.seen_week[kept])
    return _Spans(
        before=before,
        joined=recent.where(~known),
        now=tags.asked.totals(now.rows) > 0,
        opened=np.maximum(opened, start),
        seen=np.minimum(seen, panel.last),
    )


def _listed(panel: Panel, steady: Bools, first: int, last: int) -> Population:
    kept = steady[panel.unit]
    spells = first_spells(panel, kept & (panel.listed_week <= last) & (panel.seen_week >= first))
    people = one_per_vacancy(panel, panel.posting[spells], panel.source[panel.unit[spells]])
    return people.where(with_text(panel, people))


def _rows(panel: Panel, facts: Facts, tags: Tags, spans: _Spans) -> list[EmergingRow]:
    before, joined = tags.asked[spans.before.rows], tags.asked[spans.joined.rows]
    employers = Clusters(spans.before.employer), Clusters(spans.joined.employer)
    rows: list[EmergingRow] = []
    for column in np.flatnonzero(before.sum(axis=0) + joined.sum(axis=0) >= LEAST_POSTINGS):
        y0, y1 = before[:, column], joined[:, column]
        rows0, rows1 = spans.before.rows[np.flatnonzero(y0)], spans.joined.rows[np.flatnonzero(y1)]
        asking0, asking1 = len(rows0), len(rows1)
        state: State = "present"
        if not asking0 and _enough(spans.joined.where(y1)):
            state = "new"
        elif not asking1 and not spans.now[column] and _enough(spans.before.where(y0)):
            state = "gone"
        asking = np.concatenate([rows0, rows1])
        shown = spans.before.where(y0) if state == "gone" else spans.joined.where(y1)
        (k0, n0), (k1, n1) = _effective(employers[0].share(y0)), _effective(employers[1].share(y1))
        delta, z = log_odds(k1, n1, k0, n0)
        tag = tags.tags[column]
        rows.append(
            {
                "tag": tag.id,
                "en": tag.en,
                "zh": tag.zh,
                "era": tag.era,
                "groups": list(tag.groups),
                "state": state,
                "first_seen": label(panel.weeks[spans.opened[asking].min()]),
                "last_seen": label(panel.weeks[spans.seen[asking].max()]),
                "y_before": asking0,
                "n_before": len(spans.before.rows),
                "y_recent": asking1,
                "n_recent": len(spans.joined.rows),
                "employers": count_distinct(shown.employer),
                "sources": count_distinct(shown.stratum),
                "delta": delta,
                "z": z,
                **_evidence(panel, facts, tag.id, _by_time(spans, shown.rows, state)),
            }
        )
    return sorted(rows, key=lambda row: (-row["z"], row["tag"]))


def _enough(people: Population) -> bool:
    return (
        len(people.rows) >= LEAST_POSTINGS
        and count_distinct(people.employer) >= LEAST_EMPLOYERS
        and count_distinct(people.stratum) >= LEAST_SOURCES
    )


def _effective(share: ClusteredShare) -> tuple[float, float]:
    """The counts that so many independent postings would give: mass posters count for less."""
    return (share.p * share.n_eff, share.n_eff) if share.n else (0.0, 0.0)


def _by_time(spans: _Spans, rows: Ints, state: State) -> Ints:
    """The rows worth quoting, the best first: what came first, or stayed last (present: none)."""
    if state == "present":
        return rows[:0]
    order = np.argsort(-spans.seen[rows] if state == "gone" else spans.opened[rows], kind="stable")
    found: Ints = rows[order]
    return found


def _evidence(panel: Panel, facts: Facts, tag: str, rows: Ints) -> Evidence:
    """The first of these postings that has words which may be shown (measures/evidence.py)."""
    postings = [panel.postings[row] for row in rows[:LOOKED_AT]]
    passages = facts.passages([posting.id for posting in postings]) if postings else {}
    for posting in postings:
        passage = passages.get(posting.id, {}).get(tag)
        found = excerpt(passage) if passage else None
        if found is not None:
            return {"quote": found.text, "company": posting.company_name, "url": posting.url}
    return {"quote": None, "company": None, "url": None}
