"""What was changed in postings that stayed open: years, pay, degree, class, requirements; with quotes."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from reports.document.edits import (
    ChangedFact,
    ChangeShare,
    PostingChange,
    PostingChanges,
    PostingLife,
    RewrittenSource,
    Turn,
)
from reports.document.instants import instant
from reports.document.terms import Reason, Status
from reports.measures.evidence import excerpt
from reports.measures.panel import KINDS, NOT_PM, Panel, rows_of
from reports.measures.population import WINDOW_WEEKS, first_spells, window
from reports.measures.qualifications import DEGREES
from reports.measures.requirements import DEFINING_TAGS
from reports.measures.statements import share_row
from reports.measures.years import floor_of
from reports.statistics.arrays import Bools, Ints, count_distinct
from reports.statistics.shares import Clusters
from storage.history import Edited, History, TextVersion
from storage.records import Facts, Pay, PostingFact, TaxonomyTag
from storage.weeks import WEEK, week_end

REWRITTEN = 0.5  # share of a source's postings edited in the window, above which it writes them anew itself
LEAST_REWRITTEN = 10  # postings listed before, and employers of these, by which that is judged
MOST_LISTED = 500  # postings edited last of which the changes are listed
TOLD: tuple[tuple[ChangedFact, Turn], ...] = (
    ("years", "lowered"),
    ("years", "raised"),
    ("years", "added"),
    ("years", "dropped"),
    ("ai_years", "lowered"),
    ("ai_years", "raised"),
    ("ai_years", "added"),
    ("ai_years", "dropped"),
    ("salary", "lowered"),
    ("salary", "raised"),
    ("salary", "added"),
    ("salary", "dropped"),
    ("salary", "changed"),
    ("degree", "lowered"),
    ("degree", "raised"),
    ("degree", "added"),
    ("degree", "dropped"),
    ("role", "changed"),
    ("requirement", "added"),
    ("requirement", "dropped"),
)
"""Of which facts and turns the report says how many postings there are."""


Amounts = tuple[float | None, float | None, str | None, str | None]
"""Lower and upper end of pay, of a year where the period allows it; currency, period."""
Value = float | str | Amounts
_STATED: Mapping[ChangedFact, Callable[[TextVersion], Value | None]] = {
    "years": lambda text: floor_of(text, "total"),
    "ai_years": lambda text: floor_of(text, "ai"),
    "salary": lambda text: None if text.salary is None else _amounts(text.salary),
    "degree": lambda text: None if text.education is None else DEGREES.index(text.education),
    "role": lambda text: text.role,
}
"""What a text states of a fact, so that it can be compared; None: nothing."""


@dataclass(frozen=True, slots=True)
class _Change:
    """A fact (or tag) that differs between the first and the last text of a posting."""

    changed: ChangedFact
    tag: str
    turn: Turn


def posting_changes(panel: Panel, facts: Facts, history: History) -> PostingChanges:
    """Return the changes of postings listed in the report week (their stock) and known before it."""
    listed = panel.listed(panel.last) & (panel.spell_role != NOT_PM)
    postings = panel.posting[first_spells(panel, listed)]
    rows = _known_before(panel, postings)
    first = panel.weeks[-1] - WEEK * (WINDOW_WEEKS - 1)
    second = timedelta(seconds=1)  # instants are whole seconds
    window_ends = (
        week_end(first - WEEK, facts.zone) - second,
        week_end(panel.weeks[-1], facts.zone) - second,
    )
    edited = history.edits(panel.posting_id[rows].tolist(), *window_ends, MOST_LISTED)
    usable = bool(panel.usable[:, panel.last].any())
    status: Status = "ok" if len(rows) else "insufficient"
    reason: Reason = "" if len(rows) else "first_week" if usable and len(postings) else "no_usable_cells"
    source = _source_of(panel)
    rewritten = _rewritten(panel, rows, source, edited)
    if rewritten:
        rows = rows[~np.isin(source[rows], list(rewritten))]
        kept = panel.posting_id[rows].tolist()
        edited = edited.among(kept)
        if edited.unquoted:  # quotes were spent on what does not count
            edited = history.edits(kept, *window_ends, MOST_LISTED)
    changes = {
        posting: list(_changes(texts)) for posting, texts in (*edited.texts.items(), *edited.unquoted.items())
    }
    return {
        "id": "changes",
        "population": "stock",
        "status": status,
        "reason": reason,
        "window": window(panel, panel.last - WINDOW_WEEKS + 1, panel.last),
        "rewritten": list(rewritten.values()),
        "shares": _shares(panel, rows, edited, changes),
        "unread": len(edited.unread),
        "unlisted": sum(bool(changes[posting]) for posting in edited.unquoted),
        "life": _life(panel, np.flatnonzero(listed)),
        "rows": _rows(panel, facts, rows, edited, changes),
    }


def _known_before(panel: Panel, rows: Ints, weeks: int = 1) -> Ints:
    """Those of the postings (panel rows) listed so many weeks before the report week, or earlier."""
    earlier = np.zeros(len(panel.posting_id), dtype=bool)
    earlier[panel.posting[panel.listed_week <= panel.last - weeks]] = True
    return rows[earlier[rows]]


def _source_of(panel: Panel) -> Ints:
    """The code of the source of each posting."""
    source = np.empty(len(panel.posting_id), dtype=panel.source.dtype)
    source[panel.posting] = panel.source[panel.unit]
    return source


def _rewritten(panel: Panel, rows: Ints, source: Ints, edited: Edited) -> dict[int, RewrittenSource]:
    """The sources that write the texts of their postings anew, by their codes, which have the order of names.

    Employers that have nothing to do with each other do not edit most of their postings within four weeks.
    Judged by postings that were listed before these weeks, since what came later had less time to be edited;
    where these are too few, by all that were known before the last week.
    """
    touched = _among(panel.posting_id, edited.postings)
    judged = [_known_before(panel, rows, WINDOW_WEEKS), rows]
    found: dict[int, RewrittenSource] = {}
    for code, name in enumerate(sorted({unit.source for unit in panel.units})):
        for mine in (among[source[among] == code] for among in judged):
            n, employers = len(mine), count_distinct(panel.company[mine])
            if min(n, employers) >= LEAST_REWRITTEN:
                y = int(touched[mine].sum())
                if y > REWRITTEN * n:
                    found[code] = {"source": name, "n": n, "y": y, "employers": employers}
                break
    return found


def _among(ids: Ints, postings: Collection[int]) -> Bools:
    """Return which of the ids (ascending) are among those of some postings."""
    found = np.zeros(len(ids), dtype=bool)
    place = rows_of(ids, np.fromiter(postings, dtype=np.int64))
    found[place[place >= 0]] = True
    return found


# ------------------------------------------------------------------ what differs


def _changes(texts: Sequence[TextVersion]) -> Iterator[_Change]:
    """The facts in which the first and the last text differ."""
    before, after = texts[0], texts[-1]
    for changed, stated in _STATED.items():
        turn = _turn(stated(before), stated(after))
        if turn is not None:
            yield _Change(changed, "", turn)
    for tag in (before.tags.keys() ^ after.tags.keys()) - DEFINING_TAGS:
        yield _Change("requirement", tag, "added" if tag in after.tags else "dropped")


def _turn(before: Value | None, after: Value | None) -> Turn | None:
    """How the fact changed; None if it did not."""
    if before == after:
        return None
    if before is None or after is None:
        return "added" if before is None else "dropped"
    if isinstance(before, tuple) and isinstance(after, tuple):
        return _pay_turn(before, after)
    if isinstance(before, float | int) and isinstance(after, float | int):
        return "raised" if after > before else "lowered"
    return "changed"


def _amounts(pay: Pay) -> Amounts:
    if pay.period in ("month", "year"):
        return pay.annual(pay.min), pay.annual(pay.max), pay.currency, "year"
    return pay.min, pay.max, pay.currency, pay.period


def _pay_turn(before: Amounts, after: Amounts) -> Turn:
    """Raised or lowered where both ends moved one way, in the same currency and period."""
    ends = [(old, new) for old, new in zip(before[:2], after[:2], strict=True) if (old, new) != (None, None)]
    moves = [new - old for old, new in ends if old is not None and new is not None]
    if before[2:] != after[2:] or len(moves) < len(ends):
        return "changed"
    if all(move >= 0 for move in moves):
        return "raised"
    return "lowered" if all(move <= 0 for move in moves) else "changed"


# ------------------------------------------------------------------ how it is told


def _shares(
    panel: Panel, rows: Ints, edited: Edited, changes: Mapping[int, list[_Change]]
) -> list[ChangeShare]:
    ids, employers = panel.posting_id[rows], Clusters(panel.company[rows])

    def share(name: str, postings: set[int]) -> ChangeShare:
        return {**share_row(employers.share(_among(ids, postings))), "id": name}

    of: defaultdict[str, set[int]] = defaultdict(set)
    of["text"] = set(edited.postings)
    for posting, made in changes.items():
        for change in made:
            of["any"].add(posting)
            of[f"{change.changed}_{change.turn}"].add(posting)
    names = ("text", "any", *(f"{changed}_{turn}" for changed, turn in TOLD))
    return [share(name, of[name]) for name in names] if len(rows) else []


def _life(panel: Panel, listed: Ints) -> PostingLife:
    """Facts of the spells listed in the report week (in the order of postings)."""
    posting = panel.posting[listed]
    last = np.flatnonzero(np.diff(posting, append=len(panel.posting_id)))
    postings, unit = posting[last], panel.unit[listed[last]]
    vacancy = panel.vacancy[postings]
    size = np.bincount(vacancy)
    several = np.flatnonzero(size[vacancy] > 1)
    places = panel.postings.coded("places", postings[several])
    named = [tuple(sorted(value)) for value in places.values]
    boards: defaultdict[int, set[int]] = defaultdict(set)
    cities: defaultdict[int, set[tuple[str, ...]]] = defaultdict(set)
    for number, board, code in zip(
        vacancy[several].tolist(), unit[several].tolist(), places.codes.tolist(), strict=True
    ):
        boards[number].add(board)
        if named[code]:
            cities[number].add(named[code])
    again = count_distinct(posting[panel.kind[listed] == KINDS["repost"]])
    return {
        "postings": len(postings),
        "reposted": again,
        "parallel": len(boards),
        "parallel_postings": len(several),
        "several_boards": sum(len(one) > 1 for one in boards.values()),
        "several_cities": sum(len(one) > 1 for one in cities.values()),
        "most": int(size.max(initial=0)),
    }


def _rows(
    panel: Panel, facts: Facts, rows: Ints, edited: Edited, changes: Mapping[int, list[_Change]]
) -> list[PostingChange]:
    tags = {tag.id: tag for tag in facts.taxonomy.tags} if facts.taxonomy else {}
    found: list[PostingChange] = []
    told = rows[_among(panel.posting_id[rows], edited.texts)]
    for row, (_, url) in zip(told.tolist(), panel.postings.heads(told), strict=True):
        number, posting = int(panel.posting_id[row]), panel.postings[row]
        source, texts = facts.units[posting.unit].source, edited.texts[number]
        found += [
            _row(posting, url, source, change, texts, tags.get(change.tag)) for change in changes[number]
        ]
    return sorted(
        found,
        key=lambda row: (
            row["company"],
            row["title"],
            row["url"],
            row["changed"],
            row["tag"],
            row["edited_at"],
        ),
    )


def _row(
    posting: PostingFact,
    url: str,
    source: str,
    change: _Change,
    texts: Sequence[TextVersion],
    named: TaxonomyTag | None,
) -> PostingChange:
    before, after = texts[0], texts[-1]
    return {
        "company": posting.company_name,
        "title": after.title,
        "url": url,
        "source": source,
        "role": after.role,
        "changed": change.changed,
        "turn": change.turn,
        "tag": change.tag,
        "en": named.en if named else change.tag,
        "zh": named.zh if named else change.tag,
        "value_before": _code(change, before),
        "value_after": _code(change, after),
        "words_before": _words(change, before),
        "words_after": _words(change, after),
        "edited_at": instant(_since(change, texts)) or "",
    }


def _since(change: _Change, texts: Sequence[TextVersion]) -> datetime | None:
    """When the text was first seen from which on the fact has stood as it does in the last one."""
    since = texts[-1].since
    for text in reversed(texts):
        if _state(change, text) != _state(change, texts[-1]):
            break
        since = text.since
    return since


def _state(change: _Change, text: TextVersion) -> Value | None:
    if change.tag:
        return "asked" if change.tag in text.tags else None
    return _STATED[change.changed](text)


def _code(change: _Change, text: TextVersion) -> str:
    """What the text states, as the report writes it; "" where it states nothing."""
    if change.tag:
        return text.tags[change.tag][0] if change.tag in text.tags else ""
    if change.changed == "salary":
        return _pay_code(text.salary) if text.salary else ""
    if change.changed == "degree":
        return text.education or ""
    value = _STATED[change.changed](text)
    return "" if value is None else value if isinstance(value, str) else f"{value:g}"


def _pay_code(pay: Pay) -> str:
    ends = dict.fromkeys("" if end is None else f"{end:g}" for end in (pay.min, pay.max))
    months = f"*{pay.months:g}" if pay.months else ""
    return f"{'-'.join(ends)} {pay.currency or ''}/{pay.period or ''}{months}"


def _words(change: _Change, text: TextVersion) -> str:
    """The sentence around the words of the text, else the words alone; "" where it states nothing."""
    if _state(change, text) is None:
        return ""
    if change.changed == "role":
        return text.title
    proof = "education" if change.changed == "degree" else change.changed
    where = text.tags[change.tag][1] if change.tag else text.proof.get(proof)
    if where is None:
        return ""
    found = excerpt(where)
    return found.text if found else where.text[where.start : where.end]
