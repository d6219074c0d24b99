"""Teachers of any library take the user's labels and tables, also inside other estimators."""

import warnings

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
import torch
from catboost import CatBoostClassifier
from joblib import parallel_config
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_iris
from sklearn.ensemble import (
    BaggingClassifier,
    RandomForestClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from skorch import NeuralNetClassifier
from skorch.dataset import Dataset
from torch import nn
from xgboost import XGBClassifier

from skdistill import DistilledClassifier
from skdistill.exceptions import DistillationWarning
from skdistill.tasks import Multiclass
from skdistill.teachers._adapt import LabelEncodedTeacher, adapt, is_fitted

X, Y = load_iris(return_X_y=True)
LABELS = load_iris().target_names[Y]
FRAME = pd.DataFrame(X, columns=list("abcd"))
TOWNS = FRAME.assign(town=np.array(["Rome", "Oslo", "Bonn"])[np.arange(len(Y)) % 3])


class Net(torch.nn.Module):
    def __init__(self, n_outputs=3):
        super().__init__()
        self.layer = torch.nn.Linear(4, n_outputs)

    def forward(self, X):
        return self.layer(X).softmax(dim=1)


def net():
    return NeuralNetClassifier(Net, max_epochs=15, lr=0.2, verbose=0, train_split=None)


def boosting():
    return XGBClassifier(n_estimators=5, n_jobs=1)


def catboost(**params):
    params = {"iterations": 5, "verbose": 0, "thread_count": 1, **params}
    return CatBoostClassifier(allow_writing_files=False, **params)


def quick(teacher, **params):
    params = {"max_epochs": 20, "transfer": None, "random_state": 0, **params}
    return DistilledClassifier(teacher, **params)


def forest():
    return RandomForestClassifier(5)


INSIDE = {
    "search": lambda make: GridSearchCV(make(), {}, cv=2),
    "candidate": lambda make: GridSearchCV(
        make_pipeline(forest()), {"randomforestclassifier": [make()]}, cv=2
    ),
    "calibration": lambda make: CalibratedClassifierCV(make(), cv=2),
    "pipeline": lambda make: make_pipeline(StandardScaler(), make()),
    "calibration in a pipeline": lambda make: make_pipeline(
        StandardScaler(), CalibratedClassifierCV(make(), cv=2)
    ),
    "vote": lambda make: VotingClassifier([("a", make()), ("b", forest())], voting="soft"),
    "stack": lambda make: StackingClassifier([("a", make()), ("b", forest())], cv=2),
    "bag": lambda make: BaggingClassifier(make(), n_estimators=3),
}


@pytest.mark.parametrize("wrap", INSIDE.values(), ids=INSIDE)
@pytest.mark.parametrize("make", [boosting, net], ids=["xgboost", "skorch"])
def test_a_library_of_its_own_mind_serves_inside_other_estimators(make, wrap):
    teacher = wrap(make)
    first, again = (quick(teacher, cv=3).fit(FRAME, LABELS) for _ in range(2))
    np.testing.assert_array_equal(first.teacher_.classes_, np.unique(LABELS))
    assert np.mean(first.teacher_.predict(FRAME) == LABELS) > 0.6
    np.testing.assert_array_equal(first.predict_proba(FRAME), again.predict_proba(FRAME))


def test_out_of_bag_answers_pass_through():
    teacher = BaggingClassifier(boosting(), n_estimators=40, oob_score=True)
    assert quick(teacher, cv="oob").fit(X, LABELS).score(X, LABELS) > 0.8


def test_a_stack_of_scores_passes_its_scores_on():
    parts = [("a", boosting()), ("b", forest())]
    teacher = LabelEncodedTeacher(StackingClassifier(parts, LogisticRegression(), cv=2))
    assert not hasattr(teacher, "classes_")
    fitted = teacher.fit(X, LABELS)
    assert hasattr(fitted, "predict_proba")
    np.testing.assert_array_equal(
        fitted.decision_function(X), fitted.estimator_.decision_function(X)
    )


def test_other_teachers_are_clones_and_no_more():
    teacher = make_pipeline(StandardScaler(), forest())
    assert type(adapt(teacher, Multiclass(np.arange(3)))) is type(teacher)


@pytest.mark.parametrize("kind", [np.asarray, pd.DataFrame, scipy.sparse.csr_array])
@pytest.mark.parametrize("pipeline", [False, True])
def test_a_frozen_net_is_asked_about_any_table(kind, pipeline):
    teacher = make_pipeline("passthrough", net()) if pipeline else net()
    teacher.fit(X[::2].astype(np.float32), Y[::2].astype(np.int64))
    expected = teacher.predict_proba(X[1::2].astype(np.float32))
    clf = quick(FrozenEstimator(teacher)).fit(kind(X[1::2]), Y[1::2])
    asked = clf.teacher_.predict_proba(kind(X[1::2]))
    np.testing.assert_allclose(asked, expected, rtol=1e-5)
    assert (teacher[-1] if pipeline else teacher).dataset is Dataset  # the user's own is as it was


def test_torchs_generator_is_left_as_it_was():
    state = torch.random.get_rng_state()
    quick(net()).fit(X, LABELS)
    assert torch.equal(state, torch.random.get_rng_state())


@pytest.mark.parametrize(
    "teacher",
    [
        catboost(cat_features=["town"]),
        catboost(cat_features=[4], class_weights=[1, 2, 1]),
        catboost(cat_features=np.array([4])),
        make_pipeline("passthrough", catboost(cat_features=["town"])),
        VotingClassifier([("c", catboost(cat_features=["town"]))], voting="soft"),
    ],
    ids=["names", "positions", "array", "pipeline", "vote"],
)
def test_catboost_takes_a_list_of_categories(teacher):
    before = str(teacher.get_params())
    if isinstance(teacher, VotingClassifier):
        teacher.set_params(c__cat_features=["town"])
    assert quick(teacher).fit(TOWNS, LABELS).score(TOWNS, LABELS) > 0.8
    assert str(teacher.get_params()) == before


def test_what_cannot_be_cloned_says_what_to_give_it():
    class Altered(GaussianNB):
        def __init__(self, weights=None):
            super().__init__()
            self.weights = dict(weights or {})  # as CatBoost does in some versions

    with pytest.raises(RuntimeError, match="Cannot clone") as caught:
        quick(Altered({"setosa": 1})).fit(X, LABELS)
    assert "give it tuples" in caught.value.__notes__[0]


@pytest.mark.parametrize(
    "teacher",
    [
        GaussianNB(),
        make_pipeline(StandardScaler(), GaussianNB()),
        GridSearchCV(GaussianNB(), {}, cv=2),
        boosting(),
        net(),
        catboost(cat_features=["town"]),
    ],
    ids=lambda teacher: type(teacher).__name__,
)
def test_a_fitted_teacher_is_fitted_anew_and_that_is_said_once(teacher):
    of_catboost = isinstance(teacher, CatBoostClassifier)
    rows, y = (TOWNS if of_catboost else X.astype(np.float32)), Y.astype(np.int64)
    with warnings.catch_warnings():
        warnings.simplefilter("error", DistillationWarning)
        quick(teacher).fit(rows, y)
    if not of_catboost:
        teacher = clone(teacher)
    teacher.fit(rows, y)
    with pytest.warns(DistillationWarning, match="is fitted already; a clone .* anew") as caught:
        quick(teacher).fit(rows, y)
    assert len(caught) == 1


def test_a_search_says_nothing_of_a_fitted_teacher():
    search = GridSearchCV(quick(GaussianNB().fit(X, Y)), {"alpha": [0.5]}, cv=2)
    search.fit(X, Y)
    assert search.best_score_ > 0.5


class LogOutputs(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(4, 3)

    def forward(self, X):
        return self.linear(X).log_softmax(dim=1)


def test_answers_that_are_no_probabilities_are_refused_not_turned_upside_down():
    X, y = load_iris(return_X_y=True)
    net = NeuralNetClassifier(
        LogOutputs,
        max_epochs=2,
        criterion=nn.CrossEntropyLoss,
        predict_nonlinearity=None,
        train_split=None,
        verbose=0,
    )
    clf = DistilledClassifier(net, transfer=None, cv=2, max_epochs=2, random_state=0)
    with pytest.raises(ValueError, match="each row must be probabilities"):
        clf.fit(X, y)


def test_a_net_that_knows_its_classes_is_not_fitted():
    assert not is_fitted(NeuralNetClassifier(nn.Linear, classes=[0, 1]))


@pytest.mark.filterwarnings("ignore:The calibration of the teacher's answers ended")
def test_distilled_nets_in_threads_inside_a_vote_do_not_wait_for_each_other():
    X, y = load_iris(return_X_y=True)
    net = NeuralNetClassifier(
        LogOutputs, max_epochs=1, criterion=nn.CrossEntropyLoss, train_split=None, verbose=0
    )
    few = {"transfer": None, "cv": 2, "max_epochs": 1, "random_state": 0}
    parts = [(name, DistilledClassifier(net, **few)) for name in "ab"]
    vote = VotingClassifier(parts, voting="soft", n_jobs=2)
    with parallel_config("threading"):
        DistilledClassifier(vote, **few).fit(X, y)
