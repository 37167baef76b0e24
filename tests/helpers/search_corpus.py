"""Texts and queries, and which finds which (tests/corpora/search.tsv)."""

from places import CORPORA

CORPUS = CORPORA / "search.tsv"


def corpus() -> list[tuple[str, str, str]]:
    """Return (text, query, `yes`, `no` or `refused`)."""
    lines = CORPUS.read_text(encoding="utf-8").splitlines()
    cases = [tuple(line.split("\t")) for line in lines if not line.startswith("#")]
    return [(text.replace("|", "\n"), query, expected) for text, query, expected in cases]
