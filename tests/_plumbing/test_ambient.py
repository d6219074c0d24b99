"""A fit is the same whatever state of torch, NumPy, scikit-learn and pandas is around it."""

import os
import subprocess
import sys
import warnings
from contextlib import contextmanager
from multiprocessing.pool import ThreadPool

import joblib
import numpy as np
import pandas as pd
import pytest
import sklearn
import torch
from scipy.sparse import csr_matrix
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.tree import DecisionTreeClassifier
from skorch.callbacks import Callback
from torch import nn

from skdistill import DistilledClassifier
from skdistill._plumbing.ambient import float32_by_default, one_thread, plain_torch
from skdistill.export import to_torch
from skdistill.losses import distillation_loss
from skdistill.students import _units
from skdistill.training import _compiled as _perceptron

X, Y = load_iris(return_X_y=True)
FRAME = pd.DataFrame(X, columns=["a", "b", "c", "d"])
FRAME["text"] = np.array(["red", "green", "blue"])[np.arange(len(X)) % 3]
FRAME["date"] = pd.Timestamp("2020-01-01") + pd.to_timedelta(np.arange(len(X)), "D")


class Passing(torch.overrides.TorchFunctionMode):
    def __torch_function__(self, function, types, args=(), kwargs=None):
        return function(*args, **(kwargs or {}))


@contextmanager
def setting(set_to, value, back):
    set_to(value)
    try:
        yield
    finally:
        set_to(back)


@contextmanager
def torch_seeded():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        yield


@contextmanager
def strings_inferred(whether):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # newer versions of pandas deprecate the option
        with pd.option_context("future.infer_string", whether):
            yield


dtype, device = torch.set_default_dtype, torch.set_default_device
STATES = {
    "double": lambda: setting(dtype, torch.float64, torch.float32),
    "half": lambda: setting(dtype, torch.bfloat16, torch.float32),
    "default_device": lambda: setting(device, "meta", None),
    "device_context": lambda: torch.device("meta"),
    "inference_mode": torch.inference_mode,
    "no_grad": torch.no_grad,
    "grad_disabled": lambda: setting(torch.set_grad_enabled, False, True),
    "deterministic": lambda: setting(torch.use_deterministic_algorithms, True, False),
    "autocast": lambda: torch.autocast("cpu", dtype=torch.bfloat16),
    "function_mode": Passing,
    "torch_seed": torch_seeded,
    "threads": lambda: setting(torch.set_num_threads, 2, torch.get_num_threads()),
    "raise": lambda: np.errstate(all="raise"),
    "pandas_output": lambda: sklearn.config_context(transform_output="pandas"),
    "polars_output": lambda: sklearn.config_context(transform_output="polars"),
    "assume_finite": lambda: sklearn.config_context(assume_finite=True),
    "routing": lambda: sklearn.config_context(enable_metadata_routing=True),
}


def own(n_inputs, n_outputs):
    return nn.Sequential(nn.Linear(n_inputs, 8), nn.Dropout(0.2), nn.Linear(8, n_outputs))


class Drawing(Callback):
    """Draws from torch's global generator, as code of a user's may."""

    def on_batch_begin(self, net, **kwargs):
        torch.rand(3)


def noisy(logits, targets, labels=None, **settings):
    return distillation_loss(logits + torch.rand(len(logits), 1), targets, labels, **settings)


STUDENTS = {
    "mlp": {},
    "tabm": {"student": "tabm", "n_members": 2},
    "periodic": {"num_embedding": "periodic"},
    "own": {"student": own},
    "own_loss": {"loss": noisy},
    "callback": {"callbacks": [Drawing()], "hidden_layer_sizes": (8,)},
}


def distiller(seed=0, **params):
    small = {"hidden_layer_sizes": (8, 8), "max_epochs": 3, "cv": 2, "transfer": None}
    return DistilledClassifier(GaussianNB(), **{**small, "random_state": seed, **params})


def answers(rows=X, **params):
    """Return what a new student answers: compiled, by NumPy, and as a torch module's weights."""
    clf = distiller(**params).fit(rows, Y)
    student = clf.student_
    net = to_torch(clf)
    assert not any(p.is_inference() for p in [*net.parameters(), *clf.net_.module_.parameters()])
    by_numpy = student._forward(student.reader.read(rows))
    weights = [p.detach().numpy() for p in net.parameters()]
    return [clf.predict_proba(rows), clf.predict_log_proba(rows), by_numpy, *weights]


def assert_same(some, others):
    for one, other in zip(some, others, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.fixture(scope="module")
def plain():
    made = {}

    def of(kind):
        if kind not in made:
            made[kind] = answers(**STUDENTS[kind])
        return made[kind]

    return of


@pytest.mark.parametrize("kind", ["mlp", "tabm", "own"])
@pytest.mark.parametrize("state", STATES)
def test_a_student_does_not_depend_on_the_state_around_its_fit(state, kind, plain):
    expected = plain(kind)
    with STATES[state]():
        assert_same(answers(**STUDENTS[kind]), expected)


@pytest.mark.parametrize("state", ["double", "device_context", "inference_mode", "autocast"])
@pytest.mark.parametrize("kind", ["periodic", "own_loss", "callback"])
def test_nor_does_one_of_other_parts(kind, state, plain):
    expected = plain(kind)
    with STATES[state]():
        assert_same(answers(**STUDENTS[kind]), expected)


@pytest.mark.parametrize("state", ["double", "default_device", "inference_mode", "autocast"])
def test_nor_does_one_of_sparse_rows(state):
    def proba():
        clf = distiller().set_params(teacher=DecisionTreeClassifier(max_depth=2))
        return clf.fit(csr_matrix(X), Y).predict_proba(csr_matrix(X))

    expected = proba()
    with STATES[state]():
        np.testing.assert_array_equal(proba(), expected)


@pytest.mark.parametrize("inferred", [True, False])
def test_nor_does_one_of_a_frame_depend_on_the_dtype_of_strings(inferred):
    def proba(text):
        frame = FRAME.assign(text=text.tolist())
        clf = DistilledClassifier(cv=2, max_epochs=2, transfer=None, random_state=0)
        return clf.fit(frame, Y).predict_proba(frame)

    with strings_inferred(inferred):
        got = proba(FRAME["text"])
    np.testing.assert_array_equal(got, proba(FRAME["text"]))


def test_the_state_is_that_of_before_when_a_fit_is_over():
    def state():
        of_torch = torch.get_default_dtype(), torch.get_num_threads(), torch.get_default_device()
        modes = torch.is_inference_mode_enabled(), torch.is_grad_enabled()
        return *of_torch, *modes, torch.get_rng_state().tolist(), np.geterr()

    with STATES["double"](), STATES["threads"](), STATES["no_grad"](), STATES["raise"]():
        before = state()
        distiller(student=own).fit(X, Y)
        assert state() == before
        with pytest.raises(ValueError, match="division by zero"):
            distiller(student=lambda n_inputs, n_outputs: 1 / 0).fit(X, Y)
        assert state() == before


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("kind", STUDENTS)
def test_fits_in_threads_are_what_they_are_alone(kind, compiled, monkeypatch):
    if not compiled:
        monkeypatch.setattr(_units, "kernels", None)
        monkeypatch.setattr(_perceptron, "kernels", None)

    def fit(seed):
        return distiller(seed, **STUDENTS[kind]).fit(X, Y).predict_proba(X)

    alone = [fit(seed) for seed in range(4)]
    with ThreadPool(4) as pool:
        assert_same(pool.map(fit, range(4)), alone)


def test_a_search_in_threads_scores_what_it_scores_alone():
    def scores(n_jobs):
        grid = {"lr": [0.001, 0.01], "dropout": [0.1, 0.3]}
        search = GridSearchCV(distiller(), grid, cv=2, n_jobs=n_jobs, scoring="neg_log_loss")
        with joblib.parallel_config("threading"):
            return search.fit(X, Y).cv_results_["mean_test_score"]

    np.testing.assert_array_equal(scores(3), scores(None))


def test_a_fit_does_not_disturb_what_another_thread_draws():
    def drawn(while_fitting):
        with ThreadPool(1) as pool, torch_seeded():
            fit = pool.apply_async(distiller().fit, (X, Y)) if while_fitting else None
            values = [torch.rand(10) for _ in range(1000)]
            if fit is not None:
                fit.get()
        return torch.stack(values)

    assert torch.equal(drawn(while_fitting=True), drawn(while_fitting=False))


def test_one_thread_is_this_threads_own():
    before = torch.get_num_threads()
    with STATES["threads"](), ThreadPool(1) as pool:
        with one_thread():
            assert torch.get_num_threads() == 1
            assert pool.apply(torch.get_num_threads) == 2
        assert torch.get_num_threads() == 2
    assert torch.get_num_threads() == before


def test_the_last_to_leave_gives_the_default_dtype_back():
    with STATES["double"]():
        first, second = float32_by_default(), float32_by_default()
        with first:
            second.__enter__()
        assert torch.get_default_dtype() is torch.float32
        second.__exit__(None, None, None)
        assert torch.get_default_dtype() is torch.float64


def test_torch_is_plain_within_and_as_before_behind():
    with torch.inference_mode(), torch.device("meta"), STATES["autocast"]():
        with plain_torch():
            weight = torch.ones(2, requires_grad=True)
            assert weight.is_cpu
            assert not weight.is_inference()
            assert not torch.is_autocast_enabled("cpu")
            weight.sum().backward()
        assert torch.is_inference_mode_enabled()
        assert torch.ones(1).is_meta
        assert torch.is_autocast_enabled("cpu")


FORKED = """
import multiprocessing, signal, sys, numpy as np, torch
from joblib import Parallel, delayed
from sklearn.datasets import load_iris
from sklearn.naive_bayes import GaussianNB
from skdistill import DistilledClassifier

X, y = load_iris(return_X_y=True)


def fit(params):
    signal.alarm(100)  # ends a process that waits for ever
    clf = DistilledClassifier(cv=2, max_epochs=2, transfer=None, random_state=0, **params)
    return clf.fit(X, y).predict_proba(X)


def make(n_inputs, n_outputs):
    return torch.nn.Linear(n_inputs, n_outputs)


students = [
    {"hidden_layer_sizes": (8,)},  # by boosting, which has OpenMP threads of its own
    {"teacher": GaussianNB(), "hidden_layer_sizes": (2500,)},  # not small: on torch's threads
    {"teacher": GaussianNB(), "student": make},
]
torch.set_num_threads(2)
expected = [fit(params) for params in students]
torch.randn(400, 400) @ torch.randn(400, 400)
torch.randn(10**6).exp()  # more than a thread's share
if sys.argv[1] == "fork":
    with multiprocessing.get_context("fork").Pool(1) as pool:
        got = pool.map(fit, students)
else:
    got = Parallel(2, backend="multiprocessing")(delayed(fit)(params) for params in students)
for one, other in zip(got, expected, strict=True):
    np.testing.assert_allclose(one, other, atol=1e-4)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no process is forked here")
@pytest.mark.parametrize("how", ["fork", "joblib"])
def test_a_fit_in_a_forked_process_does_not_wait_for_its_parents_threads(how, tmp_path):
    script = tmp_path / "forked.py"
    script.write_text(FORKED)
    env = {**os.environ, "OMP_NUM_THREADS": "2", "OMP_WAIT_POLICY": "passive"}
    done = subprocess.run([sys.executable, script, how], env=env, timeout=120, check=False)
    assert done.returncode == 0
