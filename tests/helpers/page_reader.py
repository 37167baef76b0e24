"""What a browser without scripts makes of an HTML page: its elements, nested as they are, and their text."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset({"meta", "link", "br", "hr", "img", "input"})


@dataclass
class Node:
    """An element; `said` is its own text and children in order."""

    tag: str
    attributes: dict[str, str]
    said: list["Node | str"] = field(default_factory=list)

    def walk(self) -> Iterator["Node"]:
        """Yield this element and all inside it."""
        yield self
        for part in self.said:
            if isinstance(part, Node):
                yield from part.walk()

    def all(self, tag: str, css_class: str = "") -> list["Node"]:
        """Return the elements of this name (and class) inside."""
        wanted = {css_class} - {""}
        return [
            n for n in self.walk() if n.tag == tag and wanted <= set(n.attributes.get("class", "").split())
        ]

    def one(self, name: str) -> "Node":
        """Return the only element with this id."""
        (found,) = [node for node in self.walk() if node.attributes.get("id") == name]
        return found

    def text(self, *without: str) -> str:
        """Return all text inside, that of elements called `without` left out."""
        parts = []
        for part in self.said:
            if isinstance(part, str):
                parts.append(part)
            elif part.tag not in without:
                parts.append(part.text(*without))
        return "".join(parts)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Node("", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        assert len(node.attributes) == len(attrs), f"<{tag}> has an attribute twice"
        self.open[-1].said.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag, f"</{tag}> ends another element"

    def handle_data(self, data: str) -> None:
        self.open[-1].said.append(data)


def read(page: str) -> Node:
    """Return the page's root; AssertionError if an element is not closed where it should be."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    (root,) = reader.open
    return root
