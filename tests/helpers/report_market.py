"""An invented market of thirty-two employers, its weekly reports, and how a reader sees a report."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace
from functools import cache, partial
from types import MappingProxyType
from typing import Any

import pytest
from facts_builder import Market, at, monday
from markdown_it import MarkdownIt

from reports.building.weekly import build_weekly
from reports.charts import pictures, requirements
from reports.document.weekly import WeeklyReport
from reports.output.writing import report_files
from reports.rendering.markdown import render_markdown
from reports.wording.words import LANGS, Lang, Words
from storage.records import Facts, FetchState, Passage, Passages, RoleClass

WEEKS = 13
EMPLOYERS = 32
KINDS = ("regular", "first", "partial", "all_failed", "empty")
ROLES: tuple[RoleClass, ...] = (
    "other_pm", "aigc_pm", "other_pm", "ai_pm", "aigc_pm", "other_pm", "both", "aigc_pm",
)  # fmt: skip
PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def market(
    weeks: int = WEEKS, *, state: FetchState = "failed", failing: int = 1, name: str = "Invented {}"
) -> Market:
    """A market of so many weeks; in its last week `failing` boards end in `state` and show what they list."""
    built = Market(notices=("Invented data: this market does not exist.",))
    number = 0
    for unit in range(EMPLOYERS):
        board = name.format(unit)
        built.board(board, ("ashby", "lever", "feed")[unit % 3])
        stays = []
        for index in range(12):
            number += 1
            opened = max(0, index - 5) * 2 + unit % 2 if index >= 5 else 0
            stays.append((opened, opened + 5 + (unit + index) % 6, _posting(built, number)))
        for week in range(weeks):
            listed = [native for opened, gone, native in stays if opened <= week <= gone]
            fails = week == weeks - 1 and unit < failing
            built.look(board, week, listed, state=state if fails else "complete")
    return built


def report_of(built: Market, weeks: int = WEEKS) -> WeeklyReport:
    """The report of the market's last week, a few days after its only look."""
    facts = built.facts()
    facts = replace(facts, as_of=at(weeks - 1, 6.0), passages=partial(passages, facts))
    return build_weekly(facts, monday(weeks - 1), command="pmtrend report --week 2026-W48")


def report_of_kind(kind: str) -> WeeklyReport:
    """A report of each kind, for the caller to change as he likes."""
    return deepcopy(_of_kind(kind))


@cache
def _of_kind(kind: str) -> WeeklyReport:
    if kind == "regular":
        return report_of(market())
    if kind == "first":
        return report_of(market(1, failing=0), 1)
    if kind == "partial":
        return report_of(market(state="partial", failing=EMPLOYERS))
    nobody = Market(notices=market(1).notices)
    if kind == "all_failed":
        for unit in range(EMPLOYERS):
            nobody.look(f"Invented {unit}", 0, state="failed")
    return report_of(nobody, 1)


@cache
def files_of_kind(kind: str) -> Mapping[str, bytes]:
    """The files of a report of each kind in both languages, for who only reads them."""
    return MappingProxyType(report_files(report_of_kind(kind), LANGS))


class _Blank:
    """Stands for a chart that nobody looks at."""

    def stamp(self, words: str) -> None:
        pass

    def texts(self) -> list[Any]:
        return []

    def svg(self) -> bytes:
        return b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>'

    def png(self, families: Sequence[str]) -> bytes:
        return b""


@contextmanager
def undrawn(but: str = "") -> Iterator[None]:
    """Let reports have the charts they would have, blank: drawing is four fifths of what printing costs.

    `but` is drawn.
    """
    with pytest.MonkeyPatch.context() as patch:
        for module in (pictures, requirements):
            for name in [name for name in vars(module) if name.endswith("_chart") and name != but]:
                patch.setattr(module, name, lambda *_, **__: _Blank())
        yield


def rendered(report: WeeklyReport, lang: Lang) -> str:
    """The markdown of a report, as it would be written."""
    with undrawn():
        return render_markdown(report, lang, pictures.pictures(report, Words(lang)))


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sept", "Oct", "Nov", "Dec")


def numbers(text: str) -> list[str]:
    """Every number as a reader sees it, a month being one too; targets of links are left out."""
    seen = re.sub(r"\]\([^)]*\)", "]", text)
    seen = re.sub(rf"(?<=\d )({'|'.join(_MONTHS)})\b", lambda m: str(_MONTHS.index(m[1]) + 1), seen)
    return re.findall(r"[−+-]?\d+(?:[.,]\d+)*", seen)


def tables(markdown: str) -> list[list[int]]:
    """The number of cells in each row of each table."""
    found: list[list[int]] = []
    for token in PARSER.parse(markdown):
        if token.type == "table_open":
            found.append([])
        elif token.type == "tr_open":
            found[-1].append(0)
        elif token.type in ("td_open", "th_open"):
            found[-1][-1] += 1
    return found


def _posting(built: Market, number: int) -> str:
    role = ROLES[number % len(ROLES)]
    genai, classic = role in ("aigc_pm", "both"), role in ("ai_pm", "both")
    tags = {
        "llm": genai or number % 5 == 0,
        "machine_learning": classic or number % 7 == 0,
        "sql": number % 4 == 0,
        "rag": genai and number % 3 == 0,
        "data_annotation": classic and number % 2 == 0,
        "tob": number % 6 < 2,
    }
    says: dict[str, Any] = {"tags": [tag for tag, asked in tags.items() if asked]}
    if number % 3:
        says["years"] = float(number % 6)
    if classic and number % 2:
        says["ai_years"] = 2.0
    if genai or classic:
        says["pipeline"] = (number % 3) / 4 if genai else 1 - (number % 3) / 4
    says["title_label"] = role if number % 9 else "ai_pm"
    says["body_label"] = role
    says["industries"] = {"finance": "required"} if number % 4 == 1 else {}
    says["market"] = "zh" if number % 5 == 0 else "en"
    return built.post(f"p{number}", role, **says)


def passages(facts: Facts, ids: Iterable[int]) -> Passages:
    return {
        id: {
            tag: Passage(f"Has worked with {tag} in invented products", 16, 16 + len(tag), "f" * 64)
            for tag in tags
        }
        for id in ids
        if (tags := facts.postings[id].tags)
    }
