"""Rows 15, 16, 17 and 20: bodies that are not what they claim to be, and what parsing them must not do."""

import codecs
import json
import time
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from toys import Live, job, page, rows

from scraper.errors import FetchError, ShapeChanged, TooBig
from scraper.model import Reply
from scraper.parsing.payloads import LARGE, MAX_TEXT, narrow_json, too_heavy

NOW = datetime(2026, 11, 16, 6, tzinfo=UTC)
URL = "https://board.example/jobs"


def reply(body: bytes, content_type: str = "application/json") -> Reply:
    return Reply(URL, body, NOW, headers={"content-type": content_type})


# ------------------------------------------------------------------ row 15: not JSON, odd encodings


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b'{"jobs": [{"id": 1, "tit', '{"jobs": [{"id": 1, "tit'),
        (
            b"<!DOCTYPE html>\n<html>\n  <title>We moved</title>",
            "<!DOCTYPE html> <html> <title>We moved</title>",
        ),
        (b"", ""),
        (b"{'jobs': []}", "{'jobs': []}"),
        ("系统繁忙，请稍后再试".encode("gb18030"), "系统繁忙，请稍后再试"),
        ("页面".encode() * 60, "页面" * 33),
    ],
)
def test_what_is_no_json_is_named_by_its_beginning(body: bytes, shown: str) -> None:
    with pytest.raises(ShapeChanged) as caught:
        reply(body).json()
    said = str(caught.value)
    assert said.startswith("the reply is not JSON; it starts with ") and "\n" not in said and len(said) < 400
    assert repr(shown[:80])[:-1] in said


def test_what_is_no_text_is_named_so() -> None:
    with pytest.raises(ShapeChanged, match="not text in a known encoding"):
        reply(b"\xff\xfe\x00\x00\x81").json()


def test_the_beginning_is_kept_as_the_reason_and_nothing_else_of_it(
    toys: Any, board: Any, scripted: Any, tmp_path: Any
) -> None:
    board.say("/jobs", scripted(body=b"<html>\x00\x1b[2J busy " + b"x" * 10_000))
    live = Live(tmp_path, board.port, toys.board("a.test/jobs"))
    live.run()
    (reason,) = [row[6] for row in rows(live.database)["fetches"]]
    assert "not JSON" in reason and len(reason) < 300 and reason.isprintable()


@pytest.mark.parametrize(
    ("raw", "content_type"),
    [
        ("产品经理".encode(), "application/json"),
        (codecs.BOM_UTF8 + "产品经理".encode(), "application/json; charset=gbk"),
        ("产品经理".encode("gbk"), "application/json; charset=utf-8"),
        ("产品经理".encode("gb18030"), "application/json"),
        ("产品经理".encode("gbk"), "application/json; charset=GBK"),
        ("产品经理".encode("gb2312"), 'application/json; charset="gb2312"'),
        ("产品经理".encode("gbk"), "application/json; charset=no-such-thing"),
    ],
)
def test_a_text_is_read_in_the_encoding_that_it_has(raw: bytes, content_type: str) -> None:
    head = codecs.BOM_UTF8 if raw.startswith(codecs.BOM_UTF8) else b""
    body = head + b'{"title": "' + raw.removeprefix(head) + b'"}'
    assert reply(body, content_type).json() == {"title": "产品经理"}


# ------------------------------------------------------------------ row 16: depth


@pytest.mark.parametrize("piece", [b"[", b'{"a":', b'[{"a":['])
@pytest.mark.parametrize("times", [2_000, 100_000])
def test_depth_is_no_crash(piece: bytes, times: int) -> None:
    with pytest.raises(FetchError):
        reply(piece * times).json()


# ------------------------------------------------------------------ row 17: numbers


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "9" * 5000])
def test_a_number_that_json_does_not_know_is_a_changed_shape(number: str) -> None:
    with pytest.raises(ShapeChanged):
        reply(b'{"total": %s}' % number.encode()).json()


@pytest.mark.parametrize("number", ["1e999", "-1e999"])
def test_a_number_beyond_all_bounds_reaches_no_posting(number: str) -> None:
    """JSON allows it and Python reads it as infinite; the families' reader of numbers does not."""
    from scraper.sources.parts.items import number as read

    entry = reply(b'{"min": %s}' % number.encode()).json()
    with pytest.raises(ValueError, match="no usable number"):
        read(entry, "min")


# ------------------------------------------------------------------ row 20: XML

LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">
<!ENTITY lol1 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">
<!ENTITY lol2 "&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;">]><rss>&lol2;</rss>"""
EXTERNAL = b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss>&x;</rss>'
PARAMETER = b'<!DOCTYPE r [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x.dtd"> %x;]><rss/>'


@pytest.mark.parametrize(
    "body",
    [LAUGHS, EXTERNAL, PARAMETER, b"<!DOCTYPE html><html>", b"<rss><channel>", b"", b"{}", b"<a>\xff</a>"],
)
def test_xml_with_entities_or_a_doctype_or_none_at_all_is_a_changed_shape(body: bytes) -> None:
    with pytest.raises(ShapeChanged, match="not XML that can be read"):
        reply(body, "text/xml").xml()


@pytest.mark.parametrize("body", [b"<r>" + b"<a/>" * 400_001 + b"</r>", b"<r " + b"a='' " * 400_001 + b"/>"])
def test_more_xml_than_any_feed_has_is_too_big(body: bytes) -> None:
    with pytest.raises(TooBig):
        reply(body, "text/xml").xml()


def test_xml_that_nests_deep_is_read_or_named_at_once() -> None:
    begun = time.process_time()
    with suppress(FetchError):
        reply(b"<a>" * 100_000 + b"</a>" * 100_000, "text/xml").xml()
    assert time.process_time() - begun < 5


# ------------------------------------------------------------------ what large replies are parsed into


def test_a_page_that_no_site_has_is_too_big() -> None:
    with pytest.raises(TooBig):
        reply(b"x" * (MAX_TEXT + 1), "text/html").text()


@given(st.text(max_size=60))
def test_escaping_what_takes_four_bytes_changes_no_value(text: str) -> None:
    whole = "".join(char for char in text if not "\ud800" <= char <= "\udfff")
    body = json.dumps({whole: [whole, "😀\\"]}, ensure_ascii=False).encode()
    try:
        narrow = narrow_json(body)
    except OverflowError:
        return  # a text of hardly anything else
    assert json.loads(narrow) == {whole: [whole, "😀\\"]}
    assert max(narrow, default="") <= "\uffff"


def test_a_large_honest_board_is_read() -> None:
    """2,200 postings with texts of 9 KB, curly quotes everywhere and an emoji in every tenth."""
    texts = [
        f"We’re hiring {n}. " + "Own the roadmap, talk to users. " * 280 + "🚀" * (n % 10 == 0)
        for n in range(2200)
    ]
    body = page(*(job(number, text=text) for number, text in enumerate(texts))).decode()
    raw = json.dumps(json.loads(body), ensure_ascii=False).encode()
    assert 18 * 2**20 < len(raw) < 24 * 2**20 and len(raw) > LARGE
    found = reply(raw).json()
    assert [entry["text"] for entry in found["jobs"]] == texts


@pytest.mark.parametrize(
    "body",
    [
        b"[" + b'{"a":1},' * 400_000 + b"0]",
        b"[" + b"[]," * 1_000_000 + b"0]",
        b"[" + b"257," * 2_000_000 + b"0]",
    ],
)
def test_a_body_that_would_become_twenty_times_as_large_is_too_big(body: bytes) -> None:
    assert too_heavy(body)
    with pytest.raises(TooBig, match="more than any board has"):
        reply(body).json()
