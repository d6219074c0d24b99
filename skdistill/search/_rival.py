"""The rival of all students: gradient boosting that is as small as they have to be."""

import numpy as np
from sklearn.base import clone
from sklearn.model_selection import ParameterGrid

from skdistill._teachers import TableBoosting
from skdistill.report import serialized_bytes
from skdistill.runtime._columns import is_sparse

SHAPES = ParameterGrid(  # deep trees in small steps; shallow ones in large steps, of few bins
    [
        {"max_leaf_nodes": [31], "learning_rate": [0.1], "max_bins": [255]},
        {"max_leaf_nodes": [8], "learning_rate": [0.3], "max_bins": [32]},
    ]
)
MOST_TREES = 100
FILLED = 0.9  # share of the bytes that one training may fill, as another makes other trees
MIN_STOPPING_ROWS = 10  # of the smallest class, for early stopping


def rivals(rows, splits, measure, labels, *, n_bytes, weighted, random_state):
    """Fit and measure boosting of `n_bytes` on the splits of the search.

    Parameters
    ----------
    rows : Rows
    splits : list of (train, test)
    measure : Measure
    labels : list of array
        The teacher's answers to each split's test rows.
    n_bytes : int
        The trees are as many as fit, at most a hundred.
    weighted : bool
        Whether scores are weighted.
    random_state : int

    Returns
    -------
    found : list of (TableBoosting, list of dict)
        For each shape the unfitted model, and its measures split by split. Empty where rows are
        sparse, which it does not take.
    """
    if is_sparse(rows.X):
        return []
    stops = np.unique(rows.y, return_counts=True)[1].min() >= MIN_STOPPING_ROWS
    found = []
    for shape in SHAPES:
        model = TableBoosting(early_stopping=bool(stops), random_state=random_state, **shape)
        model = sized(model, n_bytes, *rows.take(splits[0][0]))
        measures = []
        for (train, test), answers in zip(splits, labels, strict=True):
            X, y, weight = rows.take(test)
            fitted = clone(model).fit(*rows.take(train))
            measures.append(measure.of(fitted, X, y, answers, weight if weighted else None))
        found.append((model, measures))
    return found


def sized(model, n_bytes, X, y, sample_weight=None):
    """Return boosting, unfitted, of as many trees as fit well into `n_bytes`; one at least."""
    n_bytes, n_trees = FILLED * n_bytes, MOST_TREES
    while True:
        fitted = clone(model).set_params(max_iter=n_trees).fit(X, y, sample_weight)
        size = serialized_bytes(fitted)
        n_trees = fitted.boosting_.n_iter_
        if size <= n_bytes or n_trees == 1:
            return clone(model).set_params(max_iter=n_trees, early_stopping=False)
        n_trees = max(1, min(n_trees - 1, int(n_trees * n_bytes / size)))
