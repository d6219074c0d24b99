"""Positive numbers by their means."""

import numpy as np
import pytest
from sklearn.dummy import DummyRegressor

from skdistill import DistilledRegressor
from skdistill.tasks import LogMeans

RNG = np.random.default_rng(0)
X = RNG.normal(size=(1000, 3))
MEAN = np.exp(X[:, 0])
Y = RNG.gamma(4, MEAN / 4) * 1e4


def test_labels_are_in_units_of_the_mean():
    task, labels = LogMeans.learn(Y)
    np.testing.assert_allclose(labels[:, 0], Y / Y.mean(), rtol=1e-6)
    np.testing.assert_allclose(task.plain(labels)[:, 0], Y, rtol=1e-6)
    np.testing.assert_allclose(task.head().forward(np.zeros((1, 1), np.float32)), [[Y.mean()]])


def test_the_student_is_positive_and_learns_means_not_medians():
    how = {"transfer": None, "alpha": 0, "random_state": 0}
    reg = DistilledRegressor(DummyRegressor(), link="log", **how).fit(X, Y)
    predicted = reg.predict(X)
    assert predicted.min() > 0
    assert predicted.mean() == pytest.approx(Y.mean(), rel=0.1)
    assert np.corrcoef(np.log(predicted), X[:, 0])[0, 1] > 0.9


def test_negative_numbers_are_refused():
    with pytest.raises(ValueError, match="has the negative number -1, and link='log' predicts"):
        DistilledRegressor(DummyRegressor(), link="log").fit(X, Y - Y.min() - 1)


def test_losses_are_in_units_of_y_whatever_the_scores():
    task, labels = LogMeans.learn(Y)
    scores = np.log(labels).astype(np.float32)
    np.testing.assert_allclose(task.losses(scores, task.head(), labels), 0, atol=1e-9)
    expected = (labels[:, 0] - 1) ** 2
    np.testing.assert_allclose(task.losses(0 * scores, task.head(), labels), expected, rtol=1e-5)
