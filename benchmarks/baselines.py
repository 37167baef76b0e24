"""What simple readers make of the same postings: for comparison with ours, in the answers of `tag --jsonl`.

    words        our vocabulary as plain keywords: Latin ones as whole words in any case, Chinese ones as
                 substrings; no zone, clause, guard, negation or case
    substrings   the same, Latin ones as substrings, too
    title        the first in the title alone

The role is told as counts of postings usually tell it: a generative word makes an aigc_pm, else `AI`,
人工智能 or a classic word an ai_pm, else other_pm. Years are the greatest "N years" or "N年" of the text, the
degree is the lowest one named, pay the first "$a - $b", the workplace the first word for one.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from scraper.tagging.taxonomy import Alias, taxonomy

Row = dict[str, Any]
_GENERATIVE = re.compile(
    r"(?i)(?<![a-z])(?:aigc|llms?|gen ?ai|generative|gpt|chatgpt|rag|prompts?|agentic|agents?)(?![a-z])"
    r"|大模型|大语言模型|生成式|智能体|提示词"
)
_CLASSIC = re.compile(
    r"(?i)(?<![a-z])(?:ai|ml|nlp|machine learning|deep learning|computer vision)(?![a-z])"
    r"|(?i:artificial intelligence)|人工智能|机器学习|深度学习|算法|自然语言处理|计算机视觉"
)
_YEARS = re.compile(r"(?i)(\d{1,2})\s*(?:[-~–至到]\s*(\d{1,2}))?\s*\+?\s*(?:years?|yrs?|年)")
_DEGREES = (
    ("bachelor", re.compile(r"(?i)bachelor|\bb\.?[sa]\.?\b|本科|学士")),
    ("master", re.compile(r"(?i)master'?s|\bmba\b|硕士|研究生")),
    ("phd", re.compile(r"(?i)\bph\.?d|博士")),
)
_PAY = re.compile(r"\$\s?([\d,]+(?:\.\d+)?)(k?)\s*[-–—]\s*\$?\s?([\d,]+(?:\.\d+)?)(k?)", re.IGNORECASE)
_WORKPLACE = re.compile(r"(?i)\b(remote|hybrid|on-?site)\b|(远程)|(混合办公)")


def role_of(text: str) -> str:
    """Return the role by words alone."""
    if _GENERATIVE.search(text):
        return "aigc_pm"
    return "ai_pm" if _CLASSIC.search(text) else "other_pm"


def keywords(aliases: Iterable[Alias], whole_words: bool) -> Callable[[str], set[str]]:
    """Return a reader: text → the tags of which an alias stands in it."""
    by_tag: dict[str, list[str]] = {}
    for alias in aliases:
        latin = alias.text.isascii()
        pattern = re.escape(alias.text)
        edges = (r"(?<![a-z0-9])", r"(?![a-z0-9])") if latin and whole_words else ("", "")
        by_tag.setdefault(alias.tag.out, []).append(f"{edges[0]}{pattern}{edges[1]}")
    patterns = {tag: re.compile("|".join(found)) for tag, found in by_tag.items()}

    def read(text: str) -> set[str]:
        low = text.lower()
        return {tag for tag, pattern in patterns.items() if pattern.search(low)}

    return read


def answer(row: Row, role: str, tags: Iterable[str]) -> Row:
    """Return an answer with the simple readings of the rest."""
    text = row["description"]
    return {
        "id": row["id"],
        "role": {"class": role},
        "tags": [{"id": tag, "requirement": "required", "quote": ""} for tag in sorted(tags)],
        "years": {"total": years(text), "ai": None},
        "education": degree(text),
        "salary": pay(text),
        "workplace": workplace(text),
    }


def years(text: str) -> Row | None:
    """Return the reading with the greatest minimum, as the peers do."""
    found = [(int(m[1]), int(m[2]) if m[2] else None) for m in _YEARS.finditer(text)]
    found = [one for one in found if one[0] <= 20]
    low, high = max(found, key=lambda one: one[0], default=(None, None))
    return {"min": low, "max": high, "requirement": "required", "quote": ""} if found else None


def degree(text: str) -> Row | None:
    """Return the lowest degree named."""
    for name, pattern in _DEGREES:
        if pattern.search(text):
            return {"min": name, "requirement": "required", "quote": ""}
    return None


def pay(text: str) -> Row | None:
    """Return the first "$a - $b", a year's pay from 15,000 on, else an hour's."""
    found = _PAY.search(text)
    if found is None:
        return None
    low, high = (
        float(number.replace(",", "") or 0) * (1000 if found[4] or unit else 1)
        for number, unit in ((found[1], found[2]), (found[3], found[4]))
    )
    return {"min": low, "max": high, "currency": "USD", "period": "year" if low >= 15000 else "hour"}


def workplace(text: str) -> str | None:
    """Return the first word for where one works."""
    found = _WORKPLACE.search(text)
    if found is None:
        return None
    if found[2]:
        return "remote"
    return "hybrid" if found[3] else found[1].lower().replace("-", "")


def all_baselines(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Return name → answers for `rows`."""
    aliases = taxonomy().aliases
    words, substrings = keywords(aliases, True), keywords(aliases, False)
    found: dict[str, list[Row]] = {"words": [], "substrings": [], "title": []}
    for row in rows:
        text = f"{row['title']}\n{row['description']}"
        found["words"].append(answer(row, role_of(text), words(text)))
        found["substrings"].append(answer(row, role_of(text), substrings(text)))
        found["title"].append(answer(row, role_of(row["title"]), words(row["title"])))
    return found
