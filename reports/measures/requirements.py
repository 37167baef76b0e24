"""T3 and T6: what postings ask for, by class, and how AI PM and AIGC PM differ in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from reports.document.composition import Base, Contrast, ContrastRow, SkillRow, Skills
from reports.document.terms import ROLES, RoleId
from reports.measures.level import CHANGE_WEEKS
from reports.measures.panel import Panel, columns_of
from reports.measures.population import WINDOW_WEEKS, Population, window
from reports.measures.statements import adjust, change_row, direction_of, share_of, share_row
from reports.statistics.arrays import Bools, Floats, Ints
from reports.statistics.differences import odds_ratio, stratified_difference
from reports.statistics.shares import clustered_share
from reports.statistics.testing import detectable_change
from storage.records import TaxonomyRecord, TaxonomyTag
from storage.weeks import label

SPARK_LEAST = 10  # postings a week below which a share is left out of a sparkline
STANDARD_LEAST = 10  # postings of a source below which it takes no part in a standardised share
ODDS_LEAST = 30
REFERENCE_SHARE = 0.3
# The bare word "AI" is what makes a posting AI PM or AIGC PM, so that nearly all of both ask for it: as a row
# of T3 and T6 it would say nothing and stand above what does.
DEFINING_TAGS = frozenset({"ai"})


@dataclass(frozen=True, slots=True)
class Tags:
    """Tags in the order of their ids; postings (panel rows) x tags: asked for at all, and as required."""

    tags: tuple[TaxonomyTag, ...]
    asked: Bools
    required: Bools


def tag_matrix(panel: Panel, taxonomy: TaxonomyRecord | None) -> Tags:
    """Return which posting asks for which tag, without `DEFINING_TAGS`.

    A tag that the taxonomy does not name is named by its id.
    """
    named = {t.id: t for t in taxonomy.tags} if taxonomy else {}
    present = sorted({tag for p in panel.postings for tag in p.tags} - DEFINING_TAGS)
    column = {tag: i for i, tag in enumerate(present)}
    asked = np.zeros((len(panel.postings), len(present)), dtype=bool)
    required = np.zeros_like(asked)
    for row, posting in enumerate(panel.postings):
        for tag, requirement in posting.tags.items():
            if tag in DEFINING_TAGS:
                continue
            asked[row, column[tag]] = requirement != "mentioned"
            required[row, column[tag]] = requirement == "required"
    tags = tuple(named.get(tag, TaxonomyTag(tag, tag, tag, "none")) for tag in present)
    return Tags(tags, asked, required)


# ------------------------------------------------------------------ T3


def skills(panel: Panel, people: Population, tags: Tags) -> Skills:
    """Return T3 over a population of postings."""
    weeks = range(panel.last - CHANGE_WEEKS + 1, panel.last + 1)
    sparks = _sparks(panel, tags, weeks)
    rows: list[SkillRow] = []
    for role in ROLES:
        found = _skill_rows(panel, people, tags, role, sparks)
        rows += sorted(found, key=lambda row: (-(row["share"] or 0.0), row["tag"]))
    n = len(people.rows)
    return {
        "id": "T3",
        "population": "window",
        "status": "ok" if n else "insufficient",
        "reason": "" if n else "no_postings",
        "window": window(panel, panel.last - WINDOW_WEEKS + 1, panel.last),
        "bases": [_base(panel, people, role) for role in ROLES],
        "spark_weeks": [label(panel.weeks[w]) for w in weeks],
        "rows": rows,
        "mde": detectable_change(REFERENCE_SHARE, n, n, _typical_deff(rows)),
    }


def _typical_deff(rows: Sequence[SkillRow]) -> float:
    """The median design effect of the shares of `all` that 10 postings or more are behind."""
    return median(
        [r["n"] / r["n_eff"] for r in rows if r["role"] == "all" and r["y"] >= 10 and r["n_eff"]] or [1.0]
    )


def _base(panel: Panel, people: Population, role: RoleId) -> Base:
    mine = people.of(role)
    return {
        "role": role,
        "n": int(mine.sum()),
        "adverts": int(np.isin(panel.role[people.adverts], columns_of(role)).sum()),
        "employers": len(np.unique(people.employer[mine])),
    }


def _skill_rows(
    panel: Panel, people: Population, tags: Tags, role: RoleId, sparks: dict[RoleId, list[Floats]]
) -> list[SkillRow]:
    mine = people.of(role)
    employer = people.employer[mine]
    asked, required = tags.asked[people.rows[mine]], tags.required[people.rows[mine]]
    weight, source = _source_weights(panel, role), people.stratum[mine]
    rows: list[SkillRow] = []
    for column, tag in enumerate(tags.tags):
        y = asked[:, column]
        if not y.any():
            continue
        rows.append(
            {
                **share_row(clustered_share(y, employer)),
                "tag": tag.id,
                "en": tag.en,
                "zh": tag.zh,
                "era": tag.era,
                "groups": list(tag.groups),
                "role": role,
                "required": int(required[:, column].sum()),
                "standardised": standardised_share(y, source, weight),
                "spark": [None if np.isnan(s[column]) else float(s[column]) for s in sparks[role]],
            }
        )
    return rows


def standardised_share(y: Bools, source: Ints, weight: Floats) -> float | None:
    """Return the share of True, sources (codes) weighted by `weight`; None if none has 10 postings."""
    n = np.bincount(source, minlength=len(weight))
    used = (n >= STANDARD_LEAST) & (weight > 0)
    if not used.any():
        return None
    p = np.bincount(source, weights=y, minlength=len(weight))[used] / n[used]
    return float((weight[used] * p).sum() / weight[used].sum())


def _source_weights(panel: Panel, role: RoleId) -> Floats:
    """Each source's mean share of the class's stock over the observed ones of the last 13 weeks."""
    sources = int(panel.source.max(initial=-1)) + 1
    stock = panel.stock[:, -CHANGE_WEEKS:, columns_of(role)].sum(axis=2)
    by_source = np.zeros((sources, stock.shape[1]))
    np.add.at(by_source, panel.source, stock)
    seen = by_source[:, by_source.sum(axis=0) > 0]
    return (seen / seen.sum(axis=0)).mean(axis=1) if seen.shape[1] else np.zeros(sources)


def _sparks(panel: Panel, tags: Tags, weeks: range) -> dict[RoleId, list[Floats]]:
    """Per class and week the share of each tag in the stock, on the series of the report week; nan if few."""
    now = panel.epoch[:, panel.last]
    found: dict[RoleId, list[Floats]] = {role: [] for role in ROLES}
    for week in weeks:
        same = (now >= 0) & (panel.epoch[:, week] == now)
        rows = panel.posting[panel.listed(week) & same[panel.unit]]
        asked, code = tags.asked[rows], panel.role[rows]
        hits = np.stack([asked[code == c].sum(axis=0) for c in range(4)])
        sizes = np.bincount(code, minlength=5)
        for role in ROLES:
            codes = columns_of(role)
            n = int(sizes[codes].sum())
            share = hits[codes].sum(axis=0) / n if n >= SPARK_LEAST else np.full(len(tags.tags), np.nan)
            found[role].append(share)
    return found


# ------------------------------------------------------------------ T6


def contrast(panel: Panel, people: Population, tags: Tags) -> Contrast:
    """Return T6 over a population of postings (its stratum: the source)."""
    ai, aigc, both = people.of("ai_pm"), people.of("aigc_pm"), people.of("both")
    n_ai, n_aigc = int(ai.sum()), int(aigc.sum())
    asked = tags.asked[people.rows]
    rows: list[ContrastRow] = []
    for column, tag in enumerate(tags.tags):
        y = asked[:, column]
        if y[ai | aigc].any():
            rows.append(_contrast_row(people, tag, y, ai, aigc, both))
    adjust([row["difference"] for row in rows])
    for row in rows:
        row["direction"] = direction_of(row["difference"])
    rows.sort(key=lambda row: (-_plain_difference(row), row["tag"]))
    enough = n_ai > 0 and n_aigc > 0
    return {
        "id": "T6",
        "population": "window",
        "status": "ok" if enough else "insufficient",
        "reason": "" if enough else "no_postings",
        "window": window(panel, panel.last - WINDOW_WEEKS + 1, panel.last),
        "n_ai": n_ai,
        "n_aigc": n_aigc,
        "rows": rows,
        "tested": sum(row["difference"]["p"] is not None for row in rows),
        "different": sum(row["direction"] in ("higher_in_aigc", "higher_in_ai") for row in rows),
        "mde": detectable_change(REFERENCE_SHARE, n_ai, n_aigc),
    }


def _plain_difference(row: ContrastRow) -> float:
    return (row["aigc"]["share"] or 0.0) - (row["ai"]["share"] or 0.0)


def _contrast_row(
    people: Population, tag: TaxonomyTag, y: Bools, ai: Bools, aigc: Bools, both: Bools
) -> ContrastRow:
    in_ai, in_aigc = share_of(y[ai], people.employer[ai]), share_of(y[aigc], people.employer[aigc])
    among = ai | aigc
    found = stratified_difference(y[among], aigc[among], people.stratum[among], people.employer[among])
    printable = min(in_ai["n"], in_aigc["n"]) >= ODDS_LEAST
    odds = odds_ratio(in_aigc["y"], in_aigc["n"], in_ai["y"], in_ai["n"]) if printable else (None, None, None)
    return {
        "tag": tag.id,
        "en": tag.en,
        "zh": tag.zh,
        "era": tag.era,
        "groups": list(tag.groups),
        "ai": in_ai,
        "aigc": in_aigc,
        "difference": change_row(found, int(among.sum())),
        "direction": "insufficient",
        "lift": in_aigc["share"] / in_ai["share"]
        if in_ai["share"] and in_aigc["share"] is not None
        else None,
        "odds_ratio": odds[0],
        "odds_lo": odds[1],
        "odds_hi": odds[2],
        "d_both_as_aigc": _sensitivity(people, y, ai, aigc | both),
        "d_both_as_ai": _sensitivity(people, y, ai | both, aigc),
    }


def _sensitivity(people: Population, y: Bools, ai: Bools, aigc: Bools) -> float | None:
    among = ai | aigc
    found = stratified_difference(y[among], aigc[among], people.stratum[among], people.employer[among])
    return None if np.isnan(found.d) else found.d
