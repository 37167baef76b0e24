"""Labelled postings: `python benchmarks/labelled.py DATA` prints how far two labellers agree.

Two sources: the gold of the data folder (gold/{en,zh}.jsonl, with its texts), and our own labels of further
employers (labels/*.jsonl, ids and labels only; labels/README.md). The texts of the latter are joined from the
data folder by id:

    postings/*.jsonl             the row's own id
    warc/ashby-*.warc.gz         `ashby:` and the first 12 characters of the posting's id on its board
    snapshots/pm_feed_*.json     `feed:` and the first 12 hex digits of the SHA-256 of its `apply_url`: the
                                 text of the newest week that holds it; `feed-first:`: of the oldest with
                                 a summary (the author of the feed words them anew)
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from data_options import data_options
from warcio.archiveiterator import ArchiveIterator

from scraper.model import Board, RawPosting, Reply
from scraper.normalizing.companies import company_key
from scraper.normalizing.text import to_text
from scraper.sources import FAMILIES

LABELS = Path(__file__).resolve().parent / "labels"
LANGUAGES = ("en", "zh")
Row = dict[str, Any]
"""A posting as the scorer takes it: the fields of `tag --jsonl`, the first label, `second` with the other."""


# ------------------------------------------------------------------ files


def lines(path: Path) -> list[Row]:
    """Return the objects of a file of JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]


def ashby_postings(data: Path) -> Iterator[tuple[str, RawPosting]]:
    """Yield (board, posting) of every recorded Ashby board."""
    family = FAMILIES["ashby"]
    for path in sorted((data / "warc").glob("ashby-*.warc.gz")):
        with path.open("rb") as stream:
            for record in ArchiveIterator(stream):
                if record.rec_type != "response":
                    continue
                url = record.rec_headers.get_header("WARC-Target-URI")
                key = family.key_of(url)
                if key is None:
                    raise ValueError(f"{url} is no address of an Ashby board")
                board = Board("ashby", key, key)
                reply = Reply(url, record.content_stream().read(), datetime(2025, 10, 28, tzinfo=UTC))
                for posting in family.parse(board, reply, family.first(board)).postings:
                    yield key, posting


def feed_key(apply_url: str) -> str:
    """Return our key of a posting of the feed, whose own `job_id` is not stable."""
    return hashlib.sha256(apply_url.encode()).hexdigest()[:12]


def feed_jobs(data: Path) -> Iterator[tuple[str, Row]]:
    """Yield (our key, posting) of all recorded weeks of the feed, the oldest week first."""
    for path in sorted((data / "snapshots").glob("pm_feed_*.json")):
        for job in json.loads(path.read_text(encoding="utf-8"))["jobs"]:
            if job.get("apply_url"):
                yield feed_key(job["apply_url"]), job


def texts(data: Path, ids: AbstractSet[str]) -> dict[str, Row]:
    """Return id → posting (id, title, company, location_raw, description, `*_raw`) for those of `ids`."""
    found: dict[str, Row] = {}
    for key, listed in ashby_postings(data):
        id = f"ashby:{listed.native_id[:12]}"
        if id in ids:
            text = to_text(listed.description, listed.format)
            found[id] = _posting(id, listed.title, key, "; ".join(listed.locations), text)
    for key, job in feed_jobs(data):
        for id in {f"feed:{key}", f"feed-first:{key}"} & ids:
            if id.startswith("feed-first:") and (id in found or not job.get("summary")):
                continue  # some weeks hold titles only
            needed = "\n".join(f"- {one}" for one in job.get("requirements") or ())
            text = f"{job.get('summary') or ''}\n\nRequirements\n{needed}"
            found[id] = _posting(id, job["title"], job["company"], job.get("location") or "", text)
    for path in sorted((data / "postings").glob("*.jsonl")):
        for row in lines(path):
            if row["id"] in ids and row["description"]:
                place = row.get("location_raw") or row.get("city") or ""
                posting = _posting(row["id"], row["title"], row["company"] or "", place, row["description"])
                found[row["id"]] = {**posting, **_board_fields(row)}
    return found


def _board_fields(row: Row) -> Row:
    """What the board states beside the text; English collections call sentences of the text so."""
    names = ("salary_raw", "experience_raw", "education_raw") if row.get("lang") == "zh" else ()
    return {name: row[name] for name in names if row.get(name)}


def _posting(id: str, title: str, company: str, location: str, description: str) -> Row:
    return {
        "id": id,
        "title": title,
        "company": company,
        "location_raw": location,
        "description": description,
    }


def labelled(path: Path, known: Mapping[str, Row]) -> tuple[list[Row], list[str]]:
    """Return (the rows of a file of labels joined with their texts, ids whose text is not there)."""
    found, missing = [], []
    for label in lines(path):
        posting = known.get(label["id"])
        if posting is None:
            missing.append(label["id"])
            continue
        first, second = (_flat(label[side]) for side in ("first", "second"))
        found.append({**posting, **first, "lang": label["lang"], "second": second})
    return found, missing


def _flat(label: Mapping[str, Any]) -> Row:
    skills = [{"skill": name, "level": level} for name, level in label["skills"].items()]
    return {**label, "skills": skills}


def gold(data: Path) -> dict[str, list[Row]]:
    """Return language → labelled postings of the data folder."""
    return {language: lines(data / "gold" / f"{language}.jsonl") for language in LANGUAGES}


def own(data: Path) -> tuple[dict[str, list[Row]], list[str]]:
    """Return (language → our labelled postings, ids whose text is not there)."""
    paths = sorted(LABELS.glob("*.jsonl"))
    known = texts(data, {label["id"] for path in paths for label in lines(path)})
    found: dict[str, list[Row]] = {}
    missing: list[str] = []
    for path in paths:
        rows, absent = labelled(path, known)
        missing += absent
        for row in rows:
            found.setdefault(row["lang"], []).append(row)
    return found, missing


def of_other_employers(rows: Sequence[Row], than: Mapping[str, Sequence[Row]]) -> list[Row]:
    """Return the rows whose employer is none of those of `than`; one that is masked or missing may be any."""
    known = {company_key(row.get("company") or "") for group in than.values() for row in group}
    keys = [company_key(row.get("company") or "") for row in rows]
    told = [bool(key) and not key.startswith("anonymous:") for key in keys]
    return [row for row, key, named in zip(rows, keys, told, strict=True) if named and key not in known]


# ------------------------------------------------------------------ agreement


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two labellers of the same rows agree; shares are of 1, None if nothing was to be agreed on."""

    rows: int
    role: float
    kappa: float | None
    both_clear: int
    role_if_clear: float | None
    skills_f1: float | None
    levels: float | None
    years: float | None
    ai_years: float | None


def kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Return Cohen's kappa of two labellers (Cohen 1960); None if chance alone makes them agree."""
    total = len(pairs)
    if not total:
        return None
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    seen = sum(a == b for a, b in pairs) / total
    chance = sum(first[name] * second[name] for name in first) / total**2
    return None if chance == 1 else (seen - chance) / (1 - chance)


def agreement(rows: Sequence[Row]) -> Agreement:
    """Compare the two labels of each row: the role in all, the rest where both see a product manager.

    The F1 of skills is that of one labeller's set against the other's, over all rows together: 2·both /
    (first + second).
    """
    pairs = [(row["role"], row["second"]["role"]) for row in rows]
    clear = [a == b for row, (a, b) in zip(rows, pairs, strict=True) if _clear(row) and _clear(row["second"])]
    pms = [(row, row["second"]) for row, pair in zip(rows, pairs, strict=True) if "not_pm" not in pair]
    skills = [
        ({skill["skill"]: skill["level"] for skill in side["skills"]} for side in pair)
        for pair in pms
        if pair[0].get("skills_annotated", True)
    ]
    named = shared = level = 0
    for a, b in skills:
        both = a.keys() & b.keys()
        named, shared = named + len(a) + len(b), shared + len(both)
        level += sum(a[name] == b[name] for name in both)
    total = [_same(pair, "years_total_min", "years_total_max") for pair in pms]
    ai = [_same(pair, "years_ai_min") for pair in pms]
    return Agreement(
        rows=len(rows),
        role=share([a == b for a, b in pairs]) or 0.0,
        kappa=kappa(pairs),
        both_clear=len(clear),
        role_if_clear=share(clear),
        skills_f1=2 * shared / named if named else None,
        levels=level / shared if shared else None,
        years=share(total),
        ai_years=share(ai),
    )


def share(hits: Sequence[bool]) -> float | None:
    """Return the share of True, None of nothing."""
    return sum(hits) / len(hits) if hits else None


def _clear(label: Mapping[str, Any]) -> bool:
    if "clear" in label:
        return bool(label["clear"])
    return not label.get("role_ambiguous", False) and label.get("confidence", "high") == "high"


def _same(pair: Sequence[Mapping[str, Any]], *names: str) -> bool:
    return all(pair[0].get(name) == pair[1].get(name) for name in names)


def table(sets: Mapping[str, Sequence[Row]]) -> str:
    """Return a Markdown table of agreement, a row a set."""
    out = [
        "| set | rows | role | kappa | both clear | role if clear | skills F1 | levels | years | AI years |",
        "| --- |" + " ---: |" * 9,
    ]
    for name, rows in sets.items():
        a = agreement(rows)
        values = (a.role, a.kappa, a.both_clear, a.role_if_clear, a.skills_f1, a.levels, a.years, a.ai_years)
        cells = [f"{v:.3f}" if isinstance(v, float) else "–" if v is None else str(v) for v in values]
        out.append(f"| {name} | {a.rows} | {' | '.join(cells)} |")
    return "\n".join(out)


def main(data: Path) -> None:
    """Print the agreement of the labellers of the gold and of ours."""
    golden, (ours, missing) = gold(data), own(data)
    sets: dict[str, Sequence[Row]] = {f"gold, {language}": rows for language, rows in golden.items()}
    sets["gold, both"] = [row for rows in golden.values() for row in rows]
    sets |= {f"ours, {language}": rows for language, rows in ours.items()}
    sets["ours, both"] = [row for rows in ours.values() for row in rows]
    print(table(sets))
    for language, rows in ours.items():
        others = of_other_employers(rows, golden)
        print(
            f"\n{language}: {len(others)} of our {len(rows)} rows are of employers that are not in the gold."
        )
    if missing:
        print(f"\nNo text for {len(missing)} labels: {', '.join(missing[:5])} …")


if __name__ == "__main__":
    main(data_options(__doc__).data)
