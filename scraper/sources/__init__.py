"""The families of boards that can be read: one module each, two pure functions (docs/ADDING_A_SOURCE.md).

A family is every module of this room that has a `FAMILY`; the others are what families share.
"""

from importlib import import_module
from pkgutil import iter_modules

from scraper.model import Board, Family, Request
from scraper.parsing.urls import LONGEST_URL
from scraper.sources.parts import asking


def _families() -> dict[str, Family]:
    modules = (import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__))
    families = [module.FAMILY for module in modules if hasattr(module, "FAMILY")]
    return {family.name: family for family in families}


FAMILIES: dict[str, Family] = _families()


def family_of(url: str) -> tuple[Family, str] | None:
    """Return family and board key of a list request or of a public address of a board, else None."""
    if len(url) > LONGEST_URL:
        return None
    for family in FAMILIES.values():
        key = family.key_of(url)
        if key:
            return family, key
    return None


def listing_of(request: Request) -> tuple[Family, str] | None:
    """Return family and board key if `request` asks for the beginning of a board's list, else None.

    Where a look begins by opening a session, both that and the list itself are a beginning: archives of
    others hold lists without sessions.
    """
    for family in FAMILIES.values():
        key = family.key_of(request.url)
        if key and begun_by(request, family, Board(family.name, key, key)):
            return family, key
    return None


def begun_by(request: Request, family: Family, board: Board) -> Request | None:
    """Return which of the family's own requests `request` stands for: that for the session or the list."""
    starts = [family.first(board), *([family.query(board)] if family.query else [])]
    return next((start for start in starts if asking.begins(request, start, family.page)), None)
