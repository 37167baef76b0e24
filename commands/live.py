"""The live world as the configuration allows it: the boards that are followed, who asks them, which keys."""

import os
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from commands.context import Context
from commands.telling import warn
from scraper.boards import load_boards
from scraper.config import Settings, operator_of, read_keys
from scraper.model import Board

if TYPE_CHECKING:
    from scraper.fetching.client import HttpFetcher


def own_boards(settings: Settings) -> Path:
    """The folder of the user's own boards, beside his configuration."""
    return settings.home / "boards.d"


def known_boards(settings: Settings) -> tuple[Board, ...]:
    """Return all boards that are followed: those of this release, as the user changed them."""
    return load_boards(own_boards(settings))


def chosen_boards(settings: Settings, families: Collection[str], keys: Collection[str]) -> list[Board]:
    """Return the boards that options name, else those of the configured families, else all.

    Says on stderr which employers are followed twice. Raises ConfigError for what is not followed.
    """
    from scraper.looking.planning import chosen

    known = known_boards(settings)
    if own_boards(settings).exists():
        from scraper.following.adding import doubled

        for warning in doubled(known):
            warn(warning)
    return chosen(known, families or settings.families, keys)


def askable_boards(settings: Settings, families: Collection[str], keys: Collection[str]) -> list[Board]:
    """Return those of the chosen boards that can be asked with the user's keys; see `planning.askable`."""
    from scraper.looking.planning import askable

    boards = chosen_boards(settings, families, keys)
    return askable(boards, own_keys(settings), named=bool(families or keys))


def own_keys(settings: Settings) -> dict[str, str]:
    """Return the keys that sources gave the user. Raises ConfigError for one that no source asks for."""
    from scraper.looking.planning import KEYS

    return read_keys(settings, os.environ, KEYS)


def live_fetcher(context: Context) -> "HttpFetcher":
    """The live world without an archive: a look that is not stored is no look to replay."""
    from scraper.fetching.client import HttpFetcher

    settings = context.settings
    return HttpFetcher(operator_of(settings), archive=None, clock=context.clock, keys=own_keys(settings))
