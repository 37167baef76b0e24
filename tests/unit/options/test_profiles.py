"""What a person says of himself: names in either language, files, one sentence for what makes no sense."""

import math
from pathlib import Path
from typing import Any

import pytest

from scraper.errors import ConfigError
from scraper.options.profiles import KEYS, name_part, read_profile, read_profiles
from storage.profile import Profile

SAID = {"pm_years": 5.0, "ai_years": 0.0}


def profile(**said: Any) -> Profile:
    return read_profile(None, {**SAID, **said}, lambda: ["Winston-Salem", "上海"])


def refused(**said: Any) -> str:
    with pytest.raises(ConfigError) as error:
        profile(**said)
    return str(error.value)


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("sql", "sql"), ("SQL", "sql"), ("数据分析", "data_analysis"), ("Data Analysis", "data_analysis"),
        ("data-analysis", "data_analysis"), ("llm", "llm"), ("大模型", "llm"),
        ("Large language models", "llm"), ("大语言模型", "llm"),  # as postings write it
        ("机器学习", "machine_learning"), ("A/B testing", "ab_testing"), ("智能体", "agents"),
    ],
)  # fmt: skip
def test_a_skill_may_be_named_by_id_name_or_alias(name: str, id: str) -> None:
    assert profile(skills=(name,)).skills == {id}


def test_a_finer_skill_counts_as_the_one_it_rolls_up_into() -> None:
    """Postings that ask for LangChain carry the contract tag, so that is what a person must have."""
    (id,) = profile(skills=("langchain",)).skills
    assert id in {"llm", "agents", "rag"}


@pytest.mark.parametrize(
    ("names", "cities"),
    [
        (("上海",), {"上海"}),
        (("Shanghai",), {"上海"}),
        (("SHANGHAI", "北京市"), {"上海", "北京"}),
        (("san francisco",), {"San Francisco"}),
        (("上海，深圳",), {"上海", "深圳"}),
        (("北上广深",), {"北京", "上海", "广州", "深圳"}),
        (("winston-salem",), {"Winston-Salem"}),  # only the stored openings know it
        (("远程",), set()),
        (("remote", "上海"), {"上海"}),
        (("不限",), None),
        ((), None),
    ],
)
def test_cities(names: tuple[str, ...], cities: set[str] | None) -> None:
    assert profile(cities=names).cities == cities


@pytest.mark.parametrize(
    ("degree", "level"),
    [
        ("bachelor", "bachelor"), ("本科", "bachelor"), ("Bachelor's", "bachelor"),
        ("本科及以上", "bachelor"),
        ("大专", "associate"), ("硕士学历", "master"), ("MBA", "master"), ("PhD", "doctorate"),
        ("学历不限", "none"), ("none", "none"), ("high school", "high_school"), ("", None),
    ],
)  # fmt: skip
def test_degrees(degree: str, level: str | None) -> None:
    assert profile(degree=degree).degree == level


def test_industries_and_languages() -> None:
    found = profile(industries=("金融", "E-commerce", "fintech"), languages=("英语", "Mandarin", "CET-6"))
    assert found.industries == {"finance", "e-commerce"}
    assert found.languages == {"english", "mandarin"}
    assert profile().industries is None and profile().languages is None


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"skills": ("sqll",)}, "there is no tag 'sqll'; did you mean sql?"),
        ({"skills": ("大模形",)}, "llm"),
        ({"cities": ("remote",), "remote": False}, "nothing is left: the only city is `remote`"),
        ({"cities": ("Shanghia",)}, "there is no city 'Shanghia' among the postings; did you mean 上海"),
        ({"cities": ("浙江",)}, "'浙江' is no city but a larger place"),
        ({"industries": ("bankng",)}, "finance"),
        ({"industries": ("internet",)}, "there is no industry 'internet'; there are finance, e-commerce"),
        ({"languages": ("klingon",)}, "there is no language 'klingon'; there are english"),
        ({"degree": "expert"}, "there is no degree 'expert'; there are none, high_school"),
        ({"market": "mars"}, "there is no market 'mars'; there are cn, intl"),
        ({"currency": "yuan"}, "'yuan'"),
        ({"pm_years": -1.0}, "pm-years is -1; it must be a number from 0 to 60"),
        ({"pm_years": 61.0}, "pm-years is 61"),
        ({"ai_years": math.nan}, "ai-years is nan"),
        ({"ai_years": math.inf}, "ai-years is inf"),
        ({"salary_min": -5.0}, "salary-min is -5; it must be a number from 0 on"),
    ],
)
def test_what_makes_no_sense_gets_one_sentence(said: dict[str, Any], sentence: str) -> None:
    told = refused(**said)
    assert sentence in told
    assert "\n" not in told


def test_years_must_be_said() -> None:
    for key, option in (("pm_years", "--pm-years"), ("ai_years", "--ai-years")):
        assert option in refused(**{key: None})


# ------------------------------------------------------------------ files


def written(folder: Path, text: str) -> Path:
    file = folder / "me.toml"
    file.write_text(text, encoding="utf-8")
    return file


WHOLE = """
name = "somebody"
degree = "硕士"
market = "cn"
currency = "usd"
pm_years = 5
ai_years = 0.5
salary_min = 300000
skills = ["sql"]
cities = ["上海"]
industries = ["finance"]
languages = []
remote = false
"""


def test_a_file_says_the_same_as_options_which_go_before_it(tmp_path: Path) -> None:
    file = written(tmp_path, WHOLE)
    assert read_profile(file, {"pm_years": None, "skills": ()}, list) == Profile(
        "somebody", 5.0, 0.5, frozenset({"sql"}), "master", frozenset({"上海"}), False,
        frozenset({"finance"}), frozenset(), "cn", 300_000.0, "USD",
    )  # fmt: skip
    over = read_profile(file, {"pm_years": 3.0, "remote": True, "skills": ("llm",)}, list)
    assert (over.pm_years, over.remote, over.skills, over.degree) == (3.0, True, {"llm"}, "master")


def test_a_file_without_a_name_is_called_by_its_own(tmp_path: Path) -> None:
    assert read_profile(written(tmp_path, "pm_years = 1\nai_years = 0"), {}, list).name == "me"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("pm_year = 5", "there is no entry 'pm_year'; did you mean pm_years"),
        ("colour = 'red'", f"there is no entry 'colour'; there are {', '.join(KEYS)}"),
        ("pm_years = '5'", "pm_years must be a number"),
        ("pm_years = true", "pm_years must be a number"),
        ("skills = [1]", "skills must be a list of texts"),
        ("degree = 3", "degree must be a text in quotes"),
        ("remote = 'yes'", "remote must be true or false"),
        ("pm_years = ", "cannot be read"),
        ("pm_years = 5\nai_years = 0\nskills = ['sqll']", "did you mean sql"),
    ],
)
def test_a_wrong_file_gets_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(ConfigError, match=r"^.*$") as error:
        read_profile(written(tmp_path, text), {}, list)
    assert sentence in str(error.value)


def test_a_file_that_is_not_there_and_names_that_are_there_twice(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"missing\.toml cannot be read"):
        read_profile(tmp_path / "missing.toml", {}, list)
    with pytest.raises(ConfigError, match="cannot be read"):
        read_profile(tmp_path, {}, list)
    file = written(tmp_path, "pm_years = 1\nai_years = 0")
    with pytest.raises(ConfigError, match="named 'me' already"):
        read_profiles([file, file], list)


# ------------------------------------------------------------------ parts of the market


PLACES, EMPLOYERS = {"上海", "Berlin", "Kleinkleckersdorf"}, {"Acme Kitchens Inc.", "字节跳动"}


def part(**said: str | None) -> dict[str, str]:
    return name_part(said, lambda: PLACES, lambda: EMPLOYERS)


def test_a_part_is_named_as_the_postings_name_it() -> None:
    assert part(market=None, city=None, industry=None, company=None) == {}
    assert part(market="cn", industry="finance", city=None) == {"market": "cn", "industry": "finance"}
    assert part(city="Shanghai") == part(city="上海市") == {"city": "上海"}
    assert part(city="kleinkleckersdorf") == {"city": "Kleinkleckersdorf"}
    assert part(company="acme kitchens") == {"company": "Acme Kitchens Inc."}


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"city": "Germany"}, "no city but a larger place"),
        ({"city": "北京/上海"}, "are several cities; name one"),
        ({"city": "Berlim"}, "there is no city 'Berlim' among the postings; did you mean .*Berlin"),
        ({"company": "Acme Kitchen Ltd"}, r"is on file; did you mean Acme Kitchens Inc\.\?"),
    ],
)
def test_a_part_that_is_not_there_gets_one_sentence(said: dict[str, str], sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence):
        part(**said)


def test_employers_are_asked_for_only_where_one_is_named() -> None:
    def never() -> set[str]:
        raise AssertionError("every name of a large store is read")

    assert name_part({"market": "cn"}, never, never) == {"market": "cn"}
