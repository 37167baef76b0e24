"""TOML of the user with absurd values: one sentence, whichever file it is in, and never a traceback."""

from pathlib import Path

import pytest
from docs_pages import call

ABSURD = {
    "arrays in arrays": "x = " + "[" * 50_000,
    "tables in tables": "x = " + "{a=" * 5_000,
    "a number of 5,000 digits": "x = " + "9" * 5_000,
    "no such day": "x = 2026-13-45",
    "a name of many parts": ".".join("a" * 3_000) + " = 1",
    "a control character": "x = '\x00'",
    "no text": "x = \udcff",
}
FILES = {
    "configuration": ("pmtrend.toml", ["status"]),
    "profile": ("me.toml", ["choose", "--profile", "me.toml"]),
    "boards": ("boards.d/ashby.toml", ["boards", "list"]),
    "own boards": ("boards.d/ashby.toml", ["boards", "remove", "ashby:x"]),
    "vocabulary": ("words.toml", ["taxonomy", "diff", "words.toml", "current"]),
}


@pytest.mark.parametrize("absurd", ABSURD)
@pytest.mark.parametrize("kind", FILES)
def test_absurd_toml_is_one_sentence(tmp_path: Path, kind: str, absurd: str) -> None:
    name, words = FILES[kind]
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(ABSURD[absurd], encoding="utf-8", errors="surrogateescape")
    done = call(tmp_path, *words)
    assert done.code == 1
    assert done.err.startswith("pmtrend: ") and done.err.count("\n") == 1 and name.split("/")[-1] in done.err


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ('zone = "America"', "zone: 'America' is not a time zone"),
        ('zone = "../../etc/passwd"', "is not a time zone"),
        (f'zone = "{"a" * 5000}"', "is not a time zone"),
        ('zone = "a\\u0000b"', "zone: holds a control character"),
        ('database = "sqlite:///a\\u0000.db"', "database: holds a control character"),
        ('archive = "\\u0000"', "archive: holds a control character"),
        ('reports = "a\\nb"', "reports: holds a control character"),
        ('operator = "https://example.org\\r\\nX-Forged: yes"', "operator: holds a control character"),
        ('[report]\nprofiles = ["\\u0000"]', "report.profiles: holds a control character"),
        (
            '[delivery]\nbase_url = "https://example.org/\\u001b[2J"',
            "delivery.base_url: holds a control char",
        ),
    ],
)
def test_a_setting_that_is_no_name_is_one_sentence(tmp_path: Path, setting: str, words: str) -> None:
    (tmp_path / "pmtrend.toml").write_text(setting, encoding="utf-8")
    done = call(tmp_path, "status")
    assert done.code == 1 and words in done.err and done.err.count("\n") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pmtrend.toml"]
