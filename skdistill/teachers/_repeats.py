"""Rows that repeat one another: copies that a fold must not part, or values that come again."""

import numpy as np

from skdistill.tables import row_marks, take_rows

NOTED = 0.01  # share of rows that repeat others, from which on something is done about it,
FEW = 5  # and their number
BY_CHANCE = 0.5  # share of the repeats, above which shuffled columns repeat too often to tell
SAMPLE = 100_000  # rows of which columns are shuffled
AGREEMENT = 0.5  # of the labels of equal rows, 0 by chance and 1 at best: these are copies


def repeated_rows(X, y):
    """Return the number of each row's block: that of its copies, by the first of them.

    Rows are copies where many are equal, far more than where each column is shuffled by itself
    (as values of few kinds are), and have the same labels (as events of one object have not).
    Where there are too few copies to matter, each row is a block of its own.
    """
    y = y if y.ndim == 1 else np.unique(y, axis=0, return_inverse=True)[1].ravel()
    rng = np.random.default_rng(0)
    _, first, blocks = np.unique(row_marks(X), return_index=True, return_inverse=True)
    n_repeats = _repeats(blocks)
    if (
        n_repeats < max(FEW, NOTED * len(y))
        or _agreement(blocks, y, rng) < AGREEMENT
        or _repeats_by_chance(X, rng) > BY_CHANCE * n_repeats
    ):
        return np.arange(len(y))
    return np.argsort(np.argsort(first))[blocks]


def _repeats(marks):
    return np.count_nonzero(np.diff(np.sort(marks)) == 0)


def _repeats_by_chance(X, rng):
    """Return how many rows would repeat if columns knew nothing of one another."""
    n = X.shape[0]
    sample = rng.permutation(n)[:SAMPLE]
    return _repeats(row_marks(take_rows(X, sample), rng)) * (n / len(sample)) ** 2


def _agreement(blocks, y, rng):
    """Return how far pairs of equal rows have the same label: 0 as by chance, 1 always."""
    if y.ndim > 1:  # several numbers
        y = np.unique(y, axis=0, return_inverse=True)[1].ravel()
    order = rng.permutation(len(y))
    order = order[np.argsort(blocks[order], kind="stable")]
    equal = np.diff(blocks[order]) == 0
    same = np.mean(y[order[1:]][equal] == y[order[:-1]][equal])
    by_chance = np.sum((np.unique(y, return_counts=True)[1] / len(y)) ** 2)
    return (same - by_chance) / (1 - by_chance)
