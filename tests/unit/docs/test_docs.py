"""The commands of the documentation: they exist, they parse, they do and print what is written there."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import click
import openpyxl
import pytest
from docs_pages import (
    ALL,
    TASKS,
    TEXTS,
    Block,
    blocks,
    call,
    chapter,
    first_column,
    harmless,
    rows,
    steps,
    verb_of,
    verbs,
)
from places import ROOT

import pmtrend
from reports.document.weekly import WeeklyReport
from reports.rendering.csv_files import TABLES
from scraper.runs.summary import RunSummary
from storage.engines.sqlite import exclusive

LEFT_OUT = "…"
SHELL = [block for name in TEXTS for block in blocks(name) if block.language == "sh"]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder of a demonstration and what it printed."""
    folder = tmp_path_factory.mktemp("demo") / "market"
    command = [sys.executable, str(ROOT / "demo" / "run.py"), str(folder)]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(command, check=True, capture_output=True, encoding="utf-8", env=environment)
    return folder, done.stdout


# ------------------------------------------------------------------ commands


def test_the_list_of_verbs_shows_each_with_a_whole_sentence() -> None:
    """On a terminal of 80 columns; a sentence of its help that is longer would end in dots."""
    for name, command in {**verbs(), **pmtrend.cli.commands}.items():
        assert "..." not in command.get_short_help_str(66), name


def test_every_verb_and_option_has_a_help_text() -> None:
    for name, command in [("pmtrend", pmtrend.cli), *verbs().items()]:
        assert command.help, name
        for parameter in command.params:
            assert not isinstance(parameter, click.Option) or parameter.help, f"{name} {parameter.name}"


def test_every_verb_and_option_is_mentioned() -> None:
    for name, command in [("", pmtrend.cli), *verbs().items()]:
        assert f"`{name}`" in TEXTS["README.md"] or not name, name
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                option = max(parameter.opts, key=len)
                assert re.search(rf"{option}\b", ALL), f"{name} {option}"


INLINE = [
    (name, found)
    for name, text in TEXTS.items()
    for found in re.findall(r"(?<!`)`(?:pmtrend|\./run)(?: ([^`\n]+))?`(?!`)", text)
    if found
]


@pytest.mark.parametrize(("file", "command"), INLINE)
def test_commands_inside_sentences_exist(file: str, command: str) -> None:
    words = shlex.split(command)
    if words[0] in TASKS or words[0] == "VERB":
        return
    verb, _ = verb_of(words)
    assert verb, f"{file}: there is no {command!r}"
    known = {opt for parameter in (*verbs()[verb].params, *pmtrend.cli.params) for opt in parameter.opts}
    assert {word for word in words if word.startswith("-") and len(word) > 1} <= known


@pytest.mark.parametrize("block", SHELL, ids=lambda block: block.file)
def test_commands_of_shell_blocks_parse(
    block: Block, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for step in steps(block):
        if step.file:
            (tmp_path / step.file).write_text(step.stdin, encoding="utf-8")
        elif step.words[0] not in TASKS:
            verb, rest = verb_of(step.words)
            verbs()[verb].make_context(verb, rest).close()


@pytest.mark.parametrize("name", [name for name in TEXTS if any(b.file == name for b in SHELL)])
def test_commands_do_what_the_page_shows(name: str, tmp_path: Path) -> None:
    """In an empty folder, in the order of the page; the ```text block behind them is what the last prints."""
    call(tmp_path, "init")
    sheet = openpyxl.Workbook()
    assert sheet.active is not None
    for row in (("职位名称", "公司名称", "职位描述"), ("AI产品经理", "云雀科技", "负责大模型产品规划")):
        sheet.active.append(row)
    sheet.save(tmp_path / "岗位.xlsx")
    printed = ""
    for block in blocks(name):
        if block.language == "sh":
            printed = ""
            for step in steps(block):
                if step.file:
                    (tmp_path / step.file).write_text(step.stdin, encoding="utf-8")
                elif harmless(step.words):
                    done = call(tmp_path, *step.words, stdin=step.stdin)
                    assert done.code == 0, (step.words, done.err)
                    printed = done.out
        elif block.language == "text" and printed:
            assert_shown(block.text, _as_printed_elsewhere(printed, tmp_path))


def _as_printed_elsewhere(printed: str, folder: Path) -> str:
    """Put a folder and a program that readers may have in place of those of the test."""
    here = str(folder.resolve())
    program = printed.replace(f"{here}/pmtrend", "/home/me/pmtrend/.venv/bin/pmtrend")
    return program.replace(here, "/home/me/jobs")


def assert_shown(shown: str, printed: str) -> None:
    """Each line stands in `printed`, in this order; between two of them lines may only be left out at a …"""
    lines = printed.splitlines()
    place, gap = 0, True
    for line in shown.splitlines():
        if line == LEFT_OUT:
            gap = True
            continue
        assert line in lines[place:], f"not printed: {line!r}\n{printed}"
        found = lines.index(line, place)
        assert gap or found == place, f"lines are left out before {line!r} without {LEFT_OUT}"
        place, gap = found + 1, False


# ------------------------------------------------------------------ the demonstration


@pytest.mark.parametrize("name", ["README.md", "README.zh.md"])
def test_the_findings_shown_are_those_of_the_demonstration(name: str, demo: tuple[Path, str]) -> None:
    shown = next(block.text for block in blocks(name) if block.language == "text")
    missing = [line for line in shown.splitlines() if line not in demo[1].splitlines()]
    assert not missing, f"./run demo does not print this, but\n{demo[1]}"


def test_what_the_demonstration_proposes_to_ask_has_an_answer(demo: tuple[Path, str]) -> None:
    folder, printed = demo
    _, proposed = printed.split("More to ask of this market:")
    assert Path(printed.partition("both languages: ")[2].splitlines()[0]).is_file()
    to_folder, *questions = [shlex.split(line)[1:] for line in proposed.splitlines() if line]
    assert to_folder == ["cd", str(folder)]
    for door, *words in questions:
        assert door == str(ROOT / "run")
        done = call(folder, *words)
        assert (done.code, done.err) == (0, "")
        assert "https://" in done.out or "You lack" in done.out
    assert [words[1] for words in questions] == ["choose", "find"]


def _words(svg: Path) -> list[str]:
    return [text.strip() for text in ElementTree.parse(svg).getroot().itertext() if text.strip()]


def _places(svg: Path) -> list[float]:
    return [float(number) for number in re.findall(r"-?\d+\.\d+", svg.read_text(encoding="utf-8"))]


@pytest.mark.parametrize(
    "image", sorted((ROOT / "docs" / "images").glob("*.svg")), ids=lambda path: path.name
)
def test_the_charts_shown_are_those_of_the_demonstration(image: Path, demo: tuple[Path, str]) -> None:
    drawn = next(demo[0].glob(f"reports/*/charts/{image.name.removeprefix('demo-')}"))
    remedy = f"copy {drawn.name} of ./run demo to docs/images/{image.name}"
    assert _words(image) == _words(drawn), remedy
    assert _places(image) == pytest.approx(_places(drawn), abs=0.5), remedy


def test_charts_of_the_demonstration_are_marked_as_invented() -> None:
    assert re.search(r"images/demo-[^)]+\)\n\n\*Invented data", TEXTS["README.md"])
    assert re.search(r"images/demo-[^)]+\)\n\n\*数据纯属虚构", TEXTS["README.zh.md"])


def test_the_keys_and_files_of_a_report_are_listed(demo: tuple[Path, str]) -> None:
    folder = next(demo[0].glob("reports/*-W*"))
    keys = first_column(chapter("docs/DATA.md", "### `report.json`"))
    assert set(keys) == set(json.loads((folder / "report.json").read_text(encoding="utf-8")))
    assert sorted(keys) == sorted(WeeklyReport.__annotations__)
    names = first_column(chapter("docs/DATA.md", "### `data/*.csv`"))
    assert set(names) == {path.name for path in folder.glob("data/*.csv")}
    assert names == [table.name for table in TABLES]


def test_the_keys_of_the_status_are_listed(demo: tuple[Path, str]) -> None:
    status = json.loads(call(demo[0], "status", "--json").out)
    text = chapter("docs/DATA.md", "## `pmtrend status --json`")
    keys = [name for name in status if name != "postings"] + [
        f"postings.{name}" for name in status["postings"]
    ]
    assert sorted(first_column(text)) == sorted(keys)
    for name in (*status["boards"], *status["postings"]["by_role"], *status["last_run"]):
        assert f"`{name}`" in text


# ------------------------------------------------------------------ exit codes


def exit_codes() -> dict[str, set[int]]:
    """Verb -> exit codes, as the table of the README has them."""
    found: dict[str, set[int]] = {}
    for cell, _, codes in rows(chapter("README.md", "## The verbs")):
        for verb in re.findall(r"`([^`]+)`", cell):
            found[verb] = {int(code) for code in codes.split()}
    return found


def test_the_table_of_verbs_is_complete() -> None:
    assert set(exit_codes()) == set(verbs())
    assert all({0, 1} <= codes <= {0, 1, 2, 3, 4} for codes in exit_codes().values())


WORDS = {
    "db copy": ["sqlite:///pmtrend.db", "sqlite:///pmtrend.db"],
    "replay": [str(ROOT / "demo" / "market.warc.gz")],
    "import": ["jobs.csv", "--source", "mine"],
    "report": ["--week", "2026-W20"],
    "choose": ["--pm-years", "5", "--ai-years", "0"],
    "export": ["out", "--format", "csv"],
    "find": ["rag"],
    "deliver": ["--week", "2026-W20"],
    "schedule": ["--print-cron"],
    "tag": ["jobs.csv"],
    "boards add": ["https://jobs.ashbyhq.com/larkspur", "--no-check"],
    "boards remove": ["ashby:larkspur"],
    "db backup": ["copy.db"],
    "taxonomy show": ["rag"],
    "taxonomy diff": ["current", "current"],
}


def test_4_is_the_exit_code_of_the_verbs_that_wait_for_the_lock(tmp_path: Path) -> None:
    (tmp_path / "jobs.csv").write_text("title,company\nProduct Manager,Larkspur\n", encoding="utf-8")
    (tmp_path / "other").mkdir()
    (tmp_path / "pmtrend.toml").write_text('operator = "https://example.org/me"\n', encoding="utf-8")
    replies = tmp_path / "archive" / "2020" / "01" / "pmtrend-20200101T000000Z.warc.gz"
    replies.parent.mkdir(parents=True)
    replies.touch()  # something old enough to be compacted
    with exclusive(tmp_path / "pmtrend.db.lock"):
        for verb, codes in exit_codes().items():
            if verb in ("init", "boards check"):
                continue  # makes a new place to work in; asks every board
            done = call(tmp_path, *verb.split(), *WORDS.get(verb, []))
            assert done.code == (4 if 4 in codes else 0), (verb, done.err)


def test_2_and_3_are_the_exit_codes_of_the_verbs_that_judge_boards(demo: tuple[Path, str]) -> None:
    assert RunSummary(states={"a": "failed", "b": "refused"}).exit_code == 2
    assert RunSummary(states={"a": "complete", "b": "missing"}).exit_code == 3
    assert RunSummary(states={"a": "complete", "b": "suspect"}).exit_code == 0
    judging = {verb for verb, codes in exit_codes().items() if 2 in codes}
    assert judging == {"collect", "replay", "weekly", "status", "boards check"}
    assert all({2, 3} <= exit_codes()[verb] for verb in judging)
    assert call(demo[0], "status", "--check").code == 3
    assert call(demo[0], "status").code == 0


def test_1_is_the_exit_code_of_what_cannot_be_used(tmp_path: Path) -> None:
    assert call(tmp_path, "report", "--week", "2026-W54").code == 1
    assert call(tmp_path, "unheard-of").code == 1


@pytest.mark.parametrize("file", ["README.md", "docs/ARCHITECTURE.md"])
def test_the_meanings_of_the_exit_codes_are_told(file: str) -> None:
    told = " ".join(TEXTS[file].split())
    assert re.search(
        r"0 \w+ · 1 usage[^·]+ · 2 every board failed · 3 some boards failed · 4 another run holds the lock",
        told,
    )
