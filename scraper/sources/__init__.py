"""The families of boards that can be read: one module each, two pure functions (docs/ADDING_A_SOURCE.md)."""

from scraper.model import Family
from scraper.sources import ashby, greenhouse, lever, tencent

FAMILIES: dict[str, Family] = {
    family.name: family for family in (greenhouse.FAMILY, ashby.FAMILY, lever.FAMILY, tencent.FAMILY)
}


def family_of(url: str) -> tuple[Family, str] | None:
    """Return family and board key of a list request or of a public address of a board, else None.

    Only for a list request does `first` of that board give the same address again: the requests for a
    second page or for the detail of one posting are not recognised at all.
    """
    for family in FAMILIES.values():
        key = family.key_of(url)
        if key:
            return family, key
    return None
