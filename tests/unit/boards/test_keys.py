"""The user's keys: from the file or the environment, named when unknown, and never shown."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from scraper.config import Settings, load_settings, read_keys
from scraper.errors import ConfigError
from scraper.looking.planning import KEYS, askable
from scraper.model import Board

SECRET = "s3cr3t-of-mine"
FREE, MUSE, ADZUNA = Board("greenhouse", "a", "A"), Board("themuse", "m", "M"), Board("adzuna", "gb", "Z")


def settings(tmp_path: Path, text: str) -> Settings:
    file = tmp_path / "pmtrend.toml"
    file.write_text(text, encoding="utf-8")
    return load_settings(file)


@pytest.mark.parametrize(
    ("text", "environment", "keys"),
    [
        ("", {}, {}),
        (f'[keys]\nthemuse = "{SECRET}"', {}, {"themuse": SECRET}),
        (f'[keys]\nthemuse = " {SECRET}\\n"', {}, {"themuse": SECRET}),
        ("", {"PMTREND_KEY_ADZUNA_APP_ID": "1a2b"}, {"adzuna_app_id": "1a2b"}),
        ('[keys]\nthemuse = "old"', {"PMTREND_KEY_THEMUSE": "new"}, {"themuse": "new"}),
        ('[keys]\nthemuse = ""', {"PMTREND_KEY_ADZUNA_APP_KEY": " "}, {}),
        ("", {"PMTREND_DATABASE_URL": "sqlite:///x.db"}, {}),
    ],
)
def test_keys_are_read(
    tmp_path: Path, text: str, environment: Mapping[str, str], keys: Mapping[str, str]
) -> None:
    assert read_keys(settings(tmp_path, text), environment, KEYS) == keys


@pytest.mark.parametrize(
    ("text", "environment"),
    [(f'[keys]\nthemouse = "{SECRET}"', {}), ("", {"PMTREND_KEY_THEMOUSE": SECRET})],
)
def test_an_unknown_name_is_told_with_the_known_ones_and_without_its_value(
    tmp_path: Path, text: str, environment: Mapping[str, str]
) -> None:
    with pytest.raises(ConfigError, match=r"themouse.*adzuna_app_id, adzuna_app_key, themuse") as caught:
        read_keys(settings(tmp_path, text), environment, KEYS)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    "text", [f'keys = "{SECRET}"', f'[keys]\nthemuse = ["{SECRET}"]', "[keys]\nthemuse = 7"]
)
def test_a_key_of_another_type_is_one_sentence_without_its_value(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match="keys") as caught:
        settings(tmp_path, text)
    assert SECRET not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_settings_that_are_printed_do_not_show_a_key(tmp_path: Path) -> None:
    found = settings(tmp_path, f'[keys]\nthemuse = "{SECRET}"')
    assert SECRET not in f"{found!r} {found} {found.model_dump_json()}"


# ------------------------------------------------------------------ boards that need one


@pytest.mark.parametrize(
    ("keys", "asked"),
    [
        ([], [FREE]),
        (["themuse"], [FREE, MUSE]),
        (["adzuna_app_id"], [FREE]),
        (["adzuna_app_id", "adzuna_app_key", "themuse"], [FREE, MUSE, ADZUNA]),
    ],
)
def test_boards_are_left_out_without_their_keys(keys: list[str], asked: list[Board]) -> None:
    assert askable([FREE, MUSE, ADZUNA], keys, named=False) == asked


def test_who_names_a_board_is_told_what_it_needs() -> None:
    with pytest.raises(ConfigError, match=r"themuse needs the key themuse: .*PMTREND_KEY_THEMUSE"):
        askable([MUSE], [], named=True)
    with pytest.raises(ConfigError, match="adzuna needs the key adzuna_app_key: "):
        askable([FREE, ADZUNA], ["adzuna_app_id"], named=True)
    assert askable([FREE], [], named=True) == [FREE]
