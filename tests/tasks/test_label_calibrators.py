"""A calibrator for each label."""

import numpy as np
import pytest
from scipy.special import expit

from skdistill.tasks import check_calibration
from skdistill.tasks._label_calibrators import LABEL_CALIBRATORS

RNG = np.random.default_rng(0)
TRUTH = RNG.normal(0, 2, (4000, 2))
LABELS = (RNG.random(TRUTH.shape) < expit(TRUTH)).astype(np.float32)
SCORES, WEIGHT = TRUTH * [3.0, 0.5], np.ones(len(TRUTH))  # too sure, and not sure enough


@pytest.mark.parametrize("method", ["temperature", "sigmoid", "isotonic"])
def test_each_label_is_calibrated_by_its_own(method):
    calibrator = LABEL_CALIBRATORS[method]().fit(SCORES, LABELS, WEIGHT)
    off = np.abs(calibrator.calibrate(SCORES) - expit(TRUTH)).mean(axis=0)
    assert (off < 0.03).all()
    assert (np.abs(expit(SCORES) - expit(TRUTH)).mean(axis=0) > 0.08).all()


def test_there_is_a_temperature_for_each_label():
    calibrator = LABEL_CALIBRATORS["temperature"]().fit(SCORES, LABELS, WEIGHT)
    np.testing.assert_allclose(calibrator.temperature_, [3, 0.5], rtol=0.1)
    check_calibration(calibrator)


def test_no_probability_is_0_or_1():
    scores = np.array([[36.0, -36.0], [-36.0, 36.0]])
    calibrator = LABEL_CALIBRATORS[None]().fit(scores, LABELS[:2], WEIGHT[:2])
    proba = calibrator.calibrate(scores)
    assert proba.min() == pytest.approx(1 / 9)
    assert proba.max() == pytest.approx(8 / 9)


def test_what_is_not_known_teaches_nothing():
    labels = LABELS.copy()
    labels[::2] = np.nan
    some = LABEL_CALIBRATORS["temperature"]().fit(SCORES, labels, WEIGHT)
    known = LABEL_CALIBRATORS["temperature"]().fit(SCORES[1::2], LABELS[1::2], WEIGHT[1::2])
    np.testing.assert_array_equal(some.temperature_, known.temperature_)


def test_a_label_of_all_rows_or_none_keeps_its_scores():
    labels = np.column_stack([LABELS[:, 0], np.zeros(len(LABELS))])
    for method in LABEL_CALIBRATORS:
        calibrator = LABEL_CALIBRATORS[method]().fit(SCORES, labels, WEIGHT)
        np.testing.assert_allclose(
            calibrator.calibrate(SCORES)[:, 1], expit(SCORES[:, 1]), rtol=1e-3
        )
