"""Calibration of held-out answers, which no row's own label may reach."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.special import log_softmax, softmax

from skdistill.exceptions import DistillationWarning
from skdistill.flow import calibrate
from skdistill.tasks import Multiclass, check_calibration
from skdistill.teachers import Side

RNG = np.random.default_rng(0)
N, K = 4000, 3
TRUE = log_softmax(RNG.normal(scale=1.5, size=(N, K)), axis=1)
CODES = (np.exp(TRUE).cumsum(axis=1) < RNG.random((N, 1))).sum(axis=1)


TASK = Multiclass(np.arange(K))
FOLDS = [(np.flatnonzero(np.arange(N) % 5 != k), np.arange(k, N, 5)) for k in range(5)]


def calibrated(scores, labels, method, held_out=None, folds=FOLDS):
    n = len(labels)
    held_out = np.ones(n, dtype=bool) if held_out is None else held_out
    data = SimpleNamespace(task=TASK, labels=labels, weight=np.ones(n))
    return calibrate(Side(np.arange(n), None, scores, held_out), data, folds, method=method)


@pytest.mark.parametrize("method", ["isotonic", "sigmoid"])
def test_noise_does_not_write_labels_into_targets(method):
    rng = np.random.default_rng(1)
    noise = log_softmax(rng.normal(size=(500, 2)), axis=1)
    codes = rng.integers(0, 2, 500)
    folds = [(train[train < 500], test[test < 500]) for train, test in FOLDS]
    side = calibrated(noise, codes, method, folds=folds)

    def correlation(proba):
        return np.corrcoef(proba[:, 1], codes)[0, 1]

    assert correlation(side.targets) < 0.05
    if method == "isotonic":  # the danger is real: the curve of all rows repeats their labels
        assert correlation(side.calibrator.calibrate(noise)) > 0.1


@pytest.mark.parametrize("method", ["temperature", "isotonic", "sigmoid"])
def test_rows_that_no_fold_held_out_do_not_count(method):
    held_out = np.arange(N) % 4 > 0
    lying = np.where(held_out, CODES, (CODES + 1) % K)
    first = calibrated(TRUE, CODES, method, held_out)
    second = calibrated(TRUE, lying, method, held_out)
    np.testing.assert_allclose(first.targets, second.targets)


@pytest.mark.parametrize(
    ("scale", "meaning"),
    [(-1.0, "tell nothing about the labels"), (1e-6, "hardly differ between classes")],
)
def test_a_temperature_at_its_bound_says_what_that_means(scale, meaning):
    y = np.arange(90) % 3
    side = calibrated(scale * np.eye(3)[y], y, "temperature", folds=[])
    with pytest.warns(DistillationWarning, match=f"ended at its bound, .*{meaning}"):
        check_calibration(side.calibrator)


def test_answers_of_a_teacher_that_saw_the_rows_stay_as_they_are():
    data = SimpleNamespace(task=TASK, labels=CODES, weight=np.ones(N))
    side = Side(np.arange(N), None, 3 * TRUE, np.ones(N, bool), seen=True)
    seen = calibrate(side, data, FOLDS, method="temperature")
    np.testing.assert_allclose(seen.targets, softmax(3 * TRUE, axis=1), atol=1e-3)
    assert not hasattr(seen.calibrator, "temperature_")
