"""A teacher's answers mean what they seem to mean, or it is said."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_iris, load_wine
from sklearn.ensemble import RandomForestClassifier, StackingClassifier, VotingClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression, Perceptron, RidgeClassifier
from sklearn.model_selection import FixedThresholdClassifier, GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skdistill import DistilledClassifier
from skdistill.exceptions import DistillationWarning
from skdistill.tasks._ask_classifier import answer, parting

X, Y = load_iris(return_X_y=True)
X = StandardScaler().fit_transform(X)
LABELS = load_iris().target_names[Y]
WINE = load_wine()
WINE_X = StandardScaler().fit_transform(WINE.data)


def quick(teacher, **params):
    params = {"max_epochs": 2, "transfer": None, "random_state": 0, **params}
    return DistilledClassifier(teacher, **params)


class Late(GaussianNB):
    """Has answers only once it is fitted, and counts its fits on the class."""

    fits = 0
    has_answers = True

    def fit(self, X, y, sample_weight=None):
        Late.fits += 1
        super().fit(X, y, sample_weight)
        self.fitted_ = True
        return self

    @property
    def predict_proba(self):
        if not (hasattr(self, "fitted_") and self.has_answers):
            raise AttributeError("predict_proba")
        return super().predict_proba


def stacking():
    parts = [("tree", RandomForestClassifier(5)), ("bayes", GaussianNB())]
    return StackingClassifier(parts, cv=2)


@pytest.mark.parametrize(
    "teacher",
    [
        stacking(),
        make_pipeline(StandardScaler(), stacking()),
        GridSearchCV(stacking(), {"passthrough": [False, True]}, cv=2),
        Late(),
    ],
    ids=["stacking", "pipeline", "search", "late"],
)
def test_a_teacher_may_gain_its_answers_in_fit(teacher):
    clf = quick(teacher, max_epochs=20).fit(X, LABELS)
    assert clf.score(X, LABELS) > 0.8


@pytest.mark.parametrize(
    "teacher",
    [
        type("Mute", (Late,), {"has_answers": False})(),
        make_pipeline("passthrough", type("Mute", (Late,), {"has_answers": False})()),
    ],
)
def test_a_teacher_that_gains_none_is_named_after_one_fit(teacher):
    Late.fits = 0
    with pytest.raises(TypeError, match="neither predict_proba nor decision_function"):
        quick(teacher).fit(X, Y)
    assert Late.fits == 1


def test_a_frozen_teacher_without_answers_is_named():
    votes = VotingClassifier([("p", Perceptron())], voting="hard").fit(X, Y)
    with pytest.raises(TypeError, match=r"teacher VotingClassifier has neither .*voting='soft'"):
        quick(FrozenEstimator(votes)).fit(X, Y)


class Nameless(BaseEstimator, ClassifierMixin):
    def fit(self, X, y):
        self.mean_ = np.bincount(y) / len(y)
        return self

    def predict_proba(self, X):
        return np.tile(self.mean_, (len(X), 1))


@pytest.mark.parametrize("wrap", [lambda t: t, lambda t: make_pipeline("passthrough", t)])
def test_a_teacher_without_classes_is_named(wrap):
    with pytest.raises(ValueError, match=r"The teacher \w+ is without classes_: .*np\.unique"):
        quick(wrap(Nameless())).fit(X, Y)


class Odd(GaussianNB):
    """Gives one odd row in every answer."""

    row = None

    def predict_proba(self, X):
        proba = super().predict_proba(X)
        proba[:1] = self.row
        return proba


def odd(*row):
    return type("Odd", (Odd,), {"row": np.array(row)})()


@pytest.mark.parametrize("calibration", [None, "temperature", "sigmoid", "isotonic"])
def test_a_row_of_zeros_is_said_once_a_fit(calibration):
    with pytest.warns(DistillationWarning, match="zero for every class") as caught:
        clf = quick(odd(0, 0, 0), calibration=calibration, transfer="munge").fit(X, Y)
    assert len(caught) == 1
    assert caught[0].filename == __file__
    assert np.isfinite(clf.predict_proba(X)).all()


@pytest.mark.parametrize("row", [(np.inf, 0, 0), (np.nan, 0, 0), (0, 0, 2), (-0.5, 1, 0.5)])
def test_an_odd_answer_is_named_with_its_row(row):
    with pytest.raises(ValueError, match="Row 0 of the answers of the teacher Odd is"):
        quick(odd(*row)).fit(X, Y)


def test_an_odd_score_is_named_with_its_row():
    class OddScore(RidgeClassifier):
        def decision_function(self, X):
            scores = super().decision_function(X)
            scores[1, 1] = np.inf
            return scores

    with pytest.raises(ValueError, match="teacher OddScore answered row 1 with NaN or infinity"):
        quick(OddScore()).fit(X, Y)


class Frames(GaussianNB):
    """Answers by a frame whose columns are in falling order, named or not."""

    named = True

    def predict_proba(self, X):
        proba = pd.DataFrame(super().predict_proba(X), columns=self.classes_).iloc[:, ::-1]
        return proba if self.named else proba.to_numpy()


def test_a_frame_of_answers_is_matched_by_name():
    expected = GaussianNB().fit(X, LABELS).predict_proba(X)
    for labels in (LABELS, Y):
        log_proba = answer(Frames().fit(X, labels), X, np.unique(labels))
        np.testing.assert_allclose(np.exp(log_proba), expected, atol=1e-12)


@pytest.mark.parametrize("freeze", [False, True])
def test_columns_in_another_order_are_refused_with_the_right_one(freeze):
    teacher = type("Reversed", (Frames,), {"named": False})()
    if freeze:
        teacher = FrozenEstimator(teacher.fit(X[::2], LABELS[::2]))
    with pytest.raises(
        ValueError,
        match=r"Reversed .*stand for \['virginica', 'versicolor', 'setosa'\] in place of",
    ):
        quick(teacher).fit(X[1::2], LABELS[1::2])


def test_scores_of_pairs_of_classes_draw_a_warning():
    teacher = SVC(decision_function_shape="ovo")
    with pytest.warns(DistillationWarning, match=r"SVC predicts another .* on \d+% of .*'ovr'"):
        quick(teacher).fit(WINE_X, WINE.target)
    quick(SVC()).fit(WINE_X, WINE.target)


def test_scores_of_more_pairs_than_classes_are_refused():
    y = Y + 3 * (np.arange(len(Y)) % 2)
    with pytest.raises(
        ValueError, match=r"shape \(30, 15\) for 6 classes.*'ovo' gives: use 'ovr'"
    ):
        quick(SVC(decision_function_shape="ovo")).fit(X, y)


@pytest.mark.parametrize("threshold", [0.0, 0.05, 0.95, 1.0])
def test_a_threshold_is_the_teachers_own_affair(threshold):
    rng = np.random.default_rng(0)
    y = (WINE_X[:, 0] + 2 * rng.normal(size=len(WINE_X)) > 0).astype(int)
    teacher = FixedThresholdClassifier(
        LogisticRegression(), threshold=threshold, response_method="predict_proba"
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error", DistillationWarning)
        quick(teacher).fit(WINE_X, y)


def test_two_swapped_columns_are_refused():
    teacher = type("Swapped", (Frames,), {"named": False})()
    with pytest.raises(ValueError, match=r"stand for \[1, 0\] in place of \[0, 1\]"):
        quick(teacher).fit(WINE_X, (WINE.target == 0).astype(int))


def test_a_teacher_that_cannot_predict_may_answer():
    class Silent(GaussianNB):
        def predict(self, X):
            raise NotImplementedError

    assert quick(Silent(), max_epochs=20).fit(X, Y).score(X, Y) > 0.8


P = np.log(np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.2, 0.2, 0.6]]))


@pytest.mark.parametrize(
    ("rows", "predicted", "share", "order"),
    [
        ([0, 1, 2] * 5, [0, 1, 2] * 5, 0, None),
        ([0, 1, 2] * 5, [1, 2, 0] * 5, 1, [1, 2, 0]),
        ([0, 1, 2] * 4, [1, 2, 0] * 4, 1, None),  # too few rows
        ([0, 0, 1, 1, 2, 2] * 5, [0, 1, 1, 1, 2, 2] * 5, 1 / 6, None),  # no order is better
        ([0, 1, 2] * 6, [0, 1, 2, 0, 2, 1, 1, 0, 2] * 2, 4 / 9, None),  # nor is one good enough
        ([0] * 18 + [1] * 2, [0] * 18 + [2] * 2, 0.1, None),  # the other is hardly better
    ],
)
def test_another_order_of_the_columns_must_be_far_better(rows, predicted, share, order):
    found, better = parting(P[rows], np.array(predicted))
    assert found == pytest.approx(share)
    assert (None if better is None else better.tolist()) == order


def test_ties_part_nothing():
    assert parting(np.log(np.full((9, 3), 1 / 3)), np.arange(9) % 3)[0] == 0


def test_an_error_of_the_teachers_says_whose_it_is():
    with pytest.raises(ValueError, match="could not convert string") as caught:
        quick(GaussianNB()).fit(pd.DataFrame({"a": list("xy") * 20}), [0, 1] * 20)
    (note,) = caught.value.__notes__
    assert note.startswith("The error is the teacher's: GaussianNB.fit, given a DataFrame")
