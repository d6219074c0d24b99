"""scikit-learn's callbacks hear of every stage of a fit."""

import pickle
from collections import Counter

import numpy as np
import pytest
import sklearn
from sklearn.datasets import make_classification
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.utils.fixes import parse_version

from skdistill import DistilledClassifier

pytestmark = pytest.mark.skipif(
    parse_version(sklearn.__version__) < parse_version("1.9"),
    reason="scikit-learn has callbacks since 1.9",
)

X, y = make_classification(240, random_state=0)


class Recorder:
    """Notes the path of every task that begins and ends."""

    max_propagation_depth = None

    def __init__(self):
        self.begun, self.ended, self.torn_down = [], [], 0

    def setup(self, estimator, context):
        pass

    def teardown(self, estimator, context):
        self.torn_down += 1

    def on_fit_task_begin(self, estimator, context):
        self.begun.append(path(context))

    def on_fit_task_end(self, estimator, context):
        self.ended.append(path(context))


def path(context):
    return (*(path(context.parent) if context.parent else ()), context.task_name)


def classifier(teacher=None, **params):
    return DistilledClassifier(
        teacher or GaussianNB(), transfer="bootstrap", n_synthetic=50, alpha=0.5, max_epochs=3,
        random_state=0, **params,
    )  # fmt: skip


def test_every_stage_is_a_task_that_begins_and_ends():
    recorder = Recorder()
    clf = classifier().set_callbacks(recorder).fit(X, y)
    begun = Counter(recorder.begun)
    assert begun == Counter(recorder.ended)
    assert recorder.begun[0] == recorder.ended[-1] == ("fit",)
    assert begun["fit", "teachers fitted", "step"] == 1 + 5 + 4
    assert begun["fit", "rows of bootstrap answered", "step"] == 1
    assert begun["fit", "epochs of training", "step"] == clf.n_iter_
    assert begun["fit", "race: students trained", "epochs of training"] == len(
        clf.transfer_summary_["trials"]
    )
    assert recorder.torn_down == 1
    np.testing.assert_array_equal(clf.predict_proba(X), classifier().fit(X, y).predict_proba(X))
    assert pickle.loads(pickle.dumps(clf)).predict(X[:1]).shape == (1,)


def test_in_a_search_the_tasks_lie_in_those_of_the_search():
    recorder = Recorder()
    short = classifier(early_stopping=False)
    search = GridSearchCV(short, {"lr": [0.004, 0.01]}, cv=2, refit=False)
    search.set_callbacks(recorder).fit(X, y)
    trained = [names for names in recorder.ended if names[-2:] == ("fit", "epochs of training")]
    assert len(trained) == 4
    assert all(len(names) == 4 for names in trained)


class Fails(GaussianNB):
    """A teacher that cannot be fitted."""

    def fit(self, X, y, sample_weight=None):
        raise ArithmeticError


def test_a_fit_that_fails_ends_no_task_but_is_torn_down():
    recorder = Recorder()
    with pytest.raises(ArithmeticError):
        classifier(Fails()).set_callbacks(recorder).fit(X, y)
    assert recorder.begun == [("fit",), ("fit", "teachers fitted")]
    assert recorder.ended == []
    assert recorder.torn_down == 1


@pytest.mark.slow
def test_the_progress_bar_of_scikit_learn_draws_what_runs_in_two_processes(capfd):
    from sklearn.callback import ProgressBar

    search = GridSearchCV(classifier(early_stopping=False), {"lr": [0.004]}, cv=2, n_jobs=2)
    search.set_callbacks(ProgressBar()).fit(X, y)
    assert "DistilledClassifier" in capfd.readouterr().out
