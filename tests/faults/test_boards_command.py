"""The verbs `boards list | add | remove | check` as typed: exit codes, one sentence, files, no network."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest
from typed import Outcome, Run, typed

from scraper.boards import load_boards
from scraper.errors import BoardGone
from scraper.model import Reply, Request

NOW = datetime(2026, 11, 25, 8, tzinfo=UTC)
ACME = "https://jobs.ashbyhq.com/acme-kitchens"
LIST = "https://api.ashbyhq.com/posting-api/job-board/acme-kitchens?includeCompensation=true"
FOUND = b'{"jobs": [{"id": "1", "title": "Product Manager"}]}'


class World:
    """What stands in for the network: answers by URL, 404 otherwise; how it was opened, and closed."""

    answers: ClassVar[dict[str, bytes]] = {}
    opened: ClassVar[list[dict[str, Any]]] = []

    def __init__(self, operator: str, **settings: Any) -> None:
        self.opened.append({"operator": operator, **settings})

    def __enter__(self) -> "World":
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def fetch(self, request: Request, *, published: bool) -> Reply:
        if request.url not in self.answers:
            raise BoardGone(request.url, "the server answered 404 Not Found")
        return Reply(request.url, self.answers[request.url], NOW)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> type[World]:
    monkeypatch.setattr("scraper.fetching.client.HttpFetcher", World)
    monkeypatch.setattr(World, "answers", {LIST: FOUND})
    monkeypatch.setattr(World, "opened", [])
    return World


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], world: type[World]
) -> Run:
    """Run the command line in a folder that has a configuration."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pmtrend.toml").write_text('operator = "mailto:pm@example.org"\n')

    def call(*words: str) -> Outcome:
        return typed(monkeypatch, capsys, *words)

    return call


def one_sentence(outcome: Outcome) -> str:
    (line,) = outcome.err.strip().splitlines()
    assert outcome.out == ""
    return line


def test_added_listed_checked_and_removed(run: Run, tmp_path: Path, world: type[World]) -> None:
    added = run("boards", "add", ACME, "--company", "Acme Kitchens", "--industry", "robotics")
    assert (added.code, added.err) == (0, "")
    assert "ashby:acme-kitchens: 1 posting, 1 for product managers" in added.out
    assert (tmp_path / "boards.d" / "ashby.toml").exists()
    rows = [line.split("\t") for line in run("boards", "list", "--family", "ashby").out.splitlines()]
    assert ["ashby", "acme-kitchens", "Acme Kitchens", "en", "robotics"] in [row[:5] for row in rows]
    checked = run("boards", "check", "--board", "acme-kitchens")
    assert (checked.code, checked.out.splitlines()[-1][:24]) == (0, "1 board checked: 1 alive")
    world.answers.clear()
    checked = run("boards", "check", "--board", "acme-kitchens", "--board", "cohere")
    assert (checked.code, checked.out.splitlines()[0].split("\t")[:2]) == (2, ["dead", "ashby:acme-kitchens"])
    assert run("boards", "remove", ACME).code == 0
    assert "acme-kitchens" not in run("boards", "list").out
    assert not list(tmp_path.glob("*.db")), "none of these verbs touches the database"
    assert not (tmp_path / "archive").exists()


def test_added_twice_is_no_error(run: Run) -> None:
    run("boards", "add", ACME)
    again = run("boards", "add", ACME)
    assert (again.code, again.out) == (0, "ashby:acme-kitchens is followed already; nothing was changed\n")


@pytest.mark.parametrize(("said", "stored"), [("cn", "zh"), ("zh", "zh"), ("intl", "en"), ("en", "en")])
def test_a_market_is_called_as_reports_or_as_boards_call_it(run: Run, said: str, stored: str) -> None:
    assert run("boards", "add", ACME, "--company", "Acme", "--market", said, "--no-check").code == 0
    rows = [line.split("\t") for line in run("boards", "list", "--family", "ashby").out.splitlines()]
    assert [row[3] for row in rows if row[1] == "acme-kitchens"] == [stored]


def test_some_boards_in_vain_is_exit_code_3(run: Run) -> None:
    run("boards", "add", ACME)
    outcome = run("boards", "check", "--board", "acme-kitchens", "--board", "cohere")
    assert (outcome.code, outcome.err) == (3, "")


def test_the_boards_are_beside_the_configuration(run: Run, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "pmtrend.toml").rename(tmp_path / "elsewhere" / "pmtrend.toml")
    assert run("--config", "elsewhere/pmtrend.toml", "boards", "add", ACME).code == 0
    assert (tmp_path / "elsewhere" / "boards.d" / "ashby.toml").exists()


def test_the_list_for_machines_has_every_field(run: Run) -> None:
    rows = json.loads(run("boards", "list", "--json").out)
    assert len(rows) == len(load_boards())
    assert {tuple(row) for row in rows} == {("family", "key", "company", "market", "industry", "evidence")}


def test_the_operator_is_sent_and_nothing_is_archived(run: Run, world: type[World]) -> None:
    run("boards", "add", ACME)
    (opened,) = world.opened
    assert (opened["operator"], opened["archive"]) == ("mailto:pm@example.org", None)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["add", "not an address"], "'not an address' is no address of a web page or board"),
        (["add", "https://jobs.ashbyhq.com/gone"], "ashby:gone is not followed: the server answered 404"),
        (["add", "https://www.acme.example/careers"], "404 Not Found"),
        (["remove", "ashby:never-heard-of"], "is not followed"),
        (["remove", "nonsense"], "is neither FAMILY:KEY nor the address of a board"),
        (["check", "--family", "monster"], "no board of family monster"),
        (["check", "--board", "never-heard-of"], "no board never-heard-of"),
        (["check", "--family", "themuse"], "themuse needs the key themuse"),
    ],
)
def test_nonsense_gets_one_sentence_and_exit_code_1(
    run: Run, tmp_path: Path, words: list[str], said: str
) -> None:
    outcome = run("boards", *words)
    assert (outcome.code, said in one_sentence(outcome)) == (1, True), outcome
    assert not (tmp_path / "boards.d").exists()


@pytest.mark.parametrize("words", [["add", ACME], ["check"]])
def test_nobody_is_asked_without_an_operator(
    run: Run, tmp_path: Path, world: type[World], words: list[str]
) -> None:
    (tmp_path / "pmtrend.toml").unlink()
    outcome = run("boards", *words)
    assert (outcome.code, "`operator` is not set" in one_sentence(outcome)) == (1, True)
    assert world.opened == []


@pytest.mark.parametrize(
    "words", [["add"], ["add", ACME, "--market", "fr"], ["add", ACME, "--industry", "law"], ["remove"]]
)
def test_wrong_usage_shows_the_usage(run: Run, words: list[str]) -> None:
    outcome = run("boards", *words)
    assert (outcome.code, "Usage: pmtrend boards" in outcome.err) == (1, True)


def test_a_folder_that_cannot_be_written_loses_nothing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "boards.d").mkdir()
    file = tmp_path / "boards.d" / "ashby.toml"
    file.write_text("board = []\n")
    outcome = run("boards", "add", ACME)
    assert (outcome.code, "change it by hand" in one_sentence(outcome)) == (1, True)
    assert file.read_text() == "board = []\n"
