"""The race trains what the rules say, and knows nothing of the rows it is judged on."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import KFold
from sklearn.naive_bayes import GaussianNB
from sklearn.tree import DecisionTreeClassifier

from skdistill import DistilledClassifier, Munge
from skdistill.race import _policy, _run
from skdistill.race._policy import Candidate, Decision
from skdistill.race._run import some
from skdistill.samplers import SAMPLERS
from skdistill.students import split_bins
from skdistill.training import train_student


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
    for module in (_policy, _run):
        monkeypatch.setattr(module, "MAX_RACE_ROWS", 150)
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


def trials(clf, stage):
    return [t for t in clf.transfer_summary_["trials"] if t["stage"] == stage]


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

    def recorded(task, encoding, rows, labels, *others):
        seen.append((rows, labels))
        return encoding

    monkeypatch.setattr(_run, "split_bins", recorded)
    X, y = sharp_rules(600)
    X = X.astype(np.float32)
    folds = KFold(5).split(X)
    train, _ = next(KFold(5).split(X))
    DistilledClassifier(GaussianNB(), cv=folds, transfer=None, alpha=0.5, max_epochs=2).fit(X, y)
    ((rows, labels),) = seen
    assert np.array_equal(rows, X[train])
    assert np.array_equal(labels, y[train])


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


def test_labels_alone_have_no_generations_without_early_stopping(rings):
    clf = DistilledClassifier(
        GaussianNB(), alpha=0, transfer=None, generations=2, max_epochs=3,
        early_stopping=False, random_state=0,
    ).fit(*rings)  # fmt: skip
    assert clf.transfer_summary_["generations"] == 0


N, N_TRAIN = 300, 240
X, Y = make_classification(N, 6, random_state=0)
FOLDS = list(KFold(5).split(X))


@pytest.fixture
def attempt(monkeypatch):
    """Race some candidates, the last of which wins: return the fit, facts, outcomes, trainings."""

    def run(*candidates, **params):
        seen, outcomes, trainings = [], [], []

        def choose(facts):
            seen.append(facts)
            for candidate in candidates:
                outcomes.append((yield candidate))
            return Decision(candidates[0], outcomes[-1], "because", 0, 2, [])

        def train(lessons, training, **how):
            trainings.append((lessons, training, how))
            return train_student(lessons, training, **how)

        monkeypatch.setattr(_run, "choose", choose)
        monkeypatch.setattr(_run, "train_student", train)
        fit_params = params.pop("fit_params", {})
        settings = {"transfer": "munge", "max_epochs": 6, "cv": FOLDS, "random_state": 0}
        clf = DistilledClassifier(GaussianNB(), **settings | params).fit(X, Y, **fit_params)
        return clf, seen[0], outcomes, trainings

    return run


MUNGE = Candidate("munge", 0.3, 2)


def test_a_candidate_is_trained_as_it_says(attempt):
    last = replace(MUNGE, max_epochs=5, stops=False, real_weight=4.0, alpha=0.7)
    _, _, outcomes, trainings = attempt(MUNGE, last, replace(MUNGE, source=None, share=1.0))
    (lessons, training, how), (heavier, longer, monitored), (plain, full, _) = trainings
    assert lessons.count() == {"n_real": N_TRAIN, "n_unlabeled": 0, "n_synthetic": 2 * N_TRAIN}
    assert plain.count()["n_synthetic"] == 0
    assert (training.max_epochs, longer.max_epochs, full.max_epochs) == (3, 5, 6)
    assert (how["alpha"], monitored["alpha"]) == (0.3, 0.7)
    assert (set(how), set(monitored)) == ({"alpha", "validation"}, {"alpha", "monitor"})
    assert heavier.rows is lessons.rows  # composed once
    assert heavier.weight[0] == pytest.approx(4 * heavier.weight[-1])
    assert [outcome.full_epochs for outcome in outcomes] == [6, 6, 6]
    assert [outcome.max_epochs for outcome in outcomes] == [3, 5, 6]
    assert [outcome.n_synthetic for outcome in outcomes] == [2 * N_TRAIN, 2 * N_TRAIN, 0]


def test_held_out_losses_are_of_the_students_recalibrated_answers(attempt):
    plain = replace(MUNGE, source=None)
    clf, _, (outcome,), _ = attempt(plain, transfer=None)
    test = FOLDS[0][1]
    assert outcome.losses.shape == outcome.weight.shape == test.shape
    assert outcome.loss == clf.transfer_summary_["trials"][0]["log_loss"]
    assert 0 < outcome.loss < np.log(2)


def test_a_candidate_learns_from_the_rows_that_it_says(attempt, monkeypatch):
    monkeypatch.setattr(_run, "MAX_RACE_ROWS", 100)
    monkeypatch.setattr(_run, "SCREENING_ROWS", 50)
    screening = replace(MUNGE, rows="screening", stage="screening")
    _, _, _, trainings = attempt(
        screening, replace(MUNGE, rows="race"), MUNGE, replace(MUNGE, fold=1), replace(MUNGE)
    )
    real = [lessons.rows[lessons.origin == 0] for lessons, _, _ in trainings]
    assert [len(rows) for rows in real] == [50, 100, N_TRAIN, N_TRAIN, N_TRAIN]
    assert [len(lessons) for lessons, _, _ in trainings] == [3 * len(rows) for rows in real]
    few, some_rows, *_ = ({tuple(row) for row in rows} for rows in real)
    assert few < some_rows
    for position, (train, test) in ((2, FOLDS[0]), (3, FOLDS[1]), (4, FOLDS[0])):
        np.testing.assert_array_equal(real[position], X[train].astype(np.float32))
        held_out = trainings[position][2]["validation"].rows
        np.testing.assert_array_equal(held_out, X[test].astype(np.float32))


def test_screening_draws_no_more_rows_than_the_user_wants(attempt):
    screening = replace(MUNGE, rows="screening", stage="screening")
    _, _, outcomes, _ = attempt(screening, MUNGE, n_synthetic=100)
    assert [outcome.n_synthetic for outcome in outcomes] == [100, 100]
    _, _, outcomes, _ = attempt(screening, MUNGE, n_synthetic=1000)
    assert [outcome.n_synthetic for outcome in outcomes] == [2 * N_TRAIN, 1000]


def test_splits_are_made_once_on_the_rows_of_the_race(attempt, monkeypatch):
    monkeypatch.setattr(_run, "MAX_RACE_ROWS", 100)
    made = []

    def recorded(task, encoding, rows, *others):
        made.append(len(rows))
        return split_bins(task, encoding, rows, *others)

    monkeypatch.setattr(_run, "split_bins", recorded)
    splits = replace(MUNGE, bins="splits", rows="race")
    clf, _, _, trainings = attempt(MUNGE, splits, replace(splits, rows="all"))
    quantiles, first, again = (training.encoding.bin_low for _, training, _ in trainings)
    assert made == [100]
    assert not np.array_equal(quantiles, first)
    np.testing.assert_array_equal(first, again)
    np.testing.assert_array_equal(first, clf.student_.layers[0].bin_low)


def test_a_student_teaches_the_next_and_an_assistant_is_of_its_own_shape(attempt):
    assistant = replace(MUNGE, is_assistant=True)
    _, _, _, trainings = attempt(
        assistant, replace(MUNGE, teacher=assistant), MUNGE,
        assistant_layer_sizes=(5,), hidden_layer_sizes=(3,), generations=1,
    )  # fmt: skip
    (base, tall, _), (taught, small, _), (last, _, _) = trainings
    assert tall.net["hidden_layer_sizes"] != small.net["hidden_layer_sizes"]
    np.testing.assert_array_equal(base.targets, last.targets)
    np.testing.assert_array_equal(taught.rows, base.rows)
    assert np.abs(taught.targets - base.targets).max() > 1e-3
    np.testing.assert_allclose(taught.targets.sum(axis=1), 1, rtol=1e-5)


def test_repetitions_are_not_told_and_winners_are_marked(attempt):
    again = replace(MUNGE, stage="repeat")
    clf, _, _, _ = attempt(MUNGE, replace(MUNGE, alpha=0.6), again)
    told = clf.transfer_summary_["trials"]
    assert [trial["alpha"] for trial in told] == [0.3, 0.6]
    assert [trial["chosen"] for trial in told] == [True, False]
    assert clf.transfer_summary_["reason"] == "because"
    assert clf.n_iter_ == 2
    assert list(told[0]) == [
        *("source", "alpha", "real_weight", "stage", "bins"),
        *("n_synthetic", "log_loss", "n_epochs", "realism_auc", "chosen"),
    ]


def test_realism_is_measured_once_for_a_source_of_enough_rows(attempt, monkeypatch):
    measured = []
    monkeypatch.setattr(_run, "realism_auc", lambda *rows: measured.append(rows) or 0.7)
    few = replace(MUNGE, per_row=0)
    _, _, outcomes, _ = attempt(few, MUNGE, replace(MUNGE, per_row=3), replace(MUNGE, source=None))
    assert [outcome.realism_auc for outcome in outcomes] == [None, 0.7, 0.7, None]
    ((held_out, synthetic),) = measured
    assert (len(held_out), len(synthetic)) == (N - N_TRAIN, 2 * N_TRAIN)


def test_the_rules_are_told_the_facts(attempt):
    weight = np.where(Y == 1, 3.0, 1.0)
    _, facts, _, _ = attempt(MUNGE, generations=2, fit_params={"sample_weight": weight})
    share = np.average(Y[FOLDS[0][0]], weights=weight[FOLDS[0][0]])
    of_test = np.where(Y[FOLDS[0][1]] == 1, -np.log(share), -np.log(1 - share))
    np.testing.assert_allclose(facts.of_nobody, of_test, atol=0.02)
    assert facts.sources == ("munge",)
    assert (facts.n_real, facts.n_train, facts.n_folds) == (N, N_TRAIN, 5)
    assert (facts.per_row, facts.n_more) == (24, 72 * N_TRAIN)
    assert (facts.alpha, facts.max_epochs, facts.generations) == ("auto", 6, 2)
    assert (facts.enough, facts.has_unlabeled, facts.has_bins) == (True, False, True)
    assert not facts.assists


@pytest.mark.parametrize(
    ("params", "known"),
    [
        ({"alpha": 0.4}, {"alpha": 0.4}),
        ({"n_synthetic": 50}, {"n_more": None}),
        ({"transfer": "auto"}, {"sources": (None, *SAMPLERS), "n_more": 72 * N_TRAIN}),
        ({"fit_params": {"X_unlabeled": X}}, {"has_unlabeled": True}),
        ({"num_embedding": "none"}, {"has_bins": False}),
        ({"assistant_layer_sizes": (5,), "generations": 1}, {"assists": True}),
    ],
)
def test_what_the_user_says_is_a_fact(attempt, params, known):
    _, facts, _, _ = attempt(MUNGE, **params)
    assert {name: getattr(facts, name) for name in known} == known


def test_every_source_is_screened_with_its_realism_and_the_best_are_raced():
    clf = DistilledClassifier(GaussianNB(), max_epochs=3, random_state=0).fit(X, Y)
    screened = trials(clf, "screening")
    assert [t["source"] for t in screened] == list(SAMPLERS)
    assert all(0 < t["realism_auc"] <= 1 for t in screened)
    assert {t["n_synthetic"] for t in screened} == {4 * N_TRAIN}
    best = sorted(screened, key=lambda t: t["log_loss"])[:2]
    assert [t["source"] for t in trials(clf, "race")[:2]] == [t["source"] for t in best]
    summary = clf.transfer_summary_
    (chosen,) = [t for t in summary["trials"] if t["chosen"]]
    assert chosen["stage"] in ("end", "race")
    assert {name: chosen[name] for name in ("source", "alpha", "real_weight")} == {
        name: summary[name] for name in ("source", "alpha", "real_weight")
    }
