"""A candidate is measured as it would be deployed."""

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.metrics import log_loss
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skdistill import DistilledClassifier
from skdistill.report import serialized_bytes
from skdistill.search._budgets import Budgets
from skdistill.search._measure import BEYOND, Measure, deployed_bytes
from skdistill.tasks import Multiclass, neg_log_loss

X, Y = load_iris(return_X_y=True)


@pytest.fixture(scope="module")
def pipe():
    clf = DistilledClassifier(GaussianNB(), transfer=None, max_epochs=3, random_state=0)
    return make_pipeline(StandardScaler(), clf).fit(X, Y)


def test_scores_and_agreement_are_those_of_the_student(pipe, tmp_path):
    found = Measure(neg_log_loss, Budgets(), str(tmp_path), Multiclass)(pipe, X, Y)
    assert found["score"] == found["value"] == pytest.approx(-log_loss(Y, pipe.predict_proba(X)))
    answers = pipe[-1].teacher_.predict(pipe[0].transform(X))
    assert found["agreement"] == pytest.approx(np.mean(pipe.predict(X) == answers))
    assert found["latency"] > 0


def test_a_pipelines_steps_count_as_bytes(pipe):
    student, scaler = (serialized_bytes(part) for part in (pipe[-1].student_, pipe[0]))
    assert deployed_bytes(pipe[-1]) == student
    assert deployed_bytes(pipe) == student + scaler


def test_what_costs_too_much_ranks_last_the_nearer_the_better(pipe, tmp_path):
    size = deployed_bytes(pipe)
    measures = [
        Measure(neg_log_loss, Budgets(max_bytes=n), str(tmp_path), Multiclass)(pipe, X, Y)
        for n in (size, size - 1, size // 2)
    ]
    scores = [found["score"] for found in measures]
    assert scores[0] == measures[0]["value"] > BEYOND > scores[1] > scores[2]
    assert {found["value"] for found in measures} == {scores[0]}


def test_weights_reach_the_score(pipe, tmp_path):
    weight = (Y == 0).astype(float)
    found = Measure(neg_log_loss, Budgets(), str(tmp_path), Multiclass)(pipe, X, Y, weight)
    expected = -log_loss(Y, pipe.predict_proba(X), sample_weight=weight)
    assert found["value"] == pytest.approx(expected)
    assert found["weighted"] == 1


def test_held_out_rows_may_lack_a_class(pipe):
    assert np.isfinite(neg_log_loss(pipe, X[:60], Y[:60]))
