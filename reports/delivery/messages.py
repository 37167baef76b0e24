"""A week's findings as a message to a group chat: for each service the JSON to post. Pure.

The limits, and how sure they are (documented by the service, or by third parties who ran into them):

| service  | limit                           | evidence |
|----------|---------------------------------|----------|
| Feishu   | body 20 KB                      | documented: custom bot guide, open.feishu.cn |
| DingTalk | body 20 000 bytes               | its error 460101: prometheus-webhook-dingtalk#30 (timonwong) |
| WeCom    | markdown 4096 bytes of UTF-8    | documented: path 99110, developer.work.weixin.qq.com |
| Slack    | header 150, section 3000, 50 blocks | documented: Block Kit, docs.slack.dev |
| Slack    | all blocks 12 000 characters    | third party: refused from 13 000, bolt-js#2509 (slackapi) |

Bodies are measured as they are sent (`encoded`): with \\uXXXX escapes Chinese would be twice as long. Rates
(5 a second at Feishu, 20 a minute at DingTalk and WeCom, one a second at Slack) are no concern of one message
a week.

What the text holds may come from strangers. Feishu's `post` has no markup inside a text, and a mention is an
element of its own. DingTalk and WeCom document no way to escape, so there the characters of their markup
become their full-width twins; Slack documents entities for `&<>` and none for the rest, which is treated
alike. No message calls anybody: an @ is full-width everywhere, and the fields that mention stay out.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from reports.document.weekly import WeeklyReport
from reports.rendering.digest import Kind, Span, digest, title
from reports.wording.words import Lang, Words

Service = Literal["feishu", "dingtalk", "wecom", "slack"]
SERVICES: tuple[Service, ...] = ("feishu", "dingtalk", "wecom", "slack")

FEISHU_BODY = 20_000 - 200  # bytes; the rest is for the signature, which is put in when it is sent
DINGTALK_BODY = 20_000  # bytes
WECOM_CONTENT = 4096  # bytes
SLACK_SECTION, SLACK_ALL = 3000, 12_000  # characters
SLACK_BLOCKS = 50

Payload = dict[str, Any]
_RANK: dict[Kind, int] = {"notice": 0, "finding": 1, "quoted": 2}
_LOCALE = {"zh": "zh_cn", "en": "en_us"}
_BULLET = "• "


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: `more` tells of what had no room ("" if all had), `url` is "" if nothing is published."""

    lang: Lang
    title: str
    lines: tuple[tuple[Span, ...], ...]
    more: str
    link: str
    url: str


def payload(report: WeeklyReport, service: Service, lang: Lang, *, page: str, base_url: str = "") -> Payload:
    """Return the message about `report` for `service`, without signature, within the service's limits.

    `page` is the address in the week's folder that shows the report, `base_url` (ending in "/", of characters
    that no markup uses) where the folder of all weeks is published. Lines are whole or left out: our notices
    first, then findings in their order, then what others noted on their data.
    """
    words = Words(lang)
    build, fits = _SHAPES[service]
    lines = digest(report, words)
    path = f"{report['week']}/{page}"
    file = path.partition("#")[0]
    link = words.plain("delivery.link") if base_url else words.plain("delivery.file", file=file)
    url = base_url and base_url + path

    def message(kept: Sequence[int]) -> Payload:
        left = len(lines) - len(kept)
        more = words.plain("delivery.more", count=f"{left:,}") if left else ""
        spans = tuple(lines[i].spans for i in sorted(kept))
        return build(Message(lang, title(report, words), spans, more, link, url))

    kept: list[int] = []
    for i in sorted(range(len(lines)), key=lambda i: _RANK[lines[i].kind]):
        if fits(message([*kept, i])):
            kept.append(i)
    return message(kept)


def encoded(body: Payload) -> bytes:
    """Return JSON as it goes over the wire: UTF-8, nothing escaped that need not be."""
    return json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf-8")


# ------------------------------------------------------------------ characters


def _widened(characters: str) -> dict[int, str]:
    """Each ASCII character to its full-width twin (Unicode block FF00)."""
    return {ord(char): chr(ord(char) + 0xFEE0) for char in characters}


_NO_MARKUP = _widened("@<>")
_NO_MARKDOWN = _widened("@<>\\`*_[]{}#|~$&")
_NO_MRKDWN = _widened("@*_~`") | {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;"}


_WWW = re.compile(r"\b(www)\.", re.IGNORECASE)


def _text(text: str, table: Mapping[int, str]) -> str:
    """Plain text made harmless; an address in it is no link any more."""
    return _WWW.sub("\\1．", text.replace("://", "：//")).translate(table)


# ------------------------------------------------------------------ Feishu


def _feishu(message: Message) -> Payload:
    def paragraph(text: str) -> list[dict[str, str]]:
        return [{"tag": "text", "text": _text(text, _NO_MARKUP)}]

    content = [paragraph(_BULLET + "".join(span.text for span in line)) for line in message.lines]
    content += [paragraph(message.more)] if message.more else []
    link = {"tag": "a", "text": message.link, "href": message.url}
    content.append([link] if message.url else paragraph(message.link))
    post = {"title": message.title, "content": content}
    return {"msg_type": "post", "content": {"post": {_LOCALE[message.lang]: post}}}


def _fits_feishu(body: Payload) -> bool:
    return len(encoded(body)) <= FEISHU_BODY


# ------------------------------------------------------------------ DingTalk and WeCom


def _markdown(message: Message, between: str) -> str:
    """The markdown that both know: a heading, bold, a link. Every line begins with a character of ours."""

    def weighed(span: Span) -> str:
        text = _text(span.text, _NO_MARKDOWN)
        return f"**{text}**" if span.bold else text

    parts = [f"#### {message.title}"]
    parts += [_BULLET + "".join(map(weighed, line)) for line in message.lines]
    parts += [message.more] if message.more else []
    parts.append(f"[{message.link}]({message.url})" if message.url else message.link)
    return between.join(parts)


def _dingtalk(message: Message) -> Payload:
    text = _markdown(message, "\n\n")
    return {"msgtype": "markdown", "markdown": {"title": message.title, "text": text}}


def _fits_dingtalk(body: Payload) -> bool:
    return len(encoded(body)) <= DINGTALK_BODY


def _wecom(message: Message) -> Payload:
    return {"msgtype": "markdown", "markdown": {"content": _markdown(message, "\n")}}


def _fits_wecom(body: Payload) -> bool:
    return len(body["markdown"]["content"].encode("utf-8")) <= WECOM_CONTENT


# ------------------------------------------------------------------ Slack


def _slack(message: Message) -> Payload:
    """Blocks of mrkdwn; `verbatim` keeps Slack from finding links and names in plain text by itself."""

    def section(text: str) -> Payload:
        return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}

    header = {"type": "plain_text", "text": message.title, "emoji": False}
    blocks: list[Payload] = [{"type": "header", "text": header}]
    blocks += [section(_BULLET + _mrkdwn(line)) for line in message.lines]
    blocks += [section(message.more)] if message.more else []
    blocks.append(section(f"<{message.url}|{message.link}>" if message.url else message.link))
    return {"text": message.title, "blocks": blocks, "unfurl_links": False, "unfurl_media": False}


def _mrkdwn(line: Sequence[Span]) -> str:
    """Slack sees an asterisk as bold only at the edge of a word, which Chinese text does not have."""
    told = ""
    for i, span in enumerate(line):
        text = _text(span.text, _NO_MRKDWN)
        before, after = told[-1:], line[i + 1].text[:1] if i + 1 < len(line) else ""
        edged = (not before or before == " ") and (not after or after in " ,.:;")
        told += f"*{text}*" if span.bold and edged else text
    return told


def _fits_slack(body: Payload) -> bool:
    lengths = [len(block["text"]["text"]) for block in body["blocks"]]
    return len(lengths) <= SLACK_BLOCKS and max(lengths) <= SLACK_SECTION and sum(lengths) <= SLACK_ALL


_SHAPES: dict[Service, tuple[Callable[[Message], Payload], Callable[[Payload], bool]]] = {
    "feishu": (_feishu, _fits_feishu),
    "dingtalk": (_dingtalk, _fits_dingtalk),
    "wecom": (_wecom, _fits_wecom),
    "slack": (_slack, _fits_slack),
}
