"""The answers of `pmtrend tag --jsonl`: lines of JSON in, one line of JSON for each out."""

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from scraper.errors import InputError
from scraper.normalizing.places import Places, parse_places
from scraper.parsing.encodings import decoded_line
from scraper.stages import Stages, in_step
from scraper.understanding.pay import beside_salary_json, salary_json
from scraper.understanding.posting import TAXONOMY, Understanding, understand_in_stages
from scraper.understanding.shown import Shown, as_given, as_shown
from storage.facts import facts_json, number_json, quote_json, tag_json
from storage.records import EducationAsked, YearsAsked

_TEXTS = ("title", "company", "salary_raw", "experience_raw", "education_raw", "description")
"""Fields that are text; in all but the last one spreadsheets put numbers."""
_LEADING_ID = re.compile(r'\s*\{\s*"id"\s*:\s*("(?:[^"\\]|\\.)*"|-?\d{1,300})\s*[,}]')


def to_json(
    id: Any, understanding: Understanding, places: Places | None = None, *, with_text: bool = False
) -> dict[str, Any]:
    """Return the object that `pmtrend tag --jsonl` prints for one posting.

    A missing value is None, never 0. `places` are those of its locations and title. `with_text` (for HTML
    input) adds the text that the offsets point into.
    """
    tagging = understanding.tagging
    facts = facts_json(tagging)
    result = {
        "id": id,
        "taxonomy": tagging.taxonomy,
        "taxonomy_sha256": TAXONOMY.sha256,
        "lang": tagging.lang,
        "role": {
            "class": tagging.role,
            "classic": tagging.classic,
            "genai": tagging.genai,
            "title": tagging.title_label,
            "body": tagging.body_label,
        },
        "years": {"total": _years(tagging.years_total), "ai": _years(tagging.years_ai)},
        "education": _education(tagging.education),
        "salary": salary_json(understanding.compensation),
        "compensation": beside_salary_json(understanding.compensation),
        "workplace": tagging.workplace,
        "places": _places(places) if places else None,
        "tags": [tag_json(tag) for tag in tagging.tags],
        **facts,
    }
    return {**result, "text": understanding.text} if with_text else result


def _years(years: YearsAsked | None) -> dict[str, Any] | None:
    if years is None:
        return None
    ends = {"min": number_json(years.min), "max": number_json(years.max)}
    return {**ends, "requirement": years.requirement, **quote_json(years.quote)}


def _education(education: EducationAsked | None) -> dict[str, Any] | None:
    if education is None:
        return None
    return {"min": education.min, "requirement": education.requirement, **quote_json(education.quote)}


def _places(places: Places) -> dict[str, Any]:
    named = ("cities", "regions", "countries", "remote_scope")
    return {**{name: list(getattr(places, name)) for name in named}, "remote": places.remote}


class _BadLine(Exception):
    """A line that cannot be understood: the end of the sentence that says why, and the line's id."""

    def __init__(self, reason: str, id: Any = None):
        super().__init__(reason)
        self.id = id


def tag_lines(
    lines: Iterable[str | bytes], problems: list[str] | None = None, *, first: int = 1
) -> Iterator[str]:
    """Yield one JSON line for each JSON line of `lines`, in order; blank lines are passed over.

    Bytes are decoded line by line: UTF-8, else GB18030. A field that is missing or null says nothing, an
    `id` so is null in the answer. A line that is no JSON object, or in which a field is not of the
    contract's types, is answered by `{"id": …, "error": "line 3 …"}` (id: null if it cannot be read); the
    sentence is appended to `problems`, too. `first` is the number of the first line. Lines are answered some
    at a time (see `stages.in_step`), so whoever waits for the answer to one before giving the next gives
    each alone.
    """
    problems = [] if problems is None else problems
    for answer in in_step(_answer(number, line, problems) for number, line in enumerate(lines, first)):
        if answer is not None:
            yield answer


def _answer(number: int, line: str | bytes, problems: list[str]) -> Stages[str | None]:
    """Answer a line, None if it is blank."""
    try:
        text = _line_text(line)
        if not text or text.isspace():
            return None
        row = _row(text)
    except _BadLine as bad:
        error = f"line {number} {bad}"
        problems.append(error)
        return _dumps({"id": bad.id, "error": error})
    yield
    given_title, given_text = row.get("title") or "", row.get("description") or ""
    as_text = row.get("format") != "html"
    title, shown = as_shown(given_title), as_shown(given_text) if as_text else Shown(given_text)
    understanding = yield from understand_in_stages(
        title.text,
        shown.text,
        format="text" if as_text else "html",
        company=row.get("company") or "",
        locations=_locations(row),
        salary_raw=row.get("salary_raw") or "",
        experience_raw=row.get("experience_raw") or "",
        education_raw=row.get("education_raw") or "",
    )
    yield
    places = parse_places(_locations(row), title.text)
    answer = to_json(row.get("id"), understanding, places, with_text=not as_text)
    if title.given or shown.given:
        answer = as_given(answer, {"title": (title, given_title), "description": (shown, given_text)})
    yield
    return _dumps(answer)


def _line_text(line: str | bytes) -> str:
    if isinstance(line, str):
        return line.removeprefix("\ufeff")
    try:
        return decoded_line(line)
    except InputError as error:
        # What is asked for by name can still be found: an id is mostly ASCII.
        raise _BadLine(str(error), _id_in(line.decode("ascii", errors="replace"))) from error


def _id_in(text: str) -> Any:
    """Return the id that a broken line begins with, if it does."""
    found = _LEADING_ID.match(text)
    if found is None or "\ufffd" in found[1]:
        return None
    try:
        return _plain_id(json.loads(found[1]))
    except ValueError:
        return None


def _plain_id(id: Any) -> Any:
    """Return `id`, or None if JSON cannot say it."""
    if isinstance(id, (str, int)):  # as nearly always
        return id
    try:
        json.dumps(id, allow_nan=False)
    except (ValueError, RecursionError):
        return None
    return id


def _row(text: str) -> Mapping[str, Any]:
    """Return the object of a line, its numbers in text fields as text. Raises _BadLine."""
    try:
        row = json.loads(text)
    except json.JSONDecodeError as error:  # its own text counts lines from the beginning of this one
        raise _BadLine(f"is not JSON: {error.msg} (column {error.colno})", _id_in(text)) from error
    except RecursionError as error:
        raise _BadLine("holds lists or objects in one another, too deep to be read", _id_in(text)) from error
    except ValueError as error:  # json.loads makes ints, which Python limits
        raise _BadLine("holds a number of thousands of digits", _id_in(text)) from error
    if not isinstance(row, dict):
        raise _BadLine("is not a JSON object")
    id = _plain_id(row.get("id"))
    if id is None and row.get("id") is not None:
        raise _BadLine("has an id that is no finite number")
    wrong = []
    for name in _TEXTS:
        value = row.get(name)
        if value is None or isinstance(value, str):
            continue
        if _is_number(value) and name != "description":
            row[name] = str(value)
        else:
            wrong.append(name)
    if wrong:
        raise _BadLine(f"is not understood: {', '.join(wrong)} must be text", id)
    if row.get("format") not in (None, "text", "html"):
        raise _BadLine(f"is not understood: format is {row['format']!r}; it must be text or html", id)
    places = row.get("location")
    if not isinstance(places, str | None) and not (
        isinstance(places, list) and all(isinstance(p, str) for p in places)
    ):
        raise _BadLine("is not understood: location must be text or a list of texts", id)
    return row


def _is_number(value: Any) -> bool:
    """Tell whether `value` is a finite number; JSON's true is none, though Python's is."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _locations(row: Mapping[str, Any]) -> Sequence[str]:
    places = row.get("location") or ()
    return (places,) if isinstance(places, str) else tuple(places)


# What is written is made here and holds nothing twice, so that looking for circles is only a loss of time.
_WRITER = json.JSONEncoder(ensure_ascii=False, check_circular=False)


def _dumps(result: Mapping[str, Any]) -> str:
    line = _WRITER.encode(result)
    try:
        line.encode("utf-8")
    except UnicodeEncodeError:  # a lone surrogate came in as an escape and goes out as one
        return json.dumps(result, ensure_ascii=True)
    return line
