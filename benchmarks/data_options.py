"""The options of the benchmarks that read the folder of real postings."""

import argparse
from collections.abc import Sequence
from pathlib import Path


def data_options(
    about: str | None, arguments: Sequence[str] | None = None, *, listing: str = "", rounds: int = 0
) -> argparse.Namespace:
    """Return `data`, a folder that is there; `all`, if `listing` says what it lists; `rounds`, if any.

    `about` is the docstring of the benchmark. Ends the program with 2 and a sentence if there is no
    such folder.
    """
    parser = argparse.ArgumentParser(description=(about or "").partition("`")[0].rstrip(": "))
    parser.add_argument("data", type=Path, metavar="DATA", help="the folder of real postings")
    if listing:
        parser.add_argument("--all", action="store_true", help=listing)
    if rounds:
        parser.add_argument("--rounds", type=int, default=rounds, help=f"how many ({rounds})")
    options = parser.parse_args(arguments)
    if not options.data.is_dir():
        parser.error(f"{options.data} is no folder")
    return options
