"""The race knows nothing of the rows it is judged on."""

import re
from dataclasses import fields

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.datasets import load_digits, make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import KFold
from sklearn.naive_bayes import GaussianNB
from sklearn.tree import DecisionTreeClassifier

from skdistill import DistilledClassifier, Munge
from skdistill.race import _race
from skdistill.race._race import Trial, some
from skdistill.samplers import SAMPLERS


def test_some_rows_are_distinct_and_in_order():
    rows = np.arange(10, 50)
    assert some(rows, 40, 0) is rows
    assert sorted(set(some(rows, 9, 0))) == some(rows, 9, 0).tolist()
    assert set(some(rows, 9, 0)) < set(rows)


@pytest.mark.filterwarnings("ignore:The calibration of the teacher's answers ended")
@pytest.mark.parametrize("seed", [*range(3), 8, 10])
def test_a_teacher_that_memorises_noise_gets_no_synthetic_rows(seed):
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(500, 5)), rng.integers(0, 2, 500)
    clf = DistilledClassifier(DecisionTreeClassifier(), random_state=seed).fit(X, y)
    assert {t["source"] for t in clf.transfer_summary_["trials"]} == {None, *SAMPLERS}
    assert clf.transfer_summary_["source"] is None
    assert clf.transfer_summary_["n_synthetic"] == 0
    assert "no student clearly beats the class frequencies" in clf.transfer_summary_["reason"]


@pytest.fixture(scope="module")
def digits():
    X, y = load_digits(return_X_y=True)
    return DistilledClassifier(RandomForestClassifier(60), max_epochs=25, random_state=0).fit(
        X[:900], y[:900]
    )


def trials(clf, stage):
    return [t for t in clf.transfer_summary_["trials"] if t["stage"] == stage]


def test_synthetic_rows_win_where_they_help(digits):
    best = min(trials(digits, "race")[:2], key=lambda t: t["log_loss"])
    mixed, plain, hard = trials(digits, "end")
    assert (plain["source"], hard["alpha"]) == (None, 0)
    assert mixed["log_loss"] < plain["log_loss"]
    assert mixed["chosen"]
    assert digits.transfer_summary_["source"] == mixed["source"] == best["source"]
    assert digits.transfer_summary_["n_synthetic"] > 0


def test_every_source_is_screened_with_its_realism(digits):
    screened = trials(digits, "screening")
    assert [t["source"] for t in screened] == list(SAMPLERS)
    assert all(0.4 < t["realism_auc"] <= 1 for t in screened)
    assert {t["n_synthetic"] for t in screened} == {4 * 720}
    best = sorted(screened, key=lambda t: t["log_loss"])[:2]
    raced = [t["source"] for t in trials(digits, "race")[:2]]
    assert raced == [t["source"] for t in best]


def test_several_amounts_and_mixes_are_tried_and_one_is_chosen(digits):
    summary = digits.transfer_summary_
    raced = [t for t in trials(digits, "race") if t["source"]]
    assert {24 * 720, 72 * 720} == {t["n_synthetic"] for t in raced}
    assert {1.0, 4.0} == {t["real_weight"] for t in raced}
    assert {0.5, 1.0} == {t["alpha"] for t in raced}
    (chosen,) = [t for t in summary["trials"] if t["chosen"]]
    for name in ("source", "alpha", "real_weight"):
        assert chosen[name] == summary[name]
    assert summary["n_synthetic"] == chosen["n_synthetic"] / 720 * 900


def test_the_reason_names_gain_and_error(digits):
    number = r"[-+]?\d+\.\d{4}"
    assert re.search(
        rf"rows of {digits.transfer_summary_['source']} changed the held-out log loss by "
        rf"{number} ± {number}, from {number}",
        digits.transfer_summary_["reason"],
    )


def trial(losses, weight=None):
    weight = np.ones(len(losses)) if weight is None else weight
    unused = dict.fromkeys([f.name for f in fields(Trial)])
    return Trial(**unused | {"losses": np.asarray(losses), "weight": weight})


def test_a_gain_within_a_standard_error_is_none():
    rng = np.random.default_rng(0)
    difference = rng.normal(size=100)
    difference -= difference.mean()
    error = difference.std(ddof=1) / 10
    base = rng.random(100)
    assert trial(base + difference - 1.01 * error).beats(trial(base))
    assert not trial(base + difference - 0.99 * error).beats(trial(base))
    assert not trial(base).beats(trial(base))


def test_weights_count_in_a_gain():
    weight = np.array([3.0, 1.0])
    gain, error = trial([0.0, 0.0], weight).gain(np.array([1.0, 2.0]))
    assert gain == pytest.approx((3 * 1 + 1 * 2) / 4)
    assert error > 0


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
    monkeypatch.setattr("skdistill.race._race.MAX_RACE_ROWS", 150)
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


def sharp_rules(n=1000):
    X = np.random.default_rng(5).uniform(0, 100, (n, 4))
    y = (X[:, 0] > 41.3).astype(int) + 2 * ((X[:, 1] > 7.7) & (X[:, 1] < 13.2))
    return X, y


def test_bins_at_splits_win_where_rules_are_sharp():
    X, y = sharp_rules()
    teacher = DecisionTreeClassifier(max_leaf_nodes=30)
    params = {"transfer": None, "alpha": 0.5, "n_bins": 12, "max_epochs": 30, "random_state": 0}
    clf = DistilledClassifier(teacher, **params).fit(X, y)
    quantiles, splits = trials(clf, "race")
    assert (quantiles["bins"], splits["bins"]) == ("quantiles", "splits")
    assert splits["log_loss"] < quantiles["log_loss"]
    assert trials(clf, "end")[0]["bins"] == "splits"
    edges = np.sort(clf.student_.layers[0].bin_low)
    for threshold in (41.3, 7.7, 13.2):
        assert np.abs(edges - threshold).min() < 1


def test_bins_at_splits_know_nothing_of_the_held_out_rows(monkeypatch):
    seen = []

    def recorded(encoding, rows, labels, *others):
        seen.append((rows, labels))
        return encoding

    monkeypatch.setattr(_race, "split_bins", recorded)
    X, y = sharp_rules(600)
    X = X.astype(np.float32)
    folds = KFold(5).split(X)
    train, _ = next(KFold(5).split(X))
    DistilledClassifier(GaussianNB(), cv=folds, transfer=None, alpha=0.5, max_epochs=2).fit(X, y)
    ((rows, labels),) = seen
    assert np.array_equal(rows, X[train])
    assert np.array_equal(labels, y[train])


def test_labels_alone_are_no_candidate_where_rows_without_label_are_given():
    X, y = make_classification(260, random_state=0)
    for more, alphas in ((None, {0.0, 0.5, 1.0}), (X, {0.5, 1.0})):
        clf = DistilledClassifier(GaussianNB(), transfer=None, max_epochs=3, random_state=0)
        clf.fit(X, y, X_unlabeled=more)
        assert {t["alpha"] for t in clf.transfer_summary_["trials"]} == alphas


def test_soft_targets_of_a_memoriser_made_out_of_fold_do_not_win_over_labels():
    X, y = make_classification(400, random_state=0)
    clf = DistilledClassifier(max_epochs=20, random_state=0)
    clf.fit(
        X, y, soft_targets=np.full((400, 2), 0.5)
    )  # of rows that it did not see it knows nothing
    assert clf.transfer_summary_["alpha"] < 1
    assert clf.score(X, y) > 0.85


@pytest.fixture(scope="module")
def rings():
    return make_classification(600, 8, n_informative=6, n_classes=3, random_state=0)


def test_the_last_training_is_twice_as_long_as_that_to_the_lowest_held_out_loss(rings):
    clf = DistilledClassifier(
        RandomForestClassifier(40), transfer=None, alpha=0.5, max_epochs=120, random_state=0
    ).fit(*rings)
    *raced, end = clf.transfer_summary_["trials"]
    assert [trial["stage"] for trial in raced] == ["race", "race"]
    (before,) = [trial for trial in raced if trial["bins"] == end["bins"]]
    assert end["stage"] == "end"
    assert clf.n_iter_ == len(clf.history_) == end["n_epochs"] == 2 * before["n_epochs"]


def test_a_generation_is_kept_only_if_the_held_out_loss_falls(rings):
    clf = DistilledClassifier(
        RandomForestClassifier(40), generations=3, transfer=None, alpha=0.5, random_state=0
    ).fit(*rings)
    _, _, first, *later = clf.transfer_summary_["trials"]
    assert first["stage"] == "end"
    assert {trial["stage"] for trial in later} == {"generation"}
    losses = [first["log_loss"], *(trial["log_loss"] for trial in later)]
    n = clf.transfer_summary_["generations"]
    assert all(np.diff(losses[: n + 1]) < 0)
    assert n == 3 or losses[n + 1] >= losses[n]
    assert [trial["chosen"] for trial in later] == [i == n - 1 for i in range(len(later))]


def test_an_assistant_teaches_a_smaller_student(rings):
    params = {"student": "linear", "transfer": None, "alpha": 1.0, "random_state": 0}
    teacher = RandomForestClassifier(40)
    clf = DistilledClassifier(
        teacher, generations=1, assistant_layer_sizes=(64,), early_stopping=False, max_epochs=8,
        **params,
    ).fit(*rings)  # fmt: skip
    plain = DistilledClassifier(teacher, early_stopping=False, max_epochs=8, **params).fit(*rings)
    assert clf.transfer_summary_["generations"] == 1
    assert repr(clf.student_) == repr(plain.student_)
    assert np.abs(clf.predict_proba(rings[0]) - plain.predict_proba(rings[0])).max() > 1e-3


@pytest.mark.parametrize("early_stopping", [True, False])
def test_labels_alone_have_no_generations(early_stopping, rings):
    clf = DistilledClassifier(
        GaussianNB(), alpha=0, transfer=None, generations=2, max_epochs=3,
        early_stopping=early_stopping, random_state=0,
    ).fit(*rings)  # fmt: skip
    assert clf.transfer_summary_["generations"] == 0
