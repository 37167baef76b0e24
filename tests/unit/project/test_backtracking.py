"""Every regular expression of the program takes linear time, or reads a bounded text (ReDoS, CWE-1333).

How that is found: see backtracking.py. What cannot be shown to be linear is listed here with the place where
what it reads is cut off.
"""

import json
from functools import cache

import pytest
from backtracking import Growing, Growth
from pattern_automaton import Automaton
from pattern_calls import BOUNDED, Pattern, calls, collected, how
from places import ROOT

from scraper.importing.facts import split_facts
from scraper.importing.values import plain
from scraper.normalizing.companies import company_key, is_anonymous
from scraper.normalizing.places import parse_places
from scraper.parsing.payloads import too_heavy
from scraper.parsing.watermarks import without_watermarks
from scraper.tagging.masking import employer_names
from scraper.understanding.answering import tag_lines
from storage.searching.text import text_tokens

MOST_READ = 100
"""How often a linear pattern may read a character, for loops that have a limit."""
COSTLIER: dict[str, int] = {
    "scraper/importing/cleaning.py": 300,
    "scraper/importing/pages.py": 900,
    "scraper/normalizing/privacy.py": 320,
    "scraper/normalizing/text.py": 200,
    "scraper/normalizing/workplace_words.py": 600,
    "scraper/tagging/objects.py": 3200,
    "scraper/tagging/years_subjects.py": 3600,
}
"""Where it may read more often: by the limits alone, in `benchmarks/expressions.py` none takes long."""
ELSEWHERE = {
    "scraper/fetching/redaction.py": "the families' patterns of tokens, compiled where they are declared",
    "scraper/vocabulary/candidates.py": "words of a text, escaped, as one alternative",
}
"""Files with calls whose pattern is made of data that the collecting run does not have."""


def test_every_call_of_re_is_looked_at() -> None:
    """Either its pattern is written there, or the collecting run has come by."""
    seen = {(one.file, one.line) for one in collected()}
    missed = [
        f"{call.file}:{call.first}"
        for call in calls()
        if call.text is None
        and call.file not in ELSEWHERE
        and not any((call.file, line) in seen for line in range(call.first, call.last + 1))
    ]
    assert missed == []
    assert len(collected()) > 600


@cache
def growths() -> dict[Pattern, Growth]:
    """What each pattern of the program costs, as it is asked where it stands."""
    known = {(one.file, one.text, one.flags): one for one in collected()}
    written = {(file, text) for file, text, _ in known}
    for call in calls():
        if call.text is not None and (call.file, call.text) not in written:
            known[call.file, call.text, 0] = Pattern(call.file, call.first, call.text, 0)
    return {one: Growing(Automaton(one.text, one.flags, how(one))).growth() for one in known.values()}


def test_every_pattern_is_linear_or_reads_a_bounded_text() -> None:
    """One more than are listed for a file has to be looked at, one less to be taken off the list."""
    found: dict[str, list[str]] = {}
    for pattern, growth in growths().items():
        if growth.kind != "linear":
            told = f"line {pattern.line}: {pattern.text[:80]} is {growth.kind}: {growth.witness}"
            found.setdefault(pattern.file, []).append(told)
    unlisted = {file: told for file, told in found.items() if len(told) != BOUNDED.get(file, (0, "", 0))[2]}
    assert unlisted == {}
    assert found.keys() == BOUNDED.keys()


@pytest.mark.parametrize("file", BOUNDED)
def test_what_is_not_linear_is_given_a_bounded_text(file: str) -> None:
    assert BOUNDED[file][1] in (ROOT / file).read_text(encoding="utf-8")


def test_linear_patterns_read_a_character_only_so_often() -> None:
    found: dict[str, int] = {}
    for pattern, growth in growths().items():
        if growth.factor > MOST_READ:
            found[pattern.file] = max(growth.factor, found.get(pattern.file, 0))
    assert found == COSTLIER


# ------------------------------------------------------------------ the finding itself


def growth_of(pattern: str, asked: str = "search") -> str:
    return Growing(Automaton(pattern, 0, asked)).growth().kind


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+b",
        r"^(a+)+b",
        r"(a*)*b",
        r"(?:a|ab|b)*c",
        r"(?:需要?|有|需有)*$",
        r"(?:公司|\(.*?\))+$",
        r"(?:\s*\w+\s*)*:",
        r"(?>(?:a+)+b)c",
        r"(?:x(?:a+)+y)?",
        r"(?=(?:a+)+b)",
        r"(?:a(?:(?:ab|a|b)*c)?)*",
        r"^(?>(?:(?>ab)(?:a|ab)?)*c)d",
        # OWASP's examples; the second is for the names of Java classes
        r"^(a|a?)+$",
        r"^(([a-z])+.)+[A-Z]([a-z])+$",
        r"^([a-zA-Z0-9])(([\-.]|[_]+)?([a-zA-Z0-9]+))*(@)[a-z0-9]+$",
        # CPython's AbstractBasicAuthHandler, CVE-2020-8492
        r"(?:.*,)*[ \t]*([^ \t]+)[ \t]+realm=([\"']?)([^\"']*)",
    ],
)
def test_what_is_exponential_is_found(pattern: str) -> None:
    assert growth_of(pattern) == "exponential"
    assert growth_of(pattern, "match") == "exponential"


@pytest.mark.parametrize(
    ("pattern", "matched"),
    [
        (r"a+b", "linear"),  # to begin anywhere is a loop
        (r"a++b", "linear"),
        (r"(?=a+)b", "linear"),
        (r"x(?=.*y)", "linear"),
        (r"<a.*?>", "linear"),
        (r"(?:b(?:a*c)?)*a*d", "linear"),
        (r"^a+a+b", "polynomial"),
        (r"^.*a.*b", "polynomial"),
        (r"^(?:a(?:a*b)?)*", "polynomial"),
        (r"^(?:(?>a)(?>b))*(?:ab)*c", "polynomial"),
        (r"^(?>a)*a*b", "polynomial"),
        (r"^\d+\w*\d+$", "polynomial"),
        # Stack Overflow, 20 July 2016
        (r"^[\s\u200c]+|[\s\u200c]+$", "linear"),
        # Cloudflare, 2 July 2019: its end
        (r".*(?:.*=.*)", "polynomial"),
        # CPython's difflib, CVE-2018-1061, and poplib
        (r"\s*#?\s*$", "polynomial"),
        # CPython's http.cookiejar, bpo-38804
        (r"^\d+(?:-\w+)*\s*(?:\d+\s*)?(?:[A-Z]+)?\s*$", "polynomial"),
    ],
)
def test_what_is_a_power_of_the_length_is_found(pattern: str, matched: str) -> None:
    assert growth_of(pattern) == "polynomial"
    assert growth_of(pattern, "match") == matched


@pytest.mark.parametrize(
    "pattern",
    [
        r"a+",
        r"a.*",
        r"(?:a+)+",
        r"\ba+b",
        r"(?<!a)a+b",
        r"(?<!a)a++a+b",
        r"^a++a++b",
        r"^(?>a+)a*b",
        r"^(?:a|b)*c",
        r"^(?:,\s*\d+)*;",
        r"^(?:需要?|有)*$",
        r"^(?:\\.|[^\\\"])*\"",
        r"^[^a]*a[^b]*b",
        r"<[^<>]*>",
        r"(?<!\s)\s+$",
        r"(?:(?<!\s)\s+)?;",
        r"\"[^\"]*\"?",
        r"^\d+[a-z]*$",
        r"[^\n]*+\n?",
        r"(?<![^,;])[^,;]*x[^,;]*",
    ],
)
def test_what_is_linear_is_not_found(pattern: str) -> None:
    assert growth_of(pattern) == "linear"


@pytest.mark.parametrize(
    ("pattern", "factor"),
    [
        (r"<[^>]{0,40}>", 40),
        (r"<[^<>]{0,40}>", 1),
        (r"^a{0,40}b{0,30}[ab]{0,10}c", 10),
        (r"a{0,40}b{0,30}[ab]{0,10}c", 400),
        (r"x[^y]{0,20}(?:z[^y]{0,5})y", 100),
    ],
)
def test_what_has_a_limit_multiplies(pattern: str, factor: int) -> None:
    assert Growing(Automaton(pattern, 0)).growth()[:2] == ("linear", factor)


def test_a_match_that_is_asked_for_whole_may_fail_at_its_end() -> None:
    assert growth_of("a*a*", "match") == "linear"
    assert growth_of("a*a*", "fullmatch") == "polynomial"


def test_the_witness_leads_there() -> None:
    """Behind the first part the second may be repeated: from each "end" on the others are read in vain."""
    assert Growing(Automaton(r"end(?:-end)*;", 0)).growth().witness == ("-", "end-")
    assert Growing(Automaton(r"^<(?:x+y?)+>", 0)).growth().witness == ("<x", "x")


# ------------------------------------------------------------------ what was found so, and mended


def test_a_name_of_brackets_is_read_at_once() -> None:
    """Each pair of them doubled the time: a single posting of an employer called so held a run for years."""
    name = "科技" + "()" * 90 + "x"
    assert employer_names(name, frozenset())[0] == name


def test_a_torn_list_is_read_at_once() -> None:
    """Its blanks could stand in three places, so 8,000 of them took a quarter of an hour."""
    assert plain("'a'" + " " * 100_000 + "x") == "'a'" + " " * 100_000 + "x"
    assert [plain(cell) for cell in ("['a'", "'a',", "'a' , ] ,", "['a' ]")] == ["a", "a", "a", ["a"]]


def test_of_a_name_only_so_much_is_read_as_names_have() -> None:
    assert company_key("云雀" + ", " * 20_000 + "x") == company_key("云雀")
    assert is_anonymous("某知名互联网公司" + "." * 40_000)


def test_a_text_in_a_reply_that_never_ends_is_weighed_at_once() -> None:
    """From each of its quotes on it was read to the end: a reply of 2 MB took hours."""
    assert not too_heavy(b'["' + b'\\"' * 1_000_000)


def test_blanks_behind_a_word_are_read_once() -> None:
    """They could be parted in three ways: 5,000 of them behind "QS" took minutes."""
    row = {"id": 1, "title": "AI Product Manager", "description": "QS" + " " * 20_000 + "100", "company": "A"}
    assert [json.loads(line)["id"] for line in tag_lines([json.dumps(row)])] == [1]
    assert without_watermarks(" " * 100_000) == " " * 100_000


def test_a_word_without_end_is_indexed_at_once() -> None:
    """Each of its letters could begin the name of a language, as C++ is one."""
    assert text_tokens("a" * 100_000 + " c++") == text_tokens("c++ " + "a" * 100_000)


def test_a_title_of_dashes_names_no_place_at_once() -> None:
    assert parse_places([], " - " * 100_000 + "|").cities == ()


def test_brackets_that_are_not_closed_hold_no_place() -> None:
    assert split_facts(["[急聘【上海】 3-5年"])["location"] == "上海"
    assert "location" not in split_facts(["[" * 100_000])
