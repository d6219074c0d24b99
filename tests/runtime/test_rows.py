"""Rows as requests bring them."""

from types import MappingProxyType

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse

from skdistill.runtime._rows import as_rows, form_of_rows, is_row, only_row

NAMES = ("age", "town")
ROW = {"town": "Oslo", "age": 3, "id": 99}

ALONE = [
    ROW,
    MappingProxyType(ROW),
    [ROW],
    (ROW,),
    pd.Series(ROW),
    [3, "Oslo"],
    (3, "Oslo"),
    [[3, "Oslo"]],
    [(3, "Oslo")],
    [np.array([3, "Oslo"], dtype=object)],
]


@pytest.mark.parametrize("X", ALONE, ids=lambda X: type(X).__name__)
def test_one_row_is_its_values_in_the_order_of_the_columns(X):
    assert only_row(X, NAMES, 2) == [3, "Oslo"]
    assert [list(row) for row in as_rows(X, NAMES, 2)] == [[3, "Oslo"]]


@pytest.mark.parametrize("X", [[ROW, ROW], [[3, "Oslo"], (3, "Oslo")]])
def test_several_rows_are_put_in_the_order_of_the_columns(X):
    assert only_row(X, NAMES, 2) is None
    assert [list(row) for row in as_rows(X, NAMES, 2)] == [[3, "Oslo"]] * 2


@pytest.mark.parametrize(
    "X",
    [
        np.zeros((1, 2)),
        np.zeros(2),
        scipy.sparse.csr_array(np.zeros((1, 2))),
        scipy.sparse.dok_array((1, 2)),
        pl.Series([1, 2]),
        "ab",
        3,
        None,
    ],
    ids=lambda X: type(X).__name__,
)
def test_what_is_no_row_is_left_to_others(X):
    assert form_of_rows(X) is None
    assert only_row(X, NAMES, 2) is None
    assert as_rows(X, NAMES, 2) is None


@pytest.mark.parametrize("X", [[], [1.0], ["ab"], [{1, 2}], [1, 2, 3]])
def test_a_list_that_is_no_row_is_no_row(X):
    assert not is_row(X, 2)
    assert only_row(X, NAMES, 2) is None
    assert as_rows(X, NAMES, 2) is X


@pytest.mark.parametrize(
    ("X", "message"),
    [
        ({"age": 3}, r"Row 0 has no value for \['town'\]: pass None"),
        ([ROW, {}], r"Row 1 has no value for \['age', 'town'\]"),
        (pd.Series({"town": "Oslo"}), r"Row 0 has no value for \['age'\]"),
    ],
)
def test_a_name_that_a_row_lacks_is_told(X, message):
    with pytest.raises(ValueError, match=message):
        as_rows(X, NAMES, 2)


def test_names_are_refused_where_the_columns_had_none():
    for X in (ROW, [ROW]):
        assert only_row(X, None, 2) is None
        with pytest.raises(ValueError, match="the columns in fit had no names"):
            as_rows(X, None, 2)
    assert as_rows(pd.Series([1, 2]), None, 2) is None
