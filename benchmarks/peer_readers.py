"""What a peer reads: run by peers.py with the Python of that peer's environment, never with ours.

`python peer_readers.py TASK < input.json > output.json`. The answer is `{"seconds": CPU time, "result": …}`;
starting the peer and reading the input are not in the time. Only Python's own library is imported by name.

    pay-jobspy, pay-jobhive   texts → [least, most, currency or null] or null of each
    parse-jobhive             [[board, body of its reply]] → counts of filled fields; what a broken item costs
    group-jobfunnel           existing and incoming [[id, title, company, text]] → [[copy, its original]]
"""

import importlib
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any


def _timed(read: Callable[[Any], Any], inputs: list[Any]) -> dict[str, Any]:
    begun = time.process_time()
    result = [read(one) for one in inputs]
    return {"seconds": time.process_time() - begun, "result": result}


def pay_jobspy(texts: list[str]) -> dict[str, Any]:
    """JobSpy's reader of a description, as its LinkedIn scraper calls it."""
    guess = importlib.import_module("jobspy.linkedin").LinkedIn._guess_salary

    def read(text: str) -> list[Any] | None:
        pay = guess(text)
        return (
            None if pay is None or pay.min_amount is None else [pay.min_amount, pay.max_amount, pay.currency]
        )

    return _timed(read, texts)


def pay_jobhive(texts: list[str]) -> dict[str, Any]:
    """jobhive's reader of a salary line; it is not meant for whole descriptions."""
    parse = importlib.import_module("jobhive.enrichment.derived").parse_salary_range

    def read(text: str) -> list[Any] | None:
        low, high = parse(text)
        return None if low is None and high is None else [low, high, None]

    return _timed(read, texts)


def parse_jobhive(boards: list[list[str]]) -> dict[str, Any]:
    """jobhive's Ashby parser over whole boards, as its `fetch` does after the reply has come."""
    scraper = importlib.import_module("jobhive.scrapers.ashby").AshbyScraper

    def board(one: list[str]) -> list[Any]:
        parser = scraper(one[0])
        return [parser._parse_job(item) for item in json.loads(one[1])["jobs"]]

    done = _timed(board, boards)
    filled: Counter[str] = Counter()
    for job in (job for jobs in done["result"] for job in jobs):
        filled["jobs"] += 1
        filled["title"] += bool(job.title)
        filled["text"] += bool(job.description)
        filled["place"] += bool(job.location)
        filled["pay"] += job.salary_min is not None or job.salary_max is not None
        filled["remote or not"] += job.is_remote is not None
        filled["date"] += job.posted_at is not None
    payload = json.loads(max(boards, key=lambda one: len(one[1]))[1])
    del payload["jobs"][0]["title"]
    try:
        left = len(board(["broken", json.dumps(payload)]))
    except Exception as error:  # whatever a peer raises is what is reported
        return {**done, "result": dict(filled), "broken": f"{type(error).__name__}: no posting of the board"}
    return {**done, "result": dict(filled), "broken": f"{left} of {len(payload['jobs'])} postings"}


def group_jobfunnel(given: dict[str, Any]) -> dict[str, Any]:
    """JobFunnel's search for duplicates of incoming postings among existing ones."""
    job = importlib.import_module("jobfunnel.backend.job").Job
    filters = importlib.import_module("jobfunnel.backend.tools.filters")
    resources = importlib.import_module("jobfunnel.resources")
    locale, posted = resources.Locale.USA_ENGLISH, datetime(2026, 1, 1, tzinfo=UTC)

    def jobs(rows: list[list[str]]) -> dict[str, Any]:
        return {
            id: job(
                title, company, "", text, id, locale, "", "", resources.JobStatus.NEW, id, post_date=posted
            )
            for id, title, company, text in rows
        }

    with tempfile.TemporaryDirectory() as folder:

        def search(existing: list[list[str]], incoming: list[list[str]]) -> list[list[str]]:
            found = filters.JobFilter(log_file=os.path.join(folder, "log"), log_level=50)
            pairs = found.find_duplicates(jobs(existing), jobs(incoming))
            return [[pair.duplicate.key_id, pair.original.key_id if pair.original else ""] for pair in pairs]

        begun = time.process_time()
        result = search(given["existing"], given["incoming"])
        seconds = time.process_time() - begun
        try:
            first = f"{len(search([], given['existing'] + given['incoming']))} found"
        except Exception as error:  # whatever a peer raises is what is reported
            first = f"{type(error).__name__}: {error}"
    return {"seconds": seconds, "result": result, "first run": first}


TASKS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "pay-jobspy": pay_jobspy,
    "pay-jobhive": pay_jobhive,
    "parse-jobhive": parse_jobhive,
    "group-jobfunnel": group_jobfunnel,
}


if __name__ == "__main__":
    output, sys.stdout = sys.stdout, sys.stderr  # some peers print
    answer = TASKS[sys.argv[1]](json.load(sys.stdin))
    json.dump(answer, output)
