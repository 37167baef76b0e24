"""One opening on several boards, in several cities, in copies: one vacancy; a text under many: no text."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from databases import url

from scraper.looking.gathering import Gathered
from scraper.model import Board, RawPosting, Request
from scraper.runs.recording import Run
from scraper.sources import FAMILIES
from storage.records import Facts, PostingFact
from storage.store import Store, open_store

pytestmark = pytest.mark.usefixtures("each_engine")

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
TEXT = (
    "You own the roadmap of our search. You write what the team builds next, you talk to the people who look "
    "for recipes, you decide with data which ranking wins. You have five years of experience as a product "
    "manager, you know SQL, and you have shipped a search or recommendation product to many users."
)
OTHER = (
    "You lead payments for merchants in twelve countries. You agree with banks on settlement, you keep fraud "
    "low with the risk team, you launch new ways to pay. You bring seven years in financial products, and "
    "you have worked with licences, reconciliation and card schemes before you came to us."
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(url(tmp_path / "x.db"))
    yield opened
    opened.close()


def look(
    store: Store, family: str, key: str, *postings: RawPosting, day: int = 0, company: str = "Acme"
) -> str:
    """Store a complete look at a board, as any run does; return its reason."""
    at = NOW + timedelta(days=day)
    run = Run(store, "replay", at, lambda looked: None)
    board = Board(family, key, company)
    gathered = Gathered("complete", "", at, postings, digest=f"{at}{key}{postings}")
    run.look(board, FAMILIES[family], Request("https://board.example/x"), gathered)
    return run.finish(at).reasons[f"{family}:{key}"]


def facts(store: Store, day: int = 30) -> Facts:
    return store.facts(first_week=NOW.date() - timedelta(days=7), until=NOW + timedelta(days=day))


def by_title(store: Store) -> dict[str, PostingFact]:
    return {posting.title: posting for posting in facts(store).postings.values()}


def test_one_opening_on_two_boards_is_one_vacancy_and_both_are_kept(store: Store) -> None:
    """Row 37 of the table of faults: the same posting via two boards, or again under a new id."""
    look(store, "greenhouse", "acme", RawPosting("1", "Product Manager, Search", description=TEXT))
    look(store, "lever", "acme", RawPosting("x-1", "Product Manager, Search", description=TEXT))
    look(store, "greenhouse", "acme", RawPosting("2", "Product Manager, Search", description=TEXT), day=7)
    postings = facts(store).postings.values()
    assert len(postings) == 3 and len({p.vacancy for p in postings}) == 1


def test_the_title_alone_never_makes_one_opening(store: Store) -> None:
    look(
        store,
        "greenhouse",
        "acme",
        RawPosting("1", "Product Manager", description=TEXT),
        RawPosting("2", "Product Manager", description=OTHER),
        RawPosting("3", "Product Manager"),
        RawPosting("4", "Product Manager"),
    )
    assert len({p.vacancy for p in facts(store).postings.values()}) == 4


def test_an_opening_with_a_requisition_is_one_in_all_cities(store: Store) -> None:
    look(
        store,
        "greenhouse",
        "acme",
        RawPosting("1", "Product Manager", description=TEXT, locations=("Berlin",), requisition="77"),
        RawPosting("2", "Product Manager", description=OTHER, locations=("Paris",), requisition="77"),
        RawPosting("3", "Product Manager", description=OTHER, locations=("Paris",), requisition="78"),
    )
    one, two, three = (p.vacancy for _, p in sorted(facts(store).postings.items()))
    assert one == two != three


def test_the_copy_of_an_aggregator_is_the_original_s_opening(store: Store) -> None:
    """Its text is cut and its employer spelt otherwise; where one applies tells."""
    at = "https://boards.greenhouse.io/acme/jobs/4012345"
    look(store, "greenhouse", "acme", RawPosting("4012345", "Product Manager", url=at, description=TEXT))
    copy = RawPosting(
        "c1",
        "Product Manager (Remote)",
        url="https://remoteok.com/remote-jobs/c1",
        description="A short note.",
        company="Acme Kitchens Worldwide",
        apply_url="https://job-boards.greenhouse.io/acme/jobs/4012345?gh_src=abc",
    )
    look(store, "remoteok", "product-manager", copy, company="Remote OK")
    assert len({p.vacancy for p in facts(store).postings.values()}) == 1


def test_openings_of_one_board_that_share_an_address_stay_several(store: Store) -> None:
    """An employer may send all who apply to one page."""
    at = "https://boards.greenhouse.io/acme/jobs/4012345"
    one = RawPosting("c1", "Product Manager, Search", description=TEXT, company="Acme", apply_url=at)
    two = RawPosting("c2", "Product Manager, Payments", description=OTHER, company="Acme", apply_url=at)
    look(store, "remoteok", "product-manager", one, company="Remote OK")
    look(store, "remoteok", "product-manager", one, two, day=7, company="Remote OK")
    assert len({p.vacancy for p in facts(store).postings.values()}) == 2


def test_what_comes_later_changes_no_earlier_vacancy(store: Store) -> None:
    """A text between two others would join them, had it come first."""
    look(store, "greenhouse", "acme", RawPosting("1", "Product Manager", description=TEXT))
    look(store, "greenhouse", "beta", RawPosting("2", "Product Manager", description=OTHER))
    before = {number: p.vacancy for number, p in facts(store).postings.items()}
    look(store, "lever", "acme", RawPosting("3", "Product Manager", description=TEXT), day=1)
    look(store, "greenhouse", "acme", RawPosting("1", "Product Manager", description=OTHER), day=7)
    again = facts(store).postings
    assert {1: again[1].vacancy, 2: again[2].vacancy} == before
    assert again[3].vacancy == again[1].vacancy, "joined while the texts were equal, and stays"


# ------------------------------------------------------------------ texts that are not their postings' own


def advert(number: int, company: str, text: str = TEXT) -> RawPosting:
    return RawPosting(f"n{number}", f"Product Manager {number}", description=text, company=company)


def test_one_text_under_three_employers_is_left_out_and_the_fields_are_kept(store: Store) -> None:
    rows = [advert(1, "Acme"), advert(2, "Bolt"), advert(3, "Crane"), advert(4, "Dune", OTHER)]
    reason = look(store, "himalayas", "all", *rows, company="Himalayas")
    assert reason == "the texts of 3 postings stand under several employers and were left out"
    has_text = {title: posting.has_text for title, posting in by_title(store).items()}
    assert has_text == {f"Product Manager {n}": n == 4 for n in (1, 2, 3, 4)}
    assert {p.company_name for p in facts(store).postings.values()} == {"Acme", "Bolt", "Crane", "Dune"}


def test_a_text_that_spreads_from_look_to_look_is_noticed(store: Store) -> None:
    look(store, "himalayas", "all", advert(1, "Acme"), advert(2, "Bolt"), company="Himalayas")
    assert all(posting.has_text for posting in by_title(store).values())
    look(
        store,
        "himalayas",
        "all",
        *(advert(1, "Acme"), advert(2, "Bolt"), advert(3, "Crane")),
        day=7,
        company="Himalayas",
    )
    assert not any(posting.has_text for posting in by_title(store).values())
    again = look(store, "himalayas", "all", advert(3, "Crane"), day=14, company="Himalayas")
    assert again.startswith("the texts of 1 posting"), "it is remembered where the text was"


def test_a_board_of_one_employer_may_repeat_itself(store: Store) -> None:
    rows = [RawPosting(str(n), f"Product Manager {n}", description=TEXT) for n in range(5)]
    assert look(store, "greenhouse", "acme", *rows) == ""
    assert all(posting.has_text for posting in facts(store).postings.values())


def test_a_text_that_was_cut_off_says_nothing_about_what_is_not_in_it(store: Store) -> None:
    look(
        store,
        "adzuna",
        "gb",
        RawPosting("1", "Product Manager", description=TEXT, company="Acme", text_cut=True),
        company="Adzuna",
    )
    (posting,) = facts(store).postings.values()
    assert not posting.has_text and "sql" in posting.tags


def test_two_tenants_may_number_their_postings_alike(store: Store) -> None:
    for tenant in ("acme", "bolt"):
        opening = RawPosting("R1001", f"Product Manager at {tenant}", description=TEXT)
        look(store, "workday", f"{tenant}.wd1/Careers", opening, company=tenant.title())
    assert set(by_title(store)) == {"Product Manager at acme", "Product Manager at bolt"}
    run = Run(store, "replay", NOW, lambda looked: None)
    workday = FAMILIES["workday"]
    assert workday.local_ids and run.detailed(Board("workday", "none.wd1/X", "X"), workday) == {}
