"""Facts by hand: say what each look at a board showed; the spells follow from it by the book."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints, is_typeddict

from hypothesis import strategies as st

from storage.records import (
    Break,
    Cell,
    Facts,
    FetchFact,
    FetchState,
    PostingFact,
    RoleClass,
    Spell,
    TaxonomyRecord,
    TaxonomyTag,
    Unit,
)
from storage.weeks import week_of

ZONE = "Asia/Shanghai"
MONDAY = date(2026, 8, 31)  # week 0 of every market: 2026-W36
TAXONOMY = TaxonomyRecord(
    "2026.11.0",
    "ab" * 32,
    (
        TaxonomyTag("llm", "Large language models", "大语言模型", "genai", ("G2",)),
        TaxonomyTag("machine_learning", "Machine learning", "机器学习", "classic", ("G2",)),
        TaxonomyTag("sql", "SQL", "SQL", "none", ("G4",)),
    ),
)


def monday(week: int) -> date:
    """The Monday of a market's week number."""
    return MONDAY + timedelta(days=7 * week)


def at(week: int, day: float = 2.5) -> datetime:
    """An instant of a week; day 0 is Monday 00:00 UTC."""
    start = monday(week)
    return datetime(start.year, start.month, start.day, tzinfo=UTC) + timedelta(days=day)


@dataclass
class Look:
    """One observation of one board: the postings listed, or a failure (`usable` False)."""

    board: str
    when: datetime
    ids: frozenset[str]
    state: FetchState
    usable: bool
    epoch: int
    accepted: bool = False


@dataclass
class Market:
    """Boards, what they listed, and what their postings say."""

    looks: list[Look] = field(default_factory=list)
    sources: dict[str, str] = field(default_factory=dict)
    employers: dict[str, str] = field(default_factory=dict)
    says: dict[str, dict[str, Any]] = field(default_factory=dict)
    breaks: list[Break] = field(default_factory=list)
    notices: tuple[str, ...] = ()

    def board(self, name: str, source: str = "ashby", employer: str | None = None) -> None:
        """Follow a board of one employer (its name unless told otherwise)."""
        self.sources[name] = source
        self.employers[name] = employer or name

    def post(self, native: str, role: RoleClass = "other_pm", **says: Any) -> str:
        """State what a posting says; unknown ones are plain PMs of their board's employer."""
        self.says[native] = {"role": role, **says}
        return native

    def look(
        self,
        board: str,
        week: int,
        ids: Iterable[str] = (),
        *,
        day: float = 2.5,
        state: FetchState = "complete",
        epoch: int = 1,
        accepted: bool = False,
    ) -> None:
        """Look at a board; anything but `complete` is unusable, unless it was `accepted` later."""
        if board not in self.sources:
            self.board(board)
        usable = state == "complete" or accepted
        self.looks.append(Look(board, at(week, day), frozenset(ids), state, usable, epoch, accepted))

    def facts(self) -> Facts:
        """Everything as the store would hand it over."""
        boards = sorted(self.sources)
        number = {name: i for i, name in enumerate(boards, start=1)}
        companies = sorted(
            {*self.employers.values(), *(s["company"] for s in self.says.values() if "company" in s)}
        )
        looks = sorted(self.looks, key=lambda look: look.when)
        ids = sorted({(i, look.board) for look in looks for i in look.ids})
        posting = {native: i for i, (native, _) in enumerate(ids, start=1)}
        spells = [s for native, board in ids for s in _spells(native, [x for x in looks if x.board == board])]
        return Facts(
            zone=ZONE,
            as_of=at(60),
            data_cut=looks[-1].when if looks else None,
            units={
                n: Unit(n, name, self.sources[name], f"{self.sources[name]}:{name}", "en", False)
                for name, n in number.items()
            },
            cells=tuple(_cells(looks, number)),
            spells=tuple(
                Spell(
                    posting[s.native], number[s.board], s.kind, s.opened, s.last, s.missed, s.closed, s.reason
                )
                for s in spells
            ),
            postings={
                posting[native]: _fact(
                    posting[native],
                    native,
                    number[board],
                    self.says.get(native, {"role": "other_pm"}),
                    self.employers[board],
                    companies,
                )
                for native, board in ids
            },
            fetches=tuple(_fetch(x, self.sources[x.board]) for x in looks),
            breaks=tuple(self.breaks),
            taxonomy=TAXONOMY,
            schema="0001",
            notices=self.notices,
        )


@dataclass
class _Stay:
    native: str
    board: str
    kind: Literal["backlog", "new", "repost"]
    opened: datetime
    last: datetime
    missed: datetime | None = None
    closed: bool = False
    reason: str = ""


def _spells(native: str, looks: list[Look]) -> list[_Stay]:
    """The stays of one posting: closed at the second usable miss, left_scope where the epoch changes."""
    stays: list[_Stay] = []
    open_stay: _Stay | None = None
    begun: set[int] = set()
    for look in looks:
        listed = native in look.ids
        if listed and open_stay is None:
            first = look.usable and look.epoch not in begun
            again: Literal["new", "repost"] = "repost" if stays else "new"
            open_stay = _Stay(native, look.board, "backlog" if first else again, look.when, look.when)
            stays.append(open_stay)
        elif listed and open_stay is not None:
            open_stay.last, open_stay.missed = look.when, None
        elif look.usable and open_stay is not None:
            if look.epoch not in begun and begun:
                open_stay.missed, open_stay.reason, open_stay = look.when, "left_scope", None
            elif open_stay.missed is None:
                open_stay.missed = look.when
            else:
                open_stay.closed, open_stay.reason, open_stay = True, "gone", None
        if look.usable:
            begun.add(look.epoch)
    return stays


def _cells(looks: list[Look], number: Mapping[str, int]) -> Iterable[Cell]:
    begun: set[tuple[str, int]] = set()
    for x in looks:
        first = x.usable and (x.board, x.epoch) not in begun
        if x.usable:
            begun.add((x.board, x.epoch))
        week = week_of(x.when, ZONE)
        yield Cell(number[x.board], x.epoch, x.when, week, x.state, x.usable, first, len(x.ids))


def _fetch(x: Look, source: str) -> FetchFact:
    reason = "" if x.state == "complete" else f"it was {x.state}"
    n = len(x.ids)
    board, week = f"{source}:{x.board}", week_of(x.when, ZONE)
    return FetchFact(board, x.board, source, x.when, week, x.state, reason, n, n, 0, 1, x.accepted)


def _fact(
    number: int, native: str, unit: int, says: Mapping[str, Any], employer: str, companies: list[str]
) -> PostingFact:
    company = says.get("company", employer)
    return PostingFact(
        id=number,
        vacancy=says.get("vacancy", native),
        unit=unit,
        company=companies.index(company) + 1,
        company_name=company,
        title=says.get("title", "Product Manager"),
        url=f"https://jobs.example/{native}",
        market=says.get("market", "en"),
        places=tuple(says.get("places", ())),
        posted_at=says.get("posted_at"),
        role=says["role"],
        lang=says.get("lang", "en"),
        years_min=says.get("years"),
        years_max=says.get("years_max"),
        years_required=says.get("years_required", "years" in says or "years_max" in says),
        ai_years_min=says.get("ai_years"),
        ai_years_required=says.get("ai_years_required", "ai_years" in says),
        education=says.get("education"),
        education_required=says.get("education_required", True),
        workplace=says.get("workplace"),
        salary=says.get("salary"),
        tags=dict.fromkeys(says.get("tags", ()), "required") | dict(says.get("wishes", {})),
        has_text=says.get("has_text", True),
        title_label=says.get("title_label"),
        body_label=says.get("body_label"),
        pipeline=says.get("pipeline"),
        industries=says.get("industries", {}),
        languages=says.get("languages", {}),
        countries=says.get("countries", ()),
        degree_specials=says.get("degree_specials", {}),
        travel=says.get("travel"),
        company_hidden=says.get("company_hidden", False),
        alternatives=says.get("alternatives", ()),
    )


# ------------------------------------------------------------------ any market


@st.composite
def markets(draw: st.DrawFn) -> Market:
    """Up to three boards over eight weeks: looks on any day, failures, epochs, postings that come back."""
    market = Market()
    ids = [f"p{i}" for i in range(7)]
    for i, native in enumerate(ids):
        market.post(native, ("ai_pm", "aigc_pm", "both", "other_pm", "not_pm")[i % 5])
    for name in draw(st.sampled_from(["X", "XY", "XYZ"])):
        epoch = 1
        for week in range(8):
            for day in sorted(draw(st.sets(st.sampled_from([0.5, 2.0, 5.0]), max_size=2))):
                epoch += draw(st.integers(0, 9)) == 9
                listed = [f"{name}{i}" for i in draw(st.sets(st.sampled_from(ids), max_size=7))]
                for native in listed:
                    market.says[native] = market.says[native[1:]]
                state = draw(st.sampled_from(["complete", "complete", "complete", "partial", "failed"]))
                market.look(
                    name, week, [] if state == "failed" else listed, day=day, state=state, epoch=epoch
                )
    return market


# ------------------------------------------------------------------ the shared trend fixture

TREND_WEEKS = {"2026-W46": 10, "2026-W47": 11, "2026-W48": 12}
TREND_ROLES: dict[str, RoleClass] = {"AI": "ai_pm", "AIGC": "aigc_pm", "PM": "other_pm"}


def trend_market(folder: Path) -> Market:
    """The 20 postings, 3 sources and 3 weeks of the trend fixture, one board per source."""
    market = Market()
    with (folder / "postings.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        says: dict[str, Any] = {
            "company": row["company"],
            "tags": [t for t in row["skills"].split("|") if t],
            "places": [row["city"]],
            "market": "zh" if row["currency"] == "CNY" else "en",
        }
        if row["exp_min"]:
            says["years"] = float(row["exp_min"])
        if row["ai_years_min"]:
            says["ai_years"] = float(row["ai_years_min"])
        market.post(row["id"], TREND_ROLES[row["role"]], **says)
    with (folder / "runs.csv").open(encoding="utf-8") as file:
        for run in csv.DictReader(file):
            ok = run["status"] == "complete"
            listed = [
                r["id"]
                for r in rows
                if ok and r["source"] == run["source"] and r["first_seen"] <= run["week"] <= r["last_seen"]
            ]
            market.board(run["source"], run["source"])
            week = TREND_WEEKS[run["week"]]
            market.look(run["source"], week, listed, state="complete" if ok else "failed")
    return market


# ------------------------------------------------------------------ does a value have the shape of its type?


def assert_shape(value: Any, kind: Any, path: str = "report") -> None:
    """Raise AssertionError where JSON data do not have the shape of a type (TypedDict, list, dict, union)."""
    origin = get_origin(kind)
    if is_typeddict(kind):
        hints = get_type_hints(kind)
        assert isinstance(value, dict), path
        assert set(value) == set(hints), f"{path}: {set(value) ^ set(hints)}"
        for key, one in hints.items():
            assert_shape(value[key], one, f"{path}.{key}")
    elif origin is Literal:
        assert value in get_args(kind), f"{path}: {value!r}"
    elif origin in (Union, UnionType):
        for one in get_args(kind):
            try:
                return assert_shape(value, one, path)
            except AssertionError:
                continue
        raise AssertionError(f"{path}: {value!r} is no {kind}")
    elif origin is list:
        assert isinstance(value, list), path
        for i, one in enumerate(value):
            assert_shape(one, get_args(kind)[0], f"{path}[{i}]")
    elif origin is dict:
        assert isinstance(value, dict), path
        for key, one in value.items():
            assert_shape(key, get_args(kind)[0], f"{path} key")
            assert_shape(one, get_args(kind)[1], f"{path}[{key}]")
    elif kind is float:
        assert type(value) in (float, int), f"{path}: {value!r}"
    else:
        expected = type(None) if kind is None else kind
        assert type(value) is expected, f"{path}: {value!r} is no {kind}"
