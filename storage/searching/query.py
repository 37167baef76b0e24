"""What somebody asks of the search, read as search boxes are: words, "phrases", -words, A OR B.

No engine sees what was typed: a query becomes clauses, and those become tokens (text.py) and patterns.
"""

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from storage.errors import StorageError
from storage.searching.text import CJK, LETTER, LONGEST, Fold, Unit, folding, spellings, unit_tokens, units

MOST_CHARS: Final = 500
MOST_WORDS: Final = 32
_MOST_TOKENS: Final = 24
_PIECE: Final = re.compile(r'(?P<minus>-?)"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+)')
_QUOTES: Final = str.maketrans(dict.fromkeys("「」『』«»„‟", '"'))
_GAP: Final = r"(?:_|[^\w\n。！？；;!?]){0,3}"
"""Between the units of one word: "AI 产品", "GPT-4", but not the end of one sentence and the next."""
_BLANKS: Final = r"\s{1,4}"


@dataclass(frozen=True)
class Term:
    """One word or phrase: the pattern by which it is found in folded text, and tokens that it cannot lack.

    `exact` tells that every text with the tokens holds it.
    """

    pattern: str
    tokens: frozenset[str]
    exact: bool


@dataclass(frozen=True)
class Clause:
    """Alternatives, one of which must occur (or, of a clause that excludes, none may)."""

    terms: tuple[Term, ...]

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What finds any of them in folded text."""
        return re.compile("|".join(term.pattern for term in self.terms))

    @property
    def exact(self) -> bool:
        """Whether the tokens decide."""
        return all(term.exact for term in self.terms)


@dataclass(frozen=True, slots=True)
class Query:
    """Every clause of `wanted` must occur, none of `unwanted` may."""

    wanted: tuple[Clause, ...]
    unwanted: tuple[Clause, ...]

    @property
    def exact(self) -> bool:
        """Whether the index alone can tell what answers the query."""
        return all(clause.exact for clause in (*self.wanted, *self.unwanted))


def read_query(text: str, fold: Fold) -> Query:
    """Return what `text` asks for; `fold` is that of the index. Raises StorageError, one sentence."""
    fold = folding(fold)
    if len(text) > MOST_CHARS:
        raise StorageError(f"the query has {len(text):,} characters; {MOST_CHARS} at most can be looked for")
    wanted: list[tuple[Term, ...]] = []
    unwanted: list[tuple[Term, ...]] = []
    joined = False
    for piece in _pieces(text, fold):
        if piece is None:
            joined = bool(wanted)
            continue
        excluded, term = piece
        if excluded:
            unwanted.append((term,))
        elif joined:
            wanted[-1] = (*wanted[-1], term)
        else:
            wanted.append((term,))
        joined = False
    if not wanted:
        only = "only words to leave out, and none" if unwanted else "no word"
        raise StorageError(f"the query holds {only} to look for")
    query = Query(_clauses(wanted), _clauses(unwanted))
    if sum(len(clause.terms) for clause in (*query.wanted, *query.unwanted)) > MOST_WORDS:
        raise StorageError(f"the query has more than {MOST_WORDS} words")
    return query


def _clauses(said: Iterable[tuple[Term, ...]]) -> tuple[Clause, ...]:
    return tuple(Clause(tuple(dict.fromkeys(terms))) for terms in dict.fromkeys(said))


def _pieces(text: str, fold: Fold) -> Iterator[tuple[bool, Term] | None]:
    """Yield (whether it is to be left out, term), and None for an OR."""
    folded = fold(text).translate(_QUOTES)
    for match in _PIECE.finditer(folded):
        if match["phrase"] is not None:
            if (term := _phrase(match["phrase"])) is not None:
                yield bool(match["minus"]), term
        elif text[match.start() : match.end()] == "OR":
            yield None
        else:
            word = match["word"]
            if (term := _word(word.lstrip("-"))) is not None:
                yield word.startswith("-"), term


def _word(word: str) -> Term | None:
    """Return what an unquoted word asks for: its units, next to each other."""
    said = list(units(word))
    if not said:
        return None
    return Term(_GAP.join(map(_unit_pattern, said)), _tokens(said), len(said) == 1 and _is_token(said[0]))


def _is_token(unit: Unit) -> bool:
    """Tell whether a unit is one token, wherever it stands."""
    most = 2 if unit.kind == "run" else LONGEST
    return len(unit.text) <= most and not unit.sign


def _unit_pattern(unit: Unit) -> str:
    if unit.kind == "run":
        return unit.text
    if unit.kind == "number":
        return rf"(?<!\d){unit.text}(?!\d)"
    if unit.sign:
        return rf"(?<!{LETTER}){unit.text}{re.escape(unit.sign)}(?![+#])"
    return rf"(?<!{LETTER}){spellings(unit.text)}(?!{LETTER})"


def _phrase(phrase: str) -> Term | None:
    """Return what a quoted phrase asks for: these very characters, blanks of any kind between them."""
    said = list(units(phrase))
    if not said:
        return None
    parts = phrase.split()
    return Term(
        _border(parts[0][0], "<!") + _BLANKS.join(map(re.escape, parts)) + _border(parts[-1][-1], "!"),
        _tokens(said),
        False,
    )


def _border(char: str, look: str) -> str:
    """Return what may not stand beside a phrase that begins or ends with `char`: more of the same word."""
    if re.match(f"[{CJK}]", char) or not char.isalnum():
        return ""
    return rf"(?{look}\d)" if char.isdecimal() else rf"(?{look}{LETTER})"


def _tokens(said: Iterable[Unit]) -> frozenset[str]:
    """Return tokens without which no text holds the units: of very many only some, which decide as well."""
    found = dict.fromkeys(token for unit in said for token in unit_tokens(unit))
    return frozenset(itertools.islice(found, _MOST_TOKENS))
