"""Which rows are held out together, and which the teacher learns from meanwhile.

Rows that repeat one another are held out together, as one row of larger weight would be.
"""

import numpy as np
from sklearn.model_selection import TimeSeriesSplit, check_cv

from skdistill.exceptions import warn
from skdistill.tables import take_rows
from skdistill.teachers._repeats import repeated_rows

MOST = 0.9  # of the rows must be answered in the race by the other folds, else new ones are made,
PARTS, EVEN = 20, 0.02  # folds that are put together where the share is not one over a number
NEW = 3  # at least: teachers of two know so little that what they teach misleads the race


def make_folds(task, cv, X, y, *, split_params, random_state, rows=None, taught=True, aside=""):
    """Return the (train, test) row positions of each fold.

    `split_params` are passed to a splitter; with `groups`, rows of one group stay together.
    `rows` are the only positions that matter, and those returned count among them. `taught` says
    whether teachers are fitted on the training parts, which then have to show them all that they
    are asked about; `aside`, what else to say where rows repeat others.
    """
    rows = np.arange(len(y)) if rows is None else rows
    if isinstance(cv, int | np.integer):
        X = X if len(rows) == len(y) else take_rows(X, rows)
        groups = split_params.get("groups")
        blocks, remark = _blocks(cv, X, y[rows], None if groups is None else groups[rows])
        if remark:
            warn(remark + aside)
        grouped = groups is not None
        return task.folds(cv, y[rows], blocks, random_state, grouped=grouped, taught=taught)
    position = np.full(len(y), -1)
    position[rows] = np.arange(len(rows))
    parts = splits_of(task, cv, X, y, split_params)
    folds = [tuple(position[part][position[part] >= 0] for part in fold) for fold in parts]
    tested = np.zeros(len(rows), dtype=bool)
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


def folds_of_share(task, share, X, y, **how):
    """Return folds of which the first holds out a share of the rows, to a twentieth of them."""
    n_folds = round(1 / share)
    if abs(n_folds * share - 1) < EVEN:
        return make_folds(task, n_folds, X, y, **how)
    parts = make_folds(task, PARTS, X, y, **how)
    n_first = max(1, round(share * len(parts)))
    first = np.sort(np.concatenate([test for _, test in parts[:n_first]]))
    others = np.sort(np.concatenate([test for _, test in parts[n_first:]]))
    return [(others, first), *parts[n_first:]]


def splits_of(task, cv, X, y, split_params):
    """Return the splits of a splitter or iterable."""
    if isinstance(cv, TimeSeriesSplit):
        raise ValueError(
            "TimeSeriesSplit leaves the first rows without a held-out answer. Fit the teacher on "
            "the past and pass FrozenEstimator(teacher) with the rows that follow."
        )
    splits = list(check_cv(cv, y, classifier=task.stratifies).split(X, y, **split_params))
    if not splits:
        raise ValueError(
            "`cv` gave no fold. An iterator is used up by the first fit: pass a list, as in "
            "cv=list(...), or a splitter."
        )
    return splits


def inner_folds(task, folds, X, y, *, groups, random_state):
    """Return folds of the first one's training rows: teachers that know none of its test rows.

    They are the other folds, without these rows; where that leaves many rows without an answer,
    as two folds do, they are new ones. A row of which they know nothing is in no test part.
    """
    train, _ = folds[0]
    others = [(np.intersect1d(a, train), np.intersect1d(b, train)) for a, b in folds[1:]]
    inner = task.answerable(others, y)
    answered = [test for _, test in inner]
    if inner and len(np.unique(np.concatenate(answered))) >= MOST * len(train):
        return inner
    groups = None if groups is None or len(np.unique(groups[train])) == 1 else groups[train]
    n_folds = max(NEW, len(folds) - 1)
    blocks, _ = _blocks(n_folds, take_rows(X, train), y[train], groups)
    grouped = groups is not None
    anew = task.folds(n_folds, y[train], blocks, random_state, grouped=grouped, taught=False)
    return task.answerable([(train[a], train[b]) for a, b in anew], y)


def _blocks(n_folds, X, y, groups):
    """Return the number of each row's block, which stays together, and a remark or None."""
    if groups is not None:
        blocks = np.unique(groups, return_inverse=True)[1]
        if blocks.max() == 0:
            raise ValueError("All rows are of one group, so none can be held out: pass several.")
        return blocks, None
    blocks = repeated_rows(X, y)
    n, n_blocks = len(y), 1 + blocks.max()
    if n_blocks == n:
        return blocks, None
    remark = f"{1 - n_blocks / n:.1%} of the rows repeat others"
    sizes = np.bincount(blocks)
    large = sizes[blocks] > n / n_folds
    if large.any():
        blocks = np.where(large, n + np.arange(n), blocks)
        return np.unique(blocks, return_inverse=True)[1], (
            f"{remark}, one of them {sizes.max()} times, which no fold can hold: its copies are "
            "in several folds, so answers to it count as held-out that know it. Pass such rows "
            "once, with weights, or pass groups."
        )
    return blocks, (
        f"{remark}: equal rows are held out together, as one row of larger weight would be. "
        "Pass groups to keep other rows together."
    )
