"""What a column holds, and its values: numbers, texts or days."""

import datetime
import numbers

import numpy as np

from skdistill.tables._forms import as_values

NUMBER, CATEGORY, DATE = "number", "category", "date"
DAY = 86_400e6  # microseconds


def is_missing(value):
    """Whether a single value stands for a missing one: None, NaN, NaT, NA."""
    return (
        value is None
        or (isinstance(value, float | np.floating) and value != value)
        or type(value).__name__ in ("NAType", "NaTType")
    )


def kind_of(column, label=""):
    """Return what a column holds: numbers, categories or dates."""
    if is_categorical(column):
        return CATEGORY
    values = as_values(column)
    if values.dtype.kind in "fiub":
        return NUMBER
    if values.dtype.kind == "M":
        return DATE
    if values.dtype.kind in "US":
        return CATEGORY
    if values.dtype.kind != "O":
        raise TypeError(f"Column {label} has dtype {values.dtype}, which is not supported.")
    types = {type(v) for v in values if not is_missing(v)}
    if not types:
        return CATEGORY  # of no level: whatever comes later is another one
    if all(issubclass(t, numbers.Number | np.bool_) for t in types):
        return NUMBER
    if all(issubclass(t, datetime.date | np.datetime64) for t in types):
        return DATE
    plain = str | bytes | numbers.Number | np.bool_ | datetime.date
    for t in types:
        if not issubclass(t, plain):
            raise TypeError(
                f"Column {label} holds a value of type {t.__name__}; "
                "argument must be a string or a number."
            )
    return CATEGORY


def as_floats(column, label=""):
    """Return a column of numbers as an array, missing values as NaN."""
    values = as_values(column)
    if values.dtype.kind in "fiub":
        return values
    try:
        return np.array(floats(values))
    except (TypeError, ValueError, OverflowError):
        out = np.empty(len(values))
    for i, value in enumerate(values):
        try:
            out[i] = np.nan if is_missing(value) else float(value)
        except OverflowError:  # a Python int beyond float64
            out[i] = np.inf
        except (TypeError, ValueError):
            raise ValueError(
                f"Column {label} held numbers in fit, but row {i} holds {value!r}: "
                "argument must be a number."
            ) from None
    return out


def is_categorical(column):
    """Whether `column` is a pandas categorical: its levels need not be strings."""
    return hasattr(column, "cat") and hasattr(column.cat, "categories")


def texts(column):
    if is_categorical(column):
        levels = [*(str(level) for level in column.cat.categories), None]
        return [levels[code] for code in column.cat.codes]
    return [None if is_missing(v) else str(v) for v in as_values(column)]


def floats(values):
    return [np.nan if value is None else float(value) for value in values]


def days(column):
    if getattr(column, "dtype", None) in (None, np.dtype(object)):
        column = [None if is_missing(value) else value for value in column]
    try:
        moments = np.asarray(column, dtype="datetime64[us]")
    except OverflowError:  # a Python int beyond int64
        raise ValueError("A column of dates holds an integer too large for one.") from None
    days = moments.astype(np.int64) / DAY
    return np.where(np.isnat(moments), np.nan, days)


def year_start(days):
    """First of January of the year of the earliest day: near the data, yet no value of it."""
    if np.isnan(days).all():
        return 0.0
    first = np.datetime64(int(np.floor(np.nanmin(days))), "D")
    return float(first.astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64))
