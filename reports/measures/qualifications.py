"""T8: degrees, languages, industries, workplace and travel. What is not said is unknown, never none."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
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
from reports.measures.panel import Panel
from reports.measures.population import WINDOW_WEEKS, Population, window, with_text
from reports.measures.statements import adjust, change_row, direction_of, share_of
from reports.statistics.arrays import Bools
from reports.statistics.differences import stratified_difference
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


@dataclass(frozen=True, slots=True)
class _Answer:
    """One answer over the postings of a population: who is asked (`among`), who says it, who requires it."""

    topic: Topic
    answer: str
    base: Base
    among: Bools
    y: Bools
    required: Bools


def qualifications(panel: Panel, people: Population) -> Qualifications:
    """Return T8 over a population of postings (its stratum: the source)."""
    classes = {role: people.of(role) for role in ROLES}
    answers = [found for found in _answers(panel, people) if found.y.any()]
    contrast = [_contrast(people, one) for one in answers if (one.topic, one.answer) in TESTED]
    adjust([row["difference"] for row in contrast])
    for row in contrast:
        row["direction"] = direction_of(row["difference"])
    return {
        "id": "T8",
        "population": "window",
        "status": "ok" if len(people.rows) else "insufficient",
        "reason": "" if len(people.rows) else "no_postings",
        "window": window(panel, panel.last - WINDOW_WEEKS + 1, panel.last),
        "rows": [row for one in answers for row in _rows(people, classes, one)],
        "contrast": contrast,
        "tested": sum(row["difference"]["p"] is not None for row in contrast),
    }


def _rows(people: Population, classes: Mapping[RoleId, Bools], one: _Answer) -> Iterator[QualificationRow]:
    for role, members in classes.items():
        mine = np.flatnonzero(members & one.among)
        yield {
            **share_of(one.y[mine], people.employer[mine]),
            "qualification": one.topic,
            "answer": one.answer,
            "role": role,
            "base": one.base,
            "required": int(one.required[mine].sum()),
        }


def _contrast(people: Population, one: _Answer) -> QualificationContrast:
    ai, aigc = people.of("ai_pm") & one.among, people.of("aigc_pm") & one.among
    both = ai | aigc
    found = stratified_difference(one.y[both], aigc[both], people.stratum[both], people.employer[both])
    return {
        "qualification": one.topic,
        "answer": one.answer,
        "ai": share_of(one.y[ai], people.employer[ai]),
        "aigc": share_of(one.y[aigc], people.employer[aigc]),
        "difference": change_row(found, int(both.sum())),
        "direction": "insufficient",
    }


# ------------------------------------------------------------------ what postings say


def _answers(panel: Panel, people: Population) -> Iterator[_Answer]:
    """Yield the answers, each as a question that is put to every different value of a fact once."""

    def saying(fact: str, test: Callable[[Any], bool]) -> Bools:
        return panel.postings.each(fact, test, people.rows).astype(bool)

    def asked(topic: Topic, fact: str, *, whole: bool) -> Iterator[_Answer]:
        """Yield what may be asked for several at once; `whole`: any of them, first."""
        column = panel.postings.coded(fact, people.rows)
        names = sorted({name for value in column.values for name in value})
        for name in ["any"] * whole + names:
            y = saying(fact, partial(_named, name))
            firm = saying(fact, partial(_required, name))
            yield _Answer(topic, name, "with_text", read, y & read, firm & read)

    read = with_text(panel, people)
    required = saying("education_required", bool)
    everyone = np.ones(len(people.rows), dtype=bool)
    stated = saying("education", partial(is_not, None))
    yield _Answer("degree", "stated", "all", everyone, stated, stated & required)
    for degree in DEGREES:
        here = saying("education", partial(eq, degree))
        yield _Answer("degree_floor", degree, "stated", stated, here, here & required)
    for degree in AT_LEAST:
        enough = DEGREES[DEGREES.index(degree) :]
        here = saying("education", enough.__contains__)
        yield _Answer("degree_at_least", degree, "stated", stated, here, here & required)
    yield from asked("degree_special", "degree_specials", whole=False)
    yield from asked("language", "languages", whole=True)
    yield from asked("industry", "industries", whole=True)
    said, nobody = saying("workplace", partial(is_not, None)), np.zeros_like(everyone)
    yield _Answer("workplace", "stated", "all", everyone, said, nobody)
    for name, places in (("remote_or_hybrid", AWAY), *((place, (place,)) for place in WORKPLACES)):
        here = saying("workplace", places.__contains__)
        yield _Answer("workplace", name, "stated", said, here, nobody)
    travels = saying("travel", partial(is_not, None)) & read
    firm = saying("travel", partial(eq, "required"))
    yield _Answer("travel", "asked", "with_text", read, travels, travels & firm)


def _named(name: str, asked: Mapping[str, str]) -> bool:
    return bool(asked) if name == "any" else name in asked


def _required(name: str, asked: Mapping[str, str]) -> bool:
    return "required" in asked.values() if name == "any" else asked.get(name) == "required"
