"""Searching a store: what is found, in which order, what is told of it; and an index that is never wrong."""

from dataclasses import replace
from pathlib import Path

import pytest
from search_corpus import corpus
from sqlalchemy import text
from store_helpers import TAXONOMY, Recorder, Repeating, day, listing, seen

from scraper.errors import ConfigError
from scraper.options.filters import read_filters
from scraper.parsing.folding import fold
from storage.recording.tagging_rows import tagging_rows
from storage.records import Listing, Quote, Tagging, TagHit, TaxonomyRecord
from storage.searching import index as search_index
from storage.searching import search
from storage.searching.query import read_query
from storage.searching.search import Filters, Found, asking_lines
from storage.searching.text import folding
from storage.searching.words import clear_documents
from storage.store import Store

pytestmark = pytest.mark.usefixtures("each_engine")
ANY = Filters()


def look(at: float, texts: dict[str, str], key: str = "acme", **changes: dict[str, object]) -> Listing:
    """A look at a board that lists these: native id -> "title|text"; `changes` are those of a posting."""
    plain = listing(
        day(at),
        list(texts),
        texts={native: said.partition("|")[2] for native, said in texts.items()},
        key=key,
    )
    return replace(
        plain,
        postings=tuple(
            replace(
                one,
                **{  # type: ignore[arg-type]
                    "title": texts[one.native_id].partition("|")[0],
                    "content_hash": texts[one.native_id],
                    **changes.get(one.native_id, {}),
                },
            )
            for one in plain.postings
        ),
    )


def index(store: Store) -> int:
    """Bring the index up to date; return the number of batches that took."""
    batches = 0
    while store.index_texts(fold):
        batches += 1
    assert store.count_unindexed() == 0
    assert store.check() == []
    return batches


def find(store: Store, query: str, filters: Filters = ANY, limit: int = 20) -> Found:
    return store.find(read_query(query, fold), fold, filters, limit)


def titles(store: Store, query: str, filters: Filters = ANY, limit: int = 20) -> list[str]:
    return [hit.title for hit in find(store, query, filters, limit).hits]


# ------------------------------------------------------------------ what is found


def test_a_hit_tells_what_is_stored(recorder: Recorder) -> None:
    said = {"a": "AI产品经理|负责金融大模型。\n要求：熟悉RAG，懂金融业务。", "b": "PM|payments"}
    recorder.record(look(0, said, a={"places": ("上海", "New York")}), look(7, said))
    index(recorder.store)
    found = find(recorder.store, "rag 金融")
    assert (found.total, found.exact, found.ranked) == (1, True, None)
    (hit,) = found.hits
    assert (hit.title, hit.company, hit.places, hit.role) == (
        "AI产品经理",
        "Acme",
        ("上海", "New York"),
        "aigc_pm",
    )
    assert (hit.first_seen_at, hit.last_seen_at, hit.state) == (day(0), day(7), "open")
    assert hit.url == "https://example.com/a" and hit.title_hits == ()
    body = said["a"].partition("|")[2]
    assert [body[quote.start : quote.end] for quote in hit.quotes] == [
        "负责金融大模型",
        "要求：熟悉RAG，懂金融业务",
    ]
    assert find(recorder.store, "rag 支付").total == 0


def test_what_was_never_read_in_full_is_not_called_open(recorder: Recorder) -> None:
    both = {"a": "PM|word", "b": "PM|word"}
    part = (replace(look(at, {"c": "PM|word"}, key="part"), state="partial") for at in (0, 14))
    recorder.record(look(0, both), look(7, {"a": both["a"]}), *part)
    index(recorder.store)

    def states() -> list[tuple[str, str, int]]:
        hits = find(recorder.store, "word").hits
        return sorted((one.url[-1], one.state, (one.last_seen_at - day(0)).days) for one in hits)

    assert states() == [("a", "open", 7), ("b", "missed", 0), ("c", "unknown", 14)]
    recorder.record(look(9, {"a": both["a"]}), look(21, {"d": "PM|other"}, key="part"))
    assert states() == [("a", "open", 9), ("b", "closed", 0), ("c", "missed", 14)]
    assert len(find(recorder.store, "word", Filters(open=True)).hits) == 2


def test_company_and_place_are_words_too(recorder: Recorder) -> None:
    recorder.record(look(0, {"a": "PM|x"}, a={"places": ("上海",)}), look(0, {"b": "PM|x"}, key="beta"))
    index(recorder.store)
    assert find(recorder.store, "acme 上海").total == 1
    assert find(recorder.store, "beta").total == 1
    assert find(recorder.store, "beta 上海").total == 0
    assert find(recorder.store, "x -acme").total == 1


def test_a_posting_is_found_by_its_latest_text_only(recorder: Recorder) -> None:
    recorder.record(look(0, {"a": "PM|first words"}), look(7, {"a": "PM|second words"}))
    index(recorder.store)
    assert find(recorder.store, "first").total == 0
    assert find(recorder.store, "second").total == find(recorder.store, "words").total == 1
    recorder.record(look(3, {"a": "PM|words in between"}))  # told late, and older than what is known
    recorder.record(look(-7, {"a": "PM|words before"}))
    index(recorder.store)
    assert find(recorder.store, "between").total == find(recorder.store, "before").total == 0
    assert find(recorder.store, "second").total == 1
    recorder.record(look(14, {"a": "PM|third words"}))
    index(recorder.store)
    assert find(recorder.store, "second").total == 0 and find(recorder.store, "third").total == 1
    assert find(recorder.store, "words").hits[0].first_seen_at == day(-7)


def test_filters(recorder: Recorder) -> None:
    both = {"a": "PM one|word", "b": "PM two|word", "c": "PM three|word"}
    recorder.record(
        look(0, both, a={"places": ("上海",)}, b={"places": ("New York",)}, c={"places": ("Wobbling",)}),
        look(1, {"d": "PM four|word"}, key="beta"),
        *(look(at, {"a": both["a"]}) for at in (7, 9)),
        look(9, {"a": both["a"], "e": "PM five|word"}, e={"places": ("上海", "北京")}),
    )
    store = recorder.store
    index(store)
    assert set(titles(store, "word")) == {"PM one", "PM two", "PM three", "PM four", "PM five"}
    assert set(titles(store, "word", Filters(open=True))) == {"PM one", "PM four", "PM five"}
    assert set(titles(store, "word", Filters(since=day(1)))) == {"PM four", "PM five"}
    assert set(titles(store, "word", read_filters(store, city="shanghai"))) == {"PM one", "PM five"}
    assert set(titles(store, "word", read_filters(store, city="NYC"))) == {"PM two"}
    assert set(titles(store, "word", read_filters(store, city="wobbling"))) == {"PM three"}
    assert set(titles(store, "word", read_filters(store, since=day(1).date()))) == {"PM four", "PM five"}
    assert titles(store, "word", read_filters(store, company="Beta")) == ["PM four"]
    assert titles(store, "word", read_filters(store, company="acme", is_open=True, city="北京")) == [
        "PM five"
    ]
    with pytest.raises(ConfigError, match="no posting of 'betta' is on file; did you mean"):
        read_filters(store, company="betta")
    with pytest.raises(ConfigError, match="--city needs a name"):
        read_filters(store, city=" ")
    with pytest.raises(ConfigError, match="no city 'Shanghia' among the postings; did you mean 上海"):
        read_filters(store, city="Shanghia")


def test_roles_are_those_of_the_taxonomy_in_force(recorder: Recorder) -> None:
    recorder.record(look(0, {"a": "PM one|RAG word", "b": "PM two|RAG word"}))
    store = recorder.store
    index(store)
    assert len(titles(store, "word", Filters(roles=("aigc_pm",)))) == 2
    newer = TaxonomyRecord("t2", "sha-2", TAXONOMY.tags)
    one, two = (stored.version for stored in store.untagged(newer, 10))
    judged = {one: "not_pm", two: "ai_pm"}
    rows = [(id, tagging_rows(Tagging("t2", "en", role, 1.0, 0.0))) for id, role in judged.items()]  # type: ignore[arg-type]
    store.add_taggings(newer, rows[:1], day(2))
    assert titles(store, "word") == ["PM two"], "no PM role is found unless it is asked for"
    assert titles(store, "word", Filters(roles=("not_pm",))) == ["PM one"]
    assert titles(store, "word", Filters(roles=("aigc_pm",))) == ["PM two"], "not tagged again yet"
    store.add_taggings(newer, rows[1:], day(3))
    assert titles(store, "word", Filters(roles=("ai_pm",))) == ["PM two"]
    assert find(store, "word").hits[0].role == "ai_pm"


def test_what_is_listed_unchanged_was_seen_then(tmp_path: Path) -> None:
    recorder = Repeating(tmp_path)
    for at in (0, 7, 14):
        recorder.look(seen(look(at, {"a": "PM|word"})))
    assert recorder.unchanged == 2
    index(recorder.store)
    assert find(recorder.store, "word").hits[0].last_seen_at == day(14)
    recorder.store.close()


def test_every_query_of_the_corpus_finds_what_the_texts_say(recorder: Recorder) -> None:
    """On both engines, so they find the same; `test_search_text` tells that the texts are read rightly."""
    cases = [case for case in corpus() if case[2] != "refused"]
    texts = dict.fromkeys(text for text, _, _ in cases)
    said = {f"{number:03}": f"PM {number:03}|{text}" for number, text in enumerate(texts)}
    recorder.record(look(0, {native: one for native, one in said.items()}))
    index(recorder.store)
    for _, query, _ in cases:
        asked = read_query(query, fold)
        answering = [
            one.partition("|")[0]
            for one in said.values()
            if all(clause.pattern.search(folding(fold)(one.partition("|")[2])) for clause in asked.wanted)
            and not any(clause.pattern.search(folding(fold)(one)) for clause in asked.unwanted)
        ]
        found = find(recorder.store, query, limit=200)
        assert {hit.title for hit in found.hits} >= set(answering), query
        assert found.exact and found.total == len(found.hits)


# ------------------------------------------------------------------ in which order


def test_title_before_what_is_asked_before_the_rest(recorder: Recorder) -> None:
    asked = "About us.\nYou need figma.\nBye."
    hit = TagHit(
        "rag", "rag", "required", "required", Quote("need", asked.index("need"), asked.index("need") + 4)
    )
    tagged = Tagging("t1", "en", "aigc_pm", 0.0, 5.0, tags=(hit,))
    untagged = {"tagging": replace(tagged, tags=())}
    recorder.record(
        look(0, {"title": "Figma PM|nothing", "asked": f"PM asked|{asked}"}, asked={"tagging": tagged}),
        look(1, {"rest": "PM rest|We are figma.", "none": "PM|nothing"}, key="beta", rest=untagged),
        look(2, {"newer": "PM newer|We like figma."}, key="gamma", newer=untagged),
    )
    index(recorder.store)
    assert titles(recorder.store, "figma") == ["Figma PM", "PM asked", "PM newer", "PM rest"]


def test_rarer_words_count_more(recorder: Recorder) -> None:
    recorder.record(
        look(0, {"rare": "Kafka PM|common", **{f"{n}": f"PM {n}|common" for n in range(20)}}),
        look(1, {"common": "Common PM|kafka"}, key="beta"),
    )
    index(recorder.store)
    assert titles(recorder.store, "common kafka") == ["Kafka PM", "Common PM"]


def test_a_phrase_whose_words_are_apart_in_the_title_is_not_in_the_title(recorder: Recorder) -> None:
    said = {f"{n}": f"Learning a machine {n}|machine learning" for n in range(3)}
    recorder.record(look(0, {"a": "Machine learning PM|x"}), look(1, said, key="beta"))
    index(recorder.store)
    assert titles(recorder.store, '"machine learning"', limit=2)[0] == "Machine learning PM"
    assert find(recorder.store, '"machine learning"', limit=1).hits[0].title_hits == ((0, 16),)


def test_lines_that_ask() -> None:
    text = "intro\n- sql\nbetween\n- rag\nbenefits: gym\n- last"
    tags = [
        (text.index(word), text.index(word) + len(word), word != "gym")
        for word in ("sql", "rag", "gym", "last")
    ]
    spans = asking_lines(text, tags)
    assert [text[start:end] for start, end in spans] == ["- sql\nbetween\n- rag", "- last"]
    assert asking_lines("", []) == []


def test_many_hits_are_bounded_and_that_is_told(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    recorder.record(
        look(0, {f"{n:02}": f"PM {n:02}|word phrase" for n in range(30)}, **{"00": {"title": "Word PM"}})
    )
    index(recorder.store)
    for name, value in (("LOOKED", (20,)), ("RANKED", 5), ("_FEW", 3), ("_READ", 8), ("_CHUNK", 4)):
        monkeypatch.setattr(search, name, value)
    found = find(recorder.store, "word", limit=3)
    assert (found.total, found.exact, found.at_most, found.looked, found.ranked) == (20, False, None, 20, 5)
    assert [hit.title for hit in found.hits] == ["Word PM", "PM 29", "PM 28"], "a title is found among all"
    found = find(recorder.store, '"word phrase"', limit=3)
    assert not found.exact and 3 <= found.total <= 8
    monkeypatch.setattr(search, "LOOKED", (3, 30))
    found = find(recorder.store, "word", limit=3)
    assert (found.total, found.exact, found.looked, found.ranked) == (3, False, 3, 3)
    found = find(recorder.store, "word", limit=4)
    assert (found.total, found.exact, found.looked, found.ranked) == (30, True, None, 5)
    found = find(recorder.store, '"word phrase"', limit=4)
    assert (found.exact, found.at_most) == (False, 30)
    monkeypatch.setattr(search, "LOOKED", (3,))
    found = find(recorder.store, "word", Filters(roles=("not_pm",)))
    assert (found.hits, found.total, found.exact, found.looked) == ((), 0, False, 3)


def test_more_hits_begin_with_the_fewer(recorder: Recorder) -> None:
    said = {f"{n:02}": f"PM {n:02}|{'word ' * (n % 3)}other" for n in range(30)}
    recorder.record(look(0, said))
    index(recorder.store)
    everything = titles(recorder.store, "word other", limit=20)
    assert len(everything) == 20
    for limit in (1, 5, 19):
        assert titles(recorder.store, "word other", limit=limit) == everything[:limit]


# ------------------------------------------------------------------ the index


def test_batches_end_where_the_texts_do(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_index, "BATCH", 2)
    assert index(recorder.store) == 0
    recorder.record(look(0, {n: f"PM {n}|word" for n in "abcde"}))
    assert recorder.store.count_unindexed() == 5
    assert find(recorder.store, "word").total == 0, "only what is indexed is found"
    assert index(recorder.store) == 3
    assert index(recorder.store) == 0
    recorder.record(look(1, {n: f"PM {n}|word" for n in "abcdef"}))
    assert recorder.store.count_unindexed() == 1
    assert index(recorder.store) == 1
    assert find(recorder.store, "word").total == 6


def test_a_batch_that_fails_leaves_nothing_half_done(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_index, "BATCH", 2)
    recorder.record(
        look(0, {n: f"PM {n}|word" for n in "abcd"}), look(1, {n: f"PM {n}|new word" for n in "abcd"})
    )
    recorder.store.index_texts(fold)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(search_index, "_mark_outdated", killed)
        with pytest.raises(KeyboardInterrupt):
            recorder.store.index_texts(fold)
    assert recorder.store.count_unindexed() == 6 and recorder.store.check() == []
    index(recorder.store)
    assert find(recorder.store, "word").total == 4


def test_a_lost_index_is_told_and_made_anew(recorder: Recorder) -> None:
    recorder.record(look(0, {"a": "PM|first words"}), look(1, {"a": "PM|second words", "b": "PM|words"}))
    index(recorder.store)
    for harm in (
        "UPDATE search_documents SET outdated = NOT outdated",
        "DELETE FROM search_documents WHERE id = 1",
    ):
        with recorder.store.engine.begin() as connection:
            connection.execute(text(harm))
        (told,) = recorder.store.check()
        assert "of 3 texts" in told and "`pmtrend db reindex`" in told
        recorder.store.clear_index()
        assert recorder.store.count_unindexed() == 3
        index(recorder.store)
        assert find(recorder.store, "words").total == 2


def test_a_store_copied_without_its_index_is_indexed_again(recorder: Recorder) -> None:
    recorder.record(look(0, {"a": "PM|first words"}), look(1, {"a": "PM|second words"}))
    index(recorder.store)
    with recorder.store.engine.begin() as connection:
        clear_documents(connection)
    assert recorder.store.count_unindexed() == 2
    index(recorder.store)
    assert find(recorder.store, "words").total == 1 and find(recorder.store, "first").total == 0
