"""What is counted where it could be sorted or laid out gives the same."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.document.terms import ROLES
from reports.measures.panel import ROLE_CODES, belongs, columns_of, rows_of
from reports.measures.requirements import Incidence
from reports.statistics.arrays import count_distinct, distinct, first_places


@given(st.lists(st.integers(0, 40)), st.sampled_from([np.int8, np.int32, np.int64]))
def test_distinct_is_unique(codes: list[int], kind: type[np.signedinteger]) -> None:  # type: ignore[type-arg]
    given_codes = np.array(codes, dtype=kind)
    values, places = np.unique(given_codes, return_inverse=True)
    found, found_places = distinct(given_codes)
    assert found.tolist() == values.tolist()
    assert found_places.tolist() == places.tolist()
    assert count_distinct(given_codes) == len(values)


@pytest.mark.parametrize("codes", [[7], [0], [10**12, 3, 10**12], []])
def test_few_and_large_ones_take_no_room(codes: list[int]) -> None:
    given_codes = np.array(codes, dtype=np.int64)
    found, places = distinct(given_codes)
    assert count_distinct(given_codes) == len(found)
    assert found.tolist() == sorted(set(codes))
    assert [sorted(set(codes))[place] for place in places] == codes


@given(st.lists(st.integers(0, 12)))
def test_first_places_are_those_of_unique(codes: list[int]) -> None:
    _, first = np.unique(np.array(codes, dtype=np.int64), return_index=True)
    assert first_places(np.array(codes, dtype=np.int32)).tolist() == sorted(first.tolist())


@given(st.sets(st.integers(0, 60)), st.lists(st.integers(0, 60)))
def test_rows_of_ids_are_their_places(known: set[int], asked: list[int]) -> None:
    """Few ids are searched, many are looked up in a table."""
    ids = sorted(known)
    rows = rows_of(np.array(ids, dtype=np.int64), np.array(asked, dtype=np.int64))
    assert rows.tolist() == [ids.index(one) if one in known else -1 for one in asked]


_PLACES = st.sets(st.tuples(st.integers(0, 6), st.integers(0, 3)))


@given(_PLACES, st.lists(st.tuples(st.integers(0, 6), st.integers(0, 2)), max_size=12))
def test_an_incidence_is_the_matrix(true: set[tuple[int, int]], chosen: list[tuple[int, int]]) -> None:
    """Rows may be asked for in any order and twice; `counts` is what the rows of a group add up to."""
    matrix = np.zeros((7, 4), dtype=bool)
    for place in true:
        matrix[place] = True
    row, column = np.array(sorted(true, reverse=True), dtype=np.int32).reshape(-1, 2).T
    incidence = Incidence(row, column, (7, 4))
    rows, group = np.array(chosen, dtype=np.int64).reshape(-1, 2).T
    assert incidence[rows].tolist() == matrix[rows].tolist()
    assert incidence.totals(rows).tolist() == matrix[rows].sum(axis=0).tolist()
    expected = [[sum(matrix[r, c] for r, g in chosen if g == one) for c in range(4)] for one in range(3)]
    assert incidence.counts(rows, group, 3).tolist() == expected


def test_a_class_is_its_codes() -> None:
    codes = np.array(list(ROLE_CODES.values()), dtype=np.int8)
    for role in ROLES:
        assert np.flatnonzero(belongs(codes, role)).tolist() == columns_of(role)
