"""How well salary fields of boards are read: `python benchmarks/pay_fields.py DATA [--all]` prints a table.

The fields are those of DATA/recordings_cn (five Chinese boards) and of DATA/postings/zh.jsonl.
Right means that min, max, period and the salaries a year (lower and upper bound) all agree with a reference
that knows nothing of our grammar: one strict pattern for each format that the boards print. Fields that fit
none of its formats are counted apart; with `--all` they are listed, as are all wrong readings.
"""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from data_options import data_options

from scraper.normalizing.salary import read_field

_BOARDS = ("boss", "lagou", "liepin", "zhaopin", "51job")
# Not the board's own words: its author recomputed the salaries.
_REWORKED = ("Wale-sir_qx_cleaned_2023-09.csv",)
_COLUMNS = ("薪资", "salary", "money", "salary_raw", "工资")
_IN_JSON = re.compile(r'"(?:salary|money|salary_raw)"\s*:\s*("(?:[^"\\]|\\.)*")')
_LOOKS_LIKE_PAY = re.compile(r"^\s*(?:薪资面议|面议|\d[\d.]*\s*[kK千万]?\s*-\s*\d[\d.]*\s*[kK千万元].*)$")


class Read(NamedTuple):
    """Lower and upper end, period, salaries a year; all None where nothing is stated."""

    low: float | None = None
    high: float | None = None
    period: str | None = None
    months: tuple[int, int] | None = None


# ------------------------------------------------------------------------------------- the reference

_N = r"(\d+(?:\.\d+)?)"
_MONTHS = r"(?:[·x*](\d\d)(?:-(\d\d))?薪)?"
_PERIODS = {"天": "day", "日": "day", "时": "hour", "小时": "hour", "周": "week", "月": "month", "年": "year"}
_UNITS = {"k": 1e3, "千": 1e3, "万": 1e4, "元": 1.0, "": 1.0}
_NOTHING = re.compile(r"(?:薪资)?面议|-|")
_OPEN = re.compile(rf"{_N}(k|千|万)以上")
_FORMATS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_N}(k?)-{_N}(k){_MONTHS}",  # 15-25K, 15k-25k, 15-25K·14薪
        rf"{_N}(千|万)?-{_N}(千|万){_MONTHS}",  # 1-1.5万, 8千-1.2万·13薪
        rf"{_N}(千|万)?-{_N}(千|万)/(月|年|天|日)",  # 0.8-1.5万/月
        rf"{_N}()-{_N}(元)/(天|日|时|小时|周|月|年)",  # 150-200元/天
        rf"{_N}()-{_N}(元)(){_MONTHS}",  # 6001-8000元
        rf"{_N}(千|万|元|k)()()/?(月|年|天|日|时|小时|周)",  # 150元/天
    )
)


def reference(raw: str) -> Read | None:
    """Return what the field states, or None if it is in none of the formats known here."""
    text = "".join(raw.split()).lower().replace("－", "-").replace("—", "-").replace("~", "-")
    text = text.translate({0xE031 + digit: str(digit) for digit in range(10)})
    if _NOTHING.fullmatch(text):
        return Read()
    if match := _OPEN.fullmatch(text):
        return Read(float(match[1]) * _UNITS[match[2]], None, "month")
    for at, pattern in enumerate(_FORMATS):
        if match := pattern.fullmatch(text):
            return _stated(at, match)
    return None


def _stated(form: int, match: re.Match[str]) -> Read | None:
    low_unit = match[2] or match[4] or ""
    low = float(match[1]) * _UNITS[low_unit]
    high = float(match[3]) * _UNITS[match[4] or ""] if match[3] else low
    if high < low:
        return None
    period = _PERIODS[match[5]] if form in (2, 3, 5) else "month"
    months = match.groups()[-2:] if form in (0, 1, 4) else (None, None)
    first, last = months
    return Read(low, high, period, (int(first), int(last or first)) if first else None)


# ---------------------------------------------------------------------------------------- the fields


def fields(data: Path) -> Iterator[tuple[str, str]]:
    """Yield (board, salary field) of all recordings and postings."""
    for board in _BOARDS:
        for path in sorted((data / "recordings_cn" / board).iterdir()):
            if path.name not in _REWORKED and path.suffix in (".csv", ".tsv", ".json"):
                for field in _of_file(path):
                    yield board, field
    for line in (data / "postings" / "zh.jsonl").read_text(encoding="utf-8").split("\n"):
        row = json.loads(line) if line else {}
        if row.get("salary_raw"):
            yield f"postings: {row['source_board']}", row["salary_raw"]


def _of_file(path: Path) -> Iterator[str]:
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030", errors="replace")
    if path.suffix == ".json":
        yield from (
            json.loads(found) for found in _IN_JSON.findall(text)
        )  # one recording is cut in the middle
        return
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter="\t" if path.suffix == ".tsv" else ","))
    column = next((at for at, name in enumerate(rows[0]) if name.strip() in _COLUMNS), None)
    for row in rows[1:]:
        if column is not None:
            yield from row[column : column + 1]
        elif row:  # a whole card in one cell: its lines
            yield from (line for line in row[0].split("\n") if _LOOKS_LIKE_PAY.match(line))


def ours(raw: str) -> Read:
    """Return what the reader under test makes of the field."""
    reading = read_field(raw, currency="CNY")
    if reading is None:
        return Read()
    pay, last = reading.pay, reading.months_max
    months = (int(pay.months), int(last or pay.months)) if pay.months else None
    return Read(pay.min, pay.max, pay.period, months)


def main(data: Path, everything: bool) -> None:
    """Print the table, and if `everything` is asked for every wrong or unknown field."""
    told: Counter[tuple[str, str]] = Counter()
    with_months: Counter[str] = Counter()
    listed: Counter[tuple[str, str, str]] = Counter()
    for board, raw in fields(data):
        expected, found = reference(raw), ours(raw)
        verdict = "unknown" if expected is None else "right" if expected == found else "wrong"
        told[board, verdict] += 1
        if expected and expected.months:
            with_months[board] += 1
        if verdict != "right":
            listed[verdict, board, f"{raw!r} expected {expected} found {found}"] += 1
    print("| board | fields | of a known format | with months | right | wrong | share right |")
    print("|---|---|---|---|---|---|---|")
    boards = sorted({board for board, _ in told})
    total = Counter({verdict: sum(told[board, verdict] for board in boards) for verdict in _VERDICTS})
    for name, counts, months in (
        *((board, {v: told[board, v] for v in _VERDICTS}, with_months[board]) for board in boards),
        ("all", total, with_months.total()),
    ):
        known = counts["right"] + counts["wrong"]
        share = f"{counts['right'] / known:.4f}" if known else "-"
        print(
            f"| {name} | {known + counts['unknown']} | {known} | {months} | {counts['right']} | "
            f"{counts['wrong']} | {share} |"
        )
    if everything:
        for (verdict, board, told_of), count in sorted(listed.items()):
            print(f"{verdict} {board} {count}x {told_of}")


_VERDICTS = ("right", "wrong", "unknown")

if __name__ == "__main__":
    options = data_options(__doc__, listing="list every wrong or unknown field")
    main(options.data, options.all)
