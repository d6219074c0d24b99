"""How good predictions of numbers are, on held-out rows."""

import numpy as np

from skdistill.tasks._measures import Measure


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
    Measure("rmse", "RMSE", _rmse, brief=True),
    Measure("mae", "MAE", _absolute_errors, brief=True),
    Measure("r2", "R²", _explained, brief=True),
    Measure("squared_error", "squared error", _squared_errors),
    Measure("rmse_to_teacher", "RMSE to teacher", _rmse, of_teacher=True, brief=True),
)
