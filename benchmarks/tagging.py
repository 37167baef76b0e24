"""How fast postings are understood: `python benchmarks/tagging.py DATA [--rounds 5] [--only worst]`.

DATA is the folder of real postings (postings/*.jsonl). Measured is what `pmtrend tag --jsonl` does with a
row: all fields of a posting understood and its JSON written, in one process, on one core. Times are CPU
times of the process: what else the machine does hardly counts. Sizes are those of the texts in UTF-8.

    speed    MB and postings a second, by language: the first pass over texts that were never seen before,
             the median and the best of all passes
    shares   which part of the program that time goes to: samples of the running code, nothing is wrapped
    worst    constructed inputs of 256 KB (worst_cases.py), each timed alone; the promise is 50 ms
"""

import argparse
import json
import os
import platform
import signal
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from worst_cases import SIZE, worst_cases

from scraper.clock import utcnow
from scraper.stages import collect_rarely
from scraper.understanding.answering import tag_lines

GOAL = 8.0  # MB a second
LIMIT = 50.0  # milliseconds for SIZE bytes
FILES = {"en": ("en",), "zh": ("zh", "zh_years_apart", "zh_ambiguous_titles")}
FIELDS = (
    "id",
    "title",
    "description",
    "company",
    "location",
    "salary_raw",
    "experience_raw",
    "education_raw",
    "format",
)
_SAMPLING = 0.001  # seconds of CPU time between two samples; the kernel may round it up
_SAMPLES = 3000
CAP = 2.0  # seconds after which a constructed case is given up
_ENOUGH = 0.2  # seconds of one case that are enough to know its time
_PAY = ("salary", "money", "money_context", "money_words", "compensation", "extras", "scanning")
_PARTS = {
    "scraper.parsing.folding": "folding",
    "scraper.normalizing.titles": "title gate",
    "scraper.normalizing.workplace": "workplace",
    "scraper.normalizing.places": "places",
    "scraper.normalizing.text": "text and language",
    **{
        f"scraper.understanding.{name}": "reading rows, writing JSON"
        for name in ("posting", "answering", "pay")
    },
    "json": "reading rows, writing JSON",
    **{f"scraper.normalizing.{name}": "pay" for name in _PAY},
}
"""Module → what its time is called; another one is called after itself."""


# ------------------------------------------------------------------ what is measured


def rows(data: Path, language: str) -> list[str]:
    """Return the postings of a language as lines of JSON, the fields that `tag --jsonl` reads."""
    lines = []
    for name in FILES[language]:
        for line in (data / "postings" / f"{name}.jsonl").read_text(encoding="utf-8").split("\n"):
            if line.strip():
                lines.append(as_line(json.loads(line)))
    return lines


def as_line(row: Mapping[str, Any]) -> str:
    """Return a row as input of `tag --jsonl`: its texts only, since some collections hold lists in them."""
    place = row.get("location") or row.get("location_raw") or row.get("city")
    told = {name: value for name, value in row.items() if name in FIELDS and isinstance(value, str)}
    return json.dumps({**told, "location": place or ""}, ensure_ascii=False)


def size(lines: Iterable[str]) -> int:
    """Return the bytes of UTF-8 of the descriptions."""
    return sum(len(json.loads(line).get("description", "").encode()) for line in lines)


def seconds(work: Callable[[], object]) -> float:
    """Return the CPU time that `work` takes."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def understand_all(lines: Sequence[str]) -> None:
    """Understand and write every line; a line that is not understood ends the measurement."""
    problems: list[str] = []
    for _ in tag_lines(lines, problems):
        pass
    if problems:
        raise SystemExit(f"not understood: {problems[0]}")


@dataclass(frozen=True, slots=True)
class Speed:
    """CPU seconds of each pass over `postings` postings with `bytes` bytes of text."""

    language: str
    postings: int
    bytes: int
    passes: tuple[float, ...]

    def row(self) -> str:
        """Return the row of the table."""
        first, median, best = self.passes[0], statistics.median(self.passes), min(self.passes)
        rates = " | ".join(f"{self.bytes / 1e6 / taken:.1f}" for taken in (first, median, best))
        return (
            f"| {self.language} | {self.postings} | {self.bytes / 1e6:.1f} MB | {rates} "
            f"| {self.postings / median:.0f} | {median / self.postings * 1e6:.0f} µs |"
        )


def measured(language: str, lines: Sequence[str], rounds: int) -> Speed:
    """Understand all lines `rounds` times."""
    passes = tuple(seconds(lambda: understand_all(lines)) for _ in range(rounds))
    return Speed(language, len(lines), size(lines), passes)


def pooled(speeds: Sequence[Speed]) -> Speed:
    """Return all languages together, pass by pass."""
    passes = tuple(sum(taken) for taken in zip(*(speed.passes for speed in speeds), strict=True))
    return Speed("both", sum(s.postings for s in speeds), sum(s.bytes for s in speeds), passes)


# ------------------------------------------------------------------ where the time goes


def part(frame: FrameType | None) -> str:
    """Return the part of the program that runs: that of the innermost frame of ours or of json."""
    while frame is not None:
        name = frame.f_globals.get("__name__", "")
        module = "json" if name.startswith("json.") else name
        if found := _PARTS.get(module):
            return found
        if module.startswith("scraper.tagging"):
            return f"tagging: {module.rpartition('.')[2]}"
        if module.startswith("scraper."):
            return module.removeprefix("scraper.")
        frame = frame.f_back
    return "other"


def shares(lines: Sequence[str], samples: int = _SAMPLES) -> dict[str, float]:
    """Return part → share of the CPU time, greatest first, from about `samples` looks at the running code."""
    seen: Counter[str] = Counter()

    def look(_: int, frame: FrameType | None) -> None:
        seen[part(frame)] += 1

    before = signal.signal(signal.SIGPROF, look)
    signal.setitimer(signal.ITIMER_PROF, _SAMPLING, _SAMPLING)
    try:
        begun = time.process_time()
        while seen.total() < samples and time.process_time() - begun < 20:
            understand_all(lines)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    return {name: count / seen.total() for name, count in seen.most_common()}


# ------------------------------------------------------------------ worst cases


class _TooLong(BaseException):
    """A case was given up."""


@dataclass(frozen=True, slots=True)
class Case:
    """What a constructed case takes, in milliseconds; `growth` is how many times less a quarter of it takes.

    4 is linear, 16 quadratic; None where the case keeps the limit. Where it was given up, the growth is that
    of a sixteenth against its quarter.
    """

    name: str
    milliseconds: float
    growth: float | None = None


def worst(real: Mapping[str, str]) -> list[Case]:
    """Return all constructed cases, the slowest first. One is given up after some seconds, and has those.

    `real` are texts of real postings by name: each is repeated up to the size, too.
    """
    sizes = {part: dict(worst_cases(SIZE // part, real)) for part in (1, 4, 16, 64)}
    cases = []
    for name, row in sizes[1].items():
        taken, growth = _mean(row), None
        if taken > LIMIT / 1000:
            whole, part = (taken, 4) if taken < CAP else (_mean(sizes[16][name]), 64)
            growth = whole / max(_mean(sizes[part][name]), 1e-4)
        cases.append(Case(name, taken * 1000, growth))
    return sorted(cases, key=lambda case: -case.milliseconds)


def _understood(line: str) -> None:
    understand_all([line])


def _mean(row: Mapping[str, Any]) -> float:
    """Return the mean time of some runs: the clock of some machines ticks only every 4 ms."""
    line = json.dumps(row)
    first = capped(_understood, line)
    if first > _ENOUGH:
        return first
    runs = min(20, int(_ENOUGH / max(first, 0.001)) + 1)
    return sum(capped(_understood, line) for _ in range(runs)) / runs


def capped(work: Callable[[str], object], text: str) -> float:
    """Return the CPU seconds of `work(text)`, which is given up after CAP of them."""

    def stop(signum: int, frame: FrameType | None) -> None:
        raise _TooLong

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, CAP)
    begun = time.process_time()
    try:
        work(text)
    except _TooLong:
        return CAP
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    return time.process_time() - begun


# ------------------------------------------------------------------ what is printed


def speed_table(speeds: Sequence[Speed]) -> str:
    """Return a Markdown table."""
    return "\n".join(
        [
            "| texts | postings | size | MB/s, first pass | MB/s, median | MB/s, best | postings/s | each |",
            "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
            *(speed.row() for speed in speeds),
        ]
    )


def shares_table(found: Mapping[str, Mapping[str, float]]) -> str:
    """Return a Markdown table: parts down, languages across."""
    names = sorted(
        {name for column in found.values() for name in column},
        key=lambda name: -sum(column.get(name, 0) for column in found.values()),
    )
    lines = [f"| part | {' | '.join(found)} |", f"| --- |{' ---: |' * len(found)}"]
    for name in names:
        values = [column.get(name, 0) for column in found.values()]
        if max(values) >= 0.005:
            lines.append(f"| {name} | {' | '.join(f'{value:.0%}' for value in values)} |")
    return "\n".join(lines)


def worst_table(cases: Sequence[Case], shown: int) -> str:
    """Return a Markdown table of the `shown` slowest cases and of all beyond the limit, and a sentence."""
    beyond = [case for case in cases if case.milliseconds > LIMIT]
    lines = [f"| {SIZE // 1024} KB of | ms | a quarter takes |", "| --- | ---: | ---: |"]
    for case in cases[: max(shown, len(beyond))]:
        more = "over " if case.milliseconds >= CAP * 1000 else ""
        mark = " **over**" if case.milliseconds > LIMIT else ""
        growth = f"1/{case.growth:.0f}" if case.growth is not None else ""
        name = case.name.replace("|", "\\|").replace("$", "\\$")
        lines.append(f"| {name} | {more}{case.milliseconds:.0f}{mark} | {growth} |")
    middle = statistics.median(case.milliseconds for case in cases)
    told = f"{len(cases)} cases, {len(beyond)} over {LIMIT:.0f} ms; the median takes {middle:.0f} ms."
    return "\n".join([*lines, "", told])


def machine() -> str:
    """Return the day and what the measurements ran on."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        model = names[0].partition(":")[2].strip() if names else model
    return f"{utcnow():%Y-%m-%d}, {os.cpu_count()} cores of {model}, Python {platform.python_version()}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; 1 if a case is over the limit or the median speed below the goal."""
    parser = argparse.ArgumentParser(description="Measure how fast postings are understood.")
    parser.add_argument("data", type=Path, help="the folder of real postings")
    parser.add_argument("--rounds", type=int, default=5, help="passes over all texts (5)")
    parser.add_argument("--shown", type=int, default=12, help="how many of the slowest cases are listed (12)")
    parser.add_argument("--only", choices=("speed", "shares", "worst"), help="one of the three alone")
    options = parser.parse_args(arguments)
    collect_rarely()  # as `pmtrend tag --jsonl` does
    understand_all(['{"title": "AI产品经理", "description": "负责大模型产品"}'])  # the tables are built now
    print(f"{machine()}\n")
    failed = False
    lines = {language: rows(options.data, language) for language in FILES}
    if options.only in (None, "speed"):
        speeds = [measured(language, told, options.rounds) for language, told in lines.items()]
        together = pooled(speeds)
        print(speed_table([*speeds, together]), flush=True)
        failed |= together.bytes / 1e6 / statistics.median(together.passes) < GOAL
    if options.only in (None, "shares"):
        found = {language: shares(told) for language, told in lines.items()}
        print(f"\n{shares_table(found)}", flush=True)
    if options.only in (None, "worst"):
        texts = {
            language: [json.loads(line)["description"] for line in told] for language, told in lines.items()
        }
        cases = worst({f"real postings, {language}": "\n\n".join(told) for language, told in texts.items()})
        print(f"\n{worst_table(cases, options.shown)}")
        failed |= cases[0].milliseconds > LIMIT
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
