"""Fonts of this machine for charts as PNG: which ones hold the characters that are written in them.

An SVG is drawn with the reader's fonts, a PNG with those found here. matplotlib draws a character that its
fonts lack as an empty box, so what is missing is refused before anything is drawn. Fonts are looked for on
disk, since matplotlib's own list does not learn of one that was installed later.
"""

import unicodedata
from collections.abc import Collection, Iterable, Mapping

from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

from reports.charts.canvas import CHINESE_FONTS, LAYOUT_FONT, Chart
from reports.errors import ReportError

_NAMED = 8
_CJK, _SYMBOLS, _OTHERS = "fonts-noto-cjk", "fonts-symbola", "fonts-noto-core"
_SCRIPTS = ("CJK", "HANGUL", "HIRAGANA", "KATAKANA", "BOPOMOFO", "IDEOGRAPHIC", "FULLWIDTH", "HALFWIDTH")


def families_for(charts: Iterable[Chart]) -> list[str]:
    """Return the installed font families that together draw what the layout font cannot, best first.

    Raises ReportError, naming the characters and a Debian package, if no installed font has them.
    """
    written = {char for chart in charts for text in chart.texts() for char in text.get_text()}
    layout = _characters(str(font_manager.findfont(LAYOUT_FONT, fallback_to_default=False)))
    lacking = {char for char in written if char.isprintable()} - layout
    if not lacking:
        return []
    chosen, left = choose(_families(lacking), lacking)
    if left:
        raise ReportError(_refusal(left))
    return chosen


def choose(families: Mapping[str, Collection[str]], lacking: Collection[str]) -> tuple[list[str], set[str]]:
    """Return few families whose characters cover `lacking` (greedily), and the characters still uncovered.

    Among equals the fonts that the SVG names first win, then the alphabet decides.
    """
    chosen: list[str] = []
    left = set(lacking)
    while left:
        ranked = sorted((-len(left & set(found)), _rank(name), name) for name, found in families.items())
        if not ranked or ranked[0][0] == 0:
            break
        chosen.append(ranked[0][2])
        left -= set(families[ranked[0][2]])
    return chosen, left


def _families(lacking: set[str]) -> dict[str, set[str]]:
    """The installed families that have any of `lacking`, made known to matplotlib, with what they have.

    A family has what each of its files has, whatever the weight of a text.
    """
    found: dict[str, set[str]] = {}
    manager = font_manager.fontManager
    known = {str(entry.fname) for entry in manager.ttflist}
    for path in sorted(font_manager.findSystemFonts()):
        held = _characters(path) & lacking
        if not held:
            continue
        if path not in known:
            manager.addfont(path)
        for name in {str(entry.name) for entry in manager.ttflist if str(entry.fname) == path}:
            found[name] = found.get(name, held) & held
    return found


def _characters(path: str) -> set[str]:
    """The characters of a font file; none if it cannot be read or holds pictures of one size only."""
    try:
        font = FT2Font(path)
    except (OSError, RuntimeError):
        return set()
    return {chr(code) for code in font.get_charmap()} if font.scalable else set()


def _rank(family: str) -> int:
    return CHINESE_FONTS.index(family) if family in CHINESE_FONTS else len(CHINESE_FONTS)


def _refusal(characters: Collection[str]) -> str:
    first = sorted(characters)[:_NAMED]
    more = f" and {len(characters) - len(first)} more" if len(characters) > len(first) else ""
    packages = " ".join(sorted({_package(char) for char in characters}))
    return (
        f"no installed font has {' '.join(first)}{more}, so no PNG can be drawn;"
        f" on Debian `apt install {packages}` brings them"
    )


def _package(char: str) -> str:
    """The Debian package with a font that has `char`."""
    if unicodedata.name(char, "").startswith(_SCRIPTS):
        return _CJK
    return _SYMBOLS if unicodedata.category(char).startswith("S") else _OTHERS
