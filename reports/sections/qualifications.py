"""What else is asked: T8."""

from reports.document.qualifications import QualificationContrast
from reports.document.terms import Share
from reports.document.weekly import WeeklyReport
from reports.wording.escaping import Markdown, md
from reports.wording.tables import Column, table
from reports.wording.words import Words

LEAST_SAID, LEAST_ASKED = (
    10,
    30,
)  # postings of both classes that say it, of those asked, for a row to be shown
SHOWN = (
    ("degree_at_least", "master"),
    ("degree_special", "technical_major"),
    ("industry", "any"),
    ("language", "any"),
    ("workplace", "remote_or_hybrid"),
    ("degree_at_least", "bachelor"),
    ("travel", "asked"),
)
SHOWN_ROWS = 5


def qualifications(report: WeeklyReport, words: Words) -> Markdown:
    """Return T8: AI PM against AIGC PM, the answers that enough postings give."""
    heads: list[Column] = [
        (words("column.qualification"), "left"),
        (words("role.ai_pm"), "right"),
        (words("role.aigc_pm"), "right"),
        (words("column.difference"), "right"),
        (words("column.verdict"), "left"),
    ]

    def line(row: QualificationContrast) -> list[str]:
        name = words(
            f"qualification.{row['qualification']}_{row['answer']}",
            most=_most(report, words, row["qualification"]),
            n_ai=words.count(row["ai"]["n"]),
            n_aigc=words.count(row["aigc"]["n"]),
        )
        return [
            name,
            words.share(row["ai"]),
            words.share(row["aigc"]),
            words.difference(row["difference"]),
            words(f"asked.{row['direction']}"),
        ]

    found = {(row["qualification"], row["answer"]): row for row in report["qualifications"]["contrast"]}
    told = [found[key] for key in SHOWN if key in found]
    told = [row for row in told if _worth(row["ai"], row["aigc"])]
    return table(heads, [line(row) for row in told[:SHOWN_ROWS]])


def _worth(ai: Share, aigc: Share) -> bool:
    return ai["y"] + aigc["y"] >= LEAST_SAID and ai["n"] + aigc["n"] >= LEAST_ASKED


def _most(report: WeeklyReport, words: Words, topic: str) -> Markdown:
    """Return what AI PM and what AIGC PM postings ask for most of a topic; once if it is the same."""
    ai, aigc = (_most_of(report, words, topic, role) for role in ("ai_pm", "aigc_pm"))
    return words("most.each", ai=ai, aigc=aigc) if ai and aigc and ai != aigc else ai or aigc


def _most_of(report: WeeklyReport, words: Words, topic: str, role: str) -> Markdown:
    asked = {
        row["answer"]: row["y"]
        for row in report["qualifications"]["rows"]
        if (row["qualification"], row["role"]) == (topic, role) and row["answer"] != "any" and row["y"]
    }
    most = min(asked, key=lambda one: (-asked[one], one), default="")
    key = f"{topic}.{most}"
    return words(key) if words.has(key) else md(most)
