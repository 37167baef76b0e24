"""One HTML text out of the sections in which a board keeps it."""

from collections.abc import Iterable
from html import escape


def headed(sections: Iterable[tuple[str, str]]) -> str:
    """Return the sections, (heading as plain text, HTML), below each other; those without text are left out.

    The headings let the reader of the text tell what is asked for from what is offered. "" needs none.
    """
    return "\n".join(
        f"<h3>{escape(heading, quote=False)}</h3>\n{html}" if heading else html
        for heading, html in sections
        if html
    )
