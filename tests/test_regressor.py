"""DistilledRegressor as a citizen of scikit-learn, end to end."""

import pickle
from functools import partial

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
import torch
from catboost import CatBoostRegressor
from lightgbm import LGBMRegressor
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import make_friedman1
from sklearn.dummy import DummyRegressor
from sklearn.ensemble import (
    GradientBoostingRegressor,
    RandomForestRegressor,
    StackingRegressor,
    VotingRegressor,
)
from sklearn.exceptions import DataConversionWarning, NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.multioutput import MultiOutputRegressor
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsRegressor
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from skorch import NeuralNetRegressor
from torch import nn
from xgboost import XGBRegressor

from skdistill import DistilledRegressor, load
from skdistill._plumbing.extension import kernels
from skdistill.exceptions import DistillationWarning
from skdistill.losses import POINTS, point_loss

X, Y = make_friedman1(240, noise=0.3, random_state=0)
X_NEW, Y_NEW = make_friedman1(400, random_state=1)
SEVERAL = np.column_stack([Y, 3 * X[:, 0] - X[:, 1]])
FEW = slice(0, 120)  # rows without a race


def quick(teacher=None, **params):
    teacher = Ridge() if teacher is None else teacher
    params = {"max_epochs": 40, "transfer": None, "alpha": 0.5, "random_state": 0, **params}
    return DistilledRegressor(teacher, **params)


@pytest.fixture(scope="module")
def fitted():
    params = {"transfer": None, "max_epochs": 80, "random_state": 0}
    return DistilledRegressor(RandomForestRegressor(20), **params).fit(X, Y)


def test_the_student_is_better_than_its_forest_on_a_smooth_function(fitted):
    assert fitted.score(X_NEW, Y_NEW) > fitted.teacher_.score(X_NEW, Y_NEW)
    np.testing.assert_array_equal(fitted.predict(X), fitted.student_.predict(X))
    assert fitted.predict(X).shape == Y.shape
    assert fitted.predict(X).dtype == np.float64
    trials = fitted.transfer_summary_["trials"]
    assert {"source", "alpha", "squared_error"} <= set(trials[0])
    assert {"epoch", "train_loss", "valid_loss"} <= set(fitted.history_[0])


def test_predictions_do_not_touch_teacher_or_net(fitted, tmp_path):
    bare = pickle.loads(pickle.dumps(fitted))
    del bare.teacher_, bare.net_, bare.calibrator_
    np.testing.assert_array_equal(bare.predict(X), fitted.predict(X))
    fitted.student_.save(tmp_path / "student.safetensors")
    again = load(tmp_path / "student.safetensors")
    np.testing.assert_array_equal(again.predict(X), fitted.predict(X))


def test_clone_keeps_parameters_and_drops_the_student(fitted):
    other = clone(fitted)
    assert other.get_params()["teacher"].get_params() == fitted.teacher.get_params()
    with pytest.raises(NotFittedError, match="This DistilledRegressor instance is not fitted"):
        other.predict(X)


def test_pipeline_search_and_cross_validation():
    pipe = make_pipeline(StandardScaler(), quick())
    assert cross_val_score(pipe, X, Y, cv=2).mean() > 0.6
    grid = {"hidden_layer_sizes": [(4,), (16,)], "teacher__alpha": [1.0, 10.0]}
    search = GridSearchCV(quick(max_epochs=5), grid, cv=2).fit(X, Y)
    assert search.best_estimator_.teacher_.alpha == search.best_params_["teacher__alpha"]


def test_one_random_state_gives_one_student():
    reg = quick(RandomForestRegressor(5), max_epochs=3)
    first, again = (reg.fit(X, Y).predict(X) for _ in range(2))
    np.testing.assert_array_equal(first, again)


@pytest.mark.parametrize("n_outputs", [1, 2])
def test_predictions_have_the_dimensions_of_y(n_outputs):
    reg = quick().fit(X, SEVERAL[:, :n_outputs].squeeze())
    assert reg.predict(X).shape == ((len(X),) if n_outputs == 1 else SEVERAL.shape)
    assert reg.task_.n_outputs == reg.student_.outputs.n_outputs == n_outputs
    assert reg.ask_teacher(X).shape == (len(X), n_outputs)


def test_a_single_column_is_ravelled_with_scikit_learns_warning():
    with pytest.warns(DataConversionWarning, match="A column-vector y was passed") as caught:
        reg = quick(max_epochs=3).fit(X, Y[:, None])
    assert len(caught) == 1
    np.testing.assert_array_equal(reg.predict(X), quick(max_epochs=3).fit(X, Y).predict(X))


def test_numbers_far_from_zero_keep_their_digits():
    units = quick().fit(X, Y)
    far = quick().fit(X, 1e9 + Y)
    np.testing.assert_allclose(far.predict(X) - 1e9, units.predict(X), atol=0.02)
    assert far.score(X, 1e9 + Y) > 0.8


class Net(nn.Module):
    def __init__(self, n_outputs=1):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(10, 16), nn.Tanh(), nn.Linear(16, n_outputs))

    def forward(self, X):
        return self.layers(X)


def net(**params):
    params = {"max_epochs": 20, "lr": 0.02, "verbose": 0, "train_split": None, **params}
    return NeuralNetRegressor(Net, **params)


def stacking():
    return StackingRegressor([("a", Ridge()), ("b", RandomForestRegressor(5))], cv=2)


TEACHERS = {
    "forest": RandomForestRegressor(10),
    "boosting": GradientBoostingRegressor(n_estimators=20),
    "stacking": stacking(),
    "pipeline": make_pipeline(StandardScaler(), stacking()),
    "vote": VotingRegressor([("a", Ridge()), ("b", RandomForestRegressor(5))]),
    "search": GridSearchCV(Ridge(), {"alpha": [0.1, 1]}, cv=2),
    "mlp": MLPRegressor(hidden_layer_sizes=(8,), solver="lbfgs", max_iter=2000, alpha=1.0),
    "skorch": net(),
    "skorch in a pipeline": make_pipeline(StandardScaler(), net()),
    "xgboost": XGBRegressor(n_estimators=20, n_jobs=1),
    "lightgbm": LGBMRegressor(n_estimators=20, verbose=-1, n_jobs=1),
    "catboost": CatBoostRegressor(
        iterations=20, verbose=0, thread_count=1, allow_writing_files=False
    ),
    "transformed": TransformedTargetRegressor(Ridge(), func=np.sqrt, inverse_func=np.square),
    "frozen": FrozenEstimator(RandomForestRegressor(20, random_state=0).fit(X_NEW, Y_NEW)),
}


@pytest.mark.filterwarnings("ignore:X does not have valid feature names, but LGBM")
@pytest.mark.parametrize("name", TEACHERS)
def test_a_teacher_of_any_library(name):
    reg = quick(TEACHERS[name], cv=3).fit(X[FEW], np.abs(Y[FEW]))
    asked = reg.ask_teacher(X_NEW, calibrated=False)[:, 0]
    np.testing.assert_allclose(asked, np.ravel(reg.teacher_.predict(X_NEW)), rtol=1e-6)
    assert reg.score(X_NEW, Y_NEW) > 0.5


@pytest.mark.parametrize(
    "teacher",
    [
        None,
        RandomForestRegressor(10),
        MultiOutputRegressor(GradientBoostingRegressor(n_estimators=10)),
        net(module__n_outputs=2),
    ],
    ids=["default", "forest", "one each", "net"],
)
def test_several_numbers_are_learnt_at_once(teacher):
    reg = DistilledRegressor(
        teacher, cv=2, alpha=0.5, transfer=None, max_epochs=40, random_state=0
    ).fit(X[FEW], SEVERAL[FEW])
    assert reg.predict(X).shape == SEVERAL.shape
    assert reg.calibrator_.slope_.shape == (2,)
    assert reg.score(X, SEVERAL) > 0.6


def test_a_frozen_net_is_asked_about_any_table():
    teacher = net().fit(X_NEW.astype(np.float32), Y_NEW[:, None].astype(np.float32))
    reg = quick(FrozenEstimator(teacher)).fit(pd.DataFrame(X), Y)
    expected = teacher.predict(X.astype(np.float32))
    np.testing.assert_allclose(reg.ask_teacher(pd.DataFrame(X), calibrated=False), expected)


def test_the_default_teacher_takes_strings_and_missing_values():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "town": rng.choice(["Rome", "Oslo", None], 240),
            "x": np.where(rng.random(240) < 0.1, np.nan, rng.normal(size=240)),
        }
    )
    y = np.where(frame["town"] == "Rome", 3.0, 0.0) + frame["x"].fillna(0)
    reg = DistilledRegressor(cv=2, alpha=0.5, transfer=None, random_state=0).fit(frame, y)
    assert reg.score(frame, y) > 0.9
    assert np.isfinite(reg.predict(frame.head(2).assign(town="Atlantis", x=np.nan))).all()


@pytest.mark.parametrize("n_outputs", [1, 2])
def test_sparse_rows(n_outputs, keep_sparse):
    rows = np.where(X < 0.3, 0, X)
    y = SEVERAL[:, :n_outputs].squeeze()
    reg = DistilledRegressor(cv=2, max_epochs=5, random_state=0, n_jobs=1)
    reg.fit(scipy.sparse.csr_array(rows[FEW]), y[FEW])
    assert isinstance(reg.teacher_, RandomForestRegressor)
    assert reg.predict(scipy.sparse.csc_array(rows)).shape == y.shape


def test_out_of_bag_answers_are_the_forests_own():
    forest = RandomForestRegressor(60, oob_score=True, random_state=0)
    reg = quick(forest, cv="oob", max_epochs=5, calibration=None).fit(X, Y)
    expected = clone(forest).fit(X, Y).oob_prediction_
    found = reg.task_.plain(reg.task_.out_of_bag(reg.teacher_, len(X)))[:, 0]
    np.testing.assert_allclose(found, expected)


def test_a_teacher_that_memorises_noise_teaches_nothing():
    rng = np.random.default_rng(0)
    rows, y = rng.normal(size=(400, 4)), rng.normal(size=400)
    params = {"transfer": None, "max_epochs": 30, "random_state": 0}
    reg = DistilledRegressor(KNeighborsRegressor(1), **params).fit(rows, y)
    assert reg.teacher_.score(rows, y) == 1  # knows all by heart
    assert abs(reg.calibrator_.slope_[0]) < 0.2
    losses = [t["squared_error"] for t in reg.transfer_summary_["trials"]]
    assert min(losses) > 0.7  # of a variance: nothing of the held-out labels got through


class Recorder(RegressorMixin, BaseEstimator):
    """Keeps what its fits were given, on the class."""

    calls: list = []  # noqa: RUF012

    def fit(self, X, y, sample_weight=None):
        Recorder.calls.append((X, y, sample_weight))
        self.mean_ = y.mean()
        return self

    def predict(self, X):
        return np.full(len(X), self.mean_)


def test_weights_reach_the_teacher_and_rows_of_weight_zero_are_left_out():
    Recorder.calls = []
    weight = np.arange(len(X)) % 3.0
    y = np.where(weight == 0, 1e6, Y)
    reg = quick(Recorder(), max_epochs=2).fit(X, y, sample_weight=weight)
    rows, numbers, given = Recorder.calls[0]
    np.testing.assert_array_equal(rows, X[weight > 0])
    np.testing.assert_array_equal(numbers, Y[weight > 0])
    np.testing.assert_array_equal(given, weight[weight > 0])
    assert reg.task_.center < 100
    assert reg.transfer_summary_["n_real"] == np.sum(weight > 0)


def test_groups_never_straddle_folds():
    Recorder.calls = []
    groups = np.arange(len(X)) // 6
    quick(Recorder(), max_epochs=2).fit(X, Y, groups=groups)
    group_of = dict(zip(map(bytes, X), groups, strict=True))
    everyone = len(set(groups))
    for rows, *_ in Recorder.calls[1:]:
        taught = {group_of[bytes(row)] for row in rows}
        assert len(rows) == 6 * len(taught) < 6 * everyone


@pytest.mark.parametrize("column", [False, True])
def test_soft_targets_teach_without_a_teacher(column):
    targets = (100 - Y)[:, None] if column else 100 - Y
    reg = quick(alpha=1.0, early_stopping=False).fit(X, Y, soft_targets=targets)
    assert reg.teacher_ is None
    assert np.corrcoef(reg.predict(X), Y)[0, 1] < -0.6
    with pytest.raises(ValueError, match="no teacher to ask"):
        reg.ask_teacher(X)


def test_unlabelled_and_synthetic_rows_are_answered_by_the_teacher():
    reg = quick(transfer="munge", n_synthetic=77, max_epochs=3).fit(X, Y, X_unlabeled=X_NEW)
    summary = reg.transfer_summary_
    assert (summary["n_unlabeled"], summary["n_synthetic"]) == (len(X_NEW), 77)


def test_labels_alone_ask_the_teacher_nothing():
    reg = quick(alpha=0.0).fit(X, Y)
    assert reg.calibrator_ is None
    assert reg.score(X, Y) > 0.7
    np.testing.assert_allclose(reg.ask_teacher(X)[:, 0], reg.teacher_.predict(X))


def test_a_teacher_is_asked_in_units_of_y_and_calibrated():
    reg = quick(RandomForestRegressor(5), max_epochs=2).fit(X, 1000 * Y + 5e4)
    raw = reg.teacher_.predict(X)
    np.testing.assert_allclose(reg.ask_teacher(X, calibrated=False)[:, 0], raw)
    slope = reg.calibrator_.slope_[0]
    asked = reg.ask_teacher(X)[:, 0]
    np.testing.assert_allclose(asked - asked[0], slope * (raw - raw[0]), atol=1e-6)


def test_generations_and_assistants_teach_numbers():
    params = {"generations": 2, "assistant_layer_sizes": (32,), "hidden_layer_sizes": (4,)}
    reg = quick(RandomForestRegressor(5), **params).fit(X, Y)
    assert reg.score(X, Y) > 0.5
    fixed = quick(RandomForestRegressor(5), early_stopping=False, max_epochs=20, **params)
    assert fixed.fit(X, Y).score(X, Y) > 0.5


@pytest.mark.parametrize("student", ["linear", "tabm", "own"])
def test_every_architecture_runs_alike_in_numpy_and_torch(student):
    student = (lambda n, k: nn.Linear(n, k)) if student == "own" else student
    reg = quick(student=student, n_members=3, max_epochs=3).fit(X, SEVERAL)
    scores = reg.net_.module_(torch.from_numpy(X.astype(np.float32))).detach().numpy()
    expected = scores * SEVERAL.std(axis=0) + SEVERAL.mean(axis=0)
    np.testing.assert_allclose(reg.predict(X), expected, atol=1e-4)
    assert (reg.student_._net is not None) == (isinstance(student, str) and kernels is not None)


@pytest.mark.parametrize("loss", POINTS)
def test_every_loss_teaches(loss):
    assert quick(loss=loss).fit(X, Y).score(X, Y) > 0.7


def test_a_loss_may_be_a_function():
    expected = quick(max_epochs=5).fit(X, Y).predict(X)
    by_function = quick(loss=point_loss, max_epochs=5).fit(X, Y).predict(X)
    np.testing.assert_allclose(by_function, expected, atol=1e-3)
    huber = partial(point_loss, kind="huber", delta=0.1)
    other = quick(loss=huber, max_epochs=5).fit(X, Y).predict(X)
    assert np.abs(other - expected).max() > 1e-2


def test_memory_changes_no_answer(tmp_path):
    params = {"transfer": "munge", "n_synthetic": 99, "max_epochs": 3}
    kept, again = (quick(memory=tmp_path, **params).fit(X, Y) for _ in range(2))
    plain = quick(**params).fit(X, Y).predict(X)
    for reg in (kept, again):
        np.testing.assert_array_equal(reg.predict(X), plain)


@pytest.mark.parametrize("teacher", [GaussianProcessRegressor(optimizer=None), DummyRegressor()])
def test_a_teacher_that_is_not_fitted_draws_no_warning(teacher):
    quick(teacher, max_epochs=2).fit(X[FEW], Y[FEW])


def test_weights_that_a_teacher_of_each_number_does_not_take_are_said():
    teacher = MultiOutputRegressor(KNeighborsRegressor())
    with pytest.warns(DistillationWarning, match="fit of MultiOutputRegressor takes no sample_w"):
        quick(teacher, max_epochs=2).fit(X, SEVERAL, sample_weight=np.ones(len(X)))


def test_a_fitted_teacher_is_fitted_anew_and_that_is_said_once():
    with pytest.warns(DistillationWarning, match="is fitted already; a clone .* anew") as caught:
        quick(LinearRegression().fit(X, Y), max_epochs=2).fit(X, Y)
    assert len(caught) == 1


def test_a_frozen_teacher_that_knows_the_rows_by_heart_is_named():
    frozen = FrozenEstimator(KNeighborsRegressor(1).fit(X, Y))
    with pytest.warns(DistillationWarning, match=r"as if it had seen them\. Soft targets"):
        quick(frozen, max_epochs=2).fit(X, Y)


def test_a_library_without_a_class_of_regressors_is_given_numbers():
    class Duck(BaseEstimator):
        def __init__(self, inner=None):
            self.inner = inner

        def fit(self, X, y):
            self.inner_ = clone(self.inner).fit(X, y)
            return self

        def predict(self, X):
            return self.inner_.predict(X)

    reg = quick(Duck(XGBRegressor(n_estimators=5, n_jobs=1)), max_epochs=2).fit(X, Y)
    assert type(reg.teacher_) is Duck


@pytest.mark.parametrize("wrap", [lambda t: t, lambda t: FrozenEstimator(t.fit(X, Y > Y.mean()))])
def test_a_classifier_as_teacher_is_refused_by_name(wrap):
    with pytest.raises(TypeError, match=r"The teacher GaussianNB predicts no numbers. Use a regr"):
        quick(wrap(GaussianNB())).fit(X, Y)


def test_an_estimator_of_members_is_pickled():
    rows = np.random.default_rng(0).normal(size=(60, 2))
    how = {"student": "tabm", "n_members": 2, "hidden_layer_sizes": 4, "max_epochs": 2}
    reg = DistilledRegressor(transfer=None, random_state=0, **how).fit(rows, rows[:, 0])
    again = pickle.loads(pickle.dumps(reg))
    np.testing.assert_array_equal(again.predict(rows), reg.predict(rows))
