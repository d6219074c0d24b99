"""Calibration of held-out answers."""

import numpy as np
import pytest
from scipy.special import log_softmax

from skdistill.tasks._calibrators import CALIBRATORS, best_temperature

RNG = np.random.default_rng(0)
N, K = 4000, 3
TRUE = log_softmax(RNG.normal(scale=1.5, size=(N, K)), axis=1)
CODES = (np.exp(TRUE).cumsum(axis=1) < RNG.random((N, 1))).sum(axis=1)
ONES = np.ones(N)
METHODS = list(CALIBRATORS)


def loss(proba, codes=CODES):
    return -np.log(proba[np.arange(len(codes)), codes]).mean()


def test_temperature_recovers_a_known_one():
    calibrator = CALIBRATORS["temperature"]().fit(log_softmax(TRUE * 3, axis=1), CODES, ONES)
    assert calibrator.temperature_ == pytest.approx(3, rel=0.1)


@pytest.mark.parametrize("method", ["temperature", "sigmoid", "isotonic"])
def test_calibration_mends_an_overconfident_teacher(method):
    sure = log_softmax(TRUE * 4, axis=1)
    calibrator = CALIBRATORS[method]().fit(sure[::2], CODES[::2], ONES[::2])
    assert loss(calibrator.calibrate(sure[1::2]), CODES[1::2]) < 0.8 * loss(
        np.exp(sure[1::2]), CODES[1::2]
    )


@pytest.mark.parametrize("method", METHODS)
def test_zeros_are_smoothed_and_rows_sum_to_one(method):
    scores = np.where(TRUE < -3, -np.inf, TRUE)
    proba = CALIBRATORS[method]().fit(scores, CODES, ONES).calibrate(scores)
    assert (proba > 0).all()
    np.testing.assert_allclose(proba.sum(axis=1), 1)


@pytest.mark.parametrize("method", [None, "temperature"])
def test_order_within_a_row_is_kept(method):
    proba = CALIBRATORS[method]().fit(TRUE, CODES, ONES).calibrate(TRUE)
    np.testing.assert_array_equal(proba.argsort(axis=1), TRUE.argsort(axis=1))


def test_an_integer_weight_is_a_repeated_row():
    weight = np.random.default_rng(1).integers(1, 4, N)
    rows = np.repeat(np.arange(N), weight)
    weighted = best_temperature(TRUE * 2, CODES, weight.astype(float))
    repeated = best_temperature(TRUE[rows] * 2, CODES[rows], np.ones(len(rows)))
    assert weighted == pytest.approx(repeated, rel=1e-3)


def test_a_class_missing_from_the_rows_keeps_its_scores():
    codes = np.minimum(CODES, 1)
    for method in ("sigmoid", "isotonic"):
        proba = CALIBRATORS[method]().fit(TRUE, codes, ONES).calibrate(TRUE)
        assert np.isfinite(proba).all()
