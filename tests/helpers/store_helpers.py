"""Builders for store tests: a store in a temporary folder and listings written by hand."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from databases import fresh

from storage.memories import Repetition, SeenPage
from storage.records import (
    Listing,
    PostingRecord,
    Quote,
    Recorded,
    Tagging,
    TagHit,
    TaxonomyRecord,
    TaxonomyTag,
)
from storage.store import RunHandle, Store, open_store

TAXONOMY = TaxonomyRecord("t1", "sha-1", (TaxonomyTag("rag", "RAG", "检索增强", "genai"),))
START = datetime(2026, 9, 7, 2, tzinfo=UTC)  # a Monday, 10:00 in Shanghai


def day(number: float) -> datetime:
    """The instant `number` days after START."""
    return START + timedelta(days=number)


def posting(
    native_id: str, *, text: str = "RAG", role: str = "aigc_pm", company: str = "acme"
) -> PostingRecord:
    """A posting whose only tag is rag, found in its text."""
    hit = TagHit("rag", "rag", "required", "required", Quote(text[:3], 0, 3))
    tagging = Tagging("t1", "en", role, 0.0, 5.0, tags=(hit,))  # type: ignore[arg-type]
    return PostingRecord(
        native_id=native_id,
        title=f"PM {native_id}",
        text=text,
        url=f"https://example.com/{native_id}",
        company=company,
        company_key=company,
        content_hash=f"{native_id}:{text}",
        tagging=tagging,
    )


def listing(
    at: datetime,
    pm: Iterable[str],
    *,
    others: Iterable[str] = (),
    state: str = "complete",
    scope: str = "all",
    key: str = "acme",
    reason: str = "",
    texts: Mapping[str, str] | None = None,
) -> Listing:
    """One look at a board of one employer that lists `pm` and, beside them, `others` that are no PM roles."""
    pm, others = list(pm), list(others)
    return Listing(
        family="ashby",
        key=key,
        company=key.title(),
        company_key=key,
        market="en",
        observed_at=at,
        state=state,  # type: ignore[arg-type]
        scope=scope,
        digest=f"{at}{pm}{others}{texts}",
        reason=reason,
        listed=len(pm) + len(others),
        ids={native_id: "" for native_id in pm + others},
        postings=tuple(posting(n, text=(texts or {}).get(n, "RAG"), company=key) for n in pm),
    )


def feed(
    at: datetime, employers: Mapping[str, Iterable[str]], *, state: str = "complete", scope: str = "all"
) -> Listing:
    """One look at a source that lists several employers: employer -> native ids."""
    ids = {native: employer for employer, natives in employers.items() for native in natives}
    return Listing(
        family="import",
        key="feed",
        company="feed",
        company_key="feed",
        market="en",
        observed_at=at,
        state=state,  # type: ignore[arg-type]
        scope=scope,
        digest=f"{at}{sorted(ids)}",
        multi_employer=True,
        listed=len(ids),
        ids=ids,
        postings=tuple(posting(n, company=employer) for n, employer in ids.items()),
    )


class Recorder:
    """A store with one run open, in `folder`."""

    def __init__(self, folder: Path, name: str = "store.db"):
        self.store: Store = open_store(fresh(folder / name))
        self.run: RunHandle = self.store.begin_run("replay", TAXONOMY, now=START, observed_from=START)

    def record(self, *looks: Listing) -> list[Recorded]:
        """Record the looks in the order given."""
        return [self.store.record(self.run, look) for look in looks]


def seen(look: Listing) -> Listing:
    """The look with the page it saw: equal for looks that list the same."""
    said = f"{sorted(look.ids)} {[p.content_hash for p in look.postings]}"
    page = SeenPage("https://board.example/jobs", "GET", (), "", hashlib.sha256(said.encode()).hexdigest())
    return replace(look, seen_pages=(page,), digest=said, fills={"pay": len(look.ids) / 8})


class Repeating(Recorder):
    """Records a look as unchanged where that is allowed, as a live run does."""

    unchanged = 0

    def look(self, look: Listing) -> Recorded:
        memory = self.store.memories(TAXONOMY).get((look.family, look.key))
        same = memory and memory.serves(look.scope, look.observed_at) and memory.pages == look.seen_pages
        if memory and same and look.state == "complete":
            self.unchanged += 1
            self.store.record_repetitions(self.run, [Repetition(memory, look.observed_at, look.digest)])
            return Recorded(unchanged=True)
        return self.store.record(self.run, look)
