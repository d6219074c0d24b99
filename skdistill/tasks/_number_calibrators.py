"""Calibrators: a teacher's predictions → predictions that fit the labels."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

EQUAL = 1e-6  # standard deviations of the labels: predictions that differ by less are equal


@dataclass
class AsTheyAre:
    """Predictions as they are."""

    def fit(self, scores, labels, sample_weight):
        """Learn nothing."""
        return self

    def calibrate(self, scores):
        """Return the predictions, float64."""
        return np.asarray(scores, dtype=np.float64)


@dataclass
class LinearCalibrator(AsTheyAre):
    """A line for each output: x ↦ slope · x + intercept, with a slope of 0 or more."""

    slope_: Any = field(default=1.0, init=False)  # of each output
    intercept_: Any = field(default=0.0, init=False)

    def fit(self, scores, labels, sample_weight):
        """Fit the lines by weighted least squares; equal predictions are only shifted.

        The means of folds' other rows lie the lower, the higher the labels are: where predictions
        are no better than these, a falling line would say what they were not to know.
        """
        x, y, weight = scores.astype(np.float64), labels, sample_weight / sample_weight.sum()
        mean_x, mean_y = weight @ x, weight @ y
        variance = weight @ (x - mean_x) ** 2
        covariance = weight @ ((x - mean_x) * (y - mean_y))
        varies = variance > EQUAL**2
        slope = np.divide(covariance, variance, out=np.ones_like(variance), where=varies)
        self.slope_ = np.maximum(slope, 0)
        self.intercept_ = mean_y - self.slope_ * mean_x
        return self

    def calibrate(self, scores):
        return self.slope_ * np.asarray(scores, dtype=np.float64) + self.intercept_


NUMBER_CALIBRATORS = {None: AsTheyAre, "linear": LinearCalibrator}
