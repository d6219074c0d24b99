"""The rival of all students: gradient boosting that is as small as they have to be."""

import numpy as np
from sklearn.base import clone

from skdistill.exceptions import only_informs
from skdistill.report import serialized_bytes
from skdistill.tables import is_sparse
from skdistill.teachers import TableBoosting

SHAPES = (  # deep trees in small steps; shallow ones in large steps, of few bins
    {"max_leaf_nodes": 31, "learning_rate": 0.1, "max_bins": 255},
    {"max_leaf_nodes": 8, "learning_rate": 0.3, "max_bins": 32},
)
MOST_TREES = 100
MIN_STOPPING_ROWS = 10  # of the smallest class, for early stopping


@only_informs("The search's gradient boosting", ())
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
    found : sequence of (TableBoosting, list of dict)
        For each shape the unfitted model, and its measures split by split. Empty where rows are
        sparse, which it does not take, or where it fails.
    """
    if is_sparse(rows.X):
        return []
    found = []
    for shape in SHAPES:
        model, measures = sized(shape, rows, splits[0][0], n_bytes, random_state), []
        for (train, test), answers in zip(splits, labels, strict=True):
            X, y, weight = rows.take(test)
            fitted = clone(model).fit(*rows.take(train))
            measures.append(measure.of(fitted, X, y, answers, weight if weighted else None))
        found.append((model, measures))
    return found


def sized(shape, rows, train, n_bytes, random_state):
    """Return boosting, unfitted, that takes at most `n_bytes` when it is fitted on all rows.

    Within that, rows held out of `train` say how many trees are of use.
    """
    model = TableBoosting(early_stopping=False, random_state=random_state, **shape)
    model.set_params(max_iter=_most_trees(model, rows, n_bytes))
    if np.unique(rows.y[train], return_counts=True)[1].min() >= MIN_STOPPING_ROWS:
        stopped = clone(model).set_params(early_stopping=True).fit(*rows.take(train))
        model.set_params(max_iter=stopped.boosting_.n_iter_)
    return model


def _most_trees(model, rows, n_bytes):
    """Return how many trees fit into `n_bytes`; one, where none does."""

    def size(n_trees):
        fitted = clone(model).set_params(max_iter=n_trees)
        return serialized_bytes(fitted.fit(rows.X, rows.y, rows.weight))

    largest = size(MOST_TREES)
    if largest <= n_bytes:
        return MOST_TREES
    smallest = size(1)
    share = (n_bytes - smallest) / max(1, largest - smallest)
    n_trees = max(1, 1 + int(share * (MOST_TREES - 1)))
    while n_trees > 1 and size(n_trees) > n_bytes:
        n_trees -= 1 + n_trees // 20
    return max(1, n_trees)
