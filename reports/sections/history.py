"""What became of earlier numbers (T18), and what changed in how the data were read (T19)."""

from collections import Counter
from collections.abc import Callable, Mapping
from itertools import groupby

from reports.document.history import ChangelogRow, RevisionRow
from reports.document.published import Unit, published
from reports.document.weekly import WeeklyReport
from reports.sections.parts import one_line
from reports.wording.escaping import Markdown, md
from reports.wording.words import Words

MAX_REVISIONS = 2
MAX_EVENTS = 3
MAX_NAMES = 4
_KINDS = {"new_source": "new", "new_board": "new", "lost_source": "lost", "lost_board": "lost"}


def revisions(report: WeeklyReport, words: Words) -> list[Markdown]:
    """Return T18 in one line: how many numbers moved and why, then the largest."""
    part = report["revisions"]
    if not part["earlier"]:
        return [words("history.no_earlier")]
    compared = words.count(part["compared"])
    as_of = words.said_moment(part["earlier"][0]["as_of"], report["provenance"]["zone"])
    if not part["rows"]:
        return [words("history.unrevised", compared=compared, as_of=as_of)]
    why = Counter(row["reasons"][0] for row in part["rows"])
    reasons = [
        words("history.reason_count", reason=words(f"reasons.{reason}"), count=words.count(count))
        for reason, count in sorted(why.items(), key=lambda one: (-one[1], one[0]))
    ]
    revised = words.count(part["revised"])
    told = [
        words(
            "history.revised", compared=compared, as_of=as_of, revised=revised, reasons=words.joined(reasons)
        )
    ]
    tags = {row["tag"]: words.tag(row) for row in report["skills"]["rows"]}
    if part["unexplained"]:
        told.append(words("history.unexplained", count=words.count(part["unexplained"])))
    largest = words("text.semicolon").join(_revision(row, tags, words) for row in _examples(part["rows"]))
    return one_line(words, [*told, words("history.largest", list=Markdown(largest))])


def _examples(rows: list[RevisionRow]) -> list[RevisionRow]:
    """The heaviest, one of each metric, week and dimension: that of all roles, else the heaviest of them."""
    found: dict[tuple[str, str, str], RevisionRow] = {}
    for row in sorted(rows, key=lambda row: (row["role"] != "all", _weight(row))):
        found.setdefault((row["metric"], row["week"], row["dimension"]), row)
    return sorted(found.values(), key=_weight)[:MAX_REVISIONS]


def _weight(row: RevisionRow) -> tuple[bool, float, str, str, str, str]:
    """Unexplained ones first, then the largest."""
    old, new = row["old"], row["new"] or 0.0
    size = abs(new - old) / max(abs(new), abs(old)) if new or old else 0.0
    return (
        "unexplained" not in row["reasons"],
        -size,
        row["metric"],
        row["week"],
        row["role"],
        row["dimension"],
    )


def _revision(row: RevisionRow, tags: Mapping[str, str], words: Words) -> Markdown:
    written = _WRITTEN[published()[row["metric"]].unit]
    key = "of_dimension" if row["dimension"] else "of_role" if row["role"] else "of"
    what = words(
        f"history.{'of_dimension_alone' if not row['role'] and row['dimension'] else key}",
        metric=words(f"metric.{row['metric']}"),
        week=row["week"],
        role=words(f"role.{row['role']}") if row["role"] else "",
        dimension=_dimension(row, tags, words),
    )
    new = words("history.withdrawn") if row["new"] is None else written(words, row["new"])
    reasons = words.joined([words(f"reasons.{reason}") for reason in row["reasons"]])
    return words("history.revision", what=what, old=written(words, row["old"]), new=new, reasons=reasons)


def _dimension(row: RevisionRow, tags: Mapping[str, str], words: Words) -> str:
    if not published()[row["metric"]].on_request:
        return tags.get(row["dimension"], row["dimension"])
    name = row["dimension"].rpartition(" ")[0]  # behind it is the digest of the profile
    key = f"choice_name.{name}"
    return words.plain(key) if words.has(key) else name


_DOORS = {code: door for door, code in published()["easier_door"].codes.items()}
_WRITTEN: Mapping[Unit, Callable[[Words, float], Markdown]] = {
    "count": lambda words, value: words.count(value),
    "index": lambda words, value: words.number(value),
    "share": lambda words, value: words.percent(value),
    "points": lambda words, value: words.points(value),
    "percent": lambda words, value: words.percent(value, signed=True),
    "number": lambda words, value: words.number(value, decimals=2),
    "door": lambda words, value: words(f"history.{_DOORS[round(value)]}"),
}


def changelog(report: WeeklyReport, words: Words) -> list[Markdown]:
    """Return T19 in one line, the newest first; breaks are told by themselves."""
    rows = [row for row in report["changelog"]["rows"] if row["event"] != "break"]
    rows.sort(key=lambda row: (row["week"], _group(row)), reverse=True)
    told = [
        _event(group, list(events), words)
        for group, events in groupby(rows, key=lambda row: (row["week"], _group(row)))
    ]
    if not told:
        return [words("history.nothing")]
    if hidden := len(told[MAX_EVENTS:]):
        told = [*told[:MAX_EVENTS], words("history.more", count=words.count(hidden))]
    return one_line(words, told)


def _group(row: ChangelogRow) -> str:
    return _KINDS.get(row["event"], f"{row['event']} {row['subject']}")


def _event(group: tuple[str, str], events: list[ChangelogRow], words: Words) -> Markdown:
    week, kind = group
    if kind not in ("new", "lost"):
        first = events[0]
        return words(f"history.{first['event']}", week=week, version=first["subject"])
    events.sort(key=lambda row: (row["event"] in ("new_board", "lost_board"), row["source"], row["subject"]))
    named = words.joined([_name(row, words) for row in events[:MAX_NAMES]])
    hidden = len(events) - MAX_NAMES
    if hidden > 0:
        named = words("history.names_more", names=named, count=words.count(hidden))
    return words(f"history.{kind}_sources", week=week, names=named)


def _name(row: ChangelogRow, words: Words) -> Markdown:
    if not row["subject"]:
        return md(row["source"])
    return words("history.board", name=row["subject"], source=row["source"])
