"""The rival of all students: the best gradient boosting of no more bytes."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import clone
from sklearn.model_selection import GroupShuffleSplit, train_test_split

from skdistill.exceptions import only_informs
from skdistill.measures._costs import serialized_bytes
from skdistill.tables import as_table, take_rows
from skdistill.tasks import Means, Multiclass, Quantiles, Task
from skdistill.teachers import TableBoosting, TableBoostingRegressor

# At least one of them is within 1.3 % of the best of 60, for 30 to 120 kB: shallow trees in large
# steps where bytes are few, few bins where columns are many. Large steps need more of a brake.
SHAPES = tuple(
    {"max_leaf_nodes": leaves, "learning_rate": rate, "max_bins": bins, "l2_regularization": l2}
    for leaves, rate, bins, l2 in (
        *((3, 0.3, 255, 1.0), (4, 0.3, 16, 1.0), (4, 0.3, 64, 1.0), (4, 0.3, 255, 1.0)),
        *((4, 0.6, 64, 5.0), (8, 0.1, 255, 1.0), (16, 0.3, 32, 1.0), (16, 0.3, 255, 1.0)),
        *((16, 0.6, 64, 5.0), (31, 0.3, 255, 1.0), (31, 0.1, 255, 1.0)),
    )
)
MOST_TREES = 400  # of a class
MOST_ROWS = 20_000  # that the shapes are compared on
TEST_SHARE, MIN_OF_CLASS = 0.2, 5  # for each class to be among the rows that decide

Boosting = TableBoosting | TableBoostingRegressor


def boosting_of(task: Task) -> type[Boosting] | None:
    """Return the boosting that learns a task; None where it has no such answers.

    Parameters
    ----------
    task : skdistill.tasks.Task

    Returns
    -------
    boosting : type or None
    """
    if isinstance(task, Multiclass):
        return TableBoosting
    if isinstance(task, Quantiles) or not isinstance(task, Means) or task.n_outputs > 1:
        return None
    return TableBoostingRegressor


@only_informs("Gradient boosting of that size")
def fit_boosting(
    n_bytes: float,
    X: Any,
    y: ArrayLike,
    sample_weight: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    *,
    task: Task,
    random_state: int = 0,
) -> Boosting | None:
    """Fit the best gradient boosting that `n_bytes` hold; rows held out say which that is.

    Parameters
    ----------
    n_bytes : float
        Size that its pickle may have.
    X : table of shape (n_samples, n_features)
        Not sparse.
    y : array of shape (n_samples,)
    sample_weight : array of shape (n_samples,) or None
    groups : array of shape (n_samples,) or None
        Rows of one group are held out together.
    task : skdistill.tasks.Task
        What is predicted; `boosting_of` has a boosting of it.
    random_state : int

    Returns
    -------
    boosting : fitted boosting or None
        None, with a warning, where it fails. A single tree may be larger than `n_bytes`.
    """
    X = as_table(X)
    model = best_shape(n_bytes, X, y, sample_weight, groups, task=task, random_state=random_state)
    return fit_within(n_bytes, model, X, y, sample_weight)


def best_shape(
    n_bytes: float,
    X: Any,
    y: ArrayLike,
    sample_weight: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    *,
    task: Task,
    random_state: int = 0,
) -> Boosting:
    """Return the unfitted boosting of `n_bytes` that is best on rows held out of X.

    Parameters
    ----------
    n_bytes, X, y, sample_weight, groups, task, random_state
        As in `fit_boosting`. More than 20,000 rows are not looked at.

    Returns
    -------
    boosting : boosting
        With its shape, and as many trees as are of use.
    """
    y = np.asarray(y)
    weight = np.ones(len(y)) if sample_weight is None else np.asarray(sample_weight)
    train, test = _parts(y, groups, random_state, stratify=task.stratifies)
    boosting, found = boosting_of(task), []
    if boosting is None:
        raise ValueError(
            "No boosting has answers to several labels or numbers, or quantiles: leave it out."
        )
    for shape in SHAPES:
        model = boosting(early_stopping=False, random_state=random_state, **shape)
        excess, losses = _held_out(n_bytes, model, X, y, weight, train, test)
        model.set_params(max_iter=int(np.argmin(losses)) + 1)
        found.append((excess, min(losses), model))
    return min(found, key=lambda row: row[:2])[-1]


def fit_within(
    n_bytes: float,
    model: Boosting,
    X: Any,
    y: ArrayLike,
    sample_weight: ArrayLike | None = None,
) -> Boosting:
    """Fit boosting, with fewer trees where it would take more than `n_bytes`.

    Parameters
    ----------
    n_bytes, X, y, sample_weight
        As in `fit_boosting`.
    model : boosting
        Gets the number of trees.

    Returns
    -------
    boosting : fitted boosting
        `model`. A single tree may be larger than `n_bytes`.
    """
    while serialized_bytes(model.fit(X, y, sample_weight)) > n_bytes and model.max_iter > 1:
        model.max_iter -= 1 + model.max_iter // 50
    return model


def _parts(y, groups, random_state, *, stratify):
    """Return the positions of rows to learn from, and of rows that decide."""
    rows = np.random.default_rng(random_state).permutation(len(y))[:MOST_ROWS]
    if groups is not None:
        whole = GroupShuffleSplit(1, test_size=TEST_SHARE, random_state=random_state)
        train, test = next(whole.split(rows, groups=np.asarray(groups)[rows]))
        return rows[train], rows[test]
    common = stratify and np.unique(y[rows], return_counts=True)[1].min() >= MIN_OF_CLASS
    return train_test_split(
        rows,
        test_size=TEST_SHARE,
        stratify=y[rows] if common else None,
        random_state=random_state,
    )


def _held_out(n_bytes, model, X, y, weight, train, test):
    """Return by how many bytes one tree exceeds `n_bytes`, and held-out losses tree by tree."""

    def fitted(n_trees, rows):
        sized = clone(model).set_params(max_iter=n_trees)
        return sized.fit(take_rows(X, rows), y[rows], weight[rows])

    few, more = (serialized_bytes(fitted(n, np.concatenate([train, test]))) for n in (1, 4))
    n_trees = 1 + 3 * (n_bytes - few) // max(1, more - few)
    model = fitted(int(np.clip(n_trees, 1, MOST_TREES)), train)
    losses = model.staged_losses(take_rows(X, test), y[test], weight[test])
    return max(0, few - n_bytes), losses
