"""What a classifier costs, against files and pickles written for real."""

import pickle
import time

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

from skdistill import DistilledClassifier
from skdistill.measures._costs import measure_costs
from skdistill.report import one_row_latency, serialized_bytes


class Slow:
    """Sleeps a known time for each call; the first calls are slower still."""

    def __init__(self):
        self.calls = 0

    def predict_proba(self, X):
        assert len(X) == 1
        self.calls += 1
        time.sleep(0.02 if self.calls <= 3 else 0.002)
        return np.ones((1, 2)) / 2


@pytest.fixture(scope="module")
def iris():
    return load_iris(return_X_y=True)


def test_latency_is_the_median_of_calls_after_the_warm_up():
    slow = Slow()
    latency = one_row_latency(slow, np.zeros((5, 3)))
    assert slow.calls > 20
    assert latency < 0.02


def test_bytes_of_a_teacher_are_those_of_its_pickle(iris):
    teacher = LogisticRegression(max_iter=1000).fit(*iris)
    assert serialized_bytes(teacher) == len(pickle.dumps(teacher, protocol=5))


def test_bytes_of_a_student_are_those_of_its_file(iris, tmp_path):
    clf = DistilledClassifier(LogisticRegression(max_iter=1000), random_state=0).fit(*iris)
    clf.student_.save(tmp_path / "s.safetensors")
    assert serialized_bytes(clf.student_) == (tmp_path / "s.safetensors").stat().st_size


def test_costs_of_a_classifier(iris):
    teacher = LogisticRegression(max_iter=1000).fit(*iris)
    costs = measure_costs(teacher, iris[0])
    assert costs.n_bytes == serialized_bytes(teacher)
    assert costs.load_seconds > 0
    assert 0 < costs.row_p50 <= costs.row_p99
    assert 0 < costs.batch_p50 <= costs.batch_p99


class Lambda(LogisticRegression):
    """Holds what cannot be pickled."""

    def fit(self, X, y):
        self.function_ = lambda: None
        return super().fit(X, y)


def test_what_cannot_be_pickled_has_no_size(iris):
    costs = measure_costs(Lambda(max_iter=1000).fit(*iris), iris[0])
    assert np.isnan([costs.n_bytes, costs.load_seconds]).all()
    assert costs.row_p50 > 0


class Scores:
    """Has decision_function alone."""

    def decision_function(self, X):
        return np.zeros(len(X))


def test_a_classifier_without_probabilities_is_timed_by_its_scores(iris):
    assert measure_costs(Scores(), iris[0]).row_p50 > 0
