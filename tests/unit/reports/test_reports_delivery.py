"""Messages to group chats: within the services' limits, whole statements, and harmless whatever they hold."""

import html
import json
import re
import unicodedata
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from report_market import KINDS, report_of_kind

from reports.delivery.delivered import FILE, note_delivered, was_delivered
from reports.delivery.messages import SERVICES, Service, encoded, payload
from reports.document.weekly import WeeklyReport
from reports.errors import ReportError
from reports.output.stored import load_report, page_to_link, stored_weeks
from reports.output.writing import write_report
from reports.rendering.digest import Span, digest, spans
from reports.wording.escaping import Markdown, md
from reports.wording.words import LANGS, Lang, Words
from scraper.config import load_settings
from scraper.errors import ConfigError

BASE = "https://example.org/pm/"
LINK = f"{BASE}2026-W48/report.zh.md"


@pytest.fixture(scope="module")
def regular() -> WeeklyReport:
    return report_of_kind("regular")


def with_texts(report: WeeklyReport, tag: str, *notices: str) -> WeeklyReport:
    """The report with this name on every requirement, and these notices."""
    changed = deepcopy(report)
    changed["notices"] = list(notices)
    for finding in changed["findings"]:
        if finding["tag"]:
            finding["en"] = finding["zh"] = tag
    return changed


def texts(message: dict[str, Any]) -> list[str]:
    """What the service shows as lines of text, without title; markup as it is sent."""
    if "msg_type" in message:
        (post,) = message["content"]["post"].values()
        return ["".join(part["text"] for part in line) for line in post["content"]]
    if "blocks" in message:
        return [block["text"]["text"] for block in message["blocks"][1:]]
    body = message["markdown"]
    return [line for line in body.get("content", body.get("text")).split("\n") if line][1:]


def within_limits(message: dict[str, Any]) -> bool:
    """What the services themselves refuse, as their guides say it."""
    if "msg_type" in message:
        return len(encoded(message)) + len('"timestamp":"1760000000","sign":"",') + 44 <= 20_000
    if "blocks" in message:
        header, *sections = (block["text"]["text"] for block in message["blocks"])
        return (
            len(header) <= 150 and len(message["blocks"]) <= 50 and all(1 <= len(s) <= 3000 for s in sections)
        )
    if "content" in message["markdown"]:
        return len(message["markdown"]["content"].encode("utf-8")) <= 4096
    return len(encoded(message)) <= 20_000


# ------------------------------------------------------------------ what is said


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("service", SERVICES)
def test_every_kind_of_week_is_told_whole(kind: str, lang: Lang, service: Service) -> None:
    report = report_of_kind(kind)
    message = payload(report, service, lang, page=f"report.{lang}.md", base_url=BASE)
    assert within_limits(message)
    told = texts(message)
    assert len(told) == len(digest(report, Words(lang))) + 1
    assert ("虚构" if lang == "zh" else "INVENTED") in told[0]
    assert f"{BASE}{report['week']}/report.{lang}.md" in encoded(message).decode("utf-8")
    assert report["week"] in encoded(message).decode("utf-8")


def test_without_an_address_the_file_is_named_and_nothing_is_linked(regular: WeeklyReport) -> None:
    for service in SERVICES:
        message = payload(regular, service, "zh", page="report.zh.md")
        assert texts(message)[-1] == "完整报告：2026-W48/report.zh.md"
        message = payload(regular, service, "zh", page="report.html#zh")
        assert texts(message)[-1] == "完整报告：2026-W48/report.html"
        assert "http" not in encoded(message).decode("utf-8")


def test_forms_are_those_of_the_services(regular: WeeklyReport) -> None:
    made = {s: payload(regular, s, "zh", page="report.zh.md", base_url=BASE) for s in SERVICES}
    post = made["feishu"]["content"]["post"]["zh_cn"]
    assert made["feishu"]["msg_type"] == "post"
    assert post["content"][-1] == [{"tag": "a", "text": "完整报告", "href": LINK}]
    assert {part["tag"] for line in post["content"][:-1] for part in line} == {"text"}
    assert made["dingtalk"].keys() == {"msgtype", "markdown"}
    assert made["dingtalk"]["markdown"]["text"].endswith(f"\n\n[完整报告]({LINK})")
    assert made["wecom"].keys() == {"msgtype", "markdown"}
    assert made["wecom"]["markdown"]["content"].endswith(f"\n[完整报告]({LINK})")
    assert made["slack"]["blocks"][-1]["text"]["text"] == f"<{LINK}|完整报告>"
    assert all(block["text"]["verbatim"] for block in made["slack"]["blocks"][1:])


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("**{role}** rose", [("AIGC_PM", True), (" rose", False)]),
        ("no weight", [("no weight", False)]),
        ("a **b** c **d**", [("a ", False), ("b", True), (" c ", False), ("d", True)]),
    ],
)
def test_a_sentence_comes_apart_where_it_is_bold(told: str, expected: list[tuple[str, bool]]) -> None:
    assert list(spans(Markdown(told.replace("{role}", md("AIGC_PM"))))) == [Span(*one) for one in expected]


@given(st.text(st.characters(codec="ascii", min_codepoint=32, max_codepoint=126, exclude_characters="@")))
def test_escaping_and_taking_apart_gives_the_text_back(text: str) -> None:
    told = Markdown(f"**{md(text)}**: {md(text)}")
    shown = " ".join(text.split())
    assert "".join(span.text for span in spans(told)) == f"{shown}: {shown}"


# ------------------------------------------------------------------ strangers' texts

HOSTILE = (
    '<!channel> *b* @all <at user_id="all">x</at> [free](https://evil.example) '
    "`c` #h & <@U1> www.evil.example"
)
SHOWN = {
    "feishu": '＜!channel＞ *b* ＠all ＜at user_id="all"＞x＜/at＞ [free](https：//evil.example) '
    "`c` #h & ＜＠U1＞ www．evil.example",
    "dingtalk": '＜!channel＞ ＊b＊ ＠all ＜at user＿id="all"＞x＜/at＞ ［free］(https：//evil.example) '
    "｀c｀ ＃h ＆ ＜＠U1＞ www．evil.example",
    "slack": '&lt;!channel&gt; ＊b＊ ＠all &lt;at user＿id="all"&gt;x&lt;/at&gt; '
    "[free](https：//evil.example) ｀c｀ #h &amp; &lt;＠U1&gt; www．evil.example",
}
SHOWN["wecom"] = SHOWN["dingtalk"]


@pytest.mark.parametrize("service", SERVICES)
def test_markup_of_strangers_is_text(regular: WeeklyReport, service: Service) -> None:
    message = payload(
        with_texts(regular, HOSTILE, HOSTILE), service, "en", page="report.en.md", base_url=BASE
    )
    told = texts(message)
    assert f"• ⚠️ {SHOWN[service]}" in told
    tags = sum(finding["tag"] is not None for finding in regular["findings"])
    assert sum(SHOWN[service] in line for line in told) == 1 + tags > 2  # the notice, and what names a tag
    assert HOSTILE not in encoded(message).decode("utf-8")


def test_bold_in_slack_only_where_slack_sees_it(regular: WeeklyReport) -> None:
    english = texts(payload(regular, "slack", "en", page="report.en.md"))
    assert any("• *SQL*: asked" in line for line in english)
    chinese = texts(payload(regular, "slack", "zh", page="report.zh.md"))
    assert any("• SQL：" in line for line in chinese)


TEXT = st.text(st.characters(), max_size=60) | st.sampled_from(
    [
        "a" * 3000,
        "字" * 2000,
        "👩‍👩‍👧‍👦" * 400,
        "<!channel>",
        "\ud800",
        "** **",
        "\\",
        "]( ",
        "@all",
        "https://x.example/" * 20,
    ]
)


@pytest.fixture(scope="module")
def shared() -> WeeklyReport:
    return report_of_kind("regular")


def reader_sees(service: Service, line: str) -> str:
    """A line as text, full-width twins folded: bold marks and entities are ours."""
    marks = {"feishu": "", "slack": "*"}.get(service, "**")
    plain = line.replace(marks, "") if marks else line
    return unicodedata.normalize("NFKC", html.unescape(plain) if service == "slack" else plain)


@settings(max_examples=60)
@given(tag=TEXT, notices=st.lists(TEXT, max_size=4), lang=st.sampled_from(LANGS))
def test_any_text_is_sent_whole_or_not_at_all(
    shared: WeeklyReport, tag: str, notices: list[str], lang: Lang
) -> None:
    report = with_texts(shared, tag, *notices)
    lines = digest(report, Words(lang))
    whole = {unicodedata.normalize("NFKC", "• " + "".join(s.text for s in line.spans)) for line in lines}
    for service in SERVICES:
        message = payload(report, service, lang, page="report.zh.md", base_url=BASE)
        body = encoded(message).decode("utf-8")
        assert within_limits(message)
        assert json.loads(body) == message
        assert "@" not in body
        assert len(re.findall(r"https?://", body)) == 1
        told = [line for line in texts(message)[:-1] if line.startswith("•")]
        assert {reader_sees(service, line) for line in told} <= whole
        assert (len(told) < len(lines)) == (len(texts(message)) == len(told) + 2)
        if service == "slack":
            assert re.findall(r"<[^>]*>", body) == re.findall(
                rf"<{BASE}2026-W48/report\.zh\.md\|[^>]*>", body
            )
        elif service != "feishu":
            assert body.count("](") == 1


# ------------------------------------------------------------------ too much


@pytest.mark.parametrize("service", SERVICES)
def test_what_has_no_room_is_left_out_and_counted(regular: WeeklyReport, service: Service) -> None:
    report = with_texts(regular, "字" * 7000)
    tags = sum(f["tag"] is not None for f in report["findings"])
    told = texts(payload(report, service, "zh", page="report.zh.md", base_url=BASE))
    assert told[-2] == f"……另有 {tags} 条，见完整报告。"
    assert not any("字" * 100 in line for line in told)
    assert any("129" in line for line in told)


def test_a_long_notice_of_a_stranger_takes_no_room_from_a_finding(regular: WeeklyReport) -> None:
    findings = len(regular["findings"])
    told = texts(payload(with_texts(regular, "LLM", "龘" * 1300), "wecom", "zh", page="report.zh.md"))
    assert not any("龘" in line for line in told)
    assert sum(line.startswith("• ") for line in told) == findings + 1  # and that the week is preliminary
    assert told[-2] == "……另有 1 条，见完整报告。"


def test_very_many_notices_stay_within_the_blocks_of_slack(regular: WeeklyReport) -> None:
    notices = [f"notice {i}" for i in range(100)]
    message = payload(with_texts(regular, "LLM", *notices), "slack", "en", page="report.en.md", base_url=BASE)
    assert within_limits(message)
    assert len(message["blocks"]) == 50
    assert re.fullmatch(r"… and \d+ more, see the report\.", texts(message)[-2])


# ------------------------------------------------------------------ delivered before


def test_a_message_is_known_by_week_service_and_content(tmp_path: Path) -> None:
    assert not was_delivered(tmp_path, "2026-W47", "slack", {"text": "a"})
    note_delivered(tmp_path, "2026-W47", "slack", {"text": "a"})
    assert was_delivered(tmp_path, "2026-W47", "slack", {"text": "a"})
    assert not was_delivered(tmp_path, "2026-W47", "slack", {"text": "b"})
    assert not was_delivered(tmp_path, "2026-W47", "feishu", {"text": "a"})
    assert not was_delivered(tmp_path, "2026-W46", "slack", {"text": "a"})


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"2026-W47": 1}', b"\xff", b"[" * 100_000])
def test_a_damaged_note_counts_as_none_and_is_mended(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    assert not was_delivered(tmp_path, "2026-W47", "slack", {"text": "a"})
    note_delivered(tmp_path, "2026-W47", "slack", {"text": "a"})
    assert was_delivered(tmp_path, "2026-W47", "slack", {"text": "a"})


def test_the_note_holds_the_newest_60_weeks(tmp_path: Path) -> None:
    for i in range(70):
        note_delivered(tmp_path, f"{2026 + i // 50}-W{i % 50 + 1:02d}", "slack", {"text": "a"})
    known = json.loads((tmp_path / FILE).read_text("utf-8"))
    assert (len(known), min(known), max(known)) == (60, "2026-W11", "2027-W20")


# ------------------------------------------------------------------ stored reports


@pytest.mark.usefixtures("blank_charts")
def test_a_stored_report_is_read_as_it_was_written(tmp_path: Path, regular: WeeklyReport) -> None:
    write_report(regular, tmp_path, ["zh"])
    (tmp_path / "2026-W99").mkdir()
    (tmp_path / "2026-W99" / "report.json").write_text("{}")
    assert stored_weeks(tmp_path) == ["2026-W48"]
    assert load_report(tmp_path, "2026-W48") == regular


@pytest.mark.usefixtures("blank_charts")
def test_a_message_links_to_the_page_then_to_markdown_in_its_language_then_in_the_other(
    tmp_path: Path, regular: WeeklyReport
) -> None:
    write_report(regular, tmp_path, ["zh"])
    folder = tmp_path / "2026-W48"
    assert [page_to_link(tmp_path, "2026-W48", lang) for lang in LANGS] == [
        "report.html#en",
        "report.html#zh",
    ]
    (folder / "report.html").unlink()
    assert {page_to_link(tmp_path, "2026-W48", lang) for lang in LANGS} == {"report.zh.md"}
    (folder / "report.zh.md").unlink()
    assert page_to_link(tmp_path, "2026-W48", "zh") == "report.json"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "no report of 2026-W48"),
        ("", "is damaged"),
        ("[]", "is damaged"),
        ("{}", "is damaged"),
        ('{"format": 1, "week": "2026-W48"}', "is damaged"),
        ('{"format": 1, "week": "2026-W47"}', "is no report of 2026-W48"),
        ('{"format": 99, "week": "2026-W48"}', "is no report of 2026-W48"),
    ],
)
def test_what_is_no_report_is_told_in_a_sentence(tmp_path: Path, content: str | None, said: str) -> None:
    if content is not None:
        (tmp_path / "2026-W48").mkdir()
        (tmp_path / "2026-W48" / "report.json").write_text(content)
    with pytest.raises(ReportError, match=said):
        load_report(tmp_path, "2026-W48")


# ------------------------------------------------------------------ settings


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("", ""),
        ("https://example.org", "https://example.org/"),
        ("http://10.0.0.7:8080/pm/weekly/", "http://10.0.0.7:8080/pm/weekly/"),
        ("https://example.org/%E6%8A%A5", "https://example.org/%E6%8A%A5/"),
    ],
)
def test_the_address_of_publication_ends_in_a_slash(tmp_path: Path, written: str, read: str) -> None:
    (tmp_path / "pmtrend.toml").write_text(f'[delivery]\nbase_url = "{written}"\nslack = "zh"\n')
    delivery = load_settings(tmp_path / "pmtrend.toml").delivery
    assert (delivery.base_url, delivery.slack, delivery.wecom) == (read, "zh", "zh")


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ('base_url = "ftp://example.org"', "is not a plain address"),
        ('base_url = "https://me:pw@example.org/"', "is not a plain address"),
        ('base_url = "https://example.org/a)b"', "is not a plain address"),
        ('base_url = "https://example.org/报告"', "is not a plain address"),
        (f'base_url = "https://example.org/{"a" * 300}"', "is not a plain address"),
        ('slack = "de"', "delivery.slack"),
        (
            'slack_webhook = "https://hooks.slack.com/x"',
            "there is no such setting; there are base_url, dingtalk",
        ),
    ],
)
def test_a_wrong_setting_gets_one_sentence(tmp_path: Path, entry: str, said: str) -> None:
    (tmp_path / "pmtrend.toml").write_text(f"[delivery]\n{entry}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=said):
        load_settings(tmp_path / "pmtrend.toml")
