"""What a regressor answers about rows."""

import numpy as np
from sklearn.base import is_classifier, is_regressor

from skdistill.tasks._names import given_to, name_of


def check_kind(teacher):
    """Raise where a teacher predicts no numbers; a regressor may do so only once it is fitted."""
    if is_classifier(teacher) or not (is_regressor(teacher) or hasattr(teacher, "predict")):
        raise TypeError(no_numbers(teacher))


def check_fitted(teacher):
    """Raise unless a fitted teacher predicts numbers."""
    if is_classifier(teacher) or not hasattr(teacher, "predict"):
        raise TypeError(no_numbers(teacher))


def no_numbers(teacher):
    """Say that a teacher predicts no numbers, and what to use."""
    return (
        f"The teacher {name_of(teacher)} predicts no numbers. Use a regressor; a classifier goes "
        "to DistilledClassifier."
    )


def answer(teacher, X, n_outputs):
    """Return a fitted teacher's predictions, float64 of shape (n_samples, n_outputs)."""
    try:
        predicted = teacher.predict(X)
    except Exception as error:
        error.add_note(f"The error is the teacher's: {name_of(teacher)}.predict, {given_to(X)}.")
        raise
    return as_columns(predicted, X.shape[0], n_outputs, name_of(teacher))


def out_of_bag(teacher, n, n_outputs):
    """Return the out-of-bag predictions of the `n` rows of a teacher's fit."""
    predicted = getattr(teacher, "oob_prediction_", None)
    if predicted is None or len(predicted) != n:
        raise ValueError(
            'cv="oob" needs an outermost teacher with oob_prediction_, such as '
            "RandomForestRegressor(oob_score=True)."
        )
    in_each_bag = np.ones(n, dtype=bool)
    for drawn in teacher.estimators_samples_:
        in_each_bag[np.setdiff1d(np.arange(n), drawn)] = False
    if in_each_bag.any():
        raise ValueError(
            f"No tree of the teacher left row {int(np.flatnonzero(in_each_bag)[0])} out of its "
            f"bootstrap ({in_each_bag.sum()} rows in all): use more trees, or cv=5."
        )
    return as_columns(predicted, n, n_outputs, name_of(teacher))


def as_columns(predicted, n, n_outputs, name):
    """Return what a teacher predicted of `n` rows, as float64 of two dimensions."""
    predicted = np.asarray(predicted, dtype=np.float64)
    if predicted.shape not in ((n, n_outputs), (n,) if n_outputs == 1 else None):
        raise ValueError(
            f"The teacher {name} answered {n} rows with shape {predicted.shape}: "
            f"expected {(n, n_outputs)}."
        )
    predicted = predicted.reshape(n, n_outputs)
    if not np.isfinite(predicted).all():
        row = int(np.flatnonzero(~np.isfinite(predicted).all(axis=1))[0])
        raise ValueError(
            f"The teacher {name} answered row {row} with NaN or infinity. Check that it can take "
            "such rows (missing values?)."
        )
    return predicted
