"""Shifts of quantiles by which their levels are those of held-out rows."""

from dataclasses import dataclass, field

import numpy as np

from skdistill.tasks._number_calibrators import AsTheyAre


def shifts(quantiles, labels, weight, levels):
    """Return what to add to each quantile so that the share of labels below is its level.

    The quantile of labels less quantiles, of n rows as conformal prediction has it [1]_: of the
    (n + 1)-st row, one takes that it lies outside. Weighted rows count as (Σw)² / Σw² of them.

    References
    ----------
    .. [1] Romano, Patterson, Candès, "Conformalized Quantile Regression", NeurIPS 2019.
    """
    n = weight.sum() ** 2 / np.sum(weight**2)
    shares = np.minimum(np.maximum(levels, 1 - levels) * (n + 1) / n, 1)
    side = np.where(levels < 0.5, -1, 1)  # a low level is a high one of the negatives
    errors = side * (labels - quantiles)
    found = [weighted_quantile(*each, weight) for each in zip(errors.T, shares, strict=True)]
    return side * np.array(found)


def weighted_quantile(values, share, weight):
    """Return the lowest of the values at or below which there is such a share of the weight."""
    order = np.argsort(values, kind="stable")
    below = np.cumsum(weight[order])
    place = np.searchsorted(below, share * below[-1] * (1 - 1e-12))
    return values[order[min(place, len(order) - 1)]]


@dataclass
class LevelCalibrator(AsTheyAre):
    """A shift for each level: the share of labels below it becomes its level."""

    levels: np.ndarray
    shift_: np.ndarray = field(init=False)

    def fit(self, scores, labels, sample_weight):
        """Learn the shifts."""
        scores = np.asarray(scores, dtype=np.float64)
        self.shift_ = shifts(scores, labels, sample_weight, self.levels)
        return self

    def calibrate(self, scores):
        """Return the shifted quantiles; one that would lie below the one before is lifted."""
        shifted = np.asarray(scores, dtype=np.float64) + self.shift_
        return np.maximum.accumulate(shifted, axis=1)
