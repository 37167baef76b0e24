"""Would a fitted model tell the role class better than the rule? `python benchmarks/role_models.py DATA`

Multinomial logistic regressions are fitted to all labelled postings on which both labellers agree, and judged
on employers left out of the fit (ten parts, drawn anew in each round):

    tags    per kind of AI (classic, generative, unspecified) and per zone, use and wish: how many tags and
            how many sentences name it, as log(1 + n); the language; the length
    scores  what the rule makes of a posting (the parts of its points, both axes, their share, its class),
            what the title names, each axis by zone, and how many different tags of each requirement group
    all     tags and what the rule makes of them

Inputs are standardised; an input that fewer than eight postings have is left out. The fit minimises

    -sum log p(label | inputs) + strength / 2 · sum of the squared weights

by Adam (Kingma & Ba 2015), from zero, 400 steps: no seed. The strength is chosen among three inside each fit,
on employers left out of it once more (nested cross-validation), so that no choice has seen what it is judged
by. The last column says how much more often the model is right than the rule, with the 95 % interval of the
bootstrap that draws employers (Efron 1979, percentiles).

The rule was written with these postings in view, so its figure is not one of postings left out; roles.py says
what refitting its numbers changes. Needs the folder of real postings; five minutes.
"""

import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parent))

from data_options import data_options
from labelled import Row, gold, own

from scraper.normalizing.companies import company_key
from scraper.tagging.hits import Hit
from scraper.tagging.role_signs import counts, sign_of
from scraper.tagging.roles import Verdict
from scraper.understanding.posting import understand

ROLES = ("aigc_pm", "ai_pm", "both", "other_pm")
STRENGTHS = (5.0, 20.0, 60.0)
MODELS = ("tags", "scores", "all")
_KINDS = {0: "classic", 1: "genai", None: "ai"}
_FEW = 8
_PARTS = 10
_INNER = 4
_STEPS = 400
_RATE = 0.03
_RESAMPLES = 2000
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Inputs = Mapping[str, float]


class Case(NamedTuple):
    """A labelled posting: its label and the rule's answer as indexes of ROLES, the inputs of each model."""

    label: int
    rule: int
    employer: str
    inputs: Mapping[str, Inputs]


def tag_inputs(hits: Iterable[Hit], language: str, sentences: int) -> dict[str, float]:
    """Return how many tags and sentences name AI, by kind and place."""
    tags, places = defaultdict[str, set[str]](set), defaultdict[str, set[int]](set)
    for hit in hits:
        if hit.tag.era != "none":
            wish = hit.requirement == "preferred" and hit.field != "title"
            place = "wish" if wish else hit.zone if hit.stance == "build" else hit.stance
            key = f"{_KINDS[sign_of(hit.tag).axis]} {place}"
            tags[key].add(hit.tag.out)
            places[key].add(hit.sentence)
    found = {f"tags: {key}": float(np.log1p(len(of))) for key, of in tags.items()}
    found |= {f"sentences: {key}": float(np.log1p(len(of))) for key, of in places.items()}
    return found | {"length": float(np.log1p(sentences)), "english": float(language == "en")}


def score_inputs(hits: Iterable[Hit]) -> dict[str, float]:
    """Return what the title names, each axis by zone, and the tags of each requirement group."""
    share, groups = defaultdict[tuple[str, int], float](float), defaultdict[str, set[str]](set)
    found: dict[str, float] = {}
    for hit in hits:
        axis, weight, on_model, generic = sign_of(hit.tag)
        if hit.field == "title":
            named = "generic" if generic else _KINDS[axis]
            if hit.tag.era != "none":
                found[f"title: {named}"] = max(found.get(f"title: {named}", 0.0), weight)
        elif counts(hit):
            for group in hit.tag.groups:
                groups[group].add(hit.tag.out)
            if axis is not None:
                place = (f"{_KINDS[axis]} {hit.zone}", hit.sentence)
                share[place] = max(share[place], weight)
            if on_model:
                share["on model", hit.sentence] = max(share["on model", hit.sentence], on_model)
    sums = defaultdict[str, float](float)
    for (name, _), weight in share.items():
        sums[name] += weight
    found |= {f"axis: {name}": float(np.log1p(value)) for name, value in sums.items()}
    return found | {f"group: {name}": float(np.log1p(len(of))) for name, of in groups.items()}


def rule_inputs(verdict: Verdict) -> dict[str, float]:
    """Return what the rule makes of a posting."""
    both = verdict.genai + verdict.classic
    share = verdict.genai / both if both else 0.5
    return {
        **{f"part: {name}": value for name, value in verdict.parts.items()},
        **{f"rule: {role}": float(verdict.role == role) for role in ROLES},
        "points": verdict.points,
        "classic": float(np.log1p(verdict.classic)),
        "genai": float(np.log1p(verdict.genai)),
        "share": share,
        "mixed": max(0.0, 1 - 3 * abs(share - 0.5)),
        "smaller": float(np.log1p(min(verdict.genai, verdict.classic))),
    }


def cases(rows: Iterable[tuple[str, Row]]) -> list[Case]:
    """Return the cases of (language, row); rows that a labeller or the rule takes for no PM's are none."""
    found = []
    for language, row in rows:
        if row["role"] != row["second"]["role"] or row["role"] == "not_pm":
            continue
        company = row.get("company") or ""
        detail = understand(row["title"], row["description"], company=company).detail
        if detail.verdict.role == "not_pm":
            continue
        key = company_key(company)
        tags = tag_inputs(detail.hits, language, len(detail.sentences))
        rule = rule_inputs(detail.verdict)
        scores = rule | score_inputs(detail.hits) | {"english": float(language == "en")}
        employer = row["id"] if not key or key.startswith("anonymous:") else key
        inputs = {"tags": tags, "scores": scores, "all": tags | rule}
        label, said = ROLES.index(row["role"]), ROLES.index(detail.verdict.role)
        found.append(Case(label, said, employer, inputs))
    return found


def table(inputs: Sequence[Inputs]) -> Floats:
    """Return the standardised inputs, a row a case, a column of ones first."""
    have = Counter(name for one in inputs for name in one)
    names = sorted(name for name, n in have.items() if n >= _FEW)
    values = np.array([[one.get(name, 0.0) for name in names] for one in inputs])
    return np.column_stack([np.ones(len(values)), (values - values.mean(0)) / (values.std(0) + 1e-9)])


def fit(inputs: Floats, labels: Ints, strength: float) -> Floats:
    """Return the weights (inputs × classes) that minimise the sum in the module's docstring."""
    weights = np.zeros((inputs.shape[1], len(ROLES)))
    first, second = np.zeros_like(weights), np.zeros_like(weights)
    wanted = np.eye(len(ROLES))[labels]
    for step in range(1, _STEPS + 1):
        scores = inputs @ weights
        chance = np.exp(scores - scores.max(1, keepdims=True))
        slope = inputs.T @ (chance / chance.sum(1, keepdims=True) - wanted)
        slope[1:] += strength * weights[1:]
        first = 0.9 * first + 0.1 * slope
        second = 0.999 * second + 0.001 * slope**2
        weights -= _RATE * first / (1 - 0.9**step) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
    return weights


def parts_of(employers: Sequence[str], parts: int, round: int) -> Ints:
    """Return the part that each case is in; an employer is in one."""
    names = sorted(set(employers))
    random.Random(round).shuffle(names)
    part = {name: place % parts for place, name in enumerate(names)}
    return np.array([part[name] for name in employers])


def left_out(inputs: Floats, labels: Ints, of: Ints, strength: float) -> Ints:
    """Return what models say of each case, each fitted without the cases of its part (`of`)."""
    said = np.zeros_like(labels)
    for held in range(of.max() + 1):
        weights = fit(inputs[of != held], labels[of != held], strength)
        said[of == held] = (inputs[of == held] @ weights).argmax(1)
    return said


def nested(inputs: Floats, labels: Ints, employers: Sequence[str], round: int) -> Ints:
    """Return what models say of each case, both weights and strength being those of other employers."""
    said, of = np.zeros_like(labels), parts_of(employers, _PARTS, round)
    for held in range(_PARTS):
        kept: Bools = of != held
        inner = parts_of([name for name, own in zip(employers, kept, strict=True) if own], _INNER, round)
        right = {
            strength: int((left_out(inputs[kept], labels[kept], inner, strength) == labels[kept]).sum())
            for strength in STRENGTHS
        }
        weights = fit(inputs[kept], labels[kept], max(STRENGTHS, key=lambda strength: right[strength]))
        said[~kept] = (inputs[~kept] @ weights).argmax(1)
    return said


def gain(said: Ints, rule: Ints, labels: Ints, employers: Sequence[str]) -> tuple[float, float, float]:
    """Return how much more often `said` is right than `rule`, and the bootstrap's interval by employer."""
    names = sorted(set(employers))
    place = {name: i for i, name in enumerate(names)}
    index = np.array([place[name] for name in employers])
    better = np.bincount(index, (said == labels).astype(float) - (rule == labels), len(names))
    rows = np.bincount(index, minlength=len(names)).astype(float)
    draws = np.random.default_rng(20261126).multinomial(
        len(names), np.full(len(names), 1 / len(names)), size=_RESAMPLES
    )
    low, high = np.percentile((draws @ better) / (draws @ rows), (2.5, 97.5))
    return float(better.sum() / rows.sum()), float(low), float(high)


def line(name: str, said: Ints, labels: Ints, told: str = "–") -> str:
    """Return a row of the table."""
    f1 = [
        2 * ((said == role) & (labels == role)).sum() / max(1, (said == role).sum() + (labels == role).sum())
        for role in range(len(ROLES))
    ]
    others = labels == ROLES.index("other_pm")
    values = [(said == labels).mean(), *f1, np.mean(f1), np.isin(said[others], (0, 1, 2)).mean()]
    return f"| {name} | {' | '.join(f'{value:.3f}' for value in values)} | {told} |"


def main(argv: Sequence[str] | None = None) -> None:
    """Print the table."""
    given = data_options(__doc__, argv, rounds=2)
    mine, _ = own(given.data)
    groups = (gold(given.data), mine)
    found = cases((language, row) for group in groups for language, rows in group.items() for row in rows)
    labels = np.array([case.label for case in found])
    rule = np.array([case.rule for case in found])
    employers = [case.employer for case in found]
    print(f"{len(found)} postings, {len(set(employers))} employers\n")
    roles = " | ".join(f"F1 {role}" for role in ROLES)
    print(f"| answer | right | {roles} | macro-F1 | other called AI | more often right than the rule |")
    print("| --- |" + " ---: |" * (len(ROLES) + 4))
    print(line("the rule", rule, labels))
    for name in MODELS:
        inputs = table([case.inputs[name] for case in found])
        for round in range(given.rounds):
            said = nested(inputs, labels, employers, round)
            more, low, high = gain(said, rule, labels, employers)
            told = f"{more:+.3f} ({low:+.3f} to {high:+.3f})"
            print(line(f"{name}, round {round + 1}", said, labels, told), flush=True)


if __name__ == "__main__":
    main()
