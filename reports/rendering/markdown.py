"""The weekly report as markdown, in one language, from the value that `report.json` holds.

One template serves both languages: the words come from the message catalogs, so the two reports cannot
disagree about a number. The template prints `Markdown` and nothing else; a plain text is escaped, and
anything that was not turned into text on purpose (a bare float) is refused.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Literal

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from reports.document.weekly import WeeklyReport
from reports.sections import (
    changes,
    choice,
    co_occurrence,
    comparison,
    concentration,
    experience,
    history,
    level,
    lifetimes,
    mix,
    movers,
    peers,
    qualifications,
    quality,
    requirements,
    salary,
)
from reports.sections.parts import ending, texts
from reports.wording.escaping import Markdown, link, md
from reports.wording.notices import is_invented, says_invented
from reports.wording.sentences import sentence
from reports.wording.words import Lang, Words

if TYPE_CHECKING:
    from reports.charts.pictures import Picture

Images = Literal["svg", "png"]
"""The format of the charts that a report shows."""
_SECTIONS = {
    "level": level,
    "lifetimes": lifetimes,
    "mix": mix,
    "comparison": comparison,
    "requirements": requirements,
    "movers": movers,
    "peers": peers,
    "co_occurrence": co_occurrence,
    "experience": experience,
    "qualifications": qualifications,
    "salary": salary,
    "concentration": concentration,
    "choice": choice,
    "quality": quality,
    "history": history,
    "changes": changes,
}
MAX_NOTICES = 1
"""How many of the notices of archives are told: each takes two lines before the first finding."""
_SHORT_KINDS = frozenset({"all_failed", "empty"})
_WITH_STOCK = frozenset({"regular", "first"})
_MOSTLY = 0.5
_CREDIT = re.compile(r"(?P<said>.+) \((?P<address>https?://[^\s()]+)\)")


def render_markdown(
    report: WeeklyReport, lang: Lang, pictures: Mapping[str, "Picture"], images: Images = "svg"
) -> str:
    """Return the report as markdown; `pictures` are the charts that exist, by id, in the same language."""
    words = Words(lang)
    name = "short.md.j2" if report["kind"] in _SHORT_KINDS else "weekly.md.j2"
    text = template(name).render(
        report=report,
        t=words,
        words=words,
        **_SECTIONS,
        findings=[sentence(finding, words) for finding in report["findings"]],
        notices=told_notices(report, words, MAX_NOTICES),
        title_line=_title_line(report, words),
        provenance=_provenance(report, words),
        method=[words(f"method.n{i:02d}") for i in range(1, 6)],
        picture=lambda name: _picture(pictures.get(name), f"{lang}.{images}"),
        because=lambda part, key="say.no_statement": words(key, because=words(f"because.{part['reason']}")),
    )
    return _tidy(text)


def template(name: str = "weekly.md.j2") -> Template:
    """Return a template of reports; it is read and compiled once."""
    return _environment().get_template(name)


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("reports.rendering", "templates"),
        undefined=StrictUndefined,
        finalize=_finalize,
        autoescape=False,  # escaping is for markdown, in `_finalize`
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _finalize(value: object) -> str:
    if isinstance(value, str):
        return md(value)
    raise TypeError(f"a template may only print text, not {type(value).__name__}: {value!r}")


def told_notices(report: WeeklyReport, words: Words, most: int | None = None) -> list[Markdown]:
    """Return what a reader must know before the first number, one sentence or two each.

    Of the notices of archives the first `most` are told (None: all), of the others how many there are.
    """
    others = [text for text in report["notices"] if not says_invented(text)]
    told = [words("notice.invented")] if is_invented(report) else []
    told += [words("notice.other", text=text) for text in others[:most]]
    if hidden := len(others) - len(others[:most]):
        told = ending(words, told, words("notice.more", count=words.count(hidden)))
    if words.has(f"notice.{report['kind']}"):
        told.append(words(f"notice.{report['kind']}"))
    with_text, n = texts(report)
    if with_text < n * _MOSTLY:
        key = "notice.titles_only" if with_text else "notice.titles_all"
        told.append(words(key, without=words.count(n - with_text), n=words.count(n)))
    if report["preliminary"] and report["kind"] == "regular":
        told.append(words("notice.preliminary"))
    return told


def named_view(view: Mapping[str, str], words: Words) -> Markdown:
    """Return a part of the market in words (`boards in China, postings in 上海`)."""
    return words.joined([_named_part(part, name, words) for part, name in view.items()])


def _named_part(part: str, name: str, words: Words) -> Markdown:
    if part == "market":
        return words(f"view.market_{name}")
    if part == "industry":
        return words("view.industry", name=words(f"view_industry.{name}"))
    shown = md(name)
    # Chinese has no spaces, but between its characters and Latin ones.
    spaced = words.lang == "zh" and name[-1:].isascii()
    return words(f"view.{part}", name=Markdown(f"{shown} ") if spaced else shown)


def _title_line(report: WeeklyReport, words: Words) -> Markdown:
    health, source = report["run_health"], report["provenance"]
    parts = [words("view.part", parts=named_view(report["view"], words))] if report["view"] else []
    parts += [
        words(
            "title.span",
            days=words.said_days(report["week_first_day"], report["week_last_day"]),
            zone=source["zone"],
        ),
        words("title.cut", cut=words.said_moment(source["data_cut"], source["zone"])),
    ]
    if report["kind"] in _WITH_STOCK:  # elsewhere nothing is told that a later look could confirm
        parts.append(words("title.preliminary" if report["preliminary"] else "title.final"))
    if health["boards"]:
        complete, boards = words.count(health["totals"]["complete"]), words.count(health["boards"])
        parts.append(words("title.boards", complete=complete, boards=boards))
    parts += [words("title.n", n=words.count(f["n"])) for f in report["findings"] if f["id"] == "listed"]
    return Markdown(" · ".join(parts))


def _provenance(report: WeeklyReport, words: Words) -> Markdown:
    source = report["provenance"]
    names = words.joined([_credit(text) for text in source["credits"]])
    told = words(
        "provenance.line",
        cut=words.moment(source["data_cut"], "UTC"),
        as_of=words.moment(source["as_of"], "UTC"),
        zone=source["zone"],
        taxonomy=source["taxonomy"] or "–",
        sha=(source["taxonomy_sha256"] or "–")[:12],
        schema=source["schema"],
        code=source["code_version"],
        format=words.count(source["format"]),
        command=Markdown(source["command"].replace("`", "'")),
    )
    if names:
        told = Markdown(f"{told} · {words('say.credits', names=names)}")
    return Markdown(f"{_citation(report, words)}{told}")


def _citation(report: WeeklyReport, words: Words) -> Markdown:
    """How to cite the report; nothing where there is nothing to cite, as in invented data."""
    if is_invented(report) or report["kind"] in _SHORT_KINDS:
        return Markdown("")
    source, view = report["provenance"], named_view(report["view"], words)
    return words(
        "provenance.cite",
        title=words("title.report", week=report["week"]),
        part=words("text.aside", text=view) if view else view,
        code=source["code_version"],
        cut=words.moment(source["data_cut"], "UTC"),
        taxonomy=source["taxonomy"] or "–",
    )


def _credit(text: str) -> Markdown:
    """What a source wants to be said, in its own words, with its address as a link."""
    match = _CREDIT.fullmatch(text)
    return link(match["said"], match["address"]) if match else md(text)


def _picture(picture: "Picture | None", ending: str) -> Markdown:
    return Markdown(f"![{md(picture.alt)}](charts/{picture.id}.{ending})") if picture else Markdown("")


def _tidy(text: str) -> str:
    """Return `text` without trailing spaces, with single blank lines and one newline at its end."""
    lines: list[str] = []
    for line in text.split("\n"):
        if line.strip() or (lines and lines[-1]):
            lines.append(line.rstrip())
    return "\n".join(lines).strip("\n") + "\n"
