"""Writing boards into the user's own files: what he wrote stays, and what is written reads back."""

import os
import stat
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.boards import load_boards, own
from scraper.errors import ConfigError
from scraper.model import Board

ACME = Board("ashby", "acme", "Acme", "zh", "robotics", "answered with 3 postings on 2026-11-25")
BOLT = Board("ashby", "bolt", "Bolt")

# What people write by hand: comments, blank lines, other quotes, other line ends, no last line end.
FILES = [
    "",
    "\n",
    "# mine\n",
    '[[board]]\nkey = "x"\ncompany = "X"\n',
    '[[board]]\nkey = "x"\ncompany = "X"',
    "# mine\n\n[[board]]  # the first\nkey = 'x'\ncompany = '''X'''\n\n# the second\n[[ board ]]\n"
    'company = "Y"\nkey = "y"\n# end',
    '\r\n[[board]]\r\nkey = "x"\r\ncompany = "X"\r\n',
    '[[board]]\nkey = "x"\ncompany = """X\n[[board]]\n"""\n',
]


@pytest.mark.parametrize("before", FILES)
def test_a_board_is_appended_and_all_before_it_stays(tmp_path: Path, before: str) -> None:
    file = tmp_path / "ashby.toml"
    file.write_bytes(before.encode())
    known = load_boards(tmp_path)
    assert own.add(tmp_path, ACME) == file
    assert load_boards(tmp_path) == (*known, ACME)
    assert file.read_bytes().startswith(before.encode())
    assert (b"\r\n" in file.read_bytes()) == ("\r\n" in before)
    assert list(tmp_path.iterdir()) == [file], "nothing else is left behind"


@pytest.mark.parametrize("before", FILES)
def test_what_is_appended_can_be_taken_out_again(tmp_path: Path, before: str) -> None:
    file = tmp_path / "ashby.toml"
    file.write_bytes(before.encode())
    known = load_boards(tmp_path)
    own.add(tmp_path, ACME)
    own.add(tmp_path, BOLT)
    if '"""' in before:  # a line within a text looks like the beginning of a table
        with pytest.raises(ConfigError, match="cannot be changed safely; change it by hand"):
            own.remove(tmp_path, ACME)
        return
    own.remove(tmp_path, ACME)
    assert load_boards(tmp_path) == (*known, BOLT)
    own.remove(tmp_path, BOLT)
    assert load_boards(tmp_path) == known
    assert file.read_text().rstrip() == before.replace("\r\n", "\n").rstrip()


def test_taking_out_a_board_keeps_the_comments_around_it(tmp_path: Path) -> None:
    (tmp_path / "ashby.toml").write_text(
        "# all of them\n\n[[board]]\n# why\nkey = 'a'\ncompany = 'A'\n\n"
        "# the next\n[[board]]\nkey = 'b'\ncompany = 'B'\n"
    )
    own.remove(tmp_path, Board("ashby", "A", "whoever"))
    assert (tmp_path / "ashby.toml").read_text() == (
        "# all of them\n\n# the next\n[[board]]\nkey = 'b'\ncompany = 'B'\n"
    )


TEXT = st.text(st.characters(blacklist_categories=["Cs"]), min_size=1).filter(lambda text: text.strip())


@given(
    boards=st.lists(st.tuples(TEXT, TEXT, TEXT), min_size=1, max_size=4, unique_by=lambda b: b[0].strip()),
    comment=st.text(st.characters(blacklist_categories=["Cs", "Cc"])),
    taken=st.integers(0, 3),
)
def test_whatever_is_written_reads_back(boards: list[tuple[str, str, str]], comment: str, taken: int) -> None:
    entries = [{"key": key, "company": company, "evidence": text} for key, company, text in boards]
    text = f"# {comment}"
    for entry in entries:
        text = own.appended(text, entry)
    assert tomllib.loads(text) == {"board": entries}
    assert text.startswith(f"# {comment}\n")
    taken %= len(entries)
    rest = own.without(text, taken)
    assert tomllib.loads(rest).get("board", []) == entries[:taken] + entries[taken + 1 :]
    assert rest.startswith(f"# {comment}\n")


def test_shipped_boards_are_taken_out_and_put_back(tmp_path: Path) -> None:
    cohere, mistral = Board("ashby", "cohere", ""), Board("ashby", "mistral", "")
    folder = tmp_path / "boards.d"
    own.unfollow(folder, cohere)
    own.unfollow(folder, mistral)
    assert {board.key for board in load_boards()} - {board.key for board in load_boards(folder)} == {
        "cohere",
        "mistral",
    }
    assert own.follow_again(folder, Board("ashby", "Cohere", "")) == folder / "unfollow.toml"
    assert own.follow_again(folder, cohere) is None
    assert len(load_boards(folder)) == len(load_boards()) - 1


def test_a_board_that_has_no_market_by_itself_is_written_with_what_it_has(tmp_path: Path) -> None:
    own.add(tmp_path, BOLT)
    assert tomllib.loads((tmp_path / "ashby.toml").read_text()) == {
        "board": [{"key": "bolt", "company": "Bolt", "market": "en", "industry": "other"}]
    }


def test_a_link_stays_a_link_and_rights_stay(tmp_path: Path) -> None:
    real = tmp_path / "elsewhere.toml"
    real.write_text("# mine\n")
    real.chmod(0o600)
    folder = tmp_path / "boards.d"
    folder.mkdir()
    (folder / "ashby.toml").symlink_to(real)
    own.add(folder, ACME)
    assert (folder / "ashby.toml").is_symlink()
    assert "acme" in real.read_text()
    assert stat.S_IMODE(real.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("board = []\n", "cannot be changed safely; change it by hand"),
        ('board = [{key = "x", company = "X"}]\n', "cannot be changed safely; change it by hand"),
        ("[[board]\n", "is not valid TOML"),
        (b"\xff\xfe", "cannot be read"),
    ],
)
def test_what_cannot_be_appended_to_is_left_as_it_is(tmp_path: Path, content: str | bytes, said: str) -> None:
    file = tmp_path / "ashby.toml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    before = file.read_bytes()
    with pytest.raises(ConfigError, match=said):
        own.add(tmp_path, ACME)
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]


def test_a_name_that_is_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no text"):
        own.add(tmp_path, Board("ashby", "acme", "Acme \udcff"))
    assert not list(tmp_path.glob("*"))


def test_a_disk_that_is_full_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own.add(tmp_path, ACME)
    before = (tmp_path / "ashby.toml").read_bytes()

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ConfigError, match=r"ashby.toml cannot be written: No space left on device"):
        own.add(tmp_path, BOLT)
    assert (tmp_path / "ashby.toml").read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["ashby.toml"]
