"""Pandas frames, known by what they offer: pandas is imported by who has one."""

import numpy as np


def is_mine(X):
    """Whether `X` is a frame of pandas, or a column of one."""
    return hasattr(X, "iloc")


def names(X):
    return tuple(X.columns)


def column(X, j):
    return X.iloc[:, j]


def getter(X):
    """Return a function that gives a column's array.

    It is private to pandas, for want of a public one that costs less than 20 µs a column.
    """
    return getattr(X, "_get_column_array", None) or (lambda j: X.iloc[:, j].array)


def take(X, rows):
    """Return some rows, with their index."""
    return X.iloc[rows]


def stack(tables):
    """Return frames one under the other, with a new index."""
    import pandas

    return pandas.concat(tables, ignore_index=True)


def replace(X, sources, numbers):
    """Return a frame of other rows, column by column, with a new index."""
    table = take(X, np.zeros(len(sources[0]), dtype=int)).reset_index(drop=True)
    for j, rows in enumerate(sources):
        old = column(X, j)
        new = type(old)(numbers[j], dtype=old.dtype) if j in numbers else old.iloc[rows]
        table.isetitem(j, new.reset_index(drop=True))
    return table
