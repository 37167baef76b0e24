"""T8: degrees, languages, industries, workplace and travel. What is not said is unknown, never none."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, partial
from operator import eq, is_not
from typing import Any, get_args

import numpy as np

from reports.document.qualifications import (
    Base,
    QualificationContrast,
    QualificationRow,
    Qualifications,
    Topic,
)
from reports.document.terms import ROLES, RoleId
from reports.measures.comparison import Comparison
from reports.measures.panel import Panel
from reports.measures.population import WINDOW_WEEKS, window
from reports.measures.statements import adjust, change_row, direction_of, share_row
from reports.statistics.arrays import Bools, Ints
from reports.statistics.shares import Clusters
from storage.records import EducationLevel

DEGREES: tuple[EducationLevel, ...] = get_args(EducationLevel)  # from none to doctorate
AT_LEAST: tuple[EducationLevel, ...] = ("bachelor", "master")
WORKPLACES = ("remote", "hybrid", "onsite")
AWAY = ("remote", "hybrid")
TESTED: tuple[tuple[Topic, str], ...] = (
    ("degree_at_least", "bachelor"),
    ("degree_at_least", "master"),
    ("degree_special", "technical_major"),
    ("language", "any"),
    ("industry", "any"),
    ("workplace", "remote_or_hybrid"),
    ("travel", "asked"),
)


@dataclass(frozen=True)
class _Asked:
    """The postings of a population that a question is put to, both classes of them side by side."""

    base: Base
    among: Bools
    compared: Comparison

    @cached_property
    def classes(self) -> Mapping[RoleId, tuple[Ints, Clusters]]:
        """By class: the places of its postings that are asked, and their employers."""
        people = self.compared.people
        rows = {role: np.flatnonzero(people.of(role) & self.among) for role in ROLES}
        return {role: (mine, Clusters(people.employer[mine])) for role, mine in rows.items()}


@dataclass(frozen=True, slots=True)
class _Answer:
    """One answer over the postings of a population: who is asked, who says it, who requires it."""

    topic: Topic
    answer: str
    asked: _Asked
    y: Bools
    required: Bools


def qualifications(panel: Panel, compared: Comparison) -> Qualifications:
    """Return T8 over the population of postings that is compared (its stratum: the source)."""
    people = compared.people
    answers = [found for found in _answers(panel, compared) if found.y.any()]
    contrast = [_contrast(one) for one in answers if (one.topic, one.answer) in TESTED]
    adjust([row["difference"] for row in contrast])
    for row in contrast:
        row["direction"] = direction_of(row["difference"])
    return {
        "id": "T8",
        "population": "window",
        "status": "ok" if len(people.rows) else "insufficient",
        "reason": "" if len(people.rows) else "no_postings",
        "window": window(panel, panel.last - WINDOW_WEEKS + 1, panel.last),
        "rows": [row for one in answers for row in _rows(one)],
        "contrast": contrast,
        "tested": sum(row["difference"]["p"] is not None for row in contrast),
    }


def _rows(one: _Answer) -> Iterator[QualificationRow]:
    for role, (mine, employers) in one.asked.classes.items():
        yield {
            **share_row(employers.share(one.y[mine])),
            "qualification": one.topic,
            "answer": one.answer,
            "role": role,
            "base": one.asked.base,
            "required": int(one.required[mine].sum()),
        }


def _contrast(one: _Answer) -> QualificationContrast:
    compared = one.asked.compared
    in_ai, in_aigc = compared.shares(one.y)
    return {
        "qualification": one.topic,
        "answer": one.answer,
        "ai": in_ai,
        "aigc": in_aigc,
        "difference": change_row(compared.difference(one.y), in_ai["n"] + in_aigc["n"]),
        "direction": "insufficient",
    }


# ------------------------------------------------------------------ what postings say


def _answers(panel: Panel, compared: Comparison) -> Iterator[_Answer]:
    """Yield the answers, each as a question that is put to every different value of a fact once."""
    told = cache(partial(panel.postings.coded, rows=compared.people.rows))

    def saying(fact: str, test: Callable[[Any], bool]) -> Bools:
        found: Bools = told(fact).each(test).astype(bool)
        return found

    def asked(topic: Topic, fact: str, *, whole: bool) -> Iterator[_Answer]:
        """Yield what may be asked for several at once; `whole`: any of them, first."""
        names = sorted({name for value in told(fact).values for name in value})
        for name in ["any"] * whole + names:
            y = saying(fact, partial(_named, name))
            firm = saying(fact, partial(_required, name))
            yield _Answer(topic, name, texts, y & read, firm & read)

    def those(base: Base, among: Bools) -> _Asked:
        return _Asked(base, among, compared.among(among))

    read = compared.read
    texts = _Asked("with_text", read, compared.with_text)
    everyone = _Asked("all", np.ones(len(read), dtype=bool), compared)
    required = saying("education_required", bool)
    stated = saying("education", partial(is_not, None))
    degree_stated = those("stated", stated)
    yield _Answer("degree", "stated", everyone, stated, stated & required)
    for degree in DEGREES:
        here = saying("education", partial(eq, degree))
        yield _Answer("degree_floor", degree, degree_stated, here, here & required)
    for degree in AT_LEAST:
        enough = DEGREES[DEGREES.index(degree) :]
        here = saying("education", enough.__contains__)
        yield _Answer("degree_at_least", degree, degree_stated, here, here & required)
    yield from asked("degree_special", "degree_specials", whole=False)
    yield from asked("language", "languages", whole=True)
    yield from asked("industry", "industries", whole=True)
    said, nobody = saying("workplace", partial(is_not, None)), np.zeros(len(read), dtype=bool)
    place_stated = those("stated", said)
    yield _Answer("workplace", "stated", everyone, said, nobody)
    for name, places in (("remote_or_hybrid", AWAY), *((place, (place,)) for place in WORKPLACES)):
        here = saying("workplace", places.__contains__)
        yield _Answer("workplace", name, place_stated, here, nobody)
    travels = saying("travel", partial(is_not, None)) & read
    firm = saying("travel", partial(eq, "required"))
    yield _Answer("travel", "asked", texts, travels, travels & firm)


def _named(name: str, asked: Mapping[str, str]) -> bool:
    return bool(asked) if name == "any" else name in asked


def _required(name: str, asked: Mapping[str, str]) -> bool:
    return "required" in asked.values() if name == "any" else asked.get(name) == "required"
