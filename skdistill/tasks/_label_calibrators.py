"""Calibrators of several labels a row: one of two classes for each."""

from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar

from skdistill.tasks._calibrators import CALIBRATORS
from skdistill.tasks._log_odds import two_scores

SPREAD = 0.25  # of the logarithm of a student's temperature, before any row is seen


@dataclass
class LabelCalibrator:
    """A calibrator for each label, which turns its log-odds into probabilities."""

    method: str | None
    of_labels_: list[Any] = field(default_factory=list, init=False, repr=False)

    @property
    def temperature_(self):
        """The temperature of each label."""
        return np.array([getattr(each, "temperature_", 1.0) for each in self.of_labels_])

    def fit(self, scores, labels, sample_weight):
        """Fit each label's calibrator; where rows all have it, or none has, as method=None."""
        self.of_labels_ = [
            _fitted(self.method, *columns, sample_weight)
            for columns in zip(scores.T, labels.T, strict=True)
        ]
        return self

    def calibrate(self, scores):
        """Return calibrated probabilities, float64 above 0 and below 1."""
        columns = zip(self.of_labels_, np.asarray(scores, dtype=np.float64).T, strict=True)
        return np.column_stack(
            [one.calibrate(two_scores(column))[:, 1] for one, column in columns]
        )


def _fitted(method, scores, labels, weight):
    known = ~np.isnan(labels)
    codes = labels[known].astype(int)
    method = method if len(np.unique(codes)) > 1 else None
    return CALIBRATORS[method]().fit(two_scores(scores[known]), codes, weight[known])


def shrunk_temperature(scores, labels, weight):
    """Return a label's temperature with the smallest log loss, and what is unlikely costs more.

    Its logarithm is normal about 0 before any row is seen. Of the labels of a few hundred rows a
    student may err on none, and no temperature would be low enough for them.
    """
    known = ~np.isnan(labels)
    margin = np.where(labels[known] > 0, 1, -1) * scores[known].astype(np.float64)
    share = weight[known] / weight.mean()

    def loss(log_beta):
        unlikely = log_beta**2 / (2 * SPREAD**2)
        return share @ np.logaddexp(0, -np.exp(log_beta) * margin) + unlikely

    return float(np.exp(-minimize_scalar(loss, bounds=(-1, 1), method="bounded").x))


LABEL_CALIBRATORS = {method: partial(LabelCalibrator, method) for method in CALIBRATORS}
