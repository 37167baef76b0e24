"""pmtrend.toml → validated settings. The file is optional; only `collect` needs something from it."""

import json
import os
import re
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from scraper.errors import ConfigError
from scraper.parsing.tomltext import decoded, parsed
from scraper.printing import printable

FILE_NAME = "pmtrend.toml"
DATABASE = "sqlite:///pmtrend.db"
TEMPLATE = """\
# pmtrend: all settings are told in docs/DATA.md. Paths are relative to this file.

# Who runs this collector: an address or page at which a site's owner can reach you. It is sent with
# every request, so `pmtrend collect` does not start without it.
operator = ""

database = "sqlite:///pmtrend.db"
# ISO weeks are cut in this zone. It is fixed when the database is made.
zone = "Asia/Shanghai"
# Every reply is kept here, so that history can be rebuilt with `pmtrend replay`.
archive = "archive"
reports = "pmtrend-reports"

# Families to collect; leave out for all of them.
# families = ["greenhouse", "ashby", "lever", "tencent"]

[keys]
# Some sources give a key to each user; they are asked only with it. A key may stand in the environment
# instead: PMTREND_KEY_THEMUSE, PMTREND_KEY_ADZUNA_APP_ID, PMTREND_KEY_ADZUNA_APP_KEY.
# themuse = ""
# adzuna_app_id = ""
# adzuna_app_key = ""

[schedule]
# Five cron fields, UTC, names for the days (mon, tue, ...).
weekly = "17 12 * * sun"

[delivery]
# Where the folder `reports` is published, for the links of messages and feeds.
# base_url = "https://example.org/pm-reports/"
# The language of the message to each service. Its webhook is a secret and stands in the environment:
# PMTREND_FEISHU_WEBHOOK, PMTREND_DINGTALK_WEBHOOK, PMTREND_WECOM_WEBHOOK, PMTREND_SLACK_WEBHOOK.
# feishu = "zh"
# dingtalk = "zh"
# wecom = "zh"
# slack = "en"

[report]
# Who looks for a role: files that say what `pmtrend choose` is told by options (docs/DATA.md). Each gets a
# decision card in the weekly report.
# profiles = ["me.toml"]
"""
NO_OPERATOR = (
    f"`operator` is not set in {FILE_NAME}: name an address or page at which you can be reached, "
    "it is sent with every request (`pmtrend init` writes the file)"
)
KEY_PREFIX = "PMTREND_KEY_"
_BASE_URL = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d{1,5})?(?:/[A-Za-z0-9._~%/-]*)?")
_LONGEST_BASE_URL = 200
_WRONG_TYPES = {
    "string_type": "must be a text in quotes",
    "tuple_type": "must be a list of texts",
    "path_type": "must be a path in quotes",
    "mapping_type": "must be a table",
    "dict_type": "must be a table",
    "model_type": "must be a table",
}
"""What pydantic says of a value of another type, in words of TOML."""


class _Table(BaseModel):
    """A table of the file: it holds known entries, and none of their texts a character that no name has."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*", mode="before")
    @classmethod
    def _one_line(cls, value: Any) -> Any:
        texts = value if isinstance(value, list) else [value]
        if any(isinstance(text, str) and printable(text) != text for text in texts):
            raise ValueError("holds a control character")
        return value


class Schedule(_Table):
    """When `pmtrend schedule` runs what."""

    weekly: str = "17 12 * * sun"


class Delivery(_Table):
    """Where reports are published (ending in "/", or "" if nowhere), and the language of each message."""

    base_url: str = ""
    feishu: Literal["en", "zh"] = "zh"
    dingtalk: Literal["en", "zh"] = "zh"
    wecom: Literal["en", "zh"] = "zh"
    slack: Literal["en", "zh"] = "en"

    @field_validator("base_url")
    @classmethod
    def _plain_address(cls, value: str) -> str:
        if value and (len(value) > _LONGEST_BASE_URL or not _BASE_URL.fullmatch(value)):
            raise ValueError(
                f"{value[:80]!r} is not a plain address; write it as https://example.org/reports/"
            )
        return value and value.rstrip("/") + "/"


class Report(_Table):
    """What the weekly report shows besides what it always shows."""

    profiles: tuple[Path, ...] = ()


class Settings(_Table):
    """All that a user can set; relative paths are resolved against `home`, the file's folder."""

    operator: str = ""
    database: str = DATABASE
    zone: str | None = None
    archive: Path = Path("archive")
    reports: Path = Path("pmtrend-reports")
    families: tuple[str, ...] = ()
    keys: Mapping[str, SecretStr] = Field(default_factory=dict)
    schedule: Schedule = Schedule()
    delivery: Delivery = Delivery()
    report: Report = Report()
    home: Path = Field(default_factory=Path.cwd, exclude=True)
    source: Literal["file", "defaults"] = "defaults"

    @field_validator("families")
    @classmethod
    def _not_none(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value:
            raise ValueError("names none; name at least one, or leave it out for all of them")
        return value

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                ZoneInfo(value)
            except (ZoneInfoNotFoundError, ValueError, OSError):  # the last for a folder or a long name
                raise ValueError(f"{value!r} is not a time zone; write it as Asia/Shanghai") from None
        return value


def write_template(path: Path, database: str = DATABASE) -> None:
    """Write a new configuration that nobody else may read, for it is where keys stand. Raises OSError.

    `database` is the URL of its database; a file in the folder of the configuration is named relatively.
    """
    inside = f"sqlite:///{path.resolve().parent}/"
    if database.startswith(inside):
        database = f"sqlite:///{database.removeprefix(inside)}"
    with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
        file.write(TEMPLATE.replace(f'"{DATABASE}"', json.dumps(database, ensure_ascii=False), 1))


def operator_of(settings: Settings) -> str:
    """Return in whose name boards are asked. Raises ConfigError if nobody is named."""
    if settings.operator.strip():
        return settings.operator
    raise ConfigError(NO_OPERATOR)


def database_of(settings: Settings) -> str:
    """Return the URL of the configured database; a relative path of SQLite is relative to the file."""
    if settings.source == "defaults":
        return settings.database
    return absolute_database(settings.database, settings.home)


def absolute_database(url: str, folder: Path) -> str:
    """Return the URL of a database with a relative path of SQLite taken from `folder`."""
    prefix, _, path = url.partition("sqlite:///")
    if prefix or not path or path == ":memory:" or Path(path).is_absolute():
        return url
    return f"sqlite:///{folder / path}"


def read_keys(settings: Settings, environment: Mapping[str, str], names: Collection[str]) -> dict[str, str]:
    """Return name -> the user's key for each of `names` that he has; an empty one is none.

    `environment` (PMTREND_KEY_THEMUSE …) goes before the configuration. Raises ConfigError for a name that is
    not among `names`.
    """
    found = {name: secret.get_secret_value() for name, secret in settings.keys.items()}
    found |= {
        variable.removeprefix(KEY_PREFIX).lower(): value
        for variable, value in environment.items()
        if variable.startswith(KEY_PREFIX)
    }
    if unknown := sorted(found.keys() - names):
        known_names = ", ".join(sorted(names))
        raise ConfigError(
            f"there is no key named {', '.join(unknown)}; [keys] and {KEY_PREFIX}… know {known_names}"
        )
    return {name: value.strip() for name, value in found.items() if value.strip()}


def _allowed(place: tuple[int | str, ...]) -> set[str]:
    """Return the names that are allowed where an unknown one stood."""
    sections: dict[int | str, type[BaseModel]] = {
        "schedule": Schedule,
        "delivery": Delivery,
        "report": Report,
    }
    model = sections.get(place[0], Settings) if len(place) > 1 else Settings
    return set(model.model_fields) - {"home", "source"}


def _told(error: ValidationError) -> str:
    """Return in one sentence, without the value (it may be a secret), which entry is wrong and why."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    message = _WRONG_TYPES.get(first["type"]) or first["msg"].removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        message = f"there is no such setting; there are {', '.join(sorted(_allowed(first['loc'])))}"
    if first["type"] == "literal_error":
        message = f"must be {first['ctx']['expected']}"
    return f"{where}: {message}"


def load_settings(path: Path | None) -> Settings:
    """Return the settings of `path`, or of ./pmtrend.toml if that exists, or the defaults.

    Raises ConfigError, one sentence that names the file and the entry.
    """
    explicit = path is not None
    path = path or Path(FILE_NAME)
    if not path.exists():
        if explicit:
            raise ConfigError(f"the configuration {path} does not exist")
        return Settings()
    try:
        data = parsed(decoded(path.read_bytes()))
    except IsADirectoryError:
        raise ConfigError(f"the configuration {path} is a directory, not a file") from None
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"the configuration {path} cannot be read: {error}") from None
    home = path.resolve().parent
    try:
        settings = Settings(**{**data, "home": home, "source": "file"})
    except ValidationError as error:
        raise ConfigError(f"{path}: {_told(error)}") from None
    except TypeError as error:
        raise ConfigError(f"{path}: {error}") from None
    return settings.model_copy(
        update={
            "archive": home / settings.archive,
            "reports": home / settings.reports,
            "report": Report(profiles=tuple(home / profile for profile in settings.report.profiles)),
        }
    )
