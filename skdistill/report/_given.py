"""The rows that a report is given, held against those that the estimator was fitted on."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from skdistill.exceptions import warn
from skdistill.tables import as_table, take_rows

TOO_FAR = 3  # standard deviations above the number of test rows that equal others by chance


@dataclass(frozen=True, eq=False)
class Training:
    """Rows to fit rivals on, those of positive weight."""

    X: Any
    y: np.ndarray
    sample_weight: np.ndarray | None
    groups: np.ndarray | None


def check_training(clf, X, y, sample_weight, groups):
    """Return the rows to fit rivals on, or None where none were passed.

    Raises
    ------
    ValueError
        If a part is missing that `clf` was fitted with, or lengths or labels differ.
    """
    more = {"sample_weight_train": sample_weight, "groups_train": groups}
    given = {
        name for name, value in {"X_train": X, "y_train": y, **more}.items() if value is not None
    }
    if not given:
        return None
    if missing := [name for name in ("X_train", "y_train") if name not in given]:
        raise ValueError(
            f"{' and '.join(sorted(given))} was passed without {' and '.join(missing)}: "
            "pass both, or neither."
        )
    _check_complete(clf.fitted_on_, more)
    X, y = as_table(X), np.asarray(y)
    check_length("y_train", y, "X_train", X.shape[0], columns=True)
    for name, value in more.items():
        if value is not None:
            check_length(name, value, "X_train", X.shape[0])
    weight, groups = (None if v is None else np.asarray(v) for v in (sample_weight, groups))
    if weight is not None and not (weight > 0).all():
        rows = np.flatnonzero(weight > 0)
        X, y, weight = take_rows(X, rows), y[rows], weight[rows]
        groups = None if groups is None else groups[rows]
    clf.task_.check_learned(y, "y_train")
    return Training(X, y, weight, groups)


def _check_complete(fitted_on, more):
    """Raise where the estimator was fitted with what its rivals are not given."""
    for name, used, harm in (
        ("groups_train", fitted_on.grouped, "hold out rows of groups that they learn from"),
        ("sample_weight_train", fitted_on.weighted, "learn another task"),
    ):
        own = name.removesuffix("_train")
        if used and more[name] is None:
            raise ValueError(
                f"The estimator was fitted with {own}, and {name} was not passed: the hard-label "
                f"twin and the boosting would {harm}, and the verdict would be unfair to them. "
                f"Pass {name}= as in fit, or no training rows."
            )


def check_length(name, value, of, n, *, columns=False):
    """Raise unless `value` has one entry for each of `n` rows, or with `columns` perhaps more."""
    shape = np.shape(value)
    if shape[:1] != (n,) or (len(shape) > 1 and not columns):
        raise ValueError(
            f"{of} has {n} rows and {name} has the shape {shape}: pass one value a row."
        )


def check_rows(clf, rows_test, training, groups_test):
    """Warn where the rows passed are not what a fair comparison takes.

    Parameters
    ----------
    clf : fitted distilled estimator
    rows_test : float array or sparse matrix of shape (n_samples, n_features)
        Held-out rows as the student reads them.
    training : Training or None
    groups_test : array of shape (n_samples,) or None
    """
    fitted_on = clf.fitted_on_
    if training is not None:
        rows = clf.student_.reader.read(training.X)
        if not fitted_on.has_all_of(rows):
            warn(_of_training(fitted_on.known(rows), rows.shape[0], fitted_on.n_rows))
    known = fitted_on.known(rows_test)
    if is_leak(int(known.sum()), len(known), fitted_on.n_rows, fitted_on.repeats):
        warn(
            f"{known.mean():.0%} of the rows of X_test are among those that the estimator was "
            "fitted on: all figures flatter who learned them by heart. Pass rows that were held "
            "out of fit."
        )
    if fitted_on.grouped and groups_test is None:
        warn(
            "The estimator was fitted with groups, and groups_test was not passed: intervals "
            "take rows of one group for independent, and are too narrow where these are alike. "
            "Pass groups_test=."
        )


def is_leak(n_known, n, n_fitted, repeats):
    """Whether more of `n` test rows are known than equal rows of the fit by chance.

    Parameters
    ----------
    n_known, n : int
        Test rows that are known, of how many.
    n_fitted : int
        Rows of the fit.
    repeats : float
        Share of these that equal another.
    """
    chance = (repeats * n_fitted + 1) / (n_fitted + 2)
    return n_known > n * chance + TOO_FAR * (n * chance * (1 - chance)) ** 0.5


def _of_training(known, n, n_fitted):
    unknown = "" if known.all() else f", {1 - known.mean():.0%} of them unknown to it"
    return (
        f"X_train is not what the estimator was fitted on: {n:,} rows{unknown}, where it had "
        f"{n_fitted:,} of positive weight. Its rivals are fitted on X_train, and the comparison "
        "is unfair. Pass the rows of fit, as fit was given them."
    )
