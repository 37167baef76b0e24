"""What kind of PM is sought: T2."""

from collections.abc import Sequence

from reports.document.composition import MixRow, MixShift
from reports.document.weekly import WeeklyReport
from reports.sections.parts import joined, one_line
from reports.wording.escaping import Markdown
from reports.wording.tables import Column, table
from reports.wording.words import NOTHING, Words

_TOLD = 2  # shifts; the others stand in data/mix_shifts.csv


def class_mix(report: WeeklyReport, words: Words) -> Markdown:
    """Return T2; where its windows cannot be compared, only what is known without comparing."""
    mix = report["class_mix"]
    status = mix["status"]
    heads: list[Column] = [
        (words("column.role"), "left"),
        (words("column.mix_now", window=words.window(mix["window"])), "right"),
        (words("column.mix_before", window=words.window(mix["compared"])), "right"),
        (words("column.mix_change"), "right"),
        (words("column.verdict"), "right"),
        (words("column.mix_window"), "right"),
    ]

    def line(row: MixRow) -> list[str]:
        change = row["change"]
        return [
            words(f"role.{row['role']}"),
            words.share(row["flow"]) if status in ("ok", "not_comparable") else NOTHING,
            words.share(row["previous"]) if status == "ok" else NOTHING,
            words.difference(change) if status == "ok" else NOTHING,
            words(f"verdict.{row['verdict']}") if status == "ok" else NOTHING,
            words.share(row["window"]),
        ]

    return table(heads, [line(row) for row in mix["rows"]])


def class_mix_basis(report: WeeklyReport, words: Words) -> Markdown:
    """Return what the shares of T2 rest on."""
    mix = report["class_mix"]
    window, first = words.window(mix["window"]), mix["rows"][0]
    flow, listed = first["flow"], first["window"]
    if mix["status"] != "ok":
        n, employers = words.count(listed["n"]), words.count(listed["employers"])
        whole = words("say.mix_window_only", window=window, n=n, employers=employers)
        if mix["status"] != "not_comparable" or not flow["n"]:
            return whole
        n, employers = words.count(flow["n"]), words.count(flow["employers"])
        return joined(words, words("say.mix_flow", window=window, n=n, employers=employers), whole)
    basis = words(
        "say.mix_basis",
        window=window,
        n=words.count(flow["n"]),
        employers=words.count(flow["employers"]),
        compared=words.window(mix["compared"]),
        n_before=words.count(first["previous"]["n"]),
    )
    parts = [basis, *(_shift(row, words) for row in _largest(mix["shifts"]))]
    if mix["not_pm_flow"]:
        parts.append(words("say.mix_not_pm", not_pm=words.count(mix["not_pm_flow"])))
    return one_line(words, parts)[0]


def _largest(shifts: Sequence[MixShift]) -> list[MixShift]:
    """Return those that are told in words: the latest of each class of AI, and of these the two largest."""
    latest = {row["role"]: row for row in shifts if row["role"] != "other_pm"}
    return sorted(latest.values(), key=lambda row: -abs(row["moved"]["d"] or 0))[:_TOLD]


def _shift(row: MixShift, words: Words) -> Markdown:
    return words(
        "say.mix_shift",
        week=row["week"],
        role=words(f"role.{row['role']}"),
        share=words.share(row["later"]),
        before=words.share(row["earlier"]),
        points=words.difference(row["moved"]),
    )
