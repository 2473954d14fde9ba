import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aldesim.errors import InputError
from aldesim.trial.endpoints.toxicity import worst_grades


def test_worst_grade_counts_once():
    table = worst_grades(
        [1, 1, 2, 3, 3, 7],
        ["fever", "fever", "fever", "fever", "hypotension", "hypotension"],
        [1, 3, 2, 0, 4, 5],
        10,
    )
    assert table.terms == ("fever", "hypotension")
    assert table.counts.tolist() == [[0, 1, 1, 0, 0], [0, 0, 0, 1, 1]]
    assert table.any_grade.tolist() == [2, 2]
    assert table.severe.tolist() == [1, 2]
    columns = table.columns()
    assert columns["grade_3_plus_pct"] == [10.0, 20.0]
    assert columns["grade_2"] == [1, 0]
    assert list(columns)[:3] == ["term", "grade_1", "grade_1_pct"]


rows = st.lists(
    st.tuples(st.integers(0, 9), st.sampled_from("abc"), st.integers(0, 5)), max_size=60
)


@given(rows)
def test_against_a_plain_count(rows):
    worst: dict[tuple[int, str], int] = {}
    for patient, term, grade in rows:
        worst[patient, term] = max(worst.get((patient, term), 0), grade)
    ids, terms, grades = zip(*rows, strict=True) if rows else ((), (), ())
    table = worst_grades(ids, terms, grades, 10)
    assert (np.diff(table.any_grade) <= 0).all()
    for term, counts in zip(table.terms, table.counts, strict=True):
        for grade in range(1, 6):
            hits = sum(k[1] == term and v == grade for k, v in worst.items())
            assert counts[grade - 1] == hits


def test_no_rows_and_nobody():
    assert worst_grades([], [], [], 5).columns()["term"] == []
    assert np.isnan(worst_grades([], [], [], 0).percent(np.array([0]))).all()


@pytest.mark.parametrize(
    ("ids", "terms", "grades", "patients", "field"),
    [
        ([1], ["a"], [6], 3, "grade"),
        ([1], ["a"], [np.nan], 3, "grade"),
        ([1, 2], ["a"], [1], 3, "rows"),
        ([1, 2], ["a", "a"], [1, 1], 1, "patients"),
    ],
)
def test_bad_input(ids, terms, grades, patients, field):
    with pytest.raises(InputError, match=field):
        worst_grades(ids, terms, grades, patients)
