"""Rows must look like those of fit."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse

from skdistill.runtime._reader import ColumnReader
from skdistill.sources._form import Form
from skdistill.tables import column_names


def form_of(X):
    return Form.of(X, ColumnReader.learn(X, names=column_names(X)))


def test_rows_of_the_same_dtypes_are_left_alone(frame, form):
    assert form.conform(frame, "here") is frame


def test_other_dtypes_become_those_of_fit(frame, form):
    other = frame.astype({"id": float, "text": "category", "level": str, "day": "datetime64[s]"})
    pd.testing.assert_frame_equal(form.conform(other, "here"), frame)
    assert other["id"].dtype == float


def test_polars_dtypes_become_those_of_fit(frame):
    table = pl.from_pandas(frame)
    other = table.with_columns(pl.col("id").cast(pl.Float32), pl.col("level").cast(pl.String))
    conformed = form_of(table[:50]).conform(other, "here")
    assert conformed.schema == table.schema
    text = pl.col("level").cast(pl.String)  # equal categories of two frames need not be equal
    assert conformed.with_columns(text).equals(table.with_columns(text))


def test_a_column_without_values_fits_any(frame, form):
    empty = form.conform(frame.assign(text=np.nan, day=None), "here")
    assert empty.dtypes.equals(frame.dtypes)
    assert empty["text"].isna().all()


@pytest.mark.parametrize("dtype", ["float32", "int64", object])
def test_arrays(dtype):
    X = np.arange(6).reshape(3, 2)
    rows = form_of(X.astype(dtype)).conform(X.astype(float), "here")
    assert rows.dtype == dtype
    np.testing.assert_array_equal(rows, X)


def test_text_in_an_array_is_not_cut():
    form = form_of(np.array([["a"], ["b"]]))
    assert form.conform(np.array([["long"]]), "here").tolist() == [["long"]]
    assert form.conform(np.array([["long"]], dtype=object), "here").tolist() == [["long"]]


def test_sparse_rows():
    form = form_of(scipy.sparse.csr_array(np.eye(3)))
    assert form.conform(scipy.sparse.csc_array(np.eye(3)), "here").format == "csr"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"id": "x"}, r"Column 'id' of here has dtype .*\(category\), but int64 \(number\) in X"),
        ({"x.y": pd.Timestamp("2020")}, r"Column 'x.y' .*\(date\), but float64 \(number\)"),
        ({"text": 1.5}, r"Column 'text' of here has dtype float64 \(number\), but .*\(category\)"),
        ({"level": 3}, r"Column 'level' of here has dtype int64 \(number\), but category"),
        ({"day": pd.Timestamp("2020", tz="UTC")}, "Column 'day' .*UTC.*convert it to datetime64"),
        ({"more": 1}, "here does not fit X: .*unexpected .'more'."),
    ],
)
def test_columns_of_another_kind(frame, form, change, message):
    with pytest.raises(ValueError, match=message):
        form.conform(frame.assign(**change), "here")


def test_another_order(frame, form):
    with pytest.raises(ValueError, match=r"here does not fit X: .*the order must be"):
        form.conform(frame[frame.columns[::-1]], "here")


def test_another_form(frame, form, array, array_form):
    for rows in (array, pl.from_pandas(frame), scipy.sparse.csr_array(array)):
        with pytest.raises(ValueError, match=r"here is a .*, but X is a pandas DataFrame: pass"):
            form.conform(rows, "here")
    with pytest.raises(ValueError, match="pandas DataFrame, but X is a numpy ndarray"):
        array_form.conform(frame, "here")
    with pytest.raises(ValueError, match="here does not fit X: Expected 2D array"):
        array_form.conform([1, 2], "here")
    with pytest.raises(ValueError, match=r"Column 0 of here .*but float64 \(number\) in X"):
        array_form.conform([["a", "b"]], "here")


def test_it_holds_no_rows(form):
    assert len(form.example) == 0
