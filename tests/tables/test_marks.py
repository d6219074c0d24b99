"""Equal rows have equal marks, in tables of every kind."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse

from skdistill.tables import row_marks

RNG = np.random.default_rng(0)
NUMBERS = RNG.normal(size=(50, 3))
NUMBERS[::7, 1] = np.nan
FRAME = pd.DataFrame(
    {
        "x": NUMBERS[:, 1],
        "k": RNG.integers(0, 9, 50),
        "town": RNG.choice(["Rome", "Oslo", None], 50),
        "size": pd.Categorical(RNG.choice(["S", "M"], 50)),
        "since": pd.Timestamp("2020-01-01") + pd.to_timedelta(RNG.integers(0, 900, 50), "D"),
        "count": pd.array([None, *range(49)], dtype="Int64"),
    }
)
TABLES = {
    "array": NUMBERS,
    "objects": FRAME.to_numpy(dtype=object),
    "integers": RNG.integers(0, 2**40, (50, 2)),
    "text": np.array([["a", "b"], ["a", "c"]] * 25) + np.arange(50).astype(str)[:, None],
    "pandas": FRAME,
    "polars": pl.DataFrame({"x": NUMBERS[:, 0], "town": [f"town {i % 9}" for i in range(50)]}),
    "csr": scipy.sparse.csr_array(np.where(NUMBERS > 0.5, NUMBERS, 0)),
    "csc": scipy.sparse.csc_matrix(np.where(NUMBERS > 0, NUMBERS, 0)),
}


def twice(X):
    if isinstance(X, pd.DataFrame | pl.DataFrame):
        return pd.concat([X, X]) if isinstance(X, pd.DataFrame) else pl.concat([X, X])
    return scipy.sparse.vstack([X, X]) if scipy.sparse.issparse(X) else np.concatenate([X, X])


@pytest.mark.parametrize("kind", TABLES)
def test_a_copy_has_its_rows_mark_and_other_rows_have_others(kind):
    marks = row_marks(twice(TABLES[kind]))
    np.testing.assert_array_equal(marks[:50], marks[50:])
    dense = TABLES[kind].toarray() if scipy.sparse.issparse(TABLES[kind]) else TABLES[kind]
    assert len(np.unique(marks)) == len(pd.DataFrame(np.asarray(dense)).drop_duplicates())


def test_minus_zero_is_zero_and_the_order_of_columns_matters():
    a, b, c = row_marks(np.array([[0.0, 1.0], [-0.0, 1.0], [1.0, 0.0]]))
    assert a == b != c


def test_missing_numbers_are_one_whatever_bits_they_have():
    other = np.array([0xFFF8000000000001], np.uint64).view(np.float64)[0]
    a, b = row_marks(np.array([[np.nan, 1.0], [other, 1.0]]))
    assert a == b


def test_a_sparse_zero_and_the_order_of_entries_do_not_matter():
    stored = scipy.sparse.csr_array(([2.0, 1.0, 0.0], [1, 0, 2], [0, 3]), shape=(1, 3))
    plain = scipy.sparse.csr_array(np.array([[1.0, 2.0, 0.0]]))
    assert row_marks(stored) == row_marks(plain)


@pytest.mark.parametrize("kind", ["array", "pandas", "csr"])
def test_copies_do_not_survive_a_shuffle_of_columns_but_common_values_do(kind):
    rng = np.random.default_rng(0)
    X = np.round(rng.normal(size=(400, 4)), 3)
    for rows, often in ((np.concatenate([X, X]), False), ((X > 0).astype(float), True)):
        table = {"array": np.asarray, "pandas": pd.DataFrame, "csr": scipy.sparse.csr_array}[kind]
        marks = row_marks(table(rows), np.random.default_rng(1))
        assert (len(np.unique(marks)) < 0.9 * len(rows)) == often
