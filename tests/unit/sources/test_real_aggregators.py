"""Real recordings of the families that list many employers."""

import pytest
from places import SHARED_DATA
from source_cases import parsed

from scraper.model import Page
from scraper.sources import FAMILIES


def _real(name: str) -> Page:
    path = SHARED_DATA / "recordings" / f"agg_{name}" / f"lcarlini_{name}.json"
    if not path.exists():
        pytest.skip("the shared recordings are not here")
    page = parsed(FAMILIES[name], path.read_bytes())
    assert not page.rejects and page.next is None
    assert all(
        posting.company and posting.posted_at and posting.description and posting.locations and posting.url
        for posting in page.postings
    )
    return page


def test_the_real_remote_ok_postings_parse() -> None:
    page = _real("remoteok")
    assert len(page.postings) == 4
    for posting in page.postings:
        assert "Please mention" not in posting.description and "â" not in posting.description
        assert not posting.locations[0].endswith(",")
        assert posting.pay is None and posting.apply_url == "" and posting.workplace == "remote"


def test_the_real_arbeitnow_postings_parse() -> None:
    page = _real("arbeitnow")
    assert len(page.postings) == 5
    for posting in page.postings:
        assert "on Arbeitnow" not in posting.description
        assert posting.description.startswith("<p>")
        assert "&lt;p" not in posting.description and "&amp;nbsp;" not in posting.description


def test_the_real_jobicy_postings_parse() -> None:
    page = _real("jobicy")
    assert len(page.postings) == 5
    for posting in page.postings:
        assert posting.pay is not None and posting.pay.min is not None
        assert (posting.pay.currency, posting.pay.period) == ("USD", "year")
        assert "&amp;" not in posting.title and posting.locations == ("USA",)
