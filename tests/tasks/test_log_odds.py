"""Probabilities of labels and their log-odds."""

import numpy as np
from scipy.special import expit

from skdistill.tasks._log_odds import log_odds, two_scores


def test_certainty_has_finite_log_odds():
    assert log_odds([0, 0.5, 1]).tolist() == [-36, 0, 36]
    p = np.array([1e-12, 0.3, 1 - 1e-9])
    np.testing.assert_allclose(expit(log_odds(p)), p, rtol=1e-9)


def test_a_label_is_one_of_two_classes():
    assert two_scores(np.array([2.0, -1.0])).tolist() == [[0, 2], [0, -1]]
