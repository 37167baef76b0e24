"""What the store learned between two states of its knowledge: the facts that can move a published number."""

from collections import Counter
from datetime import date, datetime

from sqlalchemy import Connection, func, select

from storage.history import Edition, Learned, LearnedKind
from storage.reading.edits import common_taxonomy, edited_postings, readings, since_versions
from storage.tables import Break, Cell, Fetch, Gap, Spell
from storage.weeks import week_of

_Spans = Counter[tuple[LearnedKind, date, date]]
"""How many things of a kind concern which weeks (first and last Monday)."""


def learned(
    connection: Connection, zone: str, before: Edition, last_run: int | None, cut: datetime
) -> tuple[Learned, ...]:
    """Return what is known at `cut` and was not to the report `before`, by kind and weeks.

    `last_run` is the newest run that the cut knows of: looks of a later one belong to reports still to come.
    """
    spans: _Spans = Counter()
    since = before.as_of
    last = week_of(cut, zone)
    _count_looks(connection, spans, since, cut)
    _count_late(connection, spans, before, last_run, last)
    breaks = select(Break.at).where(Break.known_at > since, Break.known_at <= cut)
    for at in connection.scalars(breaks):
        spans["break", week_of(at, zone), last] += 1
    confirmed = (
        select(Spell.missed_at, func.count())
        .where(Spell.confirmed_at > since, Spell.confirmed_at <= cut, Spell.reason == "gone")
        .group_by(Spell.missed_at)
    )
    for missed, n in connection.execute(confirmed):
        assert missed is not None, "a spell that is gone has been missed"
        spans["confirmed", week_of(missed, zone), week_of(missed, zone)] += n
    returned = select(Gap.missed_at, Gap.confirmed_at, Gap.back_at).where(
        Gap.back_at > since, Gap.back_at <= cut
    )
    for missed, confirmed_at, back in connection.execute(returned):
        spans["returned", week_of(missed, zone), week_of(back, zone)] += 1
        if confirmed_at is not None and confirmed_at <= since:
            spans["reopened", week_of(missed, zone), week_of(missed, zone)] += 1
    _count_edits(connection, spans, zone, since, cut)
    return tuple(Learned(*span, n) for span, n in sorted(spans.items()))


def _count_looks(connection: Connection, spans: _Spans, since: datetime, cut: datetime) -> None:
    looks = (
        select(Fetch.week, func.count())
        .where(Fetch.observed_at > since, Fetch.observed_at <= cut)
        .group_by(Fetch.week)
    )
    for week, n in connection.execute(looks):
        spans["later_look", week, week] += n
    accepted = (
        select(Fetch.week)
        .join(Cell, Cell.fetch_id == Fetch.id, isouter=True)
        .where(
            (Fetch.accepted_at > since) & (Fetch.accepted_at <= cut)
            | (Cell.accepted_at > since) & (Cell.accepted_at <= cut)
        )
        .group_by(Fetch.id)
    )
    for week in connection.scalars(accepted):
        spans["accepted", week, week] += 1


def _count_late(
    connection: Connection, spans: _Spans, before: Edition, last_run: int | None, last: date
) -> None:
    """Looks of runs that came after the report, at dates that it had known already."""
    if before.last_run is None or last_run is None:
        return
    late = (
        select(Fetch.week, func.count())
        .where(Fetch.run_id > before.last_run, Fetch.run_id <= last_run, Fetch.observed_at <= before.as_of)
        .group_by(Fetch.week)
    )
    for week, n in connection.execute(late):
        spans["late", week, last] += n


def _count_edits(connection: Connection, spans: _Spans, zone: str, since: datetime, cut: datetime) -> None:
    """Texts that replaced others: they count for all weeks in which their postings were listed."""
    chains = {
        posting: versions
        for posting, versions in edited_postings(connection, since, cut).items()
        if versions[0][1] <= since
    }
    ends = {posting: (since_versions(chain, since)[0][0], chain[-1][0]) for posting, chain in chains.items()}
    found = readings(connection, (version for pair in ends.values() for version in pair), cut)
    last = week_of(cut, zone)
    for posting, (before, after) in ends.items():
        span = week_of(chains[posting][0][1], zone), last
        spans["edited", *span] += 1
        common = common_taxonomy(found[before], found[after], None)
        if common is None or found[before][common].role != found[after][common].role:
            spans["reclassed", *span] += 1
