"""What a person pasted, taken apart: title, text and the places of lines that name nothing else."""

import re
from typing import NamedTuple

from scraper.normalizing.places import Places, is_place_list, parse_places
from scraper.normalizing.text import to_text
from scraper.normalizing.titles import is_pm_title

_TITLE_LENGTH = 120
_TITLE_ALONE = 60
_SAYS_MORE = re.compile(r"[。;；:：!！?？]|\.\s|\d\+?\s*(?:年|years?\b|yrs?\b)|学历|本科|负责", re.IGNORECASE)

_BLOCKS = "p|div|ul|ol|li|h[1-6]|table|tr|td|section|article"
_TAG = re.compile(
    rf"(?:<|&lt;)/?(?:{_BLOCKS}|br|b|strong|em|i|u|a|span)\b[^<>&]{{0,300}}(?:>|&gt;)", re.IGNORECASE
)
_BLOCK = re.compile(rf"(?:<|&lt;)(?:{_BLOCKS})\b", re.IGNORECASE)
_BREAK = re.compile(r"(?:<|&lt;)br\b", re.IGNORECASE)

_PLACE_LABEL = re.compile(
    r"[-*•·\s]*(?:工作地点|工作城市|工作地|办公地点|地点|城市|(?:job |office )?locations?|based in)"
    r"\s*[:：]\s*",
    re.IGNORECASE,
)
_PLACE_LENGTH = 80
_HEAD = 8
"""Lines at the top among which places stand without a label."""


class Pasted(NamedTuple):
    """Title and text of what was pasted, whether it was HTML, and the lines that name places."""

    title: str
    text: str
    html: bool
    locations: tuple[str, ...]

    @property
    def places(self) -> Places:
        """The places of its location lines and of its title."""
        return parse_places(self.locations, self.title)


def read_pasted(pasted: str) -> Pasted:
    """Take apart what was pasted.

    The first line is the title if it is short and more follows, or if all it says is a PM title; else the
    whole is the text. What looks like HTML is read as HTML, a title above it aside.
    """
    html = _is_html(pasted)
    title, text = split(_plain(pasted) if html else pasted)
    return Pasted(title, text, html, _locations(text))


def split(pasted: str) -> tuple[str, str]:
    """Return title and text of a posting without markup."""
    first, _, rest = pasted.strip().partition("\n")
    if len(first) <= _TITLE_LENGTH and (rest.strip() or _is_a_title(first)):
        return first.strip(), rest.strip()
    return "", pasted.strip()


def _is_a_title(line: str) -> bool:
    return len(line) <= _TITLE_ALONE and is_pm_title(line) and not _SAYS_MORE.search(line)


def _is_html(pasted: str) -> bool:
    """Tell whether it is markup: one tag may be what the job is about, a line break or several are not."""
    return bool(_BREAK.search(pasted)) or len(_TAG.findall(pasted)) > 1


def _plain(pasted: str) -> str:
    """Return the text of markup.

    Line ends count as such in what stands above the line of the first tag, and where no block element does.
    """
    first = _TAG.search(pasted)
    cut = pasted.rfind("\n", 0, first.start()) + 1 if first else 0
    head, markup = pasted[:cut], pasted[cut:]
    if not _BLOCK.search(markup):
        markup = markup.replace("\n", "<br>")
    return (head + to_text(markup, "html")).strip()


def _locations(text: str) -> tuple[str, ...]:
    """Return the lines that name known places and nothing else, behind a label or at the top of the text."""
    found = []
    for number, line in enumerate(text.splitlines()):
        label = _PLACE_LABEL.match(line)
        place = (line[label.end() :] if label else line).strip()
        if (label or number < _HEAD) and len(place) <= _PLACE_LENGTH and place and is_place_list(place):
            found.append(place)
    return tuple(found)
