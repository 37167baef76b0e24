"""What verbs have in common to say: results to stdout, what a person should know beside them to stderr."""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from scraper.printing import echo

if TYPE_CHECKING:
    from scraper.runs.summary import RunSummary
    from storage.store import Store


def warn(text: object) -> None:
    """Say a sentence on stderr, with the name of the program before it."""
    echo(f"pmtrend: {text}", err=True)


def echo_lines(lines: Iterable[object]) -> None:
    """Print each of these as a line."""
    for line in lines:
        echo(line)


def echo_json(value: Any) -> None:
    """Print a value as one line of JSON, UTF-8 as it is."""
    echo(json.dumps(value, ensure_ascii=False))


def echo_either(as_json: bool, value: Any, lines: Iterable[str]) -> None:
    """Print a result for machines (`as_json`), else its lines for a person."""
    if as_json:
        echo_json(value)
    else:
        echo_lines(lines)


def tell_summary(summary: "RunSummary") -> None:
    """Say what a run did, and why it stopped early if it did."""
    echo_lines(summary.lines())
    if summary.stopped:
        warn(summary.stopped)


def tell_if_empty(store: "Store") -> None:
    """Say that there is nothing in the store, if so."""
    if store.is_empty():
        from storage.engines.opening import without_password

        name = without_password(store.engine.url)
        warn(f"the store {name} is empty; `pmtrend collect` or `import` fills it")
