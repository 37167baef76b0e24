"""How much is tried: samples in every run of the tests, all of it in `./run torture`."""

import os
from collections.abc import Callable

import pytest


@pytest.fixture
def rounds() -> Callable[[int, int], int]:
    """Choose between the size of a sample and that of the whole."""
    whole = os.environ.get("PMTREND_TORTURE") == "all"
    return lambda sample, full: full if whole else sample


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Callable[[str, object], None]:
    """Note a figure that was measured: it is printed where output is shown (`./run torture` does)."""

    def told(name: str, value: object) -> None:
        record_property(name, value)
        print(f"\n  {name}: {value}", end="")

    return told
