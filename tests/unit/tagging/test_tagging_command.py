"""`pmtrend tag` as it is called: encodings, exit codes, colours, nothing lost."""

import io
import json
import sys
from collections.abc import Callable
from types import SimpleNamespace

import click
import pytest

import pmtrend

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def tag(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Call `pmtrend tag` with bytes on stdin; returns exit code, stdout, stderr."""

    def call(given: bytes, *words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["pmtrend", "tag", *words])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given), encoding="utf-8"))
        with pytest.raises(SystemExit) as exit_:
            pmtrend.main()
        captured = capsys.readouterr()
        return int(exit_.value.code or 0), captured.out, captured.err

    return call


def test_broken_lines_end_with_exit_code_1_after_all_answers(tag: Run) -> None:
    code, out, err = tag(b'{"id": 1}\n{"id": 2, "title":\n{"id": 3, "title": []}\n\n{"id": 4}\n', "--jsonl")
    answers = [json.loads(line) for line in out.splitlines()]
    assert code == 1
    assert [answer["id"] for answer in answers] == [1, 2, 3, 4]
    assert ["error" in answer for answer in answers] == [False, True, True, False]
    assert err.splitlines() == [f"pmtrend: {answer['error']}" for answer in answers[1:3]]


def test_good_lines_end_with_0_and_silence(tag: Run) -> None:
    code, out, err = tag(b'\xef\xbb\xbf{"id": 1}\r\n{"id": 2}\r\n', "--jsonl")
    assert (code, err, len(out.splitlines())) == (0, "", 2)


def test_gbk_is_read_pasted_and_as_lines(tag: Run) -> None:
    code, out, _ = tag("智能体产品经理\r\n负责智能体产品规划\r\n".encode("gbk"))
    assert code == 0 and "智能体产品经理" in out and "AIGC 产品经理" in out
    code, out, _ = tag('{"id": "甲", "title": "智能体产品经理"}\n'.encode("gbk"), "--jsonl")
    assert code == 0
    assert (json.loads(out)["id"], json.loads(out)["role"]["class"]) == ("甲", "aigc_pm")


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
def test_what_windows_saves_is_read_as_import_reads_it(tag: Run, encoding: str) -> None:
    posting = "Product Manager – Crédit\nRequirements: 5+ years’ product management; knowledge of SQL\n"
    code, out, _ = tag(posting.encode(encoding))
    assert code == 0
    assert out == tag(posting.encode())[1] and "Crédit" in out and "Years: 5 or more" in out


@pytest.mark.parametrize("given", [b"", b" \n", b"\xef\xbb\xbf\n", b"\xff\xff\xff"])
def test_what_holds_no_text_gets_one_sentence(tag: Run, given: bytes) -> None:
    code, out, err = tag(given)
    assert (code, out) == (1, "")
    assert len(err.splitlines()) == 1 and "text" in err


@pytest.mark.parametrize(("setting", "coloured"), [("1", False), ("", True), (None, True)])
def test_no_color_is_honoured_on_a_terminal(
    tag: Run, monkeypatch: pytest.MonkeyPatch, setting: str | None, coloured: bool
) -> None:
    said: list[bool] = []

    def echo(message: str, color: bool | None = None) -> None:
        assert "\x1b[" in message
        said.append(color is not False)

    monkeypatch.setattr("commands.tag.click", SimpleNamespace(**{**vars(click), "echo": echo}))
    monkeypatch.delenv("NO_COLOR", raising=False)
    if setting is not None:
        monkeypatch.setenv("NO_COLOR", setting)
    assert tag("AI产品经理".encode())[0] == 0
    assert said == [coloured]
