"""What was changed in postings that stayed open."""

from collections.abc import Callable, Iterator, Mapping

from reports.document.edits import ChangedFact, PostingChange, PostingChanges, Turn
from reports.document.weekly import WeeklyReport
from reports.wording.escaping import Markdown, link, md
from reports.wording.words import Words

MAX_EXAMPLES = 3
MAX_KINDS = 5
_FIRST: tuple[tuple[ChangedFact, Turn], ...] = (
    ("years", "lowered"),
    ("ai_years", "dropped"),
    ("ai_years", "lowered"),
    ("degree", "dropped"),
    ("salary", "raised"),
    ("salary", "lowered"),
    ("role", "changed"),
    ("years", "raised"),
    ("ai_years", "added"),
    ("requirement", "added"),
    ("requirement", "dropped"),
)
"""What opens or shuts a door is told first."""


def counts(report: WeeklyReport, words: Words) -> Markdown:
    """Return how many postings were edited and what of them changed most, and the facts of their lives."""
    part = report["changes"]
    shares = {share["id"]: share for share in part["shares"]}
    week, span = report["week"], words.window(part["window"])
    told: list[Markdown] = []
    if shares and not shares["text"]["y"]:
        n = words.count(shares["any"]["n"])
        told = [words("changes.none", n=n, week=week, window=span)]
    elif shares:
        n = words.count(shares["any"]["n"])
        kinds = sorted(
            (share for name, share in shares.items() if share["y"] and name not in ("text", "any")),
            key=lambda share: (-share["y"], share["id"]),
        )
        items = [
            words("changes.item", what=words(f"turned.{share['id']}"), count=words.count(share["y"]))
            for share in kinds[:MAX_KINDS]
        ]
        listed = words("changes.listed", list=words.joined(items)) if items else Markdown("")
        told = [
            words(
                "changes.basis",
                n=n,
                week=week,
                window=span,
                edited=words.count(shares["text"]["y"]),
                share=words.share(shares["text"]),
                any=words.count(shares["any"]["y"]),
                list=listed,
            )
        ]
        if part["unread"]:
            told.append(words("changes.unread", count=words.count(part["unread"])))
    told += [
        words(
            "changes.rewritten",
            source=row["source"],
            n=words.count(row["n"]),
            y=words.count(row["y"]),
            employers=words.count(row["employers"]),
        )
        for row in part["rewritten"]
    ]
    return Markdown(words("text.sentence_gap").join([*told, *_life(part, words)]))


def _life(part: PostingChanges, words: Words) -> Iterator[Markdown]:
    life = part["life"]
    if life["reposted"] or life["parallel"]:
        yield words(
            "changes.life",
            postings=words.count(life["postings"]),
            reposted=words.count(life["reposted"]),
            parallel=words.count(life["parallel"]),
            boards=words.count(life["several_boards"]),
            cities=words.count(life["several_cities"]),
        )


def examples(report: WeeklyReport, words: Words) -> list[Markdown]:
    """Return up to three changes with their quotes, each of another employer; what opens a door first."""
    rows = report["changes"]["rows"]
    chosen: list[PostingChange] = []
    for row in sorted(rows, key=_rank):
        if len(chosen) < MAX_EXAMPLES and row["company"] not in {one["company"] for one in chosen}:
            chosen.append(row)
    told = [_example(row, report["provenance"]["zone"], words) for row in chosen]
    hidden = len(rows) - len(chosen)
    if told and hidden:
        more = words("changes.more", count=words.count(hidden))
        told[-1] = Markdown(f"{told[-1]}{words('text.sentence_gap')}{more}")
    return told


def _rank(row: PostingChange) -> tuple[int, bool, str, str, str, str, str]:
    kind = (row["changed"], row["turn"])
    place = _FIRST.index(kind) if kind in _FIRST else len(_FIRST)
    unproved = row["words_before"] == row["words_after"]
    return place, unproved, row["company"], row["title"], row["url"], row["tag"], row["edited_at"]


def _example(row: PostingChange, zone: str, words: Words) -> Markdown:
    return words(
        "changes.example",
        company=row["company"],
        title=link(row["title"], row["url"]),
        what=words.tag(row) if row["tag"] else words(f"changed.{row['changed']}"),
        before=_value(row["changed"], row["value_before"], words),
        after=_value(row["changed"], row["value_after"], words),
        quotes=_quotes(row, words),
        day=words.said_day(row["edited_at"], zone),
    )


def _value(changed: ChangedFact, code: str, words: Words) -> Markdown:
    return _WRITTEN[changed](words, code) if code else words("changes.nothing")


_WRITTEN: Mapping[ChangedFact, Callable[[Words, str], Markdown]] = {
    "years": lambda words, code: words.number(float(code)),
    "ai_years": lambda words, code: words.number(float(code)),
    "salary": lambda words, code: md(code),
    "degree": lambda words, code: words(f"degree.{code}"),
    "role": lambda words, code: words(f"class.{code}"),
    "requirement": lambda words, code: words(f"level.{code}"),
}


def _quotes(row: PostingChange, words: Words) -> Markdown:
    before, after = row["words_before"], row["words_after"]
    if before == after:  # then something else in the text made the difference
        return Markdown("")
    if before and after:
        return words("changes.quotes", before=before, after=after)
    if before:
        return words("changes.quote_before", before=before)
    return words("changes.quote_after", after=after) if after else Markdown("")
