"""What all pages share: the frame, style and script, and the policy that nothing else is loaded or run."""

import base64
import hashlib
import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from reports.wording.escaping import Characters
from reports.wording.words import Lang, Words

LANGUAGE_TAGS: dict[Lang, str] = {"en": "en", "zh": "zh-Hans"}
LANGUAGE_NAMES: dict[Lang, str] = {"en": "English", "zh": "中文"}
_UNSAFE_IN_SCRIPT = re.compile(r"[<>&\u2028\u2029]")


def render_page(template: str, words: Mapping[Lang, Words], **values: object) -> str:
    """Return the page of a template in `templates/` in the languages of `words`, the first one shown first.

    Every value is escaped unless it is Markup.
    """
    style, script = asset("page.css"), asset("page.js")
    policy = (
        f"default-src 'none'; img-src data:; style-src '{_source(style)}'; script-src '{_source(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    return page_template(template).render(
        style=Markup(style),
        script=Markup(script),
        policy=policy,
        langs=list(words),
        words=words,
        tags=LANGUAGE_TAGS,
        names=LANGUAGE_NAMES,
        **values,
    )


def page_template(name: str) -> Template:
    """Return a template of pages; it is read and compiled once."""
    return _environment().get_template(name)


def script_text(text: str) -> Markup:
    """Return JSON for a `<script>` element: what could end it, and what is invisible, as escapes."""
    escaped = _UNSAFE_IN_SCRIPT.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
    return Markup(escaped.translate(_VISIBLE))


@cache
def asset(name: str) -> str:
    """Return the style or the script of the pages."""
    return (files("reports") / "pages" / "assets" / name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("reports.pages", "templates"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _source(text: str) -> str:
    """A hash source of the Content Security Policy: the text between the tags, nothing else."""
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"


def _visible(char: str) -> str:
    """A character of JSON; as an escape if it is invisible, which it only is inside a string."""
    if char.isascii() or unicodedata.category(char) not in ("Cf", "Cc", "Cs", "Cn", "Co"):
        return char
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))


_VISIBLE = Characters(_visible)
