"""T6: how AI PM and AIGC PM differ in what they ask for, tag by tag, and in the four requirement groups."""

from statistics import median

from reports.document.comparison import GroupRow, Groups
from reports.document.composition import Contrast, ContrastRow
from reports.measures.comparison import WORK_WITH_OTHERS, Comparison, any_of
from reports.measures.panel import Panel
from reports.measures.population import WINDOW_WEEKS, window
from reports.measures.requirements import Tags
from reports.measures.statements import adjust, change_row, direction_of
from reports.statistics.arrays import Bools
from reports.statistics.differences import odds_ratio
from storage.records import TaxonomyTag

ODDS_LEAST = 30
GROUPS = ("G1", "G2", "G3", "G4")


def contrast(panel: Panel, tags: Tags, compared: Comparison) -> Contrast:
    """Return T6 over those of the compared postings (stratum: the source) that tell what they ask for."""
    compared = compared.telling
    n_ai, n_aigc = int(compared.ai.sum()), int(compared.aigc.sum())
    either = compared.ai | compared.aigc
    rows: list[ContrastRow] = []
    for column, tag in enumerate(tags.tags):
        y = compared.asked[:, column]
        if (y & either).any():
            rows.append(_contrast_row(compared, tag, y))
    adjust([row["difference"] for row in rows])
    for row in rows:
        row["direction"] = direction_of(row["difference"])
    rows.sort(key=lambda row: (-_plain_difference(row), row["tag"]))
    enough = n_ai > 0 and n_aigc > 0
    visible = [mde for row in rows if (mde := row["difference"]["mde"]) is not None]
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
        "undecided": sum(row["direction"] == "undecided" for row in rows),
        "mde": min(1.0, median(visible)) if visible else None,
    }


def _plain_difference(row: ContrastRow) -> float:
    return (row["aigc"]["share"] or 0.0) - (row["ai"]["share"] or 0.0)


def _contrast_row(compared: Comparison, tag: TaxonomyTag, y: Bools) -> ContrastRow:
    in_ai, in_aigc = compared.shares(y)
    printable = min(in_ai["n"], in_aigc["n"]) >= ODDS_LEAST
    odds = odds_ratio(in_aigc["y"], in_aigc["n"], in_ai["y"], in_ai["n"]) if printable else (None, None, None)
    return {
        "tag": tag.id,
        "en": tag.en,
        "zh": tag.zh,
        "era": tag.era,
        "groups": list(tag.groups),
        "by_definition": tag.era in ("classic", "genai") and tag.id not in WORK_WITH_OTHERS,
        "ai": in_ai,
        "aigc": in_aigc,
        "difference": change_row(compared.difference(y), in_ai["n"] + in_aigc["n"]),
        "direction": "insufficient",
        "lift": in_aigc["share"] / in_ai["share"]
        if in_ai["share"] and in_aigc["share"] is not None
        else None,
        "odds_ratio": odds[0],
        "odds_lo": odds[1],
        "odds_hi": odds[2],
        **compared.readings(y),
    }


# ------------------------------------------------------------------ the requirement groups


def requirement_groups(panel: Panel, tags: Tags, compared: Comparison) -> Groups:
    """Return how many of the compared postings with text ask for any tag of G1, G2, G3 and G4."""
    compared = compared.with_text
    rows = [_group_row(compared, tags, group) for group in GROUPS]
    adjust([row["difference"] for row in rows])
    for row in rows:
        row["direction"] = direction_of(row["difference"])
    enough = bool(compared.ai.any() and compared.aigc.any())
    return {
        "id": "groups",
        "population": "window",
        "status": "ok" if enough else "insufficient",
        "reason": "" if enough else "no_postings",
        "window": window(panel, panel.last - WINDOW_WEEKS + 1, panel.last),
        "rows": rows,
    }


def _group_row(compared: Comparison, tags: Tags, group: str) -> GroupRow:
    y = any_of(compared.asked, [group in tag.groups for tag in tags.tags])
    in_ai, in_aigc = compared.shares(y)
    return {
        "group": group,
        "ai": in_ai,
        "aigc": in_aigc,
        "difference": change_row(compared.difference(y), in_ai["n"] + in_aigc["n"]),
        "direction": "insufficient",
    }
