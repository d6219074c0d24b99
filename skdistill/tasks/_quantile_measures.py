"""How good quantiles are, on held-out rows."""

from functools import partial

import numpy as np

from skdistill.tasks._measures import Measure


def pinball_losses(labels, quantiles, levels):
    """Return the pinball loss of each row, the mean over levels; labels are a column."""
    errors = labels - quantiles
    return np.maximum(levels * errors, (levels - 1) * errors).mean(axis=1)


def _off(labels, quantiles, levels):
    """Return how far shares of labels below the quantiles are off the levels, on average."""
    return np.mean(np.abs((labels <= quantiles).mean(axis=0) - levels))


def _distances(reference, quantiles):
    return np.sqrt(np.mean((reference - quantiles) ** 2, axis=0)).mean()


def measures_of(levels):
    """Return the measures of quantiles at these levels."""
    return (
        Measure("pinball", "pinball", partial(pinball_losses, levels=levels), brief=True),
        Measure("level_error", "level error", partial(_off, levels=levels), brief=True),
        Measure("rmse_to_teacher", "RMSE to teacher", _distances, of_teacher=True, brief=True),
    )
