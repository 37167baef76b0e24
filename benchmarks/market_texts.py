"""What the postings of an invented store say: texts of the demonstration, lengthened and tagged.

Each employer of the demonstration has `TEXTS` texts for each role, and each of them a second edition with one
more requirement. They are lengthened to the size of real ones by what employers say of themselves.
"""

import itertools
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from scraper.model import RawPosting
from scraper.normalizing.posting import normalise
from scraper.understanding.records import tag_record
from storage.json_columns import json_text
from storage.recording.tagging_rows import tagging_rows
from storage.records import PostingRecord
from storage.short_forms import origin_text, said_text

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "demo"))

from chance import pick, some
from employers import ROLES, Company, companies, story
from employers import texts as fragments_of
from openings import Opening
from wording import Section, Wording, word

Row = tuple[Any, ...]
TEXTS = 40
SIZES = {"zh": 1_500, "en": 4_300}
"""Bytes of a text: the means of real ones."""
_CRAFT = {
    "zh": (
        "能独立撰写PRD和需求文档",
        "熟练使用SQL取数并做数据分析",
        "有用户调研和可用性测试经验",
        "能用Figma或Axure画原型",
        "熟悉敏捷开发流程",
        "能制定产品路线图并排定优先级",
        "有竞品分析经验",
        "良好的跨部门沟通协作能力",
        "有项目管理经验",
    ),
    "en": (
        "Able to write clear product requirements documents",
        "Comfortable pulling data with SQL",
        "Experience with user research and usability testing",
        "Able to build prototypes in Figma",
        "Experience with agile development",
        "Experience building product roadmaps and prioritisation",
        "Experience with competitive analysis",
        "Strong stakeholder management and communication skills",
        "Experience running A/B tests",
    ),
}
"""What plain product managers are asked for besides: the demonstration asks them for less than boards do."""
_CRAFT_ASKED = 4


@dataclass(frozen=True, slots=True)
class Text:
    """A text that many postings have, each with a number of its own at the end."""

    record: PostingRecord
    tagging: Row
    """TAGGING_COLUMNS."""
    tags: Sequence[Row]
    """TAG_COLUMNS."""


Pool = Mapping[tuple[str, str], Sequence[tuple[Text, Text]]]
"""(key of an employer of the demonstration, role) -> texts in their first and second edition."""


def models() -> list[Company]:
    """Return the employers of the demonstration, Chinese and English ones in turn."""
    told = companies(story())
    sides = ([one for one in told if one.market == market] for market in ("zh", "en"))
    return [one for pair in zip(*sides, strict=True) for one in pair]


def texts() -> Pool:
    """Return the texts of all employers."""
    told = fragments_of()
    found: dict[tuple[str, str], list[tuple[Text, Text]]] = {}
    for market in ("zh", "en"):
        mine = [one for one in models() if one.market == market]
        filling = [one.blurb for one in mine] + list(told[market]["general"]["benefits"])
        for model, role in itertools.product(mine, ROLES):
            openings = (_opening(model, role, f"{model.key}/{role}/{n}", told[market]) for n in range(TEXTS))
            found[model.key, role] = [_editions(opening, told[market], filling) for opening in openings]
    return found


def _opening(model: Company, role: str, key: str, fragments: Mapping[str, Any]) -> Opening:
    archetype = pick(model.roles[role], "archetype", key)
    title = pick(fragments[archetype]["titles"], "title", key)
    prefix = pick(fragments["seniority"]["prefixes"], "prefix", key)
    area, place = pick(model.areas, "area", key), pick(model.places, "place", key)
    return Opening(key, model, role, archetype, title, area, prefix, 0, 99, key, place)


def _editions(opening: Opening, fragments: Mapping[str, Any], filling: Sequence[str]) -> tuple[Text, Text]:
    return (
        _text(opening, word(opening, fragments, 0), filling),
        _text(opening, word(replace(opening, edited=0), fragments, 0), filling),
    )


def _text(opening: Opening, wording: Wording, filling: Sequence[str]) -> Text:
    duties, needed, *further = wording.lists
    if opening.role == "other_pm":
        craft = some(_CRAFT[opening.company.market], _CRAFT_ASKED, "craft", opening.key)
        needed = Section(needed.heading, (*needed.lines, *craft))
    sections = (wording.intro, duties, needed, *further, wording.benefits)
    lines = [wording.blurb]
    for section in sections:
        lines += ["", section.heading, *(f"- {line}" for line in section.lines)]
    size, model = sum(len(line.encode()) + 1 for line in lines), opening.company
    for line in itertools.islice(itertools.cycle(filling), len(opening.key), None):
        if size >= SIZES[model.market]:
            break
        lines.append(line)
        size += len(line.encode()) + 1
    raw = RawPosting(opening.key, wording.title, description="\n".join(lines), locations=(opening.place,))
    record = normalise(raw, company=model.name, market=model.market)
    values, understood, tags = tagging_rows(tag_record(record))
    places, countries = json_text(record.places), json_text(record.countries)
    origin = origin_text(record.market, record.has_whole_text, places, countries)
    return Text(record, (*values, said_text(origin, understood)), tags)
