"""Teachers of several labels a row, whatever the form of their answers."""

import numpy as np
import pytest
from scipy.special import expit
from sklearn.datasets import make_multilabel_classification
from sklearn.ensemble import (
    BaggingClassifier,
    ExtraTreesClassifier,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import ClassifierChain, MultiOutputClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from skdistill.exceptions import DistillationWarning
from skdistill.tasks._ask_labels import answer, check_agreement, check_kind, out_of_bag

X, Y = make_multilabel_classification(120, n_classes=3, random_state=0)
SURE = 36.0


@pytest.mark.parametrize(
    "teacher",
    [
        RandomForestClassifier(10, random_state=0),
        DecisionTreeClassifier(max_depth=3),
        KNeighborsClassifier(),
        MultiOutputClassifier(LogisticRegression(max_iter=1000)),
        ClassifierChain(LogisticRegression(max_iter=1000)),
        OneVsRestClassifier(LogisticRegression(max_iter=1000)),
        OneVsRestClassifier(LinearSVC()),
        RidgeClassifier(),
        make_pipeline(MLPClassifier(1, tol=1.0)),
    ],
    ids=lambda teacher: type(teacher).__name__,
)
def test_log_odds_are_positive_where_a_label_is_predicted(teacher):
    fitted = teacher.fit(X, Y)
    scores = answer(fitted, X, 3)
    assert scores.shape == (120, 3)
    assert np.abs(scores).max() <= SURE
    sided = scores != 0
    np.testing.assert_array_equal((scores > 0)[sided], fitted.predict(X)[sided] == 1)
    check_agreement(fitted, X, scores)


def test_a_teacher_that_was_shown_no_row_with_a_label_is_sure_of_none():
    labels = Y * [1, 0, 1]
    scores = answer(RandomForestClassifier(5, random_state=0).fit(X, labels), X, 3)
    assert (scores[:, 1] == -SURE).all()
    scores = answer(RandomForestClassifier(5, random_state=0).fit(X, labels | [0, 1, 0]), X, 3)
    assert (scores[:, 1] == SURE).all()


@pytest.mark.parametrize("forest", [RandomForestClassifier, ExtraTreesClassifier])
def test_out_of_bag_answers_are_read(forest):
    teacher = forest(60, oob_score=True, bootstrap=True, random_state=0).fit(X, Y)
    scores = out_of_bag(teacher, 120, 3)
    proba = np.asarray(teacher.oob_decision_function_)
    np.testing.assert_allclose(expit(scores), proba[:, 1], atol=1e-12)
    teacher.oob_decision_function_ = proba.swapaxes(1, 2)
    np.testing.assert_array_equal(out_of_bag(teacher, 120, 3), scores)


@pytest.mark.filterwarnings("ignore:Some inputs do not have OOB scores")
def test_rows_that_are_in_every_bag_are_named():
    teacher = RandomForestClassifier(2, oob_score=True, random_state=0).fit(X, Y)
    with pytest.raises(ValueError, match="No tree of the teacher left row"):
        out_of_bag(teacher, 120, 3)


def test_no_out_of_bag_answers_are_refused():
    with pytest.raises(ValueError, match="oob_decision_function_ of every label"):
        out_of_bag(RandomForestClassifier(2).fit(X, Y), 120, 3)


def test_a_regressor_is_refused_before_its_fit():
    with pytest.raises(TypeError, match="neither predict_proba nor decision_function"):
        check_kind(RandomForestRegressor())


@pytest.mark.parametrize("teacher", [RandomForestRegressor(2), MultiOutputClassifier(LinearSVC())])
def test_a_teacher_without_answers_is_refused(teacher):
    with pytest.raises(TypeError, match="neither predict_proba nor decision_function"):
        answer(teacher.fit(X, Y), X, 3)


@pytest.mark.parametrize("n_labels", [2, 4])
def test_answers_about_other_labels_are_refused(n_labels):
    fitted = RandomForestClassifier(2, random_state=0).fit(X, Y)
    with pytest.raises(ValueError, match=r"answers of shape \(120, 3\): expected"):
        answer(fitted, X, n_labels)


def test_one_class_of_three_is_no_set_of_three_labels():
    fitted = BaggingClassifier(n_estimators=3).fit(X, Y.sum(axis=1) % 3)
    scores = answer(fitted, X, 3)
    with pytest.raises(ValueError, match="but y has 3 labels a row: fit it on such a y"):
        check_agreement(fitted, X, scores)


class Fixed:
    """Answers what it is told."""

    def __init__(self, proba, predicted=Y):
        self.proba, self.predicted = proba, predicted

    def predict_proba(self, X):
        return self.proba

    def predict(self, X):
        return self.predicted[: len(X)]


@pytest.mark.parametrize(("value", "message"), [(np.nan, "row 5 with NaN"), (1.5, "row 5 as")])
def test_what_is_no_probability_is_named(value, message):
    proba = np.full(Y.shape, 0.3)
    proba[5, 1] = value
    with pytest.raises(ValueError, match=message):
        answer(Fixed(proba), X, 3)


def test_a_label_that_is_predicted_otherwise_is_named():
    other = Fixed(np.where(Y == 1, 0.9, 0.1), np.where([True, False, True], Y, 1 - Y))
    with pytest.warns(DistillationWarning, match=r"labels of columns \[1\] otherwise"):
        check_agreement(other, X, answer(other, X, 3))


def test_a_threshold_is_the_teachers_own_affair(recwarn):
    proba = np.random.default_rng(0).random(Y.shape)
    teacher = Fixed(proba, (proba > 0.8).astype(int))
    check_agreement(teacher, X, answer(teacher, X, 3))
    assert not recwarn
