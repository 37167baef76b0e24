"""Which boards are followed: one TOML file per family, shipped here, and the user's own in `boards.d/`."""

import tomllib
from collections.abc import Mapping, Sequence
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, get_args

from scraper.errors import ConfigError
from scraper.model import Board
from scraper.parsing.tomltext import decoded, parsed
from storage.records import Industry

FIELDS = ("key", "company", "market", "industry", "evidence")
INDUSTRIES: tuple[Industry, ...] = get_args(Industry)
UNFOLLOW = "unfollow"
"""Name of the file in `boards.d/` that lists the shipped boards which the user does not follow."""


def load_boards(extra_dir: Path | None = None) -> tuple[Board, ...]:
    """Return the shipped boards, then the user's own in `extra_dir`/*.toml, each in the order of its file.

    A file is named for its family and lists `[[board]]` tables with `key`, `company` and, if wished,
    `market` ("en", the default, or "zh"), `industry` ("other" is the default) and `evidence`. Shipped boards
    that `extra_dir`/unfollow.toml lists (`[[board]]` tables with `family` and `key`) are left out; one that
    the user lists himself is his. A folder that does not exist holds no boards.
    Raises ConfigError, naming file and entry, if a file cannot be read or an entry is wrong, or if a board
    is listed twice (keys that differ in case only are one board).
    """
    files = _toml_files(resources.files(__name__))
    families = [_stem(file) for file in files]
    shipped = _boards(files, families)
    if extra_dir is None or not extra_dir.exists():
        return shipped
    files = _own_files(extra_dir)
    left_out = {name for file in files if _stem(file) == UNFOLLOW for name in _unfollowed(file, families)}
    own = _boards([file for file in files if _stem(file) != UNFOLLOW], families)
    left_out |= set(map(identity, own))
    return (*(board for board in shipped if identity(board) not in left_out), *own)


def identity(board: Board) -> tuple[str, str]:
    """Return what two entries of one board have in common."""
    return board.family, board.key.casefold()


def _stem(file: Traversable) -> str:
    return file.name.removesuffix(".toml")


def _toml_files(folder: Traversable) -> list[Traversable]:
    files = [file for file in folder.iterdir() if file.name.endswith(".toml")]
    return sorted(files, key=lambda file: file.name)


def _own_files(folder: Path) -> list[Traversable]:
    try:
        return _toml_files(folder)
    except OSError as error:
        raise ConfigError(f"{folder} cannot be read as a folder of boards: {error.strerror}") from error


def _entries(file: Traversable) -> list[Any]:
    try:
        content = parsed(decoded(file.read_bytes()))
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file} is not valid TOML: {error}") from error
    entries = content.pop("board", [])
    if content or not isinstance(entries, list):
        raise ConfigError(f"{file}: expected only [[board]] tables, found {', '.join(content) or 'board'!r}")
    return entries


def _boards(files: Sequence[Traversable], families: list[str]) -> tuple[Board, ...]:
    boards: list[Board] = []
    listed_in: dict[tuple[str, str], str] = {}
    for file in files:
        for board, place in _read(file, families):
            known = listed_in.setdefault(identity(board), place)
            if known != place:
                raise ConfigError(f"{place}: this board is already listed in {known}")
            boards.append(board)
    return tuple(boards)


def _read(file: Traversable, families: list[str]) -> list[tuple[Board, str]]:
    """Return the boards of one file, each with its place ("greenhouse.toml, board 3 ('acme')")."""
    family = _stem(file)
    if family not in families:
        raise ConfigError(f"{file}: the file must be named for a family, one of {', '.join(families)}")
    return [_board(family, entry, f"{file}, board {n}") for n, entry in enumerate(_entries(file), start=1)]


def _unfollowed(file: Traversable, families: list[str]) -> list[tuple[str, str]]:
    """Return the identities in unfollow.toml; a board that this release does not ship may stand there."""
    found = []
    for n, entry in enumerate(_entries(file), start=1):
        fields, place = _texts(entry, f"{file}, board {n}", ("family", "key"), ("family", "key"))
        if fields["family"] not in families:
            raise ConfigError(f"{place}: there is no family {fields['family']!r}")
        found.append((fields["family"], fields["key"].casefold()))
    return found


def _board(family: str, entry: object, place: str) -> tuple[Board, str]:
    fields, place = _texts(entry, place, FIELDS, ("key", "company"))
    market, industry = fields.get("market", "en"), fields.get("industry", "other")
    if market not in ("en", "zh"):
        raise ConfigError(f'{place}: market must be "en" or "zh", not {market!r}')
    if industry not in INDUSTRIES:
        raise ConfigError(f"{place}: industry must be one of {', '.join(INDUSTRIES)}, not {industry!r}")
    board = Board(family, fields["key"], fields["company"], market, industry, fields.get("evidence", ""))
    return board, place


def _texts(
    entry: object, place: str, allowed: tuple[str, ...], needed: tuple[str, ...]
) -> tuple[dict[str, Any], str]:
    """Return the fields of an entry, without outer blanks, and its place with its key."""
    if not isinstance(entry, Mapping):
        raise ConfigError(f"{place}: expected a [[board]] table")
    place += f" ({entry.get('key')!r})" if "key" in entry else ""
    for name, value in entry.items():
        if name not in allowed:
            raise ConfigError(f"{place}: unknown field {name!r}; a board has {', '.join(allowed)}")
        if not isinstance(value, str) or not value.strip():
            raise ConfigError(f"{place}: {name} must be a text that is not empty")
    for name in needed:
        if name not in entry:
            raise ConfigError(f"{place}: {name} is missing")
    return {name: value.strip() for name, value in entry.items()}, place
