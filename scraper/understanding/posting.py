"""A posting → everything that is understood of it.

This is where the rooms of normalising (text, pay, workplace) and tagging (tags, years, degree, role) meet.
Nothing here asks the clock, the network or the store.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from scraper.bounds import visible
from scraper.normalizing.compensation import Compensation, find_compensation
from scraper.normalizing.scanning import Scanned
from scraper.normalizing.text import detect_language, to_text
from scraper.normalizing.titles import LONGEST_TITLE, is_pm_title
from scraper.normalizing.workplace import find_workplace
from scraper.normalizing.yuan import yuan_currency
from scraper.parsing.folding import folded
from scraper.stages import Stages, at_once
from scraper.tagging import TextTagging, default_tagger, taxonomy_record
from scraper.understanding.pay import stated_beside
from storage.records import Pay, Tagging, TaxonomyRecord, Workplace

TAXONOMY: TaxonomyRecord = taxonomy_record()
"""The taxonomy of this release: version, hash over all that decides tags, tags."""


_folded_title = lru_cache(maxsize=4096)(folded)
"""Postings repeat their titles; what else is read of these is remembered by the rooms that read it."""


class Understanding(NamedTuple):
    """`text` is what the quotes point into; `tagging` is what is stored; `detail` is how it came about.

    `compensation` is all that is said of the pay, of which `tagging` holds the base.
    """

    text: str
    tagging: Tagging
    detail: TextTagging
    compensation: Compensation


def understand_in_stages(
    title: str,
    description: str,
    *,
    format: Literal["text", "html"] = "text",
    company: str = "",
    locations: Sequence[str] = (),
    workplace: Workplace | None = None,
    pay: Pay | None = None,
    salary_raw: str = "",
    experience_raw: str = "",
    education_raw: str = "",
) -> Stages[Understanding]:
    """Understand one posting, many of which may be understood in step.

    Plain text is taken as it is, so that offsets are offsets into it; HTML is extracted first. `workplace`
    and `pay` are what the board states in fields of its own and go before `salary_raw`, which goes before
    the text; for years and degree the text goes before the board's field. Without a title the duties
    alone decide the role.
    """
    text = visible(to_text(description, "html")) if format == "html" else description
    head = _folded_title(title) if len(title) <= LONGEST_TITLE else folded(title)
    lang = detect_language(f"{title}\n{text}")
    forms = folded(text)
    is_pm = is_pm_title(title) if title.strip() else True
    yield
    detail = yield from default_tagger().tag_in_stages(
        head,
        forms,
        lang=lang,
        is_pm=is_pm,
        company=company,
        experience_raw=experience_raw,
        education_raw=education_raw,
    )
    yield
    # A bare "100-120K" in a Chinese posting is in yuan; in English ones it may be any dollar.
    currency = None if lang == "en" else yuan_currency(title, text, locations)
    scanned = Scanned(forms)
    yield
    compensation = find_compensation(
        scanned, title=title, stated=pay, salary_raw=salary_raw, currency=currency
    )
    yield
    tagging = _tagging(lang, detail, compensation, find_workplace(workplace, locations, title, scanned))
    return Understanding(text, tagging, detail, compensation)


understand = at_once(understand_in_stages)
"""Understand one posting; see `understand_in_stages` for what it takes."""


def _tagging(
    lang: Literal["zh", "en", "mixed"],
    detail: TextTagging,
    compensation: Compensation,
    workplace: Workplace | None,
) -> Tagging:
    """Return what is stored of what was understood."""
    verdict, facts = detail.verdict, detail.facts
    return Tagging(
        taxonomy=TAXONOMY.version,
        lang=lang,
        role=verdict.role,
        classic=verdict.classic,
        genai=verdict.genai,
        years_total=detail.years_total,
        years_ai=detail.years_ai,
        education=detail.education,
        salary=compensation.pay,
        workplace=workplace,
        tags=detail.tags,
        title_label=verdict.title_label,
        body_label=verdict.body_label,
        fingerprint=facts.fingerprint,
        years_all=facts.years,
        industries=facts.asked.industries,
        languages=facts.asked.languages,
        degree_specials=facts.asked.degree_specials,
        travel=facts.asked.travel,
        visa=facts.asked.visa,
        alternatives=facts.alternatives,
        compensation=stated_beside(compensation),
    )
