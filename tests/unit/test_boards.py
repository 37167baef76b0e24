"""The boards that are shipped, and what the loader says to a user whose own file is wrong."""

import csv
import re
from collections import Counter
from pathlib import Path
from urllib.parse import unquote

import pytest

from scraper.boards import load_boards
from scraper.errors import ConfigError
from scraper.model import Board
from scraper.sources import FAMILIES, family_of

ROOT = Path(__file__).parents[2]
GOOD = '[[board]]\nkey = "acme-kitchens"\ncompany = "Acme Kitchens"\n'


def test_enough_boards_are_shipped_of_every_family() -> None:
    boards = load_boards()
    assert len(boards) >= 250
    assert {board.family for board in boards} == set(FAMILIES)


@pytest.mark.parametrize("board", load_boards(), ids=lambda board: f"{board.family}:{board.key}")
def test_a_shipped_board_is_complete(board: Board) -> None:
    family = FAMILIES[board.family]
    # What was seen of it, and when: that is why it is followed.
    assert re.search(r"\bposting.* (in|on) 20\d\d-\d\d(-\d\d)?$", board.evidence)
    assert board.company == board.company.strip() and "%" not in board.company
    # Its list request is recognised as its own: the key stands as it is asked for, not percent-encoded.
    assert family_of(family.first(board).url) == (family, board.key)
    assert "%25" not in family.first(board).url


def test_no_employer_is_followed_twice() -> None:
    """One employer on two boards would be counted twice."""
    companies = Counter(board.company.casefold() for board in load_boards())
    assert [company for company, times in companies.items() if times > 1] == []


def test_every_shipped_board_was_seen_by_others() -> None:
    path = ROOT.parent / "shared" / "data" / "starter_boards.csv"
    if not path.exists():
        pytest.skip("the shared list of boards is not here")
    with path.open(encoding="utf-8", newline="") as file:
        seen = {(row["platform"], unquote(row["slug"])) for row in csv.DictReader(file)}
    assert [board for board in load_boards() if (board.family, board.key) not in seen] == [
        board for board in load_boards() if board.family == "tencent"
    ]


def test_the_table_of_sources_does_not_promise_more_boards_than_there_are() -> None:
    shipped = Counter(board.family for board in load_boards())
    rows = re.findall(
        r"^\| \**([a-z]+)\** \|.*\| (\d+)\+? \|$", (ROOT / "docs" / "SOURCES.md").read_text("utf-8"), re.M
    )
    assert {family for family, _ in rows} == set(FAMILIES)
    assert all(int(promised) <= shipped[family] for family, promised in rows)


# ------------------------------------------------------------------ the user's own


def test_own_boards_are_added(tmp_path: Path) -> None:
    (tmp_path / "lever.toml").write_text(GOOD + 'market = "zh"\n', "utf-8")
    (tmp_path / "ashby.toml").write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    (tmp_path / "notes.txt").write_text("not ours", "utf-8")
    boards = load_boards(tmp_path)
    assert boards[: len(load_boards())] == load_boards()
    assert boards[len(load_boards()) :] == (
        Board("ashby", "acme-kitchens", "Acme Kitchens"),
        Board("lever", "acme-kitchens", "Acme Kitchens", "zh"),
    )


def test_the_board_in_the_documentation_is_one(tmp_path: Path) -> None:
    (lines,) = re.findall(
        r"```toml\n(.+?)```", (ROOT / "docs" / "ADDING_A_SOURCE.md").read_text("utf-8"), re.S
    )
    assert lines.count("\n") == 4
    (tmp_path / "greenhouse.toml").write_text(lines, "utf-8")
    assert load_boards(tmp_path)[-1] == Board("greenhouse", "acme", "Acme")


def test_without_own_boards(tmp_path: Path) -> None:
    assert load_boards(None) == load_boards(tmp_path) == load_boards(tmp_path / "absent") == load_boards()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("lever.toml", "[[board]\nkey=", "is not valid TOML"),
        ("lever.toml", b"\xff\xfe\x00", "is not valid TOML"),
        ("acme.toml", GOOD, "named for a family, one of ashby, greenhouse, lever, tencent"),
        ("lever.toml", 'board = "acme"', "[[board]] tables"),
        ("lever.toml", 'board = ["acme"]', "board 1: expected a [[board]] table"),
        ("lever.toml", '[board]\nkey = "acme"', "[[board]] tables"),
        ("lever.toml", GOOD + '[[boards]]\nkey = "x"', "found 'boards'"),
        ("lever.toml", GOOD + '[[board]]\nkey = "x"', "board 2 ('x'): company is missing"),
        ("lever.toml", '[[board]]\ncompany = "X"', "board 1: key is missing"),
        ("lever.toml", '[[board]]\nkey = "x"\ncompany = " "', "company must be a text that is not empty"),
        ("lever.toml", '[[board]]\nkey = 7\ncompany = "X"', "key must be a text"),
        (
            "lever.toml",
            '[[board]]\nkey = "x"\ncompany = "X"\nmarket = "fr"',
            'market must be "en" or "zh", not \'fr\'',
        ),
        ("lever.toml", '[[board]]\nkey = "x"\ncompany = "X"\nurl = "y"', "unknown field 'url'"),
        ("lever.toml", GOOD + GOOD, "board 2 ('acme-kitchens'): this board is already listed in"),
        ("ashby.toml", '[[board]]\nkey = "OpenAI"\ncompany = "Mine"', "already listed in"),
    ],
)
def test_a_wrong_file_is_named_in_one_sentence(
    tmp_path: Path, name: str, content: str | bytes, says: str
) -> None:
    file = tmp_path / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ConfigError) as caught:
        load_boards(tmp_path)
    assert says in str(caught.value) and str(file) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_instead_of_a_folder_and_a_folder_instead_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "boards.d").write_text("", "utf-8")
    with pytest.raises(ConfigError, match="cannot be read as a folder"):
        load_boards(tmp_path / "boards.d")
    (tmp_path / "lever.toml").mkdir()
    with pytest.raises(ConfigError, match="cannot be read"):
        load_boards(tmp_path)
