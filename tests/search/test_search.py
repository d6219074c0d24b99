"""A search asks each teacher once, keeps to its budgets, and lets the better model win."""

import pickle
import tempfile

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import ShuffleSplit
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skdistill import DistillationSearch, DistilledClassifier, DistilledRegressor
from skdistill._plumbing.progress import heard_by
from skdistill.report import serialized_bytes
from skdistill.search import _measure
from skdistill.teachers._default import TableBoosting, TableBoostingRegressor

X = np.random.default_rng(0).normal(size=(260, 8))
Y = (X.sum(axis=1) > 0).astype(int)  # a plane: nets without embedding learn it, trees do not
SIZES = {"hidden_layer_sizes": [(4,), (8,), (64,)]}


class Watched(GaussianNB):
    """Notes the rows of every fit."""

    fits: list = []  # noqa: RUF012

    def fit(self, X, y):
        self.fits.append({tuple(row) for row in X})
        return super().fit(X, y)


@pytest.fixture(autouse=True)
def fits():
    Watched.fits.clear()
    return Watched.fits


def distiller(**params):
    params = {"cv": 3, "transfer": None, "max_epochs": 9, "lr": 0.02, "dropout": 0.0, **params}
    params = {"num_embedding": "none", **params}
    return DistilledClassifier(Watched(), **params)


@pytest.fixture(scope="module")
def searched():
    return DistillationSearch(distiller(), SIZES, random_state=0).fit(X, Y)


def test_teachers_are_fitted_once_however_many_students_there_are(fits):
    grid = {"hidden_layer_sizes": [(2,), (4,), (8,)], "activation": ["relu", "tanh"]}
    search = DistillationSearch(distiller(), grid, refit=False, random_state=0).fit(X, Y)
    assert (search.cv_results_["model"] == "student").sum() > 6  # some in two rounds
    # on the training rows: the full teacher, three folds, and two without the first for the race
    assert len(fits) == 1 + 3 + 2


def test_each_split_and_the_refit_cost_as_many_again(fits):
    twice = ShuffleSplit(2, test_size=52, random_state=0)
    DistillationSearch(distiller(), SIZES, cv=twice, random_state=0).fit(X, Y)
    assert len(fits) == 3 * (1 + 3 + 2)


def test_no_teacher_sees_a_row_that_its_students_are_judged_on(fits):
    train, test = np.arange(200), np.arange(200, 260)
    search = DistillationSearch(distiller(), SIZES, cv=[(train, test)], refit=False)
    search.fit(X, Y)
    held_out = {tuple(row) for row in X[test]}
    assert fits
    assert not any(held_out & rows for rows in fits)
    assert search.n_splits_ == 1


def test_it_answers_like_its_best_estimator(searched):
    best = searched.best_estimator_
    np.testing.assert_array_equal(searched.predict_proba(X), best.predict_proba(X))
    np.testing.assert_array_equal(searched.predict(X), best.predict(X))
    assert searched.classes_.tolist() == [0, 1]
    assert searched.n_features_in_ == 8
    assert searched.best_params_ == searched.cv_results_["params"][searched.best_index_]
    assert searched.best_score_ == searched.cv_results_["mean_test_score"][searched.best_index_]
    again = pickle.loads(pickle.dumps(searched))
    assert again.score(X, Y) == searched.score(X, Y) < 0  # a negative log loss


def test_rounds_are_of_few_epochs_and_then_of_all(searched):
    students = searched.cv_results_["model"] == "student"
    assert searched.cv_results_["n_resources"][students].tolist() == [3, 3, 3, 9]


def test_the_best_estimator_has_the_users_parameters(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    clf = distiller(max_epochs=5)
    search = DistillationSearch(clf, {"hidden_layer_sizes": [(8,)]}, random_state=0).fit(X, Y)
    assert search.best_estimator_.memory is None
    assert search.best_estimator_.max_epochs == 5
    assert isinstance(search.best_estimator_.random_state, int)
    assert clf.random_state is None
    assert not list(tmp_path.iterdir())


def test_teacher_work_stays_in_a_memory_of_the_users(tmp_path, fits):
    clf = distiller(memory=tmp_path, random_state=0)
    for _ in range(2):
        DistillationSearch(clf, SIZES, refit=False, random_state=0).fit(X, Y)
    assert len(fits) == 1 + 3 + 2


def test_the_best_model_is_within_the_budget(searched):
    n_bytes = searched.cv_results_["mean_test_n_bytes"][:3]
    assert n_bytes[0] < n_bytes[1] < n_bytes[2]
    budget = int(n_bytes[1]) - 1
    search = DistillationSearch(distiller(), SIZES, max_bytes=budget, random_state=0).fit(X, Y)
    assert all(model["n_bytes"] <= budget for model in search.pareto_front_)
    best = search.best_estimator_
    assert serialized_bytes(getattr(best, "student_", best)) <= budget
    within = search.cv_results_["excess"] == 0
    assert within[search.best_index_]
    assert not within[1:3].any()


def outgrows(monkeypatch, sizes):
    """Let a model fitted on all rows have the size that `sizes` gives for its hidden layer."""
    plain = _measure.deployed_bytes

    def grown(model):
        is_refitted = getattr(model, "fitted_on_", None) and model.fitted_on_.n_rows == len(Y)
        width = getattr(model, "hidden_layer_sizes", (None,))[0]
        return sizes.get(width, plain(model)) if is_refitted else plain(model)

    monkeypatch.setattr(_measure, "deployed_bytes", grown)


def test_a_model_that_outgrows_the_budget_in_the_refit_gives_way_to_the_next(
    monkeypatch, searched, fits
):
    ranked = searched.best_params_["hidden_layer_sizes"][0]
    outgrows(monkeypatch, {ranked: 10**6})
    fits.clear()
    search = DistillationSearch(distiller(), SIZES, max_bytes=10**5, random_state=0).fit(X, Y)
    best = search.best_estimator_
    assert getattr(best, "hidden_layer_sizes", None) != (ranked,)
    assert search.best_params_ == search.cv_results_["params"][search.best_index_]
    assert search.cv_results_["excess"][search.best_index_] == 0
    beyond = [p["hidden_layer_sizes"] == (ranked,) for p in search.cv_results_["params"][:3]]
    assert not any(
        model["params"] == search.cv_results_["params"][beyond.index(True)]
        for model in search.pareto_front_
    )
    assert search.verdict_.startswith("Best within max_bytes=100,000: ")
    assert len(fits) == 2 * (1 + 3 + 2)  # the second fit on all rows needs no further teacher


def test_where_every_model_outgrows_the_budget_the_error_says_by_how_much(monkeypatch):
    outgrows(monkeypatch, {8: 150_000, None: 150_000})
    search = DistillationSearch(
        distiller(), {"hidden_layer_sizes": [(8,)]}, max_bytes=10**5, random_state=0
    )
    monkeypatch.setattr("skdistill.search._search.rivals", lambda *args, **kwargs: [])
    with pytest.raises(ValueError, match=r"None of 1 models .* it exceeds them by 50\.0%\. Raise"):
        search.fit(X, Y)
    with pytest.raises(NotFittedError):
        search.predict(X)


def test_without_a_refit_the_verdict_says_what_is_within():
    search = DistillationSearch(
        distiller(), {"hidden_layer_sizes": [(8,)]}, max_bytes=10**5, refit=False, random_state=0
    ).fit(X, Y)
    assert "as fitted on the training rows of the search" in search.verdict_


def test_without_a_model_within_the_budget_the_nearest_is_named():
    search = DistillationSearch(distiller(), SIZES, max_bytes=500, random_state=0)
    with pytest.raises(ValueError, match=r"within the budgets max_bytes=500\. The nearest is"):
        search.fit(X, Y)
    with pytest.raises(NotFittedError):
        search.predict(X)
    assert (search.cv_results_["excess"] > 0).all()


def test_boosting_wins_where_it_is_better():
    rng = np.random.default_rng(0)
    steps = rng.normal(size=(400, 2))
    labels = np.where(np.floor(3 * steps[:, 0]) % 2 == 1, "odd", "even")  # many small steps
    clf = DistilledClassifier(GaussianNB(), transfer=None, max_epochs=1, num_embedding="none")
    search = DistillationSearch(
        clf, {"hidden_layer_sizes": [(2,)]}, max_bytes=100_000, random_state=0
    ).fit(steps, labels)
    assert isinstance(search.best_estimator_, TableBoosting)
    assert search.verdict_.startswith("Best within max_bytes=100,000: boosting")
    assert search.best_estimator_.get_params().items() >= search.best_params_.items()
    assert np.mean(search.predict(steps) == labels) > 0.9
    assert serialized_bytes(search.best_estimator_) <= 100_000


def test_a_pipeline_over_a_frame_with_weights_is_searched():
    frame = pd.DataFrame(X, columns=list("abcdefgh"))
    pipe = make_pipeline(StandardScaler(), DistilledClassifier(GaussianNB(), max_epochs=2))
    pipe.set_params(distilledclassifier__transfer=None)
    search = DistillationSearch(
        pipe, {"distilledclassifier__hidden_layer_sizes": [(4,)]}, random_state=0
    ).fit(frame, Y, distilledclassifier__sample_weight=np.linspace(1, 2, len(Y)))
    assert search.predict_proba(frame.head(3)).shape == (3, 2)
    assert set(search.cv_results_["params"][0]) == {"distilledclassifier__hidden_layer_sizes"}


def test_scoring_is_the_users():
    search = DistillationSearch(
        distiller(), {"hidden_layer_sizes": [(8,)]}, scoring="accuracy", random_state=0
    ).fit(X, Y)
    assert 0 < search.best_score_ <= 1
    assert search.score(X, Y) == np.mean(search.predict(X) == Y)


def test_it_can_be_cloned_and_refuses_bad_parameters(searched):
    assert clone(searched).get_params()["param_grid"] == SIZES
    with pytest.raises(ValueError, match="'min_agreement' parameter of DistillationSearch"):
        DistillationSearch(distiller(), min_agreement=1.5).fit(X, Y)


class Heard:
    """Notes every stage of a search, with what was counted in it, of how many."""

    def __init__(self, stages, what=None, total=None):
        self.stages, self.what, self.total, self.n = stages, what, total, 0

    def begin(self, what, total, n_steps):
        return Heard(self.stages, what, total)

    def advance(self, n):
        self.n += n

    def end(self, failed):
        self.stages.append((self.what, self.n, self.total))


def test_every_candidate_of_a_round_is_counted():
    stages = []
    with heard_by(Heard(stages)):
        DistillationSearch(distiller(), SIZES, refit=False, random_state=0).fit(X, Y)
    rounds = [counts for what, *counts in stages if what == "candidates fitted"]
    assert rounds == [[3, 3], [1, 1]]


NUMBERS = 1e6 * X.sum(axis=1)
ONE_SIZE = {"hidden_layer_sizes": [(8,)]}


def of_numbers(**params):
    params = {"cv": 2, "transfer": None, "max_epochs": 6, "num_embedding": "none", **params}
    return DistilledRegressor(LinearRegression(), **params)


def test_numbers_are_searched_by_squared_error():
    search = DistillationSearch(of_numbers(), SIZES, random_state=0).fit(X, NUMBERS)
    predicted = search.predict(X)
    assert search.score(X, NUMBERS) == pytest.approx(-np.mean((predicted - NUMBERS) ** 2))
    assert "mean_test_rmse_to_teacher" in search.cv_results_
    assert "mean_test_agreement" not in search.cv_results_
    assert "rmse to teacher" in search.verdict_
    assert (search.cv_results_["model"] == "boosting").sum() == 1
    assert is_regressor(search)
    assert not is_classifier(search)
    assert not hasattr(search, "predict_proba")


def test_large_losses_do_not_hide_what_exceeds_a_budget():
    search = DistillationSearch(of_numbers(), SIZES, refit=False, random_state=0)
    sizes = search.fit(X, NUMBERS).cv_results_["mean_test_n_bytes"]
    budget = int(sizes[0]) + 1
    search.set_params(max_bytes=budget).fit(X, NUMBERS)
    assert search.cv_results_["params"][3] == {"hidden_layer_sizes": (4,)}  # of the last round


def test_boosting_of_numbers_wins_where_it_is_better():
    steps = np.random.default_rng(0).normal(size=(300, 2))
    y = np.floor(3 * steps[:, 0]) % 2
    reg = of_numbers(max_epochs=1)
    search = DistillationSearch(reg, {"hidden_layer_sizes": [(2,)]}, random_state=0)
    search.set_params(max_bytes=100_000).fit(steps, y)
    assert isinstance(search.best_estimator_, TableBoostingRegressor)
    assert search.predict(steps).shape == (300,)


def test_several_numbers_in_a_pipeline_are_searched_without_boosting():
    pipe = make_pipeline(StandardScaler(), of_numbers())
    grid = {"distilledregressor__hidden_layer_sizes": [(8,)]}
    search = DistillationSearch(pipe, grid, random_state=0).fit(X, np.c_[NUMBERS, X[:, 0]])
    assert search.predict(X).shape == (260, 2)
    assert set(search.cv_results_["model"]) == {"student"}


def test_agreement_of_numbers_is_refused_as_a_budget():
    with pytest.raises(ValueError, match=r"min_agreement=0\.9 is a share .* numbers have none"):
        DistillationSearch(of_numbers(), ONE_SIZE, min_agreement=0.9).fit(X, NUMBERS)
