"""Which rows are held out together, and which the teacher learns from meanwhile.

Rows that repeat one another are held out together, as one row of larger weight would be.
"""

import warnings

import numpy as np
from sklearn.model_selection import (
    StratifiedGroupKFold,
    StratifiedKFold,
    TimeSeriesSplit,
    check_cv,
)

from skdistill.exceptions import warn
from skdistill.tables import take_rows
from skdistill.teachers._repeats import repeated_rows

OUT_OF_BAG = " Out-of-bag answers to a row know its copies all the same: use cv=5."
MOST = 0.9  # of the rows must be answered in the race by the other folds, else new ones are made,
PARTS, EVEN = 20, 0.02  # folds that are put together where the share is not one over a number
NEW = 3  # at least: teachers of two know so little that what they teach misleads the race


def make_folds(cv, X, y, *, split_params, random_state, rows=None, method="cv"):
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
    method : {"cv", "oob", "frozen"}
        How the teacher answers. With "cv" each fold's training rows have to show it every class.

    Raises
    ------
    ValueError
        If a row is in no test fold, or no class can be known where some of it is held out.
    """
    rows = np.arange(len(y)) if rows is None else rows
    if isinstance(cv, int | np.integer):
        X = X if len(rows) == len(y) else take_rows(X, rows)
        groups = split_params.get("groups")
        blocks, remark = _blocks(cv, X, y[rows], None if groups is None else groups[rows])
        if remark:
            warn(remark + OUT_OF_BAG if method == "oob" else remark)
        return _stratified(
            cv, y[rows], blocks, random_state, grouped=groups is not None, taught=method == "cv"
        )
    position = np.full(len(y), -1)
    position[rows] = np.arange(len(rows))
    parts = splits_of(cv, X, y, split_params)
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


def folds_of_share(share, X, y, **how):
    """Return folds of which the first holds out a share of the rows, to a twentieth of them.

    Parameters
    ----------
    share : float
        In (0, 0.5].
    X, y, **how
        As in `make_folds`.
    """
    n_folds = round(1 / share)
    if abs(n_folds * share - 1) < EVEN:
        return make_folds(n_folds, X, y, **how)
    parts = make_folds(PARTS, X, y, **how)
    n_first = max(1, round(share * len(parts)))
    first = np.sort(np.concatenate([test for _, test in parts[:n_first]]))
    others = np.sort(np.concatenate([test for _, test in parts[n_first:]]))
    return [(others, first), *parts[n_first:]]


def splits_of(cv, X, y, split_params):
    """Return the splits of a splitter or iterable.

    Raises
    ------
    ValueError
        If there are none, or the past alone is learned from.
    """
    if isinstance(cv, TimeSeriesSplit):
        raise ValueError(
            "TimeSeriesSplit leaves the first rows without a held-out answer. Fit the teacher on "
            "the past and pass FrozenEstimator(teacher) with the rows that follow."
        )
    splits = list(check_cv(cv, y, classifier=True).split(X, y, **split_params))
    if not splits:
        raise ValueError(
            "`cv` gave no fold. An iterator is used up by the first fit: pass a list, as in "
            "cv=list(...), or a splitter."
        )
    return splits


def race_folds(folds, X, y, *, groups, random_state):
    """Return folds of the first one's training rows: teachers that know none of its test rows.

    They are the other folds, without these rows; where that leaves many rows without an answer,
    as two folds do, they are new ones. A row whose class they lack is in no test part.
    """
    train, _ = folds[0]
    others = [(np.intersect1d(a, train), np.intersect1d(b, train)) for a, b in folds[1:]]
    inner = _of_known_classes(others, y)
    answered = [test for _, test in inner]
    if inner and len(np.unique(np.concatenate(answered))) >= MOST * len(train):
        return inner
    groups = None if groups is None or len(np.unique(groups[train])) == 1 else groups[train]
    n_folds = max(NEW, len(folds) - 1)
    blocks, _ = _blocks(n_folds, take_rows(X, train), y[train], groups)
    anew = _stratified(
        n_folds, y[train], blocks, random_state, grouped=groups is not None, taught=False
    )
    return _of_known_classes([(train[a], train[b]) for a, b in anew], y)


def _of_known_classes(folds, y):
    """Return the folds that can tell classes apart, without test rows of others."""
    kept = [(a, b[np.isin(y[b], np.unique(y[a]))]) for a, b in folds if len(np.unique(y[a])) > 1]
    return [(a, b) for a, b in kept if len(b)]


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


def _stratified(n_folds, y, blocks, random_state, *, grouped, taught):
    """Return folds that hold each class's share of the rows, and whole blocks.

    Where a teacher is taught, the rows of a class that lies in one block are in no test part, and
    where blocks are no groups in every training part.
    """
    _, codes, counts = np.unique(y, return_inverse=True, return_counts=True)
    n_blocks = 1 + blocks.max()
    pairs = np.sort(codes * n_blocks + blocks)
    spread = np.bincount(pairs[np.diff(pairs, prepend=-1) > 0] // n_blocks)
    lone = (spread[codes] == 1) & taught
    if taught:
        _check_lone(spread, lone, grouped)
    order = np.argsort(counts[codes], kind="stable")
    first = order[np.unique(blocks[order], return_index=True)[1]]  # of its block's rarest class
    most = (spread if grouped else np.bincount(codes[first])).max()
    if most < n_folds and taught:
        warn(f"No class has more than {most} {_what(grouped)}s: {most} folds, not {n_folds}.")
        n_folds = most
    elif most < n_folds:
        codes, n_folds = np.zeros_like(codes), min(n_folds, n_blocks)
    how = {"n_splits": int(n_folds), "shuffle": True, "random_state": random_state}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The least populated class", UserWarning)
        if grouped:
            splits = list(StratifiedGroupKFold(**how).split(codes, codes, blocks))
        else:
            splits = list(StratifiedKFold(**how).split(first, codes[first]))
    folds = []
    for _, test in splits:
        tested = np.zeros(len(y) if grouped else n_blocks, dtype=bool)
        tested[test] = True
        tested = tested if grouped else tested[blocks]
        folds.append((np.flatnonzero(~tested | (lone & ~grouped)), np.flatnonzero(tested & ~lone)))
    return [(train, test) for train, test in folds if len(test)]


def _check_lone(spread, lone, grouped):
    """Say which classes cannot be held out and known at once."""
    what = _what(grouped)
    if lone.all() or (grouped and np.count_nonzero(spread > 1) < 2):
        every = "Every class" if lone.all() else "Every class but one"
        raise ValueError(
            f"{every} has a single {what}, so no teacher can answer rows that it did not see. "
            f"Give at least two {what}s of a class, or a FrozenEstimator as teacher."
        )
    if lone.any():
        warn(
            f"{np.count_nonzero(spread == 1)} classes have a single {what}, which no fold can "
            f"hold out: the teacher's answer to {lone.sum()} rows is taken in-sample."
        )


def _what(grouped):
    return "group" if grouped else "row"
