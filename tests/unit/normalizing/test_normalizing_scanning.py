"""Pay and workplace are read with bounded work, however a text is made: counted, not timed."""

import pytest

from scraper.bounds import MAX_READ
from scraper.normalizing import extras, money, workplace
from scraper.normalizing.compensation import find_compensation
from scraper.normalizing.money import amounts
from scraper.normalizing.scanning import MAX_HITS, Scanned
from scraper.normalizing.workplace import find_workplace
from scraper.parsing.folding import folded

_UNITS = [
    *("1", "$1", "1-1-", "1,000,", "$100k - $200k ", "1k-", "10-20K·14薪 ", "1 to ", "$1 (", "万1"),
    *("薪", "薪1", "annual bonus, salary ", "期权，", "年终奖1-3个月，", "OTE $1 ", "equity ", "15% bonus "),
    *("remote ", "remote\n", "hybrid, ", "week in office ", "3 days in office ", "每周3天到岗", "office\n"),
    *("(", "[a](", "\n", " ", "|", "| product manager | ", "\ud800", "a", "的", ". "),
]


def _text(unit: str, size: int) -> str:
    return (unit * size)[:size]


@pytest.mark.parametrize("unit", _UNITS, ids=ascii)
def test_no_text_has_more_work_in_it_than_the_bounds_allow(unit: str) -> None:
    scanned = Scanned(folded(_text(unit, 4 * MAX_READ)))
    assert len(scanned.low) == MAX_READ
    assert len(scanned.numbers) + len(scanned.words) + len(scanned.cues) <= MAX_HITS
    assert sum(1 for _ in amounts(scanned.low, scanned.numbers)) <= money.MAX_AMOUNTS
    telling = workplace._telling_sentences(scanned)
    assert sum(len(sentence.text) for sentence in telling) <= 3 * workplace.MAX_TELLING
    find_compensation(scanned)
    find_workplace(None, [], "", scanned)


@pytest.mark.parametrize("unit", _UNITS, ids=ascii)
def test_a_longer_text_is_read_no_otherwise_than_its_beginning(unit: str) -> None:
    once, twice = (Scanned(folded(_text(unit, size))) for size in (MAX_READ, 2 * MAX_READ))
    assert (once.numbers, once.words, once.cues) == (twice.numbers, twice.words, twice.cues)
    assert find_workplace(None, [], "", once) == find_workplace(None, [], "", twice)


def test_mentions_of_extras_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at = []
    mention = extras._mention
    monkeypatch.setattr(extras, "_mention", lambda *args: looked_at.append(1) or mention(*args))
    find_compensation(Scanned(folded("a discretionary bonus, " * 2_000)))
    assert 0 < len(looked_at) <= extras.MAX_MENTIONS


def test_a_word_is_found_where_it_stands() -> None:
    scanned = Scanned(folded("Ｓａｌａｒｙ: $100k, bonus; hybrid，薪资"))
    assert [scanned.raw[word.start : word.end] for word in scanned.words] == ["Ｓａｌａｒｙ", "bonus", "薪"]
    assert [scanned.raw[at] for at in scanned.numbers] == ["1"]
    assert [scanned.raw[at : at + 6] for at, _ in scanned.cues] == ["hybrid"]
