"""How good predictions of numbers are, on held-out rows."""

import numpy as np

from skdistill.tasks._measures import Measure


def neg_squared_error(estimator, X, y, sample_weight=None):
    """Return the mean squared error, over outputs too, with its sign turned."""
    losses = _squared_errors(_columns(y), _columns(estimator.predict(X)))
    return -float(np.average(losses, weights=sample_weight))


def distance(predicted, others):
    """Return the root of the mean squared difference of predictions, mean over outputs."""
    return float(_rmse(_columns(others), _columns(predicted)))


def _columns(numbers):
    numbers = np.asarray(numbers, dtype=np.float64)
    return numbers.reshape(len(numbers), -1)


def _squared_errors(labels, answers):
    """Return the squared error of each row, mean over outputs."""
    return np.mean((answers - labels) ** 2, axis=1)


def _rmse(labels, answers):
    """Return the root of the mean squared error, mean over outputs."""
    return np.sqrt(np.mean((answers - labels) ** 2, axis=0)).mean()


def _absolute_errors(labels, answers):
    return np.mean(np.abs(answers - labels), axis=1)


def _explained(labels, answers):
    """Return R², mean over outputs; NaN where labels are all equal."""
    spread = np.mean((labels - labels.mean(axis=0)) ** 2, axis=0)
    if not (spread > 0).all():
        return np.nan
    return np.mean(1 - np.mean((answers - labels) ** 2, axis=0) / spread)


OF_NUMBERS = (
    Measure(
        "rmse",
        "RMSE",
        _rmse,
        brief=True,
        note="RMSE and MAE in units of y",
        meaning="Root of the mean squared error, in units of y; of several outputs, their mean.",
    ),
    Measure(
        "mae",
        "MAE",
        _absolute_errors,
        brief=True,
        meaning="Mean absolute error, in units of y; of several outputs, their mean.",
    ),
    Measure(
        "r2",
        "R²",
        _explained,
        brief=True,
        meaning="Share of the variance of y that is explained; of several outputs, their mean.",
    ),
    Measure(
        "squared_error",
        "squared error",
        _squared_errors,
        proper=True,
        note="squared error in squared units of y",
        meaning="Mean squared error, in squared units of y: the lower, the better; it decides.",
    ),
    Measure(
        "rmse_to_teacher",
        "RMSE to teacher",
        _rmse,
        of_teacher=True,
        brief=True,
        meaning="RMSE with the teacher's answers in place of y: 0 where both say the same.",
    ),
)
