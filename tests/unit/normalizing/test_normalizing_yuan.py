"""Whose money 元 is."""

import pytest

from scraper.normalizing.yuan import yuan_currency
from scraper.understanding.answering import to_json
from scraper.understanding.posting import understand


@pytest.mark.parametrize(
    ("title", "text", "locations", "currency"),
    [
        ("产品经理", "月薪 20,000-30,000 元，负责茶具产品", (), "CNY"),
        ("产品经理", "客户在台湾，月薪 2 万元，负责茶具产品", (), "CNY"),
        ("產品經理", "月薪 80,000-120,000 元", (), "TWD"),
        ("產品經理", "負責茶具，月薪八萬元", ("台北市",), "TWD"),
        ("產品經理", "負責茶具，辦公室在香港", (), "HKD"),
        ("產品經理", "負責茶具，台北或香港", (), "TWD"),
        ("產品經理", "負責茶具", ("Hong Kong",), "HKD"),
        ("產品經理", "負責茶具", ("厦门",), "CNY"),
        ("Product Manager", "月薪 20K", (), "CNY"),
    ],
)
def test_script_and_place_tell(title: str, text: str, locations: tuple[str, ...], currency: str) -> None:
    assert yuan_currency(title, text, locations) == currency


def test_pay_of_taiwan_is_in_its_dollars() -> None:
    answer = to_json("1", understand("產品經理", "工作地點：台北市\n月薪 80,000-120,000 元"))
    salary = answer["salary"]
    assert (salary["min"], salary["max"], salary["currency"]) == (80_000, 120_000, "TWD")
    assert salary["period"] == "month"
