"""How well postings are grouped into vacancies: `python benchmarks/grouping.py DATA` prints a table.

DATA is the folder of real postings (gold/dup_pairs_zh.jsonl, postings/*.jsonl, warc/ashby-*.warc.gz). Beside
our rule stands that of JobFunnel 3.0.0, rebuilt from its description: two postings are one if their ids are
equal, or the cosine of their TF-IDF vectors (all texts of the set; words of two characters or more, English
stop words left out, smoothed idf) exceeds 0.75; company, title and place are not looked at. It is given the
pairs of one employer only, which is kind to it.
"""

import itertools
import json
import math
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from data_options import data_options
from warcio.archiveiterator import ArchiveIterator

from scraper.model import Board, Reply, Request
from scraper.normalizing.companies import company_key
from scraper.normalizing.places import parse_places
from scraper.normalizing.text import to_text
from scraper.normalizing.titles import clean_title, is_pm_title
from scraper.normalizing.vacancies import signature_of
from scraper.parsing.folding import fold
from scraper.sources import FAMILIES
from storage.recording.vacancies import Employer, Opening, same_vacancy

JOBFUNNEL_THRESHOLD = 0.75
_ENGLISH_STOP_WORDS = frozenset(re.findall(r"\w+", """
    a about after all also an and any are as at be because been both but by can could do each for from has
    have how i if in into is it its more most my no not of on or other our out over own same she should so
    some such than that the their them then there these they this those through to too under up very was we
    were what when where which while who why will with would you your"""))  # fmt: skip

_NAMES_A_LEVEL = (
    r"senior|sr\b|staff|principal|director|head|lead|intern|高级|资深|实习|总监|负责人|助理|初级|主任|专家"
)


class Text(NamedTuple):
    """A posting as far as it is compared."""

    title: str
    text: str
    places: tuple[str, ...] = ()
    id: str = ""


Pair = tuple[Text, Text]


class JobFunnel:
    """The baseline over one set of texts."""

    def __init__(self, texts: Iterable[str]) -> None:
        counted = [Counter(_tokens(text)) for text in set(texts)]
        seen = Counter(word for counts in counted for word in counts)
        self._idf = {word: math.log((1 + len(counted)) / (1 + n)) + 1 for word, n in seen.items()}
        self._vectors: dict[str, dict[str, float]] = {}

    def same(self, one: Text, other: Text) -> bool:
        """Tell whether the rule takes two postings for one."""
        if one.id and one.id == other.id:
            return True
        a, b = self._vector(one.text), self._vector(other.text)
        if len(a) > len(b):
            a, b = b, a
        return sum(weight * b.get(word, 0.0) for word, weight in a.items()) > JOBFUNNEL_THRESHOLD

    def _vector(self, text: str) -> dict[str, float]:
        if text not in self._vectors:
            raw = {word: n * self._idf[word] for word, n in Counter(_tokens(text)).items()}
            norm = math.sqrt(sum(value * value for value in raw.values())) or 1.0
            self._vectors[text] = {word: value / norm for word, value in raw.items()}
        return self._vectors[text]


def _tokens(text: str) -> list[str]:
    return [word for word in re.findall(r"\b\w\w+\b", text.lower()) if word not in _ENGLISH_STOP_WORDS]


def ours(one: Text, other: Text) -> bool:
    """Our rule for two postings of one employer, without ids and addresses: by title and text."""
    return same_vacancy(opening(one), opening(other))


@cache
def opening(text: Text, board: str = "import:x") -> Opening:
    """A posting as grouping sees it."""
    return Opening(board, signature_of(text.title, text.text, text.places))


# ------------------------------------------------------------------ pairs of one opening


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def known_duplicates(data: Path) -> dict[str, list[Pair]]:
    """Return the pairs of gold/dup_pairs_zh.jsonl whose texts are both there, by kind."""
    stored = {
        row["id"]: row
        for name in ("zh", "zh_years_apart", "zh_ambiguous_titles")
        for row in _rows(data / "postings" / f"{name}.jsonl")
    }
    pairs: dict[str, list[Pair]] = defaultdict(list)
    for row in _rows(data / "gold" / "dup_pairs_zh.jsonl"):
        kept = stored.get(row["keep"])
        if kept is None or not kept["description"]:
            continue
        same_text = row["type"] == "same_text_other_id" or row.get("text_equal_norm")
        copied = row.get("dup_description") or (kept["description"] if same_text else "")
        if copied and company_key(row["keep_company"]) == company_key(row["dup_company"]):
            one = Text(row["keep_title"], kept["description"], _cities(row.get("keep_city", "")))
            other = Text(row["dup_title"], copied, _cities(row.get("dup_city", "")))
            pairs[row["type"]].append((one, other))
    return pairs


def _cities(text: str) -> tuple[str, ...]:
    return parse_places((text,)).cities if text else ()


# ------------------------------------------------------------------ pairs of two openings


def postings_of_one_employer(data: Path, name: str) -> list[list[Text]]:
    """Return the PM postings of postings/NAME.jsonl by employer; its makers took duplicates out."""
    groups: dict[str, list[Text]] = defaultdict(list)
    for row in _rows(data / "postings" / f"{name}.jsonl"):
        if row["description"] and is_pm_title(row["title"]):
            places = _cities(row.get("city") or row.get("location_raw") or "")
            groups[company_key(row["company"])].append(Text(row["title"], row["description"], places))
    return list(groups.values())


def ashby_boards(data: Path) -> list[list[Text]]:
    """Return the PM postings of the recorded Ashby boards, by board."""
    family, boards = FAMILIES["ashby"], []
    with next((data / "warc").glob("ashby-*.warc.gz")).open("rb") as stream:
        for record in ArchiveIterator(stream):
            if record.rec_type != "response":
                continue
            url = record.rec_headers.get_header("WARC-Target-URI")
            reply = Reply(url, record.content_stream().read(), datetime(2025, 10, 28, tzinfo=UTC))
            key = family.key_of(url) or "?"
            page = family.parse(Board("ashby", key, key), reply, Request(url))
            boards.append(
                [
                    Text(raw.title, to_text(raw.description, raw.format), parse_places(raw.locations).cities)
                    for raw in page.postings
                    if is_pm_title(raw.title)
                ]
            )
    return boards


def pairs_within(groups: Iterable[Sequence[Text]], *, other_title: bool = False) -> Iterator[Pair]:
    """Yield all pairs within each group; `other_title`: only those whose cleaned titles differ."""
    for group in groups:
        for one, other in itertools.combinations(group, 2):
            if not other_title or _plain(one.title) != _plain(other.title):
                yield one, other


def _plain(title: str) -> str:
    return "".join(char for char in fold(clean_title(title)) if char.isalnum())


def under_one_boilerplate(groups: Sequence[Sequence[Text]], share: float, title: str = "") -> list[Pair]:
    """Return pairs of two roles of different employers, put under the same foreign text.

    `share` of each text is that boilerplate. With a `title` both roles bear it. Neighbours in the order of
    the data are paired, so nothing is drawn by chance.
    """
    roles = [group[0] for group in groups if group and len(group[0].text) >= 200]
    pairs = []
    for one, other, blurb in zip(roles[::3], roles[1::3], roles[2::3], strict=False):
        size = min(len(one.text), len(other.text), 2500)
        common = (blurb.text * 20)[: int(size * share / (1 - share))]
        a, b = (Text(title or role.title, f"{common}\n{role.text[:size]}") for role in (one, other))
        if _plain(one.title) != _plain(other.title) or title:
            pairs.append((a, b))
    return pairs


def levels_apart(groups: Sequence[Sequence[Text]]) -> list[Pair]:
    """Return pairs of a posting and itself at another level, as employers post them side by side."""
    pairs = []
    for group in groups:
        for text in group:
            low = fold(text.title)
            if re.search(_NAMES_A_LEVEL, low):
                continue
            chinese = re.search("[\u3400-\u9fff]", text.title)
            for level in (
                ("{}实习生", "{}总监", "{}助理") if chinese else ("Senior {}", "Staff {}", "{} Intern")
            ):
                pairs.append((text, text._replace(title=level.format(text.title))))
    return pairs


def different_openings(data: Path) -> dict[str, list[Pair]]:
    """Return the constructed negatives, by name."""
    zh, ashby = postings_of_one_employer(data, "zh"), ashby_boards(data)
    sets = {
        "zh.jsonl, within one employer": list(pairs_within(zh)),
        "years apart, within one employer": list(
            pairs_within(postings_of_one_employer(data, "zh_years_apart"))
        ),
        "en.jsonl, one employer, other title": list(
            pairs_within(postings_of_one_employer(data, "en"), other_title=True)
        ),
        "ashby, one board, other title": list(pairs_within(ashby, other_title=True)),
        "zh, same text at another level": levels_apart(zh),
        "ashby, same text at another level": levels_apart(ashby),
    }
    for share in (0.5, 0.7, 0.8):
        for name, groups, title in (("zh", zh, "AI产品经理"), ("ashby", ashby, "Product Manager")):
            sets[f"{name}, {share:.0%} boilerplate"] = under_one_boilerplate(groups, share)
            sets[f"{name}, {share:.0%} boilerplate, same title"] = under_one_boilerplate(groups, share, title)
    return sets


# ------------------------------------------------------------------ the table


def merged(pairs: Sequence[Pair], rule: Any) -> int:
    """Return how many pairs the rule takes for one."""
    return sum(rule(one, other) for one, other in pairs)


def milliseconds_to_add_one(postings: int = 500) -> float:
    """Return the mean time to find the vacancy of a posting among `postings` known ones and to add it."""
    texts = [
        Text(f"产品经理 {n}", f"负责第{n}条业务线的产品规划。" * 5 + "推动落地与迭代。" * 20)
        for n in range(postings)
    ]
    known = Employer(Opening("a:b", opening(text).signature, str(n)) for n, text in enumerate(texts))
    new = [Text(f"AI产品经理 {n}", f"负责智能体{n}的设计与评测。" * 20) for n in range(50)]
    begun = time.perf_counter()
    for text in new:
        found = opening(text, "a:b")
        known.vacancy_of(found)
        known.add(Opening(found.board, found.signature, text.title))
    return (time.perf_counter() - begun) / len(new) * 1000


def main(data: Path) -> None:
    """Print recall on known duplicates and false merges on constructed negatives, both rules."""
    print(f"{'':44}{'pairs':>8}{'ours':>18}{'JobFunnel 3.0.0':>18}")
    for heading, sets in (
        ("merged (recall)", known_duplicates(data)),
        ("merged (false)", different_openings(data)),
    ):
        print(heading)
        for name, pairs in sets.items():
            baseline = JobFunnel(text.text for pair in pairs for text in pair)
            counts = [merged(pairs, rule) for rule in (ours, baseline.same)]
            shares = "".join(f"{n:>8} {n / max(len(pairs), 1):>8.2%} " for n in counts)
            print(f"  {name:42}{len(pairs):>8}{shares}", flush=True)
    print(f"{milliseconds_to_add_one():.2f} ms to add a posting to an employer with 500")


if __name__ == "__main__":
    main(data_options(__doc__).data)
