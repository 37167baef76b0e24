"""Whether markup nests too deep to be handed to the HTML parser."""

import re
from collections import Counter

# Lexbor needs time that grows with the square of the depth: 500 open elements cost nothing, 200,000 cost
# minutes. The limits are far above what editors produce.
_MAX_OPEN_OF_ONE_NAME = 500
_MAX_OPEN = 1000

TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)")
"""The start of a tag: its slash and its name."""

# Void elements, and those whose end tag may be left out (an unclosed <p> does not nest).
_NEVER_NEST = frozenset((
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr", "p", "li", "dt", "dd", "option", "optgroup", "tr", "td", "th", "thead", "tbody",
    "tfoot", "colgroup", "caption", "rt", "rp", "html", "head", "body",
))  # fmt: skip


def too_deep(markup: str) -> bool:
    """Tell whether too many elements are open at once, counted per name.

    One counter for all names is fooled by `<div></b><div></b>...`.
    """
    opened: Counter[str] = Counter()
    total = 0
    for closing, name in TAG.findall(markup):
        name = name.lower()
        if name in _NEVER_NEST:
            continue
        if not closing:
            opened[name] += 1
            total += 1
            if opened[name] > _MAX_OPEN_OF_ONE_NAME or total > _MAX_OPEN:
                return True
        elif opened[name] > 0:
            opened[name] -= 1
            total -= 1
    return False
