"""What a run did, counted look by look, and what a person is told of it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from storage.counted import counted
from storage.monitoring.status import FAILED
from storage.records import FetchState, Listing, Recorded


@dataclass(frozen=True, slots=True)
class Looked:
    """One look that a run made, for whoever shows progress."""

    board: str  # "family:key"
    listing: Listing
    recorded: Recorded


@dataclass(slots=True)
class RunSummary:
    """What a run did. `states`: the state of each board's last look in this run."""

    looks: int = 0
    duplicates: int = 0
    postings: int = 0
    rejected: int = 0
    created: int = 0
    changed: int = 0
    closed: int = 0
    states: dict[str, FetchState] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    unchanged: int = 0
    waiting: int = 0  # boards that were left alone after failures
    resting: int = 0  # boards that rest as the terms of their source ask
    elsewhere: int = 0  # boards that other collectors looked at in the same round
    lost: int = 0  # looks that were not stored, since another collector had taken over their hosts
    stopped: str = ""

    def add(self, looked: Looked) -> None:
        """Count one look."""
        self.looks += 1
        if looked.recorded.duplicate:
            self.duplicates += 1
            return
        self.postings += looked.listing.listed
        self.rejected += looked.listing.rejected
        self.unchanged += looked.recorded.unchanged
        self.created += looked.recorded.created
        self.changed += looked.recorded.changed
        self.closed += looked.recorded.closed
        self.states[looked.board] = looked.recorded.state
        self.reasons[looked.board] = looked.recorded.reason

    @property
    def exit_code(self) -> int:
        """0 all boards answered, 2 every board failed, 3 some did; suspect is no failure.

        A run that looked at nothing, because all are left alone after failures, has failed.
        """
        if not self.looks and self.waiting and not self.elsewhere:
            return 2
        failed = sum(state in FAILED for state in self.states.values())
        if not failed:
            return 0
        return 2 if failed == len(self.states) else 3

    def lines(self) -> list[str]:
        """Return what a person wants to know of the run."""
        if not self.looks:
            return ["no board was looked at", *self._left_alone()]
        if self.looks == self.duplicates:
            return ["nothing new: all of this is stored already"]
        states = Counter(self.states.values())
        counts = ", ".join(f"{states[state]} {state}" for state in sorted(states))
        return [
            f"{counted(self.looks, 'look')} at {counted(len(self.states), 'listing')}: {counts}",
            f"{counted(self.postings, 'posting')} listed, {self.rejected} not readable; of the PM postings "
            f"{self.created} new to the store, {self.changed} changed, {self.closed} closed",
            *([f"stored already: {counted(self.duplicates, 'look')}"] if self.duplicates else []),
            *(
                [f"unchanged since the look before: {counted(self.unchanged, 'listing')}"]
                * (self.unchanged > 0)
            ),
            *self._left_alone(),
            *(
                f"  {board}: {state}: {self.reasons[board]}"
                for board, state in sorted(self.states.items())
                if self.reasons[board]
            ),
        ]

    def _left_alone(self) -> list[str]:
        told = [
            (self.elsewhere, "board", "looked at by other collectors in this round: {}"),
            (self.lost, "look", "thrown away, since other collectors had taken over their hosts: {}"),
            (self.waiting, "board", "left alone for now after failures: {} (see `pmtrend status`)"),
            (self.resting, "board", "resting, as the terms of their sources ask: {}"),
        ]
        return [sentence.format(counted(number, what)) for number, what, sentence in told if number]


OnLook = Callable[[Looked], None]
