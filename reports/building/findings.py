"""Which statements the week allows, as data: what is said, with which numbers, and by which verb."""

from collections.abc import Iterable
from typing import Literal

from reports.document.changes import Movers
from reports.document.comparison import Hypotheses
from reports.document.composition import ClassMix, Contrast, ContrastRow, Experience, MixRow
from reports.document.tables import BreakRow, Headline, HeadlineRow
from reports.document.terms import Direction, Kind, Reason, RoleId, Verdict, Window
from reports.document.weekly import Demands, Finding, Market

MOST = 6
Unit = Literal["count", "share", "points", "percent"]
CLEAR = ("higher_in_aigc", "higher_in_ai")


def find(kind: Kind, market: Market, demands: Demands, breaks: list[BreakRow], week: Window) -> list[Finding]:
    """Return at most 6 findings, the most important first; one for a week in which nothing could be read."""
    if kind in ("all_failed", "empty"):
        health = market["run_health"]
        asked = health["boards"] - health["totals"]["not_fetched"]
        return [_finding(kind, "T0", "level", "count", float(asked), 0, 0, week)]
    headline, mix = market["headline"], demands["class_mix"]
    found = [_listed(kind, headline, mix, week)]
    found += _levels(headline, mix, breaks, week) if kind == "regular" else []
    found += _class_share(kind, mix)
    found += _claims(demands["hypotheses"])
    found += _mover(demands["movers"])
    found += _skills(demands["contrast"])
    found += _years(demands["experience"])
    return found[:MOST]


def most_telling(findings: list[Finding]) -> Finding:
    """Return the finding that a line of an index tells of a week.

    It is the first that names a direction (not by definition), else the first that tells something of the
    market. That nothing can be compared, or too little is there, is the news of no week: for a month after a
    break each says so.
    """

    def rank(finding: Finding) -> int:
        directed = finding["verdict"] in ("rose", "fell") or finding["direction"] in CLEAR
        if directed and not finding["extra"].get("by_definition"):
            return 0
        if finding["id"] == "listed":
            return 2
        return 3 if finding["verdict"] in ("insufficient", "not_comparable") else 1

    return min(findings, key=rank)


def _finding(
    name: str,
    table: str,
    verdict: Verdict,
    unit: Unit,
    value: float | None,
    n: int,
    employers: int,
    window: Window,
    *,
    interval: tuple[float | None, float | None] = (None, None),
    compared: Window | None = None,
    role: RoleId | None = None,
    tag: tuple[str | None, str | None, str | None] = (None, None, None),
    direction: Direction | None = None,
    reason: Reason = "",
    extra: dict[str, float | int | None] | None = None,
) -> Finding:
    return {
        "id": name,
        "table": table,
        "role": role,
        "tag": tag[0],
        "en": tag[1],
        "zh": tag[2],
        "verdict": verdict,
        "direction": direction,
        "reason": reason,
        "unit": unit,
        "value": value,
        "lo": interval[0],
        "hi": interval[1],
        "n": n,
        "employers": employers,
        "window": window,
        "compared": compared,
        "extra": extra or {},
    }


def _listed(kind: Kind, headline: Headline, mix: ClassMix, week: Window) -> Finding:
    if kind == "partial":  # no whole listing: say what was seen
        counts: dict[RoleId, int] = {row["role"]: row["window"]["y"] for row in mix["rows"]}
        whole = mix["rows"][0]["window"]
        counts["all"], employers, table, window = whole["n"], whole["employers"], "T2", mix["window"]
    else:
        counts = {r["role"]: r["stock"] or 0 for r in headline["rows"]}
        employers, table, window = headline["rows"][0]["employers"] or 0, "T1", week
    total = counts.pop("all")
    extra: dict[str, float | int | None] = {"units": headline["units"]}
    extra |= {str(role): count for role, count in counts.items()}
    if kind != "partial":
        extra["vacancies"] = headline["rows"][0]["vacancies"]
    return _finding(
        "listed", table, "level", "count", total, total, employers, window, role="all", extra=extra
    )


# ------------------------------------------------------------------ level


def _levels(headline: Headline, mix: ClassMix, breaks: list[BreakRow], week: Window) -> list[Finding]:
    """The change of AIGC PM, and of AI PM where it is clear; instead of them the break that forbids it."""
    rows = {row["role"]: row for row in headline["rows"]}
    whole = rows["all"]["change_13w"]
    if whole["verdict"] == "not_comparable" or mix["status"] == "not_comparable":
        lost = whole["lost"] if whole["verdict"] == "not_comparable" else mix["lost"]
        compared = whole["compared"] if whole["verdict"] == "not_comparable" else mix["compared"]
        return [
            _finding(
                "not_comparable_break",
                "S1" if whole["verdict"] == "not_comparable" else "T2",
                "not_comparable",
                "share",
                lost,
                rows["all"]["stock"] or 0,
                rows["all"]["employers"] or 0,
                week,
                compared=compared,
                role="all",
                reason="break",
                extra={"breaks": len(breaks)},
            )
        ]
    found = [_level(rows["aigc_pm"])]
    if rows["ai_pm"]["change_13w"]["verdict"] in ("rose", "fell"):
        found.append(_level(rows["ai_pm"]))
    return found


def _level(row: HeadlineRow) -> Finding:
    change = row["change_13w"]
    return _finding(
        "level_change",
        "S1",
        change["verdict"],
        "percent",
        change["value"],
        row["stock"] or 0,
        change["employers"],
        change["window"],
        interval=(change["lo"], change["hi"]),
        compared=change["compared"],
        role=row["role"],
        reason=change["reason"],
    )


# ------------------------------------------------------------------ class mix


def _class_share(kind: Kind, mix: ClassMix) -> Iterable[Finding]:
    """AIGC PM's share of new postings and its change; while that is unknown, its share of the window."""
    row = next(r for r in mix["rows"] if r["role"] == "aigc_pm")
    if kind == "regular" and mix["status"] == "ok" and row["verdict"] != "insufficient":
        return [_share_change(row, mix)]
    share, table = row["window"], "T2"
    if share["n"] == 0 or share["share"] is None:
        return []
    return [
        _finding(
            "class_share",
            table,
            "level",
            "share",
            share["share"],
            share["n"],
            share["employers"],
            mix["window"],
            interval=(share["lo"], share["hi"]),
            role="aigc_pm",
            reason=mix["reason"] or row["change"]["reason"],
            extra={"y": share["y"], "employer_share": share["employer_share"]},
        )
    ]


def _share_change(row: MixRow, mix: ClassMix) -> Finding:
    change, flow = row["change"], row["flow"]
    return _finding(
        "class_share_change",
        "T2",
        row["verdict"],
        "points",
        change["d"],
        flow["n"],
        flow["employers"],
        mix["window"],
        interval=(change["lo"], change["hi"]),
        compared=mix["compared"],
        role=row["role"],
        reason=change["reason"],
        extra={"share": flow["share"], "share_lo": flow["lo"], "share_hi": flow["hi"], "y": flow["y"]},
    )


# ------------------------------------------------------------------ movers


def _mover(movers: Movers) -> Iterable[Finding]:
    """The surest of the requirements that moved and passed the gate, in any class; mostly there is none."""
    rows = [row for row in movers["rows"] if row["mover"]]
    if not rows:
        return []
    row = max(rows, key=lambda row: row["posterior"] or 0.0)  # of equals the first in the order of T4
    change = row["change"]
    return [
        _finding(
            "mover",
            "T4",
            row["verdict"],
            "points",
            change["d"],
            row["now"]["n"] + row["before"]["n"],
            change["employers"],
            movers["window"],
            interval=(change["lo"], change["hi"]),
            compared=movers["compared"],
            role=row["role"],
            tag=(row["tag"], row["en"], row["zh"]),
            extra={
                "before": row["before"]["share"],
                "now": row["now"]["share"],
                "n0": row["before"]["n"],
                "n1": row["now"]["n"],
            },
        )
    ]


# ------------------------------------------------------------------ AI PM and AIGC PM


def _claims(claims: Hypotheses) -> Iterable[Finding]:
    """How many of the article's claims the week supports; nothing where neither class has a text to read."""
    if claims["status"] != "ok":
        return []
    counts = claims["counts"]
    extra: dict[str, float | int | None] = {str(verdict): count for verdict, count in counts.items()}
    extra |= {"claims": len(claims["rows"]), "by_definition": claims["by_definition"]}
    decided = {"supported": 1, "contradicted": -1}
    extra |= {
        row["claim"]: decided[row["verdict"]]
        for row in claims["rows"]
        if row["verdict"] in decided and not row["by_definition"]
    }
    n = claims["n_ai"] + claims["n_aigc"]
    supported = float(counts["supported"])
    return [
        _finding("hypotheses", "hypotheses", "level", "count", supported, n, 0, claims["window"], extra=extra)
    ]


def _skills(contrast: Contrast) -> Iterable[Finding]:
    """The largest clear difference in each direction that stands; where there is none, just that.

    What the classes are told apart by comes in only where nothing else is clear.
    """
    clear = [r for r in contrast["rows"] if r["direction"] in CLEAR and r["robust"] is not False]
    clear = [r for r in clear if not r["by_definition"]] or clear
    ordered = sorted(clear, key=lambda r: (-(r["difference"]["d"] or 0.0), r["tag"]))
    chosen = [r for r in ordered[:1] if r["direction"] == "higher_in_aigc"]
    chosen += [r for r in ordered[-1:] if r["direction"] == "higher_in_ai"]
    if chosen:
        return [_skill(row, contrast) for row in chosen]
    if not contrast["tested"]:
        return []
    return [
        _finding(
            "skill_contrast",
            "T6",
            "level",
            "points",
            None,
            contrast["n_ai"] + contrast["n_aigc"],
            0,
            contrast["window"],
            direction="undecided" if contrast["undecided"] else "no_clear_difference",
            extra={
                "tested": contrast["tested"],
                "undecided": contrast["undecided"],
                "mde": contrast["mde"],
                "n_ai": contrast["n_ai"],
                "n_aigc": contrast["n_aigc"],
            },
        )
    ]


def _skill(row: ContrastRow, contrast: Contrast) -> Finding:
    difference = row["difference"]
    return _finding(
        "skill_contrast",
        "T6",
        "level",
        "points",
        difference["d"],
        contrast["n_ai"] + contrast["n_aigc"],
        difference["employers"],
        contrast["window"],
        interval=(difference["lo"], difference["hi"]),
        tag=(row["tag"], row["en"], row["zh"]),
        direction=row["direction"],
        extra={
            "ai": row["ai"]["share"],
            "aigc": row["aigc"]["share"],
            "n_ai": row["ai"]["n"],
            "n_aigc": row["aigc"]["n"],
            "by_definition": int(row["by_definition"]),
        },
    )


def _years(experience: Experience) -> Iterable[Finding]:
    """Who asks for AI years, and who is open to three years, where that can be told."""
    names = {"asks_ai_years": "ai_years", "open_3": "open_to_3"}
    found: list[Finding] = []
    for row in experience["contrast"]:
        if row["id"] not in names or row["direction"] in ("undecided", "insufficient"):
            continue
        change = row["difference"]
        found.append(
            _finding(
                names[row["id"]],
                "T7",
                "level",
                "points",
                change["d"],
                row["ai"]["n"] + row["aigc"]["n"],
                change["employers"],
                experience["window"],
                interval=(change["lo"], change["hi"]),
                direction=row["direction"],
                reason=change["reason"],
                extra={
                    "ai": row["ai"]["share"],
                    "aigc": row["aigc"]["share"],
                    "n_ai": row["ai"]["n"],
                    "n_aigc": row["aigc"]["n"],
                },
            )
        )
    return found
