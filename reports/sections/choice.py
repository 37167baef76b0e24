"""Which door is open to whom: T13 to T15."""

from typing import Literal

from reports.document.choice import BarrierRow, BlockerRow, Card, Choice, Door
from reports.document.terms import RoleId
from reports.document.weekly import WeeklyReport
from reports.sections.choice_words import (
    LEAST_SHOWN,
    barrier_index,
    best,
    bracket,
    levers,
    listed,
    part_of,
    person,
)
from reports.sections.parts import ending, joined
from reports.wording.escaping import Markdown
from reports.wording.tables import Column, table
from reports.wording.words import NOTHING, Words

_DOORS: tuple[Literal["ai_pm", "aigc_pm"], ...] = ("ai_pm", "aigc_pm")
_BLOCKERS = 3
_ROWS = 4
"""Profiles in the table: those of the settings, then the report's own examples where there is room."""
_TYPICAL = "switching"
"""The example whose blockers are told where the settings name nobody: whom the question is about."""


def door_of(card: Card, role: RoleId) -> Door:
    """Return the door of a class."""
    return next(one for one in card["doors"] if one["role"] == role)


def cards(report: WeeklyReport, words: Words) -> Markdown:
    """Return T13 as one table, a profile a row; empty where there are no openings."""
    part = report["choice"]
    whole = _everyone(part)
    if not any(whole[role]["n"] for role in _DOORS):
        return Markdown("")
    heads: list[Column] = [
        (words("choice.profile"), "left"),
        *(
            (
                words("choice.door", role=words(f"role.{role}"), n=words.count(whole[role]["n"])),
                "right",
            )
            for role in _DOORS
        ),
        (words("choice.verdict"), "left"),
        (words("choice.lever"), "left"),
    ]
    return table(heads, [_line(card, whole, words) for card in _shown(part)])


def notes(report: WeeklyReport, words: Words) -> list[Markdown]:
    """Return what the cards rest on, who the examples are, what blocks, and T15."""
    part = report["choice"]
    whole = _everyone(part)
    told = [_basis(part, whole, words), _people(part, words)]
    first = next(
        card
        for card in part["cards"]
        if card["profile"]["name"] == _TYPICAL or not card["profile"]["standing"]
    )
    blocked = [_blockers(words, role, door_of(first, role)["blockers"]) for role in _DOORS]
    if any(blocked):
        doors = Markdown(words("text.semicolon").join(filter(None, blocked)))
        told.append(words("choice.blockers", name=_name(first, words), doors=doors))
    if (barrier := _barrier(part, words)) is not None:
        told.append(barrier)
    return ending(words, told, words("choice.own_card"))


def _shown(part: Choice) -> list[Card]:
    """The first cards: those of the settings stand before the report's own examples."""
    return part["cards"][:_ROWS]


def _everyone(part: Choice) -> dict[RoleId, Door]:
    """The doors of a card that asks for no market: whose n is that of all openings."""
    card = next(one for one in part["cards"] if one["profile"]["market"] is None)
    return {role: door_of(card, role) for role in _DOORS}


def _name(card: Card, words: Words) -> str:
    profile = card["profile"]
    return words.plain(f"choice_name.{profile['name']}") if profile["standing"] else profile["name"]


def _line(card: Card, whole: dict[RoleId, Door], words: Words) -> list[str]:
    return [
        _name(card, words),
        *(_share(door_of(card, role), whole[role]["n"], words) for role in _DOORS),
        words(
            f"choice_verdict.{card['verdict']}",
            because=words(f"choice_because.{card['reason']}") if card["reason"] else NOTHING,
        ),
        _lever(card, words),
    ]


def _share(door: Door, all_openings: int, words: Words) -> Markdown:
    text = bracket(words, door["strict"], door["lenient"])
    if door["n"] in (0, all_openings):
        return text
    return words("choice.bracket_with_n", bracket=text, n=words.count(door["n"]))


def _lever(card: Card, words: Words) -> Markdown:
    found = [(row, role) for role in _DOORS if (row := best(door_of(card, role))) is not None]
    if not found:
        return words("choice.nothing_opens")
    row, role = max(found, key=lambda one: one[0]["u"])
    return words(
        "choice.lever_cell",
        role=words(f"role.{role}"),
        levers=levers(words, row),
        u=words.count(row["u"]),
    )


# ------------------------------------------------------------------ below the table


def _basis(part: Choice, whole: dict[RoleId, Door], words: Words) -> Markdown:
    ai, aigc = (whole[role] for role in _DOORS)
    basis = words(
        "choice.basis",
        window=words.window(part["window"]),
        ai=words.count(ai["employers"]),
        aigc=words.count(aigc["employers"]),
    )
    if untold := ai["untold"] + aigc["untold"]:
        return joined(words, basis, words("choice.basis_untold", count=words.count(untold)))
    return basis


def _people(part: Choice, words: Words) -> Markdown:
    people = [
        words("choice.person_of", name=_name(card, words), said=person(words, card["profile"]))
        for card in _shown(part)
    ]
    told = words("choice.people", people=Markdown(" · ".join(people)))
    hidden = len(part["cards"]) - len(people)
    return joined(words, told, words("choice.more", count=words.count(hidden))) if hidden else told


def _blockers(words: Words, role: RoleId, rows: list[BlockerRow]) -> Markdown | None:
    told = [
        words(
            "choice.blocker",
            constraint=words(f"choice_constraint.{row['constraint']}"),
            share=part_of(row["fails"], row["n"], words),
        )
        for row in rows[:_BLOCKERS]
        if row["fails"]
    ]
    if not told:
        return None
    return words("choice.blockers_of", role=words(f"role.{role}"), list=words.joined(told))


def _barrier(part: Choice, words: Words) -> Markdown | None:
    rows = [row for row in part["barrier"]["rows"] if row["role"] in _DOORS and row["n"] >= LEAST_SHOWN]
    if not rows:
        return None
    weights = [
        words.plain(
            "choice.weight",
            component=words.plain(f"choice_component.{row['component']}"),
            weight=words.number(row["weight"], 2),
        )
        for row in part["barrier"]["weights"]
    ]
    equal = [
        words(
            "choice.barrier_equal", role=words(f"role.{row['role']}"), median=words.estimate(row["equal"], 2)
        )
        for row in rows
    ]
    return words(
        "choice.barrier",
        weights=listed(words, weights),
        doors=words.joined([_index(row, words) for row in rows]),
        equal=words.joined(equal),
    )


def _index(row: BarrierRow, words: Words) -> Markdown:
    return words(
        "choice.barrier_of",
        role=words(f"role.{row['role']}"),
        median=barrier_index(words, row),
        n=words.count(row["n"]),
    )
