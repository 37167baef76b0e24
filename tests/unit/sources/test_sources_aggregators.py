"""The families that list many employers, beyond their corpus."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from places import RECORDINGS
from source_cases import NOW, board_of, list_request, parsed

from scraper.fetching.redaction import public_url
from scraper.model import Board, RawPosting, Reply, Request
from scraper.sources import FAMILIES, family_of
from scraper.sources.parts import aggregators, dates

AGGREGATORS = (
    "adzuna", "arbeitnow", "himalayas", "jobicy", "remoteok", "remotive", "themuse", "weworkremotely",
)  # fmt: skip
SEARCHES = ("himalayas", "jobicy", "remoteok", "themuse")
TEXT = st.text(st.characters(exclude_categories=["Cs"]))


def _remote_ok(**fields: Any) -> RawPosting:
    job = {"id": "1", "position": "Product Manager", **fields}
    (posting,) = parsed(FAMILIES["remoteok"], json.dumps([{"legal": "…"}, job]).encode()).postings
    return posting


@pytest.mark.parametrize("name", AGGREGATORS)
def test_they_name_employers_and_their_source(name: str) -> None:
    family = FAMILIES[name]
    assert family.multi_employer and family.published
    assert "https://" in family.credit
    page = parsed(family, next((RECORDINGS / name / "normal").glob("reply.*")).read_bytes())
    assert any(posting.company for posting in page.postings)


@given(family=st.sampled_from(SEARCHES), key=TEXT)
def test_any_search_survives_the_address(family: str, key: str) -> None:
    if not key:
        return
    url = FAMILIES[family].first(Board(family, key, "")).url
    assert url.isascii() and " " not in url
    assert family_of(url) == (FAMILIES[family], key)


# ------------------------------------------------------------------ keys


@pytest.mark.parametrize("name", ["adzuna", "themuse"])
def test_keys_stand_in_no_address_and_on_every_page(name: str) -> None:
    family = FAMILIES[name]
    request = list_request(family)
    body = (RECORDINGS / name / "page_one" / "reply.json").read_bytes()
    page = family.parse(board_of(name), Reply(request.url, body, NOW), request)
    assert page.next is not None and page.next.secrets == request.secrets != ()
    assert {key for _, key in request.secrets} == set(family.keys)
    for asked in (request, page.next):
        assert public_url(asked.url) == asked.url  # nothing in it had to be taken out


def test_an_adzuna_address_does_not_tell_who_asked() -> None:
    body = (RECORDINGS / "adzuna" / "normal" / "reply.json").read_bytes()
    assert b"utm_source=0a1b2c3d" in body
    assert not any("?" in posting.url for posting in parsed(FAMILIES["adzuna"], body).postings)


# ------------------------------------------------------------------ Remote OK


@given(
    body=TEXT.filter(lambda text: "<" not in text and "Please mention" not in text),
    word=st.from_regex("[A-Z ]{1,20}", fullmatch=True),
    tag=st.from_regex("R[A-Za-z0-9+/]{4,40}={0,2}", fullmatch=True),
    after=st.sampled_from(["", "<br/>", "<p>Apply at once.</p>"]),
)
def test_the_line_against_bots_leaves_no_trace(body: str, word: str, tag: str, after: str) -> None:
    line = (
        f"Please mention the word **{word}** and tag {tag} when applying to show you read the job post "
        f"completely (#{tag}). This is a beta feature to avoid spam applicants. Companies can search these "
        "words to find applicants that read this and see they're human."
    )
    assert (
        _remote_ok(description=f"<p>{body}</p><br/><br/>{line}{after}").description
        == _remote_ok(description=f"<p>{body}</p><br/><br/>{after}").description
    )


@given(text=TEXT.filter(str.strip))
def test_a_text_decoded_wrongly_is_read_as_it_was_written(text: str) -> None:
    mangled = text.encode("utf-8").decode("latin-1")
    assert _remote_ok(company=mangled).company == text.strip()


@pytest.mark.parametrize("text", ["Café Nord", "Größe", "naïve – oder nicht", "产品经理", "Ångström à"])
def test_a_text_decoded_rightly_stays(text: str) -> None:
    assert _remote_ok(company=text).company == text


# ------------------------------------------------------------------ pages


def _walk(name: str, reply: bytes) -> list[Request]:
    """The requests of a look at a board that answers every one of them with `reply`."""
    family, board = FAMILIES[name], board_of(name)
    asked: list[Request] = []
    request: Request | None = family.first(board)
    while request is not None:
        asked.append(request)
        assert len(set(asked)) == len(asked) <= 200
        request = family.parse(board, Reply(request.url, reply, NOW), request).next
    return asked


def test_we_work_remotely_is_ten_feeds() -> None:
    asked = _walk("weworkremotely", (RECORDINGS / "weworkremotely" / "empty" / "reply.xml").read_bytes())
    assert len(asked) == 10
    assert all(request.url.startswith("https://weworkremotely.com/categories/") for request in asked)
    assert "remote-programming-jobs" not in " ".join(request.url for request in asked)


@pytest.mark.parametrize(
    ("name", "reply", "pages"),
    [
        ("himalayas", {"totalCount": 41, "jobs": [{}]}, 3),
        ("himalayas", {"totalCount": 40, "jobs": [{}]}, 2),
        ("themuse", {"page_count": 5043, "results": [{}]}, 99),
        ("themuse", {"page_count": 3, "results": [{}]}, 3),
        ("adzuna", {"count": 151, "results": [{}]}, 4),
        ("remotive", {"jobs": [{}], "total-job-count": 16}, 1),
        ("arbeitnow", {"data": [{}], "links": {"next": None}}, 1),
        ("arbeitnow", {"data": [{}]}, 1),
        ("jobicy", {"jobs": [{}], "nextCursor": ""}, 1),
    ],
)
def test_a_list_ends_where_its_board_says(name: str, reply: dict[str, Any], pages: int) -> None:
    assert len(_walk(name, json.dumps(reply).encode())) == pages


# ------------------------------------------------------------------ what they share


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://careers.acme.example/1?a=b", "https://careers.acme.example/1?a=b"),
        ("https://www.site.example/1", ""),
        ("https://Jobs.Site.example/1", ""),
        ("https://website.example/1", "https://website.example/1"),
        ("mailto:jobs@acme.example", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_the_original_stands_elsewhere(url: str | None, kept: str) -> None:
    assert aggregators.original({"url": url}, "url", "site.example") == kept


@given(st.integers() | st.floats() | st.text() | st.none() | st.booleans())
def test_any_value_is_a_time_in_utc_or_is_named(value: object) -> None:
    for read in (dates.epoch_time, aggregators.utc_time):
        try:
            moment = read({"at": value}, "at")
        except (TypeError, ValueError) as error:
            assert "'at'" in str(error)
        else:
            assert moment is None or (moment.utcoffset() is not None and not moment.microsecond)
