"""AI PM or AIGC PM: the claims, the requirement groups, the labels, the work, and what postings say."""

from datetime import date

from reports.document.comparison import ClaimSide, EvidenceRow, HypothesisRow, LabelRow, PipelineRow
from reports.document.terms import RoleId, Share
from reports.document.weekly import WeeklyReport
from reports.sections.parts import bracketed, guarded, joined, marked, one_line
from reports.wording.escaping import Markdown, link, md
from reports.wording.tables import Column, table
from reports.wording.words import NOTHING, Words, spark

_NAMED_STAGES = 3
_QUOTES = 5
_LEAST_TOLD = 10  # postings below which a mean says nothing
_PAIR: tuple[RoleId, RoleId] = ("ai_pm", "aigc_pm")
_DEFINING_GROUPS = ("G2", "G3")  # nearly all their tags are techniques that tell the classes apart

# ------------------------------------------------------------------ claims


def hypotheses(report: WeeklyReport, words: Words) -> Markdown:
    """Return the article's claims with this week's verdicts."""
    heads: list[Column] = [
        (words("column.claim"), "left"),
        (words("column.with_n", what=words("role.ai_pm")), "right"),
        (words("column.with_n", what=words("role.aigc_pm")), "right"),
        (words("column.claim_difference"), "right"),
        (words("column.verdict"), "left"),
    ]

    def line(row: HypothesisRow) -> list[str]:
        return [
            marked(words, words(f"claim.{row['claim']}"), row["by_definition"]),
            _level(words, row, row["ai"]),
            _level(words, row, row["aigc"]),
            _claim_difference(words, row),
            _claim_verdict(words, row),
        ]

    return table(heads, [line(row) for row in report["hypotheses"]["rows"]])


def hypotheses_basis(report: WeeklyReport, words: Words) -> Markdown:
    """Return what the verdicts rest on, and which claims nothing can be said of."""
    part = report["hypotheses"]
    basis = words(
        "say.hypotheses_basis",
        window=words.window(part["window"]),
        n_ai=words.count(part["n_ai"]),
        n_aigc=words.count(part["n_aigc"]),
    )
    missing = words.joined([words(f"not_measured.{name}") for name in part["not_measured"]])
    return joined(words, basis, words("say.not_measured", what=missing))


def _level(words: Words, row: HypothesisRow, side: ClaimSide) -> Markdown:
    n = words.count(side["n"])
    if side["level"] is None:
        return NOTHING
    if side["print"] == "counts":  # a mean of a handful says nothing
        return NOTHING if side["y"] is None else Markdown(f"{side['y']}/{n}")
    told = _amount(words, row, side["level"])
    return Markdown(f"({told}) · {n}" if side["print"] == "small_n" else f"{told} · {n}")


def _amount(words: Words, row: HypothesisRow, value: float) -> Markdown:
    unit = row["measured_in"]
    if unit in ("share", "mean_share"):
        return words.percent(value)
    return words(f"unit.{unit}", value=words.estimate(value))


def _claim_difference(words: Words, row: HypothesisRow) -> Markdown:
    change = row["difference"]
    if change["d"] is None:
        return NOTHING
    if row["measured_in"] in ("share", "mean_share"):
        return words.difference(change)
    lo, hi = words.signed(change["lo"]), words.signed(change["hi"])
    return Markdown(f"{words.signed(change['d'])} [{lo}, {hi}]")


def _claim_verdict(words: Words, row: HypothesisRow) -> Markdown:
    verdict = words(f"claim_verdict.{row['verdict']}")
    reason = f"claim_reason.{row['reason']}"
    return words("text.with_detail", name=verdict, detail=words(reason)) if row["reason"] else verdict


# ------------------------------------------------------------------ requirement groups


def groups(report: WeeklyReport, words: Words) -> list[Markdown]:
    """Return the four requirement groups in one statement; nothing without texts to read."""
    part = report["requirement_groups"]
    if part["status"] != "ok":
        return []
    shares = [
        words(
            "say.group_shares",
            group=marked(words, words(f"group.{row['group']}"), row["group"] in _DEFINING_GROUPS),
            ai=_plain_share(words, row["ai"]),
            aigc=_plain_share(words, row["aigc"]),
        )
        for row in part["rows"]
    ]
    return [words("say.groups", groups=Markdown(words("text.semicolon").join(shares)))]


def _plain_share(words: Words, share: Share) -> Markdown:
    """A share without its interval, as its print rule allows."""
    if share["print"] == "counts":
        return Markdown(f"{share['y']}/{share['n']}")
    told = words.percent(share["share"])
    return bracketed(told, share["print"])


# ------------------------------------------------------------------ labels


def labels(report: WeeklyReport, words: Words) -> list[Markdown]:
    """Return what titles promise and texts do not hold, and the other way round, in one line."""
    part = report["labels"]
    whole = part["rows"][0]
    told = []
    if whole["inflated"]["n"]:
        said = words("say.inflated", share=_of(words, whole["inflated"]), markets=_markets(report, words))
        if len({share for share in part["spark"] if share is not None}) > 1:
            said = joined(words, said, words("say.over_13_weeks", spark=spark(part["spark"])))
        shown = [
            words("text.with_detail", name=link(one["title"], one["url"]), detail=one["company"])
            for one in part["examples"]
        ]
        if shown:
            said = joined(words, said, words("say.inflated_examples", examples=words.joined(shown)))
        told.append(said)
    if whole["quiet"]["n"]:
        told.append(words("say.quiet", share=_of(words, whole["quiet"])))
    return one_line(words, told)


def _of(words: Words, share: Share) -> Markdown:
    """A share with its n, as its print rule allows."""
    if share["print"] == "counts":
        return words("say.y_of_n", y=words.count(share["y"]), n=words.count(share["n"]))
    return words("say.share_of_n", share=words.share(share), n=words.count(share["n"]))


def _markets(report: WeeklyReport, words: Words) -> Markdown:
    rows: list[LabelRow] = [r for r in report["labels"]["rows"] if r["market"] and r["inflated"]["n"]]
    if not rows:
        return Markdown("")
    named = [
        words("say.in_market", market=_market(words, row["market"] or ""), share=_of(words, row["inflated"]))
        for row in rows
    ]
    return words("say.by_market", list=words.joined(named))


def _market(words: Words, market: str) -> Markdown:
    return words(f"market.{market}") if words.has(f"market.{market}") else md(market)


# ------------------------------------------------------------------ fingerprint


def fingerprint(report: WeeklyReport, words: Words) -> list[Markdown]:
    """Return where the work lies, in one line."""
    part = report["fingerprint"]
    rows = {row["role"]: row for row in part["rows"]}
    ai, aigc = (rows[role] for role in _PAIR)
    told = []
    if ai["n"] and aigc["n"]:
        told.append(words("say.pipeline", ai=_mean(words, ai), aigc=_mean(words, aigc)))
        lines = [spark([point["mean"] for point in row["weeks"]]) for row in (ai, aigc)]
        if NOTHING not in lines:
            told[-1] = joined(words, told[-1], words("say.pipeline_weeks", ai=lines[0], aigc=lines[1]))
    named = [words("say.stages", role=words(f"role.{r}"), stages=_stages(report, words, r)) for r in _PAIR]
    if all(_told_stages(report, role) for role in _PAIR):
        told += named
    return one_line(words, told)


def _mean(words: Words, row: PipelineRow) -> Markdown:
    n = words.count(row["n"])
    if row["n"] < _LEAST_TOLD:
        return words("say.too_few", n=n)
    share = words.percent_between(row["mean"], row["lo"], row["hi"], signed=False)
    return words("say.share_of_n", share=guarded(share, row["n"], row["employers"]), n=n)


def _told_stages(report: WeeklyReport, role: RoleId) -> list[tuple[str, Share]]:
    """The stages that most postings of a class name, most first."""
    rows = report["fingerprint"]["stages"]
    told = [(row["stage"], row["ai"] if role == "ai_pm" else row["aigc"]) for row in rows]
    shown = [(stage, share) for stage, share in told if share["y"] and share["print"] != "counts"]
    return sorted(shown, key=lambda one: -(one[1]["share"] or 0.0))[:_NAMED_STAGES]


def _stages(report: WeeklyReport, words: Words, role: RoleId) -> Markdown:
    return words.joined(
        [
            words("text.with_detail", name=words(f"stage.{stage}"), detail=words.percent(share["share"]))
            for stage, share in _told_stages(report, role)
        ]
    )


# ------------------------------------------------------------------ evidence


def evidence(report: WeeklyReport, words: Words) -> list[Markdown]:
    """Return the quotes, each with where it stands."""
    rows = report["evidence"]["rows"]
    told = [_quoted(row, words) for row in rows[:_QUOTES]]
    if hidden := len(rows) - len(told):
        more = words("say.more_rows", count=words.count(hidden), file="evidence.csv")
        return [*told[:-1], Markdown(f"{told[-1]} · {more}")]
    return told


def _quoted(row: EvidenceRow, words: Words) -> Markdown:
    return words(
        "say.quote",
        quote=bold_inside(row["quote_before"], row["quoted_words"], row["quote_after"]),
        title=link(row["title"], row["url"]),
        company=row["company"],
        role=words(f"role.{row['role']}"),
        source=row["source"],
        day=words.said_date(date.fromisoformat(row["appeared"])),
    )


def bold_inside(before: str, term: str, after: str) -> Markdown:
    """Return a quote with its term in bold; emphasis needs room beside a term that ends in a sign."""
    left = " " if before and not before[-1:].isspace() and not term[:1].isalnum() else ""
    right = " " if after and not after[:1].isspace() and not term[-1:].isalnum() else ""
    return Markdown(f"{_part(before)}{left}**{md(term)}**{right}{_part(after)}")


def _part(text: str) -> str:
    """Escape a part of a line, and keep the blanks that separate it from its neighbours."""
    lead = " " if text[:1].isspace() else ""
    trail = " " if text[-1:].isspace() else ""
    inner = md(f"-{text}")[2:] if text.strip() else ""  # inside a line nothing begins a block
    return f"{lead}{inner.strip()}{trail}"
