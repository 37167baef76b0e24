"""Texts and queries, and which finds which (tests/corpora/search.tsv)."""

from pathlib import Path

CORPUS = Path(__file__).resolve().parents[1] / "corpora" / "search.tsv"


def corpus() -> list[tuple[str, str, str]]:
    """Return (text, query, `yes`, `no` or `refused`)."""
    lines = CORPUS.read_text(encoding="utf-8").splitlines()
    cases = [tuple(line.split("\t")) for line in lines if not line.startswith("#")]
    return [(text.replace("|", "\n"), query, expected) for text, query, expected in cases]
