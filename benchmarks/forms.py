"""Whether a posting is read alike in another form: `python benchmarks/forms.py DATA` prints a table.

Each form is a change that a person would not notice, or not mind: other list marks, other line ends, a
heading in brackets, zero-width blanks, an employer's blurb before or behind the text. Every posting of a
product manager in DATA/postings is understood as it is and in each form, and the answers are compared. No
labels are needed: what differs is the reader's fault, or the form took away what told two parts apart.
"""

import html
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from data_options import data_options
from labelled import lines

from scraper.understanding.answering import tag_lines

Row = dict[str, Any]
Form = Callable[[str], str]

_HAN = re.compile("[\u4e00-\u9fff]")
_ITEM = re.compile(
    r"^[ \t]*(?:[(（]?(\d{1,2})(?:[)）、]|[.．](?!\d(?!\d?[-~至到]\d+年)))|[•·●▪◆■*–—-](?!\d))[ \t]*",
    re.MULTILINE,
)
_HEADING = re.compile(
    r"^[ \t]*[【\[]?(岗位职责|工作职责|职位描述|岗位描述|工作内容|职责描述"
    r"|岗位要求|任职要求|任职资格|职位要求|任职条件)[】\]]?[:：]?[ \t]*$",
    re.MULTILINE,
)
_BLURBS = (
    "Acme is a global leader in logistics software. Our platform serves 100 million parcels.",
    "我们是一家全球领先的物流软件公司，平台服务超过一亿包裹。",
)
_NOTICES = (
    "We may use artificial intelligence (AI) tools to support parts of the hiring process, such as "
    "reviewing applications.",
    "我们可能会使用人工智能工具辅助简历筛选。",
)


def _marked(mark: str) -> Form:
    """Give every list item `mark`, in which # stands for its number (for items without, counted on)."""

    def form(text: str) -> str:
        number = 0

        def marked(item: re.Match[str]) -> str:
            nonlocal number
            number = int(item[1]) if item[1] else number + 1
            return mark.replace("#", str(number))

        return _ITEM.sub(marked, text)

    return form


def _circled(text: str) -> str:
    return re.sub(
        r"^<(\d+)>",
        lambda one: chr(0x2460 + (int(one[1]) - 1) % 20),
        _marked("<#>")(text),
        flags=re.MULTILINE,
    )


def _headed(frame: str) -> Form:
    return lambda text: _HEADING.sub(lambda heading: frame.format(heading[1]), text)


def _beside(texts: tuple[str, str], heading: tuple[str, str] | None, *, first: bool) -> Form:
    def form(text: str) -> str:
        chinese = bool(_HAN.search(text))
        added = f"{heading[chinese]}\n{texts[chinese]}" if heading else texts[chinese]
        return f"{added}\n\n{text}" if first else f"{text}\n\n{added}"

    return form


FORMS: Mapping[str, Form] = {
    "items: 1、": _marked("#、"),
    "items: 1.": _marked("#. "),
    "items: 1)": _marked("#）"),
    "items: (1)": _marked("（#）"),
    "items: ①": _circled,
    "items: 1 and a blank": _marked("# "),
    "items: -": _marked("- "),
    "items: •": _marked("• "),
    "items: unmarked": _marked(""),
    "headings: 【…】": _headed("【{}】"),
    "headings: …：": _headed("{}："),
    "headings: bare": _headed("{}"),
    "headings: 一、…": _headed("一、{}"),
    "lines: no blank ones": lambda text: re.sub(r"\n\s*\n", "\n", text),
    "lines: a blank one after each": lambda text: re.sub(r"\n\s*", "\n\n", text),
    "lines: CR LF": lambda text: text.replace("\n", "\r\n"),
    "lines: indented": lambda text: re.sub("^", "  ", text, flags=re.MULTILINE),
    "lines: no stop at the end": lambda text: re.sub("[；;。.]$", "", text, flags=re.MULTILINE),
    "lines: joined by blanks": lambda text: " ".join(text.split()),
    "characters: full-width digits": lambda text: re.sub(
        "[0-9()]", lambda one: chr(ord(one[0]) + 0xFEE0), text
    ),
    "characters: zero-width blanks": lambda text: "\u200b".join(re.findall(r"(?s).{1,7}", text)),
    "characters: no-break blanks": lambda text: text.replace(" ", "\u00a0"),
    "characters: blanks beside Latin": lambda text: re.sub(
        r"(?<=[\u4e00-\u9fff])(?=[A-Za-z])|(?<=[A-Za-z])(?=[\u4e00-\u9fff])", " ", text
    ),
    "HTML: paragraphs": lambda text: "".join(f"<p>{html.escape(line)}</p>" for line in text.split("\n")),
    "HTML: line breaks": lambda text: "<br>".join(html.escape(line) for line in text.split("\n")),
    "beside: a blurb under a heading, behind": _beside(_BLURBS, ("About us", "关于我们"), first=False),
    "beside: a blurb without heading, before": _beside(_BLURBS, None, first=True),
    "beside: a notice on hiring with AI": _beside(_NOTICES, None, first=False),
}
"""Name → the change."""


def in_form(row: Row, name: str) -> Row:
    """Return a posting in another form."""
    changed = {**row, "description": FORMS[name](row["description"])}
    return {**changed, "format": "html"} if name.startswith("HTML") else changed


def read(answer: Row) -> Row:
    """Return what is compared of an answer: no offsets and no quotes, which move with the form."""
    years, education, salary = answer["years"], answer["education"], answer["salary"]
    return {
        "role": answer["role"]["class"],
        "years": [(one["min"], one["max"]) if one else None for one in (years["total"], years["ai"])],
        "degree": education and education["min"],
        "pay": salary and [salary[name] for name in ("min", "max", "currency", "period")],
        "workplace": answer["workplace"],
        "tags": {tag["id"]: tag["requirement"] for tag in answer["tags"]},
    }


def answers(rows: list[Row]) -> list[Row]:
    """Return what is read in `rows`."""
    return [read(json.loads(line)) for line in tag_lines(json.dumps(row) for row in rows)]


def _postings(data: Path, lang: str) -> Iterator[Row]:
    for row in lines(data / "postings" / f"{lang}.jsonl"):
        if row["kind"] == "pm":
            yield {name: row.get(name) for name in ("id", "title", "company", "description")}


def _told(before: list[Row], after: list[Row]) -> Iterator[str]:
    """Yield the cells of a form: share of postings with another role, years, …; then of tags."""
    pairs = list(zip(before, after, strict=True))
    for name in ("role", "years", "degree", "pay", "workplace"):
        yield f"{sum(one[name] != other[name] for one, other in pairs) / len(pairs):.1%}"
    counts: Counter[str] = Counter()
    for one, other in ((one["tags"], other["tags"]) for one, other in pairs):
        counts["all"] += len(one)
        counts["lost"] += len(one.keys() - other.keys())
        counts["new"] += len(other.keys() - one.keys())
        counts["level"] += sum(one[tag] != other[tag] for tag in one.keys() & other.keys())
    for name in ("lost", "new", "level"):
        yield f"{counts[name] / counts['all']:.1%}"


def main(data: Path) -> None:
    """Print, for each language and form, how many of the postings that it changes are read otherwise."""
    for lang in ("en", "zh"):
        rows = list(_postings(data, lang))
        plain = answers(rows)
        print(f"\n{lang}: {len(rows)} postings\n")
        print("| form | changed | role | years | degree | pay | workplace | tags lost | new | other level |")
        print("|---|" + "---:|" * 9)
        for name in FORMS:
            changed = [(in_form(row, name), one) for row, one in zip(rows, plain, strict=True)]
            changed = [
                (row, one)
                for (row, one), old in zip(changed, rows, strict=True)
                if row["description"] != old["description"]
            ]
            if changed:
                cells = _told([one for _, one in changed], answers([row for row, _ in changed]))
                print(f"| {name} | {len(changed)} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main(data_options(__doc__).data)
