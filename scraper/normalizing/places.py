"""Where a posting is: canonical cities, provinces or states, countries, and whether it is remote.

Chinese cities are named in Chinese (北京), the world's hubs in English (San Francisco); a place that the
table `places.toml` does not know stays as it was written, cleaned.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Literal, NamedTuple

from scraper.parsing.folding import fold

_REMOTE = re.compile(
    r"(?<![a-z])(?:remote|anywhere|worldwide|work from home|wfh|distributed|home[- ]based)(?![a-z])"
    r"|远程|居家|在家办公|地点不限|不限地点|城市不限"
)
_NOT_REMOTE = re.compile(r"\b(?:not|non|no)[- ]remote\b|非远程|不支持远程|不接受远程")

_EXCEPT = re.compile(r"(?<![a-z])(?:non(?![- ]?remote)|except|outside|excluding)(?![a-z])")

# What parts one location from the next, and what parts a place from the larger one it lies in.
# The blanks before it are only tried from the first on, since a text may hold thousands.
_BLANKS = r"(?:(?<!\s)\s+)?"
_NEXT = re.compile(rf"{_BLANKS}(?:[;|、；\n/&]|(?<![a-z])(?:or|and)(?![a-z]))\s*")
_WITHIN = re.compile(rf"{_BLANKS}(?:[,，·•・()\[\]【】:：*+_]|\s-+|(?<!-)-+\s)\s*")
_HAN = re.compile(r"[\u3400-\u9fff]")
_HAN_ENDING = re.compile(r"特别行政区|自治区|自治州|地区|新区|高新区|开发区|[省市区县镇\s\d-]")
_DASHED_TAIL = re.compile(
    r"(?:\s[-–—|,]\s|[-–—|_·](?=[^\s–—|_·-]+$)|,\s|\s(?=[\u3400-\u9fff/、]+$))([^|–—,]+)$"
)
_TOWN_WORDS = frozenset({"city", "beach", "springs", "falls", "heights"})
_MAX_LOCATIONS = 16 * 1024
"""Characters of all locations of a posting that are read; one that names hundreds of places has a fourth."""
_MARKS = ",;|/、，；\n"
_LONGEST_TITLE = 300
"""Characters of a title that are read."""
_REPEATED = 200
"""Characters of a title or of the locations up to which what was read is remembered: boards repeat them."""
_SUBORDINATE = re.compile(r"(?:区|县|镇|街道|路|号|大厦|广场)$")


@dataclass(frozen=True, slots=True)
class Places:
    """Where a posting is, each in the order named.

    `cities` are canonical names, `countries` ISO 3166 codes; `regions` the provinces of China ("浙江"; a
    municipality is its own) and the states of some other countries ("California"). `remote`: it may be done
    from elsewhere; `remote_scope`: from where, as far as that is said: country codes, or parts of the world
    ("EMEA", "worldwide").
    """

    cities: tuple[str, ...]
    countries: tuple[str, ...]
    remote: bool
    regions: tuple[str, ...] = ()
    remote_scope: tuple[str, ...] = ()


class _Where(NamedTuple):
    """A country, and the province or state in it if that is known."""

    country: str
    region: str = ""


@dataclass(frozen=True, slots=True)
class _Name:
    """What a name stands for: `cities` (a district stands for its city), or a larger place.

    `meanings` are the places it may lie in or be, the likeliest first ("CA": California, Canada). An area is
    a part of the world, which says nothing of where the office is.
    """

    kind: Literal["city", "district", "larger", "area", "noise"]
    cities: tuple[str, ...] = ()
    meanings: tuple[_Where, ...] = ()
    area: str = ""


@dataclass(slots=True)
class _Location:
    """One location, read piece by piece: its cities with where they lie, the larger places, the rest."""

    cities: dict[str, _Where] = field(default_factory=dict)
    districts: list[_Name] = field(default_factory=list)
    larger: list[tuple[_Where, ...]] = field(default_factory=list)
    areas: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    def add(self, name: _Name) -> None:
        if name.kind == "city":
            for city, where in zip(name.cities, name.meanings, strict=True):
                self.cities.setdefault(city, where)
        elif name.kind == "district":
            self.districts.append(name)
        elif name.kind == "area":
            self.areas.append(name.area)
        elif name.kind == "larger":
            self._settle_last_city(name.meanings)
            self.larger.append(name.meanings)

    def _settle_last_city(self, meanings: tuple[_Where, ...]) -> None:
        """Cambridge, MA is not the Cambridge of England, nor Portland, ME that of Oregon."""
        last = next(reversed(self.cities), None)
        if last is None or self.larger:
            return
        known = self.cities[last]
        within = next((where for where in meanings if where.country == known.country), meanings[0])
        if within.country != known.country or within.region:
            self.cities[last] = within

    def found(self) -> Iterator[_Where]:
        """Yield where its cities lie, and the larger places named that hold none of them."""
        yield from self.cities.values()
        countries = {where.country for where in self.cities.values()}
        for meanings in self.larger:
            if not countries & {where.country for where in meanings}:
                yield meanings[0]


def parse_places(locations: Sequence[str], title: str = "") -> Places:
    """Return the places that the board's locations name, and those at the edge of the title.

    Of the title only a bracket or a tail that holds nothing but known places counts ("（北京/深圳）",
    "- London", "北上广深均可").
    """
    title = title[:_LONGEST_TITLE]
    tails = _repeated_tails(title) if len(title) <= _REPEATED else _place_tails(title)
    texts = (*_first_of(locations), *tails)
    return _repeated_places(texts) if sum(map(len, texts)) <= _REPEATED else _places_of(texts)


def _places_of(locations: tuple[str, ...]) -> Places:
    cities: dict[str, None] = {}
    countries: dict[str, None] = {}
    regions: dict[str, None] = {}
    texts = [_without_exceptions(text) for text in locations]
    for text in texts:
        for location in _read(text):
            cities.update(dict.fromkeys(location.cities))
            for where in location.found():
                countries.setdefault(where.country)
                if where.region:
                    regions.setdefault(where.region)
            if not location.cities and location.unknown:
                cities.setdefault(location.unknown[0])
    remote = any(map(says_remote, texts))
    scope = _remote_scope(texts) if remote else ()
    return Places(tuple(cities), tuple(countries), remote, tuple(regions), scope)


_repeated_places = lru_cache(maxsize=8192)(_places_of)


def _first_of(locations: Sequence[str]) -> Iterator[str]:
    """Yield the locations up to `_MAX_LOCATIONS` characters of all; no name is cut in two."""
    left = _MAX_LOCATIONS
    for text in locations:
        if len(text) > left:
            cut = max(text.rfind(mark, 0, left) for mark in _MARKS)
            yield text[: cut if cut >= 0 else max(text.rfind(" ", 0, left), 0)]
            return
        yield text
        left -= len(text) + 1


def _without_exceptions(text: str) -> str:
    """Return a location up to what it excepts: "Remote (non-US)", "Anywhere except Brazil"."""
    excepted = _EXCEPT.search(fold(text))
    return text[: excepted.start()] if excepted else text


def _remote_scope(texts: Sequence[str]) -> tuple[str, ...]:
    """Return where remote work is possible: what the remote locations name, else what the others name if
    they name no city ("Remote" and "United States" as two locations)."""
    remote = [text for text in texts if says_remote(text)]
    others = [text for text in texts if not says_remote(text)]
    scope: dict[str, None] = {}
    for location in (location for text in remote for location in _read(text)):
        named = [meanings[0] for meanings in location.larger] or list(location.cities.values())
        scope.update(dict.fromkeys(where.country for where in named))
        scope.update(dict.fromkeys(location.areas))
    if not scope:
        for location in (location for text in others for location in _read(text)):
            if not (location.cities or location.unknown):
                scope.update(dict.fromkeys(meanings[0].country for meanings in location.larger))
                scope.update(dict.fromkeys(location.areas))
    if len(scope) > 1:  # "anywhere in the US"
        scope.pop("worldwide", None)
    return tuple(scope)


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


def _place_tails(title: str) -> tuple[str, ...]:
    """Return what of the title names known places and nothing else."""
    return tuple(tail for tail in _title_tails(title) if is_place_list(tail))


_repeated_tails = lru_cache(maxsize=8192)(_place_tails)


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
                location.add(_Name("city", district.cities, district.meanings))
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
        return _Name("larger", meanings=(_Where("US", "Washington"),))
    if low == "new york" and not location.cities and (follows or location.unknown):
        return _Name("larger", meanings=(_Where("US", "New York"),))
    return names.get(low)


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("places.toml").read_text(encoding="utf-8"))


@cache
def _regions() -> dict[tuple[str, str], str]:
    """Return (country, city) -> its province or state."""
    table = _table()
    found = {("CN", city): name for name, one in table["provinces"].items() for city in one["cities"]}
    for country, states in table["states"].items():
        found |= {(country, city): name for name, one in states.items() for city in one.get("cities", ())}
    return found


def _where(country: str, city: str) -> _Where:
    return _Where(country, _regions().get((country, city), ""))


@cache
def _names() -> tuple[dict[str, _Name], int]:
    """Return every folded name with its meaning, and the length of the longest name in Han."""
    table = _table()
    names: dict[str, _Name] = {word: _Name("noise") for word in table["noise"]["words"]}
    for area, words in table["areas"].items():
        names.update({word: _Name("area", area=area) for word in words})
    for country, words in (table["countries"] | table["countries_by_name"]).items():
        names.update({word: _Name("larger", meanings=(_Where(country),)) for word in words})
    for country, states in {"CN": table["provinces"], **table["states"]}.items():
        for state, one in states.items():
            name = _Name("larger", meanings=(_Where(country, state),))
            names.update({word: name for word in one["names"]})
    for city, districts in table["districts"].items():
        names.update({word: _Name("district", (city,), (_where("CN", city),)) for word in districts})
    for city, others in table["china"].items():
        names.update({word: _Name("city", (city,), (_where("CN", city),)) for word in [city, *others]})
    for word, cities in table["china_sets"].items():
        names[word] = _Name("city", tuple(cities), tuple(_where("CN", city) for city in cities))
    for city, (country, *others) in table["world"].items():
        names.update({word: _Name("city", (city,), (_where(country, city),)) for word in [city, *others]})
    folded = {fold(word): name for word, name in names.items()}
    return folded, max(len(word) for word in folded if _HAN.search(word))


@cache
def city_names() -> Mapping[str, str]:
    """Return every folded name of a city with the name under which it is stored."""
    names, _ = _names()
    return {name: one.cities[0] for name, one in names.items() if one.kind == "city" and len(one.cities) == 1}


@cache
def _codes() -> dict[str, _Name]:
    """Return two-letter codes: a state first, then the country of that code."""
    table = _table()
    codes: dict[str, list[_Where]] = {}
    for country, states in table["states"].items():
        for state, one in states.items():
            if "code" in one:
                codes.setdefault(one["code"], []).append(_Where(country, state))
    for country in table["countries"]:
        codes.setdefault(country.lower(), []).append(_Where(country))
    codes.pop("us")  # the name of the country, not a code beside a city
    return {code: _Name("larger", meanings=tuple(meanings)) for code, meanings in codes.items()}
