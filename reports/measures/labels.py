"""Label inflation: titles that say AI over texts that do not, and the other way round."""

import numpy as np

from reports.document.comparison import LabelExample, LabelRow, Labels
from reports.measures.level import CHANGE_WEEKS
from reports.measures.panel import NOT_PM, Panel
from reports.measures.population import WINDOW_WEEKS, Population, latest_opening, stock_rows, window
from reports.measures.requirements import SPARK_LEAST
from reports.measures.statements import share_of
from reports.statistics.arrays import Bools, Ints
from storage.markets import NAME_OF
from storage.records import PostingFact
from storage.weeks import label

EXAMPLES = 2
_AI = frozenset({"ai_pm", "aigc_pm", "both"})


def labels(panel: Panel, people: Population) -> Labels:
    """Return label inflation over a population of postings, of those that came with their text."""
    weeks = range(panel.last - CHANGE_WEEKS + 1, panel.last + 1)
    judged, titled, worked = _labels(panel, people.rows)
    market = panel.postings.each("market", lambda named: NAME_OF.get(named, named), people.rows)
    whole = np.ones(len(people.rows), dtype=bool)
    rows = [_row(people.employer, None, whole, titled, judged, worked)]
    if len(markets := sorted(set(market[judged].tolist()))) > 1:
        rows += [_row(people.employer, m, market == m, titled, judged, worked) for m in markets]
    enough = bool(judged.any())
    return {
        "id": "labels",
        "population": "window",
        "status": "ok" if enough else "insufficient",
        "reason": "" if enough else "no_postings",
        "window": window(panel, panel.last - WINDOW_WEEKS + 1, panel.last),
        "rows": rows,
        "spark_weeks": [label(panel.weeks[w]) for w in weeks],
        "spark": _inflated(panel, weeks),
        "examples": _examples(panel, people.rows[titled & ~worked]),
    }


def _labels(panel: Panel, rows: Ints) -> tuple[Bools, Bools, Bools]:
    """Return of each panel row: title and text judged apart; and if so the title names AI; the text does."""
    each = panel.postings.each
    judged = panel.postings.with_text[rows]  # without a text nothing stands against a title
    judged &= each("title_label", lambda told: told is not None, rows).astype(bool)
    judged &= each("body_label", lambda told: told is not None, rows).astype(bool)
    titled = judged & each("title_label", lambda told: told in _AI, rows).astype(bool)
    return judged, titled, judged & each("body_label", lambda told: told in _AI, rows).astype(bool)


def _inflated(panel: Panel, weeks: range) -> list[float | None]:
    """Return by week the share of titles with AI whose text makes no AI role; None if they are few."""
    titled, worked = (np.zeros(len(panel.postings), dtype=bool) for _ in range(2))
    rows = np.flatnonzero(panel.postings.recent & (panel.role != NOT_PM))
    _, titled[rows], worked[rows] = _labels(panel, rows)
    found = []
    for week in weeks:
        stock = stock_rows(panel, week)
        shown = worked[stock[titled[stock]]]
        found.append(float((~shown).mean()) if len(shown) >= SPARK_LEAST else None)
    return found


def _row(
    employer: Ints, market: str | None, here: Bools, titled: Bools, judged: Bools, worked: Bools
) -> LabelRow:
    named, unnamed = here & titled, here & judged & ~titled
    return {
        "market": market,
        "inflated": share_of(~worked[named], employer[named]),
        "quiet": share_of(worked[unnamed], employer[unnamed]),
    }


def _examples(panel: Panel, rows: Ints) -> list[LabelExample]:
    """The postings listed last, of different employers, that have an address."""
    chosen: dict[int, PostingFact] = {}
    opened = panel.opened[latest_opening(panel)[rows]]
    for row in rows[np.lexsort((rows, -opened))].tolist():
        posting = panel.postings[row]
        if posting.url:
            chosen.setdefault(posting.company, posting)
        if len(chosen) == EXAMPLES:
            break
    return [{"title": p.title, "company": p.company_name, "url": p.url} for p in chosen.values()]
