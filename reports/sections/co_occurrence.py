"""What is asked for together: T12."""

from reports.document.co_occurrence import TagMatrix, TagPair
from reports.document.weekly import WeeklyReport
from reports.sections.parts import joined
from reports.wording.escaping import Markdown
from reports.wording.words import Words

PAIRS_SHOWN = 3


def together(report: WeeklyReport, words: Words) -> list[Markdown]:
    """Return one sentence per class: its pairs of requirements that come together."""
    told = [_class(one, words) for one in report["co_occurrence"]["classes"]]
    hidden = sum(
        max(0, sum(pair["linked"] for pair in one["pairs"]) - PAIRS_SHOWN)
        for one in report["co_occurrence"]["classes"]
    )
    if hidden:
        told[-1] = joined(words, told[-1], words("say.pairs_more", count=words.count(hidden)))
    return told


def _class(matrix: TagMatrix, words: Words) -> Markdown:
    parts = {
        "role": words(f"role.{matrix['role']}"),
        "n": words.count(matrix["n"]),
        "tested": words.count(matrix["tested"]),
    }
    pairs = [pair for pair in matrix["pairs"] if pair["linked"]]
    if not pairs:
        return words("say.pairs_none" if matrix["tested"] else "say.pairs_untested", **parts)
    listed = words("text.semicolon").join(_pair(pair, words) for pair in pairs[:PAIRS_SHOWN])
    return words("say.pairs_together", pairs=Markdown(listed), **parts)


def _pair(pair: TagPair, words: Words) -> Markdown:
    bounds = f"[{words.estimate(pair['lo'])}, {words.estimate(pair['hi'])}]"
    return words(
        "say.pair",
        tag=words.tag(pair),
        other=words.tag({"en": pair["other_en"], "zh": pair["other_zh"]}),
        together=words.count(pair["n_ab"]),
        lift=words.estimate(pair["lift"]),
        interval=Markdown(bounds),
    )
