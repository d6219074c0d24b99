"""Calibrators: a teacher's log-probabilities → probabilities that fit the labels."""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax as _log_softmax
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from skdistill.exceptions import warn

log_softmax = partial(_log_softmax, axis=1)

LOG_BETA_BOUNDS = (-10.0, 10.0)
NEAR_BOUND = 0.1
MIN_FLOOR = 1e-6  # smallest probability that stands in for a teacher's zero


@dataclass
class IdentityCalibrator:
    """Teacher answers as they are, zeros smoothed by `floor_`."""

    floor_: float = field(default=MIN_FLOOR, init=False)

    def fit(self, log_proba, codes, sample_weight):
        """Learn the floor: half a row's share of a class, as if one more row had been seen."""
        n, n_classes = log_proba.shape
        self.floor_ = max(MIN_FLOOR, 0.5 / (n * n_classes))
        return self

    def calibrate(self, log_proba):
        """Return calibrated probabilities, float64 without zeros; each row sums to 1.

        The teacher's log-probabilities may be any scores that differ from them by a constant a
        row; -inf for zero.
        """
        return np.exp(self._smooth(log_proba))

    def _smooth(self, log_proba):
        log_proba = log_softmax(np.asarray(log_proba, dtype=np.float64))
        return log_softmax(np.maximum(log_proba, np.log(self.floor_)))


@dataclass
class TemperatureCalibrator(IdentityCalibrator):
    """One temperature for all scores: p ↦ softmax(log p / temperature).

    Above 1 the teacher was too sure; below 1, not sure enough.
    """

    temperature_: float = field(default=1.0, init=False)

    def fit(self, log_proba, codes, sample_weight):
        """Search the temperature with the smallest log loss."""
        super().fit(log_proba, codes, sample_weight)
        self.temperature_ = best_temperature(self._smooth(log_proba), codes, sample_weight)
        return self

    def calibrate(self, log_proba):
        return np.exp(log_softmax(self._smooth(log_proba) / self.temperature_))


@dataclass
class _OneVsRestCalibrator(IdentityCalibrator, ABC):
    """A curve for each class against the others, then normalised."""

    curves_: list = field(default_factory=list, init=False, repr=False)

    def fit(self, log_proba, codes, sample_weight):
        """Fit each class's curve; a class that the rows lack, or are all of, keeps its scores."""
        super().fit(log_proba, codes, sample_weight)
        x = self._smooth(log_proba)
        hits = codes == np.arange(x.shape[1])[:, None]
        self.curves_ = [
            None if hit.all() or not hit.any() else self._curve(column, hit, sample_weight)
            for column, hit in zip(x.T, hits, strict=True)
        ]
        return self

    def calibrate(self, log_proba):
        x = self._smooth(log_proba)
        columns = [
            np.exp(column) if curve is None else self._apply(curve, column)
            for column, curve in zip(x.T, self.curves_, strict=True)
        ]
        return np.exp(log_softmax(np.log(np.maximum(np.column_stack(columns), self.floor_))))

    @abstractmethod
    def _curve(self, log_p, hit, sample_weight):
        """Fit one class's curve."""

    @abstractmethod
    def _apply(self, curve, log_p):
        """Return probabilities by one class's curve."""


class SigmoidCalibrator(_OneVsRestCalibrator):
    """A logistic curve of the log-odds for each class (Platt scaling)."""

    def _curve(self, log_p, hit, sample_weight):
        return LogisticRegression(C=1e3).fit(_log_odds(log_p), hit, sample_weight)

    def _apply(self, curve, log_p):
        return curve.predict_proba(_log_odds(log_p))[:, 1]


class IsotonicCalibrator(_OneVsRestCalibrator):
    """A rising step curve for each class."""

    def _curve(self, log_p, hit, sample_weight):
        curve = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip")
        return curve.fit(log_p, hit.astype(float), sample_weight)

    def _apply(self, curve, log_p):
        return curve.predict(log_p)


def check_calibration(calibrator):
    """Warn of answers that a temperature at its bound leaves without meaning."""
    for temperature in np.atleast_1d(getattr(calibrator, "temperature_", 1.0)):
        if abs(math.log(temperature)) >= LOG_BETA_BOUNDS[1] - NEAR_BOUND:
            _warn_of_bound(temperature)


def _warn_of_bound(temperature):
    meaning = (
        "they tell nothing about the labels, and the soft targets are equal for all classes. "
        "Check that rows and labels belong together, and what the teacher learns"
        if temperature > 1
        else "they hardly differ between classes, and were sharpened as far as it goes. Check "
        "that the teacher's scores are in nats, or probabilities"
    )
    warn(
        f"The calibration of the teacher's answers ended at its bound, temperature "
        f"{temperature:.2g}: {meaning}; or leave them as they are by calibration=None."
    )


CALIBRATORS = {
    None: IdentityCalibrator,
    "temperature": TemperatureCalibrator,
    "sigmoid": SigmoidCalibrator,
    "isotonic": IsotonicCalibrator,
}


def best_temperature(scores, codes, sample_weight, bounds=LOG_BETA_BOUNDS):
    """Return the temperature with the smallest log loss of softmax(scores / temperature).

    Scores are finite, and `bounds` those of log(1 / temperature).
    """
    rows = np.arange(len(codes))

    def loss(log_beta):
        log_p = log_softmax(np.exp(log_beta) * scores)
        return -np.average(log_p[rows, codes], weights=sample_weight)

    found = minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-4})
    return float(np.exp(-found.x))


def _log_odds(log_p):
    return (log_p - np.log1p(-np.exp(np.minimum(log_p, -1e-12))))[:, None]
