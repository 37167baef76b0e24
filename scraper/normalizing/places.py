"""Where a posting is: canonical cities, countries, and whether it may be done from anywhere.

Chinese cities are named in Chinese (北京), the world's hubs in English (San Francisco); a place that the
table `places.toml` does not know stays as it was written, cleaned.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from scraper.folding import fold

_REMOTE = re.compile(
    r"(?<![a-z])(?:remote|anywhere|worldwide|work from home|wfh|distributed|home[- ]based)(?![a-z])"
    r"|远程|居家|在家办公|地点不限|不限地点|城市不限"
)
_NOT_REMOTE = re.compile(r"\b(?:not|non|no)[- ]remote\b|非远程|不支持远程|不接受远程")

# What parts one location from the next, and what parts a place from the larger one it lies in.
_NEXT = re.compile(r"\s*(?:[;|、；\n/&]|(?<![a-z])(?:or|and)(?![a-z]))\s*")
_WITHIN = re.compile(r"\s*(?:[,，·•・()\[\]【】:：*+_]|\s-+|-+\s)\s*")
_HAN = re.compile(r"[\u3400-\u9fff]")
_HAN_ENDING = re.compile(r"特别行政区|自治区|自治州|地区|新区|高新区|开发区|[省市区县镇\s\d-]")
_DASHED_TAIL = re.compile(
    r"(?:\s[-–—|,]\s|[-–—|_·](?=[^\s–—|_·-]+$)|,\s|\s(?=[\u3400-\u9fff/、]+$))([^|–—,]+)$"
)
_TOWN_WORDS = frozenset({"city", "beach", "springs", "falls", "heights"})
_SUBORDINATE = re.compile(r"(?:区|县|镇|街道|路|号|大厦|广场)$")


@dataclass(frozen=True, slots=True)
class Places:
    """Canonical city names, ISO 3166 country codes (both in the order named), and "may be remote"."""

    cities: tuple[str, ...]
    countries: tuple[str, ...]
    remote: bool


@dataclass(frozen=True, slots=True)
class _Name:
    """What a name stands for: `cities` (a district stands for its city), or a larger place.

    `countries` are the countries it may mean, the likeliest first ("CA": California, Canada).
    """

    kind: Literal["city", "district", "larger", "noise"]
    cities: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()


@dataclass(slots=True)
class _Location:
    """One location, read piece by piece: its cities with their countries, the larger places, the rest."""

    cities: dict[str, str] = field(default_factory=dict)
    districts: list[_Name] = field(default_factory=list)
    larger: list[tuple[str, ...]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    def add(self, name: _Name) -> None:
        if name.kind == "city":
            for city in name.cities:
                self.cities.setdefault(city, name.countries[0])
        elif name.kind == "district":
            self.districts.append(name)
        elif name.kind == "larger":
            last = next(reversed(self.cities), None)
            if last is not None and self.cities[last] not in name.countries and not self.larger:
                self.cities[last] = name.countries[0]  # Cambridge, MA is not the Cambridge of England
            self.larger.append(name.countries)


def parse_places(locations: Sequence[str], title: str = "") -> Places:
    """Return the places that the board's locations name, and those at the edge of the title.

    Of the title only a bracket or a tail that holds nothing but known places counts ("（北京/深圳）",
    "- London", "北上广深均可").
    """
    cities: dict[str, None] = {}
    countries: dict[str, None] = {}
    tails = [tail for tail in _title_tails(title) if is_place_list(tail)]
    for text in [*locations, *tails]:
        for location in _read(text):
            for city, country in location.cities.items():
                cities.setdefault(city)
                countries.setdefault(country)
            for meanings in location.larger:
                if not set(meanings) & set(location.cities.values()):
                    countries.setdefault(meanings[0])
            if not location.cities and location.unknown:
                cities.setdefault(location.unknown[0])
    return Places(tuple(cities), tuple(countries), any(map(says_remote, [*locations, *tails])))


def is_place_list(text: str) -> bool:
    """Tell whether `text` names known places and nothing else ("北京/上海均可", "SF/Sunnyvale")."""
    found = says_remote(text)
    for location in _read(text):
        only_codes = not location.cities and all(len(meanings) > 1 for meanings in location.larger)
        if location.unknown or (location.larger and only_codes):
            return False
        found = found or bool(location.cities or location.larger)
    return found


def says_remote(location: str) -> bool:
    """Tell whether a location (not a sentence) says that the work may be done from anywhere."""
    text = fold(location)
    return bool(_REMOTE.search(text)) and not _NOT_REMOTE.search(text)


def _title_tails(title: str) -> list[str]:
    tails = re.findall(r"[(（\[【]([^()（）\[\]【】]+)[)）\]】]", title)
    bare = re.sub(r"[(（\[【][^()（）\[\]【】]*[)）\]】]?", " ", title).strip()
    dashed = _DASHED_TAIL.search(bare)
    return [*tails, dashed[1]] if dashed else tails


def _read(text: str) -> Iterator[_Location]:
    """Yield the locations named in `text`; of several cities in one piece all belong to one location."""
    for raw in _split(text, _NEXT):
        location = _Location()
        for piece in _split(raw, _WITHIN):
            (_read_han if _HAN.search(piece) else _read_latin)(piece, location)
        if not location.cities:
            for district in location.districts:
                location.add(_Name("city", district.cities, district.countries))
        yield location


def _split(text: str, pattern: re.Pattern[str]) -> list[str]:
    """Split `text` where `pattern` matches its folded form."""
    pieces, last = [], 0
    for match in pattern.finditer(fold(text)):
        pieces.append(text[last : match.start()])
        last = match.end()
    pieces.append(text[last:])
    return [piece.strip() for piece in pieces if piece.strip()]


def _read_han(piece: str, location: _Location) -> None:
    names, longest = _names()
    text = fold(piece)
    rest: list[str] = []
    at = 0
    while at < len(text):
        for length in range(min(longest, len(text) - at), 1, -1):
            name = names.get(text[at : at + length])
            if name is not None:
                location.add(name)
                at += length
                break
        else:
            rest.append(piece[at])
            at += 1
    left = _HAN_ENDING.sub("", "".join(rest))
    if left:
        whole = re.sub(r"市$", "", piece.strip())
        untouched = len(rest) == len(piece)
        if not (location.cities and _SUBORDINATE.search(whole)):
            location.unknown.append(whole if untouched else left)


def _read_latin(piece: str, location: _Location) -> None:
    names, _ = _names()
    words = [part for word in piece.split() for part in _hyphenated(word, names)]
    rest: list[str] = []
    at = 0
    while at < len(words):
        for count in range(min(4, len(words) - at), 0, -1):
            name = _latin_name(" ".join(words[at : at + count]), location, bool(rest), names)
            following = words[at + count : at + count + 1]
            if name is not None and name.kind == "larger" and following and fold(following[0]) in _TOWN_WORDS:
                continue  # Kansas City, Virginia Beach
            if name is not None:
                location.add(name)
                at += count
                break
        else:
            rest.append(words[at])
            at += 1
    left = " ".join(rest).strip(" .-#'")
    if re.search(r"[^\W\d_]", left):
        location.unknown.append(left)


def _hyphenated(word: str, names: Mapping[str, _Name]) -> list[str]:
    """Part "India-Bangalore" and "US-Remote", but not "Winston-Salem" nor "Tel-Aviv"."""
    parts = word.split("-")
    if fold(word) in names or not any(fold(part) in names for part in parts):
        return [word]
    return [part for part in parts if part]


def _latin_name(words: str, location: _Location, follows: bool, names: Mapping[str, _Name]) -> _Name | None:
    low = fold(words).strip(".") if len(words) > 4 else fold(words)
    behind_a_place = follows or bool(location.cities or location.unknown)
    code = _codes().get(low)
    # "CA" and "LA" are states behind a city; so is "Washington", and "New York" behind an unknown place.
    if code and (behind_a_place or low not in names) and (words.isupper() or not follows):
        return code
    if low == "washington" and behind_a_place:
        return _Name("larger", countries=("US",))
    if low == "new york" and not location.cities and (follows or location.unknown):
        return _Name("larger", countries=("US",))
    return names.get(low)


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("places.toml").read_text(encoding="utf-8"))


@cache
def _names() -> tuple[dict[str, _Name], int]:
    """Return every folded name with its meaning, and the length of the longest name in Han."""
    table = _table()
    names: dict[str, _Name] = {word: _Name("noise") for word in table["noise"]["words"]}
    for country, words in [*table["countries"].items(), *table["states"].items()]:
        names.update({word: _Name("larger", countries=(country,)) for word in words})
    names.update({word: _Name("larger", countries=("CN",)) for word in table["provinces"]["names"]})
    for city, districts in table["districts"].items():
        names.update({word: _Name("district", (city,), ("CN",)) for word in districts})
    for city, others in table["china"].items():
        names.update({word: _Name("city", (city,), ("CN",)) for word in [city, *others]})
    for word, cities in table["china_sets"].items():
        names[word] = _Name("city", tuple(cities), ("CN",))
    for city, (country, *others) in table["world"].items():
        names.update({word: _Name("city", (city,), (country,)) for word in [city, *others]})
    folded = {fold(word): name for word, name in names.items()}
    return folded, max(len(word) for word in folded if _HAN.search(word))


@cache
def _codes() -> dict[str, _Name]:
    """Return two-letter codes: a state's country first, then the country of that code."""
    table = _table()
    codes: dict[str, list[str]] = {}
    for country, states in table["state_codes"].items():
        for state in states:
            codes.setdefault(state, []).append(country)
    for country in table["countries"]:
        codes.setdefault(country.lower(), []).append(country)
    codes.pop("us")  # the name of the country, not a code beside a city
    return {code: _Name("larger", countries=tuple(meanings)) for code, meanings in codes.items()}
