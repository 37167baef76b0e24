"""Whose yuan 元 and a bare "30-50K" are: mainland China, Taiwan and Hong Kong all write their money so."""

from collections.abc import Sequence
from typing import Literal

from scraper.normalizing.places import parse_places
from scraper.parsing.folding import fold

_TRADITIONAL = "產經與發設業團對驗會責後"
_SIMPLIFIED = "产经与发设业团对验会责后"
"""The same characters, of which hardly a Chinese posting has none, in both scripts."""
_HONG_KONG = ("香港", "港元", "港币", "强积金", "hong kong")
_TAIWAN = (
    "台湾",
    "台北",
    "新北",
    "桃园",
    "新竹",
    "台中",
    "台南",
    "高雄",
    "台币",
    "劳保",
    "劳健保",
    "taiwan",
    "taipei",
)
_READ = 4_000
"""Characters of a text that are looked at."""


def yuan_currency(title: str, text: str, locations: Sequence[str]) -> Literal["CNY", "TWD", "HKD"]:
    """Return the currency of 元 in a Chinese posting.

    In simplified characters it is the mainland's. In traditional ones the place of work tells; where that
    tells nothing it is Taiwan's, unless of the two only Hong Kong is named.
    """
    said = f"{title}\n{text[:_READ]}"
    traditional = sum(map(said.__contains__, _TRADITIONAL))
    if not traditional or traditional <= sum(map(said.__contains__, _SIMPLIFIED)):
        return "CNY"
    countries = parse_places(locations, title).countries
    if "TW" in countries:
        return "TWD"
    if "HK" in countries:
        return "HKD"
    if "CN" in countries:
        return "CNY"
    low = fold(said)
    hong_kong = any(map(low.__contains__, _HONG_KONG)) and not any(map(low.__contains__, _TAIWAN))
    return "HKD" if hong_kong else "TWD"
