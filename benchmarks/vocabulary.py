"""How often each alias of the vocabulary stands in real postings: `python benchmarks/vocabulary.py DATA`.

DATA is the folder of real postings (postings/*.jsonl, gold/en.jsonl and zh.jsonl, snapshots/pm_feed_*.json,
warc/ashby-*.warc.gz, of which the PM titles count). Each different text counts once, by language. An alias
stands in a text at word edges and, if it is an abbreviation, with its case; conditions are not asked.

    --unseen           only the aliases that stand nowhere; tests/corpora/unseen_aliases.toml says why they
                       are there all the same
    --contexts ALIAS   two places where it stands, from texts of different employers if there are
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind
from warcio.archiveiterator import ArchiveIterator

from scraper.model import Board, Reply
from scraper.normalizing.text import to_text
from scraper.normalizing.titles import is_pm_title
from scraper.parsing.folding import fold, fold_case_kept
from scraper.sources import family_of
from scraper.tagging.matching import spellings
from scraper.tagging.taxonomy import Alias, Taxonomy, taxonomy

FILES = (
    "postings/en",
    "postings/zh",
    "postings/zh_ambiguous_titles",
    "postings/zh_stale_descriptions",
    "postings/zh_years_apart",
    "gold/en",
    "gold/zh",
)
_AROUND = 40


class Posting(NamedTuple):
    """Title and text of one posting."""

    lang: str
    company: str
    text: str


def postings(data: Path) -> Iterator[Posting]:
    """Yield each different text of the files and of the recorded boards."""
    seen: set[str] = set()
    for posting in (*_listed(data), *_fed(data), *_recorded(data)):
        if posting.text not in seen:
            seen.add(posting.text)
            yield posting


def _listed(data: Path) -> Iterator[Posting]:
    for name in FILES:
        lang = name.partition("/")[2][:2]
        for line in (data / f"{name}.jsonl").read_text(encoding="utf-8").split("\n"):
            if line:
                row = json.loads(line)
                text = f"{row.get('title') or ''}\n{row.get('description') or ''}"
                yield Posting(lang, row.get("company") or "", text)


def _fed(data: Path) -> Iterator[Posting]:
    for path in sorted((data / "snapshots").glob("pm_feed_*.json")):
        for job in json.loads(path.read_text(encoding="utf-8"))["jobs"]:
            text = "\n".join((job["title"], job.get("summary") or "", *(job.get("requirements") or ())))
            yield Posting("en", job["company"], text)


def _recorded(data: Path) -> Iterator[Posting]:
    for path in sorted((data / "warc").glob("ashby-*.warc.gz")):
        with path.open("rb") as file:
            for record in ArchiveIterator(file):
                found = family_of(record.rec_headers.get_header("WARC-Target-URI"))
                if record.rec_type != "response" or found is None:
                    continue
                family, key = found
                board = Board(family.name, key, key)
                asked = family.first(board)
                reply = Reply(asked.url, record.content_stream().read(), datetime.now(UTC))
                for raw in family.parse(board, reply, asked).postings:
                    if is_pm_title(raw.title):
                        yield Posting("en", key, f"{raw.title}\n{to_text(raw.description, raw.format)}")


class Finder:
    """Finds all aliases of a vocabulary in a text."""

    def __init__(self, vocabulary: Taxonomy):
        owners: dict[str, list[Alias]] = {}
        for alias in vocabulary.aliases:
            for spelling in spellings(alias.text):
                owners.setdefault(spelling, []).append(alias)
        self._owners = list(owners.items())
        self._automaton = AhoCorasick(
            list(owners), matchkind=MatchKind.Standard, implementation=Implementation.DFA
        )

    def __call__(self, text: str) -> Iterator[tuple[Alias, int, int]]:
        """Yield (alias, start, end) for each place where an alias stands."""
        low, cased = (form.encode("utf-8", "replace").decode() for form in (fold(text), fold_case_kept(text)))
        for index, start, end in self._automaton.find_matches_as_indexes(low, overlapping=True):
            spelling, aliases = self._owners[index]
            if _goes_on(low[start - 1 : start], spelling[0]) or _goes_on(low[end : end + 1], spelling[-1]):
                continue
            for alias in aliases:
                if alias.cased is None or cased[start:end].removesuffix("s") == alias.cased.removesuffix("s"):
                    yield alias, start, end


def _goes_on(beside: str, edge: str) -> bool:
    return _is_latin(beside) and _is_latin(edge)


def _is_latin(char: str) -> bool:
    return char.isascii() and (char.isalnum() or char == "_")


def counts(vocabulary: Taxonomy, texts: Iterable[Posting]) -> Counter[tuple[Alias, str]]:
    """Return in how many texts of each language each alias stands."""
    finder = Finder(vocabulary)
    found = Counter[tuple[Alias, str]]()
    for posting in texts:
        found.update({(alias, posting.lang) for alias, _, _ in finder(posting.text)})
    return found


def unseen(vocabulary: Taxonomy, texts: Iterable[Posting]) -> list[Alias]:
    """Return the aliases that stand in none of the texts, in the order of the vocabulary."""
    seen = {alias for alias, _ in counts(vocabulary, texts)}
    return [alias for alias in vocabulary.aliases if alias not in seen]


def spelled(alias: Alias) -> str:
    """Return the alias as it is written in the vocabulary."""
    return alias.cased or alias.text


def contexts(vocabulary: Taxonomy, texts: Iterable[Posting], wanted: str, most: int = 2) -> list[str]:
    """Return up to `most` places where the alias `wanted` stands, of different employers."""
    finder = Finder(vocabulary)
    places: dict[str, str] = {}
    for posting in texts:
        for alias, start, end in finder(posting.text):
            if spelled(alias) == wanted and posting.company not in places:
                before, after = posting.text[:start][-_AROUND:], posting.text[end:][:_AROUND]
                shown = f"{before}[{posting.text[start:end]}]{after}"
                places[posting.company] = f"{posting.company}: {' '.join(shown.split())}"
        if len(places) >= most:
            break
    return list(places.values())[:most]


def main() -> None:
    """Print what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("data", type=Path)
    parser.add_argument("--unseen", action="store_true")
    parser.add_argument("--contexts", metavar="ALIAS")
    asked = parser.parse_args()
    texts = list(postings(asked.data))
    if asked.contexts:
        print(*contexts(taxonomy(), texts, asked.contexts), sep="\n")
        return
    found = counts(taxonomy(), texts)
    print(f"{len(texts)} different texts")
    for alias in taxonomy().aliases:
        en, zh = found[alias, "en"], found[alias, "zh"]
        if not asked.unseen or not en + zh:
            print(f"{alias.tag.id}\t{spelled(alias)}\t{en}\t{zh}")


if __name__ == "__main__":
    main()
