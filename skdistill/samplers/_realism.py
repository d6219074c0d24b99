"""Realism: how well a classifier tells synthetic rows from real ones."""

import numpy as np
from numpy.typing import ArrayLike
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import StratifiedKFold, cross_val_score
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from skdistill._plumbing.empty_columns import without_empty
from skdistill._plumbing.seeds import RandomState, as_seed

MAX_ROWS = 4000  # of each side
FOLDS = 3


def two_sample_auc(
    real: ArrayLike, synthetic: ArrayLike, *, random_state: RandomState = 0
) -> float:
    """How well a cross-validated classifier tells synthetic rows from real ones.

    A classifier two-sample test [1]_.

    Parameters
    ----------
    real, synthetic : float arrays of shape (n_real, n_features) and (n_synthetic, n_features)
        Rows as a ColumnReader gives them: missing values are NaN, categories are codes. As many
        of each are used, 4,000 at most. Take real rows that the sampler was not fitted on: copies
        of the same rows on both sides make the classifier look worse than it is.
    random_state : int, RandomState instance or None, default=0
        Seed of the choice of rows, the folds and the classifier.

    Returns
    -------
    auc : float
        Area under the ROC curve. About 0.5: the two cannot be told apart; 1: they always can.

    References
    ----------
    .. [1] Lopez-Paz, Oquab, "Revisiting Classifier Two-Sample Tests", ICLR 2017.

    Examples
    --------
    >>> rows = np.random.default_rng(0).normal(size=(400, 2))
    >>> round(two_sample_auc(rows[:200], rows[200:] + 9), 2)
    1.0
    """
    sides = [np.asarray(real), np.asarray(synthetic)]
    if sides[0].shape[1:] != sides[1].shape[1:]:
        raise ValueError(
            f"Real rows have shape {sides[0].shape}, synthetic rows {sides[1].shape}: "
            "read both with the same ColumnReader."
        )
    n = min(MAX_ROWS, *map(len, sides))
    if n < FOLDS:
        raise ValueError(f"Only {n} rows on one side: {FOLDS} or more are needed of each.")
    rng = np.random.default_rng(as_seed(random_state))
    rows = np.concatenate([side[rng.choice(len(side), n, replace=False)] for side in sides])
    seed = int(rng.integers(2**31))
    classifier = HistGradientBoostingClassifier(
        max_iter=50, early_stopping=False, random_state=seed
    )
    with threadpool_limits(1, "openmp"):  # so few rows are not faster on more threads
        scores = cross_val_score(
            classifier,
            without_empty(rows),
            np.repeat([0, 1], n),
            cv=StratifiedKFold(FOLDS, shuffle=True, random_state=seed),
            scoring="roc_auc",
        )
    return float(scores.mean())
