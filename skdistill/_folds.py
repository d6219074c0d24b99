"""Which rows are held out together, and which the teacher learns from meanwhile."""

import numpy as np
from sklearn.model_selection import (
    StratifiedGroupKFold,
    StratifiedKFold,
    TimeSeriesSplit,
    check_cv,
)

from skdistill.exceptions import warn


def make_folds(cv, X, y, *, split_params, random_state, rows=None):
    """Return the (train, test) row positions of each fold.

    Parameters
    ----------
    cv : int, splitter or iterable of splits
    X, y : table and labels of n_samples rows
    split_params : dict of str to array of shape (n_samples,)
        Passed to the splitter. With `groups`, rows of one group stay together.
    random_state : int
        Shuffles the rows when `cv` is a number.
    rows : int array or None
        The only positions that matter; those in the folds returned count among these.

    Raises
    ------
    ValueError
        If a row is in no test fold, or every class has a single row.
    """
    rows = np.arange(len(y)) if rows is None else rows
    if isinstance(cv, TimeSeriesSplit):
        raise ValueError(
            "TimeSeriesSplit leaves the first rows without a held-out answer. Fit the teacher on "
            "the past and pass FrozenEstimator(teacher) with the rows that follow."
        )
    if isinstance(cv, int | np.integer):
        cv, lone = _stratified(cv, y[rows], "groups" in split_params, random_state)
        shown = rows[~lone]
        split_params = {name: values[shown] for name, values in split_params.items()}
        splits = cv.split(np.zeros(len(shown)), y[shown], **split_params)
        parts = [(np.append(shown[train], rows[lone]), shown[test]) for train, test in splits]
    else:
        lone = np.zeros(len(rows), dtype=bool)
        cv = check_cv(cv, y, classifier=True)
        parts = list(cv.split(X, y, **split_params))
    position = np.full(len(y), -1)
    position[rows] = np.arange(len(rows))
    folds = [tuple(position[part][position[part] >= 0] for part in fold) for fold in parts]
    tested = lone.copy()
    for train, test in folds:
        tested[test] = True
        if np.intersect1d(train, test).size:
            raise ValueError("`cv` has a row in both the train and the test part of a fold.")
    if not tested.all():
        row = int(rows[~tested][0])
        raise ValueError(
            f"No teacher answered row {row}: `cv` left it in every training fold. "
            "Use a partition such as KFold."
        )
    return folds


def without_test_rows(folds, y):
    """Return the other folds without the rows that the first one tests, where enough is left."""
    train, _ = folds[0]
    inner = [(np.intersect1d(a, train), np.intersect1d(b, train)) for a, b in folds[1:]]
    return [(a, b) for a, b in inner if len(b) and len(np.unique(y[a])) > 1]


def _stratified(n_folds, y, grouped, random_state):
    """Return a stratified splitter, and which rows are the only ones of their class."""
    _, codes, counts = np.unique(y, return_inverse=True, return_counts=True)
    single = counts[codes] == 1
    if single.all():
        raise ValueError(
            "Every class has a single row, so no teacher can answer rows that it did not see. "
            "Give at least two rows of a class, or a FrozenEstimator as teacher."
        )
    smallest = counts[counts > 1].min()
    if single.any():
        warn(
            f"{single.sum()} classes have a single row, which no fold can hold out: "
            "the teacher's answer to it is taken in-sample."
        )
    if smallest < n_folds:
        warn(f"The smallest class has {smallest} rows: {smallest} folds instead of {n_folds}.")
    splitter = StratifiedGroupKFold if grouped else StratifiedKFold
    n_folds = min(n_folds, int(smallest))
    return splitter(n_folds, shuffle=True, random_state=random_state), single
