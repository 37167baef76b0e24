"""Whether a posting with a PM's title is no PM's: it sells, codes, markets, teaches or buys."""

from collections.abc import Mapping, Sequence

from scraper.tagging.hits import ListHits
from scraper.tagging.tables import load
from scraper.tagging.zones import Sentence

_KINDS = ("sells", "may_sell", "codes", "runs", "works")


def word_lists() -> Mapping[str, Sequence[str]]:
    """Return the words that this module wants to be found."""
    table = load("roles")["not_pm"]
    return {f"roles.{kind}": [*table[f"{kind}_zh"], *table[f"{kind}_en"]] for kind in _KINDS}


def is_other_work(low: str, sentences: Sequence[Sentence], words: ListHits) -> bool:
    """Tell whether the duties are another's work: several of its words, fewer of product work.

    `low` is the folded text, `words` the hits of `word_lists`. That somebody is paid like a seller speaks of
    selling wherever it stands; what he might have done besides, of nothing.
    """
    if not any(f"roles.{kind}" in words for kind in _KINDS[:-1]):
        return False
    table, worth = load("roles")["not_pm"], load("roles")["zone_weight"]
    count = {kind: len(_named(kind, low, sentences, words, worth)) for kind in _KINDS}
    sold = count["sells"] + 0.5 * count["may_sell"]
    if sold >= table["needed"] and count["works"] < sold:
        return True
    if count["runs"] >= table["runs_needed"] and count["runs"] > table["runs_works"] * count["works"]:
        return True
    if count["codes"] >= table["codes_many"] and count["codes"] > count["works"]:
        return True
    return bool(count["codes"] >= table["codes_needed"] and count["works"] <= table["codes_works"])


def _named(
    kind: str, low: str, sentences: Sequence[Sentence], words: ListHits, worth: Mapping[str, float]
) -> set[str]:
    """Return the words of a kind that the posting uses; one inside a longer one ("高并发") is that one."""
    counted = [
        (start, end)
        for start, end, index in words.get(f"roles.{kind}", ())
        if index >= 0 and (kind not in ("codes", "runs") or sentences[index].zone in worth)
    ]
    longest: set[str] = set()
    last = -1
    for start, end in sorted(counted, key=lambda span: (span[0], -span[1])):
        if end > last:
            longest.add(low[start:end])
            last = end
    return longest
