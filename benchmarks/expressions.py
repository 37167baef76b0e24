"""What hostile texts make of the regular expressions: `python benchmarks/expressions.py [--size BYTES]`.

For every loop of every expression of the program texts are made that go round it again and again: what leads
there, then the loop, or both, up to 256 KB, and at the end something that may spoil the match. Where the test
of the expressions (tests/unit/project/test_backtracking.py) finds a word that can be read in several
ways, that is repeated, too. Each text is given

    alone      to the expression, as it is asked where it stands (what is bounded there is cut here)
    functions  to the functions that use the expressions of its room: `pmtrend tag`, what imports, what reads
               replies, what searches, what writes reports

Times are CPU times of the process. The promise is that the tagger takes at most 50 ms; the exit code is 1 if
a text takes it longer.
"""

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from worst_cases import SIZE, filled

sys.path.append(str(Path(__file__).resolve().parents[1] / "tests" / "helpers"))

from backtracking import Growing
from pattern_automaton import Automaton
from pattern_calls import BOUNDED, Pattern, collected, how
from tagging import CAP, capped, machine

from reports.wording.escaping import clean, csv_text, md, visible
from reports.wording.words import Words
from scraper.bounds import MAX_READ
from scraper.clock import utcnow
from scraper.explaining import explain
from scraper.following.finding import in_page, sitemaps
from scraper.following.naming import in_key, in_title, title_of
from scraper.importing.cleaning import readable_salary, without_cut_marker, without_markup_debris
from scraper.importing.columns import fold_name
from scraper.importing.dates import parse_instant
from scraper.importing.facts import split_facts, split_title
from scraper.importing.texts import compose
from scraper.importing.values import plain
from scraper.normalizing.addresses import address_key
from scraper.normalizing.companies import company_key
from scraper.normalizing.places import parse_places
from scraper.normalizing.privacy import drop_contacts
from scraper.normalizing.text import to_text
from scraper.normalizing.titles import clean_title, is_pm_title
from scraper.normalizing.vacancies import signature_of
from scraper.parsing.dates import parse_date
from scraper.parsing.folding import fold
from scraper.parsing.nesting import too_deep
from scraper.parsing.payloads import too_heavy
from scraper.parsing.urls import canonical_url
from scraper.parsing.watermarks import without_watermarks
from scraper.printing import printable
from scraper.sources.parts import greenhouse_pay, hn_advert, jobposting
from scraper.understanding.answering import tag_lines
from storage.searching.query import read_query
from storage.searching.quotes import quotes
from storage.searching.text import text_tokens

LIMIT = 50.0  # milliseconds
_SPOILS = ("\x00", "一")
_NOW = utcnow()
_READ_BY_TAGGER = ("scraper/tagging/", "scraper/normalizing/workplace_words.py", "scraper/normalizing/money")
"""Where texts are read up to MAX_READ only."""


@dataclass(frozen=True, slots=True)
class Timing:
    """What took so many milliseconds: a function, and the text by what it repeats."""

    name: str
    repeated: str
    milliseconds: float


# ------------------------------------------------------------------ texts


def attacks(pattern: Pattern) -> Iterator[tuple[str, str, str]]:
    """Yield (begin, what is repeated, end) for each loop of a pattern, and for what costs it most."""
    growing = Growing(Automaton(pattern.text, pattern.flags, how(pattern)))
    found = set(growing.rounds())
    if witness := growing.growth().witness:
        found.add(witness)
    for lead, word in sorted(found):
        for begin, unit in dict.fromkeys([(lead, word), ("", lead + word * 3)]):
            yield from ((begin, unit, spoils) for spoils in _SPOILS)


# ------------------------------------------------------------------ what they are given to


def _tagged(**fields: object) -> None:
    row = {"id": 1, "title": "AI产品经理 Product Manager", "company": "Aa", **fields}
    for _ in tag_lines([json.dumps(row)]):
        pass


def _asked(pattern: Pattern) -> Callable[[str], object]:
    """Return what asks the pattern as the program does."""
    compiled = re.compile(pattern.text, pattern.flags & ~re.ASCII)
    if how(pattern) == "search":
        return lambda text: sum(1 for _ in compiled.finditer(text))
    return compiled.fullmatch if how(pattern) == "fullmatch" else compiled.match


_TAGGER: Mapping[str, Callable[[str], object]] = {
    "tag, description": lambda text: _tagged(description=text),
    "tag, description behind a duty": lambda text: _tagged(description="岗位职责：负责AI产品，" + text),
}
_FIELDS: Mapping[str, Callable[[str], object]] = {
    **{
        f"tag, {field}": lambda text, field=field: _tagged(**{field: text})  # type: ignore[misc]
        for field in ("title", "company", "location", "salary_raw", "experience_raw", "education_raw")
    },
    "tag, HTML": lambda text: _tagged(description=text, format="html"),
    "to_text": lambda text: to_text(text, "html"),
    "drop_contacts": drop_contacts,
    "signature_of": lambda text: signature_of("Product Manager", text),
    "clean_title": lambda text: (clean_title(text), is_pm_title(text)),
    "company_key": company_key,
    "parse_places": lambda text: parse_places([], text),
    "addresses": lambda text: address_key("https://a.example/" + text),
}
_IMPORTING: Mapping[str, Callable[[str], object]] = {
    "cells": lambda text: (plain(text), readable_salary(text), parse_instant(text), fold_name(text)),
    "split_facts": lambda text: (split_facts([text]), split_title(text)),
    "texts": lambda text: (without_cut_marker(text), without_markup_debris(text), without_watermarks(text)),
    "compose": lambda text: compose({"description": text}, "AI产品经理"),
}
_READING: Mapping[str, Callable[[str], object]] = {
    "too_heavy": lambda text: too_heavy(text.encode("utf-8", "replace")),
    "canonical_url": lambda text: (
        canonical_url(text),
        canonical_url("https://acme.myworkdayjobs.com/" + text),
    ),
    "parse_date": lambda text: parse_date(text, now=_NOW),
    "names": lambda text: (title_of(text), in_title(text, "acme"), in_key(text), too_deep(text)),
    "pages": lambda text: (in_page("https://a.example/", text), sitemaps("https://a.example/", text)),
    "jobposting": lambda text: (jobposting.all_in(text), jobposting.hidden(text)),
    "hn_advert": lambda text: hn_advert.read("Acme | AI Product Manager | Remote<p>" + text),
    "greenhouse_pay": greenhouse_pay.as_printed,
    "explain": lambda text: explain("AI产品经理\n" + text),
    "printable": printable,
}
_QUERY = read_query('"AI 产品" 3年 c++ 大模型', fold)
_SEARCHING: Mapping[str, Callable[[str], object]] = {
    "text_tokens": lambda text: text_tokens(fold(text)),
    "quotes": lambda text: quotes(_QUERY.wanted, text, fold(text)),
}
_REPORTING: Mapping[str, Callable[[str], object]] = {
    "escaping": lambda text: (md(clean(text)), csv_text(text), visible(text)),
    "reason": lambda text: Words("zh").reason(text),
}
_ROOMS: Mapping[str, Mapping[str, Callable[[str], object]]] = {
    "scraper/tagging/": _TAGGER,
    "scraper/vocabulary/": _TAGGER,
    "scraper/normalizing/": {**_TAGGER, **_FIELDS},
    "scraper/importing/": _IMPORTING,
    "storage/searching/": _SEARCHING,
    "reports/": _REPORTING,
    "scraper/": _READING,
}


def _functions(file: str) -> Mapping[str, Callable[[str], object]]:
    return next((given for room, given in _ROOMS.items() if file.startswith(room)), {})


# ------------------------------------------------------------------ measuring


def timed(asked: Callable[[str], object], text: str) -> float:
    """Return the milliseconds that a text takes, of three runs the best where it is slow."""
    taken = capped(asked, text)
    again = 2 if LIMIT / 2000 < taken < CAP else 0
    return 1000 * min([taken, *(capped(asked, text) for _ in range(again))])


def alone(patterns: Sequence[Pattern], size: int) -> Iterator[Timing]:
    """Yield what each text takes the expression for which it was made."""
    for pattern in patterns:
        most = MAX_READ if pattern.file.startswith(_READ_BY_TAGGER) else size
        most = BOUNDED.get(pattern.file, (most, "", 0))[0]
        asked = _asked(pattern)
        for begin, unit, spoils in attacks(pattern):
            text = (begin + filled(unit, size))[:most] + spoils
            yield Timing(f"{pattern.file}:{pattern.line}", begin + unit, timed(asked, text))


def through_functions(patterns: Sequence[Pattern], size: int) -> Iterator[Timing]:
    """Yield what each text takes the functions of its room."""
    seen: set[tuple[str, str, str]] = set()
    for pattern in patterns:
        made = {(begin, unit) for begin, unit, _ in attacks(pattern)}
        for name, asked in _functions(pattern.file).items():
            for begin, unit in sorted(made):
                if (name, begin, unit) not in seen:
                    seen.add((name, begin, unit))
                    text = begin + filled(unit, size) + "一"
                    yield Timing(name, begin + unit, timed(asked, text))


def table(timings: Sequence[Timing], shown: int, size: int) -> str:
    """Return a Markdown table of the slowest, one of each name, and of all beyond the limit."""
    ordered = sorted(timings, key=lambda one: -one.milliseconds)
    beyond = [one for one in ordered if one.milliseconds > LIMIT]
    slowest = list({one.name: one for one in reversed(ordered)}.values())
    lines = [f"| | {size // 1024} KB of | ms |", "| --- | --- | ---: |"]
    for one in dict.fromkeys([*beyond, *sorted(slowest, key=lambda one: -one.milliseconds)[:shown]]):
        repeated = json.dumps(one.repeated[:40], ensure_ascii=False).replace("|", "\\|").replace("`", "'")
        lines.append(f"| {one.name} | `{repeated}` | {one.milliseconds:.0f} |")
    return "\n".join([*lines, "", f"{len(timings)} texts, {len(beyond)} over {LIMIT:.0f} ms."])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; 1 if a text takes the tagger longer than the limit."""
    parser = argparse.ArgumentParser(
        description="Measure what hostile texts make of the regular expressions."
    )
    parser.add_argument("--size", type=int, default=SIZE, help=f"bytes of a text ({SIZE})")
    parser.add_argument("--shown", type=int, default=12, help="how many of the slowest are listed (12)")
    parser.add_argument("--only", choices=("alone", "functions"), help="one of the two alone")
    options = parser.parse_args(arguments)
    patterns = list({(one.file, one.text, one.flags): one for one in collected()}.values())
    print(f"{machine()}; {len(patterns)} expressions\n")
    failed = False
    for name, measured in (("alone", alone), ("functions", through_functions)):
        if options.only in (None, name):
            timings = list(measured(patterns, options.size))
            print(f"{name}\n\n{table(timings, options.shown, options.size)}\n", flush=True)
            failed |= any(one.milliseconds > LIMIT and one.name.startswith("tag") for one in timings)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
