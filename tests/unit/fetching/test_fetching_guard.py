"""How long a request may wait; which addresses may be dialled is in test_fetching_outcome.py."""

import math

import httpcore
import pytest

from scraper.fetching.guard import Deadline


def test_no_wait_is_longer_than_what_a_request_has_left() -> None:
    now = [0.0]
    deadline = Deadline(lambda: now[0])
    assert (deadline.within(None), deadline.within(9), deadline.passed) == (None, 9, False)
    deadline.start(10)
    now[0] = 4
    assert (deadline.within(None), deadline.within(9), deadline.within(2)) == (6, 6, 2)
    deadline.extend(3)
    now[0] = 12
    assert (deadline.within(math.inf), deadline.passed) == (1, False)
    now[0] = 13
    assert deadline.passed
    with pytest.raises(httpcore.ReadTimeout):
        deadline.within(None)
