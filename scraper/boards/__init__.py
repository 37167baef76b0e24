"""Which boards are followed: one TOML file per family, shipped here, and the user's own in `boards.d/`."""

import tomllib
from collections.abc import Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import get_args

from scraper.errors import ConfigError
from scraper.model import Board
from storage.records import Industry

_FIELDS = ("key", "company", "market", "industry", "evidence")
INDUSTRIES: tuple[Industry, ...] = get_args(Industry)


def load_boards(extra_dir: Path | None = None) -> tuple[Board, ...]:
    """Return the shipped boards, then those of `extra_dir`/*.toml, each in the order of its file.

    A file is named for its family and lists `[[board]]` tables with `key`, `company` and, if wished,
    `market` ("en", the default, or "zh") and `evidence`. A directory that does not exist holds no boards.
    Raises ConfigError, naming file and entry, if a file cannot be read or an entry is wrong, or if a board
    is listed twice (keys that differ in case only are one board).
    """
    shipped = _toml_files(resources.files(__name__))
    families = [file.name.removesuffix(".toml") for file in shipped]
    own = _own_files(extra_dir) if extra_dir is not None and extra_dir.exists() else []
    boards: list[Board] = []
    listed_in: dict[tuple[str, str], str] = {}
    for file in [*shipped, *own]:
        for board, place in _read(file, families):
            known = listed_in.setdefault((board.family, board.key.casefold()), place)
            if known != place:
                raise ConfigError(f"{place}: this board is already listed in {known}")
            boards.append(board)
    return tuple(boards)


def _toml_files(folder: Traversable) -> list[Traversable]:
    files = [file for file in folder.iterdir() if file.name.endswith(".toml")]
    return sorted(files, key=lambda file: file.name)


def _own_files(folder: Path) -> list[Traversable]:
    try:
        return _toml_files(folder)
    except OSError as error:
        raise ConfigError(f"{folder} cannot be read as a folder of boards: {error.strerror}") from error


def _read(file: Traversable, families: list[str]) -> list[tuple[Board, str]]:
    """Return the boards of one file, each with its place ("greenhouse.toml, board 3 ('acme')")."""
    family = file.name.removesuffix(".toml")
    if family not in families:
        raise ConfigError(f"{file}: the file must be named for a family, one of {', '.join(families)}")
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} is not valid TOML: {error}") from error
    entries = content.pop("board", [])
    if content or not isinstance(entries, list):
        raise ConfigError(f"{file}: expected only [[board]] tables, found {', '.join(content) or 'board'!r}")
    return [_board(family, entry, f"{file}, board {n}") for n, entry in enumerate(entries, start=1)]


def _board(family: str, entry: object, place: str) -> tuple[Board, str]:
    if not isinstance(entry, Mapping):
        raise ConfigError(f"{place}: expected a [[board]] table")
    place += f" ({entry.get('key')!r})" if "key" in entry else ""
    for name, value in entry.items():
        if name not in _FIELDS:
            raise ConfigError(f"{place}: unknown field {name!r}; a board has {', '.join(_FIELDS)}")
        if not isinstance(value, str) or not value.strip():
            raise ConfigError(f"{place}: {name} must be a text that is not empty")
    for name in ("key", "company"):
        if name not in entry:
            raise ConfigError(f"{place}: {name} is missing")
    market = entry.get("market", "en")
    if market not in ("en", "zh"):
        raise ConfigError(f'{place}: market must be "en" or "zh", not {market!r}')
    industry = entry.get("industry", "other")
    if industry not in INDUSTRIES:
        raise ConfigError(f"{place}: industry must be one of {', '.join(INDUSTRIES)}, not {industry!r}")
    key, company = entry["key"].strip(), entry["company"].strip()
    board = Board(family, key, company, market, industry, entry.get("evidence", ""))
    return board, place
