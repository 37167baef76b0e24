"""The families of boards that can be read: one module each, two pure functions (docs/ADDING_A_SOURCE.md)."""

from scraper.model import Board, Family
from scraper.sources import ashby, greenhouse, lever, tencent
from scraper.sources.urls import begins_list

FAMILIES: dict[str, Family] = {
    family.name: family for family in (greenhouse.FAMILY, ashby.FAMILY, lever.FAMILY, tencent.FAMILY)
}


def family_of(url: str) -> tuple[Family, str] | None:
    """Return family and board key of a list request or of a public address of a board, else None.

    The requests for a second page or for the detail of one posting are not recognised.
    """
    for family in FAMILIES.values():
        key = family.key_of(url)
        if key:
            return family, key
    return None


def listing_of(url: str) -> tuple[Family, str] | None:
    """Return family and board key if `url` asks for the beginning of a board's list, else None."""
    found = family_of(url)
    if found is None:
        return None
    family, key = found
    return found if begins_list(url, family.first(Board(family.name, key, key)).url) else None
