"""Changing `boards.d/`, the user's own boards: as text, so that his comments and his order survive.

What is written is read again before it takes the place of the file; a change that does not read back as
meant is not made.
"""

import json
import os
import re
import secrets
import shutil
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scraper.boards import FIELDS, UNFOLLOW, identity
from scraper.errors import ConfigError
from scraper.model import Board
from scraper.parsing.tomltext import decoded, parsed

_HEADER = re.compile(r"[ \t]*\[\[[ \t]*board[ \t]*\]\][ \t]*(?:#[^\n]*)?\r?")


def add(folder: Path, board: Board) -> Path:
    """Append a board to the file of its family and return that file. Raises ConfigError."""
    fields = {name: getattr(board, name) for name in FIELDS}
    return _append(folder / f"{board.family}.toml", {name: text for name, text in fields.items() if text})


def remove(folder: Path, board: Board) -> Path:
    """Take a board out of the file of its family and return that file. Raises ConfigError."""
    return _take_out(folder / f"{board.family}.toml", {"key": board.key})


def has(folder: Path, board: Board) -> bool:
    """Tell whether a board stands in the user's file of its family. Raises ConfigError."""
    file = folder / f"{board.family}.toml"
    keys = [entry["key"].strip().casefold() for entry in _entries(_text(file), file)]
    return board.key.casefold() in keys


def unfollow(folder: Path, board: Board) -> Path:
    """List a shipped board among those that are not followed. Raises ConfigError."""
    return _append(folder / f"{UNFOLLOW}.toml", {"family": board.family, "key": board.key})


def follow_again(folder: Path, board: Board) -> Path | None:
    """Take a shipped board off that list; None if it is not on it. Raises ConfigError."""
    file = folder / f"{UNFOLLOW}.toml"
    listed = [Board(one["family"], one["key"], "") for one in _entries(_text(file), file)]
    if identity(board) not in map(identity, listed):
        return None
    return _take_out(file, {"family": board.family, "key": board.key})


def appended(text: str, fields: Mapping[str, str]) -> str:
    """Return TOML `text` with one more [[board]] table behind what it has."""
    end = "\r\n" if "\r\n" in text else "\n"
    lines = ["[[board]]", *(f"{name} = {_quoted(value)}" for name, value in fields.items()), ""]
    parted = text + end * (not text.endswith("\n")) + end if text else ""
    return parted + end.join(lines)


def without(text: str, number: int) -> str:
    """Return TOML `text` without its [[board]] table of that number, counted from 0.

    The comments before it and those before the next table stay. Raises IndexError if there is no such table.
    """
    lines = text.split("\n")
    headers = [place for place, line in enumerate(lines) if _HEADER.fullmatch(line)]
    start = headers[number]
    end = [*headers, len(lines)][number + 1]
    while end > start + 1 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    if start and not lines[start - 1].strip():  # one of two blank lines goes with the table
        if not any(map(str.strip, lines[end:])):
            start -= 1
        elif not lines[end].strip():
            end += 1
    return "\n".join(lines[:start] + lines[end:])


def _quoted(text: str) -> str:
    """Return a TOML basic string (https://toml.io/en/v1.0.0#string): JSON's, but DEL is escaped, too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _append(file: Path, fields: Mapping[str, str]) -> Path:
    text = _text(file)
    return _replace(file, appended(text, fields), [*_entries(text, file), dict(fields)])


def _take_out(file: Path, wanted: Mapping[str, str]) -> Path:
    text = _text(file)
    entries = _entries(text, file)
    number = next(
        n
        for n, entry in enumerate(entries)
        if all(entry[name].strip().casefold() == value.casefold() for name, value in wanted.items())
    )
    try:
        rest = without(text, number)
    except IndexError:
        rest = text
    return _replace(file, rest, entries[:number] + entries[number + 1 :])


def _text(file: Path) -> str:
    try:
        return decoded(file.read_bytes())
    except FileNotFoundError:
        return ""
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{file} cannot be read: {error}") from error


def _entries(text: str, file: Path) -> list[Any]:
    try:
        entries: list[Any] = parsed(text).get("board", [])
        return entries
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file} is not valid TOML: {error}") from error


def _replace(file: Path, text: str, entries: list[Any]) -> Path:
    try:
        reads_as_meant = parsed(text).get("board", []) == entries
    except tomllib.TOMLDecodeError:
        reads_as_meant = False
    if not reads_as_meant:
        raise ConfigError(f"{file} is written in a way that cannot be changed safely; change it by hand")
    try:
        file.parent.mkdir(exist_ok=True)
        _write(file.resolve(), text.encode())  # a link stays one
    except OSError as error:
        raise ConfigError(f"{file} cannot be written: {error.strerror}") from error
    except UnicodeEncodeError as error:
        raise ConfigError(f"{file}: what should be written is no text") from error
    return file


def _write(file: Path, content: bytes) -> None:
    """Put the file in place whole or not at all."""
    name = file.parent / f".{file.name}.{secrets.token_hex(8)}"
    handle = os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
    try:
        with os.fdopen(handle, "wb") as new:
            new.write(content)
            new.flush()
            os.fsync(new.fileno())
        if file.exists():
            shutil.copymode(file, name)
        os.replace(name, file)
    except BaseException:
        os.unlink(name)
        raise
