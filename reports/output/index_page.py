"""The index over all weeks, as markdown and as HTML, in both languages."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from reports.output.stored import ToldWeek
from reports.pages.shell import LANGUAGE_NAMES, render_page
from reports.rendering.digest import spans
from reports.wording.escaping import Markdown, md
from reports.wording.tables import Column, table
from reports.wording.words import LANGS, NOTHING, Lang, Words


@dataclass(frozen=True, slots=True)
class _Link:
    text: str
    href: str


@dataclass(frozen=True, slots=True)
class _Item:
    """A week on the page. `n` is "" where no postings were seen."""

    week: ToldWeek
    n: str
    headline: Markup
    links: list[_Link]
    views: list[_Link]


def index_markdown(weeks: Sequence[ToldWeek]) -> str:
    """Return `index.md`: a table of `weeks` in each language."""
    return "\n\n".join(f"# {Words(lang)('index.title')}\n\n{_table(weeks, lang)}" for lang in LANGS) + "\n"


def index_page(weeks: Sequence[ToldWeek]) -> str:
    """Return `index.html`: a list of `weeks`, one language at a time."""
    return render_page(
        "index.html.j2",
        {lang: Words(lang) for lang in LANGS},
        items={lang: [_item(week, lang) for week in weeks] for lang in LANGS},
        feeds=[lang for lang in LANGS if any(lang in week.pages for week in weeks)],
    )


def _table(weeks: Sequence[ToldWeek], lang: Lang) -> Markdown:
    words = Words(lang)
    heads: list[Column] = [
        (words("index.week"), "left"),
        (words("index.n"), "right"),
        (words("index.headline"), "left"),
        (words("index.report"), "left"),
        (words("index.views"), "left"),
    ]
    return table(heads, [_cells(week, words) for week in weeks])


def _cells(week: ToldWeek, words: Words) -> list[str]:
    marks = {"chart.invented": week.invented, "index.preliminary": week.preliminary}
    told = words.joined([words(key) for key, holds in marks.items() if holds])
    name = words("text.with_detail", name=week.week, detail=told) if told else Markdown(week.week)
    links, views = (
        " · ".join(f"[{md(link.text)}]({link.href})" for link in found)
        for found in (_links(week, words.lang), _views(week, words.lang))
    )
    return [name, words.count(week.n), week.headlines[words.lang], Markdown(links), Markdown(views)]


def _item(week: ToldWeek, lang: Lang) -> _Item:
    n = Words(lang).count(week.n)
    told = [
        Markup("<strong>{}</strong>").format(span.text) if span.bold else Markup.escape(span.text)
        for span in spans(week.headlines[lang])
    ]
    return _Item(
        week, "" if n == NOTHING else n, Markup("").join(told), _links(week, lang), _views(week, lang)
    )


def _views(week: ToldWeek, lang: Lang) -> list[_Link]:
    """The best page of each part of the market, in this language or else in the other."""
    found = []
    for view in week.views:
        pages = view.pages.get(lang) or next(iter(view.pages.values()))
        name = "".join(span.text for span in spans(view.names[lang]))
        found.append(_Link(name, f"{week.week}/{pages[0]}"))
    return found


def _links(week: ToldWeek, lang: Lang) -> list[_Link]:
    """The pages of a week in this language; where it has none, one in another, named by that language."""
    if lang not in week.pages:
        return [_Link(LANGUAGE_NAMES[one], f"{week.week}/{pages[0]}") for one, pages in week.pages.items()]
    kinds = {page: "Markdown" if page.endswith(".md") else "HTML" for page in week.pages[lang]}
    return [_Link(kind, f"{week.week}/{page}") for page, kind in kinds.items()]
