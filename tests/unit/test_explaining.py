"""What `pmtrend tag` says to a person: a word for everything, in both languages, and what it says of cases."""

import inspect
import re
import tomllib
from importlib import resources
from typing import Any, get_args

import click
import pytest

from scraper.explaining import explain
from scraper.tagging import roles
from storage.records import RoleClass

WORDS: dict[str, Any] = tomllib.loads(
    resources.files("scraper").joinpath("explaining.toml").read_text(encoding="utf-8")
)
LANGUAGES = sorted(WORDS)


def told(pasted: str) -> str:
    return click.unstyle(explain(pasted))


# ------------------------------------------------------------------ a word for everything

PARTS = set(re.findall(r'parts\["(\w+)"\]', inspect.getsource(roles._points)))


def test_the_names_of_the_parts_are_found() -> None:
    assert {"title_technique", "genai", "classic", "tools"} <= PARTS


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_part_of_the_points_has_its_words(language: str) -> None:
    assert set(WORDS[language]["parts"]) == PARTS


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_and_class_has_its_words(language: str) -> None:
    assert {*get_args(roles.Reason), *get_args(RoleClass)} <= set(WORDS[language])


# ------------------------------------------------------------------ cases


@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        (
            "Product Manager, Chatbot\nResponsibilities\n- Own the LLM roadmap\n"
            "- Use AI tools such as ChatGPT and Cursor in your daily work\n",
            "-0.8 sentences on AI tools that are only used at work",
        ),
        (
            "产品经理\n岗位职责：\n1、负责大模型产品规划；\n2、熟练使用ChatGPT、Cursor等AI工具提升工作效率；\n",
            "-0.8 只是工作中使用 AI 工具的句子",
        ),
    ],
    ids=LANGUAGES,
)
def test_what_is_taken_off_is_shown_as_taken_off(pasted: str, said: str) -> None:
    assert said in told(pasted)
