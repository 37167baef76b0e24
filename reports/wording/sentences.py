"""Findings as sentences. The verb of a sentence is chosen by the verdict of the test, never by the number."""

import re
from collections.abc import Mapping
from typing import get_args

from reports.document.comparison import ClaimId
from reports.document.terms import print_rule
from reports.document.weekly import Finding
from reports.wording.escaping import Markdown
from reports.wording.words import Words

# The space that an empty part (an interval that is not known) leaves before the next word or mark.
_UNTOLD = re.compile(r" (?=[ ,.:;)，。、；：（）])")
_BY_DIRECTION = frozenset({"skill_contrast", "ai_years", "open_to_3"})
_COUNTS = (
    *("n_ai", "n_aigc", "n0", "n1", "ai_pm", "aigc_pm", "both", "breaks", "tested", "undecided"),
    *("claims", "by_definition", "contradicted", "no_clear_difference", "insufficient"),
)
_NEARLY = 0.95  # of the postings; so many openings are as good as one each
CLAIM_IDS: tuple[ClaimId, ...] = get_args(ClaimId)
_BY_VERDICT = frozenset({"level_change", "class_share_change", "mover"})


def sentence(finding: Finding, words: Words) -> Markdown:
    """Return the finding as one markdown sentence. Raises KeyError for an id or verdict without words."""
    told = words(f"finding.{_message(finding)}", **_parts(finding, words))
    if finding["id"] == "skill_contrast" and finding["extra"].get("by_definition"):
        told = Markdown(f"{told}{words('text.sentence_gap')}{words('finding.skill_by_definition')}")
    return Markdown(_UNTOLD.sub("", told))


def _message(finding: Finding) -> str:
    kind = finding["id"]
    if kind in _BY_VERDICT:
        return f"{kind}_{finding['verdict']}"
    if kind == "skill_contrast" and finding["tag"] is None:
        return (
            "skill_contrast_none"
            if finding["direction"] == "no_clear_difference"
            else "skill_contrast_unseen"
        )
    if kind in _BY_DIRECTION:
        return f"{kind}_{finding['direction']}"
    if kind == "hypotheses":
        return _claims_message(finding["extra"])
    if kind == "listed" and finding["table"] != "T1":
        return "listed_partial"
    if kind == "listed" and not {"ai_pm", "aigc_pm", "both"} <= finding["extra"].keys():
        return "listed_plain"
    return kind


def _claims_message(extra: Mapping[str, float | int | None]) -> str:
    if extra.get("insufficient") == extra.get("claims"):
        return "hypotheses_undecided"
    if not extra.get("by_definition"):
        return "hypotheses"
    return "hypotheses_defined" if extra["by_definition"] == extra.get("supported") else "hypotheses_partly"


def _oriented(finding: Finding) -> tuple[float | None, float | None, float | None, bool]:
    """Return value and interval turned the way the sentence speaks, and whether they carry a sign.

    "Fell by 12 % [4, 20]" and "more in AI PM, +48.7 points": the words say which way, so the number is
    that of the difference they name.
    """
    value, lo, hi = finding["value"], finding["lo"], finding["hi"]
    against = finding["direction"] == "higher_in_ai" or (finding["id"], finding["verdict"]) == (
        "level_change",
        "fell",
    )
    if against and value is not None:
        value, lo, hi = -value, None if hi is None else -hi, None if lo is None else -lo
    by_how_much = finding["id"] == "level_change" and finding["verdict"] in ("rose", "fell")
    return value, lo, hi, finding["unit"] != "share" and not by_how_much


def _parts(finding: Finding, words: Words) -> dict[str, str]:
    extra = finding["extra"]
    value, lo, hi, signed = _oriented(finding)
    if finding["employers"] == 1:  # one employer is one answer, which has no interval
        lo = hi = None
    points = finding["unit"] == "points"
    parts: dict[str, str] = {
        "because": words(f"because.{finding['reason'] or 'too_little'}"),
        "n": words.count(finding["n"]),
        "employers": words.count(finding["employers"]),
        "window": words.window(finding["window"]),
        "interval": words.bounds(lo, hi, signed=signed, decimals=1 if points else 0),
        "signed": words.points(value) if points else words.percent(value, signed=True),
        "value": words.count(value) if finding["unit"] == "count" else words.percent(value),
    }
    if finding["compared"]:
        parts["compared"] = words.window(finding["compared"])
    if finding["role"]:
        parts["role"] = words(f"role.{finding['role']}")
    if finding["tag"]:
        parts["tag"] = words.tag(finding)
    if finding["id"] in ("class_share", "class_share_change"):
        parts["share"] = _share(finding, words)
    for name in ("ai", "aigc", "now", "before"):
        parts[name] = words.percent(extra.get(name))
    for name in _COUNTS:
        parts[name] = words.count(extra.get(name))
    parts["mde"] = words.points(extra.get("mde"), signed=False)
    parts["named"] = _claims(extra, words)
    parts["grouped"] = _grouped(finding, words)
    return parts


def _share(finding: Finding, words: Words) -> Markdown:
    """The share that a finding on the classes is about, as its print rule allows."""
    extra, n, employers = finding["extra"], finding["n"], finding["employers"]
    level = finding["id"] == "class_share"
    told = (finding["value"], finding["lo"], finding["hi"])
    share, lo, hi = told if level else (extra.get(name) for name in ("share", "share_lo", "share_hi"))
    return words.share(
        {
            "y": int(extra.get("y") or 0),
            "n": n,
            "share": share,
            "lo": lo,
            "hi": hi,
            "n_eff": None,
            "employers": employers,
            "employers_y": 0,
            "employer_share": None,
            "print": print_rule(n, employers),
        }
    )


def _grouped(finding: Finding, words: Words) -> Markdown:
    """How many openings the postings are for, where that is noticeably fewer."""
    vacancies = finding["extra"].get("vacancies")
    if vacancies is None or vacancies > _NEARLY * finding["n"]:
        return Markdown("")
    return words("listed.grouped", vacancies=words.count(vacancies))


def _claims(extra: Mapping[str, float | int | None], words: Words) -> Markdown:
    """The claims that the week has decided, and not by definition, in their order."""
    told = ""
    supported = "supported_partly" if extra.get("by_definition") else "supported"
    for verdict, code in ((supported, 1), ("contradicted", -1)):
        # Not in the order of `extra`: a report that was stored and read again has its keys sorted.
        named = [words(f"claim.{key}") for key in CLAIM_IDS if extra.get(key) == code]
        if named:
            told += words(f"claims.{verdict}", claims=Markdown(words("text.semicolon").join(named)))
    return Markdown(told)
