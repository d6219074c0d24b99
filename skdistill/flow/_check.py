"""Checks of what the user passes to fit."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from sklearn.utils.validation import _check_sample_weight, check_consistent_length

from skdistill.tables import as_table, take_rows
from skdistill.tasks import Task


@dataclass(frozen=True, eq=False)
class Samples:
    """Rows to learn from, checked."""

    kind: Any  # a class of Task, or what makes one of y
    X: Any
    y: np.ndarray  # as the user gave it
    weight: np.ndarray
    weighted: bool  # whether the user gave weights
    groups: np.ndarray | None
    soft_targets: np.ndarray | None

    @property
    def task(self) -> Task:
        """The task that `y` sets."""
        return self._learned[0]

    @property
    def labels(self) -> np.ndarray:
        """`y` as the task reads it."""
        return self._learned[1]

    @cached_property
    def _learned(self):
        return self.kind.learn(self.y)

    def take(self, rows):
        """Return the rows at the positions `rows`."""
        X, y, weight = take_rows(self.X, rows), self.y[rows], self.weight[rows]
        more = (v if v is None else v[rows] for v in (self.groups, self.soft_targets))
        return Samples(self.kind, X, y, weight, self.weighted, *more)


def check_samples(kind, X, y, sample_weight, groups, soft_targets):
    """Return what was passed to `fit`, checked, and positions of rows of positive weight."""
    y = kind.check(y)
    groups = None if groups is None else np.asarray(groups)
    check_lengths(X=X, y=y, groups=groups, soft_targets=soft_targets)
    weight = check_weights(sample_weight, X)
    positive = np.flatnonzero(weight > 0)
    task, _ = kind.learn(y[positive])
    if soft_targets is not None:
        soft_targets = task.check_answers(soft_targets, len(y), "soft_targets")
    return Samples(kind, X, y, weight, sample_weight is not None, groups, soft_targets), positive


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


def check_lengths(**arrays):
    """Say which of the arrays given differ in their number of rows."""
    given = {name: value for name, value in arrays.items() if value is not None}
    try:
        check_consistent_length(*given.values())
    except ValueError as error:
        raise ValueError(f"{', '.join(given)}: {error}") from error
