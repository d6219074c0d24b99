"""What a column holds, and its values: numbers, texts or days."""

import datetime
import numbers
import re
from collections import Counter

import numpy as np

from skdistill.tables._forms import as_values

NUMBER, CATEGORY, DATE = "number", "category", "date"
KINDS = {**dict.fromkeys("fiub", NUMBER), "M": DATE, **dict.fromkeys("US", CATEGORY)}  # of dtypes
NO_NUMBERS = np.datetime64, np.timedelta64, np.complexfloating  # though NumPy casts them
DAY = 86_400e6  # microseconds
WHOLE = re.compile(r"(-?(?:0|[1-9]\d*))\.0+")
MIDNIGHT = re.compile(r"(\d{4}-\d\d-\d\d)[ T]00:00(?::00(?:\.0+)?)?")
DAY_TEXT = re.compile(r"\d{4}-\d\d-\d\d")


def is_missing(value):
    """Whether a single value stands for a missing one: None, NaN, NaT, NA, a masked one."""
    return (
        value is None
        or (isinstance(value, float | np.floating) and value != value)
        or type(value).__name__ in ("NAType", "NaTType", "MaskedConstant")
        or (isinstance(value, np.datetime64) and np.isnat(value))
    )


def kind_of(column, label=""):
    """Return what a column holds: numbers, categories or dates."""
    if is_categorical(column):
        return CATEGORY
    values = as_values(column)
    if values.dtype.kind in KINDS:
        return KINDS[values.dtype.kind]
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


def is_categorical(column):
    """Whether `column` is a pandas categorical: its levels need not be strings."""
    return hasattr(column, "cat") and hasattr(column.cat, "categories")


def spelled(value):
    """Return the text of a category's value, one for all types that can hold it.

    3, 3.0, "3" and "3.0" are "3"; True and "True" are "True"; midnight is its day. All other
    texts are as they are: "03" is not "3".
    """
    if type(value) is str and not value.endswith("0"):
        return value
    if isinstance(value, float | np.floating) and value == np.rint(value) and np.isfinite(value):
        return str(int(value))
    if isinstance(value, np.datetime64):
        value = value.astype("datetime64[us]").item()
    text = "0" if value == "-0.0" else str(value)
    found = WHOLE.fullmatch(text) or MIDNIGHT.fullmatch(text)
    return found[1] if found else text


def spellings(level):
    """Return a level and the other texts that are spelled like it, as clients may write them."""
    if re.fullmatch(r"-?(?:0|[1-9]\d*)", level):
        return [level, f"{level}.0"]
    if DAY_TEXT.fullmatch(level):
        return [level, f"{level} 00:00:00", f"{level}T00:00:00"]
    return [level]


def count_texts(column):
    """Return how many rows have each spelling, missing ones left out."""
    if is_categorical(column):
        codes = column.cat.codes.to_numpy()
        counts = np.bincount(codes[codes >= 0], minlength=len(column.cat.categories))
        given = zip(column.cat.categories, counts.tolist(), strict=True)
        return _by_spelling((value, n) for value, n in given if n)
    values = as_values(column).tolist()
    if {bool, np.bool_} & set(map(type, values)):  # True equals 1, but is another level
        return _by_spelling((value, 1) for value in values)
    return _by_spelling(Counter(values).items())


def _by_spelling(counts):
    total: Counter = Counter()
    for value, n in counts:
        if not is_missing(value):
            total[spelled(value)] += n
    return total


def as_floats(column, label=""):
    """Return a column of numbers as an array, missing values as NaN."""
    values = as_values(column)
    if values.dtype.kind in "fiub":
        return values
    if values.dtype.kind in "mMc" and len(values):
        raise ValueError(
            f"Column {label} held numbers in fit, but now {values.dtype}: pass numbers, "
            "counted as in fit."
        )
    try:
        return np.array(floats(values))
    except (TypeError, ValueError, OverflowError):
        out = np.empty(len(values))
    for i, value in enumerate(values):
        try:
            out[i] = np.nan if is_missing(value) else _float(value)
        except OverflowError:  # a Python int beyond float64
            out[i] = np.inf
        except (TypeError, ValueError):
            raise ValueError(
                f"Column {label} held numbers in fit, but row {i} holds {value!r}: "
                "argument must be a number."
            ) from None
    return out


def floats(values):
    """Return single values as Python floats, None as NaN."""
    return [np.nan if value is None else _float(value) for value in values]


def _float(value):
    if isinstance(value, NO_NUMBERS):
        raise TypeError(f"{type(value).__name__} is no number")
    return float(value)


def days(column, label=""):
    """Return a column of dates as days since 1970-01-01 UTC, missing ones as NaN."""
    if getattr(getattr(column, "dtype", None), "kind", None) != "M":
        column = as_values(column)
        if column.dtype.kind != "M":
            column = [_moment(value, i, label) for i, value in enumerate(column)]
    moments = np.asarray(column, dtype="datetime64[us]")
    return np.where(np.isnat(moments), np.nan, moments.astype(np.int64) / DAY)


def _moment(value, row, label):
    """Return a single date without time zone; None for a missing one."""
    if is_missing(value) or value in ("", "NaT"):
        return None
    try:
        if isinstance(value, str):
            is_month = re.fullmatch(r"\d{4}-\d\d", value)
            value = datetime.datetime.fromisoformat(f"{value}-01" if is_month else value)
        if getattr(value, "tzinfo", None) is not None:
            value = value.astimezone(datetime.UTC).replace(tzinfo=None)
        if isinstance(value, datetime.date | np.datetime64):
            return value
    except ValueError:
        pass
    raise ValueError(
        f"Column {label} held dates in fit, but row {row} holds {value!r}: pass a date, or a text "
        "such as '2026-03-01'. pandas.to_datetime makes dates of numbers, by their unit."
    )


def year_start(days):
    """First of January of the year of the earliest day: near the data, yet no value of it."""
    if np.isnan(days).all():
        return 0.0
    first = np.datetime64(int(np.floor(np.nanmin(days))), "D")
    return float(first.astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64))
