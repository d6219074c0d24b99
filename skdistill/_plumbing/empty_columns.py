"""Rows as histogram boosting takes them: it fails on a column in which it finds no number."""

import numpy as np

MIN_KNOWN = 20  # rows of a leaf: boosting cannot split by fewer values than that
BINNED_ROWS = 200_000  # of which scikit-learn looks at no more


def nearly_empty(rows):
    """Return which columns have too few numbers to be of use to boosting.

    In what it sets aside for early stopping, or does not look at, it may miss all of them.
    """
    n_known = np.count_nonzero(~np.isnan(rows), axis=0)
    n_looked_at = n_known * min(1, BINNED_ROWS / max(len(rows), 1))
    return (n_looked_at < MIN_KNOWN) & (n_known < len(rows))


def without_empty(rows):
    """Return rows to fit boosting on: columns that are nearly empty are 0."""
    empty = nearly_empty(rows)
    return np.where(empty, rows.dtype.type(0), rows) if empty.any() else rows
