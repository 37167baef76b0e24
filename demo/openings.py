"""Who hires when: the life of every posting, simulated from the script and the employers' habits."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from chance import draw, pick, shuffled
from employers import ROLES, Company, Story

_CLOSE_AT_ONCE, _OPEN_AT_ONCE = 2, 3
_ACTIVE = 0.5  # share of weeks in which a board changes at all: the rest become `revisit` records


@dataclass(frozen=True, slots=True)
class Opening:
    """One listed id. It is listed in the weeks `opened` to before `closed`, except `away`.

    `role` is a role class, or "staff" for a role that is no product manager; `archetype` names the table
    of fragments (or the index of a staff role). From week `edited` on its text asks for RAG. `requisition`
    is shared by ids that stand for one role in several cities.
    """

    key: str
    company: Company
    role: str
    archetype: str
    title: str
    area: str
    prefix: str
    opened: int
    closed: int
    requisition: str
    place: str = ""
    edited: int | None = None
    away: frozenset[int] = field(default_factory=frozenset)

    def listed(self, week: int) -> bool:
        """Tell whether the board lists it in that week."""
        return self.opened <= week < self.closed and week not in self.away


class Market:
    """All boards over all weeks. `openings` holds what `run` produced."""

    def __init__(self, told: Story, employers: list[Company], texts: Mapping[str, Mapping[str, Any]]):
        self.told, self.employers, self.texts = told, employers, texts
        self.openings: list[Opening] = []
        self._running: list[Opening] = []
        self._serial = 0
        self._by_key = {company.key: company for company in employers}
        base = [company for company in employers if company.since == 0]
        weights = {role: sum(company.mix[role] for company in base) for role in ROLES}
        self._share = {
            (company.key, role): company.mix[role] / weights[role] for company in employers for role in ROLES
        }

    def run(self) -> list[Opening]:
        """Simulate the market; return every opening, by board and first week."""
        for week in range(self.told.weeks):
            self._close(week)
            for entry in self.told.posting:
                if entry["opened"] == week:
                    self._script(entry)
            for company in self.employers:
                if company.since == week:
                    for _ in range(company.staff):
                        self._open(company, "staff", week)
            self._replace_staff(week)
            for role in ROLES:
                self._fill(role, week)
        still = [one if one.closed >= 0 else replace(one, closed=self.told.weeks) for one in self._running]
        self.openings += still
        return sorted(self.openings, key=lambda one: (one.company.board, one.opened, one.key))

    def _started(self, week: int) -> list[Company]:
        return [company for company in self.employers if company.since <= week]

    def _active(self, company: Company, week: int) -> bool:
        return company.since == week or draw("active", company.key, week) < _ACTIVE

    def _close(self, week: int) -> None:
        closing: dict[str, int] = {}
        for opening in list(self._running):
            board = opening.company.key
            due = opening.opened + self._lifetime(opening) if opening.closed < 0 else opening.closed
            if week < due or not (opening.closed == week or self._active(opening.company, week)):
                continue
            if opening.closed < 0 and closing.get(board, 0) >= _CLOSE_AT_ONCE:
                continue
            closing[board] = closing.get(board, 0) + 1
            self._running.remove(opening)
            self.openings.append(replace(opening, closed=week))

    def _lifetime(self, opening: Opening) -> int:
        mean = self.told.lifetime[opening.role]
        return 1 + int(-math.log(1 - draw("tenure", opening.key)) * mean)

    def _fill(self, role: str, week: int) -> None:
        """Open as many roles of the class as the script wants, where they are missing most."""
        wanted = {c.key: self._share[c.key, role] * self.told.stock[role][week] for c in self._started(week)}
        have = {key: 0 for key in wanted}
        for opening in self._running:
            if opening.role == role:
                have[opening.company.key] += 1
        opened = {key: 0 for key in wanted}
        for turn in range(max(0, round(sum(wanted.values())) - sum(have.values()))):
            able = [
                company
                for company in self._started(week)
                if company.since == week
                or (self._active(company, week) and opened[company.key] < _OPEN_AT_ONCE)
            ]
            if not able:
                return
            company = max(
                able, key=lambda c: wanted[c.key] - have[c.key] + 0.5 * draw("where", role, week, turn, c.key)
            )
            self._open(company, role, week)
            have[company.key] += 1
            opened[company.key] += 1

    def _replace_staff(self, week: int) -> None:
        for company in self._started(week):
            count = sum(one.company is company and one.role == "staff" for one in self._running)
            if count < company.staff - 1 and self._active(company, week):
                self._open(company, "staff", week)

    def _script(self, entry: dict[str, Any]) -> None:
        company = self._by_key[entry["board"]]
        role = self.texts[company.market][entry["archetype"]]["class"]
        first = self._open(company, role, entry["opened"], archetype=entry["archetype"])
        told = replace(
            first,
            closed=entry.get("closed", self.told.weeks),
            edited=entry.get("edited"),
            away=frozenset(entry.get("away", ())),
        )
        cities = entry.get("cities", [first.place])
        self._running.remove(first)
        for index, city in enumerate(cities):
            self._running.append(replace(told, key=f"{told.key}.{index}" if index else told.key, place=city))

    def _open(self, company: Company, role: str, week: int, archetype: str = "") -> Opening:
        self._serial += 1
        key = f"{company.key}/{role}/{self._serial}"
        texts = self.texts[company.market]
        taken = {(one.title, one.area) for one in self._running if one.company is company}
        if role == "staff":
            options = [(str(index), entry["title"]) for index, entry in enumerate(texts["staff"])]
        else:
            names = [archetype] if archetype else company.roles[role]
            options = [(name, title) for name in names for title in texts[name]["titles"]]
        choices = [(name, title, area) for name, title in options for area in company.areas]
        ordered = shuffled(choices, "what", key, weight=lambda choice: self._weight(choice[0], week))
        name, title, area = next(choice for choice in ordered if choice[1:] not in taken)
        prefix = "" if role in ("staff", "not_pm") else pick(texts["seniority"]["prefixes"], "prefix", key)
        opening = Opening(
            key, company, role, name, title, area, prefix, week, -1, key, pick(company.places, "place", key)
        )
        self._running.append(opening)
        return opening

    def _weight(self, archetype: str, week: int) -> float:
        weights = [s["weight"] for s in self.told.shift if s["archetype"] == archetype and week >= s["from"]]
        return float(weights[0]) if weights else 1.0
