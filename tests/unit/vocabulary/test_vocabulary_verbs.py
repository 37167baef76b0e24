"""`pmtrend taxonomy …` on a store of invented postings, as it is called."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from places import ROOT

import pmtrend
from scraper.tagging.tables import fingerprint
from scraper.vocabulary.quoting import around
from scraper.vocabulary.reading import read_vocabulary
from storage.store import open_store

Run = Callable[..., tuple[int, str, str]]
SHIPPED = ROOT / "scraper" / "tagging" / "taxonomy.toml"
AI_DUTIES = [
    "负责大模型产品的规划",
    "参与智能体方案设计与评审",
    "负责提示词的编写与迭代",
    "推动大模型应用上线",
    "建立大模型评测体系",
]
PLAIN_DUTIES = ["负责会员系统的规划", "参与订单流程设计与评审", "负责优惠券的规则与迭代", "推动门店系统上线"]


def posting(number: int, company: str, title: str, duties: list[str], asked: str) -> dict[str, Any]:
    lines = [f"{at}、{duty}；" for at, duty in enumerate(duties, start=1)]
    text = "\n".join(["岗位职责：", *lines, "任职要求：", f"1、{asked}；", f"2、工号{number}号"])
    return {
        "id": str(number),
        "title": title,
        "company": company,
        "description": text,
        "url": f"https://jobs.example.com/{number}",
        "collected_at": "2026-11-02",
    }


def market() -> list[dict[str, Any]]:
    """AI roles of six employers ask for 沙盘推演, in lists; so does one other employer; all ask for 沟通."""
    rows = []
    for number in range(12):
        word = ("熟悉RAG、沙盘推演、Python", "了解SQL、沙盘推演、Python")[number % 2]
        rows.append(posting(number, f"茶厂{number % 6}", "AI产品经理", AI_DUTIES, f"{word}，善于沟通"))
    for number in range(12, 24):
        asked = "熟悉SQL、沙盘推演，善于沟通" if number == 12 else f"熟悉SQL、Axure，善于沟通{number}次"
        rows.append(posting(number, f"瓷厂{number % 6}", "会员产品经理", PLAIN_DUTIES, asked))
    return rows


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A database into which the market was imported."""
    folder = tmp_path_factory.mktemp("market")
    file = folder / "market.jsonl"
    file.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in market()), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        database = f"sqlite:///{folder / 'tea.db'}"
        patch.setattr(sys, "argv", ["pmtrend", "--db", database, "import", str(file), "--source", "tea"])
        with pytest.raises(SystemExit) as exit_:
            pmtrend.main()
    assert not exit_.value.code
    return (folder / "tea.db").read_bytes()


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Call `pmtrend` on a database in a folder of its own; returns exit code, stdout, stderr."""

    def call(*words: str) -> tuple[int, str, str]:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", ["pmtrend", "--db", f"sqlite:///{tmp_path / 'tea.db'}", *words])
        with pytest.raises(SystemExit) as exit_:
            pmtrend.main()
        captured = capsys.readouterr()
        return int(exit_.value.code or 0), captured.out, captured.err

    return call


@pytest.fixture
def stocked(run: Run, imported: bytes, tmp_path: Path) -> Run:
    """Call `pmtrend` on a database that holds the market."""
    (tmp_path / "tea.db").write_bytes(imported)
    return run


def changed(tmp_path: Path, old: str, new: str) -> str:
    text = SHIPPED.read_text(encoding="utf-8")
    assert text.count(old) == 1, old
    file = tmp_path / "changed.toml"
    file.write_text(text.replace(old, new), encoding="utf-8")
    return str(file)


# ------------------------------------------------------------------ candidates


def test_candidates_names_what_ai_roles_ask_for_and_no_tag_covers(stocked: Run) -> None:
    code, out, _ = stocked("taxonomy", "candidates", "--lang", "zh", "--json")
    told = json.loads(out)
    assert code == 0 and told["texts"] == {"zh": 24}
    first = told["candidates"][0]
    assert first["phrase"] == "沙盘推演"
    assert (first["postings"], first["companies"], first["ai_companies"], first["items"]) == (13, 7, 6, 13)
    assert "沙盘推演" in first["quote"] and first["company"].startswith("茶厂")
    phrases = [one["phrase"] for one in told["candidates"]]
    assert not {"大模型", "SQL", "sql", "python", "提示词", "智能体"} & set(phrases), "tags cover them"


def test_candidates_honours_its_limits_and_says_the_same_twice(stocked: Run) -> None:
    _, out, _ = stocked("taxonomy", "candidates", "--limit", "1", "--min-companies", "7")
    assert out == stocked("taxonomy", "candidates", "--limit", "1", "--min-companies", "7")[1]
    assert "沙盘推演" in out and out.count("“") == 1
    assert out.splitlines()[-1].startswith("en: 0 different texts")
    assert "沙盘推演" not in stocked("taxonomy", "candidates", "--min-companies", "8")[1]


def test_candidates_of_an_empty_store_are_none(run: Run) -> None:
    code, out, _ = run("taxonomy", "candidates")
    assert code == 0
    assert [line.split(":")[1].split(";")[0] for line in out.splitlines()] == [
        " 0 different texts of PM postings",
        " 0 different texts of PM postings",
    ]


@pytest.mark.parametrize(
    "words", [("taxonomy", "candidates"), ("taxonomy", "diff", "current", "current", "--json"), ("retag",)]
)
def test_an_empty_store_is_named(run: Run, stocked: Run, imported: bytes, tmp_path: Path, words: Any) -> None:
    assert "empty" not in stocked(*words)[2]
    (tmp_path / "tea.db").unlink()
    code, _, err = run(*words)
    assert code == 0
    name = f"sqlite:///{tmp_path / 'tea.db'}"
    assert err == f"pmtrend: the store {name} is empty; `pmtrend collect` or `import` fills it\n"


# ------------------------------------------------------------------ quotes

TEXT = "负责商家平台的整体规划，熟悉沙盘推演、用户画像。Own the simulation roadmap for dealers and brokers."


@pytest.mark.parametrize(
    ("phrase", "reach", "quote"),
    [
        ("沙盘推演", 99, ("负责商家平台的整体规划，熟悉", "、用户画像")),
        ("沙盘推演", 5, ("…熟悉", "、用户画像")),
        ("沙盘推演", 4, ("…熟悉", "…")),
        ("沙盘推演", 2, ("…熟悉", "…")),
        ("沙盘推演", 1, ("…", "…")),
        ("simulation", 99, ("Own the ", " roadmap for dealers and brokers.")),
        ("simulation", 10, ("Own the ", " roadmap…")),
        ("simulation", 6, ("…the ", "…")),
        ("brokers", 8, ("…and ", ".")),
        ("负责", 5, ("", "…")),
    ],
)
def test_what_stands_around_a_phrase_is_cut_between_words(
    phrase: str, reach: int, quote: tuple[str, str]
) -> None:
    start = TEXT.index(phrase)
    assert around(TEXT, start, start + len(phrase), reach) == quote


# ------------------------------------------------------------------ diff


def stored_taggings(tmp_path: Path) -> list[Any]:
    store = open_store(f"sqlite:///{tmp_path / 'tea.db'}")
    try:
        with store.engine.connect() as connection:
            return connection.exec_driver_sql("select * from tags order by 1, 2").fetchall()
    finally:
        store.close()


def test_diff_tells_what_a_change_would_do_and_stores_nothing(stocked: Run, tmp_path: Path) -> None:
    before = stored_taggings(tmp_path)
    file = changed(tmp_path, 'en = ["sql", ', 'zh = ["沙盘推演"]\nen = ["no-such-word", ')
    code, out, _ = stocked("taxonomy", "diff", "current", file, "--json")
    told = json.loads(out)
    assert code == 0 and told["postings"] == 24
    tags = {row["tag"]: row for row in told["tags"]}
    # SQL stands in 6 AI postings (all with 沙盘推演), and in 12 others (one with 沙盘推演).
    sql = tags.pop("sql")
    assert (sql["before"], sql["after"], sql["gained"], sql["lost"]) == (18, 13, 6, 11)
    assert "[沙盘推演]" in sql["gained_quote"] and "[SQL]" in sql["lost_quote"]
    assert not tags, "only what changed is named"
    assert told["changed"] == 17
    assert sum(count for row in told["roles"].values() for count in row.values()) == 24
    assert stored_taggings(tmp_path) == before


def test_diff_of_a_vocabulary_with_itself_is_silent_but_for_the_sum(stocked: Run) -> None:
    code, out, _ = stocked("taxonomy", "diff", "current", str(SHIPPED))
    version, digest = read_vocabulary("current").taxonomy.version, fingerprint()[:12]
    assert code == 0 and len(out.splitlines()) == 1
    assert out.startswith(f"current ({version}, {digest}) → {SHIPPED} ({version}, {digest}): 24 postings, 0 ")


def test_diff_shows_the_roles_that_move(stocked: Run, tmp_path: Path) -> None:
    words = '"会员系统", "优惠券", "订单流程", "门店系统"'
    file = changed(tmp_path, 'zh = ["大模型", ', f'zh = ["大模型", {words}, ')
    _, out, _ = stocked("taxonomy", "diff", "current", file)
    assert "role before (rows) and after (columns)" in out
    row = next(line for line in out.splitlines() if line.startswith("other_pm") and "12" in line.split())
    assert row.split() == ["other_pm", "0", "12", "0", "0", "0"]
    assert out.splitlines()[-1].endswith("12 with other tags, 12 with another role")


def test_a_sample_is_as_large_as_asked_and_always_the_same(stocked: Run, tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'tea.db'}")
    everything, sample = store.latest_versions(), store.latest_versions(5)
    assert len(everything) == 24 and len(sample) == 5 == len(set(sample) & set(everything))
    assert sample == sorted(sample) == store.latest_versions(5)
    assert set(sample) <= set(store.latest_versions(9)), "a larger sample holds the smaller one"
    assert store.latest_versions(99) == everything
    store.close()
    told = json.loads(stocked("taxonomy", "diff", "current", "current", "--sample", "5", "--json")[1])
    assert told["postings"] == 5


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("version = ", "no TOML"),
        ("\xff", "no TOML"),
        ("", "the key 'version' is missing"),
        ('version = "1"\ncontract = 1\n', "[contract] must be a table"),
        ('version = "1"\ntag = 1\n', "[[tag]]"),
        ('version = "1"\ntag = ["x"]\n', "tag 1 must be a table"),
        ('version = "1"\n[[tag]]\nid = 1\n', "must be text"),
        ('version = "1"\n[[tag]]\nid = "x"\nzh = "水"\n', "zh of tag 1 must be a list of words"),
        ('version = "1"\n[[tag]]\nid = "x"\nguarded = "y"\n', "[[tag.guarded]]"),
        ('version = "1"\n[[tag]]\nid = "x"\n[[tag.guarded]]\nrequire_near = [1]\n', "require_near of tag 1"),
    ],
)
def test_a_file_that_is_no_vocabulary_gets_one_sentence(
    run: Run, tmp_path: Path, text: str, says: str
) -> None:
    file = tmp_path / "bad.toml"
    file.write_bytes(text.encode("latin-1" if text == "\xff" else "utf-8"))
    code, out, err = run("taxonomy", "diff", "current", str(file))
    assert (code, out) == (1, "")
    assert len(err.splitlines()) == 1 and str(file) in err and says in err, err


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('id = "python"\n', 'id = "python"\ncolour = "red"\n', "unknown keys: colour"),
        ('en = ["python"]', 'en = ["python", "python"]', "repeats the alias 'python'"),
    ],
)
def test_a_wrong_entry_is_named_with_its_file(
    run: Run, tmp_path: Path, old: str, new: str, says: str
) -> None:
    code, out, err = run("taxonomy", "diff", "current", changed(tmp_path, old, new))
    assert (code, out) == (1, "")
    assert len(err.splitlines()) == 1 and says in err and "changed.toml" in err


def test_a_file_that_is_not_there_is_named(run: Run) -> None:
    code, _, err = run("taxonomy", "diff", "nowhere.toml", "current")
    assert (code, err) == (1, "pmtrend: nowhere.toml cannot be read: No such file or directory\n")


def test_the_hash_is_that_which_tags_carry() -> None:
    assert read_vocabulary("current").sha256 == fingerprint() == read_vocabulary(str(SHIPPED)).sha256


# ------------------------------------------------------------------ list and show


def test_list_names_each_tag_once(run: Run) -> None:
    code, out, _ = run("taxonomy", "list")
    rows = [line.split("\t") for line in out.splitlines()]
    assert code == 0 and {len(row) for row in rows} == {5}
    names = [row[0] for row in rows]
    assert len(names) == len(set(names)) and {"rag", "sql", "tob"} <= set(names)
    assert next(row for row in rows if row[0] == "rag")[4].split() == ["rag", "embedding"]


def test_show_tells_names_groups_and_aliases(run: Run) -> None:
    code, out, _ = run("taxonomy", "show", "prompt_engineering")
    assert code == 0 and "提示词工程" in out and "提示词" in out and "context_eng" in out
    fine = run("taxonomy", "show", "context_eng")[1]
    assert "上下文工程" in fine and "提示词" not in fine.split("\n", 1)[1]


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("RAG", "rag"),
        ("Prompt_Engineering", "prompt_engineering"),
        ("prompt engineering", "prompt_engineering"),
        ("RETRIEVAL-augmented generation", "rag"),
        ("提示词工程", "prompt_engineering"),
        (" sql ", "sql"),
        ("a/b测试", "ab_testing"),
    ],
)
def test_show_takes_ids_and_names_in_any_case(run: Run, name: str, id: str) -> None:
    code, out, _ = run("taxonomy", "show", name)
    assert code == 0 and out.startswith(f"{id}: ")


def test_show_of_what_is_no_tag_names_what_is_near(run: Run) -> None:
    code, out, err = run("taxonomy", "show", "xyzzy")
    assert (code, out) == (1, "")
    assert err == "pmtrend: there is no tag 'xyzzy'; `pmtrend taxonomy list` shows them all\n"
    assert "did you mean prompt_engineering" in run("taxonomy", "show", "promt_enginering")[2]
    assert "prompt" in run("taxonomy", "show", "提示词")[2], "the tag that it is a word of"


def test_list_says_the_same_to_machines(run: Run) -> None:
    lines, rows = run("taxonomy", "list")[1].splitlines(), json.loads(run("taxonomy", "list", "--json")[1])
    told = ["\t".join((row["id"], row["era"], row["en"], row["zh"], " ".join(row["fine"]))) for row in rows]
    assert told == lines
