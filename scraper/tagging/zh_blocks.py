"""Chinese lists and lines without a heading of their own: duties first, then what is asked.

A list whose numbers begin again is a new block, judged by its first items. Lines without numbers are parted
where duties end and demands begin. So a posting is read alike with numbers, bullets or bare lines.
"""

from collections.abc import Sequence
from itertools import accumulate

from scraper.tagging.sections import SILENT, Zone
from scraper.tagging.sentences import Piece
from scraper.tagging.zone_wording import Sentence, Wording, by_wording, in_zone

_FIRST_ITEMS = 3
"""Items of a list that tell what it is about."""
_FEWEST_LINES = 3
_MOST_LOOKS, _AHEAD = 12, 40
"""Places in a section on the company that are looked at closely, and sentences that are read there."""
_OF_A_LIST = ("required", "responsibilities", "unknown")
"""What a sentence says of itself, and its block knows better."""


def by_blocks(reader: Wording, pieces: list[Piece], zone: Zone, *, first: bool = False) -> list[Sentence]:
    """Judge each run of list numbers by its first items; a run ends where the numbers begin again.

    `first`: the pieces stand before the first heading.
    """
    blocks = _blocks(pieces)
    if len(blocks) == 1 and (halves := _halves(reader, pieces, zone)):
        return halves
    if zone == "responsibilities" and len(blocks) == 1:
        return in_zone(zone, pieces)
    sentences: list[Sentence] = []
    for at, block in enumerate(blocks):
        numbered = [piece for piece in block if piece[2] is not None][:_FIRST_ITEMS]
        if len(numbered) >= 2:
            verdict = _verdict([reader.zone(piece) for piece in numbered], behind=at > 0)
            for piece in block:
                own = reader.zone(piece) if piece[2] is None else verdict
                start, end, number = piece
                sentences.append(Sentence(start, end, verdict if own == "unknown" else own, number))
        elif zone == "responsibilities":
            sentences += in_zone(zone, block)
        else:
            sentences += by_wording(reader, block, first=first)
    return sentences


def _blocks(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Return the pieces in runs that end where the numbers of a list begin again."""
    blocks: list[list[Piece]] = [[]]
    highest = 0
    for piece in pieces:
        number = piece[2]
        if number is not None:
            if number == 1 and highest > 1:
                blocks.append([])
                highest = 0
            highest = max(highest, number)
        blocks[-1].append(piece)
    return blocks


def _verdict(signs: Sequence[Zone], *, behind: bool) -> Zone:
    """Return what a list is, by what its first items say.

    `behind` another list, which mostly holds the duties, one demand among items that tell nothing is enough.
    """
    asked = signs.count("required")
    asks = asked > signs.count("responsibilities") if behind else asked * 2 > len(signs)
    return "required" if asks else "responsibilities"


def _halves(reader: Wording, pieces: Sequence[Piece], zone: Zone) -> list[Sentence]:
    """Judge lines without numbers: duties, then demands. Return nothing if their wording speaks against it.

    Where a heading calls all of them duties, a line has to ask for what only demands do.
    """
    if sum(number is not None for _, _, number in pieces) > 1:
        return []
    lines: list[list[Piece]] = []
    for piece in pieces:
        if not lines or reader.begins_row(piece[0]):
            lines.append([])
        lines[-1].append(piece)
    signs = [reader.zone(line[0]) for line in lines]
    asking = [reader.asks(line[0]) for line in lines]
    if zone == "responsibilities" and True not in asking:
        return []
    turn = _turn(signs, asking)
    halves: list[Zone] = ["responsibilities" if at < turn else "required" for at in range(len(lines))]
    right = sum(sign == half for sign, half in zip(signs, halves, strict=True))
    wrong = sum(sign in ("responsibilities", "required") for sign in signs) - right
    if len(lines) < _FEWEST_LINES or right * 2 < len(lines) or wrong * 3 > right:
        return []
    sentences = []
    for half, line in zip(halves, lines, strict=True):
        for start, end, number in line:
            own = reader.zone((start, end, number))
            sentences.append(Sentence(start, end, half if own in _OF_A_LIST else own, number))
    return sentences


def _turn(signs: Sequence[Zone], asking: Sequence[bool]) -> int:
    """Return the first line of the demands: where most signs fit, and one more if that line is `asking`."""
    steps = ((sign == "responsibilities") - (sign == "required") for sign in signs)
    fitting = accumulate(steps, initial=signs.count("required"))
    turns = [(fits + asks, at) for at, (fits, asks) in enumerate(zip(fitting, [*asking, False], strict=True))]
    return max(turns)[1]


def company_zh(reader: Wording, pieces: list[Piece]) -> list[Sentence]:
    """Return a Chinese section about the company, which ends where a list or paragraph on the job begins."""
    looked = 0
    for at, piece in enumerate(pieces):
        job = bool(at) and reader.begins_job(piece)
        if not job and looked < _MOST_LOOKS and _may_open_job(reader, piece):
            job = _speaks_of_job(reader, pieces[at : at + _AHEAD])
            looked += 1
        if job:
            return in_zone("company", pieces[:at]) + by_blocks(reader, pieces[at:], "unknown")
    return in_zone("company", pieces)


def _may_open_job(reader: Wording, piece: Piece) -> bool:
    return piece[2] == 1 or reader.begins_paragraph(piece[0])


def _speaks_of_job(reader: Wording, pieces: Sequence[Piece]) -> bool:
    """Tell whether a list, or lines, speak of the job: most of the first items, or a third of all."""
    items = [item for item in pieces if item[2] is not None]
    if len(items) < 2:
        items = [item for item in pieces if reader.begins_row(item[0])]
    zones = [reader.zone(item) for item in items]
    speaking = [zone in ("responsibilities", "required") for zone in zones]
    first, told = speaking[:_FIRST_ITEMS], sum(speaking)
    mostly = told > 1 and told * 3 >= len(items) and told > sum(zone in SILENT for zone in zones)
    return len(items) > 1 and (sum(first) * 2 > len(first) or mostly)
