"""Pipeline against application, and the labels of title and text alone."""

import pytest

from scraper.errors import ConfigError
from scraper.tagging import fingerprint as module
from scraper.tagging.fingerprint import fingerprint
from scraper.tagging.tables import load
from scraper.tagging.taxonomy import taxonomy
from scraper.understanding.posting import understand
from storage.records import Fingerprint

ZH = "岗位职责：\n{duties}\n任职要求：\n{required}\n加分项：\n{preferred}\n"


def of(
    duties: str, required: str = "1、沟通能力强", preferred: str = "1、作品集", title: str = "产品经理"
) -> Fingerprint:
    found = understand(title, ZH.format(duties=duties, required=required, preferred=preferred)).tagging
    assert found.fingerprint is not None
    return found.fingerprint


@pytest.mark.parametrize(
    ("duties", "required", "pipeline", "application"),
    [
        ("1、负责数据标注", "1、沟通能力强", 1.0, 0.0),
        ("1、设计提示词", "1、沟通能力强", 0.0, 1.0),
        ("1、负责数据标注\n2、负责模型训练\n3、设计提示词", "1、沟通能力强", 2.0, 1.0),
        # one sentence that names both gives half to each
        ("1、负责数据标注和提示词", "1、沟通能力强", 0.5, 0.5),
        # ten words of one kind in a sentence are one sign
        ("1、负责数据标注、模型训练、模型评测", "1、沟通能力强", 1.0, 0.0),
        # what one must know counts half
        ("1、负责产品规划", "1、熟悉RAG和智能体", 0.0, 0.5),
        # knowing a technique by name is neither
        ("1、负责产品规划", "1、了解自然语言处理和大模型", 0.0, 0.0),
        # an interface is application only beside AI
        ("1、设计API接口", "1、沟通能力强", 0.0, 0.0),
    ],
)
def test_sentences_are_weighed(duties: str, required: str, pipeline: float, application: float) -> None:
    found = of(duties, required)
    assert (found.pipeline, found.application) == (pipeline, application)


def test_wishes_and_tools_in_use_do_not_count() -> None:
    assert of("1、负责产品规划", preferred="1、有数据标注经验").share is None
    assert of("1、负责产品规划", "1、日常使用ChatGPT等工具提升效率").share is None


def test_stages_and_groups_come_from_the_vocabulary_in_its_order() -> None:
    found = of("1、负责模型评测\n2、负责语料采集与数据标注", "1、熟悉SQL")
    assert found.stages == ("collect", "annotate", "evaluate")
    assert found.groups == ("G2", "G4")
    assert of("1、负责产品路线图").stages == (), "stages are those of AI work"


def test_an_entry_is_of_one_kind_at_most() -> None:
    tags, table = taxonomy().tags, load("fingerprint")
    kinds = [
        {
            id
            for id, tag in tags.items()
            if id in table[kind]["tags"] or tag.category in table[kind]["categories"]
        }
        for kind in ("pipeline", "application", "application_beside_ai")
    ]
    assert all(kinds) and len(set().union(*kinds)) == sum(map(len, kinds))


def test_a_table_that_names_a_stray_tag_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {**load("fingerprint"), "pipeline": {"tags": ["no_such_tag"], "categories": []}}
    monkeypatch.setattr(module, "load", lambda name: wrong if name == "fingerprint" else load(name))
    module._signs.cache_clear()
    with pytest.raises(ConfigError, match="no_such_tag"):
        fingerprint((), ())
    module._signs.cache_clear()


@pytest.mark.parametrize(
    ("title", "duties", "wanted"),
    [
        ("产品经理", "1、负责订单系统", ("other_pm", "other_pm")),
        ("AIGC产品经理", "1、负责订单系统\n2、协调研发\n3、写需求文档\n4、对接客服", ("aigc_pm", "other_pm")),
        (
            "产品经理",
            "1、设计提示词\n2、搭建RAG知识库\n3、规划智能体\n4、大模型应用落地",
            ("other_pm", "aigc_pm"),
        ),
        (
            "销售经理",
            "1、设计提示词\n2、搭建RAG知识库\n3、规划智能体\n4、大模型应用落地",
            ("not_pm", "aigc_pm"),
        ),
    ],
)
def test_title_and_text_are_judged_each_alone(title: str, duties: str, wanted: tuple[str, str]) -> None:
    found = understand(title, f"岗位职责：\n{duties}\n").tagging
    assert (found.title_label, found.body_label) == wanted


def test_without_a_title_the_text_alone_is_the_role() -> None:
    found = understand("", "岗位职责：\n1、设计提示词\n2、搭建RAG知识库\n3、规划智能体\n").tagging
    assert found.body_label == found.role
