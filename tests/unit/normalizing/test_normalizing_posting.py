"""The record of a posting: what its board stated is the same after the store's JSON."""

import json
from datetime import UTC, datetime

import pytest

from scraper.model import RawPosting
from scraper.normalizing.posting import normalise, stated_pay
from storage.records import Pay, Quote

PAYS = (
    Pay(150000.0, 190000.0, "USD", "year", None, Quote("150000-190000 USD/year")),
    Pay(20000.0, None, "CNY", "month", 14.0, Quote("20000元/月", 3, 11, "title")),
    Pay(1.0, 2.0, "EUR", "hour"),
)


@pytest.mark.parametrize("pay", PAYS)
def test_stated_pay_survives_the_store(pay: Pay) -> None:
    raw = RawPosting(
        native_id="1",
        title="Product Manager",
        url="https://jobs.example/1",
        description="Own pricing.",
        pay=pay,
        posted_at=datetime(2026, 11, 2, tzinfo=UTC),
    )
    structured = normalise(raw, company="Example", market=None).structured
    assert stated_pay(structured) == pay, "as it goes on to be tagged"
    assert stated_pay(json.loads(json.dumps(structured))) == pay, "as it is tagged again later"
