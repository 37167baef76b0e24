"""Other programs and ours on the same postings: `python benchmarks/peers.py DATA [--environments DIR]`.

Each peer is installed into an environment of its own (in a temporary folder, or kept in DIR for the next
time) and reads what ours reads, in a process of its own; one that cannot be installed is named with the
reason. DATA is the folder of real postings. Printed are Markdown tables:

    pay        the salary in the text of an Ashby posting; right is what the board states in its own fields
               (one of its bands, or from the lowest to the highest); and the salary field of Chinese boards
    years      real sentences with their expected reading, and the gold
    grouping   planted copies among real postings: found, with the right original, others taken for copies
    parsing    233 recorded Ashby boards: speed, filled fields, what one broken item costs

Times are CPU times without start-up.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import tagging
from peer_duels import (
    boards,
    chinese_pay_table,
    grouping_table,
    parsing_table,
    pay_table,
    priced,
    years_table,
)
from peer_environments import PEERS, Environments

from scraper.normalizing.titles import is_pm_title

JOBSEEK = {"pay": (100, 142), "years": (567, 567)}
"""Postings a second of jobseek (commit 1763b11, 2026-08-22), measured earlier on 2,863 English postings of 40
Ashby boards, 5.0 KB each: it cannot be installed from a package, so it is not in this run."""


# ------------------------------------------------------------------ the whole reading beside jobseek's


def tenfold(bodies: Sequence[tuple[str, bytes]]) -> str:
    """Return our speed for all fields on Ashby texts beside the published one of jobseek for two of them."""
    rows = [
        {"id": job["id"], "title": job["title"], "description": job.get("descriptionPlain") or ""}
        for _, body in bodies
        for job in json.loads(body)["jobs"]
    ][::4]
    lines = [json.dumps(row) for row in rows]
    rate = len(lines) / min(tagging.seconds(lambda: tagging.understand_all(lines)) for _ in range(3))
    pms = sum(is_pm_title(row["title"]) for row in rows)
    size = sum(len(row["description"].encode()) for row in rows) / len(rows)
    slow, fast = (1 / (1 / JOBSEEK["pay"][side] + 1 / JOBSEEK["years"][side]) for side in (0, 1))
    return (
        f"All fields of {len(rows)} of these postings ({pms} of product managers, {size / 1000:.1f} KB "
        f"each): {rate:,.0f} postings/s. jobseek's pay and years together, measured earlier, not now: "
        f"{slow:.0f} to {fast:.0f} postings/s of the same kind. By these figures ours reads all fields "
        f"{rate / fast:.0f} to {rate / slow:.0f} times as fast as jobseek reads two."
    )


def report(data: Path, environments: Environments) -> Mapping[str, str]:
    """Return heading → table."""
    bodies = list(boards(data))
    return {
        "Pay in texts": pay_table(priced(bodies), environments),
        "Chinese salary fields": chinese_pay_table(data, environments),
        "Years": years_table(data),
        "Grouping": grouping_table(data, bodies, environments),
        "Parsing": parsing_table(bodies, environments),
        "Speed beside jobseek": tenfold(bodies),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Measure other programs and ours on the same postings.")
    parser.add_argument("data", type=Path, help="the folder of real postings")
    parser.add_argument("--environments", type=Path, help="keep the peers' environments in this folder")
    options = parser.parse_args(arguments)
    with ExitStack() as stack:
        folder = options.environments or Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="pmtrend-peers-"))
        )
        environments = Environments(folder.resolve())
        environments.install()
        tables = report(options.data, environments)
    print(tagging.machine())
    for heading, table in tables.items():
        print(f"\n### {heading}\n\n{table}")
    for peer, reason in environments.missing.items():
        print(f"\n{PEERS[peer][0]} is not in this run: {reason}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
