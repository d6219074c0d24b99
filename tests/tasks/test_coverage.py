"""Shifts of quantiles."""

import numpy as np

from skdistill.tasks._coverage import LevelCalibrator, shifts, weighted_quantile

LEVELS = np.array([0.05, 0.5, 0.95])


def test_a_shift_has_its_share_of_n_plus_one_rows_below():
    labels = np.random.default_rng(0).permutation(99)[:, None].astype(float)
    got = shifts(np.zeros((99, 3)), labels, np.ones(99), LEVELS)
    assert got.tolist() == [4, 49, 94]  # the 5th, 50th and 95th of 100


def test_few_rows_are_taken_to_be_too_few():
    labels = np.arange(5.0)[:, None]
    assert shifts(np.zeros((5, 3)), labels, np.ones(5), LEVELS).tolist() == [0, 2, 4]


def test_a_weight_counts_as_so_many_rows():
    labels, weight = np.array([3.0, 1, 2]), np.array([1.0, 2, 3])
    repeated = np.repeat(labels, weight.astype(int))
    for share in (0.1, 1 / 3, 0.5, 5 / 6, 1.0):
        expected = weighted_quantile(repeated, share, np.ones(6))
        assert weighted_quantile(labels, share, weight) == expected


def test_calibrated_quantiles_have_their_levels_and_do_not_cross():
    rng = np.random.default_rng(0)
    labels = rng.normal(size=(4000, 1))
    scores = np.sort(0.3 * rng.normal(size=(4000, 3)), axis=1)
    calibrator = LevelCalibrator(LEVELS).fit(scores, labels, np.ones(4000))
    calibrated = calibrator.calibrate(scores)
    np.testing.assert_allclose((labels <= calibrated).mean(axis=0), LEVELS, atol=0.01)
    assert (np.diff(calibrator.calibrate(scores[:, ::-1]), axis=1) >= 0).all()
