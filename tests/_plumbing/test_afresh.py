"""A refit that fails leaves an estimator as if it had never been fitted."""

from contextlib import suppress

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.exceptions import NotFittedError
from sklearn.naive_bayes import GaussianNB
from sklearn.utils.validation import check_is_fitted

from skdistill import DistilledClassifier
from skdistill.samplers import SAMPLERS
from skdistill.search import DistillationSearch
from skdistill.teachers._adapt import LabelEncodedTeacher
from skdistill.teachers._default import TableBoosting, TableNumbers

X, Y = load_iris(return_X_y=True)


def interrupted(*args, **settings):
    raise KeyboardInterrupt


def distiller(**params):
    return DistilledClassifier(
        GaussianNB(), **{"max_epochs": 2, "cv": 2, "transfer": None, "random_state": 0, **params}
    )


def fitted_names(estimator):
    return {name for name in vars(estimator) if name.endswith("_")}


REFITS = {
    "bad_labels": lambda clf: clf.fit(X, Y[:5]),
    "one_class": lambda clf: clf.fit(X, np.zeros(len(X), int)),
    "bad_parameter": lambda clf: clf.set_params(lr=-1).fit(X, Y),
    "in_training": lambda clf: clf.set_params(lr=1e30).fit(X[:, :2], Y),
    "interrupted": lambda clf: clf.set_params(loss=interrupted).fit(X[:, :2], Y),
}


@pytest.mark.parametrize("refit", REFITS)
def test_a_refit_that_fails_leaves_no_fitted_attribute(refit):
    clf = distiller().fit(X, Y)
    assert {"classes_", "teacher_", "n_features_in_"} <= fitted_names(clf)
    with pytest.raises((ValueError, KeyboardInterrupt)):
        REFITS[refit](clf)
    assert not fitted_names(clf)
    with pytest.raises(NotFittedError):
        clf.predict(X)


def test_a_first_fit_that_fails_leaves_none_either():
    clf = distiller(lr=1e30)
    with pytest.raises(ValueError, match="gave no student"):
        clf.fit(X, Y)
    assert not fitted_names(clf)


def test_a_refit_replaces_what_the_fit_before_left():
    clf = distiller().fit(X, Y)
    clf.fit(X[:100, :2], Y[:100], soft_targets=np.eye(2)[Y[:100]])
    assert clf.n_features_in_ == 2
    assert clf.teacher_ is None
    np.testing.assert_array_equal(clf.classes_, [0, 1])


def test_a_search_that_finds_nothing_knows_no_more_than_it_measured():
    search = DistillationSearch(distiller(), {"hidden_layer_sizes": [(4,)]}, random_state=0)
    search.fit(X, Y)
    with pytest.raises(ValueError, match="max_bytes"):
        search.set_params(max_bytes=1).fit(X, Y)
    assert fitted_names(search) == {"scorer_", "n_splits_", "cv_results_"}
    assert (search.cv_results_["excess"] > 0).all()
    with pytest.raises(NotFittedError):
        search.predict(X)
    with pytest.raises(ValueError, match="inconsistent"):
        search.fit(X, Y[:5])
    assert "cv_results_" not in vars(search)


@pytest.mark.parametrize(
    "estimator", [TableBoosting(max_iter=2), TableNumbers(), LabelEncodedTeacher(GaussianNB())]
)
def test_helpers_forget_a_fit_whose_successor_fails(estimator):
    estimator = clone(estimator).fit(X, Y)
    check_is_fitted(estimator)
    bad = X[:0] if isinstance(estimator, TableNumbers) else X[:7]
    with suppress(Exception):
        estimator.fit(bad[:, :0], Y)
        estimator.fit(None, Y)
    with pytest.raises(NotFittedError):
        check_is_fitted(estimator)


@pytest.mark.parametrize("name", SAMPLERS)
def test_a_sampler_draws_nothing_after_a_fit_that_failed(name):
    sampler = SAMPLERS[name]().fit(X, random_state=0)
    with pytest.raises(ValueError, match="at least two rows"):
        sampler.fit(X[:1])
    with pytest.raises(NotFittedError):
        sampler.draw(3)
