"""The measures, against figures made by hand or by scikit-learn."""

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, log_loss

from skdistill.report import (
    agreement,
    compare,
    expected_calibration_error,
)


@pytest.fixture(scope="module")
def iris():
    return load_iris(return_X_y=True)


def test_a_calibrated_classifier_has_no_calibration_error():
    proba = np.tile([[0.75, 0.25]], (400, 1))
    y = np.tile([0, 0, 0, 1], 100)
    assert expected_calibration_error(y, proba, classes=[0, 1], n_bins=1) == pytest.approx(0)


def test_calibration_error_is_the_mass_weighted_gap_by_hand():
    # two bins of two rows: confidence .9 with one hit of two, confidence .6 with two of two
    proba = np.array([[0.9, 0.1], [0.1, 0.9], [0.6, 0.4], [0.4, 0.6]])
    y = np.array(["a", "a", "a", "b"])
    error = expected_calibration_error(y, proba, classes=["a", "b"], n_bins=2)
    assert error == pytest.approx((abs(1.8 - 1) + abs(1.2 - 2)) / 4)


def test_more_bins_than_rows_are_no_error():
    error = expected_calibration_error([0], np.array([[0.7, 0.3]]), classes=[0, 1])
    assert error == pytest.approx(0.3)


def test_agreement_is_the_share_of_equal_labels():
    assert agreement(["a", "b", "a", "b"], ["a", "b", "b", "b"]) == 0.75


def test_compare_gives_the_figures_of_scikit_learn(iris):
    X, y = iris
    good = LogisticRegression(max_iter=1000).fit(X, y)
    poor = LogisticRegression(max_iter=1000).fit(X[:, :1] @ np.ones((1, 4)), y)
    rows = compare({"teacher": good, "other": poor}, X, y, reference="teacher")
    for name, clf in (("teacher", good), ("other", poor)):
        assert rows[name].accuracy == accuracy_score(y, clf.predict(X))
        assert rows[name].log_loss == pytest.approx(log_loss(y, clf.predict_proba(X)))
        assert rows[name].agreement == np.mean(clf.predict(X) == good.predict(X))
    assert rows["teacher"].agreement == 1 > rows["other"].agreement
