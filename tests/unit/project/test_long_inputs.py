"""What is too long is read as far as honest inputs go: by counting what is looked at, not by a clock."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scraper.boards import load_boards
from scraper.errors import InputError
from scraper.following import finding
from scraper.following.adding import Wishes, add, remove
from scraper.model import Reply, Request
from scraper.normalizing import privacy
from scraper.normalizing.addresses import address_key
from scraper.parsing import watermarks
from scraper.parsing.urls import LONGEST_URL, canonical_url

SIZE = 256 * 1024

# ------------------------------------------------------------------ contacts


def looked_at(text: str, monkeypatch: pytest.MonkeyPatch) -> tuple[str, list[int]]:
    """Return what drop_contacts leaves of `text`, and the lengths of the lines that it looked through."""
    lengths: list[int] = []
    look = privacy._without_contacts

    def counted(line: str, folded: str, signs: int) -> str:
        lengths.append(len(line))
        return look(line, folded, signs)

    with monkeypatch.context() as patched:
        patched.setattr(privacy, "_without_contacts", counted)
        return privacy.drop_contacts(text), lengths


@pytest.mark.parametrize(
    "unit", ["微信：", "@", "@\n", "138 ", "联系\n", "hr ", "a@b.cn\n", "# ", "电话 (010)"]
)
def test_only_so_much_is_looked_through_for_contacts(unit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _, lengths = looked_at((unit * SIZE)[:SIZE], monkeypatch)
    assert sum(lengths) <= privacy.MOST_LOOKED_AT
    assert len(lengths) <= privacy.MOST_LOOKED_AT // 24 + 1


def test_lines_without_a_sign_are_not_looked_through(monkeypatch: pytest.MonkeyPatch) -> None:
    prose = "负责大模型产品的规划与落地\nOwn the roadmap with design and research\n" * 4_000
    kept, lengths = looked_at(f"{prose}微信：abc_123\n{prose}", monkeypatch)
    assert kept == prose + prose and lengths == [len("微信：abc_123")]


def test_nobody_is_named_in_what_was_not_looked_through() -> None:
    kept = privacy.drop_contacts("微信：abc_123，负责产品\n" * 5_000 + "要求本科")
    assert "abc" not in kept and kept.endswith("\n要求本科")
    line = privacy.drop_contacts("负责产品，微信：abc_123。" * 20_000)
    assert line.startswith("负责产品") and "abc" not in line and len(line) < privacy.MOST_LOOKED_AT


def test_a_posting_of_any_honest_length_keeps_all_but_its_contacts() -> None:
    text = "负责产品规划，" * 1_900 + "微信：abc_123"
    assert privacy.drop_contacts(text) == "负责产品规划，" * 1_900


_WORDS = st.sampled_from(
    [
        "微信",
        "信",
        "加V",
        "VX",
        "Vx：",
        "qq",
        "q",
        "QQ群号",
        "123456",
        ":",
        "ab_cd12",
        "a.b@c.cn",
        "@",
        "[at]",
        "(at)",
        "dot",
        "点",
        "corp",
        "cn",
        "138",
        "0013",
        "8000",
        "电话",
        "联系",
        "HR",
        "hr",
        "王女士",
        "李老师",
        "#",
        "t.me/abcd",
        "line",
        "id",
        "skype",
        "recruiter",
        "is",
        "Jane",
        "Doe",
        "contact",
        "John",
        "Smith",
        "at",
        "your",
        "resume",
        "to",
        "Amy",
        "Lee",
        "招聘",
        "张三",
        "x",
        "\n",
        "\t",
        "\u2028",
        "，",
        "（",
        "）",
        "＠",
        "﹫",
        "１３８",
    ]
)


@given(st.lists(st.tuples(_WORDS, st.sampled_from(["", " ", "\n"])), max_size=24))
@example([("q\nqq", " 12345678")])
@example([("\ndot dot ", "corp")])
def test_what_holds_no_sign_holds_no_contact(words: list[tuple[str, str]]) -> None:
    """Looking through every line with every pattern finds no more."""
    text = "".join(word + blank for word, blank in words)
    quick = privacy.drop_contacts(text)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(privacy, "_suspects", lambda low: dict.fromkeys(range(low.count("\n") + 1), 7))
        assert privacy.drop_contacts(text) == quick


# ------------------------------------------------------------------ addresses


def test_an_address_has_a_longest_length() -> None:
    begin = "https://a.example/"
    longest = begin + "a" * (LONGEST_URL - len(begin))
    assert canonical_url(longest) == longest == address_key(longest)
    assert canonical_url(longest + "a") == "" and address_key(longest + "a") is None
    assert finding.as_url(longest) == longest and finding.as_url(longest + "a") == ""


class NoWorld:
    """Nobody is asked."""

    def fetch(self, request: Request, *, published: bool) -> Reply:
        raise AssertionError(request.url)


def test_an_address_that_is_too_long_is_refused_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(url: str) -> None:
        assert len(url) <= LONGEST_URL, "a family was asked for it"

    monkeypatch.setattr(finding, "family_of", asked)
    url = "https://jobs.ashbyhq.com/" + "%" * 250_000
    before = load_boards(tmp_path)
    told = []
    with pytest.raises(InputError) as refused:
        add(url, tmp_path, NoWorld(), Wishes(), datetime(2026, 11, 26, tzinfo=UTC))
    told.append(str(refused.value))
    with pytest.raises(InputError) as refused:
        remove(url, tmp_path)
    told.append(str(refused.value))
    for sentence in told:
        assert "250,025 characters; an address has at most 8,192" in sentence and len(sentence) < 300
    assert load_boards(tmp_path) == before


def test_no_family_is_asked_for_an_address_in_a_page_that_is_none() -> None:
    page = f'<a href="https://jobs.ashbyhq.com/{"%" * SIZE}">x</a><a href="https://jobs.lever.co/acme">y</a>'
    assert [found.name for found in finding.in_page("https://a.example/", page)] == ["lever:acme"]


# ------------------------------------------------------------------ marks of a board


def test_only_so_many_marks_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = 0
    parts = watermarks._parts_a_word

    def counted(text: str, match: object) -> bool:
        nonlocal asked
        asked += 1
        return parts(text, match)  # type: ignore[arg-type]

    monkeypatch.setattr(watermarks, "_parts_a_word", counted)
    text = "来自" * (SIZE // 2)
    assert watermarks.without_watermarks(text) == text
    assert asked <= watermarks.MOST_MARKS
    assert watermarks.without_watermarks("工来自作职责\n" * 100).count("来自") == 0
