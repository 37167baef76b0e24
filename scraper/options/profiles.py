"""A profile from options and a file: what a person says of himself, in the words of the store.

Skills may be named by id, by name in either language or as postings write them; cities, industries, languages
and degrees by any name that the tables of this program know. What is not known gets one sentence that says
what is near to it.
"""

import difflib
import math
import re
import tomllib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, cast, get_args

from scraper.errors import ConfigError
from scraper.normalizing.companies import company_key
from scraper.normalizing.places import city_names, is_place_list, parse_places, says_remote
from scraper.parsing.folding import fold
from scraper.parsing.tomltext import decoded, parsed
from scraper.tagging.tables import load
from scraper.tagging.taxonomy import taxonomy
from scraper.vocabulary.showing import find_tag
from storage.markets import MARKET_NAMES, MarketName
from storage.profile import Profile
from storage.records import EducationLevel

MOST_YEARS = 60
_NUMBERS = ("pm_years", "ai_years", "salary_min")
_TEXTS = ("name", "degree", "market", "currency")
_LISTS = ("skills", "cities", "industries", "languages")
KEYS = (*_TEXTS, *_NUMBERS, *_LISTS, "remote")
"""The entries of a profile file; the options of `pmtrend choose` say the same."""
_COMMAS = re.compile(r"[,，、;；]")
_AND_ABOVE = re.compile(r"(?:及|或|或者)?以上|学历|学位| or (?:above|higher)|degree")
_ANYWHERE = frozenset({"anywhere", "any", "不限"})
_CLOSE = 4

Places = Callable[[], Iterable[str]]
"""The places of the stored postings; asked only for a city that the tables do not know."""


def read_profile(file: Path | None, options: Mapping[str, Any], places: Places) -> Profile:
    """Return the profile that `file` (TOML) and `options` make up; an option goes before the file.

    Of `options` what is None or empty says nothing. Raises ConfigError, one sentence.
    """
    said = read_file(file) if file else {}
    said |= {name: value for name, value in options.items() if value not in (None, (), "")}
    return understand(said, name=file.stem if file else "", places=places)


def read_profiles(files: Iterable[Path], places: Places) -> tuple[Profile, ...]:
    """Return the profiles of these files. Raises ConfigError if two have one name."""
    found: dict[str, Profile] = {}
    for file in files:
        profile = read_profile(file, {}, places)
        if profile.name in found:
            raise ConfigError(
                f"{file}: there is a profile named {profile.name!r} already; give it another name"
            )
        found[profile.name] = profile
    return tuple(found.values())


def read_file(path: Path) -> dict[str, Any]:
    """Return the entries of a profile file, their types checked."""
    try:
        said = parsed(decoded(path.read_bytes()))
    except OSError as error:
        raise ConfigError(f"the profile {path} cannot be read: {error.strerror}") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"the profile {path} cannot be read: {error}") from None
    for key, value in said.items():
        if key not in KEYS:
            raise ConfigError(f"{path}: there is no entry {key!r}{_did_you_mean(key, KEYS)}")
        if wanted := _wanted(key, value):
            raise ConfigError(f"{path}: {key} must be {wanted}")
    return said


def _wanted(key: str, value: Any) -> str:
    """Return what the entry must be, "" if it is."""
    if key == "remote":
        return "" if isinstance(value, bool) else "true or false"
    if key in _NUMBERS:
        return "" if isinstance(value, int | float) and not isinstance(value, bool) else "a number"
    if key in _TEXTS:
        return "" if isinstance(value, str) else "a text in quotes"
    texts = isinstance(value, list) and all(isinstance(one, str) for one in value)
    return "" if texts or isinstance(value, str) else "a list of texts"


def understand(said: Mapping[str, Any], *, name: str, places: Places) -> Profile:
    """Return the profile that these entries make up. Raises ConfigError for what is missing or unknown."""
    for key, question in (("pm_years", "as a product manager"), ("ai_years", "with AI")):
        if key not in said:
            raise ConfigError(f"how many years {question}? Say --{key.replace('_', '-')} (0 is an answer)")
    cities, remote = _cities(said, places), said.get("remote", True)
    if cities is not None and not (cities or remote):
        raise ConfigError("nothing is left: the only city is `remote`, and remote work is said not to do")
    return Profile(
        name=" ".join(said.get("name", name).split()) or "you",
        pm_years=_number(said, "pm_years", MOST_YEARS),
        ai_years=_number(said, "ai_years", MOST_YEARS),
        skills=frozenset(_skill(one) for one in _listed(said, "skills")),
        degree=_degree(said["degree"]) if said.get("degree") else None,
        cities=cities,
        remote=remote,
        industries=_known(said, "industries", "industry", _industries()),
        languages=_known(said, "languages", "language", _languages()),
        market=_market(said["market"]) if said.get("market") else None,
        salary_min=_number(said, "salary_min", math.inf) if "salary_min" in said else None,
        currency=_currency(said.get("currency", "CNY")),
    )


def _number(said: Mapping[str, Any], key: str, most: float) -> float:
    value = float(said[key])
    if not (math.isfinite(value) and 0 <= value <= most):
        upto = f" to {most:g}" if math.isfinite(most) else " on"
        raise ConfigError(f"{key.replace('_', '-')} is {value:g}; it must be a number from 0{upto}")
    return value


def _listed(said: Mapping[str, Any], key: str) -> list[str]:
    """Return the texts of an entry, also those that one text parts by commas."""
    value = said.get(key, ())
    texts = [value] if isinstance(value, str) else value
    return [part.strip() for text in texts for part in _COMMAS.split(text) if part.strip()]


# ------------------------------------------------------------------ names


def _skill(name: str) -> str:
    vocabulary = taxonomy()
    id = find_tag(vocabulary, name, as_written=True)
    return vocabulary.tags[id].out if id in vocabulary.tags else id


def _cities(said: Mapping[str, Any], places: Places) -> frozenset[str] | None:
    names = _listed(said, "cities")
    if not names:
        return None
    found: set[str] = set()
    for name in names:
        if fold(name) in _ANYWHERE:
            return None
        if not says_remote(name):
            found.update(cities_named(name, places))
    return frozenset(found)


def name_part(
    said: Mapping[str, str | None], places: Places, employers: Callable[[], Collection[str]]
) -> dict[str, str]:
    """Return the part of the market that options say (`city`, `company` …) as the postings name it.

    `places` and `employers` are those of the stored postings, asked only where they are needed. What is None
    says nothing. Raises ConfigError for a city or an employer that is not there, or for several cities.
    """
    named = {key: value for key, value in said.items() if value is not None}
    for key, value in named.items():
        if not value.strip():
            raise ConfigError(f"--{key} needs a name")
    if "city" in named:
        cities = cities_named(named["city"], places)
        if len(cities) != 1:
            raise ConfigError(f"--city {named['city']!r} are several cities; name one")
        named["city"] = next(iter(cities))
    if "company" in named:
        named["company"] = employer_named(named["company"], employers())
    return named


def cities_named(name: str, places: Places) -> Collection[str]:
    """Return the cities that a name means, as postings write them. Raises ConfigError if there is none."""
    if is_place_list(name):
        if cities := parse_places([name]).cities:
            return cities
        raise ConfigError(f"{name!r} is no city but a larger place; name its cities")
    stored = {fold(place): place for place in places()}
    if fold(name) in stored:
        return [stored[fold(name)]]
    known = {**stored, **city_names()}
    near = dict.fromkeys(known[one] for one in _close(fold(name), known))
    raise ConfigError(f"there is no city {name!r} among the postings{_or(near)}")


def _known(said: Mapping[str, Any], key: str, kind: str, names: Mapping[str, str]) -> frozenset[str] | None:
    """Return the ids of what an entry names; None where it says nothing."""
    if key not in said:
        return None
    found = set()
    for name in _listed(said, key):
        if (id := names.get(_plain(name))) is None:
            there_are = ", ".join(dict.fromkeys(names.values()))
            raise ConfigError(f"there is no {kind} {name!r}; there are {there_are}")
        found.add(id)
    return frozenset(found)


def _degree(name: str) -> EducationLevel:
    level = _degrees().get(_plain(name)) or _degrees().get(_plain(_AND_ABOVE.sub("", fold(name))))
    if level is None:
        levels = ", ".join(get_args(EducationLevel))
        raise ConfigError(f"there is no degree {name!r}; there are {levels}")
    return cast(EducationLevel, level)


def _market(name: str) -> MarketName:
    if name not in MARKET_NAMES:
        raise ConfigError(f"there is no market {name!r}; there are {', '.join(MARKET_NAMES)}")
    return name


def _currency(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{3}", name):
        raise ConfigError(f"the currency {name!r} is none; write it as CNY or USD")
    return name.upper()


@cache
def _degrees() -> Mapping[str, str]:
    levels = get_args(EducationLevel)
    table = load("education")
    words = {
        word: level for level in levels for word in (*table[level]["words"], *table[level].get("abbr", ()))
    }
    return _by_plain_name(words | {level: level for level in levels})


@cache
def _industries() -> Mapping[str, str]:
    table = load("industries")["industry"]
    words = {word: id for id, one in table.items() for word in (*one["zh"], *one["en"])}
    words |= {name: id for id, one in table.items() for name in one["name"].values()}
    return _by_plain_name(words | {id: id for id in table})


@cache
def _languages() -> Mapping[str, str]:
    table = load("conditions")["language"]
    return _by_plain_name(
        {word: id for id, one in table.items() for word in one["words"]} | {id: id for id in table}
    )


def _by_plain_name(names: Mapping[str, str]) -> Mapping[str, str]:
    return {_plain(name): id for name, id in names.items()}


def _plain(name: str) -> str:
    """Return a name without what is easily written otherwise."""
    return re.sub(r"[\s_'.-]", "", fold(name))


def _close(name: str, names: Iterable[str]) -> Iterator[str]:
    known = list(names)
    yield from difflib.get_close_matches(name, known, n=_CLOSE, cutoff=0.65)


def _did_you_mean(name: str, names: Collection[str]) -> str:
    near = list(_close(name, names))
    return _or(near) if near else f"; there are {', '.join(names)}"


def employer_named(name: str, employers: Collection[str]) -> str:
    """Return the one of these employers that is meant. Raises ConfigError if there is none."""
    by_key = {company_key(employer): employer for employer in employers}
    if found := by_key.get(company_key(name)):
        return found
    near = dict.fromkeys(by_key[one] for one in _close(company_key(name), by_key))
    raise ConfigError(f"no posting of {name!r} is on file{_or(near)}")


def _or(names: Collection[str]) -> str:
    return f"; did you mean {', '.join(names)}?" if names else ""
