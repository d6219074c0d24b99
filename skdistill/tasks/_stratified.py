"""Folds that hold each class's share of the rows, and whole blocks of rows."""

import warnings

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from skdistill.exceptions import warn


def stratified(n_folds, y, blocks, random_state, *, grouped, taught):
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


def of_known_classes(folds, y):
    """Return the folds that can tell classes apart, without test rows of others."""
    kept = [(a, b[np.isin(y[b], np.unique(y[a]))]) for a, b in folds if len(np.unique(y[a])) > 1]
    return [(a, b) for a, b in kept if len(b)]
