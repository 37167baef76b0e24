"""What is paid: T9."""

from collections.abc import Sequence

from reports.document.salary import PayGap, PayRow
from reports.document.terms import RoleId
from reports.document.weekly import WeeklyReport
from reports.sections.parts import joined
from reports.wording.escaping import Markdown
from reports.wording.tables import Column, table
from reports.wording.words import NOTHING, Words

SHOWN_ROLES: tuple[RoleId, ...] = ("ai_pm", "aigc_pm")
SHOWN_PAIRS = 2  # of market and currency


def shown_pairs(report: WeeklyReport, roles: Sequence[RoleId], most: int) -> list[tuple[str, str]]:
    """Return the market and currency pairs in which one of the classes has amounts, most vacancies first."""
    sizes: dict[tuple[str, str], int] = {}
    for row in report["salary"]["rows"]:
        if row["role"] in roles and row["pay_median"] is not None:
            pair = (row["market"], row["currency"])
            sizes[pair] = sizes.get(pair, 0) + row["n"]
    return sorted(sizes, key=lambda pair: (-sizes[pair], pair))[:most]


def rows_of(report: WeeklyReport, pair: tuple[str, str], roles: Sequence[RoleId]) -> list[PayRow]:
    """Return the rows of one market and currency for these classes."""
    return [
        row
        for row in report["salary"]["rows"]
        if (row["market"], row["currency"]) == pair and row["role"] in roles
    ]


def pay(report: WeeklyReport, words: Words) -> Markdown:
    """Return T9 for AI PM and AIGC PM."""
    names = ("role", "pay_n", "pay_median", "pay_quartiles", "pay_range")
    heads: list[Column] = [(words(f"column.{name}"), "left" if name == "role" else "right") for name in names]
    rows = [
        row
        for pair in shown_pairs(report, SHOWN_ROLES, SHOWN_PAIRS)
        for row in rows_of(report, pair, SHOWN_ROLES)
    ]
    return table(heads, [_line(report, words, row) for row in rows])


def pay_basis(report: WeeklyReport, words: Words) -> Markdown:
    """Return what T9 rests on, and whether one class pays more at equal place and years."""
    pairs = shown_pairs(report, SHOWN_ROLES, SHOWN_PAIRS)
    if not pairs:
        return _nothing(report, words)
    told = words("say.pay_basis", window=words.window(report["salary"]["window"]))
    whole = [row for pair in pairs for row in rows_of(report, pair, ("all",))]
    n, assumed, wide = (
        sum(values)
        for values in zip(*((r["n"], r["months_assumed"], r["wide_ranges"]) for r in whole), strict=True)
    )
    if assumed:
        told = joined(words, told, words("say.pay_months", count=words.count(assumed), n=words.count(n)))
    if wide:
        told = joined(words, told, words("say.pay_wide", count=words.count(wide)))
    if by_rate := sum(row["by_rate"] for row in report["salary"]["disclosure"] if row["role"] == "all"):
        told = joined(words, told, words("say.pay_by_rate", count=words.count(by_rate)))
    found = {(gap["market"], gap["currency"]): gap for gap in report["salary"]["gaps"]}
    gaps = [found[pair] for pair in pairs]
    for sentence in [
        *(_gap(words, gap) for gap in gaps if gap["shift"] is not None),
        *_untested(words, gaps),
    ]:
        told = joined(words, told, sentence)
    return told


def _gap(words: Words, gap: PayGap) -> Markdown:
    ends = (words.thousands(end, signed=True) for end in (gap["shift_lo"], gap["shift_hi"]))
    return words(
        "say.pay_gap",
        where=named_pair(words, (gap["market"], gap["currency"])),
        shift=words.thousands(gap["shift"], signed=True),
        interval=Markdown(f"[{', '.join(ends)}]"),
        n_ai=words.count(gap["n_ai"]),
        n_aigc=words.count(gap["n_aigc"]),
        verdict=words(f"pays.{gap['direction']}"),
    )


def _untested(words: Words, gaps: Sequence[PayGap]) -> list[Markdown]:
    """Return why gaps could not be tested, one sentence a reason."""
    where: dict[str, list[Markdown]] = {}
    for gap in gaps:
        if gap["shift"] is None:
            where.setdefault(gap["reason"], []).append(named_pair(words, (gap["market"], gap["currency"])))
    return [
        words(
            "say.pay_gap_untested",
            where=Markdown(words.plain("text.comma").join(places)),
            because=words(f"because.{reason}"),
        )
        for reason, places in where.items()
    ]


def named_pair(words: Words, pair: tuple[str, str]) -> Markdown:
    """Return a market and its currency in words."""
    market, currency = pair
    key = f"pay_market.{market}"
    name = words(key) if words.has(key) else market
    return words("say.pay_where", market=name, currency=currency)


def _nothing(report: WeeklyReport, words: Words) -> Markdown:
    """Return that too few vacancies state their pay for an amount to be printed."""
    stated = [row["stated"] for row in report["salary"]["disclosure"] if row["role"] in SHOWN_ROLES]
    return words(
        "say.no_pay",
        y=words.count(sum(one["y"] for one in stated)),
        n=words.count(sum(one["n"] for one in stated)),
    )


def _line(report: WeeklyReport, words: Words, row: PayRow) -> list[str]:
    disclosed = next(
        one["stated"]
        for one in report["salary"]["disclosure"]
        if (one["market"], one["role"]) == (row["market"], row["role"])
    )
    name = words(
        "say.pay_of",
        role=words(f"role.{row['role']}"),
        where=named_pair(words, (row["market"], row["currency"])),
    )
    n = words("say.pay_n", n=words.count(row["n"]), stated=words.percent(disclosed["share"]))
    amounts = [
        _between(words, row["pay_median"], row["pay_median_lo"], row["pay_median_hi"]),
        _range(words, row["pay_p25"], row["pay_p75"]),
        _range(words, row["pay_low"], row["pay_high"]),
    ]
    small = row["print"] != "full"
    return [name, n, *(Markdown(f"({a})") if small and a != NOTHING else a for a in amounts)]


def _between(words: Words, value: float | None, lo: float | None, hi: float | None) -> Markdown:
    if value is None or lo is None or hi is None:
        return words.thousands(value)
    return Markdown(f"{words.thousands(value)} [{words.thousands(lo)}, {words.thousands(hi)}]")


def _range(words: Words, low: float | None, high: float | None) -> Markdown:
    return NOTHING if low is None else Markdown(f"{words.thousands(low)}–{words.thousands(high)}")
