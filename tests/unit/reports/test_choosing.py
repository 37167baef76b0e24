"""`pmtrend choose` as it is called, and what its page says."""

import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from docs_pages import call, chapter, first_column, rows
from facts_builder import Market, assert_shape, monday
from places import ROOT
from report_market import market, numbers

from reports.building.choosing import choice_json, choose
from reports.document.choice import ChoiceReport
from reports.sections.choosing import choosing
from reports.wording.words import LANGS, Lang, Words
from scraper.options.profiles import KEYS
from storage.profile import Profile
from storage.records import Pay

pytestmark = pytest.mark.usefixtures("blank_charts")

ME = Profile("me", 3, 0, frozenset({"llm"}), "bachelor", salary_min=200_000)
EVIL = "=cmd()|<script>\x1b[31m \u202eevil"


def page(report: ChoiceReport, lang: Lang = "en") -> str:
    return "\n".join(choosing(report, Words(lang)))


def a_market(**says: Any) -> Market:
    built = Market()
    for i in range(12):
        ids = [built.post(f"ai{i}", "ai_pm", years=1.0 + i % 3, tags=["machine_learning"], **says)]
        ids.append(
            built.post(f"aigc{i}", "aigc_pm", years=1.0, tags=["llm"] if i % 2 else ["llm", "sql"], **says)
        )
        built.look(f"E{i}", 0, ids)
    return built


# ------------------------------------------------------------------ the page


@pytest.fixture(scope="module")
def report() -> ChoiceReport:
    pay = Pay(10_000, 20_000, "CNY", "month", 12)
    return choose(a_market(salary=pay, places=["上海"]).facts(), monday(0), ME)


def test_the_value_has_its_shape_and_is_json(report: ChoiceReport) -> None:
    assert_shape(report, ChoiceReport)
    assert json.loads(choice_json(report)) == report


def test_both_languages_say_the_same_numbers(report: ChoiceReport) -> None:
    english, chinese = (Counter(numbers(page(report, lang))) for lang in LANGS)
    assert english == chinese


@pytest.mark.parametrize(
    ("lang", "lines"),
    [
        ("en", [
            "You: 3 y as a PM, 0 with AI; bachelor's degree; knows Large language models; "
            "CNY 200,000 a year.",
            "openings / employers       12 / 12              12 / 12",
            "you qualify for            (0 % [0, 29])        (50 % [22, 78])",
            "what stops you             skills 100 %         skills 50 %",
            "pay at least CNY 200,000   –                    6/6",
            "Not enough data to tell which door is easier: fewer than 50 openings of a class.",
            "   One step opens: Machine learning: 12 more",
            "   Openings that nothing speaks against: none.",
            "   Openings that nothing speaks against, 5 of 6:",
        ]),
        ("zh", [
            "符合条件的岗位              (0% [0, 29])           (50% [22, 78])",
            "数据不足以区分哪扇门更容易进：有一类岗位不到 50 个。",
            "   补一样，能多投：机器学习，多 12 个",
        ]),
    ],
)  # fmt: skip
def test_the_page_says(report: ChoiceReport, lang: Lang, lines: list[str]) -> None:
    """Wilson with t(11) = 2.201: 0 of 12 has 4.84/16.84 = 29 % as its upper end; 6 of 12 has n_eff = 11."""
    said = [re.sub(r"\s+", " ", line).strip() for line in page(report, lang).splitlines()]
    for line in lines:
        squeezed = re.sub(r"\s+", " ", line).strip()
        assert squeezed in said, "\n".join(said)
    assert not any(one.startswith("median pay") for one in said), "six pays make no median"


def test_columns_line_up_in_a_terminal(report: ChoiceReport) -> None:
    table = page(report, "en").split("\n\n")[1].splitlines()
    start = table[0].index("AIGC PM")
    assert all(
        line[start - 1] == " " and line[start : start + 1].strip() for line in table if len(line) > start
    )


def test_a_pair_says_what_it_opens_in_all_only_where_that_is_more() -> None:
    """sql + machine_learning open b; with a, which sql opens alone, they open 2."""
    built = Market()
    built.post("b", "ai_pm", tags=["sql", "machine_learning"])
    built.look("X", 0, ["b"])
    alone = page(choose(built.facts(), monday(0), ME))
    assert "Two steps together open: Machine learning + SQL: 1 more\n" in alone
    assert "in all" not in alone
    built.post("a", "ai_pm", tags=["sql"])
    built.look("Y", 0, ["a"])
    more = page(choose(built.facts(), monday(0), ME))
    assert "Machine learning + SQL: 1 more (2 in all)" in more
    assert "“in all” is with what each of them opens alone" in more


@pytest.mark.parametrize(("lang", "told"), [("en", "of that market"), ("zh", "这个市场")])
def test_a_market_without_openings_is_named_as_the_reason(lang: Lang, told: str) -> None:
    built = Market()
    built.post("a", "ai_pm", lang="en")
    built.look("X", 0, ["a"])
    assert told in page(choose(built.facts(), monday(0), replace(ME, market="cn")), lang)
    intl, both = (page(choose(built.facts(), monday(0), replace(ME, market=one))) for one in ("intl", None))
    assert "are those of both markets together" in intl and "both markets" not in both


def test_an_example_says_what_it_asks_for_and_what_it_leaves_open() -> None:
    built = Market()
    built.post("a", "ai_pm", languages={"english": "required"}, industries={"finance": "required"},
               education="bachelor", places=["上海"], workplace="remote")  # fmt: skip
    built.look("X", 0, ["a"])
    text = page(choose(built.facts(), monday(0), ME))
    assert "1. Product Manager · X · 上海, remote" in text
    assert "asks for: bachelor's degree, English, finance; not said: years" in text
    assert "https://jobs.example/a" in text
    assert "language (demanded in 1/1 of AI PM" in text


def test_what_strangers_wrote_does_no_harm_in_a_terminal() -> None:
    built = Market(notices=(EVIL,))
    built.post("a", "ai_pm", years=1.0, company=EVIL, places=[EVIL])
    built.look("X", 0, ["a"])
    text = page(choose(built.facts(), monday(0), ME))
    assert not re.search("[\x00-\x09\x0b-\x1f\u202e]", text)


def test_invented_data_are_told(report: ChoiceReport) -> None:
    invented = choose(market().facts(), monday(12), ME)
    for lang in LANGS:
        first = page(invented, lang).splitlines()[0]
        assert ("INVENTED DATA" if lang == "en" else "虚构") in first


def test_nothing_on_file_is_one_sentence() -> None:
    text = page(choose(Market().facts(), monday(0), ME))
    assert text.startswith("No AI PM or AIGC PM opening is on file for 2026-W33–W36")
    assert len(text.splitlines()) == 1


def test_another_week_is_named_where_the_asked_one_has_nothing() -> None:
    built = Market()
    built.post("a", "ai_pm", years=1.0)
    built.look("X", 8, ["a"])
    assert "--week 2026-W44" in page(choose(built.facts(), monday(0), ME))


def test_titles_alone_are_one_sentence() -> None:
    built = Market()
    built.post("a", "ai_pm", has_text=False)
    built.look("X", 0, ["a"])
    assert "The 1 AI PM and AIGC PM opening of 2026-W36 came without" in page(
        choose(built.facts(), monday(0), ME)
    )


def test_who_names_no_skill_is_told_what_that_means() -> None:
    text = page(choose(a_market().facts(), monday(0), Profile("me", 3, 0)))
    assert "--skill" in text
    assert "Not compared, since you did not say: degree (demanded in" in text


# ------------------------------------------------------------------ the verb


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the store of the demonstration."""
    folder = tmp_path_factory.mktemp("choose")
    assert call(folder, "replay", str(ROOT / "demo" / "market.warc.gz")).code in (0, 3)
    return folder


ASKED = ("choose", "--pm-years", "5", "--ai-years", "0", "--week", "2026-W47")


def test_an_empty_store_is_called_so(tmp_path: Path) -> None:
    done = call(tmp_path, *ASKED)
    assert done.code == 0
    assert "on file" in done.out
    assert re.fullmatch(
        r"pmtrend: the store \S+ is empty; `pmtrend collect` or `import` fills it\n", done.err
    )


def test_it_answers_from_the_store(demo: Path) -> None:
    done = call(demo, *ASKED, "--skill", "SQL", "--city", "Shanghai", "--degree", "本科", "--json")
    assert (done.code, done.err) == (0, "")
    found = json.loads(done.out)
    assert found["profile"]["cities"] == ["上海"]
    assert found["profile"]["skills"] == [{"id": "sql", "en": "SQL", "zh": "SQL"}]
    assert (found["profile"]["degree"], found["week"]) == ("bachelor", "2026-W47")
    assert found["not_compared"] == ["language", "industry"]
    for door in found["doors"]:
        assert door["n"] > 0
        assert door["strict"]["y"] <= door["lenient"]["y"] <= door["n"]
    assert (
        done.out
        == call(demo, *ASKED, "--skill", "SQL", "--city", "上海", "--degree", "bachelor", "--json").out
    )


def test_language_follows_the_terminal(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    for named, word in (("zh_CN.UTF-8", "哪扇门"), ("en_US.UTF-8", "Which door"), ("C", "Which door")):
        monkeypatch.setenv("LANG", named)
        assert word in call(demo, *ASKED).out
    assert "哪扇门" in call(demo, *ASKED, "--lang", "zh").out


def test_a_file_is_as_good_as_options(demo: Path) -> None:
    (demo / "me.toml").write_text('pm_years = 5\nai_years = 0\nskills = ["sql"]\n', encoding="utf-8")
    by_file = json.loads(call(demo, "choose", "--profile", "me.toml", "--week", "2026-W47", "--json").out)
    by_options = json.loads(call(demo, *ASKED, "--skill", "sql", "--json").out)
    assert by_file.pop("profile")["name"] == "me"
    by_options.pop("profile")
    assert by_file == by_options


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["choose"], "--pm-years"),
        (["choose", "--pm-years", "5"], "--ai-years"),
        ([*ASKED, "--skill", "sqll"], "did you mean sql?"),
        ([*ASKED, "--city", "Atlantis"], "no city 'Atlantis'"),
        ([*ASKED, "--industry", "alchemy"], "no industry 'alchemy'"),
        ([*ASKED, "--degree", "wizard"], "no degree 'wizard'"),
        (["choose", "--pm-years", "-1", "--ai-years", "0"], "pm-years is -1"),
        (["choose", "--pm-years", "nan", "--ai-years", "0"], "pm-years is nan"),
        (["choose", "--profile", "missing.toml"], "missing.toml"),
        ([*ASKED[:-1], "2026-W54"], "'2026-W54' does not exist"),
        ([*ASKED, "--as-of", "yesterday"], "is not a day"),
    ],
)
def test_nonsense_gets_one_sentence_and_exit_code_1(demo: Path, words: list[str], said: str) -> None:
    done = call(demo, *words)
    assert (done.code, done.out) == (1, "")
    assert said in done.err
    assert len(done.err.splitlines()) == 1


def test_wrong_usage_shows_the_usage(demo: Path) -> None:
    for words in (["--pm-years", "many"], ["--lang", "fr"], ["--market", "mars"]):
        done = call(demo, "choose", *words)
        assert done.code == 1
        assert "Usage: pmtrend choose" in done.err


def test_an_empty_database_is_no_error(tmp_path: Path) -> None:
    done = call(tmp_path, "choose", "--pm-years", "5", "--ai-years", "0", "--lang", "en")
    assert done.code == 0
    assert done.out.startswith("No AI PM or AIGC PM opening is on file")
    found = json.loads(call(tmp_path, "choose", "--pm-years", "5", "--ai-years", "0", "--json").out)
    assert found["verdict"] == "not_enough_data"
    assert [door["n"] for door in found["doors"]] == [0, 0, 0]


def test_profiles_of_the_configuration_have_cards_in_the_report(demo: Path) -> None:
    (demo / "me.toml").write_text('name = "阿明"\npm_years = 5\nai_years = 0\n', encoding="utf-8")
    (demo / "pmtrend.toml").write_text('[report]\nprofiles = ["me.toml"]\n', encoding="utf-8")
    try:
        assert call(demo, "report", "--week", "2026-W47", "--lang", "zh").code == 0
        folder = demo / "pmtrend-reports" / "2026-W47"
        cards = json.loads((folder / "report.json").read_text(encoding="utf-8"))["choice"]["cards"]
        assert [card["profile"]["name"] for card in cards][:2] == ["阿明", "newcomer"]
        assert "| 阿明 " in (folder / "report.zh.md").read_text(encoding="utf-8")
        (demo / "me.toml").write_text("pm_years = 5\n", encoding="utf-8")
        done = call(demo, "report", "--week", "2026-W47")
        assert done.code == 1 and "--ai-years" in done.err
    finally:
        (demo / "pmtrend.toml").unlink()


# ------------------------------------------------------------------ the documentation


def test_the_keys_are_documented() -> None:
    keys = first_column(chapter("docs/DATA.md", "### `pmtrend choose --json`"))
    assert keys == list(ChoiceReport.__annotations__)
    entries = [row[0].strip("`") for row in rows(chapter("docs/DATA.md", "### The profile"))]
    assert entries == list(KEYS)
