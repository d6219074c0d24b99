"""Checks of what the user passes to fit."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import (
    _check_sample_weight,
    assert_all_finite,
    check_consistent_length,
    column_or_1d,
)

from skdistill.exceptions import warn
from skdistill.tables import as_table, is_missing, take_rows
from skdistill.tasks import by_name, proper


@dataclass(frozen=True)
class Samples:
    """Rows to learn from, checked.

    Parameters
    ----------
    X : table of shape (n_samples, n_features)
    y : ndarray of shape (n_samples,)
        Labels as the user gave them.
    weight : float64 array of shape (n_samples,)
    weighted : bool
        Whether the user gave weights.
    groups : array of shape (n_samples,) or None
    soft_targets : float64 array of shape (n_samples, n_classes) or None

    Attributes
    ----------
    classes : ndarray of shape (n_classes,)
    codes : int array of shape (n_samples,)
        Class indices of `y`.
    """

    X: Any
    y: np.ndarray
    weight: np.ndarray
    weighted: bool
    groups: np.ndarray | None
    soft_targets: np.ndarray | None
    classes: np.ndarray = field(init=False)
    codes: np.ndarray = field(init=False)

    def __post_init__(self):
        classes, codes = np.unique(self.y, return_inverse=True)
        object.__setattr__(self, "classes", classes)
        object.__setattr__(self, "codes", codes)

    def take(self, rows):
        """Return the rows at the positions `rows`."""
        return Samples(
            take_rows(self.X, rows),
            self.y[rows],
            self.weight[rows],
            self.weighted,
            None if self.groups is None else self.groups[rows],
            None if self.soft_targets is None else self.soft_targets[rows],
        )


def check_samples(X, y, sample_weight, groups, soft_targets):
    """Check what was passed to fit.

    Returns
    -------
    samples : Samples
        All rows.
    positive : int array
        Positions of the rows whose weight is not zero.
    """
    y = check_labels(y)
    groups = None if groups is None else np.asarray(groups)
    check_lengths(X=X, y=y, groups=groups, soft_targets=soft_targets)
    weight = check_weights(sample_weight, X)
    positive = np.flatnonzero(weight > 0)
    classes = np.unique(y[positive])
    if len(classes) < 2:
        raise ValueError(
            f"y has one class only ({classes.tolist()}): a classifier needs two classes or more, "
            "among the rows of positive weight."
        )
    if soft_targets is not None:
        soft_targets = _soft_targets(soft_targets, len(y), classes)
    return Samples(X, y, weight, sample_weight is not None, groups, soft_targets), positive


def check_rows(X):
    """Return `X` as a table with at least one row and one column."""
    X = as_table(X)
    n, p = X.shape
    for count, what in ((n, "sample"), (p, "feature")):
        if count == 0:
            raise ValueError(
                f"Found array with 0 {what}(s) (shape={(n, p)}) while a minimum of 1 is required."
            )
    return X


def check_labels(y):
    """Return labels as a one-dimensional array of at least two classes.

    Raises
    ------
    ValueError
        If `y` is None, has missing values, several columns, numbers that are no labels, or one
        class.
    """
    if y is None:
        raise ValueError(
            "DistilledClassifier requires y to be passed, but the target y is None: "
            "pass a label for each row; rows without label go to X_unlabeled."
        )
    y = np.asarray(y)
    shape = y.shape
    if len(shape) == 2 and shape[1] > 1:
        raise ValueError(
            f"y of shape {shape} has several outputs: DistilledClassifier takes one. Wrap it: "
            "sklearn.multioutput.MultiOutputClassifier(DistilledClassifier(...))."
        )
    y = column_or_1d(y, warn=True)
    if y.dtype.kind == "f":
        assert_all_finite(y, input_name="y")
    elif y.dtype.kind == "O" and (missing := [i for i, v in enumerate(y) if is_missing(v)]):
        raise ValueError(
            f"Input y contains NaN: {len(missing)} missing labels, the first in row {missing[0]}. "
            "Drop these rows or pass them as X_unlabeled."
        )
    check_classification_targets(y)
    return y


def check_weights(sample_weight, X):
    """Return weights as a float64 array, none negative and not all zero."""
    weight = _check_sample_weight(sample_weight, X, dtype=np.float64)
    if (weight < 0).any():
        row = int(np.flatnonzero(weight < 0)[0])
        raise ValueError(
            f"sample_weight of row {row} is {weight[row]:.4g}: negative weights are not supported."
        )
    if not (weight > 0).any():
        raise ValueError("All values of sample_weight are zero: give some row a positive weight.")
    return weight


def _soft_targets(proba, n, classes):
    proba = by_name(proba, classes, "soft_targets")
    if proba.shape != (n, len(classes)):
        raise ValueError(
            f"soft_targets of shape {proba.shape}: expected {(n, len(classes))}, one row a sample "
            f"and one column a class, in the order {classes.tolist()}."
        )
    return proper(proba, "soft_targets")


def check_wanted(alpha, transfer, X_unlabeled, data):
    """Return `transfer` and `X_unlabeled` as they can be used.

    Raises
    ------
    ValueError
        If they need a teacher, but there are soft targets instead of one.
    """
    of_user = []
    if X_unlabeled is not None:
        of_user.append("X_unlabeled")
    if not (transfer is None or (isinstance(transfer, str) and transfer == "auto")):
        of_user.append(f"transfer={transfer!r}")
    wanted = " and ".join(of_user)
    if wanted and data.soft_targets is not None:
        raise ValueError(
            f"{wanted} needs a teacher to answer its rows, but soft_targets was passed instead of "
            "one: leave one of them out."
        )
    if alpha != 0:
        return transfer, X_unlabeled
    if wanted:
        warn(f"alpha=0 trains on labels alone: {wanted} is not used. Choose alpha > 0 to use it.")
    return None, None


def check_lengths(**arrays):
    """Say which of the arrays given differ in their number of rows."""
    given = {name: value for name, value in arrays.items() if value is not None}
    try:
        check_consistent_length(*given.values())
    except ValueError as error:
        raise ValueError(f"{', '.join(given)}: {error}") from error
