"""Values keep their meaning when dtypes change."""

import datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pytest

from skdistill.sources._cast import cast_column, cast_numbers, kind_of_values, same_dtype
from skdistill.tables import CATEGORY, DATE, NUMBER


@pytest.mark.parametrize(
    ("values", "dtype", "expected"),
    [
        (pd.Series([1, 2]), "float32", "float32"),
        (pd.Series([1.0, 2.0]), "int64", "int64"),
        (pd.Series([1.0, 2.5]), "int64", "float64"),
        (pd.Series([1.0, np.nan]), "int64", "float64"),
        (pd.Series([1, 300]), "uint8", "int64"),
        (pd.Series([1, 7]), "bool", "int64"),
        (pd.Series([1.0, np.nan]), "Int64", "Int64"),
        (pd.Series([True, None]), "bool", "float64"),
        (pd.Series([Decimal("1.5"), None]), "float64", "float64"),
        (pd.Series([Decimal("1.5"), None]), "int64", "float64"),
        (pl.Series([1, 2]), pl.Float32, pl.Float32),
        (pl.Series([1.0, 2.0]), pl.Int8, pl.Int8),
        (pl.Series([1.0, 2.5]), pl.Int8, pl.Float64),
        (pl.Series([1, 300]), pl.UInt8, pl.Int64),
    ],
)
def test_no_number_is_changed(values, dtype, expected):
    dtype = pd.Series([], dtype=dtype).dtype if isinstance(dtype, str) else dtype
    cast = cast_column(values, dtype, NUMBER)
    assert cast.dtype == expected
    assert [v for v in cast if not pd.isna(v)] == [v for v in values if not pd.isna(v)]


def test_arrays_of_numbers():
    assert cast_numbers(np.array([1.5]), np.dtype("float32")).dtype == "float32"
    assert cast_numbers(np.array([2.0]), np.dtype("int8")).dtype == "int8"
    for values in (np.array([1.5]), np.array([np.nan]), np.array([300])):
        assert cast_numbers(values, np.dtype("int8")) is values


def test_text_and_dates():
    text = pd.Series(["a", None], dtype="category")
    assert cast_column(text, pd.Series(["a"]).dtype, CATEGORY).isna().tolist() == [False, True]
    dates = pd.Series([datetime.date(2020, 1, 2), None])
    cast = cast_column(dates, np.dtype("datetime64[ns]"), DATE)
    assert cast.tolist() == [pd.Timestamp("2020-01-02"), pd.NaT]


def test_an_unknown_category_becomes_missing():
    cast = cast_column(pd.Series(["a", "c"]), pd.CategoricalDtype(["b", "a"]), CATEGORY)
    assert cast.cat.codes.tolist() == [1, -1]
    cast = cast_column(pl.Series(["a", "c"]), pl.Enum(["b", "a"]), CATEGORY)
    assert cast.to_list() == ["a", None]


def test_categories_in_another_order_are_another_dtype():
    assert not same_dtype(pd.CategoricalDtype(["a", "b"]), pd.CategoricalDtype(["b", "a"]))
    assert same_dtype(pd.CategoricalDtype(["a", "b"]), pd.CategoricalDtype(["a", "b"]))


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        (pd.Series([1, 2]), NUMBER),
        (pd.Series([1, 2], dtype="category"), NUMBER),
        (pd.Series(["a"], dtype="category"), CATEGORY),
        (pd.Series([np.nan, np.nan]), None),
        (pd.Series([None, None], dtype=object), None),
        (pd.Series([], dtype=object), None),
        (pd.Series([], dtype=float), NUMBER),
        (pd.Series([], dtype="string"), CATEGORY),
        (pl.Series([], dtype=pl.String), CATEGORY),
        (pl.Series(["a"]), CATEGORY),
        (np.array([datetime.date(2020, 1, 1)], dtype=object), DATE),
    ],
)
def test_the_kind_of_values(column, kind):
    assert kind_of_values(column) == kind


def test_missing_among_objects_is_nan():
    cast = cast_column(pd.Series(["a", None], dtype="string"), np.dtype(object), CATEGORY)
    assert cast.dtype == object
    assert cast[0] == "a"
    assert isinstance(cast[1], float)
