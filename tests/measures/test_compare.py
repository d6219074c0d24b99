"""Classifiers beside each other have the figures of scikit-learn."""

import numpy as np
import pytest
from scipy.stats import sem
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, log_loss
from sklearn.naive_bayes import GaussianNB

from skdistill.measures import compare, serialized_bytes
from skdistill.tasks import Multiclass


@pytest.fixture(scope="module")
def iris():
    return load_iris(return_X_y=True)


def test_compare_gives_the_figures_of_scikit_learn(iris):
    X, y = iris
    good = LogisticRegression(max_iter=1000).fit(X, y)
    poor = LogisticRegression(max_iter=1000).fit(X[:, :1] @ np.ones((1, 4)), y)
    task, _ = Multiclass.learn(y)
    models = {"teacher": good, "other": poor}
    rows = compare(models, X, y, reference="teacher", student="other", task=task)
    for name, clf in (("teacher", good), ("other", poor)):
        assert rows[name]["accuracy"] == accuracy_score(y, clf.predict(X))
        assert rows[name]["log_loss"] == pytest.approx(log_loss(y, clf.predict_proba(X)))
        assert rows[name]["agreement"] == np.mean(clf.predict(X) == good.predict(X))
    assert rows["teacher"]["agreement"] == 1 > rows["other"]["agreement"]
    assert list(rows["other"]) == [
        *("accuracy", "log_loss", "ece", "agreement", "n_bytes", "latency", "lead")
    ]
    assert rows["other"]["n_bytes"] == serialized_bytes(poor)


def test_the_students_lead_is_paired_and_has_a_standard_error(iris):
    X, y = iris
    task, _ = Multiclass.learn(y)
    models = {
        "teacher": GaussianNB().fit(X, y),
        "student": LogisticRegression(max_iter=1000).fit(X, y),
    }
    of = {"reference": "teacher", "student": "student", "task": task}
    rows = compare(models, X, y, **of)
    assert rows["student"]["lead"]["log_loss"] == {"value": 0, "error": 0}
    lead = rows["teacher"]["lead"]["log_loss"]
    assert lead["value"] == pytest.approx(
        rows["teacher"]["log_loss"] - rows["student"]["log_loss"]
    )
    losses = [-np.log(m.predict_proba(X)[np.arange(len(y)), y]) for m in models.values()]
    assert lead["error"] == pytest.approx(sem(losses[0] - losses[1]))
    assert compare(models, X[:1], y[:1], **of)["teacher"]["lead"]["brier"]["error"] == np.inf


def test_of_uneven_classes_there_is_more_to_compare(iris):
    X, y = iris
    task, _ = Multiclass.learn(y)
    models = {"student": GaussianNB().fit(X, y)}
    for rows in (slice(40, None), slice(50, None)):  # the latter lacks a class
        found = compare(
            models, X[rows], y[rows], reference="student", student="student", task=task
        )
        assert {"auc", "balanced_accuracy"} <= set(found["student"])
        assert np.isfinite(found["student"]["auc"])
