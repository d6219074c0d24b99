"""Classifiers beside each other have the figures of scikit-learn."""

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, log_loss

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
    rows = compare({"teacher": good, "other": poor}, X, y, reference="teacher", task=task)
    for name, clf in (("teacher", good), ("other", poor)):
        assert rows[name]["accuracy"] == accuracy_score(y, clf.predict(X))
        assert rows[name]["log_loss"] == pytest.approx(log_loss(y, clf.predict_proba(X)))
        assert rows[name]["agreement"] == np.mean(clf.predict(X) == good.predict(X))
    assert rows["teacher"]["agreement"] == 1 > rows["other"]["agreement"]
    assert list(rows["other"]) == [
        *("accuracy", "log_loss", "ece", "agreement", "n_bytes", "latency")
    ]
    assert rows["other"]["n_bytes"] == serialized_bytes(poor)
