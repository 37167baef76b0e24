"""What one employer asks for that others do not: its shares, theirs, and its place among them."""

import numpy as np

from reports.document.peers import PeerRow, Peers
from reports.document.terms import Window
from reports.measures.panel import Panel
from reports.measures.population import WINDOW_WEEKS, Population, telling, window, window_population
from reports.measures.requirements import Tags, tag_matrix
from reports.measures.statements import share_of
from reports.statistics.arrays import Floats, Ints
from storage.records import TaxonomyRecord

LEAST_VACANCIES = 3  # of an employer that has a place among the others
FEWEST_COMPARED = 10
LEAST_MENTIONS = 3  # of all, below which a requirement tells nothing


def no_peers(now: Window) -> Peers:
    """Return the table of a report that is not on one employer."""
    return {
        "id": "peers",
        "population": "window",
        "status": "insufficient",
        "reason": "not_asked",
        "window": now,
        "company": "",
        "n": 0,
        "n_others": 0,
        "rows": [],
    }


def peers(panel: Panel, taxonomy: TaxonomyRecord | None, company: str) -> Peers:
    """Return the table of one employer (its name) in the panel of the whole market."""
    people, tags = window_population(panel), tag_matrix(panel, taxonomy)
    people = people.where(telling(panel, people))
    found = no_peers(window(panel, panel.last - WINDOW_WEEKS + 1, panel.last))
    mine = np.array([panel.postings[row].company_name == company for row in people.rows], dtype=bool)
    found["company"], found["n"], found["n_others"] = company, int(mine.sum()), int((~mine).sum())
    if not mine.any():
        return {**found, "reason": "not_stated"}
    rows = _rows(people, tags, mine)
    # What sets it apart comes first: the distance of its share from that of the others.
    rows.sort(key=lambda row: (-abs((row["share"] or 0.0) - (row["others"]["share"] or 0.0)), row["tag"]))
    return {**found, "status": "ok", "reason": "", "rows": rows}


def _rows(people: Population, tags: Tags, mine: np.ndarray) -> list[PeerRow]:
    asked = tags.asked[people.rows]
    sizes = np.bincount(people.employer)
    ranked = np.flatnonzero(sizes >= LEAST_VACANCIES)
    me = int(people.employer[mine][0])
    n = int(mine.sum())
    rows: list[PeerRow] = []
    for column, tag in enumerate(tags.tags):
        y = asked[:, column]
        if y.sum() < LEAST_MENTIONS:
            continue
        shares = np.bincount(people.employer, weights=y)[ranked] / sizes[ranked]
        rows.append(
            {
                "tag": tag.id,
                "en": tag.en,
                "zh": tag.zh,
                "y": int(y[mine].sum()),
                "n": n,
                "share": float(y[mine].mean()),
                "others": share_of(y[~mine], people.employer[~mine]),
                "below": _place(shares, ranked, me),
                "ranked": int((ranked != me).sum()),
            }
        )
    return rows


def _place(shares: Floats, employers: Ints, me: int) -> float | None:
    """Return the fraction of the other employers with a smaller share, ties half; None if there are few."""
    others = shares[employers != me]
    if me not in employers or len(others) < FEWEST_COMPARED:
        return None
    mine = shares[employers == me][0]
    return float(((others < mine).sum() + 0.5 * (others == mine).sum()) / len(others))
