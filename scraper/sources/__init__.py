"""The families of boards that can be read: one module each, two pure functions (docs/ADDING_A_SOURCE.md).

A family is every module of this room that has a `FAMILY`; the others are what families share.
"""

from importlib import import_module
from pkgutil import iter_modules

from scraper.model import Board, Family, Request
from scraper.sources.parts import asking


def _families() -> dict[str, Family]:
    modules = (import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__))
    families = [module.FAMILY for module in modules if hasattr(module, "FAMILY")]
    return {family.name: family for family in families}


FAMILIES: dict[str, Family] = _families()


def family_of(url: str) -> tuple[Family, str] | None:
    """Return family and board key of a list request or of a public address of a board, else None."""
    for family in FAMILIES.values():
        key = family.key_of(url)
        if key:
            return family, key
    return None


def listing_of(request: Request) -> tuple[Family, str] | None:
    """Return family and board key if `request` asks for the beginning of a board's list, else None."""
    for family in FAMILIES.values():
        key = family.key_of(request.url)
        if key and asking.begins(request, family.first(Board(family.name, key, key)), family.page):
            return family, key
    return None
