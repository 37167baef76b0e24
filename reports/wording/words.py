"""Words and numbers of one language: the message catalog and how figures are written in it.

The catalogs `messages/en/*.toml` and `messages/zh/*.toml` hold the same keys with the same placeholders. A
message is trusted markdown; what is put into it is escaped unless it is `Markdown` already. English has a
word for one and another for several: `{n} {n:posting is|postings are}`. What other rooms record in English
sentences is translated by `messages/reasons_zh.toml`.
"""

import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_interval
from babel.numbers import format_decimal

from reports.document.terms import Change, Share, Window
from reports.wording.escaping import Markdown, clean, md

Lang = Literal["en", "zh"]
LANGS: tuple[Lang, ...] = ("en", "zh")
_LOCALES: Mapping[Lang, str] = {"en": "en", "zh": "zh_Hans_CN"}
_DATES: Mapping[Lang, str] = {"en": "en_GB", "zh": "zh_Hans_CN"}
"""Locales of dates: in English the day stands first, as in the rest of the world."""

_BLOCKS = "▁▂▃▄▅▆▇█"
CUT = "╎"
_ADDRESSED = re.compile(r"(?P<what>.+) \(https?://(?P<host>[^/\s?#()]++)\S*\)")
_PLACEHOLDER, _ESCAPED_PLACEHOLDER = re.compile(r"\{\w+\}"), re.compile(r"\\\{(\w+)\\\}")
_LONGEST_REASON = 500
"""Characters of a recorded sentence up to which it is told in the language of the report."""
NOTHING = Markdown("–")


def terminal_language(environment: Mapping[str, str]) -> Lang:
    """Return the language of a terminal by its locale: Chinese or English."""
    named = next(filter(None, map(environment.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return "zh" if named.lower().startswith("zh") else "en"


@cache
def catalog(lang: Lang) -> Mapping[str, str]:
    """Return the messages of `lang`, keyed `table.key`."""
    found: dict[str, str] = {}
    for file in sorted((files("reports.wording") / "messages" / lang).iterdir(), key=lambda one: one.name):
        for table, entries in tomllib.loads(file.read_text(encoding="utf-8")).items():
            for key, message in entries.items():
                if f"{table}.{key}" in found:
                    raise ValueError(f"{file.name} says {table}.{key} again")
                found[f"{table}.{key}"] = message
    return found


@lru_cache(maxsize=2**14)
def _written(value: float, most: int, least: int, lang: Lang) -> Markdown:
    """Return a number as the language writes it, with `least` to `most` decimals."""
    pattern = f"#,##0{'.' * (most > 0)}{'0' * least}{'#' * (most - least)}"
    return Markdown(format_decimal(value, pattern, locale=_LOCALES[lang]).replace("-", "−"))


@cache
def recorded_sentences(lang: Lang) -> Sequence[tuple[str, re.Pattern[str], str]]:
    """Return the sentences that other rooms record: the longest of their fixed parts, pattern, message.

    They are recorded in English, so for English there are none.
    """
    if lang == "en":
        return ()
    tables = tomllib.loads(
        (files("reports.wording") / "messages" / f"reasons_{lang}.toml").read_text(encoding="utf-8")
    )
    return tuple(
        (
            max(_PLACEHOLDER.split(recorded), key=len),
            re.compile(_ESCAPED_PLACEHOLDER.sub(r"(?P<\1>.+?)", re.escape(recorded))),
            told,
        )
        for entries in tables.values()
        for recorded, told in entries.items()
    )


class _Part(str):
    """What is put into a message. Where that is a number, `{n:posting is|postings are}` are words for it."""

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        if not spec:
            return str(self)
        one, several = spec.split("|")
        return one if self == "1" else several


class Words:
    """Everything that is written differently in English and Chinese."""

    def __init__(self, lang: Lang) -> None:
        self.lang = lang
        self._messages = catalog(lang)
        self._reasons: dict[str, Markdown] = {}

    def has(self, key: str) -> bool:
        """Tell whether the catalog has `key`."""
        return key in self._messages

    def is_name(self, key: str) -> bool:
        """Tell whether the catalog has `key`, as a message that needs no parts."""
        return "{" not in self._messages.get(key, "{")

    def __call__(self, key: str, **parts: str) -> Markdown:
        """Return the message as markdown, each part escaped unless it is Markdown. KeyError if unknown."""
        return Markdown(
            self._messages[key].format_map({name: _Part(md(part)) for name, part in parts.items()})
        )

    def plain(self, key: str, **parts: str) -> str:
        """Return the message as plain text, for charts (its message must hold no markdown)."""
        return self._messages[key].format_map({name: _Part(part) for name, part in parts.items()})

    def tag(self, row: Mapping[str, object]) -> str:
        """Return the name of a tag row (`en`, `zh`) in this language."""
        return str(row[self.lang])

    def joined(self, parts: Sequence[str]) -> Markdown:
        """Return the parts, escaped, as a list inside a sentence."""
        return Markdown(self._messages["text.comma"].join(md(part) for part in parts))

    def reason(self, text: str) -> Markdown:
        """Return a recorded reason or note: in this language where its wording is known, else as recorded.

        Of the address that an error ends with, only the host is told.
        """
        if text not in self._reasons:
            self._reasons[text] = self._reason(text)
        return self._reasons[text]

    def _reason(self, text: str) -> Markdown:
        cleaned = clean(text)
        if len(cleaned) > _LONGEST_REASON:
            return md(cleaned)
        if match := _ADDRESSED.fullmatch(cleaned):
            return self("text.at_host", what=self.reason(match["what"]), host=match["host"])
        for fixed, pattern, told in recorded_sentences(self.lang):
            if fixed in cleaned and (match := pattern.fullmatch(cleaned)):
                parts = {name: self.reason(part) for name, part in match.groupdict().items()}
                return Markdown(told.format_map(parts))
        return md(cleaned)

    # ------------------------------------------------------------------ numbers

    def count(self, value: float | None) -> Markdown:
        """Return a whole number with thousands separators."""
        return NOTHING if value is None else self._decimal(value, 0)

    def number(self, value: float | None, decimals: int = 1) -> Markdown:
        """Return a number with at most so many decimals (1.5, 3)."""
        if value is None:
            return NOTHING
        return self._decimal(value, decimals, least=0)

    def estimate(self, value: float | None, decimals: int = 1) -> Markdown:
        """Return an estimated number, always with so many decimals (1.5, 3.0)."""
        return NOTHING if value is None else self._decimal(value, decimals)

    def signed(self, value: float | None) -> Markdown:
        """Return a difference with its sign and one decimal: `+1.3`."""
        if value is None:
            return NOTHING
        return Markdown(f"{'+' if round(value, 1) > 0 else ''}{self._decimal(value, 1)}")

    def thousands(self, value: float | None, *, signed: bool = False) -> Markdown:
        """Return an amount in whole thousands."""
        if value is None:
            return NOTHING
        rounded = round(value / 1000) + 0
        return Markdown(f"{'+' if signed and rounded > 0 else ''}{self._decimal(rounded, 0)}")

    def percent(self, value: float | None, *, signed: bool = False, decimals: int | None = None) -> Markdown:
        """Return a fraction as a percentage; below ten per cent with one decimal unless told otherwise."""
        if value is None:
            return NOTHING
        places = _decimals(value) if decimals is None else decimals
        return Markdown(f"{self._scaled(value, places, signed)}{self._messages['text.percent_sign']}")

    def percent_between(
        self, value: float | None, lo: float | None, hi: float | None, *, signed: bool
    ) -> Markdown:
        """Return `31 % [27, 35]`."""
        if value is None or lo is None or hi is None:
            return self.percent(value, signed=signed)
        return Markdown(
            f"{self.percent(value, signed=signed)} {self._bracket(lo, hi, _decimals(value), signed)}"
        )

    def percent_range(self, low: float, high: float, lo: float | None, hi: float | None) -> Markdown:
        """Return `32–51 % [24, 60]`, or `32 % [24, 60]` where both ends are written alike."""
        places = _decimals(high)
        first, last = self._scaled(low, places, False), self.percent(high, decimals=places)
        if first == self._scaled(high, places, False):
            text = str(last)
        else:
            text = f"{first}–{last}"
        return Markdown(" ".join(filter(None, [text, self.bounds(lo, hi, signed=False, decimals=places)])))

    def share(self, share: Share) -> Markdown:
        """Return a share as its print rule allows: `31 % [27, 35]`, the same in parentheses, or `3/7`."""
        if share["n"] == 0:
            return NOTHING
        if share["print"] == "counts":
            return Markdown(f"{share['y']}/{share['n']}")
        alone = share["employers"] == 1  # one employer is one answer, which has no interval
        text = self.percent_between(share["share"], None if alone else share["lo"], share["hi"], signed=False)
        return Markdown(f"({text})") if share["print"] == "small_n" else text

    def points(self, d: float | None, *, signed: bool = True) -> Markdown:
        """Return a difference of shares in percentage points: `+4.1`."""
        return NOTHING if d is None else Markdown(self._scaled(d, 1, signed))

    def difference(self, change: Change) -> Markdown:
        """Return a difference of shares in percentage points with its interval: `+4.1 [−0.3, +8.5]`."""
        if change["lo"] is None or change["hi"] is None:
            return self.points(change["d"])
        return Markdown(f"{self.points(change['d'])} {self._bracket(change['lo'], change['hi'], 1, True)}")

    def bounds(self, lo: float | None, hi: float | None, *, signed: bool, decimals: int) -> Markdown:
        """Return the interval alone: `[27, 35]`; empty where it is not known."""
        return Markdown("" if lo is None or hi is None else self._bracket(lo, hi, decimals, signed))

    def index(self, value: float | None, lo: float | None, hi: float | None) -> Markdown:
        """Return an index value with its interval: `112 [104, 121]`."""
        if value is None or lo is None or hi is None:
            return self.count(value)
        return Markdown(f"{self._decimal(value, 0)} [{self._decimal(lo, 0)}, {self._decimal(hi, 0)}]")

    def _decimal(self, value: float, most: int, least: int | None = None) -> Markdown:
        """Return a number as the language writes it, with `least` (default: `most`) to `most` decimals."""
        # Rounded before: -0.04 is 0.0, not -0.0.
        return _written(round(value, most) + 0.0, most, most if least is None else least, self.lang)

    def _scaled(self, value: float, decimals: int, signed: bool) -> str:
        rounded = round(value * 100, decimals) + 0.0
        return f"{'+' if signed and rounded > 0 else ''}{self._decimal(rounded, decimals)}"

    def _bracket(self, lo: float, hi: float, decimals: int, signed: bool) -> str:
        return f"[{self._scaled(lo, decimals, signed)}, {self._scaled(hi, decimals, signed)}]"

    # ------------------------------------------------------------------ time

    def window(self, window: Window) -> Markdown:
        """Return `2026-W44–W47`, or one label for one week."""
        first, last = window["first"], window["last"]
        if first == last:
            return Markdown(first)
        return Markdown(f"{first}–{last.partition('-')[2] if first[:4] == last[:4] else last}")

    def moment(self, instant: str | None, zone: str) -> Markdown:
        """Return a UTC instant (ISO 8601) as date and minute in `zone`, for tables: `2026-11-16 10:02`."""
        if instant is None:
            return NOTHING
        return Markdown(f"{_local(instant, zone):%Y-%m-%d %H:%M}")

    def day(self, instant: str | None, zone: str) -> Markdown:
        """Return a UTC instant as date in `zone`, for tables: `2026-11-16`."""
        return NOTHING if instant is None else Markdown(self.moment(instant, zone)[:10])

    def said_moment(self, instant: str | None, zone: str) -> Markdown:
        """Return the same for a sentence: `16 Nov 2026, 10:02`."""
        if instant is None:
            return NOTHING
        local = _local(instant, zone)
        return self("text.moment", day=self.said_date(local.date()), minute=f"{local:%H:%M}")

    def said_day(self, instant: str | None, zone: str) -> Markdown:
        """Return the date of an instant for a sentence: `16 Nov 2026`."""
        return NOTHING if instant is None else self.said_date(_local(instant, zone).date())

    def said_date(self, day: date) -> Markdown:
        """Return a date as a sentence of this language writes it: `16 Nov 2026`."""
        return Markdown(format_date(day, "medium", locale=_DATES[self.lang]))

    def said_days(self, first: str, last: str) -> Markdown:
        """Return a span of days (ISO 8601) for a sentence: `16–22 Nov 2026`."""
        ends = date.fromisoformat(first), date.fromisoformat(last)
        return Markdown(format_interval(*ends, "yMMMd", locale=_DATES[self.lang]).replace("\u2009", " "))


def _local(instant: str, zone: str) -> datetime:
    return datetime.fromisoformat(instant).astimezone(ZoneInfo(zone))


def spark(values: Sequence[float | None], cuts: Collection[int] = ()) -> Markdown:
    """Return a sparkline of block characters; a missing value is a dot.

    `cuts` are the positions at which the series starts anew: a mark stands before them, and each stretch
    between marks is scaled by itself, from 0 to its largest value: a bar that begins elsewhere would show
    97 % and 99 % as nothing and all.
    """
    if sum(v is not None for v in values) < 2:
        return NOTHING
    edges = [0, *sorted(c for c in cuts if 0 < c < len(values)), len(values)]
    return Markdown(CUT.join(_blocks(values[start:end]) for start, end in pairwise(edges)))


def _blocks(values: Sequence[float | None]) -> str:
    known = [v for v in values if v is not None]
    high = max(known, default=0.0)
    top = len(_BLOCKS) - 1
    return "".join("·" if v is None else _BLOCKS[round(v / high * top) if high > 0 else 0] for v in values)


def _decimals(value: float) -> int:
    return 0 if value == 0 or abs(value) >= 0.095 else 1
