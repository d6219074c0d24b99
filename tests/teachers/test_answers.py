"""Any teacher is asked about rows that it did not see."""

import pickle

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
import sklearn
import torch
from catboost import CatBoostClassifier
from lightgbm import LGBMClassifier
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_iris, make_classification
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    VotingClassifier,
)
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GroupKFold,
    KFold,
    LeaveOneGroupOut,
    RepeatedStratifiedKFold,
)
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier
from skorch import NeuralNetClassifier
from xgboost import XGBClassifier

from skdistill import DistilledClassifier
from skdistill.exceptions import DistillationWarning
from skdistill.flow import check_samples
from skdistill.tasks import Multiclass
from skdistill.teachers import Fits, Side, choose_answers
from skdistill.teachers._cross_fitted import CrossFitted

X, Y = load_iris(return_X_y=True)
N = len(Y)
LABELS = np.array(["setosa", "versicolor", "virginica"], dtype=object)[Y]


class Memoriser(ClassifierMixin, BaseEstimator):
    """Gives certainty for a row that it saw, and a coin's toss for any other."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        self.rows_ = {row.tobytes() for row in X}
        return self

    def predict_proba(self, X):
        seen = np.array([row.tobytes() in self.rows_ for row in X])
        k = len(self.classes_)
        return np.where(seen[:, None], np.eye(k)[0], 1 / k)

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]


class Recorder(GaussianNB):
    """Keeps what its last fit was given, on the class."""

    calls: list = []  # noqa: RUF012

    def fit(self, X, y, sample_weight=None):
        Recorder.calls.append((np.asarray(X), np.asarray(y), sample_weight))
        return super().fit(X, y, sample_weight)


@pytest.fixture
def calls():
    Recorder.calls = []
    return Recorder.calls


def quick(teacher, **params):
    return DistilledClassifier(teacher, random_state=0, **{"max_epochs": 3, **params})


def ask(teacher, X, y, cv, *, groups=None, race=True):
    """Return the final Side, the race's if there is one, and the folds."""
    data, all_rows = check_samples(Multiclass, X, y, None, groups, None)
    answers = choose_answers(quick(teacher, cv=cv), data)
    params = {} if groups is None else {"groups": groups}
    folds = answers.folds(data, all_rows, params, 0)
    fits = Fits(answers.prepare(0), data, {})
    return *answers.sides(fits, folds, race=race, random_state=0), folds


GROUPS = np.arange(N) % 7


THIRDS = np.tile([0, 1, 2], N // 3)
RARE = np.where(np.arange(N) < 2, 9, THIRDS)
HALVES = [(np.arange(75, N), np.arange(75)), (np.arange(75), np.arange(75, N))]
PATHS = {
    "number": {"cv": 5},
    "number with groups": {"cv": 5, "groups": GROUPS},
    "KFold": {"cv": KFold(3, shuffle=True, random_state=0)},
    "GroupKFold": {"cv": GroupKFold(4), "groups": GROUPS},
    "repeated": {"cv": RepeatedStratifiedKFold(n_splits=3, n_repeats=2, random_state=0)},
    "iterable": {"cv": HALVES},
    "two folds": {"cv": 2},
    "two groups": {"cv": LeaveOneGroupOut(), "groups": np.arange(N) % 2},
    "rare class": {"cv": 5, "y": RARE},
    "rare class with groups": {"cv": 5, "y": RARE, "groups": GROUPS},
    "repeats": {"cv": 5, "index": np.arange(N) % 100},
    "repeats in two folds": {"cv": 2, "index": np.arange(N) % 100},
}  # fmt: skip


@pytest.mark.filterwarnings("ignore:.* of the rows repeat others")
@pytest.mark.parametrize("path", PATHS)
def test_no_row_is_scored_by_a_teacher_that_saw_it(path):
    given = {"y": THIRDS, "index": np.arange(N), **PATHS[path]}
    rows = (X + np.arange(N)[:, None] * 1e-6)[given["index"]]  # no others alike
    y, groups = given["y"][given["index"]], given.get("groups")
    final, race, folds = ask(Memoriser(), rows, y, given["cv"], groups=groups)
    assert final.held_out.all()
    np.testing.assert_allclose(np.exp(final.scores), 1 / len(np.unique(y)))
    train, test = folds[0]
    known = {row.tobytes() for row in rows[test]}
    assert not race.teacher.rows_ & known
    # a row that is the only one of its class in the race is answered by the race's own teacher
    several = np.isin(y[train], [label for label in y if np.sum(y[train] == label) > 1])
    answers = np.exp(race.scores)[train[several]]
    assert (answers.max(axis=1) <= 1 / 3 + 1e-9).all()


def test_the_race_knows_nothing_of_the_first_folds_test_rows():
    rows = X + np.arange(N)[:, None] * 1e-6

    class Spy(Memoriser):
        def fit(self, X, y):
            fits.append({row.tobytes() for row in X})
            return super().fit(X, y)

    for cv, n_fits in ((5, 5), (2, 4)):  # the first fold's teacher, and one for each inner fold
        fits = []
        *_, folds = ask(Spy(), rows, Y, cv)
        first_test = {rows[i].tobytes() for i in folds[0][1]}
        assert len([fit for fit in fits if not fit & first_test]) == n_fits


@pytest.mark.parametrize("cv", ["oob", 5])
def test_labels_that_are_random_by_group_cannot_be_known(cv):
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(40), 5)
    rows = rng.normal(size=(40, 3))[groups] + 0.01 * rng.normal(size=(200, 3))
    y = rng.integers(0, 2, 40)[groups]
    clf = quick(RandomForestClassifier(30, oob_score=True), cv=cv, transfer=None)
    if cv == "oob":
        with pytest.raises(ValueError, match=r"leaves out rows, not groups: .* Use cv=5"):
            clf.fit(rows, y, groups=groups)
    else:
        assert clf.fit(rows, y, groups=groups).calibrator_.temperature_ > 1.5


@pytest.mark.filterwarnings("ignore:The calibration of the teacher's answers ended")
def test_out_of_bag_answers_know_no_random_label_but_those_of_copies():
    rng = np.random.default_rng(0)
    rows, y = rng.normal(size=(150, 3)), rng.integers(0, 2, 150)
    forest = RandomForestClassifier(60, oob_score=True)
    assert quick(forest, cv="oob").fit(rows, y).calibrator_.temperature_ > 1.5
    with pytest.warns(DistillationWarning, match="Out-of-bag answers to a row know its copies"):
        quick(forest, cv="oob").fit(np.tile(rows, (2, 1)), np.tile(y, 2))


@pytest.mark.parametrize("wrap", [FrozenEstimator, lambda t: make_pipeline(FrozenEstimator(t))])
def test_a_frozen_forest_has_no_out_of_bag_answers(wrap):
    forest = RandomForestClassifier(60, oob_score=True).fit(X, Y)
    with pytest.raises(ValueError, match="Pass the teacher without FrozenEstimator, or rows"):
        quick(wrap(forest), cv="oob").fit(X, Y)


def test_groups_never_straddle_folds():
    for cv in (5, GroupKFold(3)):
        *_, folds = ask(GaussianNB(), X, Y, cv, groups=GROUPS)
        for train, test in folds:
            assert not set(GROUPS[train]) & set(GROUPS[test])


def test_answers_to_rows_in_several_folds_are_averaged():
    class ByFold(DummyClassifier):
        """Is sure of the class of its last training row."""

        def predict_proba(self, X):
            return np.tile(np.eye(2)[self.last_], (len(X), 1))

        def fit(self, X, y):
            self.last_ = int(X[-1, 0])
            return super().fit(X, y)

    rows = np.array([[0.0], [1.0], [0.0], [1.0]])
    folds = [([0, 1], [2, 3]), ([1, 2], [0, 3]), ([2, 3], [0, 1])]
    folds = [(np.array(a), np.array(b)) for a, b in folds]
    final, _ = ask(ByFold(), rows, np.array([0, 1, 0, 1]), folds, race=False)
    # row 0 is answered by the teachers of folds 1 (last row 2: class 0) and 2 (row 3: class 1)
    np.testing.assert_allclose(np.exp(final.scores)[[0, 3]], [[0.5, 0.5], [0.5, 0.5]])


def test_out_of_bag_answers_are_the_forests_own():
    forest = RandomForestClassifier(150, oob_score=True, random_state=0)
    final, race, folds = ask(forest, X, Y, "oob")
    expected = clone(forest).fit(X, Y).oob_decision_function_
    np.testing.assert_allclose(np.exp(final.scores), expected)
    train = folds[0][0]
    inner = clone(forest).fit(X[train], Y[train]).oob_decision_function_
    np.testing.assert_allclose(np.exp(race.scores)[train], inner)
    assert quick(forest, cv="oob").fit(X, Y).score(X, Y) > 0.8


@pytest.mark.filterwarnings("ignore:Some inputs do not have OOB scores")
@pytest.mark.filterwarnings("ignore:invalid value encountered")
def test_a_row_without_an_out_of_bag_vote_raises():
    forest = RandomForestClassifier(2, oob_score=True, random_state=0)
    with pytest.raises(ValueError, match=r"left row \d+ out of its bootstrap .*use more trees"):
        quick(forest, cv="oob").fit(X, Y)


def test_a_frozen_teacher_is_used_as_it_is():
    teacher = KNeighborsClassifier().fit(X[::2], Y[::2])
    clf = quick(FrozenEstimator(teacher)).fit(X[1::2], Y[1::2])
    assert clf.teacher_.estimator is teacher
    assert teacher.n_samples_fit_ == N // 2


@pytest.mark.parametrize("labels", [LABELS, Y * 4 - 3, Y == 1, LABELS.astype("U")])
def test_labels_of_any_kind_come_back(labels):
    clf = quick(GaussianNB(), max_epochs=30).fit(X, labels)
    np.testing.assert_array_equal(clf.classes_, np.unique(labels))
    np.testing.assert_array_equal(clf.teacher_.classes_, clf.classes_)
    assert clf.predict(X).dtype == clf.classes_.dtype
    assert clf.score(X, labels) > 0.8


TEACHERS = [
    XGBClassifier(n_estimators=5, n_jobs=1),
    make_pipeline(StandardScaler(), XGBClassifier(n_estimators=5, n_jobs=1)),
    LGBMClassifier(n_estimators=5, verbose=-1, n_jobs=1),
    CatBoostClassifier(iterations=5, verbose=0, thread_count=1, allow_writing_files=False),
    MLPClassifier((8,), max_iter=300, tol=1e-2),
    LinearSVC(),
    DecisionTreeClassifier(min_samples_leaf=5),
]


@pytest.mark.parametrize("teacher", TEACHERS, ids=lambda t: type(t).__name__)
@pytest.mark.parametrize("labels", [LABELS, np.where(Y == 2, 9, Y)], ids=["text", "gappy"])
def test_a_teacher_of_any_library_and_labels(teacher, labels):
    clf = quick(teacher, max_epochs=30).fit(X, labels)
    np.testing.assert_array_equal(clf.teacher_.classes_, np.unique(labels))
    assert clf.score(X, labels) > 0.75


class Net(torch.nn.Module):
    def __init__(self, n_outputs=3):
        super().__init__()
        self.layer = torch.nn.Linear(4, n_outputs)

    def forward(self, rows):
        return self.layer(rows).softmax(dim=1)


def test_a_skorch_teacher_on_float64_rows_and_text():
    teacher = NeuralNetClassifier(Net, max_epochs=30, lr=0.1, verbose=0, train_split=None)
    clf = quick(teacher, max_epochs=30).fit(X, LABELS)
    assert clf.score(X, LABELS) > 0.75


def test_a_decision_function_becomes_log_odds():
    teacher = LinearSVC().fit(X, Y == 1)
    final, *_ = ask(FrozenEstimator(teacher), X, Y == 1, 5)
    odds = final.scores[:, 1] - final.scores[:, 0]
    np.testing.assert_allclose(odds, teacher.decision_function(X))


def test_a_class_missing_from_a_fold_gets_probability_zero():
    y = np.where(np.arange(N) < 4, 2, Y % 2)
    folds = [(np.arange(75, N), np.arange(75)), (np.arange(75), np.arange(75, N))]
    with pytest.warns(DistillationWarning, match=r"training rows lack classes \[2\]"):
        final, _ = ask(GaussianNB(var_smoothing=1e-2), X, y, folds, race=False)
    assert np.all(final.scores[:75, 2] == -np.inf)
    with pytest.warns(DistillationWarning):
        clf = quick(GaussianNB(var_smoothing=1e-2), cv=folds).fit(X, y)
    assert clf.predict_proba(X).shape == (N, 3)


def test_a_class_of_one_row_is_always_in_training():
    y = Y.copy()
    y[10] = 7
    with pytest.warns(DistillationWarning, match="1 classes have a single row"):
        final, _, folds = ask(GaussianNB(var_smoothing=1e-2), X, y, 5)
    assert all(10 in train and 10 not in test for train, test in folds)
    assert final.held_out.tolist() == [i != 10 for i in range(N)]
    with pytest.warns(DistillationWarning, match="single row"):
        clf = quick(GaussianNB(var_smoothing=1e-2)).fit(X, y)
    assert clf.classes_.tolist() == [0, 1, 2, 7]


FRAME = pd.DataFrame(X, columns=["sl", "sw", "pl", "pw"]).assign(
    town=pd.Categorical(np.array(["Rome", "Oslo", "Bonn"])[np.arange(N) % 3])
)


@pytest.mark.parametrize(
    "teacher",
    [
        make_pipeline(
            make_column_transformer((OneHotEncoder(), ["town"]), (StandardScaler(), ["pl", "pw"])),
            LogisticRegression(),
        ),
        HistGradientBoostingClassifier(categorical_features="from_dtype", max_iter=5),
    ],
    ids=["columns by name", "native categories"],
)
def test_a_teacher_that_needs_a_frame_gets_one(teacher):
    rng = np.random.default_rng(0)
    rows = pd.concat([FRAME, FRAME]).iloc[rng.permutation(2 * N)]
    clf = quick(teacher, max_epochs=20, transfer="munge")
    with pytest.warns(DistillationWarning, match="of the rows repeat others"):
        clf.fit(rows, np.tile(LABELS, 2)[rows.index])
    assert clf.score(FRAME, LABELS) > 0.7


def test_the_default_teacher_takes_a_messy_frame():
    rng = np.random.default_rng(0)
    n = 240
    frame = pd.DataFrame(
        {
            "amount": np.where(rng.random(n) < 0.1, np.nan, rng.normal(size=n)),
            "count": rng.integers(0, 50, n),
            "town": rng.choice(["Rome", "Oslo", None], n),
            "size": pd.Categorical(rng.choice(["S", "M"], n)),
            "since": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, n), "D"),
            "member": rng.random(n) < 0.5,
        }
    )
    y = np.where(frame["count"] + 20 * frame["member"] > 30, "yes", "no")
    clf = DistilledClassifier(random_state=0).fit(frame, y)
    assert clf.score(frame, y) > 0.9
    new = frame.head(3).assign(town="Atlantis", amount=np.nan)
    assert np.isfinite(clf.predict_proba(new)).all()


@pytest.mark.parametrize("teacher", [None, RandomForestClassifier(10)], ids=["default", "forest"])
def test_sparse_rows(teacher):
    rows, y = make_classification(120, 30, n_informative=10, random_state=0)
    rows[np.abs(rows) < 1] = 0
    clf = DistilledClassifier(teacher, random_state=0).fit(scipy.sparse.csr_array(rows), y)
    dense = clf.predict_proba(rows)
    np.testing.assert_allclose(clf.predict_proba(scipy.sparse.csc_array(rows)), dense, atol=1e-12)
    assert clf.score(rows, y) > 0.8


def test_unset_random_states_inside_the_teacher_are_filled():
    teacher = VotingClassifier(
        [("a", DecisionTreeClassifier()), ("b", DecisionTreeClassifier(random_state=3))],
        voting="soft",
    )
    first, again = (quick(teacher).fit(X, Y) for _ in range(2))
    assert teacher.estimators[0][1].random_state is None
    assert first.teacher_.estimators_[0].random_state is not None
    assert first.teacher_.estimators_[1].random_state == 3
    np.testing.assert_array_equal(first.predict_proba(X), again.predict_proba(X))


@pytest.mark.parametrize("wrap", [False, True], ids=["plain", "in a vote"])
def test_weights_reach_the_teacher_and_zero_rows_are_dropped(wrap, calls):
    teacher = VotingClassifier([("r", Recorder())], voting="soft") if wrap else Recorder()
    weight = np.where(np.arange(N) % 3 == 0, 0.0, np.arange(N) + 1.0)
    quick(teacher).fit(X, Y, sample_weight=weight)
    rows, _, given = calls[0]
    np.testing.assert_array_equal(rows, X[weight > 0])
    np.testing.assert_array_equal(given, weight[weight > 0])
    for rows, _, given in calls:
        expected = {row.tobytes(): w for row, w in zip(X, weight, strict=True)}
        assert all(
            w in weight and (expected[row.tobytes()] == w or (X == row).all(1).sum() > 1)
            for row, w in zip(rows, given, strict=True)
        )


def test_a_teacher_without_weights_is_fitted_without_and_says_so_once():
    with pytest.warns(DistillationWarning, match="takes no sample_weight") as caught:
        quick(KNeighborsClassifier()).fit(X, Y, sample_weight=np.ones(N))
    assert sum("takes no sample_weight" in str(w.message) for w in caught) == 1


def test_metadata_routing_reaches_a_step_and_the_splitter(calls):
    weight = np.arange(N) + 1.0
    with sklearn.config_context(enable_metadata_routing=True):
        teacher = make_pipeline(
            StandardScaler().set_fit_request(sample_weight=False),
            Recorder().set_fit_request(sample_weight=True),
        )
        clf = quick(teacher, cv=GroupKFold(3))
        clf.fit(X, Y, sample_weight=weight, groups=GROUPS)
    np.testing.assert_array_equal(calls[0][2], weight)
    sizes = {len(given) for _, _, given in calls[1:]}
    assert sizes <= {np.isin(GROUPS, list(s)).sum() for s in _subsets(range(7))}


def _subsets(items):
    items = list(items)
    return [[i for k, i in enumerate(items) if mask >> k & 1] for mask in range(2 ** len(items))]


def test_labels_alone_ask_the_teacher_nothing(calls):
    clf = quick(Recorder(), alpha=0, transfer=None).fit(X, Y)
    assert len(calls) == 1
    assert clf.calibrator_ is None


def test_the_race_calibrates_by_no_label_of_the_first_folds_test_rows():
    for teacher, cv in (
        (GaussianNB(), 5),
        (RandomForestClassifier(150, oob_score=True), "oob"),
        (FrozenEstimator(GaussianNB().fit(X, Y)), 5),
    ):
        final, race, folds = ask(teacher, X, Y, cv)
        train, test = folds[0]
        assert final.held_out.all()
        assert race.held_out[train].all()
        assert not race.held_out[test].any()
        assert race.index.tolist() == train.tolist()


def test_answers_by_the_only_teacher_that_there_is_do_not_calibrate():
    data, _ = check_samples(Multiclass, X, Y, None, None, None)
    answers = CrossFitted(quick(GaussianNB()), data)
    teacher = GaussianNB().fit(X, Y)
    answered, hidden = np.arange(0, N, 2), np.arange(0, N, 4)
    part = answered, np.log(np.full((len(answered), 3), 1 / 3))
    side = answers._side(np.arange(1, N), teacher, [part], hidden)
    assert np.flatnonzero(side.held_out).tolist() == list(range(2, N, 4))
    np.testing.assert_allclose(np.exp(side.scores[1::2]), teacher.predict_proba(X)[1::2])
    none = answers._side(np.arange(1, N), teacher, [part], answered)
    assert np.flatnonzero(none.held_out).tolist() == list(range(1, N))


def test_a_side_of_other_types_cannot_be_made():
    index, yes, scores = np.arange(3), np.ones(3, bool), np.zeros((3, 2))
    Side(index, None, scores, yes)
    for wrong in (
        (index, None, scores.astype(np.float32), yes),
        (index, None, scores[:2], yes),
        (index, None, scores, yes.astype(int)),
        (index.astype(float), None, scores, yes),
    ):
        with pytest.raises(TypeError, match="must be"):
            Side(*wrong)


def test_without_a_number_of_folds_they_are_stratified_all_the_same():
    y = np.sort(Y)
    *_, folds = ask(GaussianNB(), X, y, None)
    assert len(folds) == 5
    assert all(set(y[train]) == set(y) for train, _ in folds)


def test_a_worker_gets_who_answers_and_no_rows():
    scores, yes = np.zeros((10_000, 3)), np.ones(10_000, bool)
    side = Side(np.arange(5), GaussianNB(), scores, yes, targets=scores, unlabeled=scores)
    assert len(pickle.dumps(side.without_rows())) < 1_000
    assert side.without_rows().teacher is side.teacher
