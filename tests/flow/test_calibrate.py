"""Calibration of held-out answers, which no row's own label may reach."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.special import log_softmax

from skdistill.exceptions import DistillationWarning
from skdistill.flow._calibrate import calibrate_scores
from skdistill.flow._samples import check_samples
from skdistill.teachers._ask_teacher import TeacherScores

RNG = np.random.default_rng(0)
N, K = 4000, 3
TRUE = log_softmax(RNG.normal(scale=1.5, size=(N, K)), axis=1)
CODES = (np.exp(TRUE).cumsum(axis=1) < RNG.random((N, 1))).sum(axis=1)


def calibrated(log_proba, codes, method, held_out=None, race=None):
    n = len(codes)
    held_out = np.ones(n, dtype=bool) if held_out is None else held_out
    data = SimpleNamespace(codes=codes, weight=np.ones(n), soft_targets=None)
    folds = [(np.flatnonzero(np.arange(n) % 5 != k), np.arange(k, n, 5)) for k in range(5)]
    scores = TeacherScores(None, log_proba, held_out, None, race)
    return calibrate_scores(scores, data, folds, method=method)


@pytest.mark.parametrize("method", ["isotonic", "sigmoid"])
def test_noise_does_not_write_labels_into_targets(method):
    rng = np.random.default_rng(1)
    noise = log_softmax(rng.normal(size=(500, 2)), axis=1)
    codes = rng.integers(0, 2, 500)
    targets, _ = calibrated(noise, codes, method)

    def correlation(proba):
        return np.corrcoef(proba[:, 1], codes)[0, 1]

    assert correlation(targets.proba) < 0.05
    if method == "isotonic":  # the danger is real: the curve of all rows repeats their labels
        assert correlation(targets.calibrator.calibrate(noise)) > 0.1


@pytest.mark.parametrize("method", ["temperature", "isotonic", "sigmoid"])
def test_rows_that_no_fold_held_out_do_not_count(method):
    held_out = np.arange(N) % 4 > 0
    lying = np.where(held_out, CODES, (CODES + 1) % K)
    first, _ = calibrated(TRUE, CODES, method, held_out)
    second, _ = calibrated(TRUE, lying, method, held_out)
    np.testing.assert_allclose(first.proba, second.proba)


@pytest.mark.parametrize("method", ["temperature", "isotonic", "sigmoid"])
def test_race_targets_know_no_label_of_the_first_folds_test_rows(method):
    lying = np.where(np.arange(N) % 5 == 0, (CODES + 1) % K, CODES)
    train = np.arange(N) % 5 > 0
    _, first = calibrated(TRUE, CODES, method, race=TRUE)
    _, second = calibrated(TRUE, lying, method, race=TRUE)
    np.testing.assert_allclose(first.proba[train], second.proba[train])


@pytest.mark.parametrize(
    ("scale", "meaning"),
    [(-1.0, "tell nothing about the labels"), (1e-6, "hardly differ between classes")],
)
def test_a_temperature_at_its_bound_says_what_that_means(scale, meaning):
    y = np.arange(90) % 3
    rows = np.random.default_rng(0).normal(size=(90, 2))
    data, _ = check_samples(rows, y, None, None, None)
    log_proba = scale * np.eye(3)[y]
    scores = TeacherScores(None, log_proba, np.ones(90, bool), None, None)
    with pytest.warns(DistillationWarning, match=f"ended at its bound, .*{meaning}"):
        calibrate_scores(scores, data, [], method="temperature")


def test_rows_that_only_their_own_teacher_answers_in_the_race_do_not_count():
    n = len(CODES)
    folds = [(np.flatnonzero(np.arange(n) % 5 != k), np.arange(k, n, 5)) for k in range(5)]
    data = SimpleNamespace(codes=CODES, weight=np.ones(n), soft_targets=None)
    seen = np.arange(n) % 2 == 0
    sure = np.where(seen[:, None], np.log(np.eye(TRUE.shape[1])[CODES] * 0.98 + 0.01), TRUE)

    def temperature(race_held_out):
        scores = TeacherScores(None, TRUE, np.ones(n, bool), None, sure, race_held_out)
        return calibrate_scores(scores, data, folds, method="temperature")[1].calibrator

    expected = temperature(None).temperature_
    assert temperature(~seen).temperature_ > expected
    assert temperature(np.zeros(n, bool)).temperature_ == expected
