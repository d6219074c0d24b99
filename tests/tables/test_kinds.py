"""What a column holds, and its values."""

import datetime
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skdistill.tables import (
    as_floats,
    count_texts,
    days,
    is_missing,
    kind_of,
    spelled,
    spellings,
)

NOON = datetime.datetime(2020, 1, 1, 12)


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ((3, 3.0, "3", "3.0", "3.00", np.int8(3), np.float32(3), np.str_("3")), "3"),
        ((0, -0.0, "0.0", "-0.0"), "0"),
        ((-12, -12.0, "-12.0"), "-12"),
        ((10**18, 1e18), str(10**18)),
        ((True, np.True_, "True"), "True"),
        ((2.5, np.float32(2.5), "2.5"), "2.5"),
        ((datetime.date(2020, 1, 1), pd.Timestamp("2020-01-01"), "2020-01-01"), "2020-01-01"),
        ((np.datetime64("2020-01-01", "ns"), "2020-01-01 00:00:00"), "2020-01-01"),
        ((NOON, pd.Timestamp(NOON), "2020-01-01 12:00:00"), "2020-01-01 12:00:00"),
    ],
)
def test_a_value_has_one_spelling_whatever_its_type(values, text):
    assert {spelled(value) for value in values} == {text}


@pytest.mark.parametrize("text", ["03", "3.10", "v3.0", "3.0.0", "00.0", "1e3", "true", "", ".0"])
def test_texts_that_are_no_plain_whole_number_are_as_they_are(text):
    assert spelled(text) == text


@given(st.text() | st.integers() | st.floats(allow_nan=False, allow_infinity=False))
def test_a_spelling_is_its_own_spelling(value):
    assert spelled(spelled(value)) == spelled(value)


@given(st.integers(-(2**53), 2**53))
def test_whole_numbers_are_spelled_as_integers(number):
    assert spelled(float(number)) == spelled(number) == str(number)
    assert {spelled(text) for text in spellings(str(number))} == {str(number)}


def test_what_clients_may_write_for_a_level_is_spelled_like_it():
    assert spellings("2020-01-01") == [
        "2020-01-01",
        "2020-01-01 00:00:00",
        "2020-01-01T00:00:00",
    ]
    for level in ("3", "-12", "03", "2020-01-01", "Rome"):
        assert {spelled(text) for text in spellings(level)} == {level}


@pytest.mark.parametrize(
    "column",
    [
        np.array([3, np.nan]),
        np.array([3, None], dtype=object),
        pd.Series([3, None], dtype="Int64"),
        pd.Series([3, None], dtype="int64[pyarrow]"),
        pd.Series([3, None], dtype="category"),
        pd.Series(["3", None], dtype="string"),
        pl.Series([3, None]),
        pl.Series(["3", None], dtype=pl.Categorical),
    ],
    ids=lambda column: f"{type(column).__module__[:6]} {column.dtype}",
)
def test_a_level_has_one_text_in_every_container(column):
    assert count_texts(column) == {"3": 1}


AS_DATES = {
    "numpy days": np.array(["2020-01-01", "NaT"], dtype="datetime64[D]"),
    "objects": np.array([datetime.date(2020, 1, 1), None], dtype=object),
    "numpy objects": np.array([np.datetime64("2020-01-01"), np.datetime64("NaT")], dtype=object),
    "pandas": pd.Series(pd.to_datetime(["2020-01-01", None])),
    "zone": pd.Series(pd.to_datetime(["2020-01-01T02:00", None]).tz_localize("Etc/GMT-2")),
    "arrow": pd.Series(pd.to_datetime(["2020-01-01", None]), dtype="timestamp[us][pyarrow]"),
    "polars": pl.Series([datetime.date(2020, 1, 1), None]),
    "texts": ["2020-01-01", ""],
    "basic texts": ["20200101", None],
    "texts with a zone": ["2020-01-01T02:00:00+02:00", None],
    "months": ["2020-01", None],
    "zoned objects": [pd.Timestamp("2020-01-01T02:00", tz="Etc/GMT-2"), None],
}


@pytest.mark.parametrize("column", AS_DATES.values(), ids=AS_DATES)
def test_dates_of_every_type_are_the_same_days(column):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_array_equal(days(column), [18262, np.nan])


NO_DATES = {
    "epoch": np.array([1_692_403_200_000]),
    "floats": np.array([18262.0]),
    "booleans": np.array([True]),
    "nullable integers": pd.Series([20231231, None], dtype="Int64"),
    "timedelta": np.array([5], dtype="timedelta64[D]"),
    "pandas timedelta": pd.Series([pd.Timedelta(days=5)]),
    "polars duration": pl.Series([datetime.timedelta(days=5)]),
    "a year": ["2020"],
    "epoch as text": ["1700000000"],
    "word": ["soon"],
    "one among dates": [datetime.date(2020, 1, 1), 7],
}


@pytest.mark.parametrize("column", NO_DATES.values(), ids=NO_DATES)
def test_what_is_no_date_is_refused_by_name(column):
    with pytest.raises(ValueError, match=r"'when' held dates in fit, but row [01] holds"):
        days(column, "'when'")


@pytest.mark.parametrize(
    "column",
    [
        np.array(["2020-01-01"], dtype="datetime64[D]"),
        pd.Series([pd.Timedelta(1)]),
        pl.Series([datetime.date(2020, 1, 1)]),
        [pd.Timestamp("2020")],
        ["much"],
        np.array([np.timedelta64(1, "s"), 1], dtype=object),
        [np.timedelta64(5, "ns")],
        [np.datetime64("2020-01-01", "ns")],
        np.array([1j]),
        [np.complex64(1)],
    ],
    ids=[
        *("dates", "timedelta", "polars", "objects", "text", "among numbers"),
        *("nanoseconds", "moment in nanoseconds", "complex", "complex object"),
    ],
)
def test_what_is_no_number_is_refused_by_name(column):
    with pytest.raises(ValueError, match="Column 'size' held numbers in fit, but"):
        as_floats(column, "'size'")


def test_columns_without_a_known_value_are_of_any_kind():
    for column in ([None, np.nan], np.array([np.nan, np.nan]), pd.Series([pd.NA, pd.NA])):
        assert np.isnan(days(column)).all()
        assert np.isnan(as_floats(column)).all()
        assert count_texts(column) == {}


def test_masked_values_are_missing():
    masked = np.ma.array([1.0], mask=[True])[0]
    assert is_missing(masked)
    assert kind_of(np.array([masked, 1], dtype=object)) == "number"


def test_booleans_are_no_numbers_when_texts_are_counted():
    assert count_texts(np.array([True, 1, 1.0, "1", "True"], dtype=object)) == {"True": 2, "1": 3}
