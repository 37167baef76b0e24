"""How well pay is read from texts: `python benchmarks/pay_texts.py DATA [--all]` prints a table.

DATA/warc holds whole Ashby boards whose pay stands in fields of its own. Truth are the postings whose lowest
stated salary is written in the text, too ("$120,000", "120k"). Exact: lower and upper end of any tier, or the
span of all; on-target: so, but the text calls it on-target earnings, which are no base pay; wrong: anything
else; missed: nothing was read. Of the postings without such a field, in which
nobody knows what is true, those that a reading is found in are counted. Texts and fields of one posting
disagree at times, so a few readings that count as wrong are not.
"""

import json
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from data_options import data_options
from warcio.archiveiterator import ArchiveIterator

from scraper.normalizing.compensation import Compensation, find_compensation
from scraper.normalizing.scanning import Scanned
from scraper.normalizing.text import to_text
from scraper.parsing.folding import folded


class Posting(NamedTuple):
    """A text and the salaries that its board states, as (lowest, highest), one for each tier."""

    title: str
    text: str
    tiers: tuple[tuple[float, float], ...]


def postings(data: Path) -> Iterator[Posting]:
    """Yield the postings of all recorded Ashby boards."""
    for path in sorted((data / "warc").glob("ashby-*.warc.gz")):
        with path.open("rb") as file:
            for record in ArchiveIterator(file):
                if record.rec_type == "response":
                    for job in json.loads(record.content_stream().read()).get("jobs", []):
                        text = to_text(job.get("descriptionHtml") or "", "html")
                        yield Posting(job.get("title") or "", text, tuple(_tiers(job)))


def _tiers(job: dict[str, Any]) -> Iterator[tuple[float, float]]:
    for tier in (job.get("compensation") or {}).get("compensationTiers") or ():
        for part in tier.get("components") or ():
            low, high = part.get("minValue"), part.get("maxValue")
            if part.get("compensationType") == "Salary" and low and high:
                yield float(low), float(high)


def _written(value: float) -> tuple[str, ...]:
    if value < 1000:  # any text holds a 30
        return tuple(f"{sign}{form}" for sign in "$£€" for form in (f"{value:g}", f"{value:.2f}"))
    whole = int(value)
    thousands = f"{value / 1000:g}"
    return f"{whole:,}", str(whole), f"{whole:,}".replace(",", "."), f"{thousands}k", f"{thousands}K"


def _stands_in(text: str, value: float) -> bool:
    return any(form in text for form in _written(value))


def _verdict(found: Compensation, right: set[tuple[float, float]]) -> str:
    ote, pay = found.extras.ote, found.pay
    if pay and (pay.min, pay.max) in right:
        return "exact"
    if ote and (ote.min, ote.max) in right:
        return "on-target"
    return "wrong" if pay else "missed"


def main(data: Path, everything: bool) -> None:
    """Print the table, and if `everything` is asked for every wrong or missed text."""
    told: Counter[str] = Counter()
    spent = 0.0
    for posting in postings(data):
        began = time.process_time()
        found = find_compensation(Scanned(folded(posting.text)))
        spent += time.process_time() - began
        told["read"] += 1
        if not posting.tiers:
            told["without a field"] += 1
            told["found without a field"] += found.pay is not None
            continue
        lowest = min(low for low, _ in posting.tiers)
        if not _stands_in(posting.text, lowest):
            continue
        right = {*posting.tiers, (lowest, max(high for _, high in posting.tiers))}
        verdict = _verdict(found, right)
        told["truth"] += 1
        told[verdict] += 1
        if everything and verdict != "exact":
            read = found.pay.quote.text if found.pay and found.pay.quote else None
            print(f"{verdict}: {posting.title}: stated {sorted(right)}, read {read!r}")
    print(
        "| postings | truth | exact | on-target | wrong | missed | share exact | others, found | a second |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    share, speed = told["exact"] / max(1, told["truth"]), told["read"] / max(spent, 1e-9)
    print(
        f"| {told['read']} | {told['truth']} | {told['exact']} | {told['on-target']} | {told['wrong']} | "
        f"{told['missed']} | {share:.4f} | "
        f"{told['found without a field']} of {told['without a field']} | {speed:,.0f} |"
    )


if __name__ == "__main__":
    options = data_options(__doc__, listing="list every wrong or missed text")
    main(options.data, options.all)
