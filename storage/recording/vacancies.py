"""Which postings of one employer are the same opening: signatures, their comparison, the choice of a vacancy.

Pure, no SQL: the store keeps a signature beside each posting and asks here when a new one comes. Signatures
are made in scraper.normalizing.vacancies, which knows how titles and texts are read; their layout is here,
because the comparison is what gives it its meaning, and the store may not know the scraper.

A text is kept as a one-permutation MinHash (Li, Owen, Zhang, NIPS 2012): its shingles fall into 256 bins, and
each bin keeps one byte of the shingle with the least hash, 0 if it is empty. The share of the non-empty bins
that agree estimates the Jaccard similarity: nearly exact for a short text, within 0.03 for a long one.
"""

import math
import struct
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

BINS: Final = 256
PLACES: Final = 7
VERSION: Final = 1
"""Grows with the meaning of a signature: those of different versions are compared by requisition only."""

CHINESE: Final = 128
"""Bit of `levels`: the text is Chinese."""
INTERN, JUNIOR, SENIOR, VETERAN, HEAD = 1, 2, 4, 8, 16
"""Bits of `levels`: 实习 · 助理, 初级 · 高级 · 资深 · 总监, 负责人."""

_LAYOUT = struct.Struct(f">BBHHH6s6s6s4s{PLACES}H{BINS}s")
_LEVELS, _SIZE = 1, slice(6, 8)
_TITLE, _REQUISITION, _BINS = slice(8, 14), slice(20, 26), slice(-BINS, None)
"""Where they stand in the packed bytes."""
_WORDS = BINS // 4
_NONE = bytes(6)
_RANKS = SENIOR | VETERAN
_STATIONS = INTERN | JUNIOR | HEAD

_LEAST_TEXT = 25
"""Shingles from which on a text says something: "details on request" is no text."""
_SAME_TITLE = 0.75
_OTHER_TITLE = 0.80
"""Similarity from which on two texts are one. The intro and benefits that an employer puts under different
jobs make their texts similar by up to 0.73; 86 % of both would have to be the same to reach 0.75."""
_LEAST_EQUAL = math.ceil(_OTHER_TITLE * BINS)
"""Bins that are equal at least, empty ones too, where texts are that similar."""
_MOST_BITS = 8 * (BINS - _LEAST_EQUAL)
"""Bits that differ at most in the bins that are not equal."""
_FEW = 32
"""With so many a text is compared one by one: to begin with columns takes longer."""
_INSIDE, _HALF = 0.93, 0.5
_INSIDE_HEAD = 0.85
"""A text that is part of the other, as a copy that was cut off is: this share of its shingles is found there,
and it is half of the other, or they begin with the same words."""


class Signature(NamedTuple):
    """What grouping knows of a posting; `pack` makes the bytes that are stored (300 of them).

    title        digest of the title's words without place, code and marks, in any order
    job          the same without words of level
    requisition  digest of the employer's own number for the opening, zeros if none is given
    head         digest of the first words of the text
    levels       words of level in the title (bits, see above)
    years        bit n: "n years" stands in the text (n <= 15)
    mark         a grade or number in the title ("P7", "II"), hashed; 0 if none
    size         shingles of the text, at most 65535
    places       up to 7 hashed places, ascending
    bins         the MinHash
    """

    title: bytes
    job: bytes
    requisition: bytes = _NONE
    head: bytes = bytes(4)
    levels: int = 0
    years: int = 0
    mark: int = 0
    size: int = 0
    places: tuple[int, ...] = ()
    bins: bytes = bytes(BINS)

    def pack(self) -> bytes:
        """Return the bytes to store."""
        places = (*self.places, *[0] * PLACES)[:PLACES]
        numbers = (self.levels, self.years, self.mark, min(self.size, 65535))
        return _LAYOUT.pack(
            VERSION, *numbers, self.title, self.job, self.requisition, self.head, *places, self.bins
        )

    @classmethod
    def unpack(cls, data: bytes) -> "Signature":
        """Return what `pack` packed; of another version only the requisition."""
        if len(data) != _LAYOUT.size or data[0] != VERSION:
            return cls(_NONE, _NONE, data[_REQUISITION] if len(data) >= 26 else _NONE)
        _, levels, years, mark, size, title, job, requisition, head, *places, bins = _LAYOUT.unpack(data)
        hashed = tuple(filter(None, places))
        return cls(title, job, requisition, head, levels, years, mark, size, hashed, bins)


class Opening(NamedTuple):
    """A posting as grouping sees it: where it is listed ("family:key") and its signature.

    `vacancy` is the one it belongs to, "" for a new posting.
    """

    board: str
    signature: bytes
    vacancy: str = ""

    @property
    def family(self) -> str:
        """The name space of its requisition numbers."""
        return self.board.partition(":")[0]


def same_vacancy(one: Opening, other: Opening) -> bool:
    """Tell whether two postings of one employer are the same opening.

    1. One requisition number (in one family of boards): the same.
    2. Two numbers on one board: an employer who numbers his openings has two. Unless title and text agree
       and the cities are different ones: then it is one opening offered in several cities.
    3. Otherwise the texts decide, together with the title; the title alone never does:
       - levels or grades that contradict each other: not the same (`_contradict`);
       - the same title: texts similar by 0.75, or one is a part of the other;
       - another title: only in Chinese, where it is a headline that each recruiter words anew, and texts
         similar by 0.80. An English title states level and field, and employers post one text for several.
    """
    compared, (signature, bins) = _Compared(one, *_read(one)), _read(other)
    return compared.same(other, signature, _similarity(compared.bins, bins))


_Read = tuple[Signature, int]
"""A signature and its bins, all of them as one number."""


class Employer:
    """The postings of one employer that are known, in the order in which they became known.

    Of several on one board with one signature only the first is kept: it goes before the others.
    """

    def __init__(self, known: Iterable[Opening] = ()) -> None:
        self._known: list[Opening] = []
        self._kept: set[tuple[str, bytes]] = set()
        self._read: dict[bytes, _Read] = {}
        """Signatures that were compared once: the next is often compared with them, or is equal to one."""
        self._titled: defaultdict[bytes, list[int]] = defaultdict(list)
        self._numbered: defaultdict[bytes, list[int]] = defaultdict(list)
        self._bins: list[bytes] = []
        self._numbers: list[int] = []
        """The bins, all of a text as one number, while there are few texts."""
        self._words = np.zeros((_WORDS, 0), dtype=np.uint32)
        """The bins, four to a word: a column each, which are counted together faster than rows."""
        self._filled = 0
        """Columns that are filled: none until many are compared with."""
        for opening in known:
            self.add(opening)

    def add(self, opening: Opening) -> None:
        """Let later postings join the vacancy of this one."""
        if (opening.board, opening.signature) in self._kept:
            return
        self._kept.add((opening.board, opening.signature))
        place, signature = len(self._known), _readable(opening.signature)
        self._known.append(opening)
        self._bins.append(signature[_BINS])
        self._titled[signature[_TITLE]].append(place)
        self._numbered[signature[_REQUISITION]].append(place)

    def vacancy_of(self, posting: Opening) -> str | None:
        """Return the vacancy that a new posting belongs to, None if it is a new one.

        One with its requisition number goes first, then the most similar text, then one in the same place,
        then the one known longest.
        """
        eligible = self._eligible(_readable(posting.signature))
        if not eligible:
            return None
        compared = _Compared(posting, *self._signature(posting))
        best, found = (False, 0.0, False), None
        for place in eligible:
            known = self._known[place]
            signature, bins = self._signature(known)
            likeness = _similarity(compared.bins, bins)
            numbered = compared.numbered_alike(known, signature)
            if (numbered, likeness) < best[:2]:
                continue
            if compared.same(known, signature, likeness):
                rank = (numbered, likeness, bool({*signature.places} & {*compared.signature.places}))
                if found is None or rank > best:
                    best, found = rank, known.vacancy
        return found

    def _signature(self, opening: Opening) -> _Read:
        if opening.signature not in self._read:
            self._read[opening.signature] = _read(opening)
        return self._read[opening.signature]

    def _eligible(self, signature: bytes) -> list[int]:
        """Return the places of the known postings that `same` may hold of, in their order.

        They have its title or its number, or both are Chinese and alike; few are left of an employer's
        thousands, of most postings none, and only they are compared one by one.
        """
        places = {*self._titled.get(signature[_TITLE], ())}
        requisition = signature[_REQUISITION]
        if requisition != _NONE:
            places.update(self._numbered.get(requisition, ()))
        if signature[_LEVELS] & CHINESE and int.from_bytes(signature[_SIZE]) >= _LEAST_TEXT:
            places.update(self._alike(signature[_BINS]))
        return sorted(places)

    def _alike(self, bins: bytes) -> list[int]:
        """Return the places of the known postings whose texts may be similar enough under another title."""
        if len(self._known) <= _FEW:
            self._numbers += map(int.from_bytes, self._bins[len(self._numbers) :])
            number = int.from_bytes(bins)
            differences = enumerate([number ^ known for known in self._numbers])
            few = [(n, bits) for n, bits in differences if bits.bit_count() <= _MOST_BITS]  # a quick sieve
            return [n for n, bits in few if bits.to_bytes(BINS).count(0) >= _LEAST_EQUAL]
        self._fill()
        words = np.frombuffer(bins, dtype=np.uint32)
        equal = self._words[:, : self._filled] == words[:, np.newaxis]
        alike = np.add.reduce(equal, axis=0, dtype=np.uint8) >= _WORDS - _most_differing(bins)
        return list(alike.nonzero()[0].tolist())

    def _fill(self) -> None:
        """Fill the columns of those that have become known."""
        count = len(self._bins)
        if count > self._words.shape[1]:  # twice as many, so that each is copied once on the average
            room = np.zeros((_WORDS, 2 * count - self._filled), dtype=np.uint32)
            self._words = np.concatenate([self._words[:, : self._filled], room], axis=1)
        new = np.frombuffer(b"".join(self._bins[self._filled :]), dtype=np.uint32)
        self._words[:, self._filled : count] = new.reshape(-1, _WORDS).T
        self._filled = count


def _read(opening: Opening) -> _Read:
    signature = Signature.unpack(opening.signature)
    return signature, int.from_bytes(signature.bins)


@dataclass(slots=True)
class _Compared:
    """A posting that is held against others."""

    opening: Opening
    signature: Signature
    bins: int

    def numbered_alike(self, known: Opening, other: Signature) -> bool:
        number = self.signature.requisition
        return number != _NONE and number == other.requisition and known.family == self.opening.family

    def same(self, known: Opening, other: Signature, likeness: float) -> bool:
        one = self.signature
        if self.numbered_alike(known, other):
            return True
        if min(one.size, other.size) < _LEAST_TEXT:
            return False
        if known.board == self.opening.board and _NONE not in (one.requisition, other.requisition):
            return one.title == other.title and likeness >= _OTHER_TITLE and _elsewhere(one, other)
        if _contradict(one, other):
            return False
        if one.title == other.title:
            return likeness >= _SAME_TITLE or _is_cut(one, other, likeness)
        return likeness >= _OTHER_TITLE and bool(one.levels & other.levels & CHINESE)


def _contradict(one: Signature, other: Signature) -> bool:
    """Tell whether the titles name different levels or grades.

    An intern, an assistant and a head are other jobs than the plain title. 高级 and 资深 contradict each
    other; where only one title has such a word, it is often mere decoration: then the years decide, if the
    word is all that sets the titles apart.
    """
    if (one.levels ^ other.levels) & _STATIONS or (one.mark != other.mark and one.mark and other.mark):
        return True
    ranks, others = one.levels & _RANKS, other.levels & _RANKS
    if ranks and others:
        return not ranks & others
    return ranks != others and one.job == other.job and one.years != other.years


def _elsewhere(one: Signature, other: Signature) -> bool:
    return bool(one.places and other.places) and not set(one.places) & set(other.places)


def _is_cut(one: Signature, other: Signature, likeness: float) -> bool:
    shorter, longer = sorted((one.size, other.size))
    inside = likeness * (shorter + longer) / (1 + likeness) / shorter
    if one.head == other.head and inside >= _INSIDE_HEAD:
        return True
    return inside >= _INSIDE and shorter >= _HALF * longer


def _most_differing(bins: bytes) -> int:
    """Return how many bins, and so words of them, differ at most from those of a text like it.

    Of the bins that either fills, of which there are no more than agree / _OTHER_TITLE.
    """
    filled = BINS - bins.count(0)
    return int((1 - _OTHER_TITLE) * min(BINS, filled / _OTHER_TITLE)) + 1


def _similarity(one: int, other: int) -> float:
    """Return the estimated similarity of two texts by their bins, all of them as one number.

    Zeros of the one or the other are bins that both leave empty, those of their difference also such that
    agree: this is much faster than a loop over them.
    """
    empty = (one | other).to_bytes(BINS).count(0)
    agreeing = (one ^ other).to_bytes(BINS).count(0) - empty
    return agreeing / (BINS - empty) if empty < BINS else 0.0


def _readable(signature: bytes) -> bytes:
    """Return a signature as this version reads it: of another version only the requisition is left."""
    is_ours = len(signature) == _LAYOUT.size and signature[0] == VERSION
    return signature if is_ours else Signature.unpack(signature).pack()
