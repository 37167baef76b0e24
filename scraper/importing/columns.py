"""Which column of a file is which field: the synonyms of columns.toml, applied to a header."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, cast

from scraper.importing.values import Plain, plain

NEEDED = (
    "a title (title, 职位名称 ...) and one of company (company, 公司名称 ...), link (url, 职位链接 ...), "
    "posting id (job_id, 职位编号 ...)"
)

_REMARK = re.compile(r"(?:^|(?<=[)）\]】]))([^(（\[【)）\]】]*)[(（\[【][^)）\]】]*[)）\]】]$")
_GAPS = re.compile(r"[\s_\-\ufeff]+")


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a file: where it stands (1 = first row or object) and what its known columns hold."""

    number: int
    fields: Mapping[str, Plain]


@dataclass(frozen=True, slots=True)
class Bad:
    """A row that could not be read, and why."""

    number: int
    reason: str


def fold_name(name: str) -> str:
    """Return a header name as it is compared."""
    text = unicodedata.normalize("NFKC", name).strip()
    return _GAPS.sub("", _REMARK.sub(r"\1", text) or text).casefold()


@cache
def _data() -> Mapping[str, Mapping[str, object]]:
    return tomllib.loads((files(__package__) / "columns.toml").read_text(encoding="utf-8"))


@cache
def synonyms() -> Mapping[str, tuple[str, int]]:
    """Return folded header name -> (field, rank of trust within the field)."""
    table: dict[str, tuple[str, int]] = {}
    for field, names in _data()["fields"].items():
        assert isinstance(names, list)
        for rank, name in enumerate(names):
            table.setdefault(fold_name(name), (field, rank))
    return table


@cache
def link_hosts() -> Mapping[str, str]:
    """Return path prefix -> site, for links that were saved without their host."""
    hosts = _data()["links"]["hosts"]
    assert isinstance(hosts, dict)
    return hosts


@cache
def company_pages() -> tuple[str, ...]:
    """Return the starts of addresses that are pages of a company, never of a posting."""
    pages = _data()["links"]["not_postings"]
    assert isinstance(pages, list)
    return tuple(pages)


@dataclass(frozen=True, slots=True)
class Headerless:
    """An export without a header: its columns, the start of its postings' addresses, its only company."""

    columns: tuple[str, ...]
    url: str
    company: str

    def fits(self, row: Sequence[object]) -> bool:
        """Tell whether a row is one of this export."""
        return len(row) == len(self.columns) and str(row[self.columns.index("url")]).startswith(self.url)


@cache
def headerless() -> tuple[Headerless, ...]:
    """Return the exports without a header that are known."""
    return tuple(
        Headerless(tuple(table["columns"]), table["url"], table["company"])
        for table in cast("Mapping[str, Any]", _data()["headerless"]).values()
    )


@lru_cache(maxsize=4096)
def layout(names: tuple[str, ...]) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Return for each known field of a header the positions of its columns, the most trusted first."""
    found: dict[str, list[tuple[int, int]]] = {}
    for position, name in enumerate(names):
        field, rank = synonyms().get(fold_name(name), ("", 0))
        if field:
            found.setdefault(field, []).append((rank, position))
    return tuple((field, tuple(position for _, position in sorted(at))) for field, at in found.items())


@lru_cache(maxsize=4096)
def is_layout(names: tuple[str, ...]) -> bool:
    """Tell whether a header is one of postings: what `NEEDED` says."""
    fields = {field for field, _ in layout(names)}
    return "title" in fields and not fields.isdisjoint(("company", "url", "apply_url", "posting_id"))


def read(names: tuple[str, ...], values: Sequence[object]) -> dict[str, Plain]:
    """Return field -> value of one row; blank cells and unknown columns are left out."""
    fields: dict[str, Plain] = {}
    for field, positions in layout(names):
        for position in positions:
            value = plain(values[position]) if position < len(values) else None
            if value is not None:
                fields[field] = value
                break
    return fields


def unknown_layout(name: str, columns: Iterable[str]) -> str:
    """Return the one sentence about a file whose columns are not those of postings."""
    # Without a header the "columns" are data: short, few, so that no text of a person is spread in a log.
    shown = [" ".join(column.split())[:24] for column in columns if column.strip()]
    found = ", ".join(shown[:20]) + (f" and {len(shown) - 20} more" if len(shown) > 20 else "")
    found = found or "(none)"
    return f"{name} does not look like a list of postings: it has the columns {found}; needed are {NEEDED}"
