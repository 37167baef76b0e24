"""Facts on their way: from the tagger into the store and out to the reports, and rows older than they are."""

from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from databases import json_of, url
from hypothesis import given
from hypothesis import strategies as st
from places import ROOT
from sqlalchemy import Engine, text
from store_helpers import TAXONOMY, Recorder, day, listing

from scraper.understanding.answering import to_json
from scraper.understanding.posting import understand
from storage.engines.opening import open_engine
from storage.errors import StorageError
from storage.facts import facts_json, stored_facts
from storage.records import (
    Asked,
    EducationAsked,
    Fingerprint,
    Pay,
    PostingFact,
    Quote,
    Tagging,
    TagHit,
    TravelAsked,
    YearsAsked,
)
from storage.store import open_store

pytestmark = pytest.mark.usefixtures("each_engine")

MIGRATIONS = ROOT / "migrations"

TEXT = """岗位职责：
1、负责数据标注与模型评测
任职要求：
1、统招本科及以上学历，3年以上产品经验，其中1年以上AI产品经验
2、有保险行业经验
3、英语可作为工作语言者优先
4、能适应频繁出差
5、熟悉SQL或Python，熟悉Python
"""


def stored(folder: Path, tagging: Tagging) -> tuple[PostingFact, Recorder]:
    """Store a posting with this tagging and read it back."""
    recorder = Recorder(folder)
    look = listing(day(0), ["1"])
    own = replace(look.postings[0], tagging=replace(tagging, taxonomy=TAXONOMY.version))
    recorder.record(replace(look, postings=(own,)))
    (fact,) = recorder.store.facts(first_week=day(-7).date(), until=day(7)).postings.values()
    return fact, recorder


def test_what_was_understood_can_be_counted(tmp_path: Path) -> None:
    tagging = understand("AI产品经理", TEXT).tagging
    fact, _ = stored(tmp_path, tagging)
    assert fact.industries == {"finance": "required"}
    assert fact.languages == {"english": "preferred"}
    assert (fact.title_label, fact.body_label) == (tagging.title_label, tagging.body_label)
    assert fact.title_label is not None and fact.body_label is not None
    assert fact.pipeline == 1.0
    assert fact.degree_specials == {"full_time": "required"}
    assert fact.travel == "required"


def test_alternatives_are_read_as_groups(tmp_path: Path) -> None:
    asked = "任职要求：\n1、熟悉大模型或RAG\n2、了解RAG评测\n3、熟悉SQL或Python\n4、有语音或搜索经验者优先"
    tagging = understand("AI产品经理", asked).tagging
    fact, _ = stored(tmp_path, tagging)
    assert fact.alternatives == (("llm", "rag"), ("python", "sql"), ("rag",))
    assert {fact.tags[id] for id in ("llm", "rag", "python", "sql")} == {"required"}
    for group in facts_json(tagging)["alternatives"]:
        assert asked[group["start"] : group["end"]] == group["quote"]


def test_a_posting_that_says_there_is_no_travel_asks_for_none(tmp_path: Path) -> None:
    quote = Quote("no travel", 0, 9)
    told = Tagging("t1", "en", "other_pm", 0.0, 0.0, travel=TravelAsked("required", quote, often="none"))
    fact, _ = stored(tmp_path, told)
    assert fact.travel is None


def test_the_column_keeps_what_is_stated_with_its_quotes(tmp_path: Path) -> None:
    tagging = understand("产品经理", TEXT).tagging
    _, recorder = stored(tmp_path, tagging)
    recorder.store.close()
    engine = open_engine(url(tmp_path / "store.db"))
    with engine.connect() as connection:
        (kept,) = connection.execute(text("SELECT facts FROM taggings")).scalars()
    engine.dispose()
    facts = json_of(kept)
    assert facts == stored_facts(tagging)
    assert set(facts) == {
        *("fingerprint", "years_all", "industries", "languages", "degree_specials", "travel"),
        "alternatives",
    }  # fmt: skip
    for family in ("years_all", "industries", "languages", "degree_specials", "alternatives"):
        for one in facts[family]:
            assert TEXT[one["start"] : one["end"]] == one["quote"]
    assert [(one["scope"], one["min"]) for one in facts["years_all"]] == [("pm", 3), ("ai", 1)]
    assert facts["travel"]["often"] == "frequent"


SAID = Quote("", 0, 0)


def test_what_is_asked_is_told_in_short(tmp_path: Path) -> None:
    hits = [
        TagHit("rag", "rag", "preferred", "bonus", SAID),
        TagHit("llm", "gpt", "mentioned", "company", SAID),
        TagHit("rag", "retrieval", "required", "required", SAID),
        TagHit("agile", "scrum", "duty", "duties", SAID),
        TagHit("agile", "agile", "preferred", "bonus", SAID),
    ]
    asked = (Asked("zh", "required", SAID), Asked("english", "preferred", SAID, "cet6"))
    tagging = Tagging(
        *("t1", "en", "other_pm", 0.0, 0.0), tags=tuple(hits), languages=asked,
        travel=TravelAsked("preferred", SAID), industries=(Asked("finance", "required", SAID),),
    )  # fmt: skip
    fact, recorder = stored(tmp_path, tagging)
    with recorder.store.engine.connect() as connection:
        (kept,) = connection.execute(text("SELECT asked FROM taggings")).scalars()
    assert kept == "agile:duty,rag:required;finance:required;english:preferred,zh:required;;preferred;"
    assert fact.tags == {"agile": "duty", "rag": "required"}
    assert (fact.industries, fact.degree_specials, fact.travel) == ({"finance": "required"}, {}, "preferred")
    assert fact.languages == {"english": "preferred", "zh": "required"}
    recorder.store.close()


def test_what_else_is_said_is_told_in_short(tmp_path: Path) -> None:
    tagging = Tagging(
        *("t1", "en", "ai_pm", 0.0, 0.0),
        years_total=YearsAsked(3.0, 5.5, "required", SAID), workplace="remote", title_label="other_pm",
        education=EducationAsked("master", "preferred", SAID), salary=Pay(20000.0, 30000.1, "CNY", "month"),
    )  # fmt: skip
    fact, recorder = stored(tmp_path, tagging)
    with recorder.store.engine.connect() as connection:
        (kept,) = connection.execute(text("SELECT said FROM taggings")).scalars()
    origin, understood, pay = (line.split("\t") for line in kept.split("\n"))
    assert origin == ["en", "1", "[]", "[]"]
    assert understood[:6] == ["en", "3", "5.5", "required", "", ""]
    assert understood[6:] == ["master", "preferred", "remote", "other_pm", "", ""]
    assert pay == ["20000", "30000.1", "CNY", "month", ""]
    assert (fact.market, fact.has_text, fact.places, fact.countries) == ("en", True, (), ())
    assert (fact.years_min, fact.years_max, fact.years_required, fact.ai_years_min) == (3.0, 5.5, True, None)
    assert (fact.education, fact.education_required, fact.workplace) == ("master", False, "remote")
    assert fact.salary == tagging.salary
    recorder.store.close()


def test_a_tagging_without_its_short_form_is_told_of(tmp_path: Path) -> None:
    _, recorder = stored(tmp_path, Tagging("t1", "en", "other_pm", 0.0, 0.0))
    with recorder.store.engine.begin() as connection:
        connection.execute(text("UPDATE taggings SET said = ''"))
    with pytest.raises(StorageError, match="`pmtrend db check` tells which"):
        recorder.store.facts(first_week=day(-7).date(), until=day(7))
    recorder.store.close()


def migrated(engine: Engine, down: str, up: str) -> None:
    """Take a store back to a schema, and on to another."""
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.downgrade(config, down)
        command.upgrade(config, up)


def test_a_store_of_an_earlier_release_tells_it_in_short_after_the_upgrade(tmp_path: Path) -> None:
    fact, recorder = stored(tmp_path, understand("AI产品经理", TEXT).tagging)
    asked = text("SELECT id, asked, said FROM taggings")
    with recorder.store.engine.connect() as connection:
        before = connection.execute(asked).all()
    recorder.store.close()
    engine = open_engine(url(tmp_path / "store.db"))
    migrated(engine, "0006", "head")
    with engine.connect() as connection:
        assert connection.execute(asked).all() == before
    engine.dispose()
    assert fact.tags and fact.travel == "required", "there was something to tell"
    assert fact.alternatives == (("python",), ("python", "sql"))


def test_a_tagging_without_facts_stores_an_empty_object(tmp_path: Path) -> None:
    fact, _ = stored(tmp_path, Tagging("t1", "en", "other_pm", 0.0, 0.0))
    assert (fact.title_label, fact.body_label, fact.pipeline) == (None, None, None)
    assert fact.industries == {} and fact.languages == {}
    assert fact.degree_specials == {} and fact.travel is None and fact.alternatives == ()


def test_rows_of_an_older_release_get_an_empty_object(tmp_path: Path) -> None:
    _, recorder = stored(tmp_path, understand("产品经理", TEXT).tagging)
    recorder.store.close()
    engine = open_engine(url(tmp_path / "store.db"))
    migrated(engine, "0002", "0003")
    with engine.connect() as connection:
        row = connection.execute(text("SELECT * FROM taggings")).one()
        assert (row.title_label, row.body_label, row.pipeline_share) == (None, None, None)
        assert json_of(row.facts) == {}
    engine.dispose()
    store = open_store(url(tmp_path / "store.db"))
    (fact,) = store.facts(first_week=day(-7).date(), until=day(7)).postings.values()
    assert fact.industries == {} and fact.title_label is None
    store.close()


def test_the_answer_names_all_families_and_says_null_for_what_is_not_stated() -> None:
    answer = to_json(1, understand("Product Manager", "Responsibilities\n- Own the roadmap\n"))
    assert answer["role"]["title"] == answer["role"]["body"] == "other_pm"
    assert answer["fingerprint"]["share"] is None
    assert (answer["fingerprint"]["pipeline"], answer["fingerprint"]["application"]) == (0, 0)
    assert answer["travel"] is None
    for family in ("years_all", "industries", "languages", "degree_specials", "visa", "alternatives"):
        assert answer[family] == []


def test_years_of_all_scopes_are_told_beside_total_and_ai() -> None:
    answer = to_json(1, understand("产品经理", TEXT))
    assert set(answer["years"]) == {"total", "ai"}, "tools read each value of years as one demand"
    assert [demand["scope"] for demand in answer["years_all"]] == ["pm", "ai"]


SHARES = st.floats(0, 40).map(lambda value: round(value * 2) / 2)


@given(SHARES, SHARES)
def test_a_share_lies_between_0_and_1_or_is_none(pipeline: float, application: float) -> None:
    share = Fingerprint(pipeline, application).share
    if pipeline + application == 0:
        assert share is None
    else:
        assert share is not None and 0 <= share <= 1


def test_the_json_of_a_fact_is_that_of_its_quote() -> None:
    quote = Quote("travel 25%", 3, 13)
    tagging = Tagging(
        "t1", "en", "other_pm", 0.0, 0.0,
        travel=TravelAsked("required", quote, 25.0, 25.0),
        visa=(Asked("clearance", "preferred", quote),),
    )  # fmt: skip
    facts = facts_json(tagging)
    told = {"quote": "travel 25%", "field": "description", "start": 3, "end": 13}
    assert facts["travel"] == {
        "requirement": "required",
        "percent_min": 25,
        "percent_max": 25,
        "times_a_year": None,
        "often": None,
        **told,
    }
    assert facts["visa"] == [{"id": "clearance", "requirement": "preferred", "level": None, **told}]
