"""What was changed in postings that stayed open: years, pay, degree, class, requirements; with quotes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from reports.document.edits import ChangedFact, ChangeShare, PostingChange, PostingChanges, PostingLife, Turn
from reports.document.terms import Reason, Status
from reports.instants import instant
from reports.measures.evidence import excerpt
from reports.measures.experience import floor_of
from reports.measures.panel import KINDS, NOT_PM, Panel
from reports.measures.population import WINDOW_WEEKS, window
from reports.measures.requirements import DEFINING_TAGS
from reports.measures.statements import share_of
from reports.statistics.arrays import Bools, Ints
from storage.history import Edited, History, TextVersion
from storage.records import Facts, Passage, Pay, PostingFact, TaxonomyTag
from storage.weeks import WEEK, week_end

DEGREES = ("none", "high_school", "associate", "bachelor", "master", "doctorate")
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


@dataclass(frozen=True, slots=True)
class _Said:
    """A fact as a text states it: what is compared, how it is written, where it stands. None: not stated."""

    value: float | str | Amounts
    code: str
    where: Passage | None


@dataclass(frozen=True, slots=True)
class _Change:
    """A fact that differs between the first and the last text; `since` is the first text that has it."""

    changed: ChangedFact
    tag: str
    turn: Turn
    before: _Said | None
    after: _Said | None
    since: int


def posting_changes(panel: Panel, facts: Facts, history: History) -> PostingChanges:
    """Return the changes of postings listed in the report week (their stock) and known before it."""
    listed = np.flatnonzero(panel.listed(panel.last) & (panel.spell_role != NOT_PM))
    rows = _known_before(panel, np.unique(panel.posting[listed]))
    first = panel.weeks[-1] - WEEK * (WINDOW_WEEKS - 1)
    second = timedelta(seconds=1)  # instants are whole seconds
    edited = history.edits(
        panel.posting_id[rows].tolist(),
        week_end(first - WEEK, facts.zone) - second,
        week_end(panel.weeks[-1], facts.zone) - second,
    )
    usable = bool(panel.usable[:, panel.last].any())
    status: Status = "ok" if len(rows) else "insufficient"
    reason: Reason = "" if len(rows) else "first_week" if usable and len(listed) else "no_usable_cells"
    changes = {posting: list(_changes(texts)) for posting, texts in edited.texts.items()}
    return {
        "id": "changes",
        "population": "stock",
        "status": status,
        "reason": reason,
        "window": window(panel, panel.last - WINDOW_WEEKS + 1, panel.last),
        "shares": _shares(panel, rows, edited, changes),
        "unread": len(edited.unread),
        "life": _life(panel, listed),
        "rows": _rows(panel, facts, rows, edited, changes),
    }


def _known_before(panel: Panel, rows: Ints) -> Ints:
    """Those of the postings (panel rows) that were listed in a week before the report week, too."""
    earlier = np.unique(panel.posting[panel.listed_week < panel.last])
    return rows[np.isin(rows, earlier)]


# ------------------------------------------------------------------ what differs


def _changes(texts: Sequence[TextVersion]) -> Iterator[_Change]:
    """The facts in which the first and the last text differ."""
    said = [_said(text) for text in texts]
    for key in sorted(said[0].keys() | said[-1].keys()):
        before, after = said[0].get(key), said[-1].get(key)
        turn = _turn(key[0], before, after)
        if turn is not None:
            same = [_value(one.get(key)) == _value(after) for one in said]
            since = len(same) - next((i for i, one in enumerate(reversed(same)) if not one), 0)
            yield _Change(key[0], key[1], turn, before, after, since)


def _value(said: _Said | None) -> object:
    return None if said is None else said.value


def _said(text: TextVersion) -> Mapping[tuple[ChangedFact, str], _Said]:
    """(fact, tag) -> what the text says; facts that it does not state are left out."""
    found: dict[tuple[ChangedFact, str], _Said] = {("role", ""): _Said(text.role, text.role, _title(text))}
    floors: dict[ChangedFact, float | None] = {
        "years": floor_of(text, "total"),
        "ai_years": floor_of(text, "ai"),
    }
    for changed, floor in floors.items():
        if floor is not None:
            found[changed, ""] = _Said(floor, f"{floor:g}", text.proof.get(changed))
    if text.education is not None:
        where = text.proof.get("education")
        found["degree", ""] = _Said(DEGREES.index(text.education), text.education, where)
    if text.salary is not None:
        found["salary", ""] = _Said(_amounts(text.salary), _pay_code(text.salary), text.proof.get("salary"))
    for tag in text.tags.keys() - DEFINING_TAGS:
        level, where = text.tags[tag]
        found["requirement", tag] = _Said("asked", level, where)
    return found


def _title(text: TextVersion) -> Passage:
    return Passage(text.title, 0, len(text.title), "")


def _turn(changed: ChangedFact, before: _Said | None, after: _Said | None) -> Turn | None:
    """How the fact changed; None if it did not."""
    if before is None or after is None:
        return "added" if before is None else "dropped"
    if before.value == after.value:
        return None
    if isinstance(before.value, tuple) and isinstance(after.value, tuple):
        return _pay_turn(before.value, after.value)
    if isinstance(before.value, float | int) and isinstance(after.value, float | int):
        return "raised" if after.value > before.value else "lowered"
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


def _pay_code(pay: Pay) -> str:
    ends = dict.fromkeys("" if end is None else f"{end:g}" for end in (pay.min, pay.max))
    months = f"*{pay.months:g}" if pay.months else ""
    return f"{'-'.join(ends)} {pay.currency or ''}/{pay.period or ''}{months}"


# ------------------------------------------------------------------ how it is told


def _shares(
    panel: Panel, rows: Ints, edited: Edited, changes: Mapping[int, list[_Change]]
) -> list[ChangeShare]:
    ids, employer = panel.posting_id[rows], panel.company[rows]

    def share(name: str, postings: set[int]) -> ChangeShare:
        y: Bools = np.isin(ids, np.array(sorted(postings), dtype=np.int64))
        return {**share_of(y, employer), "id": name}

    found = [
        share("text", {*edited.texts, *edited.unread}),
        share("any", {posting for posting, made in changes.items() if made}),
    ]
    for changed, turn in TOLD:
        of = {p for p, made in changes.items() if any((c.changed, c.turn) == (changed, turn) for c in made)}
        found.append(share(f"{changed}_{turn}", of))
    return found if len(rows) else []


def _life(panel: Panel, listed: Ints) -> PostingLife:
    """Facts of the spells listed in the report week."""
    postings = np.unique(panel.posting[listed])
    _, vacancy, size = np.unique(panel.vacancy[postings], return_inverse=True, return_counts=True)
    several = np.flatnonzero(size > 1)
    boards: dict[int, set[int]] = {int(one): set() for one in several}
    cities: dict[int, set[tuple[str, ...]]] = {int(one): set() for one in several}
    unit = dict(zip(panel.posting[listed].tolist(), panel.unit[listed].tolist(), strict=True))
    for row, number in zip(postings.tolist(), vacancy.reshape(-1).tolist(), strict=True):
        if number in boards:
            boards[number].add(unit[row])
            if places := panel.postings[row].places:
                cities[number].add(tuple(sorted(places)))
    again = np.unique(panel.posting[listed[panel.kind[listed] == KINDS["repost"]]])
    return {
        "postings": len(postings),
        "reposted": len(again),
        "parallel": len(several),
        "parallel_postings": int(size[several].sum()),
        "several_boards": sum(len(one) > 1 for one in boards.values()),
        "several_cities": sum(len(one) > 1 for one in cities.values()),
        "most": int(size.max(initial=0)),
    }


def _rows(
    panel: Panel, facts: Facts, rows: Ints, edited: Edited, changes: Mapping[int, list[_Change]]
) -> list[PostingChange]:
    tags = {tag.id: tag for tag in facts.taxonomy.tags} if facts.taxonomy else {}
    found: list[PostingChange] = []
    for row in rows.tolist():
        number = int(panel.posting_id[row])
        for change in changes.get(number, ()):
            text = edited.texts[number][change.since]
            source = facts.units[panel.postings[row].unit].source
            found.append(_row(panel.postings[row], source, change, text, edited.texts[number][-1], tags))
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
    source: str,
    change: _Change,
    since: TextVersion,
    last: TextVersion,
    tags: Mapping[str, TaxonomyTag],
) -> PostingChange:
    named = tags.get(change.tag)
    return {
        "company": posting.company_name,
        "title": last.title,
        "url": posting.url,
        "source": source,
        "role": last.role,
        "changed": change.changed,
        "turn": change.turn,
        "tag": change.tag,
        "en": named.en if named else change.tag,
        "zh": named.zh if named else change.tag,
        "value_before": change.before.code if change.before else "",
        "value_after": change.after.code if change.after else "",
        "words_before": _quote(change.before),
        "words_after": _quote(change.after),
        "edited_at": instant(since.since) or "",
    }


def _quote(said: _Said | None) -> str:
    """The sentence around the words, else the words alone; "" where there are none."""
    if said is None or said.where is None:
        return ""
    found = excerpt(said.where)
    return found.text if found else said.where.text[said.where.start : said.where.end]
