"""Cells: dates, facts that share a cell, lists, column names."""

import tomllib
from datetime import UTC, datetime
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.importing.columns import fold_name
from scraper.importing.dates import parse_instant, parse_posted
from scraper.importing.facts import split_facts, split_title
from scraper.importing.postings import raw_posting
from scraper.importing.texts import compose
from scraper.importing.values import Plain, as_number, plain

SEEN = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "instant"),
    [
        ("2026-06-28T12:26:16+08:00", "2026-06-28T04:26:16"),
        ("2026-04-19T13:28:23.985Z", "2026-04-19T13:28:23"),
        ("2025-10-20T21:21:50.204+0000", "2025-10-20T21:21:50"),
        ("2021-01-07 05:38:41.000000", "2021-01-07T05:38:41"),
        ("2026-04-27 13:06", "2026-04-27T13:06:00"),
        ("2019/7/10 15:37", "2019-07-10T15:37:00"),
        ("2026年06月26日", "2026-06-26T00:00:00"),
        ("2026年6月", "2026-06-01T00:00:00"),
        ("2026.6.5", "2026-06-05T00:00:00"),
        ("2026-04", "2026-04-01T00:00:00"),
        ("20260426", "2026-04-26T00:00:00"),
        (20260426, "2026-04-26T00:00:00"),
        (1767225600, "2026-01-01T00:00:00"),
        (1767225600123.0, "2026-01-01T00:00:00"),
        ("1767225600123", "2026-01-01T00:00:00"),
        (46176, "2026-06-03T00:00:00"),  # a spreadsheet's, by its own DATE(2026; 6; 3)
        ("46176", "2026-06-03T00:00:00"),
        (46176.3125, "2026-06-03T07:30:00"),
        ("46176.3125", "2026-06-03T07:30:00"),
        (36526, "2000-01-01T00:00:00"),
        (73050, "2099-12-31T00:00:00"),
        ("Jun 3, 2026", "2026-06-03T00:00:00"),
        ("3 June 2026", "2026-06-03T00:00:00"),
        (datetime(2026, 6, 3, 8), "2026-06-03T08:00:00"),  # noqa: DTZ001
    ],
)
def test_instants(value: Plain, instant: str) -> None:
    assert parse_instant(value) == datetime.fromisoformat(instant).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    ["", "今日更新", "03/04/2026", "2026-02-30", float("inf"),
      "2026-13-01", "0000-01-01", "9999-12-31", "2026", 2026, 7, True, -5, 36525, 73051, "46176.x", 1.5,
     "2026-06-28T25:00:00", "2026-06-28T10:00:00+99:00", ["2026-06-28"], 10**30, "²³⁴⁵⁶⁷⁸",
     "9" * 5000],
)  # fmt: skip
def test_no_instants(value: Plain) -> None:
    assert parse_instant(value) is None


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("今天 11:05", "2026-03-02"),
        ("今日更新", "2026-03-02"),
        ("3小时前", "2026-03-01"),
        ("昨天", "2026-03-01"),
        ("前天 09:00", "2026-02-28"),
        ("90天前更新", "2025-12-02"),
        ("3 days ago", "2026-02-27"),
        ("Yesterday", "2026-03-01"),
        ("2月10日", "2026-02-10"),
        ("发布于07月10日", "2025-07-10"),
        ("2-29", "2024-02-29"),
        ("12-30", "2025-12-30"),
        ("2026-01-05", "2026-01-05"),
        ("soon", None),
        ("13月40日", None),
        (["昨天"], None),
    ],
)
def test_posting_dates(value: Plain, day: str | None) -> None:
    posted = parse_posted(value, SEEN)
    assert (posted.date().isoformat() if posted else None) == day


@given(st.one_of(st.text(), st.integers(), st.floats()))
def test_dates_survive_anything(value: Plain) -> None:
    for instant in (parse_instant(value), parse_posted(value, SEEN)):
        assert instant is None or (instant.tzinfo is UTC and instant.microsecond == 0)


@pytest.mark.parametrize(
    ("parts", "facts"),
    [
        (["1-3年本科"], {"experience": "1-3年", "education": "本科"}),
        (["4天/周6个月本科"], {"experience": "4天/周6个月", "education": "本科"}),
        (["经验不限学历不限"], {"experience": "经验不限", "education": "学历不限"}),
        (["在校/应届硕士"], {"experience": "在校/应届", "education": "硕士"}),
        (["10年以上大专"], {"experience": "10年以上", "education": "大专"}),
        (["3-5年", "本科", "Python"], {"experience": "3-5年", "education": "本科"}),
        (["20k-40k /北京 /经验3-5年 /本科及以上 /全职"],
         {"salary": "20k-40k", "experience": "3-5年", "education": "本科及以上"}),
        (["【上海-浦东新区】\n急聘\n薪资面议\n5年以上\nMBA/EMBA"],
         {"location": "上海-浦东新区", "salary": "薪资面议", "experience": "5年以上",
          "education": "MBA/EMBA"}),
        (["bug", "good first issue", "2027届", "50-99人", "A轮"], {}),
        (["熟悉本科教学"], {}),
        ([], {}),
    ],
)  # fmt: skip
def test_facts_that_share_a_cell(parts: list[str], facts: dict[str, str]) -> None:
    assert split_facts(parts) == facts


def test_titles_of_several_lines() -> None:
    assert split_title("Senior\nProduct  Manager") == ("Senior Product Manager", {})
    assert split_title("【UC】产品经理") == ("【UC】产品经理", {})
    assert split_title("\n \n") == ("", {})
    assert split_title("产品经理\n急聘\n3-5年") == ("产品经理", {"experience": "3-5年"})


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("  a\r\nb ", "a\nb"),
        ("NaN", None), ("null", None), ("—", None), ("", None), (float("nan"), None), (float("inf"), None),
        ([], None), ({}, None), ([None, ""], None),
        ("['SQL', '数据分析']", ["SQL", "数据分析"]),
        ('["a", {"name": "b"}]', ["a", "b"]),
        ("['a\\nb',", "a\nb"), ("'a',", "a"), ("'a']", "a"),
        ("[急聘] 产品经理", "[急聘] 产品经理"), ("[", "["),
        ("[" * 5000 + "]" * 5000, "[" * 5000 + "]" * 5000),
        ({"code": "1", "name": "本科"}, "本科"), ({"items": [], "display": "南京"}, "南京"),
        ({"name": {}}, None),
        ([{"name": "Oslo"}, "Bergen", 3, None, True], ["Oslo", "Bergen", "3"]),
        (False, False), (0, 0), (3.5, 3.5),
    ],
)  # fmt: skip
def test_cells(cell: object, value: object) -> None:
    assert plain(cell) == value


def test_numbers() -> None:
    texts = ["15,000", "15000.5", 7, "-3", 0, "", "abc", True, None, "1e99", "nan", "inf", ["5"]]
    assert [as_number(text) for text in texts] == [15000, 15000.5, 7] + [None] * 10


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("150.000", 150000), ("62.500,00", 62500), ("1.200.000", 1200000), ("1.234.567", 1234567),
        ("62500,00", 62500), ("2,5", 2.5), ("15，000", 15000), ("62,500.50", 62500.5), ("12,00,000", 1200000),
        ("62 500", 62500), ("62'500", 62500), ("62\u202f500,5", 62500.5), ("45.673", 45.673), ("45.5", 45.5),
        ("62500.0", 62500), ("0.5", 0.5), ("0.500", 0.5), ("3 5", None), ("12 34567", None), ("1.2.3", None),
    ],
)  # fmt: skip
def test_points_commas_and_blanks_in_numbers_mean_what_they_mean_where_they_are_written(
    text: str, number: float | None
) -> None:
    assert as_number(text) == number


@pytest.mark.parametrize(
    ("fields", "pay"),
    [
        ({"monthly_min": 20000, "monthly_max": 35000}, ("20000-35000元/月", 20000, 35000, "CNY", "month")),
        ({"monthly_min": 15, "monthly_max": 30}, ("15-30", None)),  # thousands, or days: not known
        ({"monthly_max": 30000}, ("30000元/月", None, 30000, "CNY", "month")),
        ({"salary_min": 150000, "salary_max": 190000, "currency": "USD"},
         ("150000-190000 USD/year", 150000, 190000, "USD", "year")),
        ({"salary_min": 150000, "currency": "CNY"}, ("150000 CNY", None)),  # a month or a year: not known
        ({"salary_min": 30, "currency": "$", "salary_period": "hourly"},
         ("30 USD/hour", 30, None, "USD", "hour")),
        ({"salary_min": "a", "salary_max": -1}, ("", None)),
        ({"salary": "25-40K", "salary_months": "14薪"}, ("25-40K·14薪", None)),
        ({"salary": "25-40K·15薪", "salary_months": 14}, ("25-40K·15薪", None)),
        ({"salary_months": 14}, ("", None)),
        ({"salary": 30000, "title": "产品经理"}, ("30000元", None)),
        ({"salary": "30,000", "salary_months": 14, "title": "产品经理"}, ("30000元·14薪", None)),
        ({"salary": 200, "title": "产品经理"}, ("200", None)),  # a day, or thousands: not known
        ({"salary": 30000}, ("30000", None)),
    ],
)  # fmt: skip
def test_pay(fields: dict[str, Plain], pay: tuple[object, ...]) -> None:
    posting = raw_posting({"title": "PM", **fields}, SEEN)
    assert posting is not None and posting.salary_raw == pay[0]
    stated = posting.pay and (posting.pay.min, posting.pay.max, posting.pay.currency, posting.pay.period)
    assert stated == (pay[1:] if len(pay) > 2 else None)


@pytest.mark.parametrize(
    ("value", "workplace"),
    [("Remote", "remote"), ("hybrid (2 days)", "hybrid"), ("on-site", "onsite"), ("In Office", "onsite"),
     (True, "remote"), (False, None), ("no", None), ("not remote", None),
     ("远程办公", "remote"), ("是", "remote"),
     ("混合办公", "hybrid"), ("full-time", None)],
)  # fmt: skip
def test_workplaces(value: Plain, workplace: str | None) -> None:
    posting = raw_posting({"title": "PM", "workplace": value}, SEEN)
    assert posting is not None and posting.workplace == workplace


@pytest.mark.parametrize(
    ("title", "value", "text"),
    [("PM", 5, "5+ years"), ("PM", 0, "0+ years"), ("PM", "2.5", "2.5+ years"), ("产品经理", 3, "3年以上"),
     ("PM", "3-5 years", "3-5 years"), ("PM", 2019, "2019"), ("PM", ["a", "b"], "a\nb")],
)  # fmt: skip
def test_bare_years(title: str, value: Plain, text: str) -> None:
    posting = raw_posting({"title": title, "experience": value}, SEEN)
    assert posting is not None and posting.experience_raw == text


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"requirements": "岗位职责：1、规划。任职要求：1、三年。"},
         "岗位职责：1、规划。任职要求：1、三年。"),
        ({"requirements": "三年以上产品经验"}, "任职要求\n三年以上产品经验"),
        ({"responsibilities": "Own search.", "requirements": "5+ years"},
         "Responsibilities\nOwn search.\n\nRequirements\n5+ years"),
        ({"description": "Intro.\nRequirements:\n5+ years", "requirements": "5+ years"},
         "Intro.\nRequirements:\n5+ years"),
        ({"description": "负责产品", "preferred": ["懂 RAG"]}, "负责产品\n\n加分项\n- 懂 RAG"),
        ({"requirements": "What you bring\n5+ years"}, "What you bring\n5+ years"),
    ],
)  # fmt: skip
def test_one_text_of_several_columns(fields: dict[str, Plain], text: str) -> None:
    posting = raw_posting({"title": "PM", **fields}, SEEN)
    assert posting is not None and (posting.description, posting.format) == (text, "text")


def test_no_header_name_means_two_fields() -> None:
    data = tomllib.loads((files("scraper.importing") / "columns.toml").read_text(encoding="utf-8"))
    names = [fold_name(name) for synonyms in data["fields"].values() for name in synonyms]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    "name",
    [
        "招聘人",
        "招聘者职位",
        "发布人",
        "HR",
        "hrName",
        "bossName",
        "bossTitle",
        "recruiter",
        "contact",
        "电话",
        "微信",
    ],
)
def test_recruiters_have_no_column(name: str) -> None:
    data = tomllib.loads((files("scraper.importing") / "columns.toml").read_text(encoding="utf-8"))
    assert fold_name(name) not in {fold_name(known) for names in data["fields"].values() for known in names}


def test_header_names_are_compared_folded() -> None:
    assert {fold_name(name) for name in ("Job_Title", " job title", "JOB-TITLE (en)", "\ufeffＪobTitle")} == {
        "jobtitle"
    }
    assert fold_name("薪资（元/月）") == "薪资"


@pytest.mark.parametrize(
    ("fields", "text", "cut"),
    [
        ({"summary": "Own the roadmap."}, "Own the roadmap.", True),
        ({"summary": "Own it.", "requirements": ["3+ years"]}, "Own it.\n\nRequirements\n- 3+ years", False),
        (
            {"summary": "负责大模型产品", "responsibilities": "规划"},
            "负责大模型产品\n\n岗位职责\n规划",
            False,
        ),
        ({"summary": "岗位职责：规划\n任职要求：3年"}, "岗位职责：规划\n任职要求：3年", False),
        ({"summary": "Own it.", "description": "Own the roadmap."}, "Own the roadmap.", False),
    ],
)
def test_a_summary_alone_is_the_beginning_of_a_text(fields: dict[str, Plain], text: str, cut: bool) -> None:
    assert compose(fields, "Product Manager")[::2] == (text, cut)
