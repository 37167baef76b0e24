"""T12: which requirements come together more often than chance would bring them together."""

from itertools import combinations

import numpy as np

from reports.document.co_occurrence import AskedTag, CoOccurrence, TagMatrix, TagPair
from reports.document.terms import RoleId
from reports.measures.panel import Panel
from reports.measures.population import WINDOW_WEEKS, Population, window, with_text
from reports.measures.requirements import Tags
from reports.measures.statements import FALSE_DISCOVERY_RATE
from reports.statistics.arrays import count_distinct
from reports.statistics.association import Association, Members
from reports.statistics.shares import FEW_CLUSTERS
from reports.statistics.testing import benjamini_hochberg
from storage.records import TaxonomyTag

MATRIX_ROLES: tuple[RoleId, RoleId] = ("ai_pm", "aigc_pm")
MOST_TAGS = 12
LEAST_TOGETHER = 5  # postings


def co_occurrence(panel: Panel, people: Population, tags: Tags) -> CoOccurrence:
    """Return T12 over those of a population of postings that came with their text.

    A title alone asks for one thing or two; beside whole texts it would make everything in these look linked.
    """
    people = people.where(with_text(panel, people))
    classes = [_matrix(people, tags, role) for role in MATRIX_ROLES]
    some = any(one["n"] for one in classes)
    return {
        "id": "T12",
        "population": "window",
        "status": "ok" if some else "insufficient",
        "reason": "" if some else "no_postings",
        "window": window(panel, panel.last - WINDOW_WEEKS + 1, panel.last),
        "classes": classes,
    }


def _matrix(people: Population, tags: Tags, role: RoleId) -> TagMatrix:
    mine = people.of(role)
    asked, employer = tags.asked[people.rows[mine]], people.employer[mine]
    counts = asked.sum(axis=0)
    most = sorted(np.flatnonzero(counts >= LEAST_TOGETHER), key=lambda i: (-counts[i], tags.tags[i].id))
    chosen = most[:MOST_TAGS]
    members, employers = Members(employer), count_distinct(employer)
    pairs = [
        _pair(role, tags.tags[a], tags.tags[b], members.association(asked[:, a], asked[:, b]), employers)
        for a, b in combinations(chosen, 2)
    ]
    for pair, q in zip(pairs, benjamini_hochberg([pair["p"] for pair in pairs]), strict=True):
        pair["q"] = q
        clear = q is not None and q < FALSE_DISCOVERY_RATE
        pair["linked"] = clear and pair["lo"] is not None and pair["lo"] > 1
    pairs.sort(key=lambda pair: (not pair["linked"], -(pair["npmi"] or 0.0) if pair["linked"] else 0.0))
    return {
        "role": role,
        "n": len(asked),
        "employers": employers,
        "tags": [_asked(tags.tags[i], int(counts[i])) for i in chosen],
        "pairs": pairs,
        "tested": sum(pair["p"] is not None for pair in pairs),
    }


def _asked(tag: TaxonomyTag, y: int) -> AskedTag:
    return {"tag": tag.id, "en": tag.en, "zh": tag.zh, "y": y}


def _pair(role: RoleId, one: TaxonomyTag, other: TaxonomyTag, found: Association, employers: int) -> TagPair:
    sayable = found.n_ab >= LEAST_TOGETHER and employers >= FEW_CLUSTERS
    return {
        "role": role,
        "tag": one.id,
        "en": one.en,
        "zh": one.zh,
        "other_tag": other.id,
        "other_en": other.en,
        "other_zh": other.zh,
        "n": found.n,
        "n_a": found.n_a,
        "n_b": found.n_b,
        "n_ab": found.n_ab,
        "lift": found.lift,
        "lo": found.lo if sayable else None,
        "hi": found.hi if sayable else None,
        "npmi": found.npmi,
        "jaccard": found.jaccard,
        "p": found.p if sayable else None,
        "q": None,
        "linked": False,
    }
