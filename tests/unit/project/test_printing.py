"""What is printed and logged: no character of a stranger steers a terminal or begins a line."""

import ast
import json
import logging
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from places import ROOT

from scraper.explaining import explain
from scraper.log import set_up
from scraper.printing import echo, printable, without_controls

HOSTILE = {
    "the name of the window": "\x1b]0;pwned\x07",
    "colours": "\x1b[31;7m",
    "a cleared screen": "\x1b[2J\x1b[H",
    "C1 for ESC [": "\x9b31m",
    "C1 for ESC ]": "\x9d0;pwned\x9c",
    "backspaces": "ok\b\brm",
    "a carriage return": "bad\rgood",
    "a line": "x\nERROR root: forged",
    "other line ends": "x\x0b\x0c\x1c\x85\u2028\u2029y",
    "a bell": "\a",
    "DEL": "\x7f",
    "an override": "\u202egnp.exe",
    "isolates": "\u2066x\u2069",
    "marks": "\u200e\u200f\u061c",
    "half a pair": "\ud800",
}
STEERS = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u200e\u200f\u061c\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


@pytest.mark.parametrize("name", HOSTILE)
def test_what_steers_is_printed_as_its_escape(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    echo(f"产品经理 {HOSTILE[name]}\tend")
    out = capsys.readouterr().out
    assert out.endswith("\tend\n") and out.count("\n") == 1
    assert not STEERS.search(out[:-1])
    assert "\\u" in out


def test_each_that_steers_is_escaped_in_a_line_that_is_plain_otherwise() -> None:
    steering = [chr(code) for code in range(0x10000) if STEERS.match(chr(code))]
    assert len(steering) > 2100
    assert [printable(f"产品 {char}x") for char in steering] == [f"产品 \\u{ord(c):04x}x" for c in steering]


@given(st.text())
def test_all_else_is_printed_as_it_is(text: str) -> None:
    shown = printable(text)
    assert not any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in shown if char != "\t")
    if not STEERS.search(text):
        assert shown == text


@given(st.dictionaries(st.text(), st.text()))
def test_printed_json_is_the_same_value(value: dict[str, str]) -> None:
    assert json.loads(printable(json.dumps(value, ensure_ascii=False))) == value


@given(st.text())
def test_without_controls_lines_stay_and_places_too(text: str) -> None:
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    shown = without_controls(text)
    assert len(shown) == len(plain)
    assert [a == "\n" for a in shown] == [b == "\n" for b in plain]
    assert not STEERS.search(shown.replace("\n", ""))


@pytest.mark.parametrize("name", HOSTILE)
def test_an_explanation_has_no_colours_but_its_own(name: str) -> None:
    evil = HOSTILE[name]
    demands = f"负责大模型{evil} RAG，3年以上经验{evil}，本科{evil}，20-30K·14薪{evil}"
    lines = f"AI产品经理{evil}\n{evil}上海{evil}\n{demands}"
    for pasted in (lines, lines.replace("\n", "<br>")):
        shown = explain(pasted)
        own = {"\x1b[0m", "\x1b[1m", "\x1b[90m", "\x1b[32m", "\x1b[33m", "\x1b[36m"}
        assert set(re.findall("\x1b(?:\\[[0-9;]*m)?", shown)) <= own
        assert not STEERS.search(re.sub("\x1b\\[[0-9;]*m|\n", "", shown))


def test_the_log_has_one_line_an_event_whoever_wrote_it(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    said = "".join(HOSTILE.values()) + "\nERROR root: forged\r\nERROR root: forged"
    try:
        set_up(verbose=True)
        logging.getLogger("scraper.looking.hosts").warning("%s: the reply is %s", said, said)
        try:
            raise ValueError(said)
        except ValueError:
            logging.getLogger("scraper.looking.hosts").exception("cannot be read: %s", said)
    finally:
        root.handlers[:], root.level = handlers, level
    shown = capsys.readouterr().err
    assert not STEERS.search(shown.replace("\n", ""))
    begun = [line for line in shown.splitlines() if not line.startswith("  ")]
    assert [line.split(":")[0] for line in begun] == [
        "WARNING scraper.looking.hosts",
        "ERROR scraper.looking.hosts",
    ]


def test_the_log_leaves_out_what_a_font_lacks_and_keeps_other_warnings(
    capsys: pytest.CaptureFixture[str],
) -> None:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        set_up(verbose=False)
        logging.getLogger("matplotlib.font_manager").warning("findfont: Failed to find font weight bold")
        logging.getLogger("matplotlib").warning("something else")
    finally:
        root.handlers[:], root.level = handlers, level
    assert capsys.readouterr().err == "WARNING matplotlib: something else\n"


def test_bold_stays_bold_and_nothing_else_does(capsys: pytest.CaptureFixture[str]) -> None:
    echo("a \x1b[1mhit\x1b[0m \x1b[31m \x1b[2J \x1b]0;x\x07", bold=True)
    assert capsys.readouterr().out == "a \x1b[1mhit\x1b[0m \\u001b[31m \\u001b[2J \\u001b]0;x\\u0007\n"


OWN = {"explain", "systemd_units"}
"""What is printed as it is: made of cleaned text with our own colours, and of the user's own settings."""


def test_the_command_line_prints_through_echo() -> None:
    """Every verb prints lines that may hold what strangers wrote: `echo` of scraper/printing.py does it."""
    root = ROOT
    sources = [root / "pmtrend.py", *sorted((root / "commands").glob("*.py"))]
    trees = [ast.parse(source.read_text(encoding="utf-8")) for source in sources]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    printed = {ast.unparse(call.args[0]).partition("(")[0] for call in calls if _is_plain(call)}
    assert printed == OWN


def _is_plain(call: ast.Call) -> bool:
    return ast.unparse(call.func) in (
        "click.echo",
        "click.secho",
        "print",
        "sys.stdout.write",
        "sys.stderr.write",
    )
