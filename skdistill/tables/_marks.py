"""Tables → a number for each row, by which equal rows are found."""

import numpy as np

from skdistill.tables._forms import as_values, get_column, is_sparse
from skdistill.tables._kinds import is_categorical

FACTOR = np.uint64(0x9E3779B97F4A7C15)
SHIFT = np.uint64(32)


def row_marks(X, rng=None):
    """Return a uint64 for each row: the same for equal rows, almost surely not for others.

    With a generator, the rows marked are those of a table whose columns are shuffled, each by
    itself: as often as they repeat, rows do by chance.
    """
    n, p = X.shape
    order = None if rng is None else rng.permutation(n)
    offsets = np.zeros(p, dtype=int) if rng is None else rng.integers(n, size=p)
    if is_sparse(X):
        return _marks_of_sparse(X.tocoo(), order, offsets)
    marks = np.zeros(n, dtype=np.uint64)
    for j in range(p):
        of_column = _marks_of_values(get_column(X, j))
        if order is not None:
            of_column = np.roll(of_column[order], offsets[j])
        marks = _mixed(marks ^ of_column)
    return marks


def _marks_of_sparse(X, order, offsets):
    """Sum the marks of a row's values: their order is none, and zeros have none."""
    with np.errstate(over="ignore"):
        marks = _mixed(_bits(X.data) ^ _mixed(X.col.astype(np.uint64) + np.uint64(1)))
        marks = _mixed(marks)  # twice, because what is summed up could cancel
    rows = X.row if order is None else (np.argsort(order)[X.row] + offsets[X.col]) % X.shape[0]
    total = np.zeros(X.shape[0], dtype=np.uint64)
    known = X.data != 0
    np.add.at(total, rows[known], marks[known])
    return total


def _marks_of_values(column):
    if is_categorical(column):
        return column.cat.codes.to_numpy().astype(np.int64).view(np.uint64)
    values = as_values(column)
    if values.dtype.kind in "iufb":
        return _bits(values)
    if values.dtype.kind in "mM":
        return values.astype(np.int64).view(np.uint64)
    known: dict = {}
    codes = (known.setdefault(value, len(known)) for value in values.tolist())
    return np.fromiter(codes, dtype=np.uint64, count=len(values))


def _bits(values):
    """Return the bits of numbers as float64, of which -0 is 0 and all missing ones are one."""
    numbers = np.ascontiguousarray(values, dtype=np.float64) + 0.0
    return np.where(np.isnan(numbers), np.nan, numbers).view(np.uint64)


def _mixed(marks):
    marks = marks * FACTOR
    return marks ^ (marks >> SHIFT)
