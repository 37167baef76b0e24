"""pmtrend.toml → validated settings. The file is optional; only `collect` needs something from it."""

import tomllib
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from scraper.errors import ConfigError

FILE_NAME = "pmtrend.toml"
TEMPLATE = """\
# pmtrend: see docs/ARCHITECTURE.md and `pmtrend --help`. Paths are relative to this file.

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

[schedule]
# Five cron fields, UTC, names for the days (mon, tue, ...).
weekly = "17 22 * * sun"
"""


class Schedule(BaseModel):
    """When `pmtrend schedule` runs what."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    weekly: str = "17 22 * * sun"


class Settings(BaseModel):
    """All that a user can set; relative paths are resolved against `home`, the file's folder."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    operator: str = ""
    database: str = "sqlite:///pmtrend.db"
    zone: str | None = None
    archive: Path = Path("archive")
    reports: Path = Path("pmtrend-reports")
    families: tuple[str, ...] = ()
    schedule: Schedule = Schedule()
    home: Path = Field(default_factory=Path.cwd, exclude=True)
    source: Literal["file", "defaults"] = "defaults"

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                ZoneInfo(value)
            except (ZoneInfoNotFoundError, ValueError):
                raise ValueError(f"{value!r} is not a time zone; write it as Asia/Shanghai") from None
        return value


def known(place: tuple[int | str, ...]) -> set[str]:
    """Return the names that are allowed where an unknown one stood."""
    model: type[BaseModel] = Schedule if place[:1] == ("schedule",) and len(place) > 1 else Settings
    return set(model.model_fields) - {"home", "source"}


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
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except IsADirectoryError:
        raise ConfigError(f"the configuration {path} is a directory, not a file") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"the configuration {path} cannot be read: {error}") from None
    home = path.resolve().parent
    try:
        settings = Settings(**{**data, "home": home, "source": "file"})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        message = first["msg"].removeprefix("Value error, ")
        if first["type"] == "extra_forbidden":
            message = f"there is no such setting; there are {', '.join(sorted(known(first['loc'])))}"
        raise ConfigError(f"{path}: {where}: {message}") from None
    except TypeError as error:
        raise ConfigError(f"{path}: {error}") from None
    return settings.model_copy(
        update={"archive": home / settings.archive, "reports": home / settings.reports}
    )
