"""T3: what postings ask for, by class."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from reports.document.composition import Base, SkillRow, Skills
from reports.document.terms import ROLES, RoleId
from reports.measures.level import CHANGE_WEEKS
from reports.measures.panel import ROLE_CODES, Panel, belongs, columns_of
from reports.measures.population import WINDOW_WEEKS, Population, stock_rows, window, with_text
from reports.measures.statements import share_row
from reports.statistics.arrays import Bools, Floats, Ints, count_distinct
from reports.statistics.shares import Clusters
from reports.statistics.testing import detectable_change
from storage.reading.posting_columns import REQUIREMENTS
from storage.records import TaxonomyRecord, TaxonomyTag
from storage.weeks import label

SPARK_LEAST = 10  # postings a week below which a share is left out of a sparkline
STANDARD_LEAST = 10  # postings of a source below which it takes no part in a standardised share
REFERENCE_SHARE = 0.3
# The bare word "AI" is what makes a posting AI PM or AIGC PM, so that nearly all of both ask for it: as a row
# of T3 and T6 it would say nothing and stand above what does.
DEFINING_TAGS = frozenset({"ai"})


class Incidence:
    """Which posting (panel row) has which tag: a matrix of True and False that takes a byte per True.

    Rows are asked for by their numbers. Those of postings that were not listed lately (DETAIL_WEEKS)
    are all False.
    """

    def __init__(self, row: Ints, column: Ints, shape: tuple[int, int]):
        """Take the places of True."""
        self._starts = np.concatenate([[0], np.bincount(row, minlength=shape[0]).cumsum()]).astype(np.int32)
        self._column = column[np.argsort(row, kind="stable")]
        self.shape = shape

    def __getitem__(self, rows: Ints) -> Bools:
        """Return these rows."""
        sizes, column = self._hits(rows)
        # Column by column in memory: it is by columns that tags are asked after.
        dense = np.zeros((self.shape[1], len(rows)), dtype=bool)
        dense[column, np.repeat(np.arange(len(rows), dtype=np.int32), sizes)] = True
        return dense.T

    def totals(self, rows: Ints) -> Ints:
        """Return by column how many of the rows are True there."""
        return np.bincount(self._hits(rows)[1], minlength=self.shape[1])

    def counts(self, rows: Ints, group: Ints, groups: int) -> Ints:
        """Return groups x columns: how many of the rows of each group (parallel to `rows`) are True there."""
        sizes, column = self._hits(rows)
        place = np.repeat(group * self.shape[1], sizes) + column
        return np.bincount(place, minlength=groups * self.shape[1]).reshape(groups, self.shape[1])

    def _hits(self, rows: Ints) -> tuple[Ints, Ints]:
        """Return how often each of these rows is True, and the columns, one row after the other."""
        starts = self._starts[rows]
        sizes = self._starts[rows + 1] - starts
        ends = sizes.cumsum(dtype=np.int32)
        hits = np.arange(ends[-1] if len(ends) else 0, dtype=np.int32)
        hits += np.repeat(starts - ends + sizes, sizes)
        return sizes, self._column[hits]


@dataclass(frozen=True, slots=True)
class Tags:
    """Tags in the order of their ids; postings (panel rows) x tags: asked for at all, and as required."""

    tags: tuple[TaxonomyTag, ...]
    asked: Incidence
    required: Incidence


def tag_matrix(panel: Panel, taxonomy: TaxonomyRecord | None) -> Tags:
    """Return which posting asks for which tag, without `DEFINING_TAGS`.

    A tag that the taxonomy does not name is named by its id.
    """
    named = {t.id: t for t in taxonomy.tags} if taxonomy else {}
    postings = panel.postings.columns
    hits = postings.details.tags
    # Details may also be of postings that a view has left out.
    rows = np.flatnonzero(panel.postings.recent & (postings.detail >= 0))
    of_detail = np.full(len(hits.starts) - 1, -1, dtype=np.int32)
    of_detail[postings.detail[rows]] = rows
    row = np.repeat(of_detail, np.diff(hits.starts))
    present = [tag for tag in hits.names if tag not in DEFINING_TAGS]
    column = np.array([present.index(tag) if tag in present else -1 for tag in hits.names], dtype=np.int16)
    asked = (row >= 0) & (column[hits.tag] >= 0)
    asked &= hits.requirement != REQUIREMENTS.index("mentioned")
    required = asked & (hits.requirement == REQUIREMENTS.index("required"))
    shape = (len(panel.postings), len(present))
    tags = tuple(named.get(tag, TaxonomyTag(tag, tag, tag, "none")) for tag in present)
    asked_at, required_at = (
        Incidence(row[these], column[hits.tag[these]], shape)
        for these in map(np.flatnonzero, (asked, required))
    )
    return Tags(tags, asked_at, required_at)


# ------------------------------------------------------------------ T3


def skills(panel: Panel, people: Population, tags: Tags) -> Skills:
    """Return T3 over a population of postings: all with their text, or all without (then of titles)."""
    weeks = range(panel.last - CHANGE_WEEKS + 1, panel.last + 1)
    texts = bool(with_text(panel, people).any())
    sparks = _sparks(panel, tags, weeks, texts=texts)
    asked = tags.asked[people.rows]
    rows: list[SkillRow] = []
    for role in ROLES:
        found = _skill_rows(panel, people, tags, asked, role, sparks)
        rows += sorted(found, key=lambda row: (-(row["share"] or 0.0), row["tag"]))
    n = len(people.rows)
    return {
        "id": "T3",
        "population": "window",
        "status": "ok" if n else "insufficient",
        "reason": "" if n else "no_postings",
        "window": window(panel, panel.last - WINDOW_WEEKS + 1, panel.last),
        "bases": [_base(panel, people, role, texts=texts) for role in ROLES],
        "spark_weeks": [label(panel.weeks[w]) for w in weeks],
        "rows": rows,
        "mde": detectable_change(REFERENCE_SHARE, n, n, _typical_deff(rows)),
    }


def _with_text(panel: Panel, rows: Ints) -> Ints:
    """Those of the postings (panel rows) that came with their whole text."""
    return rows[np.flatnonzero(panel.postings.with_text[rows])]


def _typical_deff(rows: Sequence[SkillRow]) -> float:
    """The median design effect of the shares of `all` that 10 postings or more are behind."""
    return median(
        [r["n"] / r["n_eff"] for r in rows if r["role"] == "all" and r["y"] >= 10 and r["n_eff"]] or [1.0]
    )


def _base(panel: Panel, people: Population, role: RoleId, *, texts: bool) -> Base:
    mine = people.of(role)
    adverts = _with_text(panel, people.adverts) if texts else people.adverts
    return {
        "role": role,
        "n": int(mine.sum()),
        "adverts": int(belongs(panel.role[adverts], role).sum()),
        "employers": count_distinct(people.employer[mine]),
    }


def _skill_rows(
    panel: Panel,
    people: Population,
    tags: Tags,
    asked: Bools,
    role: RoleId,
    sparks: dict[RoleId, list[Floats]],
) -> list[SkillRow]:
    mine = np.flatnonzero(people.of(role))
    employers, required = Clusters(people.employer[mine]), tags.required.totals(people.rows[mine])
    weight, source = _source_weights(panel, role), people.stratum[mine]
    sizes = np.bincount(source, minlength=len(weight))
    rows: list[SkillRow] = []
    for column, tag in enumerate(tags.tags):
        y = asked[:, column][mine]
        if not y.any():
            continue
        hits = np.bincount(source[np.flatnonzero(y)], minlength=len(weight))
        rows.append(
            {
                **share_row(employers.share(y)),
                "tag": tag.id,
                "en": tag.en,
                "zh": tag.zh,
                "era": tag.era,
                "groups": list(tag.groups),
                "role": role,
                "required": int(required[column]),
                "standardised": standardised_share(hits, sizes, weight),
                "spark": [None if np.isnan(s[column]) else float(s[column]) for s in sparks[role]],
            }
        )
    return rows


def standardised_share(hits: Ints, sizes: Ints, weight: Floats) -> float | None:
    """Return the share of `hits` among `sizes` postings, both by source, these weighted by `weight`.

    None if no source has 10 postings.
    """
    used = (sizes >= STANDARD_LEAST) & (weight > 0)
    if not used.any():
        return None
    return float((weight[used] * (hits[used] / sizes[used])).sum() / weight[used].sum())


def _source_weights(panel: Panel, role: RoleId) -> Floats:
    """Each source's mean share of the class's stock over the observed ones of the last 13 weeks."""
    sources = int(panel.source.max(initial=-1)) + 1
    stock = panel.stock[:, -CHANGE_WEEKS:, columns_of(role)].sum(axis=2)
    by_source = np.zeros((sources, stock.shape[1]))
    np.add.at(by_source, panel.source, stock)
    seen = by_source[:, by_source.sum(axis=0) > 0]
    return (seen / seen.sum(axis=0)).mean(axis=1) if seen.shape[1] else np.zeros(sources)


def _sparks(panel: Panel, tags: Tags, weeks: range, *, texts: bool) -> dict[RoleId, list[Floats]]:
    """Per class and week the share of each tag in the stock, on the series of the report week; nan if few.

    With `texts` among the postings that have one.
    """
    found: dict[RoleId, list[Floats]] = {role: [] for role in ROLES}
    for week in weeks:
        rows = stock_rows(panel, week)
        rows = _with_text(panel, rows) if texts else rows
        code = panel.role[rows]
        hits = tags.asked.counts(rows, code.astype(np.int64), len(ROLE_CODES))
        sizes = np.bincount(code, minlength=5)
        for role in ROLES:
            codes = columns_of(role)
            n = int(sizes[codes].sum())
            share = hits[codes].sum(axis=0) / n if n >= SPARK_LEAST else np.full(len(tags.tags), np.nan)
            found[role].append(share)
    return found
