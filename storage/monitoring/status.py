"""What `pmtrend status` shows, as a value: boards, coverage, postings, their flow, and what needs a look."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, get_args

from storage.counted import counted
from storage.monitoring.drift import Drift
from storage.monitoring.outlook import QUARANTINE_AFTER, Outlook
from storage.records import FetchState

STATES: tuple[FetchState, ...] = get_args(FetchState)
FAILED: frozenset[FetchState] = frozenset({"partial", "refused", "missing", "failed"})
"""States of a board that did not answer in full; a suspect listing was answered."""
ROLES = ("ai_pm", "aigc_pm", "both", "other_pm")
RECENT = timedelta(days=8)
"""A week and a day: a weekly run may begin a day late and still count."""
FLOW = timedelta(days=7)
_SHOWN = 20
_FIELDS: Mapping[str, str] = {
    "locations": "a place",
    "posted_at": "a date",
    "pay": "pay in fields of its own",
    "salary_raw": "a text on pay",
    "experience_raw": "a text on experience",
    "workplace": "a workplace",
    "url": "an address",
    "description": "a text",
}


@dataclass(frozen=True, slots=True)
class BoardTrouble:
    """A board whose latest look was not complete."""

    board: str
    state: str
    reason: str
    observed_at: datetime


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many of the boards ever looked at were read completely within `RECENT`."""

    boards: int
    usable: int


@dataclass(frozen=True, slots=True)
class Flow:
    """PM postings that came and went; `backlog` was listed already when its board was first read."""

    new: int = 0
    reposted: int = 0
    backlog: int = 0
    closed: int = 0


@dataclass(frozen=True, slots=True)
class Status:
    """`boards`: state -> number; `seen`/`rejected`: sums over the latest looks; postings without not_pm.

    `open`: those that were not seen to close, which those of a listing that was never read in full cannot be.
    `failed` counts boards that did not answer; a file imported without --complete is no board that failed.
    `coverage`: market -> its boards. `quarantined` and `drift`: "family:key" -> outlook, fallen fields.
    `overdue`: there was a `collect` once, and none since `RECENT`. `next_due` is what the caller's schedule
    says. `untagged`: postings with a text that the caller's taxonomy has not tagged; None: it named none.
    """

    boards: dict[str, int]
    seen: int
    rejected: int
    total: int
    open: int
    by_role: dict[str, int]
    not_pm: int
    last_run: tuple[str, datetime, datetime | None] | None
    troubles: tuple[BoardTrouble, ...]
    failed: int
    coverage: Mapping[str, Coverage]
    quarantined: Mapping[str, Outlook]
    drift: Mapping[str, tuple[Drift, ...]]
    flow_last_run: Flow
    flow_recent: Flow
    overdue: bool
    next_due: datetime | None = None
    untagged: int | None = None

    @property
    def exit_code(self) -> int:
        """For monitoring: 0 every board answered in time, 2 every board failed, 3 some did or none was asked.

        Drift does not count: it may be the employer's own doing, and a code that cries wolf is not heard.
        """
        if self.failed and self.failed == sum(self.boards.values()):
            return 2
        return 3 if self.failed or self.overdue else 0

    def as_json(self) -> dict[str, Any]:
        """Return the object that `pmtrend status --json` prints."""
        run = None
        if self.last_run:
            kind, started, finished = self.last_run
            run = {"kind": kind, "started": _stamp(started), "finished": _stamp(finished)}
        return {
            "boards": self.boards,
            "seen": self.seen,
            "rejected": self.rejected,
            "postings": {
                "total": self.total,
                "open": self.open,
                "by_role": self.by_role,
                "not_pm": self.not_pm,
                "untagged": self.untagged,
            },
            "last_run": run,
            "next_due": _stamp(self.next_due),
            "overdue": self.overdue,
            "coverage": {
                "days": RECENT.days,
                **asdict(self._covered()),
                "by_market": {market: asdict(found) for market, found in self.coverage.items()},
            },
            "flow": {
                "last_run": asdict(self.flow_last_run),
                f"last_{FLOW.days}_days": asdict(self.flow_recent),
            },
            "quarantined": [
                {
                    "board": board,
                    "state": found.state,
                    "failures": found.failures,
                    "last_look": _stamp(found.last_look_at),
                    "not_before": _stamp(found.not_before),
                }
                for board, found in self.quarantined.items()
            ],
            "drift": [
                {"board": board, **asdict(drift)} for board, found in self.drift.items() for drift in found
            ],
        }

    def lines(self) -> list[str]:
        """Return the same for a person."""
        if self.last_run is None:
            return ["the store is empty; `pmtrend collect`, `replay` or `import` fills it"]
        kind, started, finished = self.last_run
        states = ", ".join(f"{count} {state}" for state, count in self.boards.items() if count)
        roles = ", ".join(f"{count} {role}" for role, count in self.by_role.items())
        return [
            f"last run   {kind}, {_stamp(started)} to {_stamp(finished) or '(not finished)'}"
            + (f"; next due {_stamp(self.next_due)}" if self.next_due else ""),
            *([f"OVERDUE    no board was asked in the last {RECENT.days} days"] if self.overdue else []),
            f"boards     {sum(self.boards.values())}: {states}",
            *self._coverage_line(),
            f"listed     {counted(self.seen, 'posting')} at the latest looks, {self.rejected} not readable",
            f"PM roles   {self.total} ({roles}), {self.open} of them not seen to close; "
            f"PM by title only: {self.not_pm}",
            *self._untagged_line(),
            f"came, went {_told(self.flow_last_run)} in the last run; "
            f"{_told(self.flow_recent)} in {FLOW.days} days",
            *_listed("not complete at the latest look", [_trouble(one) for one in self.troubles]),
            *_listed(
                f"asked more seldom after {QUARANTINE_AFTER} or more failures in a row",
                [_waiting(board, found) for board, found in self.quarantined.items()],
            ),
            *_listed(
                "the source may have changed its form",
                [_drifted(board, drift) for board, found in self.drift.items() for drift in found],
            ),
        ]

    def _untagged_line(self) -> list[str]:
        if not self.untagged:
            return []
        waiting = counted(self.untagged, "posting waits", "postings wait")
        return [f"vocabulary {waiting} for `pmtrend retag`: another one has tagged them"]

    def _covered(self) -> Coverage:
        found = self.coverage.values()
        return Coverage(sum(one.boards for one in found), sum(one.usable for one in found))

    def _coverage_line(self) -> list[str]:
        whole = self._covered()
        if not whole.boards:
            return []
        markets = ", ".join(
            f"{market} {found.usable} of {found.boards}" for market, found in self.coverage.items()
        )
        return [
            f"coverage   {whole.usable} of {whole.boards} boards read completely "
            f"in the last {RECENT.days} days: {markets}"
        ]


def _told(flow: Flow) -> str:
    more = [f"{flow.reposted} reposted"] * (flow.reposted > 0) + [f"{flow.backlog} there already"] * (
        flow.backlog > 0
    )
    return ", ".join([f"{flow.new} new", *more, f"{flow.closed} closed"])


def _listed(what: str, entries: list[str]) -> list[str]:
    if not entries:
        return []
    more = [f"  … and {len(entries) - _SHOWN} more"] if len(entries) > _SHOWN else []
    return [f"{what}:", *(f"  {entry}" for entry in entries[:_SHOWN]), *more]


def _trouble(one: BoardTrouble) -> str:
    return f"{one.board}: {one.state} ({_stamp(one.observed_at)}) {one.reason}".rstrip()


def _waiting(board: str, found: Outlook) -> str:
    return f"{board}: {found.failures} times, asked again from {_stamp(found.not_before)}"


def _drifted(board: str, drift: Drift) -> str:
    field = _FIELDS.get(drift.field, drift.field)
    return f"{board}: {drift.share:.0%} of the postings have {field}, usually {drift.usual:.0%}".replace(
        "%", " %"
    )


def _stamp(at: datetime | None) -> str | None:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else None
