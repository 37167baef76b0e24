"""Demands that one of several skills meets ("LLM or RAG"), as parallel arrays.

A posting tells its demands as a conjunction of groups of tags, of which any tag meets its group; a group of
one tag is that tag asked for by itself. Tags in no group are asked for by themselves, too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import NamedTuple

import numpy as np

from reports.document.choice import Named
from reports.measures.requirements import DEFINING_TAGS
from reports.statistics.arrays import Bools, Ints
from storage.reading.columns import Coded

AI_EXPERIENCE = "ai_product"  # required: experience with AI products, however little, or an interest in them
SOME_AI = DEFINING_TAGS | {AI_EXPERIENCE}
"""Tags that years with AI stand for, and no skill that one names."""

Demanded = tuple[tuple[str, ...], ...]
"""The groups of one posting, as PostingFact.alternatives has them."""


@dataclass(frozen=True, slots=True)
class Groups:
    """One row per group that not everybody meets: its `opening`, ascending, its `kind`, and whether
    experience with AI meets it as well (`ai`). `skills`: the skills (columns of Openings.tags) that each kind
    offers."""

    opening: Ints
    kind: Ints
    ai: Bools
    skills: Bools

    def of(self, opening: int) -> slice:
        """Return the rows of an opening."""
        first, last = np.searchsorted(self.opening, [opening, opening + 1])
        return slice(int(first), int(last))

    def count(self, openings: int, which: Bools | None = None) -> Ints:
        """Return how many groups (those of a mask) each of so many openings has."""
        rows = self.opening if which is None else self.opening[which]
        return np.bincount(rows, minlength=openings)


class _Told(NamedTuple):
    """What the groups of one posting come to: tags that are not asked for by themselves, and its groups."""

    offered: frozenset[str]
    groups: tuple[tuple[frozenset[str], bool], ...]


def groups_of(told: Coded[Demanded], skills: Sequence[str]) -> tuple[Groups, Sequence[frozenset[str]]]:
    """Return the groups that openings demand, `told` being a value per opening; and of each opening the tags
    that it does not ask for by themselves.

    `skills` are the ids of the skills that can be lacked. A group that offers anything else but experience
    with AI is met by everybody, since every product manager brings it.
    """
    known = frozenset(skills)
    read = [_read(value, known) for value in told.values]
    column = {id: i for i, id in enumerate(skills)}
    kinds = {
        ids: kind for kind, ids in enumerate(dict.fromkeys(ids for one in read for ids, _ in one.groups))
    }
    rows: list[tuple[int, int, bool]] = []
    for row in np.flatnonzero(np.array([bool(one.groups) for one in read], dtype=bool)[told.codes]).tolist():
        rows += [(row, kinds[ids], ai) for ids, ai in read[told.codes[row]].groups]
    opening, kind, ai = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    offers = np.zeros((len(kinds), len(skills)), dtype=bool)
    for ids, one in kinds.items():
        offers[one, [column[id] for id in ids]] = True
    return Groups(opening, kind, ai.astype(bool), offers), [one.offered for one in read]


def _read(groups: Demanded, skills: frozenset[str]) -> _Told:
    alone = {ids[0] for ids in groups if len(ids) == 1}
    left = {frozenset(ids) for ids in groups if alone.isdisjoint(ids)}
    least = [ids for ids in left if not any(other < ids for other in left)]
    met = skills | SOME_AI
    kept = ((ids & skills, not ids <= skills) for ids in sorted(least, key=sorted) if ids <= met)
    return _Told(frozenset(id for ids in groups for id in ids) - alone, tuple(kept))


def without(
    required: Bools, told: Coded[Demanded], offered: Sequence[frozenset[str]], ids: Sequence[str]
) -> Bools:
    """Return which tags (columns, `ids`) openings require by themselves: not what they only offer."""
    alone = required.copy()
    column = {id: i for i, id in enumerate(ids)}
    codes = [[column[id] for id in tags if id in column] for tags in offered]
    for row in np.flatnonzero(np.array([bool(one) for one in codes], dtype=bool)[told.codes]).tolist():
        alone[row, codes[told.codes[row]]] = False
    return alone


def any_of(offered: Sequence[Named]) -> Named:
    """Return how a demand is called that one of these tags meets: `llm|rag`, "LLM or RAG", "大模型或 RAG"."""
    return {
        "id": "|".join(one["id"] for one in offered),
        "en": " or ".join(one["en"] for one in offered),
        "zh": reduce(_or_zh, (one["zh"] for one in offered)),
    }


def _or_zh(before: str, after: str) -> str:
    """Join two names, with a blank where the word stands beside Latin letters."""
    return f"{before}{' ' * before[-1:].isascii()}或{' ' * after[:1].isascii()}{after}"
