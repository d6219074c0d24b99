"""Several labels a row, from teacher to student."""

import pickle

import numpy as np
import pytest
import scipy.sparse
from catboost import CatBoostClassifier
from sklearn.base import clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.multioutput import MultiOutputClassifier
from xgboost import XGBClassifier

from skdistill import DistilledClassifier, MultilabelStudent, load
from skdistill.exceptions import DistillationWarning
from skdistill.export import to_onnx, to_torch
from skdistill.losses import binary_loss
from skdistill.tasks import Multilabel
from skdistill.training import _compiled


def make_rows(n):
    """Return rows and labels whose log-odds are linear."""
    rng = np.random.default_rng(0)
    X, weight = rng.normal(size=(n, 5)), rng.normal(size=(5, 3))
    return X, (X @ weight + rng.logistic(size=(n, 3)) > 0).astype(int)


X, Y = make_rows(240)
LOGISTIC = MultiOutputClassifier(LogisticRegression(max_iter=1000))
FOREST = RandomForestClassifier(10, random_state=0)
UNKNOWN = np.where(np.random.default_rng(0).random(Y.shape) < 0.2, np.nan, Y)


def quick(teacher=LOGISTIC, **params):
    """Return a student that is soon fitted."""
    how = {"max_epochs": 3, "transfer": None, "hidden_layer_sizes": 8, "random_state": 0}
    return DistilledClassifier(teacher, **{**how, **params})


def log_loss_a_label(labels, proba):
    return np.mean([log_loss(labels[:, j], proba[:, j]) for j in range(labels.shape[1])])


def test_a_student_says_what_its_teacher_says():
    X, Y = make_rows(600)
    clf = quick(max_epochs=60, batch_size=32, early_stopping=False, hidden_layer_sizes=16).fit(
        X[:400], Y[:400]
    )
    assert isinstance(clf.task_, Multilabel)
    assert isinstance(clf.student_, MultilabelStudent)
    proba, teacher = clf.predict_proba(X[400:]), clf.ask_teacher(X[400:])
    assert proba.shape == teacher.shape == (200, 3)
    assert log_loss_a_label(Y[400:], proba) < 1.05 * log_loss_a_label(Y[400:], teacher)
    labels = clf.predict(X[400:])
    np.testing.assert_array_equal(labels, proba > 0.5)
    assert clf.score(X[400:], Y[400:]) == np.mean((labels == Y[400:]).all(axis=1))
    assert [each.tolist() for each in clf.classes_] == [[0, 1]] * 3


@pytest.mark.parametrize(
    "teacher",
    [
        None,
        FOREST,
        XGBClassifier(n_estimators=5),
        MultiOutputClassifier(XGBClassifier(n_estimators=5)),
        CatBoostClassifier(
            iterations=5, loss_function="MultiLogloss", verbose=0, allow_writing_files=False
        ),
    ],
    ids=["default", "forest", "xgboost", "each by xgboost", "catboost"],
)
def test_any_teacher_of_labels_serves(teacher):
    clf = quick(teacher).fit(X, Y)
    assert np.mean((clf.ask_teacher(X) > 0.5) == Y) > 0.7
    assert clf.calibrator_.temperature_.shape == (3,)


@pytest.mark.parametrize("calibration", [None, "sigmoid", "isotonic"])
def test_answers_are_calibrated_as_asked(calibration):
    clf = quick(calibration=calibration).fit(X, Y)
    assert clf.calibrator_.method == calibration
    assert 0 < clf.ask_teacher(X).min() < clf.ask_teacher(X).max() < 1


@pytest.mark.parametrize(
    "params",
    [
        {"student": "tabm", "n_members": 3},
        {"temperature": 3.0, "generations": 1},
        {"alpha": 0},
        {"transfer": "munge", "n_synthetic": 100},
        {"loss": binary_loss},
        {"early_stopping": False},
        {"teacher": RandomForestClassifier(60, oob_score=True), "cv": "oob"},
    ],
    ids=lambda params: next(iter(params)),
)
def test_every_way_of_training_serves(params):
    clf = quick(**params).fit(X, Y)
    assert np.isfinite(clf.predict_proba(X)).all()


def test_compiled_code_trains_as_torch_does(monkeypatch):
    answers = [quick(dropout=0.0).fit(X, Y).predict_proba(X)]
    monkeypatch.setattr(_compiled, "kernels", None)
    answers.append(quick(dropout=0.0).fit(X, Y).predict_proba(X))
    np.testing.assert_allclose(*answers, atol=1e-4)


@pytest.mark.parametrize(
    ("teacher", "soft_targets"),
    [(FrozenEstimator(clone(FOREST).fit(X[::2], Y[::2])), None), (None, np.full(Y.shape, 0.3))],
    ids=["frozen", "soft targets"],
)
@pytest.mark.filterwarnings("ignore:The frozen teacher is right on")
def test_some_labels_may_not_be_known(teacher, soft_targets):
    clf = quick(teacher).fit(X, UNKNOWN, soft_targets=soft_targets)
    assert np.isfinite(clf.predict_proba(X)).all()
    assert np.isfinite([epoch["valid_loss"] for epoch in clf.history_]).all()


def test_a_label_that_is_in_no_training_row_of_a_fold_is_told_of():
    rare = Y.copy()
    rare[:, 1] = 0
    rare[7, 1] = 1
    with pytest.warns(DistillationWarning, match=r"alike in the labels \[1\]"):
        clf = quick(FOREST).fit(X, rare)
    assert clf.predict_proba(X)[:, 1].max() < 0.5


def test_sparse_rows_and_labels_serve():
    clf = quick(FOREST).fit(scipy.sparse.csr_matrix(X), scipy.sparse.csr_matrix(Y))
    assert clf.predict(X).shape == Y.shape


def test_rows_of_weight_0_are_left_out():
    weight = np.r_[np.ones(200), np.zeros(40)]
    with_others = quick().fit(X, Y, sample_weight=weight).predict_proba(X)
    np.testing.assert_array_equal(with_others, quick().fit(X[:200], Y[:200]).predict_proba(X))


@pytest.mark.parametrize(
    ("y", "given", "message"),
    [
        (UNKNOWN, {}, "Input y contains NaN: .* FrozenEstimator"),
        (Y + 1, {}, "has the value 2.*MultiOutputClassifier"),
        (np.column_stack([Y, Y[:, 0] * 0]), {}, "Label 3 .* no row of positive weight has"),
        (Y[:-1], {}, "X, y: .*inconsistent numbers of samples"),
        (Y, {"soft_targets": Y[:, :2]}, r"soft_targets has answers of shape \(240, 2\): expected"),
        (Y, {"soft_targets": Y * 2.0}, "soft_targets has row"),
    ],
    ids=["unknown", "values", "constant", "length", "soft targets", "no probabilities"],
)
def test_bad_labels_are_refused_in_words(y, given, message):
    with pytest.raises(ValueError, match=message):
        quick().fit(X, y, **given)


@pytest.mark.parametrize("loss", ["dkd", "logit_mse"])
def test_losses_of_classes_are_refused(loss):
    with pytest.raises(ValueError, match="is of classes that exclude each other"):
        quick(loss=loss).fit(X, Y)


@pytest.mark.parametrize("scoring", ["accuracy", "roc_auc", "f1_macro", "average_precision"])
def test_scikit_learn_scores_it(scoring):
    scores = cross_val_score(quick(), X, Y, scoring=scoring, cv=2, error_score="raise")
    assert (scores > 0.1).all()


def test_it_is_searched_and_cloned():
    search = GridSearchCV(quick(), {"alpha": [0.3, 0.7]}, cv=2, error_score="raise").fit(X, Y)
    again = clone(search.best_estimator_).fit(X, Y)
    np.testing.assert_array_equal(again.predict_proba(X), search.predict_proba(X))


def test_it_goes_wherever_students_go(tmp_path):
    clf = quick().fit(X, Y)
    expected = clf.predict_proba(X)
    clf.student_.save(tmp_path / "student")
    np.testing.assert_array_equal(load(tmp_path / "student").predict_proba(X), expected)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(clf)).predict_proba(X), expected)
    assert to_onnx(clf).graph.output[0].name == "label"
    assert to_torch(clf) is not None
