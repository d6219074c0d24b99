"""The race knows nothing of the rows it is judged on."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.datasets import load_digits, make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.tree import DecisionTreeClassifier

from skdistill import DistilledClassifier, Munge


@pytest.mark.parametrize("seed", range(3))
def test_a_teacher_that_memorises_noise_gets_no_synthetic_rows(seed):
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(500, 5)), rng.integers(0, 2, 500)
    clf = DistilledClassifier(DecisionTreeClassifier(), random_state=seed).fit(X, y)
    assert {t["source"] for t in clf.transfer_summary_["trials"]} == {None, "munge"}
    assert clf.transfer_summary_["source"] is None
    assert clf.transfer_summary_["n_synthetic"] == 0


def test_synthetic_rows_win_where_they_help():
    X, y = load_digits(return_X_y=True)
    clf = DistilledClassifier(
        RandomForestClassifier(60), alpha=0.5, max_epochs=25, random_state=0
    ).fit(X[:900], y[:900])
    none, munge = clf.transfer_summary_["trials"]
    assert munge["log_loss"] < none["log_loss"]
    assert clf.transfer_summary_["source"] == "munge"


class Spy(BaseEstimator):
    """A sampler that keeps the rows that it was fitted on, and draws them again."""

    seen: list = []  # noqa: RUF012

    def fit(self, X, sample_weight=None, random_state=None):
        self.X_ = X
        Spy.seen.append(X)
        return self

    def draw(self, n_rows, random_state=None):
        return self.X_[np.arange(n_rows) % len(self.X_)]


class SpyTeacher(GaussianNB):
    """Keeps the number of rows it was fitted on beside the rows that it is asked about."""

    asked: list = []  # noqa: RUF012

    def fit(self, X, y):
        self.n_seen_ = len(X)
        return super().fit(X, y)

    def predict_proba(self, X):
        SpyTeacher.asked.append((self.n_seen_, len(X)))
        return super().predict_proba(X)


def test_the_race_draws_from_and_asks_about_the_first_folds_training_rows_alone():
    Spy.seen, SpyTeacher.asked = [], []
    X, y = make_classification(300, random_state=0)
    folds = [(np.arange(100, 300), np.arange(100)), (np.arange(100), np.arange(100, 300))]
    DistilledClassifier(
        SpyTeacher(), cv=folds, transfer=Spy(), n_synthetic=777, max_epochs=2, random_state=0
    ).fit(X, y)
    race, final = Spy.seen
    np.testing.assert_array_equal(race, X[100:])
    np.testing.assert_array_equal(final, X)
    assert [n_seen for n_seen, n_asked in SpyTeacher.asked if n_asked == 777] == [200, 300]


def test_below_200_rows_there_is_no_race():
    X, y = make_classification(199, random_state=0)
    clf = DistilledClassifier(GaussianNB(), max_epochs=5, random_state=0).fit(X, y)
    assert clf.transfer_summary_["source"] is None
    assert clf.transfer_summary_["alpha"] == 0.5
    assert len(clf.transfer_summary_["trials"]) == 1


@pytest.mark.parametrize("transfer", [None, "munge"])
def test_what_the_user_fixed_is_kept(transfer):
    X, y = make_classification(260, random_state=0)
    clf = DistilledClassifier(
        GaussianNB(), alpha=0.3, transfer=transfer, max_epochs=3, random_state=0
    ).fit(X, y)
    assert clf.transfer_summary_["alpha"] == 0.3
    assert clf.transfer_summary_["source"] == transfer


def test_without_early_stopping_all_rows_are_trained_on_for_all_epochs():
    X, y = make_classification(260, random_state=0)
    clf = DistilledClassifier(
        GaussianNB(), early_stopping=False, max_epochs=7, random_state=0
    ).fit(X, y)
    assert clf.n_iter_ == 7
    assert len(clf.history_) == 7
    assert "valid_loss" not in clf.history_[0]
    assert clf.transfer_summary_["n_real"] == 260
    assert clf.student_.layers[-1].inverse_temperature == 1


def test_large_tables_race_on_fewer_rows(monkeypatch):
    monkeypatch.setattr("skdistill._choose_recipe.MAX_RACE_ROWS", 150)
    Spy.seen = []
    X, y = make_classification(400, random_state=0)
    clf = DistilledClassifier(
        GaussianNB(), transfer=Spy(), n_synthetic=50, max_epochs=3, random_state=0
    ).fit(X, y)
    assert [len(rows) for rows in Spy.seen] == [150, 320, 400]
    assert clf.transfer_summary_["n_real"] == 400


def test_a_munge_in_few_rows_is_raced_without_leaking():
    X, y = make_classification(120, random_state=0)
    clf = DistilledClassifier(GaussianNB(), transfer=Munge(), max_epochs=3, random_state=0).fit(
        X, y
    )
    assert clf.transfer_summary_["n_synthetic"] == 24 * 120
