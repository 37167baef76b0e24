"""The duels of peers.py: what each reader is asked, what is right, and the tables. Pure but for the peers."""

import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import baselines
import grouping
import labelled
from grouping import Text
from labelled import Row
from peer_environments import PEERS, Environments
from warcio.archiveiterator import ArchiveIterator

from scraper.model import Board, Reply
from scraper.normalizing import salary
from scraper.normalizing.companies import company_key
from scraper.normalizing.scanning import Scanned
from scraper.normalizing.text import to_text
from scraper.parsing.folding import folded
from scraper.sources import FAMILIES
from scraper.understanding.posting import understand
from storage.recording.vacancies import Employer, Opening

_FIELD = re.compile(r"(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)[Kk](?:·(\d+)薪)?")
Reading = list[Any] | None  # [least, most, currency]


# ------------------------------------------------------------------ what is read


def boards(data: Path) -> Iterator[tuple[str, bytes]]:
    """Yield (name, body of the reply) of every recorded Ashby board."""
    for path in sorted((data / "warc").glob("ashby-*.warc.gz")):
        with path.open("rb") as stream:
            for record in ArchiveIterator(stream):
                if record.rec_type == "response":
                    key = FAMILIES["ashby"].key_of(record.rec_headers.get_header("WARC-Target-URI"))
                    yield key or "", record.content_stream().read()


@dataclass(frozen=True, slots=True)
class Priced:
    """A text, and the pay that its board states: the bands and their envelope, [] if it states none."""

    text: str
    bands: list[tuple[float, float]]


def priced(bodies: Sequence[tuple[str, bytes]]) -> list[Priced]:
    """Return the Ashby postings with their plain text, as the board gives it."""
    found = []
    for _, body in bodies:
        for job in json.loads(body)["jobs"]:
            tiers = (job.get("compensation") or {}).get("compensationTiers") or []
            bands = [
                (float(part["minValue"]), float(part["maxValue"]))
                for tier in tiers
                for part in tier.get("components") or []
                if part.get("compensationType") == "Salary" and part.get("minValue") and part.get("maxValue")
            ]
            if bands:
                bands.append((min(low for low, _ in bands), max(high for _, high in bands)))
            found.append(Priced(job.get("descriptionPlain") or "", bands))
    return found


def says(text: str, amount: float) -> bool:
    """Tell whether an amount stands in the text: 120,000, 120000, 120k; a small one with its sign, $37.50."""
    forms = {f"{amount:,.0f}", f"{amount:.0f}", f"{amount / 1000:g}k", f"{amount:,.2f}"}
    sign = "[$€£] ?" if amount < 1000 else ""
    low = text.lower()
    return any(re.search(rf"(?<![\d.,]){sign}{re.escape(form)}(?!\d)", low) for form in forms)


# ------------------------------------------------------------------ pay


def verdicts(truths: Sequence[Sequence[tuple[float, float]]], read: Sequence[Reading]) -> Counter[str]:
    """Count exact, wrong and missed: the least and the most must be those of one of the truths."""
    counts: Counter[str] = Counter()
    for bands, one in zip(truths, read, strict=True):
        if one is None or one[0] is None:
            counts["missed"] += 1
        else:
            exact = any((one[0], one[1] if one[1] is not None else one[0]) == band for band in bands)
            counts["exact" if exact else "wrong"] += 1
    return counts


def timed(
    read: Callable[[str], salary.Reading | None], texts: Sequence[str]
) -> tuple[float, list[salary.Reading | None]]:
    """Return (CPU seconds, readings) of ours."""
    begun = time.process_time()
    found = [read(text) for text in texts]
    return time.process_time() - begun, found


def as_read_by_peers(found: Sequence[salary.Reading | None]) -> list[Reading]:
    """Return our readings in the form of theirs."""
    return [[one.pay.min, one.pay.max, one.pay.currency] if one else None for one in found]


def pay_table(postings: Sequence[Priced], environments: Environments) -> str:
    """Return the table of pay in texts."""
    stated = [one for one in postings if one.bands and says(one.text, one.bands[-1][0])]
    silent = [one for one in postings if not one.bands and one.text]
    texts = [one.text for one in (*stated, *silent)]
    taken, ours = timed(lambda text: salary.read_text(Scanned(folded(text))), texts)
    readers = {"ours": (taken, as_read_by_peers(ours))}
    for peer in ("jobspy", "jobhive"):
        if answer := environments.ask(peer, "pay", texts):
            readers[PEERS[peer][0]] = (answer["seconds"], answer["result"])
    out = [
        f"| {len(stated)} texts that hold the lowest pay of the board's field | exact | wrong | missed "
        f"| speaks in {len(silent)} others | texts/s |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, (seconds, read) in readers.items():
        counts = verdicts([one.bands for one in stated], read[: len(stated)])
        spoke = sum(one is not None for one in read[len(stated) :])
        out.append(
            f"| {name} | {counts['exact']} ({counts['exact'] / len(stated):.0%}) | {counts['wrong']} "
            f"| {counts['missed']} | {spoke} | {len(texts) / seconds:,.0f} |"
        )
    others = [
        one.text
        for one, reading in zip(stated, readers["ours"][1], strict=False)
        if not verdicts([one.bands], [reading])["exact"]
    ]
    ote = sum(bool(re.search(r"\bote\b|on[- ]target", text.lower())) for text in others)
    return "\n".join(
        [
            *out,
            "",
            f"Of the {len(others)} texts that ours does not read as the board does, {ote} speak of on-target "
            "earnings, which some boards enter as salary and ours does not take for base pay. That a reader "
            "speaks in a text whose board states no pay need not be wrong.",
        ]
    )


def chinese_pay_table(data: Path, environments: Environments) -> str:
    """Return the table of Chinese salary fields of the form 15-30K·14薪: amounts and months."""
    fields = []
    for path in sorted((data / "postings").glob("zh*.jsonl")):
        fields += [row["salary_raw"] for row in labelled.lines(path) if _FIELD.fullmatch(row["salary_raw"])]
    expected = [_FIELD.fullmatch(field) for field in fields]
    truths = [[(float(m[1]) * 1000, float(m[2]) * 1000)] for m in expected if m]
    months = [int(m[3]) if m[3] else None for m in expected if m]
    with_months = sum(one is not None for one in months)
    taken, ours = timed(lambda field: salary.read_field(field, currency="CNY"), fields)
    right = sum(
        m is not None and r is not None and r.pay.months == m for m, r in zip(months, ours, strict=True)
    )
    readers: dict[str, tuple[float, list[Reading], int]] = {"ours": (taken, as_read_by_peers(ours), right)}
    for peer in ("jobspy", "jobhive"):
        if answer := environments.ask(peer, "pay", fields):
            readers[PEERS[peer][0]] = (answer["seconds"], answer["result"], 0)
    out = [
        f"| {len(fields)} fields like 15-30K·14薪 | exact | wrong | missed | months, of {with_months} "
        "| fields/s |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, (taken, found, months_right) in readers.items():
        counts = verdicts(truths, found)
        out.append(
            f"| {name} | {counts['exact']} ({counts['exact'] / len(fields):.1%}) | {counts['wrong']} "
            f"| {counts['missed']} | {months_right} | {len(fields) / max(taken, 1e-4):,.0f} |"
        )
    return "\n".join(out)


# ------------------------------------------------------------------ years


def years_table(data: Path) -> str:
    """Return the table of years; no peer that installs reads them from a text."""
    cases = labelled.lines(data / "gold" / "cases_years_en.jsonl")
    asked = [case for case in cases if case["min"] is not None]
    silent = [case for case in cases if case["min"] is None and case["ai_min"] is None]
    ai = [case for case in cases if case["ai_min"] is not None]
    golden = [
        row
        for rows in labelled.gold(data).values()
        for row in rows
        if "not_pm" not in (row["role"], row["second"]["role"])
    ]

    def ours(row: Row) -> tuple[Any, Any]:
        found = understand(
            row.get("title") or "",
            row.get("description") or row["sentence"],
            company=row.get("company") or "",
            experience_raw=row.get("experience_raw") or "",
        ).tagging
        total, of_ai = (
            one if one and one.requirement == "required" else None
            for one in (found.years_total, found.years_ai)
        )
        return (total and (total.min, total.max)), (of_ai and of_ai.min)

    def greatest(row: Row) -> tuple[Any, Any]:
        total = baselines.years(row.get("description") or row["sentence"])
        return (total and (total["min"], total["max"])), None

    out = [
        f"| reader | total, {len(asked)} sentences | AI years, {len(ai)} sentences "
        f"| silent, {len(silent)} sentences | total, {len(golden)} gold postings |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for name, read in (("ours", ours), ("the greatest number before “years” or 年", greatest)):
        totals = sum(read(case)[0] == (case["min"], case["max"]) for case in asked)
        of_ai = sum(read(case)[1] == case["ai_min"] for case in ai)
        quiet = sum(read(case) == (None, None) for case in silent)
        right = sum(
            (read(row)[0] or (None, None))
            in [(one["years_total_min"], one["years_total_max"]) for one in both]
            for row in golden
            for both in [(row, row["second"])]
        )
        out.append(f"| {name} | {totals} | {of_ai} | {quiet} | {right} ({right / len(golden):.1%}) |")
    return "\n".join(out)


# ------------------------------------------------------------------ grouping


@dataclass(frozen=True, slots=True)
class Planted:
    """Postings that are known and such that come: (id, title, company, text); `original` of the copies."""

    known: list[tuple[str, str, str, str]]
    coming: list[tuple[str, str, str, str]]
    original: dict[str, str]


def planted(rows: Sequence[tuple[str, str, str]], change: Callable[[str], str]) -> Planted:
    """Plant copies of every sixth of the first 600 rows (title, company, text); the next 150 are others.

    Of rows with one text of one employer only the first is taken. Slightly reworded repeats may be left.
    """
    rows = list({(company, text): (title, company, text) for title, company, text in rows[::-1]}.values())
    rows.reverse()
    known = [(f"known {n}", *row) for n, row in enumerate(rows[:600])]
    copies = known[::6]
    coming = [(f"copy {n}", one[1], one[2], change(one[3])) for n, one in enumerate(copies)]
    original = {f"copy {n}": one[0] for n, one in enumerate(copies)}
    coming += [(f"other {n}", *row) for n, row in enumerate(rows[600:750])]
    return Planted(known, coming, original)


def grouped(case: Planted) -> list[list[str]]:
    """Return [[coming, known]] as our rule pairs them."""
    employers: dict[str, Employer] = {}
    for id, title, company, text in case.known:
        signature = grouping.opening(Text(title, text)).signature
        employers.setdefault(company_key(company), Employer()).add(Opening("known:x", signature, id))
    found = []
    for id, title, company, text in case.coming:
        employer = employers.get(company_key(company))
        vacancy = employer and employer.vacancy_of(
            Opening("coming:y", grouping.opening(Text(title, text)).signature)
        )
        if vacancy:
            found.append([id, vacancy])
    return found


def grouping_table(data: Path, bodies: Sequence[tuple[str, bytes]], environments: Environments) -> str:
    """Return the table of planted copies."""
    out = [
        "| set | rule | copies found | right original | others taken for copies | seconds |",
        "| --- | --- | ---: | ---: | ---: | ---: |",
    ]
    first = ""
    changes: dict[str, Callable[[str], str]] = {
        "as they were": lambda text: text,
        "the first 15 % cut off": lambda text: text[len(text) * 15 // 100 :],
        "without Chinese commas and dashes": lambda text: re.sub("[，、-]", "", text),
    }
    for language, rows in (("zh", chinese(data)), ("en", english(bodies))):
        for name, change in changes.items():
            if language == "en" and "Chinese" in name:
                continue
            case = planted(rows, change)
            begun = time.process_time()
            results = {"ours": (grouped(case), time.process_time() - begun)}
            given = {"existing": case.known, "incoming": case.coming}
            if answer := environments.ask("jobfunnel", "group", given):
                results[PEERS["jobfunnel"][0]] = (answer["result"], answer["seconds"])
                first = answer["first run"]
            for rule, (pairs, seconds) in results.items():
                found = dict(pairs)
                copies = [id for id in case.original if id in found]
                right = sum(found[id] == case.original[id] for id in copies)
                others = sum(id not in case.original for id in found)
                n, rest = len(case.original), len(case.coming) - len(case.original)
                out.append(
                    f"| {language}, copies {name} | {rule} | {len(copies)} of {n} | {right} "
                    f"| {others} of {rest} | {seconds:.1f} |"
                )
    if first:
        out += ["", f"JobFunnel's first run, nothing being known yet: {first}."]
    return "\n".join(out)


def chinese(data: Path) -> list[tuple[str, str, str]]:
    """Return Chinese PM postings: title, company, text."""
    rows = labelled.lines(data / "postings" / "zh.jsonl")
    return [
        (row["title"], row["company"], row["description"])
        for row in rows
        if row["kind"] == "pm" and row["company"] and len(row["description"]) >= 150
    ]


def english(bodies: Sequence[tuple[str, bytes]]) -> list[tuple[str, str, str]]:
    """Return postings of Ashby boards, those of one board apart from each other: title, company, text."""
    rows = [
        (number, key, job)
        for key, body in bodies
        for number, job in enumerate(json.loads(body)["jobs"][:5])
        if job.get("descriptionPlain")
    ]
    rows.sort(key=lambda row: row[0])
    return [(job["title"], key, job["descriptionPlain"]) for _, key, job in rows]


# ------------------------------------------------------------------ parsing


def parsed(bodies: Sequence[tuple[str, bytes]], plain: bool) -> tuple[float, Counter[str], str]:
    """Return (CPU seconds, filled fields, what a broken item costs) of our Ashby source.

    With `plain` the HTML is made text, too; the board's own plain text is not read.
    """
    family, filled = FAMILIES["ashby"], Counter[str]()

    def page(key: str, body: bytes) -> list[Any]:
        board = Board("ashby", key, key)
        reply = Reply(f"https://jobs.ashbyhq.com/{key}", body, datetime(2025, 10, 28, tzinfo=UTC))
        found = family.parse(board, reply, family.first(board)).postings
        return [(one, to_text(one.description, one.format) if plain else one.description) for one in found]

    begun = time.process_time()
    found = [one for key, body in bodies for one in page(key, body)]
    seconds = time.process_time() - begun
    for posting, text in found:
        filled.update(
            {
                "jobs": 1,
                "title": bool(posting.title),
                "text": bool(text),
                "place": bool(posting.locations),
                "pay": posting.pay is not None,
                "remote or not": posting.workplace is not None,
                "date": posting.posted_at is not None,
            }
        )
    payload = json.loads(max((body for _, body in bodies), key=len))
    del payload["jobs"][0]["title"]
    left = len(page("broken", json.dumps(payload).encode()))
    return seconds, filled, f"{left} of {len(payload['jobs'])} postings"


def parsing_table(bodies: Sequence[tuple[str, bytes]], environments: Environments) -> str:
    """Return the table of parsing whole boards."""
    results = {"ours": parsed(bodies, plain=False), "ours, and HTML made text": parsed(bodies, plain=True)}
    given = [(key, body.decode()) for key, body in bodies]
    if answer := environments.ask("jobhive", "parse", given):
        told = (answer["seconds"], Counter(answer["result"]), answer["broken"])
        results[PEERS["jobhive"][0]] = told
    names = ("text", "place", "pay", "remote or not", "date")
    out = [
        f"| {len(bodies)} boards | postings | postings/s | {' | '.join(names)} "
        "| left of a board with a broken item |",
        "| --- | ---: | ---: |" + " ---: |" * len(names) + " --- |",
    ]
    for name, (seconds, filled, broken) in results.items():
        shares = " | ".join(f"{filled[field] / filled['jobs']:.1%}" for field in names)
        out.append(f"| {name} | {filled['jobs']} | {filled['jobs'] / seconds:,.0f} | {shares} | {broken} |")
    return "\n".join(out)
