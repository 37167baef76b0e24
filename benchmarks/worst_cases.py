"""Constructed inputs of 256 KB that could make reading slow: one field filled with what a rule looks for.

A rule that looks again for every hit, backtracks, or walks from a hit to a far border costs time that grows
with the square of such a text. Real postings have none of these in such numbers; a hostile page may.
"""

import random
from collections.abc import Iterator, Mapping
from typing import Any

from scraper.tagging.taxonomy import taxonomy
from scraper.tagging.zones import headings

SIZE = 256 * 1024
"""Bytes of UTF-8."""

_TEXTS = {
    "one letter": "a",
    "one ideograph": "的",
    "one capital": "A",
    "one long word": "abcdefghij",
    "digits": "1",
    "numbers": "7 ",
    "commas": ",",
    "Chinese commas": "，",
    "enumeration commas": "、",
    "full stops": ". ",
    "Chinese full stops": "。",
    "newlines": "\n",
    "CR LF": "\r\n",
    "blanks": " ",
    "tabs": "\t",
    "full-width blanks": "\u3000",
    "hyphens": "-",
    "bullets": "• \n",
    "list numbers": "1. \n",
    "list numbers in one line": "1.",
    "brackets open": "(",
    "brackets": "()",
    "brackets closed": ")",
    "1年": "1年",
    "3-5年": "3-5年",
    "三年以上": "三年以上",
    "Chinese numerals": "三十五",
    "其中2年AI": "其中2年AI",
    "years": "years ",
    "5+ years": "5+ years ",
    "5+ years of": "5+ years of experience, of which 3 in AI ",
    "one five": "one five ",
    "优先": "优先",
    "AI优先": "AI优先，",
    "加分": "加分",
    "不要求": "不要求",
    "not": "not ",
    "no AI": "no AI ",
    "with": "with ",
    "AI": "AI ",
    "AI without blanks": "AI",
    "Al for AI": "Al ",
    "agent": "agent ",
    "prompt": "prompt ",
    "大模型": "大模型",
    "智能": "智能",
    "产品经理": "产品经理",
    "product manager": "product manager ",
    "degree": "bachelor's degree ",
    "本科": "本科",
    "本科及以上学历": "本科及以上学历，",
    "$1": "$1 ",
    "$": "$",
    "$100,000 -": "$100,000 - ",
    "$100k - $200k": "$100k - $200k ",
    "USD": "USD ",
    "digits and commas": "1,000,",
    "10-20K": "10-20K",
    "10-20K·14薪": "10-20K·14薪 ",
    "月薪": "月薪",
    "万": "1万",
    "OTE": "OTE $1 ",
    "remote": "remote ",
    "hybrid": "hybrid ",
    "3 days": "3 days ",
    "office 3": "office 3 ",
    "远程": "远程",
    "Beijing": "Beijing, ",
    "surrogates": "\ud800",
    "surrogates and letters": "a\udc00",
    "emoji": "😀",
    "emoji sequences": "👩‍💻",
    "combining marks": "e\u0301",
    "only combining marks": "\u0301",
    "right-to-left marks": "\u200fa",
    "zero-width": "\u200b",
    "full width": "ＡＩ",
    "mathematical letters": "𝐀𝐈",
    "ligatures": "ﬁ",
    "dotted capital I": "İ",
    "traditional": "機器學習",
    "NUL": "\x00",
    "URLs": "https://a.b/c ",
    "one URL": "https://a/",
    "www": "www.",
    "hosts": "a.ai ",
    "one host": "a.",
    "host parts": "a-",
    "addresses": "a@b.c ",
    "at signs": "@",
    "HTML in text": "<p>&nbsp;</p>",
    "entities in text": "&amp;",
    "quotes": "\u201c",
    "slashes": "/",
    "A/B": "A/B ",
    "heading-like lines": "Requirements:\n",
    "中文标题": "岗位职责：\n任职要求：\n",
    "headings in one line": "岗位职责：任职要求：",
    "brackets 【】": "【要求】",
    "1年 lines": "1年\n",
    "3-5年AI优先": "3-5年AI优先，",
    "5+ years lines": "5+ years\n",
    "AI lines": "AI\n",
    "alternatives": "任职要求：熟悉SQL或RAG、Python/Agent，",
    "alternatives, English": "Requirements:\n- SQL, RAG, or agents\n",
    "alternatives over lines": "任职要求：以下任一：\n- SQL\n- RAG\n",
    "duties on AI": "负责负责AI产品，打造AI\n",
    "duties on AI, English": "- Own the strategy and roadmap for strategy of our AI agents\n",
    "subjects without a verb": "As we, you, the AI is looking for you to ",
    "AI sentences": "AI。",
    "本科 lines": "本科\n",
    "硕士优先": "硕士优先，",
    "salary lines": "salary: $100,000 - $120,000 + bonus\n",
    "cities": "北京、",
    "English, fluent": "fluent English, ",
    "travel 50%": "travel 50% ",
    "985/211": "985/211 ",
    "2026届": "2026届",
    "visa": "visa sponsorship ",
    "fintech": "fintech, ",
    # Runs of blanks and signs behind what an expression begins with: once cubic, or square.
    "QS and blanks": "本科 985院校 qs" + " " * 9000,
    "travel 5 and blanks": "travel 5" + " " * 9000,
    "or 5 and blanks": "or 5" + " " * 9000 + "with ",
    "本科或 and blanks": "本科或" + " " * 9000 + "3年",
    "2026 and blanks": "2026" + " " * 9000 + "届",
    "5年 and blanks": "5年" + " " * 9000 + "以上",
    "负责 and commas": "负责AI" + "，" * 9000,
    "vision, vision": "- Own the vision for AI, " + "vision, and vision, " * 400,
    "mixed": "5+ years AI 优先, $1 remote 本科 not a@b.c 1. 3-5年\n",
}

_HTML = {
    "HTML tags": "<b>",
    "HTML closing tags": "</b>",
    "HTML nested": "<div><ul><li>",
    "HTML nested tables": "<table><tr><td>",
    "HTML open brackets": "<",
    "HTML comments": "<!--",
    "HTML scripts": "<script>",
    "HTML entities": "&lt;",
    "HTML half entities": "&#x",
    "HTML attributes": "<a b=",
    "HTML list items": "<li>5+ years AI</li>",
    "HTML breaks": "<br>",
    "HTML blanks": "<p>&nbsp;</p>",
    "HTML soup": "</p><b><li>a</ul><td>b&amp;lt;i>",
}

_FIELDS = {
    "title": ("AI ", "产品经理", "a", "(", " ", "产品", "manager, "),
    "company": ("a", "AI ", "有限公司", "(", ", inc"),
    "salary_raw": ("1", "$1 - ", "10-20K·14薪", "a", " ", "1,"),
    "experience_raw": ("1", "1年", "5+ years ", "三", "a", " "),
    "education_raw": ("本科", "bachelor ", "a", " "),
    "location": ("a", "北京", "Beijing, ", "remote ", " ", "("),
}


def filled(unit: str, size: int = SIZE) -> str:
    """Return `unit` again and again, `size` bytes of UTF-8 or up to one unit less; a surrogate has three.

    A unit that is larger is cut off.
    """
    length = len(unit.encode("utf-8", "surrogatepass"))
    return unit * (size // length) if length <= size else _cut(unit, size)


def worst_cases(
    size: int = SIZE, real: Mapping[str, str] | None = None
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield (name, row as `pmtrend tag --jsonl` takes it), each with one field of about `size` bytes.

    `real` are texts of real postings by name, that are repeated up to that size.
    """
    for name, text in (real or {}).items():
        yield name, _row(description=filled(text, size))
    for name, unit in _texts().items():
        yield name, _row(description=filled(unit, size))
    for name, unit in _HTML.items():
        yield name, _row(description=filled(unit, size), format="html")
    nested = size // len("<div></div>")
    yield "HTML well nested", _row(description="<div>" * nested + "</div>" * nested, format="html")
    for field, units in _FIELDS.items():
        for unit in units:
            yield f"{field}: {unit.strip() or 'blanks'}", _row(**{field: filled(unit, size)})
    # What is no end of a name makes a rule try the brackets before it again, in every way that it knows.
    trade = "科技" + "()" * 90 + "x"
    yield "company: brackets behind a trade", _row(company=trade, description=filled("aa ", size))
    # The employer's name is looked for in the text.
    yield "the employer's name", _row(company="Aa", description=filled("aa ", size))
    yield "a list of places", _row(location=["Remote"] * (size // len("Remote")))


def _cut(text: str, size: int) -> str:
    return text.encode()[:size].decode(errors="ignore")


def _row(**fields: Any) -> dict[str, Any]:
    return {"id": 1, "title": "AI产品经理 Product Manager", "description": "负责大模型产品。", **fields}


def _texts() -> dict[str, str]:
    aliases = [alias.cased or alias.text for alias in taxonomy().aliases]
    found = dict.fromkeys(heading.text for heading in headings())
    everything = [*aliases, *found, *(unit for unit in _TEXTS.values() if unit.isprintable())]
    random.Random(20261125).shuffle(everything)
    return {
        **_TEXTS,
        "every alias, by blanks": " ".join(aliases) + " ",
        "every alias, by 、": "、".join(aliases) + "、",
        "every alias, a line each": "\n".join(aliases) + "\n",
        "every alias, 优先": "优先，".join(aliases) + "优先，",
        "every heading, a line each": "\n".join(found) + "\n",
        "every heading, with colons": ":\n".join(found) + ":\n",
        "every heading, in one line": "：".join(found) + "：",
        "everything shuffled": " ".join(everything) + " ",
        "everything shuffled, in lines": "\n".join(everything) + "\n",
        "everything shuffled, by commas": "，".join(everything) + "，",
        "one sentence of aliases": " ".join(alias for alias in aliases if not {".", "。"} & set(alias)) + " ",
    }
