"""The full-text index as an engine keeps it: FTS5 in SQLite, a tsvector with a GIN index in PostgreSQL.

Both hold the same tokens (text.py) of the same documents, which are numbered as the versions are. A
document is added once and never changed: neither engine has anything to delete, and what a killed run left
undone is what is missing. This is the only file that knows how an engine is asked.

FTS5 keeps no text (content='') and no positions (detail=none): docs/SEARCH.md tells what they would cost.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import Connection, Integer, Subquery, text

from storage.searching.query import Query, Term
from storage.searching.text import in_title

_INSERT: Final = {
    "sqlite": "INSERT INTO search_words (rowid, words) VALUES (:id, :words)",
    "postgresql": (
        "INSERT INTO search_words (id, words) VALUES (:id, array_to_tsvector(string_to_array(:words, ' ')))"
    ),
}
_NEWEST: Final = {
    "sqlite": (
        "SELECT rowid AS id FROM search_words WHERE search_words MATCH :words ORDER BY rowid DESC LIMIT :most"
    ),
    # Materialized, so that the index on the words is used and never that on the number, which would read the
    # words of every document on its way down.
    "postgresql": (
        "WITH matching AS MATERIALIZED (SELECT id FROM search_words WHERE words @@ CAST(:words AS tsquery)) "
        "SELECT id FROM matching ORDER BY id DESC LIMIT :most"
    ),
}
_COUNT: Final = {
    "sqlite": (
        "SELECT count(*) FROM (SELECT rowid FROM search_words WHERE search_words MATCH :words LIMIT :most)"
    ),
    "postgresql": (
        "SELECT count(*) FROM "
        "(SELECT id FROM search_words WHERE words @@ CAST(:words AS tsquery) LIMIT :most) AS matching"
    ),
}
_LAST: Final = {
    "sqlite": "SELECT rowid FROM search_words ORDER BY rowid DESC LIMIT 1",
    "postgresql": "SELECT max(id) FROM search_words",
}
_CLEAR: Final = {
    "sqlite": "INSERT INTO search_words (search_words) VALUES ('delete-all')",
    "postgresql": "TRUNCATE search_words",
}
_AND: Final = {"sqlite": " AND ", "postgresql": " & "}
_OR: Final = {"sqlite": " OR ", "postgresql": " | "}
_BUT_NOT: Final = {"sqlite": " NOT ", "postgresql": " & !"}
_QUOTE: Final = {"sqlite": '"', "postgresql": "'"}


def add_documents(connection: Connection, documents: Iterable[tuple[int, Iterable[str]]]) -> None:
    """Add documents (id, tokens) that the index does not have."""
    rows = [{"id": id, "words": " ".join(sorted(tokens))} for id, tokens in documents]
    if rows:
        connection.execute(text(_INSERT[connection.dialect.name]), rows)


def last_document(connection: Connection) -> int:
    """Return the number of the last document of the index, 0 if it has none."""
    return int(connection.scalar(text(_LAST[connection.dialect.name])) or 0)


def count_documents(connection: Connection) -> int:
    """Return how many documents the index has."""
    return int(connection.scalar(text("SELECT count(*) FROM search_words")) or 0)


def clear_documents(connection: Connection) -> None:
    """Take all documents out of the index."""
    connection.execute(text(_CLEAR[connection.dialect.name]))


def prefer_index(connection: Connection) -> None:
    """Let the rest of the transaction use indexes wherever there are any.

    PostgreSQL does not reckon with what it costs to fetch the words of a document, which lie outside its row
    (https://www.postgresql.org/docs/15/runtime-config-query.html#GUC-ENABLE-SEQSCAN).
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL enable_seqscan TO off"))


def newest(
    connection: Connection, query: Query, also: Sequence[Sequence[str]], most: int, *, title: bool = False
) -> Subquery:
    """Return a subquery with the `id` of the `most` newest documents that may answer the query.

    Of each list of tokens in `also` they must have one. `title`: with all that is wanted in their titles.
    """
    words = expression(connection.dialect.name, query, also, title=title)
    statement = text(_NEWEST[connection.dialect.name])
    return statement.bindparams(words=words, most=most).columns(id=Integer).subquery("found")


def count(connection: Connection, query: Query, also: Sequence[Sequence[str]], most: int) -> int:
    """Return how many documents may answer the query, `most` at most; `also` as in `newest`."""
    words = expression(connection.dialect.name, query, also)
    statement = text(_COUNT[connection.dialect.name]).bindparams(words=words, most=most)
    return int(connection.scalar(statement) or 0)


def expression(dialect: str, query: Query, also: Sequence[Sequence[str]], *, title: bool = False) -> str:
    """Return the query in the language of the engine; its words are tokens, which hold nothing of that."""
    quote = _QUOTE[dialect]

    def all_of(tokens: Iterable[str]) -> str:
        return f"({_AND[dialect].join(f'{quote}{token}{quote}' for token in sorted(tokens))})"

    def any_of(terms: Iterable[Term]) -> str:
        sets = (in_title(term.tokens) if title else term.tokens for term in terms)
        return f"({_OR[dialect].join(map(all_of, sets))})"

    parts = [any_of(clause.terms) for clause in query.wanted]
    parts += [f"({_OR[dialect].join(f'{quote}{token}{quote}' for token in tokens)})" for tokens in also]
    asked = f"({_AND[dialect].join(parts)})"
    # What the tokens do not decide is left out where the text is read.
    for clause in query.unwanted:
        if clause.exact:
            asked += f"{_BUT_NOT[dialect]}({_OR[dialect].join(all_of(term.tokens) for term in clause.terms)})"
    return asked
