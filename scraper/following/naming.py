"""How an employer is called, guessed from the title of its careers page or from the key of its board."""

import html
import re

_TITLE = re.compile(r"<title\b[^<>]*>", re.IGNORECASE)
_PARTED = re.compile(r"\s+[-–—:»|·•/]\s+|:\s+|\s*[|·•»｜]\s*|[-–—]{2,}")
_JOBS = (
    r"(?:(?:all|current|open|our|latest|job|career|careers|employment|global)\s+){0,2}"
    r"(?:jobs?|careers?|openings?|positions?|roles?|vacancies|opportunities|board|site|page|portal|search|home|"
    r"hiring)"
)
_GENERIC = re.compile(
    rf"{_JOBS}(?:\s*(?:and|&|/|,)\s*{_JOBS})?|home(?:page)?|about(?: us)?|welcome|"
    r"join(?: us| our team| the team)?|work (?:with|for) us|(?:we are|we're) hiring[!.]?|search(?: results)?|"
    r"(?:社会|校园|人才)?招聘(?:官网|首页|职位)?|社招|校招|加入我们|官网|首页|职位(?:列表)?|全部职位|工作机会",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    rf"^(?:(?:{_JOBS}(?:\s*(?:and|&)\s*{_JOBS})?|work(?:ing)?|life)\s+(?:at|with|@)\s+|"
    r"(?:join|welcome to|explore|discover)\s+(?!us$|our\b|the\b|an?\b)|加入\s*)",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    rf"(?:(?:'s|’s)?\s+{_JOBS}(?:\s*(?:and|&)\s*{_JOBS})?|"
    r"\s*(?:人才)?(?:社会招聘|校园招聘|社招|校招|招聘)?(?:招聘|官网|官方网站|网站|平台|门户|首页|加入我们)?)$",
    re.IGNORECASE,
)
_LABELS = frozenset((
    "all", "apply", "campus", "career", "careers", "explore", "external", "hire", "hr", "index", "job",
    "jobs", "join", "recruiting", "recruitment", "search", "sites", "social", "society", "talent", "work",
    "www", "zhaopin"
))  # fmt: skip
_LONGEST = 60
_MARKS = " ,.!:…"


def title_of(page: str) -> str:
    """Return the title of an HTML page as plain text, "" if it has none."""
    found = _TITLE.search(page)
    end = page.lower().find("</title", found.end()) if found else -1
    return " ".join(html.unescape(page[found.end() : end]).split()) if found and end > 0 else ""


def in_title(title: str, known: str) -> str:
    """Return the employer that the title of a careers page names, "" if that is not sure.

    It is sure if the title says that these are somebody's jobs ("Jobs at Acme", "Acme | Careers",
    "加入云雀"), or if the name resembles what is `known`: an address or a key.
    """
    parts = [part for part in _PARTED.split(title[:300]) if part]
    own = [part for part in parts if not _GENERIC.fullmatch(part)]
    for part in own:
        name = _bare(part)
        if name and (name != part.strip(_MARKS) or _resembles(name, known)):
            return name
    return own[0] if len(own) == 1 < len(parts) and len(own[0]) <= _LONGEST else ""


def in_key(key: str) -> str:
    """Return a name for the employer whose board has this key."""
    place = re.sub(r"^(?:eu|v2):", "", key).partition("/")[0]
    labels = [label for label in place.split(".") if label]
    while len(labels) > 1 and labels[0].lower() in _LABELS:
        del labels[0]
    words = re.split(r"[-_\s]+", (labels or [key])[0])
    return " ".join(word.capitalize() if word.islower() else word for word in words if word) or key


def _bare(part: str) -> str:
    name, before = part, ""
    while name != before:
        before = name
        name = _BEHIND.sub("", _BEFORE.sub("", name)).strip(_MARKS)
    no_name = len(name) > _LONGEST or _GENERIC.fullmatch(name) or any(char in "【】_{}" for char in name)
    return "" if no_name else name


def _resembles(name: str, known: str) -> bool:
    """Tell whether the letters of one are found in the other."""
    one, other = ("".join(filter(str.isalnum, text.lower())) for text in (name, known))
    return len(one) >= 2 and (one in other or (len(other) >= 3 and other in one))
