"""The teacher of the reproductions: greedy selection with replacement."""

from itertools import combinations_with_replacement

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils.estimator_checks import estimator_checks_generator

from benchmarks.reproductions import ensemble_selection as selection
from benchmarks.reproductions.library import make_library


class Remembering(ClassifierMixin, BaseEstimator):
    """Knows the answer to the rows that it was fitted on, and says 1/2 to all others."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        self.seen_ = dict(zip(X[:, 0].tolist(), y.tolist(), strict=True))
        return self

    def predict_proba(self, X):
        positive = np.array([float(self.seen_.get(x, 0.5)) for x in X[:, 0].tolist()])
        return np.column_stack([1 - positive, positive])


def library():
    return [
        ("tree", DecisionTreeClassifier(max_depth=3, random_state=0)),
        ("deep tree", DecisionTreeClassifier(random_state=0)),
        ("logistic", LogisticRegression()),
        ("bayes", GaussianNB()),
    ]


def data(n=300):
    return make_classification(n, 6, n_informative=4, flip_y=0.1, random_state=0)


def test_a_model_is_added_twice_where_that_is_best():
    truth = np.array([[0.0, 1.0]])
    right, wrong = [[-0.2, 1.2]], [[0.4, 0.6]]  # (2 · right + wrong) / 3 is the truth
    counts = selection.greedy_counts(np.array([wrong, right]), truth, n_init=1, n_rounds=5)
    assert counts.tolist() == [1, 2]


def test_greedy_selection_comes_close_to_the_best_of_all_small_ensembles():
    rng = np.random.default_rng(0)
    truth = np.eye(2)[rng.integers(0, 2, 40)]
    answers = np.clip(truth + rng.normal(0, 0.5, (5, 40, 2)), 0, 1)
    counts = selection.greedy_counts(answers, truth, n_init=1, n_rounds=3)
    mean = np.tensordot(counts / counts.sum(), answers, axes=1)
    least = min(
        np.mean((answers[list(members)].mean(axis=0) - truth) ** 2)
        for size in (1, 2, 3, 4)
        for members in combinations_with_replacement(range(5), size)
    )
    assert np.mean((mean - truth) ** 2) <= 1.02 * least


def test_the_ensemble_is_never_worse_on_held_out_rows_than_the_models_it_starts_from():
    rng = np.random.default_rng(1)
    truth = np.eye(2)[rng.integers(0, 2, 30)]
    answers = np.clip(truth + rng.normal(0, 0.6, (8, 30, 2)), 0, 1)
    counts = selection.greedy_counts(answers, truth, n_init=1, n_rounds=10)
    mean = np.tensordot(counts / counts.sum(), answers, axes=1)
    errors = selection.squared_errors(answers, truth)
    assert np.mean((mean - truth) ** 2) <= errors.min()


def test_members_are_judged_on_rows_that_they_were_not_fitted_on():
    X, y = data()
    models = [("remembers", Remembering()), ("logistic", LogisticRegression())]
    clf = selection.EnsembleSelectionClassifier(models, bag_fraction=1.0, random_state=0)
    clf.fit(X, y)
    assert clf.held_out_errors_["remembers"] == pytest.approx(0.25)
    assert clf.best_name_ == "logistic"
    assert len(clf.held_out_) == 60


def test_answers_are_the_weighted_mean_of_the_members():
    X, y = data()
    clf = selection.EnsembleSelectionClassifier(library(), random_state=0).fit(X, y)
    each = [model.predict_proba(X) for model in clf.estimators_]
    assert clf.weights_.sum() == pytest.approx(1)
    assert len(clf.weights_) == len(clf.names_) > 1
    np.testing.assert_allclose(
        clf.predict_proba(X), np.average(each, axis=0, weights=clf.weights_)
    )


def test_members_in_the_memory_are_not_fitted_again(tmp_path, monkeypatch):
    X, y = data()
    params = {"memory": tmp_path, "random_state": 0}
    first = selection.EnsembleSelectionClassifier(library(), **params).fit(X, y)
    monkeypatch.setattr(GaussianNB, "fit", lambda *_: pytest.fail("it was fitted again"))
    again = selection.EnsembleSelectionClassifier(library(), **params).fit(X, y)
    np.testing.assert_array_equal(first.predict_proba(X), again.predict_proba(X))


@pytest.mark.filterwarnings("ignore")  # of its members, on the checks' strange rows
def test_it_is_a_classifier_by_scikit_learn_s_checks():
    members = [("bayes", GaussianNB()), ("tree", DecisionTreeClassifier(random_state=0))]
    clf = selection.EnsembleSelectionClassifier(members, random_state=0)
    n_passed = 0
    for estimator, check in estimator_checks_generator(clf):
        if check.func.__name__ != "check_array_api_input":  # needs a setting of the environment
            check(estimator)
            n_passed += 1
    assert n_passed > 50


def test_the_library_has_eight_families_and_distinct_names():
    names = [name for name, _ in make_library(0)]
    assert len(names) == len(set(names)) >= 200
    assert 10 <= len(make_library(0, quick=True)) <= 30
