"""Text of a user, by whatever program it was saved."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.errors import InputError
from scraper.parsing.encodings import decoded_text, text_codec

WESTERN = "Señor Produktmanager – the user’s “voice”, 5+ years’ experience"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("产品经理", "utf-8"),
        ("产品经理", "utf-8-sig"),
        ("产品经理", "utf-16"),
        ("智能体产品经理", "gbk"),
        ("智能体产品经理", "gb18030"),
        (WESTERN, "cp1252"),
        ("Crédit", "latin-1"),
        ("", "utf-8"),
    ],
)
def test_text_is_read_as_it_was_saved(text: str, encoding: str) -> None:
    assert decoded_text(text.encode(encoding)) == text


def test_line_ends_are_all_the_same() -> None:
    assert decoded_text("\ufeff产品\r\n经理\r".encode()) == "产品\n经理\n"


def test_a_few_broken_bytes_do_not_make_it_another_encoding() -> None:
    assert decoded_text(("产品经理" * 20).encode() + b"\xff") == "产品经理" * 20 + "\ufffd"


@pytest.mark.parametrize("text", ["\ufffd", "Product Manager \ufffd AI, plain otherwise", "产\ufffd品"])
def test_signs_of_damage_that_were_saved_with_a_text_are_none(text: str) -> None:
    assert decoded_text(text.encode()) == text
    pieces = [text.encode()[at : at + 1] for at in range(len(text.encode()))]
    assert text_codec(lambda: pieces) == "utf-8-sig"


def test_bytes_in_no_known_encoding_are_named() -> None:
    with pytest.raises(InputError, match="in no known encoding"):
        decoded_text(b"\xff\xff")


@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=60), size=st.integers(1, 7))
def test_utf8_is_always_read_as_such_however_it_comes(text: str, size: int) -> None:
    raw = ("x" + text).encode()
    assert text_codec(lambda: [raw[at : at + size] for at in range(0, len(raw), size)]) == "utf-8-sig"
