"""The boards that are shipped, and what the loader says to a user whose own file is wrong."""

import csv
import json
import re
import tomllib
from collections import Counter
from pathlib import Path
from urllib.parse import unquote

import pytest
from places import ROOT
from warcio.archiveiterator import ArchiveIterator

from scraper.boards import INDUSTRIES, load_boards
from scraper.errors import ConfigError
from scraper.model import Board
from scraper.normalizing.companies import company_key
from scraper.sources import FAMILIES, family_of

LISTED_BY_OTHERS = ("greenhouse", "ashby", "lever")
"""Families whose boards must stand in what others listed or recorded; of the rest the evidence is a date."""
GOOD = '[[board]]\nkey = "acme-kitchens"\ncompany = "Acme Kitchens"\n'


def test_enough_boards_are_shipped_of_every_family() -> None:
    boards = load_boards()
    assert {board.family for board in boards} == set(FAMILIES)
    markets = Counter(board.market for board in boards)
    assert markets["en"] >= 590
    assert markets["zh"] >= 60


@pytest.mark.parametrize("board", load_boards(), ids=lambda board: board.name)
def test_a_shipped_board_is_complete(board: Board) -> None:
    family = FAMILIES[board.family]
    # What was seen of it, and when: that is why it is followed.
    assert re.search(r"\bposting.* (in|on) 20\d\d-\d\d(-\d\d)?$", board.evidence)
    assert board.company == board.company.strip() and "%" not in board.company
    # Its list request is recognised as its own: the key stands as it is asked for, not percent-encoded.
    # (Any address may be a sitemap, so none is recognised.)
    known = (family, board.key) if board.family != "jsonld" else None
    assert family_of(family.first(board).url) == known
    assert "%25" not in family.first(board).url


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_market_and_industry_are_stated_not_assumed(family: str) -> None:
    file = ROOT / "scraper" / "boards" / f"{family}.toml"
    entries = tomllib.loads(file.read_text("utf-8"))["board"]
    assert [entry["key"] for entry in entries if not {"market", "industry", "evidence"} <= entry.keys()] == []
    assert {entry["industry"] for entry in entries} <= set(INDUSTRIES)


def test_no_employer_is_followed_twice() -> None:
    """One employer on two boards would be counted twice, be it under one name or under two."""
    companies = Counter(company_key(board.company) for board in load_boards())
    assert [company for company, times in companies.items() if times > 1] == []


def test_every_board_of_the_large_families_was_seen_by_others(shared_data: Path) -> None:
    """In the list of starting points, in a feed of postings, or among whole boards that were recorded."""
    with (shared_data / "starter_boards.csv").open(encoding="utf-8", newline="") as file:
        seen = {(row["platform"], unquote(row["slug"])) for row in csv.DictReader(file)}
    for feed in (shared_data / "snapshots").glob("pm_feed_*.json"):
        addresses = re.findall(r'"apply_url": *("[^"]+")', feed.read_text("utf-8"))
        found = [family_of(json.loads(address)) for address in set(addresses)]
        seen |= {(family.name, key) for family, key in filter(None, found)}
    with (shared_data / "warc" / "ashby-2025-10-28.warc.gz").open("rb") as archive:
        for record in ArchiveIterator(archive):
            recorded = family_of(record.rec_headers.get_header("WARC-Target-URI") or "")
            if recorded:
                seen.add((recorded[0].name, unquote(recorded[1])))
    boards = [board for board in load_boards() if board.family in LISTED_BY_OTHERS]
    assert [board for board in boards if (board.family, board.key) not in seen] == []


def test_the_table_of_sources_does_not_promise_more_boards_than_there_are() -> None:
    shipped = Counter(board.family for board in load_boards())
    rows = re.findall(
        r"^\| ([a-z_]+) \| `.*\| (\d+) \|$", (ROOT / "docs" / "SOURCES.md").read_text("utf-8"), re.M
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


def test_an_own_entry_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    """So a release that ships what a user follows already breaks nothing, and he may know better."""
    mine = '[[board]]\nkey = "OpenAI"\ncompany = "Mine"\nindustry = "internet"\n'
    (tmp_path / "ashby.toml").write_text(mine, "utf-8")
    boards = load_boards(tmp_path)
    assert len(boards) == len(load_boards())
    assert [b for b in boards if b.family == "ashby" and b.key.casefold() == "openai"] == [
        Board("ashby", "OpenAI", "Mine", "en", "internet")
    ]


def test_shipped_boards_can_be_left_out(tmp_path: Path) -> None:
    listed = '[[board]]\nfamily = "ashby"\nkey = "Cohere"\n\n[[board]]\nfamily = "lever"\nkey = "gone"\n'
    (tmp_path / "unfollow.toml").write_text(listed, "utf-8")
    left = {(board.family, board.key) for board in load_boards()} - {
        (board.family, board.key) for board in load_boards(tmp_path)
    }
    assert left == {("ashby", "cohere")}, "what is not shipped may stand there, too"


def test_without_own_boards(tmp_path: Path) -> None:
    assert load_boards(None) == load_boards(tmp_path) == load_boards(tmp_path / "absent") == load_boards()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("lever.toml", "[[board]\nkey=", "is not valid TOML"),
        ("lever.toml", b"\xff\xfe\x00", "is not valid TOML"),
        ("acme.toml", GOOD, "named for a family, one of adzuna, alibaba, amazon, "),
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
        (
            "lever.toml",
            '[[board]]\nkey = "x"\ncompany = "X"\nindustry = "law"',
            "industry must be one of internet,",
        ),
        ("unfollow.toml", GOOD, "unknown field 'company'; a board has family, key"),
        ("unfollow.toml", '[[board]]\nfamily = "lever"', "board 1: key is missing"),
        ("unfollow.toml", '[[board]]\nfamily = "monster"\nkey = "x"', "there is no family 'monster'"),
        ("unfollow.toml", 'boards = ["lever:x"]', "expected only [[board]] tables, found 'boards'"),
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
