"""The options of the benchmarks that read the folder of real postings."""

import argparse
from collections.abc import Sequence
from pathlib import Path


def data_options(
    about: str | None, arguments: Sequence[str] | None = None, *, listing: str = ""
) -> argparse.Namespace:
    """Return `data`, a folder that is there, and, if `listing` says what it lists, `all`.

    `about` is the docstring of the benchmark. Ends the program with 2 and a sentence if there is no
    such folder.
    """
    parser = argparse.ArgumentParser(description=(about or "").split(": `", maxsplit=1)[0] + ".")
    parser.add_argument("data", type=Path, metavar="DATA", help="the folder of real postings")
    if listing:
        parser.add_argument("--all", action="store_true", help=listing)
    options = parser.parse_args(arguments)
    if not options.data.is_dir():
        parser.error(f"{options.data} is no folder")
    return options
