"""Codes of categories."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.utils import murmurhash3_32

from skdistill.runtime._codes import MANY, Codes, murmur3
from skdistill.tables import is_missing

LEVELS = ("1", "2.5", "Oslo", "True")
MISSING, OTHER = 4, 5


def test_a_level_is_known_by_its_text_and_all_else_is_missing_or_other():
    codes = Codes(LEVELS)
    for value, code in [
        ("Oslo", 2),
        (np.str_("Oslo"), 2),
        (1, 0),
        (np.int64(1), 0),
        (2.5, 1),
        (np.float32(2.5), 1),
        (True, 3),
        ("oslo", OTHER),
        (b"Oslo", OTHER),
        (1.0, 0),
        ("1.0", 0),
        ("01", OTHER),
        ("None", OTHER),
        (None, MISSING),
        (np.nan, MISSING),
        (pd.NA, MISSING),
        (pd.NaT, MISSING),
    ]:
        assert codes[value] == code, value
    assert len(codes) == 5  # what was asked for is not kept


@pytest.mark.parametrize(
    ("levels", "n_buckets"), [((1, 2), 0), (("a", None), 0), (("a",), -1), (("a",), 0.5)], ids=str
)
def test_levels_are_texts_and_buckets_a_count(levels, n_buckets):
    with pytest.raises(ValueError, match="Levels are texts"):
        Codes(levels, n_buckets)


@pytest.mark.parametrize("make", [list, pd.array, pl.Series, np.array], ids=lambda f: f.__name__)
def test_columns_of_any_type(make):
    values = ["Oslo", None, "Rome", "Oslo"]
    assert list(Codes(LEVELS).of(make(values))) == [2, MISSING, OTHER, 2]


@pytest.mark.parametrize("dtype", ["str", "string", "category", object])
def test_long_columns_are_read_as_short_ones(dtype):
    values = pd.Series(["Oslo", None, "Rome", "2.5"] * MANY, dtype=dtype).array
    codes = Codes(LEVELS)
    assert list(codes.of(values)) == [2, MISSING, OTHER, 1] * MANY
    assert list(codes.of(values[:4])) == [2, MISSING, OTHER, 1]


def test_categories_are_looked_up_once_and_never_confused():
    codes = Codes(LEVELS)
    first = pd.Categorical(["Oslo", None, "Rome"])
    second = pd.Categorical([2.5, 1, None], categories=[1, 2.5])
    for _ in range(2):
        assert codes.of(first).tolist() == [2, MISSING, OTHER]
        assert codes.of(first[:1]).tolist() == [2]
        assert codes.of(second).tolist() == [1, 0, MISSING]


def test_a_value_that_cannot_be_a_level_is_told():
    with pytest.raises(ValueError, match="Column 'x' held categories in fit, but now: unhashable"):
        Codes(LEVELS).of(np.array([["Oslo"], None], dtype=object), "'x'")


def test_missing_values_are_those_of_python_numpy_and_pandas():
    assert all(map(is_missing, [None, np.nan, np.float32("nan"), pd.NA, pd.NaT]))
    assert not any(map(is_missing, ["", "nan", 0, False, np.inf]))


@given(st.text())
def test_the_hash_is_murmur3(text):
    data = text.encode("utf-8", "surrogatepass")
    assert murmur3(text) == murmurhash3_32(data, seed=0, positive=True)


def test_what_is_no_level_has_a_code_by_its_hash_whatever_its_type():
    codes = Codes(LEVELS, n_buckets=8)
    assert codes[None] == 12
    assert codes["Oslo"] == 2
    assert {codes[7], codes[7.0], codes["7"], codes["7.0"]} == {4 + murmur3("7") % 8}


@pytest.mark.parametrize("dtype", [np.int64, np.float64, np.float32])
def test_long_columns_of_numbers_are_read_as_short_ones(dtype):
    values = np.array([1, 3, 1], dtype=dtype)
    assert Codes(LEVELS).of(np.tile(values, MANY)).tolist() == [0, OTHER, 0] * MANY
    if dtype is not np.int64:
        values = np.append(np.tile(values, MANY), np.nan)
        assert Codes(LEVELS).of(values)[-1] == MISSING


def test_levels_of_older_files_are_known_by_any_spelling():
    codes = Codes(("3.0", "2020-01-01 00:00:00"))
    assert codes[3] == codes["3.0"] == codes["3"] == 0
    assert codes["2020-01-01"] == codes[pd.Timestamp("2020-01-01")] == 1
