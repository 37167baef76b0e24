"""What kind of PM is sought: T2."""

from reports.document.composition import MixRow
from reports.document.weekly import WeeklyReport
from reports.escaping import Markdown
from reports.sections.parts import joined
from reports.tables import Column, table
from reports.words import NOTHING, Words


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
    if not mix["not_pm_flow"]:
        return basis
    return joined(words, basis, words("say.mix_not_pm", not_pm=words.count(mix["not_pm_flow"])))
