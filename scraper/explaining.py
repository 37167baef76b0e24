"""What `pmtrend tag` tells a person about a pasted posting, and why, in the language of the posting."""

import re
from collections.abc import Iterator, Mapping
from itertools import groupby

import click

from scraper.normalizing.titles import is_pm_title
from scraper.tagging.roles import Verdict, signs
from scraper.tagging.zones import Sentence
from scraper.understanding import TAXONOMY, Understanding, understand
from storage.records import Pay, Quote, YearsAsked

_TITLE_LENGTH = 120
_TITLE_ALONE = 60
_SAYS_MORE = re.compile(r"[。;；:：!！?？]|\.\s|\d\+?\s*(?:年|years?\b|yrs?\b)|学历|本科|负责", re.IGNORECASE)
_QUOTE_LENGTH = 80

_EN: Mapping[str, str] = {
    "ai_pm": "AI PM (classic AI is the core)",
    "aigc_pm": "AIGC PM (generative AI is the core)",
    "both": "both: classic and generative AI",
    "other_pm": "another PM (AI at most in passing)",
    "not_pm": "not a product manager",
    "not_pm_title": "the title is no product manager's",
    "not_pm_duties": "the title says product manager, the duties are selling",
    "ai_core": "AI is the core of the job",
    "ai_passing": "AI is named, but it is not the core of the job",
    "no_ai": "nothing asks for AI",
    "classic": "mostly classic techniques are named",
    "genai": "mostly generative techniques are named",
    "unnamed": "no technique is named",
    "title_technique": "the title names a technique",
    "title_strategy": "the title says strategy product",
    "title_object": "the title names what models are made for, and the duties are on models",
    "title_ai": "the title says AI",
    "ai": "sentences on AI of any kind",
    "employer": "what the employer builds",
    "preferred": "preferred",
    "Role": "Role",
    "Why": "Why",
    "points": "points for AI as the core: {points:g} of the {limit:g} it takes",
    "axis_classic": "classic axis",
    "axis_genai": "generative axis",
    "Years": "Years",
    "AI years": "AI years",
    "Education": "Education",
    "Pay": "Pay",
    "Workplace": "Workplace",
    "required": "required",
    "duty": "duties",
    "zone_required": "requirements",
    "zone_preferred": "nice to have",
    "mentioned": "mentioned only",
    "Sections": "Sections",
    "silent": "not stated",
    "nothing": "nothing",
    "open": "{low:g} or more",
    "range": "{low:g} to {high:g}",
    "field": "board field",
    "taxonomy": "vocabulary",
    "sentences": "{count} sentences",
    "genai_part": "sentences on generative AI",
    "classic_part": "the duties are work on models",
}
_ZH: Mapping[str, str] = {
    "ai_pm": "AI 产品经理（以传统 AI 为核心）",
    "aigc_pm": "AIGC 产品经理（以生成式 AI 为核心）",
    "both": "两者兼有：传统 AI 与生成式 AI",
    "other_pm": "其他产品经理（AI 至多顺带提及）",
    "not_pm": "不是产品经理岗位",
    "not_pm_title": "职位名称不是产品经理",
    "not_pm_duties": "名称是产品经理，职责是销售或推广",
    "ai_core": "AI 是这个岗位的核心",
    "ai_passing": "提到了 AI，但不是岗位核心",
    "no_ai": "没有 AI 方面的要求",
    "classic": "点名的技术以传统 AI 为主",
    "genai": "点名的技术以生成式 AI 为主",
    "unnamed": "没有点名具体技术",
    "title_technique": "职位名称点名了技术",
    "title_strategy": "职位名称是策略产品",
    "title_object": "职位名称点名了模型的用途，且职责涉及模型",
    "title_ai": "职位名称里有 AI",
    "ai": "涉及 AI 的句子",
    "employer": "公司做的就是 AI",
    "preferred": "加分项",
    "Role": "岗位类别",
    "Why": "依据",
    "points": "AI 为核心的得分：{points:g}（达到 {limit:g} 即算）",
    "axis_classic": "传统 AI 轴",
    "axis_genai": "生成式 AI 轴",
    "Years": "经验年限",
    "AI years": "AI 经验年限",
    "Education": "学历",
    "Pay": "薪资",
    "Workplace": "办公方式",
    "required": "必备",
    "duty": "职责",
    "mentioned": "仅提及",
    "Sections": "段落划分",
    "silent": "未说明",
    "nothing": "无",
    "open": "{low:g} 年以上",
    "range": "{low:g}–{high:g} 年",
    "field": "平台字段",
    "taxonomy": "词表版本",
    "sentences": "{count} 句",
    "genai_part": "涉及生成式 AI 的句子",
    "classic_part": "职责以模型相关工作为主",
    "remote": "远程",
    "hybrid": "混合办公",
    "onsite": "到岗",
    "none": "不限",
    "high_school": "高中",
    "associate": "大专",
    "bachelor": "本科",
    "master": "硕士",
    "doctorate": "博士",
    "zone_required": "任职要求",
    "zone_preferred": "加分条件",
    "title": "标题",
    "summary": "概述",
    "responsibilities": "岗位职责",
    "company": "公司介绍",
    "benefits": "福利待遇",
    "boilerplate": "固定说明",
    "unknown": "无法判断",
    "hour": "小时",
    "day": "天",
    "week": "周",
    "month": "月",
    "year": "年",
}
_COLOURS = {"required": "green", "duty": "cyan", "preferred": "yellow", "mentioned": "bright_black"}


def explain(pasted: str) -> str:
    """Return the explanation of a pasted posting, with terminal colours (click strips them off a terminal).

    The first line is the title if it is short and more follows, or if all it says is a PM title; else the
    whole is the description.
    """
    title, description = split(pasted)
    found = understand(title, description)
    words = _EN if found.tagging.lang == "en" else _ZH
    return "\n".join(_lines(title, found, words))


def split(pasted: str) -> tuple[str, str]:
    """Return title and description of a pasted posting."""
    first, _, rest = pasted.strip().partition("\n")
    if len(first) <= _TITLE_LENGTH and (rest.strip() or _is_a_title(first)):
        return first.strip(), rest.strip()
    return "", pasted.strip()


def _is_a_title(line: str) -> bool:
    return len(line) <= _TITLE_ALONE and is_pm_title(line) and not _SAYS_MORE.search(line)


def _lines(title: str, found: Understanding, words: Mapping[str, str]) -> Iterator[str]:
    tagging = found.tagging
    if title:
        yield click.style(title, bold=True)
    yield _line(words["Role"], click.style(words[tagging.role], bold=True))
    yield from _why(found, words)
    yield _line(words["Years"], _years(tagging.years_total, words))
    yield _line(words["AI years"], _years(tagging.years_ai, words))
    degree = tagging.education
    shown = f"{_word(degree.min, words)} {_cite(degree.quote, words)}" if degree else words["silent"]
    yield _line(words["Education"], f"{shown} {_level(degree.requirement, words) if degree else ''}".rstrip())
    yield _line(words["Pay"], _pay(tagging.salary, words))
    yield _line(words["Workplace"], _word(tagging.workplace or "silent", words))
    yield from _tags(found, words)
    yield from _sections(found.text, found.detail.sentences, words)
    yield click.style(f"{words['taxonomy']} {TAXONOMY.version} {TAXONOMY.sha256[:12]}", fg="bright_black")


def _why(found: Understanding, words: Mapping[str, str]) -> Iterator[str]:
    verdict: Verdict = found.detail.verdict
    yield _line(words["Why"], "; ".join(words[reason] for reason in verdict.reasons))
    if verdict.parts:
        yield _item(words["points"].format(points=verdict.points, limit=verdict.limit))
    for name, value in verdict.parts.items():
        yield _item(f"  +{value:g} {words.get(name + '_part') or words[name]}")
    by_axis = signs(found.detail.hits, found.detail.sentences)
    for axis, total in (("classic", verdict.classic), ("genai", verdict.genai)):
        parts = sorted(by_axis[axis].items(), key=lambda part: (-part[1], part[0]))
        listed = ", ".join(f"{_name(tag, words)} {weight:g}" for tag, weight in parts)
        yield _item(f"{words['axis_' + axis]} {total:g}: {listed or words['nothing']}")


def _tags(found: Understanding, words: Mapping[str, str]) -> Iterator[str]:
    for level in ("required", "duty", "preferred", "mentioned"):
        tags = [tag for tag in found.tagging.tags if tag.requirement == level]
        if tags:
            yield click.style(f"{words[level]}:", fg=_COLOURS[level], bold=True)
        for tag in tags:
            yield _item(f"{_name(tag.id, words)} {_cite(tag.quote, words)} · {_zone(tag.zone, words)}")


def _sections(text: str, sentences: tuple[Sentence, ...], words: Mapping[str, str]) -> Iterator[str]:
    yield click.style(f"{words['Sections']}:", bold=True)
    for zone, group in groupby(sentences, key=lambda sentence: sentence.zone):
        run = list(group)
        start = _short(text[run[0].start : run[0].end])
        yield _item(f"{_zone(zone, words)} ({words['sentences'].format(count=len(run))}): {start}")


def _years(years: YearsAsked | None, words: Mapping[str, str]) -> str:
    if years is None:
        return words["silent"]
    low, high = years.min or 0, years.max
    ends = words["open"].format(low=low) if high is None else words["range"].format(low=low, high=high)
    return f"{ends} {_cite(years.quote, words)} {_level(years.requirement, words)}".rstrip()


def _pay(pay: Pay | None, words: Mapping[str, str]) -> str:
    if pay is None:
        return words["silent"]
    ends = "–".join(f"{value:,.0f}" for value in (pay.min, pay.max) if value is not None)
    months = f" × {pay.months:g}" if pay.months else ""
    quote = f" {_cite(pay.quote, words)}" if pay.quote else ""
    return f"{ends} {pay.currency or ''} / {_word(pay.period or '?', words)}{months}{quote}"


def _level(requirement: str, words: Mapping[str, str]) -> str:
    return (
        click.style(f"({words[requirement]})", fg=_COLOURS[requirement]) if requirement == "preferred" else ""
    )


def _cite(quote: Quote, words: Mapping[str, str]) -> str:
    where = "" if quote.start is not None else f" [{words['field']}]"
    return click.style(f"“{_short(quote.text)}”{where}", fg="bright_black")


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _QUOTE_LENGTH else flat[: _QUOTE_LENGTH - 1] + "…"


def _name(tag: str, words: Mapping[str, str]) -> str:
    names = next((record for record in TAXONOMY.tags if record.id == tag), None)
    return tag if names is None else names.en if words is _EN else names.zh


def _zone(zone: str, words: Mapping[str, str]) -> str:
    """The section's name; as "required" and "preferred" also name levels, sections have their own words."""
    return words.get(f"zone_{zone}", _word(zone, words))


def _word(key: str, words: Mapping[str, str]) -> str:
    return words.get(key, key)


def _line(label: str, value: str) -> str:
    return f"{click.style(label, bold=True)}: {value}"


def _item(value: str) -> str:
    return f"  {value}"
