"""The parts of a table in which student and teacher differ most."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

N_QUANTILES = 4
MIN_ROWS = 20  # of a slice; fewer say little
N_WORST = 10


@dataclass(frozen=True)
class Slice:
    """Held-out rows that have one column's values in common.

    Parameters
    ----------
    column : str
        Name of the column, or its position.
    values : str
        A category, a range of numbers between two quartiles, or "missing".
    n_rows : int
        How many these are.
    likeness : dict of str to float
        How like the student answers to the teacher: the task's measures of that by name.
    excess_loss : float
        The student's loss minus the teacher's.
    """

    column: str
    values: str
    n_rows: int
    likeness: dict[str, float]
    excess_loss: float


def worst_slices(rows, reader, *, likeness, unlike, excess_loss):
    """Return the slices in which student and teacher are least alike, the worst first.

    Parameters
    ----------
    rows : float array of shape (n_samples, n_features)
        As `reader` reads them.
    reader : ColumnReader
    likeness : function
        Of the rows inside, a bool array of shape (n_samples,); returns measures by name.
    unlike : str
        The measure that is the greater, the less alike they are.
    excess_loss : float array of shape (n_samples,)

    Returns
    -------
    slices : tuple of Slice
        At most ten, each of twenty rows or more, none of them all rows.
    """
    found = [
        Slice(
            column=reader.names[j] if reader.names else str(j),
            values=values,
            n_rows=int(inside.sum()),
            likeness=likeness(inside),
            excess_loss=float(excess_loss[inside].mean()),
        )
        for j in range(rows.shape[1])
        for values, inside in _parts(rows[:, j], reader, j)
        if MIN_ROWS <= inside.sum() < len(inside)
    ]
    return tuple(sorted(found, key=lambda part: -part.likeness[unlike])[:N_WORST])


def _parts(column, reader, j):
    """Yield the name and the rows of each part of a column."""
    if j in reader.levels:
        n, last = len(reader.levels[j]), reader.n_codes(j) - 1
        for code in range(n):
            yield reader.levels[j][code], column == code
        yield "missing", column == last - 1
        yield "other", (column >= n) & (column != last - 1)
        return
    missing = np.isnan(column)
    yield "missing", missing
    values = np.unique(column[~missing])
    if len(values) <= N_QUANTILES:
        for value in values:
            yield _number(value, reader, j), column == value
        return
    shares = np.linspace(0, 1, N_QUANTILES + 1)
    edges = np.unique(np.quantile(column[~missing], shares, method="lower"))
    places = np.searchsorted(edges[1:], column)  # of the first edge that is not below
    for k, (low, high) in enumerate(pairwise(edges)):
        opening = "[" if k == 0 else "("
        yield f"{opening}{_number(low, reader, j)}, {_number(high, reader, j)}]", places == k


def _number(value, reader, j):
    offset, scale = reader.offsets.get(j, (0.0, 1.0))
    value = value / scale + offset
    if j in reader.origins:
        return str(np.datetime64("1970-01-01") + int(reader.origins[j] + value))
    return f"{value:.15g}" if j in reader.offsets else f"{value:.4g}"
