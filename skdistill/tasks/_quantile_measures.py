"""How good quantiles are, on held-out rows."""

from functools import partial

import numpy as np

from skdistill.tasks._measures import Measure


def pinball_losses(labels, quantiles, levels):
    """Return the pinball loss of each row, the mean over levels; labels are a column."""
    errors = labels - quantiles
    return np.maximum(levels * errors, (levels - 1) * errors).mean(axis=1)


def neg_pinball(estimator, X, y, sample_weight=None, *, answers, levels):
    """Return the mean pinball loss, over levels too, with its sign turned."""
    labels = np.asarray(y, dtype=np.float64)[:, None]
    losses = pinball_losses(labels, answers(estimator, X), levels)
    return -float(np.average(losses, weights=sample_weight))


def _off(labels, quantiles, levels):
    """Return how far shares of labels below the quantiles are off the levels, on average."""
    return np.mean(np.abs((labels <= quantiles).mean(axis=0) - levels))


def _distances(reference, quantiles):
    return np.sqrt(np.mean((reference - quantiles) ** 2, axis=0)).mean()


def measures_of(levels):
    """Return the measures of quantiles at these levels."""
    return (
        Measure(
            "pinball",
            "pinball",
            partial(pinball_losses, levels=levels),
            brief=True,
            proper=True,
            note="pinball loss in units of y",
            meaning="Mean pinball loss over levels, in units of y: the lower, the better; it "
            "decides.",
        ),
        Measure(
            "level_error",
            "level error",
            partial(_off, levels=levels),
            brief=True,
            meaning="How far shares of rows below a quantile are off its level, mean over levels.",
        ),
        Measure(
            "rmse_to_teacher",
            "RMSE to teacher",
            _distances,
            of_teacher=True,
            brief=True,
            meaning="RMSE with the teacher's quantiles in place of y, mean over levels.",
        ),
    )
