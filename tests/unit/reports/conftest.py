"""What several tests of reports ask for."""

from collections.abc import Iterator

import pytest


@pytest.fixture
def blank_charts() -> Iterator[None]:
    """Reports have the charts they would have, blank (tests/helpers/report_market.py)."""
    from report_market import undrawn

    with undrawn():
        yield
