"""A chart as a part of an HTML page: the same drawing, small, and with nothing that the page forbids.

The page's policy allows no style but its own, so inline styles become attributes; several charts share one
page, so ids get the chart's name in front. The white ground goes, that the page's own shows through.
"""

import html
import re
from collections.abc import Iterator, Mapping
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from reports.wording.escaping import clean

_LEFT_OUT = frozenset({"metadata", "style", "title", "desc"})
_WHITE = "#ffffff"
_KEPT_ROOT = ("viewBox",)
# What matplotlib says in a style sheet of its own, for everything in the drawing.
_ROOT_STYLE = {"stroke-linejoin": "round", "stroke-linecap": "butt"}
_NUMBER = re.compile(r"-?(?<!\d)\d+\.\d{2,}")
_REFERENCE = re.compile(r"url\(#([^()]+)\)")
_BESIDE_LETTERS = re.compile(r"(?:(?<!\s)\s+)?([A-Za-z])\s*")
_SMALL = 10  # points: below it (shapes of marks) hundredths are kept, above it tenths
Attributes = dict[str, str]


def inline_figure(svg: bytes, name: str, label: str) -> str:
    """Return a chart (`Chart.svg`) as an `<svg>` element for an HTML page.

    `name` is unique on the page, of letters, digits and hyphens; `label` is what a screen reader says.
    """
    root = ElementTree.fromstring(svg)
    references = dict.fromkeys(reference for element in root.iter() for reference in _references(element))
    names = {reference: f"{name}-{number}" for number, reference in enumerate(references)}
    shown = (
        {key: root.attrib[key] for key in _KEPT_ROOT}
        | {"role": "img", "aria-label": clean(label)}
        | _ROOT_STYLE
    )
    parts = "".join(part for child in root for part in _written(child, names))
    return f"<svg{_attributes(shown)}>{parts}</svg>"


def _written(element: Element, names: Mapping[str, str]) -> Iterator[str]:
    tag = element.tag.rpartition("}")[2]
    if tag in _LEFT_OUT or _is_ground(element):
        return
    attributes = _presented(element, names)
    parts = [part for child in element for part in _written(child, names)]
    text = html.escape(element.text or "", quote=False) if tag == "text" or tag == "tspan" else ""
    if tag in ("g", "defs") and not parts:
        return
    if tag == "g" and not attributes:
        yield from parts
    elif parts or text:
        yield f"<{tag}{_attributes(attributes)}>{text}{''.join(parts)}</{tag}>"
    else:
        yield f"<{tag}{_attributes(attributes)}/>"


def _is_ground(element: Element) -> bool:
    """Tell whether this is the white patch under a whole figure: the only one in its group."""
    if not (element.get("id") or "").startswith("patch_"):
        return False
    paths = [child for child in element if child.get("style", "").startswith("fill:")]
    return len(paths) == 1 == len(element) and paths[0].get("style") == f"fill: {_WHITE}"


def _presented(element: Element, names: Mapping[str, str]) -> Attributes:
    """The attributes, those of `style` among them; numbers shortened, ids and references to them renamed."""
    found: Attributes = {}
    for key, value in element.attrib.items():
        plain = key.rpartition("}")[2]
        if plain == "style":
            pairs = (pair.partition(":") for pair in value.split(";") if pair.strip())
            found |= {prop.strip(): setting.strip() for prop, _, setting in pairs}
        elif plain == "id":
            found |= {"id": names[value]} if value in names else {}
        elif plain == "href" and value.startswith("#"):
            found["href"] = f"#{names[value[1:]]}"
        else:
            found[plain] = value
    for key, value in found.items():
        if key != "id":
            found[key] = _REFERENCE.sub(lambda match: f"url(#{names[match[1]]})", _shortened(value))
    if "d" in found:
        found["d"] = _BESIDE_LETTERS.sub(r"\1", found["d"]).strip()
    return found


def _references(element: Element) -> Iterator[str]:
    for key, value in element.attrib.items():
        if key.endswith("href") and value.startswith("#"):
            yield value[1:]
        yield from _REFERENCE.findall(value)


def _shortened(value: str) -> str:
    def short(match: re.Match[str]) -> str:
        number = float(match[0])
        return f"{round(number, 2 if abs(number) < _SMALL else 1) + 0.0:g}"

    return _NUMBER.sub(short, value)


def _attributes(attributes: Attributes) -> str:
    return "".join(f' {key}="{html.escape(value)}"' for key, value in attributes.items())
