"""The lines of an explanation, in their order."""

from collections.abc import Iterator
from itertools import groupby

import click

from scraper.explaining.demands import demand_lines
from scraper.explaining.pasted import read_pasted
from scraper.explaining.pay import pay_lines, place_lines
from scraper.explaining.role import role_lines
from scraper.explaining.wording import COLOURS, Words, cite, item, level, short, tag_name, words_of
from scraper.printing import without_controls
from scraper.tagging.alternatives import OTHER
from scraper.tagging.zones import Sentence
from scraper.understanding.posting import TAXONOMY, Understanding, understand
from scraper.understanding.shown import as_shown


def explain(pasted: str) -> str:
    """Return the explanation of a pasted posting, with terminal colours (click strips them off a terminal).

    pasted.py tells what is taken for its title.
    """
    given = read_pasted(as_shown(without_controls(pasted)).text)
    found = understand(given.title, given.text, locations=given.locations)
    words = words_of("en" if found.tagging.lang == "en" else "zh")
    lines = [
        *([click.style(given.title, bold=True)] if given.title else []),
        *([click.style(words["html"], fg="bright_black")] if given.html else []),
        *_cut_line(found, words),
        *role_lines(given.title, found, words),
        *demand_lines(found.tagging, words),
        *pay_lines(found.compensation, words),
        *place_lines(given.places, found.tagging.workplace, words),
        *_tags(found, words),
        *_alternatives(found, words),
        *_sections(found.text, found.detail.sentences, words),
        click.style(f"{words['taxonomy']} {TAXONOMY.version} {TAXONOMY.sha256[:12]}", fg="bright_black"),
    ]
    return "\n".join(lines)


def _cut_line(found: Understanding, words: Words) -> Iterator[str]:
    if found.detail.read < len(found.text):
        yield click.style(words["cut"].format(read=found.detail.read, length=len(found.text)), fg="yellow")


def _tags(found: Understanding, words: Words) -> Iterator[str]:
    for asked in ("required", "duty", "preferred", "mentioned"):
        tags = [tag for tag in found.tagging.tags if tag.requirement == asked]
        if tags:
            yield click.style(f"{words['levels'][asked]}:", fg=COLOURS[asked], bold=True)
        for tag in tags:
            yield item(f"{tag_name(tag.id, words)} {cite(tag.quote, words)} · {words['zones'][tag.zone]}")


def _alternatives(found: Understanding, words: Words) -> Iterator[str]:
    """Of which tags one suffices, and which of these are asked for by themselves as well."""
    forms = words["alternatives"]
    if found.tagging.alternatives:
        yield click.style(f"{forms['label']}:", bold=True)
    for group in found.tagging.alternatives:
        names = forms["or"].join(forms["other"] if id == OTHER else tag_name(id, words) for id in group.ids)
        told = f"{names} {cite(group.quote, words)}{level(group.requirement, words)}"
        if group.alone:
            listed = ", ".join(tag_name(id, words) for id in group.alone)
            told += f" · {forms['alone'].format(tags=listed)}"
        yield item(told)


def _sections(text: str, sentences: tuple[Sentence, ...], words: Words) -> Iterator[str]:
    if sentences:
        yield click.style(f"{words['sections']}:", bold=True)
    for zone, group in groupby(sentences, key=lambda sentence: sentence.zone):
        run = list(group)
        form = "sentence" if len(run) == 1 else "sentences"
        start = short(text[run[0].start : run[0].end])
        yield item(f"{words['zones'][zone]} ({words[form].format(count=len(run))}): {start}")
