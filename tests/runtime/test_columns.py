"""The door through which every row enters a student."""

import datetime

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from skdistill.runtime._columns import ColumnReader, replace_columns, take_rows

TEXT = ["Rome", "Oslo", None, "Rome"]
DAYS = [datetime.datetime(2021, 3, 4), None, datetime.datetime(2020, 7, 1), None]


def column(values, **kwargs):
    return pd.DataFrame({"x": pd.Series(values, **kwargs)})


NUMBERS = [
    column([1, 2, 3, 4]),
    column([1, None, 3, 4], dtype="Int64"),
    column([1.5, None, 3, 4], dtype="Float64"),
    column([True, None, False, True], dtype="boolean"),
    column([True, True, False, True]),
    column([1, 2.5, None, True], dtype=object),
    pl.DataFrame({"x": [1, None, 3, 4]}),
    pl.DataFrame({"x": [True, None, False, True]}),
    np.array([[1], [2.5], [None], [np.nan]], dtype=object),
    [[1], [2], [3], [4]],
]


@pytest.mark.parametrize("table", NUMBERS, ids=lambda t: type(t).__name__)
def test_numbers_of_any_type_are_numbers(table):
    reader = ColumnReader.learn(table)
    assert reader.kinds == ("number",)
    rows = reader.read(table)
    assert rows.dtype == np.float32
    values = np.asarray(table.to_numpy() if hasattr(table, "to_numpy") else table, dtype=object)
    for value, row in zip(values[:, 0], rows[:, 0], strict=True):
        assert np.isnan(row) if pd.isna(value) else row == float(value)


@pytest.mark.parametrize(
    "table",
    [
        column(TEXT),
        column(TEXT, dtype=object),
        column(TEXT, dtype="category"),
        pl.DataFrame({"x": TEXT}),
        pl.DataFrame({"x": pl.Series(TEXT, dtype=pl.Categorical)}),
        pl.DataFrame({"x": pl.Series(TEXT, dtype=pl.Enum(["Oslo", "Rome"]))}),
        np.array(TEXT, dtype=object)[:, None],
    ],
    ids=lambda t: type(t).__name__,
)
def test_text_of_any_type_becomes_codes(table):
    reader = ColumnReader.learn(table)
    assert reader.kinds == ("category",)
    assert reader.levels == {0: ("Oslo", "Rome")}
    assert reader.read(table).tolist() == [[1], [0], [2], [1]]


def test_levels_that_are_numbers_match_as_text_also_beside_missing_ones():
    table = column([3, 1, None, 3], dtype="category")
    reader = ColumnReader.learn(table)
    assert reader.kinds == ("category",)
    names = {str(level) for level in table.x.cat.categories}
    assert set(reader.levels[0]) == names
    assert reader.read(table)[:, 0].tolist() == [1, 0, 2, 1]


def test_unknown_and_rare_levels_are_other():
    table = column(["a"] * 10 + ["b"] * 9)
    reader = ColumnReader.learn(table, min_rows_per_level=10)
    assert reader.levels == {0: ("a",)}
    assert reader.read(column(["a", "b", "c", None])).tolist() == [[0], [2], [2], [1]]


@pytest.mark.parametrize(
    "table",
    [
        column(DAYS),
        column(DAYS, dtype=object),
        column(pd.to_datetime(DAYS).tz_localize("UTC")),
        pl.DataFrame({"x": DAYS}),
        pl.DataFrame({"x": pl.Series([d and d.date() for d in DAYS], dtype=pl.Date)}),
    ],
    ids=["datetime64", "object", "zone", "polars datetime", "polars date"],
)
def test_dates_become_days_since_new_year(table):
    reader = ColumnReader.learn(table)
    assert reader.kinds == ("date",)
    days = reader.read(table)[:, 0]
    assert days[0] == (DAYS[0] - datetime.datetime(2020, 1, 1)).days
    assert days[2] == (DAYS[2] - datetime.datetime(2020, 1, 1)).days
    assert np.isnan(days[1])
    assert reader.origins[0] not in {d and d.timestamp() / 86400 for d in DAYS}


def test_duplicate_column_names_are_read_by_position():
    frame = pd.DataFrame([[1.0, "a"], [2.0, "b"]], columns=["x", "x"])
    reader = ColumnReader.learn(frame)
    assert reader.kinds == ("number", "category")
    assert reader.read(frame).tolist() == [[1, 0], [2, 1]]


@pytest.mark.parametrize("make", [scipy.sparse.csr_array, scipy.sparse.csc_matrix])
def test_sparse_rows_stay_sparse(make):
    dense = np.array([[0, 1.5], [2, 0]])
    reader = ColumnReader.learn(make(dense))
    assert reader.sparse
    np.testing.assert_array_equal(reader.read(make(dense)).toarray(), dense)
    np.testing.assert_array_equal(reader.read(dense), dense)
    with pytest.raises(ValueError, match="contains NaN"):
        reader.read(np.full((1, 2), np.nan))


def test_a_dense_reader_takes_sparse_rows():
    dense = np.array([[0, 1.5], [2, 0]])
    reader = ColumnReader.learn(dense)
    np.testing.assert_array_equal(reader.read(scipy.sparse.csr_array(dense)), dense)


def test_a_frame_of_numbers_reads_as_its_array():
    frame = pd.DataFrame({"a": [1, 2], "b": [0.1, np.nan], "c": np.float32([1, 2])})
    np.testing.assert_array_equal(
        ColumnReader.learn(frame).read(frame), frame.to_numpy().astype(np.float32)
    )


def test_timedeltas_are_refused_by_name():
    frame = pd.DataFrame({"wait": pd.to_timedelta([1, 2], "D")})
    with pytest.raises(TypeError, match="Column 'wait' has dtype timedelta64"):
        ColumnReader.learn(frame, names=["wait"])


@pytest.mark.parametrize(
    "fields",
    [
        {"kinds": ("number", "colour"), "levels": {}, "origins": {}},
        {"kinds": ("category",), "levels": {}, "origins": {}},
        {"kinds": ("number",), "levels": {}, "origins": {0: 1.0}},
        {"kinds": ("number",), "levels": {}, "origins": {}, "names": ("a", "b")},
    ],
)
def test_an_inconsistent_reader_cannot_be_made(fields):
    with pytest.raises(ValueError, match=r"Unknown|do not match|names for"):
        ColumnReader(**fields)


@given(
    hnp.arrays(
        object,
        st.tuples(st.integers(1, 6), st.integers(1, 4)),
        elements=st.none()
        | st.text(max_size=3)
        | st.integers(-9, 9)
        | st.floats(-9, 9)
        | st.booleans(),
    )
)
def test_what_was_learnt_can_be_read(table):
    reader = ColumnReader.learn(table)
    rows = reader.read(table)
    for j, levels in reader.levels.items():
        assert set(rows[:, j]) <= set(range(len(levels) + 1))
    again = reader.read(pd.DataFrame(table))
    np.testing.assert_array_equal(again, rows)


@pytest.mark.parametrize(
    "make", [lambda d: np.column_stack(list(d.values())), pd.DataFrame, pl.DataFrame]
)
def test_columns_are_replaced_in_the_tables_own_form(make):
    table = make({"a": np.array([1, 2, 3]), "b": np.array([4, 5, 6])})
    new = replace_columns(table, [np.array([2, 0]), np.array([1, 1])], {1: np.array([7.0, 8.0])})
    assert type(new) is type(table)
    assert np.asarray(new).tolist() == [[3, 7], [1, 8]]
    assert np.asarray(new).dtype.kind == "i"
    assert np.asarray(take_rows(table, np.array([1]))).tolist() == [[2, 5]]
