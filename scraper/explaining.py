"""What `pmtrend tag` tells a person about a pasted posting, and why, in the language of the posting."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from itertools import groupby
from typing import Any

import click

from scraper.normalizing.titles import is_pm_title
from scraper.tagging.roles import Verdict, signs
from scraper.tagging.tables import load
from scraper.tagging.zones import Sentence
from scraper.understanding import TAXONOMY, Understanding, understand
from storage.records import Asked, Pay, Quote, Tagging, TravelAsked, YearsAsked, YearsDemand

_TITLE_LENGTH = 120
_TITLE_ALONE = 60
_SAYS_MORE = re.compile(r"[。;；:：!！?？]|\.\s|\d\+?\s*(?:年|years?\b|yrs?\b)|学历|本科|负责", re.IGNORECASE)
_QUOTE_LENGTH = 80
_MOST_SENTENCES = 8

_COLOURS = {"required": "green", "duty": "cyan", "preferred": "yellow", "mentioned": "bright_black"}


def explain(pasted: str) -> str:
    """Return the explanation of a pasted posting, with terminal colours (click strips them off a terminal).

    The first line is the title if it is short and more follows, or if all it says is a PM title; else the
    whole is the description.
    """
    title, description = split(pasted)
    found = understand(title, description)
    words = _words("en" if found.tagging.lang == "en" else "zh")
    return "\n".join(_lines(title, found, words))


@cache
def _words(language: str) -> Mapping[str, Any]:
    raw = resources.files("scraper").joinpath("explaining.toml").read_text(encoding="utf-8")
    return tomllib.loads(raw)[language]  # type: ignore[no-any-return]


def split(pasted: str) -> tuple[str, str]:
    """Return title and description of a pasted posting."""
    first, _, rest = pasted.strip().partition("\n")
    if len(first) <= _TITLE_LENGTH and (rest.strip() or _is_a_title(first)):
        return first.strip(), rest.strip()
    return "", pasted.strip()


def _is_a_title(line: str) -> bool:
    return len(line) <= _TITLE_ALONE and is_pm_title(line) and not _SAYS_MORE.search(line)


def _lines(title: str, found: Understanding, words: Mapping[str, Any]) -> Iterator[str]:
    tagging = found.tagging
    if title:
        yield click.style(title, bold=True)
    yield _line(words["Role"], click.style(words[tagging.role], bold=True))
    yield from _why(found, words)
    yield from _labels(tagging, words)
    yield from _fingerprint(tagging, words)
    yield _line(words["Years"], _years(tagging.years_total, words))
    yield _line(words["AI years"], _years(tagging.years_ai, words))
    if len(tagging.years_all) > 1:
        yield _line(words["All years"], "; ".join(_demand(one, words) for one in tagging.years_all))
    degree = tagging.education
    shown = f"{_word(degree.min, words)} {_cite(degree.quote, words)}" if degree else words["silent"]
    yield _line(words["Education"], f"{shown} {_level(degree.requirement, words) if degree else ''}".rstrip())
    yield _line(words["Pay"], _pay(tagging.salary, words))
    yield _line(words["Workplace"], _word(tagging.workplace or "silent", words))
    yield from _asked(tagging, words)
    yield from _tags(found, words)
    yield from _sections(found.text, found.detail.sentences, words)
    yield click.style(f"{words['taxonomy']} {TAXONOMY.version} {TAXONOMY.sha256[:12]}", fg="bright_black")


def _why(found: Understanding, words: Mapping[str, Any]) -> Iterator[str]:
    verdict: Verdict = found.detail.verdict
    yield _line(words["Why"], "; ".join(words[reason] for reason in verdict.reasons))
    if verdict.parts:
        yield _item(words["points"].format(points=verdict.points, limit=verdict.limit))
    for name, value in verdict.parts.items():
        yield _item(f"  {value:+g} {words['parts'][name]}")
    by_axis = signs(found.detail.hits, found.detail.sentences)
    for axis, total in (("classic", verdict.classic), ("genai", verdict.genai)):
        parts = sorted(by_axis[axis].items(), key=lambda part: (-part[1], part[0]))
        listed = ", ".join(f"{_name(tag, words)} {weight:g}" for tag, weight in parts)
        yield _item(f"{words['axis_' + axis]} {total:g}: {listed or words['nothing']}")
    yield from _evidence(found, words)


def _evidence(found: Understanding, words: Mapping[str, Any]) -> Iterator[str]:
    """The sentences that name AI as part of the work or as a demand, with what they name."""
    named: dict[int, list[str]] = {}
    for hit in found.detail.hits:
        counts = hit.stance == "build" and hit.requirement != "preferred" and hit.field == "description"
        if counts and hit.tag.era != "none":
            named.setdefault(hit.sentence, []).append(_name(hit.tag.out, words))
    if named:
        yield _item(f"{words['Sentences']}:")
    for index in sorted(named)[:_MOST_SENTENCES]:
        sentence = found.detail.sentences[index]
        said = _short(found.text[sentence.start : sentence.end])
        tags = ", ".join(dict.fromkeys(named[index]))
        yield _item(f"  {click.style(f'“{said}”', fg='bright_black')} {tags} · {_zone(sentence.zone, words)}")
    if len(named) > _MOST_SENTENCES:
        yield _item(f"  {words['more'].format(count=len(named) - _MOST_SENTENCES)}")


def _labels(tagging: Tagging, words: Mapping[str, Any]) -> Iterator[str]:
    """What the title and the text say each alone, if they differ."""
    title, body = tagging.title_label, tagging.body_label
    if title is None or body is None or title == body:
        return
    ai = ("ai_pm", "aigc_pm", "both")
    note = "labels_differ"
    if title in ai and body not in ai:
        note = "title_only"
    elif body in ai and title not in ai:
        note = "text_only"
    alone = f"{words[title]}; {words['Text']}: {words[body]}"
    yield _line(words["Title"], f"{alone} ({words[note]})")


def _fingerprint(tagging: Tagging, words: Mapping[str, Any]) -> Iterator[str]:
    fingerprint = tagging.fingerprint
    if fingerprint is None or fingerprint.share is None:
        return
    named = load("taxonomy")
    said = [words["share"].format(share=fingerprint.share, rest=1 - fingerprint.share)]
    for label, ids, table in (
        ("stages", fingerprint.stages, named["chain"]),
        ("groups", fingerprint.groups, named["groups"]),
    ):
        if ids:
            listed = ", ".join(table[id][words["lang"]] for id in ids)
            said.append(f"{words[label]}: {listed}")
    yield _line(words["Work"], " · ".join(said))


def _demand(demand: YearsDemand, words: Mapping[str, Any]) -> str:
    ends = _ends(demand.min, demand.max, words)
    level = demand.requirement if demand.requirement == "preferred" else ""
    return f"{words['scope_' + demand.scope]} {ends} {_level(level, words)}".rstrip()


def _asked(tagging: Tagging, words: Mapping[str, Any]) -> Iterator[str]:
    """One line for each kind of further demand that is stated."""
    industries = load("industries")["industry"]
    known = {id: entry["name"][words["lang"]] for id, entry in industries.items()}
    for label, family, names in (
        ("Industries", tagging.industries, known),
        ("Languages", tagging.languages, words["languages"]),
        ("Degree", tagging.degree_specials, words),
        ("Permit", tagging.visa, words),
    ):
        if family:
            yield _line(words[label], "; ".join(_one_asked(asked, names, words) for asked in family))
    travel = tagging.travel
    if travel is not None:
        yield _line(words["Travel"], f"{_how_much(travel, words)} {_cite(travel.quote, words)}")


def _one_asked(asked: Asked, names: Mapping[str, str], words: Mapping[str, Any]) -> str:
    level = f" · {words['levels'].get(asked.level, asked.level)}" if asked.level else ""
    said = f"{names[asked.id]}{level} {_cite(asked.quote, words)} {_level(asked.requirement, words)}"
    return said.rstrip()


def _how_much(travel: TravelAsked, words: Mapping[str, Any]) -> str:
    if travel.percent_max is not None:
        form = "percent_one" if travel.percent_min == travel.percent_max else "percent"
        return str(words[form].format(low=travel.percent_min, high=travel.percent_max))
    if travel.times_a_year is not None:
        return str(words["times"].format(count=travel.times_a_year))
    return str(words[f"often_{travel.often or 'asked'}"])


def _tags(found: Understanding, words: Mapping[str, Any]) -> Iterator[str]:
    for level in ("required", "duty", "preferred", "mentioned"):
        tags = [tag for tag in found.tagging.tags if tag.requirement == level]
        if tags:
            yield click.style(f"{words[level]}:", fg=_COLOURS[level], bold=True)
        for tag in tags:
            yield _item(f"{_name(tag.id, words)} {_cite(tag.quote, words)} · {_zone(tag.zone, words)}")


def _sections(text: str, sentences: tuple[Sentence, ...], words: Mapping[str, Any]) -> Iterator[str]:
    yield click.style(f"{words['Sections']}:", bold=True)
    for zone, group in groupby(sentences, key=lambda sentence: sentence.zone):
        run = list(group)
        start = _short(text[run[0].start : run[0].end])
        yield _item(f"{_zone(zone, words)} ({words['sentences'].format(count=len(run))}): {start}")


def _years(years: YearsAsked | None, words: Mapping[str, Any]) -> str:
    if years is None:
        return str(words["silent"])
    ends = _ends(years.min or 0, years.max, words)
    return f"{ends} {_cite(years.quote, words)} {_level(years.requirement, words)}".rstrip()


def _ends(low: float, high: float | None, words: Mapping[str, Any]) -> str:
    if high is None:
        return str(words["open"].format(low=low))
    return str(words["range"].format(low=low, high=high))


def _pay(pay: Pay | None, words: Mapping[str, Any]) -> str:
    if pay is None:
        return str(words["silent"])
    ends = "–".join(f"{value:,.0f}" for value in (pay.min, pay.max) if value is not None)
    months = f" × {pay.months:g}" if pay.months else ""
    quote = f" {_cite(pay.quote, words)}" if pay.quote else ""
    return f"{ends} {pay.currency or ''} / {_word(pay.period or '?', words)}{months}{quote}"


def _level(requirement: str, words: Mapping[str, Any]) -> str:
    return (
        click.style(f"({words[requirement]})", fg=_COLOURS[requirement]) if requirement == "preferred" else ""
    )


def _cite(quote: Quote, words: Mapping[str, Any]) -> str:
    where = "" if quote.start is not None else f" [{words['field']}]"
    return click.style(f"“{_short(quote.text)}”{where}", fg="bright_black")


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _QUOTE_LENGTH else flat[: _QUOTE_LENGTH - 1] + "…"


def _name(tag: str, words: Mapping[str, Any]) -> str:
    names = next((record for record in TAXONOMY.tags if record.id == tag), None)
    return tag if names is None else names.en if words["lang"] == "en" else names.zh


def _zone(zone: str, words: Mapping[str, Any]) -> str:
    """The section's name; as "required" and "preferred" also name levels, sections have their own words."""
    return str(words.get(f"zone_{zone}", _word(zone, words)))


def _word(key: str, words: Mapping[str, Any]) -> str:
    return str(words.get(key, key))


def _line(label: str, value: str) -> str:
    return f"{click.style(label, bold=True)}: {value}"


def _item(value: str) -> str:
    return f"  {value}"
