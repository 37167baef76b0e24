"""Looks that are stored in one transaction change what they would change one by one, and all or none."""

from dataclasses import replace
from pathlib import Path

import pytest
from databases import query, rows
from sqlalchemy import event
from store_helpers import TAXONOMY, Recorder, day, feed, listing, posting, seen

from storage.memories import Repetition
from storage.recording.batches import independent
from storage.recording.vacancies import Signature
from storage.records import Listing

pytestmark = pytest.mark.usefixtures("each_engine")

TEN = [f"p{number}" for number in range(10)]


def history() -> list[Listing]:
    """Looks at new boards and known ones: twice, late, broken; with new texts, shared postings, employers."""
    twice = listing(day(0), ["s1", "s2"], key="twice")
    looks = [
        seen(listing(day(0), TEN, others=["x"])),
        seen(listing(day(0), ["b1", "p3"], key="beta")),  # p3 is of the first
        listing(day(0), [], state="failed", key="down"),
        listing(day(0), [], key="empty"),
        replace(twice, postings=(*twice.postings, posting("s1", text="RAG", company="twice"))),
        described(listing(day(0), ["o1"], key="one"), requisition=b"number"),
        described(listing(day(0), ["o2"], key="two"), requisition=b"number", employer="one"),
        described(listing(day(0), ["o3"], key="three"), address="original"),
        described(listing(day(0), ["o4"], key="four"), address="original"),
        described(listing(day(0), ["o5"], key="five"), requisition=b"number"),
        feed(day(1), {"big": ["f1", "f2"], "acme": ["f3"]}),
        seen(listing(day(7), TEN[:8], texts={"p1": "RAG and more"})),
        seen(listing(day(7), TEN[:8], texts={"p1": "RAG and more"})),
        listing(day(3), ["p9", "late"], state="partial"),
        feed(day(8), {"big": ["f1"], "acme": ["f3"], "new": ["f4"]}),
        listing(day(8), ["b1", "b2"], key="beta", scope="some"),
        seen(listing(day(14), TEN[:7], texts={"p1": "RAG and more"})),
        listing(day(21), TEN, texts={"p2": "RAG at last"}),
    ]
    return [replace(look, digest=f"{place} of {look.key}") for place, look in enumerate(looks)] + looks[:1]


def described(
    look: Listing, *, requisition: bytes = b"\0" * 6, address: str = "", employer: str | None = None
) -> Listing:
    """The look with what tells whose opening its postings are."""
    signature = Signature(b"title0", b"job000", requisition).pack()
    key = employer or look.company_key
    postings = [replace(one, address=address, signature=signature, company_key=key) for one in look.postings]
    return replace(look, company_key=key, postings=tuple(postings))


@pytest.mark.parametrize("size", [2, 5, 30])
def test_stored_together_looks_change_what_they_change_one_by_one(tmp_path: Path, size: int) -> None:
    alone, together = Recorder(tmp_path, "alone.db"), Recorder(tmp_path, "together.db")
    looks = history()
    told = []
    for start in range(0, len(looks), size):
        told += together.store.record_together(together.run, looks[start : start + size])
    assert told == alone.record(*looks)
    assert rows(tmp_path / "together.db") == rows(tmp_path / "alone.db")
    found = "SELECT count(DISTINCT vacancy) FROM postings WHERE native_id IN "
    assert query(tmp_path / "together.db", found + "('o1', 'o2')") == [(1,)], "of one employer"
    assert query(tmp_path / "together.db", found + "('o3', 'o4')") == [(1,)], "copies"
    assert query(tmp_path / "together.db", found + "('o1', 'o5')") == [(2,)]
    assert together.store.check() == []
    for recorder in (alone, together):
        recorder.store.close()


def test_looks_are_read_for_and_written_at_once_unless_they_have_to_do_with_each_other() -> None:
    one, two = listing(day(0), ["a"], key="one"), listing(day(0), ["b"], key="two")
    assert list(independent([])) == []
    assert list(independent([one, two])) == [[one, two]]
    elsewhere = replace(listing(day(1), ["a"], key="three"), family="lever")
    assert list(independent([one, two, elsewhere])) == [[one, two, elsewhere]], "ids of another family"
    for later in (
        listing(day(1), ["c"], key="one"),
        listing(day(1), ["c"], others=["a"], key="three"),
        described(listing(day(1), ["c"], key="three"), employer="one"),
        described(listing(day(1), [], key="three"), employer="one"),
        replace(elsewhere, postings=(posting("a", company="one"),)),
        described(elsewhere, address="original"),
    ):
        before = [described(one, address="original"), two]
        assert list(independent([*before, later, elsewhere]))[:1] == [before]


def test_a_look_at_a_new_board_costs_no_statement_of_its_own_beside_others(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    told: list[str] = []

    def statements(count: int, first: int) -> int:
        looks = [listing(day(0), [f"{n} a"], key=f"board{n}") for n in range(first, first + count)]
        told.clear()
        recorder.store.record_together(recorder.run, [replace(one, digest=one.key) for one in looks])
        return len(told)

    def tell(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        told.append(statement)

    event.listen(recorder.store.engine, "before_cursor_execute", tell)
    assert statements(9, 10) == statements(1, 20) > 0
    recorder.store.close()


def test_repetitions_among_them_stand_in_their_order(tmp_path: Path) -> None:
    alone, together = Recorder(tmp_path, "alone.db"), Recorder(tmp_path, "together.db")
    for recorder in (alone, together):
        recorder.record(seen(listing(day(0), TEN)), seen(listing(day(0), ["b"], key="beta")))
    memories = alone.store.memories(TAXONOMY)
    acme, beta = (memories["ashby", key] for key in ("acme", "beta"))
    looks = [
        *(Repetition(acme, day(7), "1"), Repetition(beta, day(7), "2")),
        listing(day(8), ["c"], key="gamma"),
        listing(day(9), ["b", "b2"], key="beta"),
        Repetition(acme, day(14), "3"),
    ]
    told = together.store.record_together(together.run, looks)
    assert [one.created for one in told] == [1, 1]
    for look in looks:
        if isinstance(look, Repetition):
            alone.store.record_repetitions(alone.run, [look])
        else:
            alone.record(look)
    assert rows(tmp_path / "together.db") == rows(tmp_path / "alone.db")
    for recorder in (alone, together):
        recorder.store.close()


def test_of_looks_that_are_stored_together_all_are_or_none(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    recorder.record(listing(day(0), ["a"]))
    before = rows(tmp_path / "store.db")
    sound, broken = listing(day(7), ["a", "b"]), listing(day(7), ["c"], key="broken")
    with pytest.raises(ValueError, match="naive"):
        recorder.store.record_together(
            recorder.run, [sound, replace(broken, observed_at=broken.observed_at.replace(tzinfo=None))]
        )
    assert rows(tmp_path / "store.db") == before
    (again,) = recorder.store.record_together(recorder.run, [sound])
    assert again.created == 1
    recorder.store.close()
