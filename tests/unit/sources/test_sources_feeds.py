"""What families share for XML feeds, repeated rows, headed sections and subdomains; spoilt feeds."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element, fromstring, tostring

import pytest
from hypothesis import given
from hypothesis import strategies as st
from places import RECORDINGS
from source_cases import parsed

from scraper.model import RawPosting
from scraper.sources import FAMILIES
from scraper.sources.parts import headed, repeated, subdomains, xmlitems

FEEDS = {"personio": "position", "teamtailor": "item"}
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"))


def _elements(root: Element) -> Iterator[tuple[Element, Element]]:
    """Every element within `root` with its parent."""
    for parent in root.iter():
        for child in parent:
            yield parent, child


@pytest.mark.parametrize("family", FEEDS)
@given(data=st.data())
def test_a_spoilt_element_ends_in_a_posting_or_a_reject(family: str, data: st.DataObject) -> None:
    """Spoil one element, at any depth, of one item of the normal feed: no other item is lost."""
    root = fromstring((RECORDINGS / family / "normal" / "reply.xml").read_bytes())
    whole = parsed(FAMILIES[family], tostring(root))
    item = data.draw(st.sampled_from(list(root.iter(FEEDS[family]))))
    parent, child = data.draw(st.sampled_from(list(_elements(item))))
    spoil = data.draw(st.sampled_from(["remove", "empty", "text", "nest", "repeat", "wrap"]))
    if spoil == "remove":
        parent.remove(child)
    elif spoil == "repeat":
        parent.append(child)
    elif spoil == "wrap":
        child.append(fromstring(tostring(child)))
    else:
        child[:] = []
        child.text = data.draw(TEXT) if spoil == "text" else None
        for _ in range(data.draw(st.integers(1, 3)) if spoil == "nest" else 0):
            child.append(Element(data.draw(st.sampled_from(["id", "name", "value", "office", "guid"]))))
            child[-1].text = data.draw(TEXT)
    page = parsed(FAMILIES[family], tostring(root))
    lost = {p.native_id for p in whole.postings} - {p.native_id for p in page.postings}
    assert len(lost) <= 1
    assert len(page.postings) + len(page.rejects) >= len(whole.postings) - 1  # an id may become another's
    assert all(posting.native_id and posting.title for posting in page.postings)
    assert all(reject.reason for reject in page.rejects)


def test_a_deep_element_is_no_deep_recursion() -> None:
    deep = b"<a>" * 5000 + b"x" + b"</a>" * 5000
    body = (
        b"<workzag-jobs><position><id>1</id><name>Product Manager</name>"
        + deep
        + b"</position></workzag-jobs>"
    )
    page = parsed(FAMILIES["personio"], body)
    assert [posting.title for posting in page.postings] == ["Product Manager"] and page.rejects == ()


def test_the_items_of_a_feed() -> None:
    element = fromstring(
        '<item xmlns:t="https://example.org/t"><id> 7 </id><t:city>Oslo</t:city><city>Bergen</city><none/>'
        "<offices><office>A</office><office/><office>B</office></offices>"
        "<places><t:place><t:name>HQ</t:name><t:zip/><t:deep><x>y</x></t:deep></t:place></places></item>"
    )
    assert xmlitems.item(element) == {
        "id": "7",
        "city": "Oslo",
        "offices": ["A", "B"],
        "places": [{"name": "HQ"}],
    }


@pytest.mark.parametrize(
    ("printed", "instant"),
    [
        ("Fri, 24 Jul 2026 13:57:16 +0200", "2026-07-24T11:57:16+00:00"),
        ("Mon, 01 Sep 2026 00:00:00 GMT", "2026-09-01T00:00:00+00:00"),
        ("24 Jul 2026 13:57 -0000", "2026-07-24T13:57:00+00:00"),
    ],
)
def test_times_of_a_feed(printed: str, instant: str) -> None:
    moment = xmlitems.rss_time({"pubDate": printed}, "pubDate")
    assert moment is not None and moment.isoformat() == instant


@pytest.mark.parametrize("printed", ["yesterday", "2026-07-24", "Fri, 34 Jul 2026 13:57:16 +0200", "1"])
def test_what_is_no_time_of_a_feed(printed: str) -> None:
    with pytest.raises(ValueError, match="'pubDate' is no time of a feed"):
        xmlitems.rss_time({"pubDate": printed}, "pubDate")


ROWS = st.builds(
    RawPosting,
    st.sampled_from("abc"),
    st.just("Product Manager"),
    locations=st.lists(st.sampled_from("WXYZ"), max_size=3, unique=True).map(tuple),
)


@given(st.lists(ROWS))
def test_merging_loses_no_place_and_no_posting(rows: list[RawPosting]) -> None:
    merged = repeated.merged(rows)
    assert [posting.native_id for posting in merged] == list(dict.fromkeys(row.native_id for row in rows))
    for posting in merged:
        places = [place for row in rows if row.native_id == posting.native_id for place in row.locations]
        assert set(posting.locations) == set(places) and len(posting.locations) == len(set(places))
    assert repeated.merged(merged) == merged


@given(st.lists(ROWS).flatmap(lambda rows: st.tuples(st.just(rows), st.permutations(rows))))
def test_merging_tells_the_same_in_any_order(orders: tuple[list[RawPosting], list[RawPosting]]) -> None:
    one, other = ({p.native_id: set(p.locations) for p in repeated.merged(rows)} for rows in orders)
    assert one == other


def test_sections_under_their_headings() -> None:
    sections = [("", "<p>a</p>"), ("R&D <b>", "<p>b</p>"), ("Empty", ""), ("Last", "c")]
    assert headed.headed(sections) == "<p>a</p>\n<h3>R&amp;D &lt;b&gt;</h3>\n<p>b</p>\n<h3>Last</h3>\nc"
    assert headed.headed([]) == ""


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://acme.vendor.com/x", "acme"),
        ("http://Acme.Vendor.com:8080", "acme"),
        ("https://acme.eu.vendor.com", "acme.eu"),
        ("https://vendor.com", None),
        ("https://www.vendor.com", None),
        ("https://own.vendor.com", None),
        ("https://acme.notvendor.com", None),
        ("https://acme.vendor.com.example.org", None),
        ("ftp://acme.vendor.com", None),
        ("https://[acme.vendor.com", None),
    ],
)
def test_keys_that_are_subdomains(url: str, key: str | None) -> None:
    assert subdomains.key_in(url, "vendor.com", ("own",)) == key
