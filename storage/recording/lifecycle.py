"""Deciding what an observation means: pure functions, no SQL, no clock.

Three questions, in this order:

1. `judge`: may this whole listing be believed (complete) or does it lie far outside its own history
   (suspect)? A suspect listing stores what it saw and closes nothing.
2. `agree`: do two suspect listings in a row confirm each other? Then what is listed has changed for good
   (an undeclared change of scope): the series breaks there.
3. `sighted` / `missed`: what happens to one posting's spell.

The limits and where they come from are argued in docs/METHOD.md.
"""

import math
from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Literal, NamedTuple

CONFIRM_AFTER = timedelta(hours=20)
"""Two misses closer than this are one look at the same day, not two."""
SAME_SPELL = timedelta(days=14)
"""Back within this after the first miss: the posting was never closed."""
REPOST = timedelta(days=60)
"""Back within this after the first miss: a repost; later, a new posting."""

HISTORY = 5
"""How many usable listings make the history that a new one is judged by."""
_TINY = 2
"""A listing of so few may empty from one look to the next."""
_TOO_FEW, _TOO_MANY, _TOO_MANY_SLACK = 0.6, 1.8, 15
_KEPT_AT_ONCE, _TURNOVER = 0.5, timedelta(days=45)
_WEEKLY_LOSS, _CHANCE = 0.25, 0.05
"""A lively listing loses a quarter in a week; what that explains with 5 % probability is no failure."""


@dataclass(frozen=True, slots=True)
class History:
    """What is known of a listing: counts of its last usable looks (old to new), what the last one listed."""

    counts: Sequence[int]
    last_ids: Set[int]
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Judgement:
    """`reason` is empty for a listing that may be believed, else a sentence."""

    reason: str = ""

    @property
    def suspect(self) -> bool:
        """Tell whether the listing may not be believed."""
        return bool(self.reason)


def _least_kept(gap: timedelta) -> float:
    """The smallest believable share of the last listing that is still listed after `gap`.

    Half within the first week; less after a longer pause, since postings live weeks, not months.
    """
    return min(_KEPT_AT_ONCE, 0.6 * math.exp(-gap / _TURNOVER))


def _by_chance(before: int, lost: int, gap: timedelta) -> bool:
    """Tell whether losing `lost` of `before` postings in `gap` is believable for a lively small listing.

    The binomial tail P(X >= lost); above 60 postings chance does not reach the limits that ask this.
    """
    if before > 60:
        return False
    loss = max(_WEEKLY_LOSS, 1 - (1 - _WEEKLY_LOSS) ** (gap / timedelta(days=7)))
    tail = sum(
        math.comb(before, k) * loss**k * (1 - loss) ** (before - k) for k in range(max(lost, 0), before + 1)
    )
    return bool(tail >= _CHANCE)


def judge(ids: Set[int], at: datetime, history: History | None) -> Judgement:
    """Judge a whole listing by its own history: too few, too many or too different is suspect.

    `ids` is everything it listed. Without history (`None`) only an empty listing is suspect; one that lists
    just what the last usable one listed, something at all, is never.
    """
    count = len(ids)
    if history is None or not history.counts:
        return Judgement("" if count else "the first listing is empty")
    usual = median(history.counts)
    gap = at - history.last_at
    if count == 0:
        return Judgement(f"nothing listed, usually {usual:g}" if usual > _TINY else "")
    if ids == history.last_ids:  # a loss that a long pause excused is none half a day later
        return Judgement()
    if count < _TOO_FEW * usual and not _by_chance(round(usual), round(usual) - count, gap):
        return Judgement(f"{count} listed, usually {usual:g}: too few")
    if count > _TOO_MANY * usual and count - usual > _TOO_MANY_SLACK:
        return Judgement(f"{count} listed, usually {usual:g}: too many")
    kept, before = len(ids & history.last_ids), len(history.last_ids)
    if kept < _least_kept(gap) * before and not _by_chance(before, before - kept, gap):
        return Judgement(f"only {kept} of the {before} listed before are listed now: too different")
    return Judgement()


def agree(first: Set[int], first_at: datetime, second: Set[int], second_at: datetime) -> bool:
    """Tell whether the later of two suspect listings confirms the earlier: same size, mostly the same ids."""
    if not first or not second:
        return not first and not second
    return not judge(second, second_at, History((len(first),), first, first_at)).suspect


def nearer(ids: Set[int], suspect: Set[int], usable: Set[int]) -> bool:
    """Tell whether a listing resembles the suspect one before it more than the last usable one (Jaccard)."""

    def likeness(other: Set[int]) -> float:
        return len(ids & other) / (len(ids | other) or 1)

    return likeness(suspect) > likeness(usable) or not (ids or suspect)


SpellKind = Literal["backlog", "new", "repost"]


class SpellState(NamedTuple):
    """The latest spell of a posting, as far as deciding needs it."""

    last_seen_at: datetime
    missed_at: datetime | None = None
    confirmed_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Resumed:
    """The spell goes on; `gap` is the absence that it had in between, if any."""

    spell: SpellState
    gap: SpellState | None = None


def sighted(spell: SpellState | None, at: datetime, *, backlog: bool) -> Resumed | SpellKind:
    """Decide what it means that a posting is listed at `at`.

    Returns `Resumed` if its latest spell goes on, else the kind of the spell that opens: `backlog` for
    whatever the first usable listing of a series shows and for what comes back into its scope, else `new`,
    or `repost` when the posting comes back after more than 14 but within 60 days of its first miss.
    """
    if spell is None:
        return "backlog" if backlog else "new"
    if spell.missed_at is None:
        return Resumed(SpellState(max(spell.last_seen_at, at)))
    away = at - spell.missed_at
    if spell.reason != "left_scope" and (spell.confirmed_at is None or away <= SAME_SPELL):
        return Resumed(SpellState(at), gap=spell)
    if backlog or spell.reason == "left_scope":
        return "backlog"  # it was never closed, so its return is neither a repost nor new
    return "repost" if away <= REPOST else "new"


def missed(spell: SpellState, at: datetime) -> SpellState:
    """Decide what it means that a complete listing at `at` does not show an open posting.

    The first miss dates the closure, a second one at least 20 hours later confirms it.
    """
    if spell.missed_at is None:
        return spell._replace(missed_at=at)
    if spell.confirmed_at is None and at - spell.missed_at >= CONFIRM_AFTER:
        return spell._replace(confirmed_at=at, reason="gone")
    return spell


def left_scope(spell: SpellState, known_at: datetime) -> SpellState:
    """End a spell because its listing no longer shows such postings; this is no closure.

    `known_at` is the look that showed the change; when the series broke is told by the break itself.
    """
    if spell.confirmed_at is not None:
        return spell
    return spell._replace(missed_at=spell.missed_at or known_at, confirmed_at=known_at, reason="left_scope")
