"""Columns with the dtype that they had in fit, as long as no value changes."""

import numpy as np

from skdistill.tables import (
    CATEGORY,
    NUMBER,
    as_floats,
    as_values,
    is_categorical,
    is_missing,
    kind_of,
)


def same_dtype(given, dtype):
    """Whether two dtypes are one, categories in the same order."""
    if given != dtype:
        return False
    return not hasattr(dtype, "ordered") or given.categories.equals(dtype.categories)


def kind_of_values(column):
    """Return the kind of the values of a column, or of its categories; None if it has none."""
    if is_categorical(column):
        return kind_of(column.cat.categories)
    values = as_values(column)
    if len(values) == 0 and str(column.dtype).lower().startswith("str"):
        return CATEGORY
    if values.dtype.kind == "O" or len(values):
        if all(is_missing(value) for value in values):
            return None
    return kind_of(column)


def cast_column(column, dtype, kind):
    """Return a column of a frame with another dtype.

    Numbers that the dtype cannot hold, such as fractions among integers, come as float64 or as
    they are. A value that is none of the categories of the dtype becomes a missing one. Raises
    TypeError or ValueError for what has no meaning in it: time zones among dates without.
    """
    if hasattr(dtype, "ordered"):
        return column.where(column.isin(dtype.categories)).astype(dtype)
    if kind != NUMBER:
        return _astype(column, dtype)
    numbers = as_floats(column)
    try:
        cast = _astype(column, dtype)
        if "float" in str(dtype).lower() or _equal(as_floats(cast), numbers):
            return cast
    except (TypeError, ValueError):
        pass
    if as_values(column).dtype.kind in "fiub":
        return column
    if hasattr(column, "iloc"):
        return type(column)(numbers, index=column.index, name=column.name)
    return type(column)(column.name, numbers)


def cast_numbers(values, dtype):
    """Return an array of numbers with another dtype, or as it is if that would change it."""
    with np.errstate(invalid="ignore", over="ignore"):
        cast = values.astype(dtype)
    return cast if dtype.kind == "f" or _equal(cast, values) else values


def _astype(column, dtype):
    if hasattr(column, "iloc"):
        if isinstance(dtype, np.dtype) and dtype.kind == "O":  # where missing is NaN, not NA
            return column.astype(object).where(column.notna(), np.nan)
        return column.astype(dtype)
    return column.cast(dtype, strict=False)


def _equal(a, b):
    return np.array_equal(a, b, equal_nan=a.dtype.kind == b.dtype.kind == "f")
