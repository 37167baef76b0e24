"""Every family against replies of the exact shape of its interface (tests/recordings/<family>/<case>)."""

import json
import re
import textwrap
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from places import RECORDINGS, ROOT
from source_cases import about, asked, board_of, cases, list_request, parsed, plain, read, shown

from scraper.errors import FetchError, Refused, ShapeChanged
from scraper.model import Board, Family, Reject, Request
from scraper.sources import FAMILIES, family_of, listing_of

CASES = cases()
MATTER = {"normal", "empty", "shape_changed", "html_instead", "refused"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parts[-2]}/{case.name}")
def test_recording(case: Path) -> None:
    expected = json.loads((case / "expected.json").read_text("utf-8"))
    if "error" in expected:
        with pytest.raises(FetchError) as caught:
            read(case)
        assert type(caught.value).__name__ == expected["error"]
        assert expected["reason"] in caught.value.reason
        return
    page = read(case)
    if isinstance(expected["postings"], int):
        assert len(page.postings) == expected["postings"]
    else:
        assert [plain(posting) for posting in page.postings] == expected["postings"]
    assert [[reject.native_id, reject.reason] for reject in page.rejects] == expected.get("rejects", [])
    assert (shown(page.next) if page.next else None) == expected.get("next")
    assert [shown(request) for request in page.more] == expected.get("more", [])
    assert page.total == expected.get("total")
    assert page.scope == expected.get("scope", "")
    assert page.partial == expected.get("partial", "")
    if page.next and "headers" in expected:
        assert dict(page.next.headers) == expected["headers"]
    elif page.next:
        assert page.next.headers == asked(case)[1].headers


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_has_the_cases_that_matter(family: str) -> None:
    wanted = MATTER | ({"page_one", "page_two"} if FAMILIES[family].page else set())
    wanted |= {"one_item_broken"} if "items" in about(family) else set()
    wanted |= {"detail"} if FAMILIES[family].parse_detail else set()
    assert {case.name for case in CASES if case.parts[-2] == family} >= wanted


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_has_boards_and_every_case_tells_what_is_expected(family: str) -> None:
    assert (ROOT / "scraper" / "boards" / f"{family}.toml").is_file()
    cases = [path for path in (RECORDINGS / family).iterdir() if path.is_dir()]
    assert [case.name for case in cases if not (case / "expected.json").is_file()] == []


def test_every_recording_belongs_to_a_family_or_the_import() -> None:
    folders = {path.name for path in RECORDINGS.iterdir() if path.is_dir()}
    assert folders - {"import"} == set(FAMILIES)


def test_a_family_is_in_a_module_of_its_name() -> None:
    for name, family in FAMILIES.items():
        assert family.name == name
        assert family.parse.__module__ == f"scraper.sources.{name}"


def test_the_family_in_the_documentation_works() -> None:
    text = (ROOT / "docs" / "ADDING_A_SOURCE.md").read_text("utf-8")
    (code,) = re.findall(r"```python\n(.+?)```", text, re.S)
    names: dict[str, Any] = {}
    exec(textwrap.dedent(code), names)
    body = b'{"jobs": [{"id": 1, "title": "Product Manager", "description": "<p>Do.</p>"}, {"id": 2}]}'
    family: Family = names["FAMILY"]
    page = parsed(family, body, family.first(Board("example", "acme", "Acme")))
    assert [plain(posting) for posting in page.postings] == [
        {"native_id": "1", "title": "Product Manager", "description": "<p>Do.</p>", "format": "html"}
    ]
    assert page.rejects == (Reject("2", "'title' is missing"),)


# ------------------------------------------------------------------ replies of another shape


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"{}", b"[]", b"3", b'"jobs"', b'{"jobs":', b'{"jobs": null}', b'{"jobs": NaN}',
     b"[" * 100_000, b"\xff\xfe\x00", b'{"Code": "200"}', b'{"Code": true, "Data": {}}',
     b'{"Code": 200, "Data": []}', b"<x/>", b"<a>" * 50_000],
)  # fmt: skip
def test_another_shape_is_named_as_such(family: Family, body: bytes) -> None:
    if body.decode("latin-1") in about(family.name).get("empty_bodies", []):
        page = parsed(family, body)  # this is how an empty board answers there
        assert not page.postings and not page.rejects
        return
    with pytest.raises((ShapeChanged, Refused)):
        parsed(family, body)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
WITH_ITEMS = {name: family for name, family in FAMILIES.items() if "items" in about(name)}


@cache
def _normal_body(name: str) -> bytes:
    return (RECORDINGS / name / "normal" / "reply.json").read_bytes()


def _normal(family: Family) -> Any:
    return json.loads(_normal_body(family.name))


@cache
def _normal_ids(name: str) -> frozenset[str]:
    return frozenset(posting.native_id for posting in parsed(FAMILIES[name], _normal_body(name)).postings)


def _at(payload: Any, path: str) -> Any:
    for name in path.split(".") if path else ():
        payload = payload[name]
    return payload


@pytest.mark.parametrize("family", WITH_ITEMS.values(), ids=WITH_ITEMS)
@given(data=st.data())
def test_a_field_of_any_type_ends_in_a_posting_or_a_reject(family: Family, data: st.DataObject) -> None:
    """Spoil one field, at any depth, of one item of the normal reply: no other is lost, nothing crashes."""
    payload = _normal(family)
    item = data.draw(st.sampled_from(_at(payload, about(family.name)["items"])))
    while True:
        name = data.draw(st.sampled_from(sorted(item) if isinstance(item, dict) else range(len(item))))
        inner = item[name]
        if not (isinstance(inner, dict | list) and inner and data.draw(st.booleans())):
            item[name] = data.draw(VALUES)
            break
        item = inner
    page = parsed(family, json.dumps(payload).encode())
    lost = _normal_ids(family.name) - {posting.native_id for posting in page.postings}
    assert len(lost) <= about(family.name).get("postings_per_item", 1)
    assert all(posting.native_id and (posting.title or posting.detail) for posting in page.postings)
    assert all(reject.reason for reject in page.rejects)


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
@given(payload=VALUES)
def test_any_json_is_a_page_or_a_fetch_error(family: Family, payload: Any) -> None:
    bodies = [payload, {"jobs": payload}]
    if family.name in WITH_ITEMS and (path := about(family.name)["items"]):
        normal = _normal(family)
        *outer, last = path.split(".")
        _at(normal, ".".join(outer))[last] = payload
        bodies.append(normal)
    for body in bodies:
        try:
            page = parsed(family, json.dumps(body).encode())
        except FetchError:
            continue
        assert all(posting.title or posting.detail for posting in page.postings)


# ------------------------------------------------------------------ addresses


def _addresses(family: str, kind: str) -> list[tuple[str, str]]:
    return [(url, key) for url, key in about(family).get("addresses", {}).get(kind, ())]


def _asking_at(url: str, family: str, key: str) -> Request:
    first = FAMILIES[family].first(Board(family, key, ""))
    return Request(url, first.method, first.headers, first.body)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_board_of_an_address(family: str) -> None:
    for kind in ("lists", "foreign", "public"):
        for url, key in _addresses(family, kind):
            assert family_of(url) == (FAMILIES[family], key), url
    for url in about(family).get("addresses", {}).get("none", ()):
        assert family_of(url) is None, url


@pytest.mark.parametrize("family", FAMILIES)
def test_a_list_request_begins_a_list_and_a_public_page_does_not(family: str) -> None:
    for kind in ("lists", "foreign"):
        for url, key in _addresses(family, kind):
            assert listing_of(_asking_at(url, family, key)) == (FAMILIES[family], key), url
    for url, key in _addresses(family, "public"):
        assert listing_of(_asking_at(url, family, key)) is None, url


@pytest.mark.parametrize("family", FAMILIES)
def test_a_list_request_is_asked_again_in_the_same_words(family: str) -> None:
    for url, key in _addresses(family, "lists"):
        assert FAMILIES[family].first(Board(family, key, "")).url == url


@pytest.mark.parametrize("family", [case.parts[-2] for case in CASES if case.name == "page_two"])
def test_a_second_page_begins_no_list(family: str) -> None:
    if FAMILIES[family].query is None:  # a list within a session may begin at any page
        request = asked(RECORDINGS / family / "page_two")[1]
        assert request != list_request(FAMILIES[family])
        assert listing_of(request) is None


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_tells_the_address_of_its_boards(family: str) -> None:
    """What a user finds in his browser leads to the board; jsonld is any site, so it is found otherwise."""
    assert family == "jsonld" or _addresses(family, "public")


@given(
    family=st.sampled_from(["greenhouse", "ashby", "lever"]),
    key=st.text(st.characters(exclude_categories=["Cs"])),
)
def test_any_key_survives_the_address(family: str, key: str) -> None:
    if key.removeprefix("eu:") in ("", ".", "..", "robots.txt", "sitemap.xml", "favicon.ico"):
        return
    url = FAMILIES[family].first(Board(family, key, "")).url
    assert url.isascii() and " " not in url
    assert family_of(url) == (FAMILIES[family], key)


@given(url=st.text() | st.text().map(lambda tail: "https://jobs.lever.co/" + tail))
def test_no_address_crashes(url: str) -> None:
    found = family_of(url)
    assert found is None or found[1]


@pytest.mark.parametrize("family", FAMILIES)
def test_the_first_request_is_one_that_can_be_made(family: str) -> None:
    request = FAMILIES[family].first(board_of(family))
    assert request.url.isascii() and request.url.startswith("https://")
    assert all(name.isascii() and value.isascii() for name, value in request.headers)
    assert all(name in FAMILIES[family].keys for _, name in request.secrets)
