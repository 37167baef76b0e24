"""What is true of the invented market, and what a careful observer of its boards can know of it.

Counted here once more and plainly, so that a run of the pipeline over the archive can be checked against it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from employers import ROLES, Company, Story
from openings import Opening
from replies import native_id
from wording import word

_SAME_SPELL, _REPOST = 2, 8  # weeks after the first miss; the limits are 14 and 60 days
_CLASSES = (*ROLES, "not_pm")


@dataclass(slots=True)
class Stay:
    """One spell: `missed` is the first week of a whole listing without it, confirmed by a second miss."""

    kind: str
    first: int
    last: int
    missed: int | None = None
    misses: int = 0


def states(told: Story, company: Company) -> list[str]:
    """Return the fetch state of the board in each week; "" before it was followed."""
    found = []
    for week in range(told.weeks):
        kinds = {event["kind"] for event in told.events(company.key, week)}
        state = "failed" if "failed" in kinds else "refused" if "refused" in kinds else "complete"
        state = "suspect" if "truncated" in kinds else state
        found.append(state if week >= company.since else "")
    return found


def seen(told: Story, opening: Opening, shown: Sequence[frozenset[str]]) -> list[Stay]:
    """Return the spells of an opening; `shown` = the native ids in its board's reply of each week."""
    board = states(told, opening.company)
    name = native_id(opening)
    stays: list[Stay] = []
    for week in range(told.weeks):
        last = stays[-1] if stays else None
        if name in shown[week]:
            if last is None:
                stays.append(Stay("backlog" if week == opening.company.since else "new", week, week))
            elif last.missed is None or last.misses < 2 or week - last.missed <= _SAME_SPELL:
                last.last, last.missed, last.misses = week, None, 0
            else:
                stays.append(Stay("repost" if week - last.missed <= _REPOST else "new", week, week))
        elif last is not None and board[week] == "complete":
            last.missed = week if last.missed is None else last.missed
            last.misses = min(2, last.misses + 1)
    return stays


def truth(
    told: Story,
    employers: Sequence[Company],
    openings: Sequence[Opening],
    texts: Mapping[str, Mapping[str, Any]],
    shown: Mapping[str, Sequence[frozenset[str]]],
) -> dict[str, Any]:
    """Return the ground truth as JSON-ready values.

    `actual`: openings of each class in each week, whatever could be seen. `stock`, `new`, `reposts`, `closed`
    per class and week: on boards whose reply of that week is complete; a birth or closure counts in its
    single week only if the week before is complete too, else under `new_interval` / `closed_interval`.
    `postings`: every product manager posting that was ever shown, with what its last text states.
    """
    roles = [one for one in openings if one.role != "staff"]
    board_states = {company.key: states(told, company) for company in employers}
    counts = {
        name: {role: [0] * told.weeks for role in _CLASSES}
        for name in ("actual", "stock", "new", "new_interval", "reposts", "closed", "closed_interval")
    }
    postings = []
    for opening in roles:
        for week in range(told.weeks):
            counts["actual"][opening.role][week] += opening.listed(week)
        stays = seen(told, opening, shown[opening.company.key])
        for stay in stays:
            _count(counts, opening.role, stay, board_states[opening.company.key])
        if stays:
            postings.append(_posting(told, opening, stays, texts[opening.company.market]))
    return {
        "notice": told.notice,
        "weeks": [told.label(week) for week in range(told.weeks)],
        "boards": {
            company.board: {
                "company": company.name,
                "market": company.market,
                "states": board_states[company.key],
            }
            for company in employers
        },
        **counts,
        "postings": postings,
    }


def _count(counts: dict[str, dict[str, list[int]]], role: str, stay: Stay, board: list[str]) -> None:
    for week in range(stay.first, stay.last + 1):
        counts["stock"][role][week] += board[week] == "complete"
    if stay.kind != "backlog":
        sure = board[stay.first] == board[stay.first - 1] == "complete"
        name = "reposts" if stay.kind == "repost" else "new" if sure else "new_interval"
        counts[name][role][stay.first] += 1
    if stay.missed is not None:
        name = "closed" if board[stay.missed - 1] == "complete" else "closed_interval"
        counts[name][role][stay.missed] += 1


def _posting(told: Story, opening: Opening, stays: list[Stay], texts: Mapping[str, Any]) -> dict[str, Any]:
    wording = word(opening, texts, stays[-1].last)
    pay = wording.pay
    return {
        "board": opening.company.board,
        "id": native_id(opening),
        "title": wording.title,
        "role": opening.role,
        "archetype": opening.archetype,
        "requisition": opening.requisition,
        "years": wording.years,
        "ai_years": wording.ai_years,
        "degree": wording.degree,
        "pay": pay and [pay.low, pay.high, pay.currency, pay.months or None],
        "edited": None if opening.edited is None else told.label(opening.edited),
        "spells": [
            {
                "kind": stay.kind,
                "first": told.label(stay.first),
                "last": told.label(stay.last),
                "missed": None if stay.missed is None else told.label(stay.missed),
                "closed": stay.misses == 2,
            }
            for stay in stays
        ],
    }
