"""The vocabulary: complete, consistent, and refused with a sentence that names the entry if it is not."""

import copy
import re
from typing import Any

import pytest

from scraper.errors import ConfigError
from scraper.parsing.folding import folded
from scraper.tagging import default_tagger, taxonomy_record
from scraper.tagging.masking import common_words, employer_names
from scraper.tagging.matching import spellings
from scraper.tagging.tables import Lexicon, fingerprint, load
from scraper.tagging.taxonomy import read, taxonomy

CONTRACT = {
    *("machine_learning", "deep_learning", "nlp", "computer_vision", "speech", "recommendation", "search"),
    *("knowledge_graph", "llm", "prompt_engineering", "rag", "agents", "fine_tuning", "multimodal"),
    *("image_generation", "video_generation", "model_evaluation", "data_annotation", "data_analysis"),
    *("ab_testing", "sql", "python", "algorithm_collaboration", "model_training", "mlops_deployment"),
    *("ai_ethics_compliance", "autonomous_driving", "robotics", "chatbot_dialogue", "ai_hardware"),
}


def test_the_contract_ids_are_all_there_and_each_has_aliases() -> None:
    words = taxonomy()
    assert {tag.id for tag in words.contract} == CONTRACT
    assert {tag.out for tag in words.tags.values()} >= CONTRACT
    assert {alias.tag.id for alias in words.aliases} == set(words.tags)


def test_the_record_names_every_id_that_a_posting_can_carry() -> None:
    record = taxonomy_record()
    assert re.fullmatch(r"20\d\d\.\d\d\.\d+", record.version), "year, month, number within it"
    assert record.sha256 == fingerprint()
    assert len(record.sha256) == 64
    ids = [tag.id for tag in record.tags]
    assert len(ids) == len(set(ids))
    assert set(ids) == {tag.out for tag in taxonomy().tags.values()}


def test_the_table_of_the_role_class_names_entries_that_there_are() -> None:
    roles, tags = load("roles"), taxonomy().tags
    product = roles["product"]
    assert {*roles["weight"], *product["tags"], *product["except"]} <= set(tags)
    assert set(product["except_categories"]) <= {tag.category for tag in tags.values()}


def broken(change: Any) -> str:
    table = copy.deepcopy(dict(load("taxonomy")))
    change(table)
    with pytest.raises(ConfigError) as caught:
        read(table)
    return str(caught.value)


def set_first(table: dict[str, Any], **values: Any) -> None:
    table["tag"][0].update(values)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda table: table.pop("version"), "version"),
        (lambda table: table["tag"].append(dict(table["tag"][0])), "twice"),
        (lambda table: set_first(table, colour="red"), "colour"),
        (lambda table: set_first(table, contract="nothing"), "nothing"),
        (lambda table: set_first(table, id="sql"), "sql"),
        (lambda table: set_first(table, era="stone age"), "stone age"),
        (lambda table: set_first(table, groups=["G9"]), "G9"),
        (lambda table: set_first(table, chain=["mine"]), "mine"),
        (lambda table: set_first(table, name={"en": "x"}), "name"),
        (lambda table: set_first(table, category=""), "category"),
        (lambda table: set_first(table, en=["Not Folded"]), "Not Folded"),
        (lambda table: set_first(table, en=["a word", "a word"]), "a word"),
        (lambda table: set_first(table, hides=["nobody"]), "nobody"),
        (lambda table: set_first(table, guarded=[{"aliases": ["free"]}]), "guards nothing"),
    ],
)
def test_a_wrong_entry_is_named(change: Any, says: str) -> None:
    assert says in broken(change)


def test_spellings_of_one_alias() -> None:
    assert set(spellings("fine tuning")) >= {"fine tuning", "fine-tuning", "finetuning"}
    assert set(spellings("ai产品")) >= {"ai产品", "ai 产品"}
    assert set(spellings("ai agent")) >= {"ai agent", "ai agents", "ai-agent"}
    assert set(spellings("大模型")) == {"大模型"}


def test_the_employer_is_masked_but_not_if_its_name_is_a_word() -> None:
    words = common_words(taxonomy())
    assert employer_names("DeepSeek", words) == ("deepseek",)
    assert employer_names("Teapot Labs", words) == ("teapot labs", "teapot")
    assert employer_names("Search", words) == ()
    title, text = folded(""), folded("Experience with DeepSeek")
    for company, named in (("DeepSeek", False), ("DeepSeek Labs", False), ("Teapot", True)):
        found = default_tagger().tag(title, text, lang="en", is_pm=True, company=company)
        assert any(hit.tag.id == "deepseek" for hit in found.hits) == named


def test_what_the_employer_makes_is_no_tool_that_the_candidate_uses() -> None:
    title = folded("Senior Product Manager")
    text = folded("Responsibilities\n- Speed up discovery with Replit's AI-powered development tools")
    for company, makes in (("Replit", True), ("Teapot", False)):
        found = default_tagger().tag(title, text, lang="en", is_pm=True, company=company)
        assert any(hit.tag.id == "ai_coding_tools" for hit in found.hits) != makes
        assert [hit.stance for hit in found.hits if hit.tag.id == "ai"] == ["build" if makes else "use"]


def test_the_name_of_a_business_unit_in_a_title_is_masked_and_what_follows_is_not() -> None:
    for title, starts in (
        ("千问事业部-会员产品经理", []),
        ("千问事业部-千问C端产品经理", [6]),
        ("千问产品经理", [0]),
        ("产品经理（千问事业群）", []),
    ):
        found = default_tagger().tag(folded(title), folded(""), lang="zh", is_pm=True)
        assert [hit.start for hit in found.hits if hit.tag.id == "qwen"] == starts, title


def test_a_lexicon_takes_the_longest_word_at_word_edges() -> None:
    lexicon = Lexicon({"a": ["tea", "tea pot"], "b": ["tea"]})
    assert lexicon.scan("a tea pot and steam, 喝tea吗") == {"a": [(2, 9), (22, 25)], "b": [(2, 5), (22, 25)]}
