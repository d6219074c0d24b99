"""Calibration of held-out predictions by lines."""

import numpy as np
import pytest
from sklearn.dummy import DummyRegressor
from sklearn.model_selection import KFold, cross_val_predict

from skdistill.tasks._number_calibrators import NUMBER_CALIBRATORS, LinearCalibrator

RNG = np.random.default_rng(0)
LABELS = RNG.normal(size=(500, 2))
ONES = np.ones(len(LABELS))


def test_a_line_of_each_output_is_recovered():
    scores = (LABELS - [1, -2]) / [2, 0.5]
    calibrator = LinearCalibrator().fit(scores, LABELS.astype(np.float32), ONES)
    np.testing.assert_allclose(calibrator.slope_, [2, 0.5], rtol=1e-5)
    np.testing.assert_allclose(calibrator.intercept_, [1, -2], atol=1e-5)
    np.testing.assert_allclose(calibrator.calibrate(scores), LABELS, atol=1e-5)


def test_calibration_never_raises_the_squared_error_of_its_own_rows():
    scores = LABELS + RNG.normal(0, 2, LABELS.shape)
    calibrated = LinearCalibrator().fit(scores, LABELS, ONES).calibrate(scores)
    assert np.mean((calibrated - LABELS) ** 2) < 0.5 * np.mean((scores - LABELS) ** 2)


def test_equal_predictions_are_shifted_alone():
    scores = 7 + 1e-9 * LABELS
    calibrator = LinearCalibrator().fit(scores, LABELS, ONES)
    assert calibrator.slope_.tolist() == [1, 1]
    np.testing.assert_allclose(calibrator.calibrate(scores)[0], LABELS.mean(axis=0), atol=1e-7)


def test_an_integer_weight_is_a_repeated_row():
    scores, weight = LABELS + RNG.normal(size=LABELS.shape), RNG.integers(1, 4, len(LABELS))
    rows = np.repeat(np.arange(len(LABELS)), weight)
    weighted = LinearCalibrator().fit(scores, LABELS, weight)
    repeated = LinearCalibrator().fit(scores[rows], LABELS[rows], np.ones(len(rows)))
    np.testing.assert_allclose(weighted.slope_, repeated.slope_)
    np.testing.assert_allclose(weighted.intercept_, repeated.intercept_)


def test_means_of_the_other_folds_say_nothing_of_the_labels():
    y = np.sort(LABELS[:, :1], axis=0)  # the other rows' mean falls from fold to fold
    scores = cross_val_predict(DummyRegressor(), y, y, cv=KFold(5))[:, None]
    assert np.corrcoef(scores[:, 0], y[:, 0])[0, 1] < -0.9
    calibrated = LinearCalibrator().fit(scores, y, ONES).calibrate(scores)
    np.testing.assert_allclose(calibrated, y.mean(), atol=1e-12)


def test_without_calibration_predictions_are_as_they_are():
    scores = LABELS.astype(np.float32)
    found = NUMBER_CALIBRATORS[None]().fit(scores, LABELS, ONES).calibrate(scores)
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, scores)


@pytest.mark.parametrize("method", NUMBER_CALIBRATORS)
def test_rows_are_calibrated_one_by_one(method):
    scores = LABELS + 1
    calibrator = NUMBER_CALIBRATORS[method]().fit(scores, LABELS, ONES)
    np.testing.assert_array_equal(
        calibrator.calibrate(scores)[3:5], calibrator.calibrate(scores[3:5])
    )
