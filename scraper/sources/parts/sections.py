"""One text out of the parts in which a board keeps it, each under its heading: so the parts can be told."""


def section(heading: str, body: str) -> str:
    """Return `body` under `heading`, "" if there is no body."""
    return f"{heading}\n{body}" if body else ""


def joined(*parts: str) -> str:
    """Return the parts that are not empty, with a blank line between them."""
    return "\n\n".join(part for part in parts if part)


def duties_and_requirements(duties: str, requirements: str) -> str:
    """Return the text of a posting whose board keeps 岗位职责 and 岗位要求 apart."""
    return joined(section("岗位职责", duties), section("岗位要求", requirements))
