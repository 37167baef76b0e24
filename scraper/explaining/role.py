"""The role class, what it comes from, what title and text say alone, and where the work lies."""

import math
from collections.abc import Iterator

import click

from scraper.explaining.wording import Words, item, line, quoted, tag_name
from scraper.tagging.hits import Hit
from scraper.tagging.role_signs import signs
from scraper.tagging.roles import Verdict
from scraper.tagging.tables import load
from scraper.understanding.posting import Understanding
from storage.records import Fingerprint, Tagging

_MOST_SENTENCES = 8
_LEAST_WORK = 2.0
"""Weighted sentences on work with models from which a share of them is told."""
_AI = ("ai_pm", "aigc_pm", "both")
_SHARES = {"title_technique": (0.5, math.inf), "title_half_sign": (0.01, 0.49)}
"""What a title's word weighs on an axis to give these points."""


def role_lines(title: str, found: Understanding, words: Words) -> Iterator[str]:
    """Yield the role, why, what title and text say alone, and where the work lies."""
    tagging, verdict = found.tagging, found.detail.verdict
    role = words["roles"][tagging.role]
    if "unnamed" in verdict.reasons:
        role = words["roles_unnamed"][tagging.role]
    yield line(words["role"], click.style(role, bold=True))
    yield line(words["why"], "; ".join(words["reasons"][reason] for reason in verdict.reasons))
    yield from _points(title, found.detail.hits, verdict, words)
    yield from _axes(found, words)
    yield from _evidence(found, words)
    if found.text.strip():
        yield from _alone(tagging, found.detail.hits, words)
    if tagging.fingerprint is not None:
        yield from _work(tagging.fingerprint, words)


def _points(title: str, hits: tuple[Hit, ...], verdict: Verdict, words: Words) -> Iterator[str]:
    if verdict.parts:
        yield item(words["points"].format(points=verdict.points, limit=verdict.limit))
    for name, value in verdict.parts.items():
        named = _named_in_title(title, hits, *_SHARES[name]) if name in _SHARES else []
        listed = ", ".join(map(quoted, named))
        yield item(f"  {value:+g} {words['parts'][name]}{': ' + listed if listed else ''}")


def _named_in_title(title: str, hits: tuple[Hit, ...], least: float, most: float) -> list[str]:
    """Return the words of the title that weigh from `least` to `most` on an axis."""
    weights = load("roles")["weight"]
    found = [
        title[hit.start : hit.end]
        for hit in hits
        if hit.field == "title"
        and hit.tag.era in ("classic", "genai")
        and least <= weights.get(hit.tag.id, 1.0) <= most
    ]
    return list(dict.fromkeys(found))


def _axes(found: Understanding, words: Words) -> Iterator[str]:
    verdict, by_axis = found.detail.verdict, signs(found.detail.hits, found.detail.sentences)
    for axis, total in (("classic", verdict.classic), ("genai", verdict.genai)):
        parts = sorted(by_axis[axis].items(), key=lambda part: (-part[1], part[0]))
        listed = ", ".join(f"{tag_name(tag, words)} {weight:g}" for tag, weight in parts)
        yield item(f"{words['axes'][axis]} {total:g}{': ' + listed if listed else ''}")
    if verdict.classic or verdict.genai:
        yield item(click.style(f"  {words['axes']['note']}", fg="bright_black"))


def _evidence(found: Understanding, words: Words) -> Iterator[str]:
    """The sentences that name AI as part of the work or as a demand, with what they name."""
    named: dict[int, list[str]] = {}
    for hit in found.detail.hits:
        counts = hit.stance == "build" and hit.requirement != "preferred" and hit.field == "description"
        if counts and hit.tag.era != "none":
            named.setdefault(hit.sentence, []).append(tag_name(hit.tag.out, words))
    if named:
        yield item(f"{words['evidence']}:")
    for index in sorted(named)[:_MOST_SENTENCES]:
        sentence = found.detail.sentences[index]
        said = quoted(found.text[sentence.start : sentence.end])
        tags = ", ".join(dict.fromkeys(named[index]))
        yield item(f"  {said} {tags} · {words['zones'][sentence.zone]}")
    if len(named) > _MOST_SENTENCES:
        yield item(f"  {words['more'].format(count=len(named) - _MOST_SENTENCES)}")


def _alone(tagging: Tagging, hits: tuple[Hit, ...], words: Words) -> Iterator[str]:
    """What the title and the text say each alone, if that is a difference."""
    title, body = tagging.title_label, tagging.body_label
    if title is None or body is None or title == body or "not_pm" in (title, body):
        return
    kind_named = any(
        hit.field == "title" and load("roles")["weight"].get(hit.tag.id, 1.0)
        for hit in hits
        if hit.tag.era in ("classic", "genai")
    )
    unnamed = title in _AI and not kind_named
    if unnamed and body in _AI:
        return
    note = "differ"
    if title in _AI and body not in _AI:
        note = "title_only"
    elif body in _AI and title not in _AI:
        note = "text_only"
    alone = words["alone"]
    title_says = alone["unnamed"] if unnamed else words["roles"][title]
    yield line(alone["title"], f"{title_says}; {alone['text']}: {words['roles'][body]}")
    yield item(alone[note])


def _work(fingerprint: Fingerprint, words: Words) -> Iterator[str]:
    making, using = fingerprint.pipeline, fingerprint.application
    if fingerprint.share is None:
        return
    work = words["work"]
    said = work["sums"].format(making=making, using=using)
    judged = "share" if making + using >= _LEAST_WORK else "little"
    yield line(work["label"], f"{said}; {work[judged].format(share=fingerprint.share)}")
    named = load("taxonomy")
    for label, ids, table in (
        ("stages", fingerprint.stages, named["chain"]),
        ("groups", fingerprint.groups, named["groups"]),
    ):
        if ids:
            yield item(f"{work[label]}: {', '.join(table[id][words['lang']] for id in ids)}")
