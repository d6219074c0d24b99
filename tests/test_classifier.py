"""DistilledClassifier as a citizen of scikit-learn."""

import importlib
import os
import pickle
import random
import signal
import subprocess
import sys
import textwrap
import time
from functools import partial

import joblib
import numpy as np
import pandas as pd
import polars as pl
import pytest
import sklearn
import torch
from joblib.externals.loky import get_reusable_executor
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_iris, make_blobs
from sklearn.ensemble import RandomForestClassifier, StackingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier
from skorch.callbacks import EarlyStopping, EpochScoring, LRScheduler

from skdistill import DistilledClassifier, Munge
from skdistill._plumbing.extension import kernels
from skdistill.exceptions import DistillationWarning
from skdistill.losses import KINDS, distillation_loss

X, Y = load_iris(return_X_y=True)


def quick(teacher=None, **params):
    teacher = GaussianNB() if teacher is None else teacher
    return DistilledClassifier(teacher, **{"max_epochs": 5, "random_state": 0, **params})


@pytest.fixture(scope="module")
def fitted():
    return DistilledClassifier(GaussianNB(), random_state=0).fit(X, Y)


@pytest.fixture(scope="module")
def blobs():
    return make_blobs(260, 4, centers=3, cluster_std=3.0, random_state=0)


def test_the_student_answers_like_its_teacher(fitted):
    assert fitted.score(X, Y) > 0.93
    np.testing.assert_array_equal(fitted.predict_proba(X), fitted.student_.predict_proba(X))
    np.testing.assert_allclose(fitted.predict_proba(X).sum(axis=1), 1)
    np.testing.assert_allclose(np.exp(fitted.predict_log_proba(X)), fitted.predict_proba(X))


def test_predictions_do_not_touch_teacher_or_net(fitted):
    bare = pickle.loads(pickle.dumps(fitted))
    del bare.teacher_, bare.net_, bare.calibrator_
    np.testing.assert_array_equal(bare.predict_proba(X), fitted.predict_proba(X))


def test_pipeline_and_cross_val_score():
    pipe = make_pipeline(StandardScaler(), DistilledClassifier(GaussianNB(), random_state=0))
    assert cross_val_score(pipe, X, Y, cv=3).mean() > 0.9


def test_grid_search_over_student_and_teacher_in_parallel():
    grid = {
        "hidden_layer_sizes": [(4,), (8, 8)],
        "teacher__max_depth": [1, 3],
    }
    search = GridSearchCV(quick(DecisionTreeClassifier()), grid, cv=2, n_jobs=2).fit(X, Y)
    assert len(search.cv_results_["params"]) == 4
    assert search.best_estimator_.teacher_.max_depth == search.best_params_["teacher__max_depth"]


@pytest.mark.parametrize(
    "wrap",
    [
        lambda clf: CalibratedClassifierCV(clf, cv=2),
        lambda clf: StackingClassifier([("d", clf)], LogisticRegression(), cv=2),
    ],
    ids=["calibrated", "stacking"],
)
def test_other_meta_estimators_take_it(wrap):
    clf = DistilledClassifier(GaussianNB(), random_state=0)
    assert wrap(clf).fit(X, Y).score(X, Y) > 0.9


def test_clone_keeps_parameters_and_drops_the_student(fitted):
    other = clone(fitted)
    assert other.get_params()["teacher"].get_params() == fitted.teacher.get_params()
    with pytest.raises(NotFittedError):
        other.predict(X)


@pytest.mark.parametrize("module", ["pickle", "joblib"])
def test_it_travels_to_another_process(fitted, module, tmp_path):
    path = tmp_path / "clf.bin"
    if module == "pickle":
        path.write_bytes(pickle.dumps(fitted))
        load = f"pickle.load(open({str(path)!r}, 'rb'))"
    else:
        joblib.dump(fitted, path)
        load = f"joblib.load({str(path)!r})"
    code = f"""
        import {module}, numpy
        from sklearn.datasets import load_iris
        proba = {load}.predict_proba(load_iris().data)
        numpy.save({str(tmp_path / "proba.npy")!r}, proba)
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=True)
    np.testing.assert_array_equal(np.load(tmp_path / "proba.npy"), fitted.predict_proba(X))


def test_output_as_pandas_changes_nothing(fitted):
    with sklearn.config_context(transform_output="pandas"):
        pipe = make_pipeline(StandardScaler(), quick()).fit(
            pd.DataFrame(X, columns=list("abcd")), Y
        )
        assert isinstance(pipe.predict_proba(pd.DataFrame(X, columns=list("abcd"))), np.ndarray)


def test_pandas_polars_and_arrays_give_one_student():
    names = list("abcd")
    tables = [X, pd.DataFrame(X, columns=names), pl.DataFrame(X, schema=names)]
    clfs = [quick(transfer="munge").fit(table, Y) for table in tables]
    for clf, table in zip(clfs[1:], tables[1:], strict=True):
        assert clf.feature_names_in_.tolist() == names
        np.testing.assert_allclose(clf.predict_proba(table), clfs[0].predict_proba(X), atol=1e-6)


def test_a_row_of_any_form_is_answered_alike(fitted):
    names, row = list("abcd"), X[0].tolist()
    frame = pd.DataFrame(X, columns=names)
    named = quick().fit(frame, Y)
    record = dict(zip(names, row, strict=True))
    for clf, rows in [
        (fitted, [X[:1], row, tuple(row), [row], X[:1].astype(object)]),
        (named, [frame[:1], pl.from_pandas(frame[:1]), record, [record], frame.iloc[0]]),
    ]:
        for predict in (clf.predict_proba, clf.student_.predict_proba):
            for X_row in rows:
                np.testing.assert_array_equal(predict(X_row), predict(rows[0]))
    with pytest.warns(UserWarning, match="X does not have valid feature names"):
        named.predict_proba(row)
    with pytest.warns(
        UserWarning, match="X has feature names, but DistilledClassifier was fitted"
    ):
        fitted.predict_proba(frame[:1])


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (X[:1, :3], "X has 3 features, but DistilledClassifier is expecting 4 features as input"),
        ([[1.0, 2.0, 3.0]], "X has 3 features, but DistilledClassifier is expecting 4 features"),
        (X[0], "Expected 2D array, got 1D array instead"),
        ([1.0, 2.0, 3.0], "Expected 2D array, got 1D array instead"),
        ({"a": 1.0}, "the columns in fit had no names"),
        ([["x", 1.0, 2.0, 3.0]], "Column 0 held numbers in fit, but row 0 holds 'x'"),
    ],
)
def test_a_row_that_does_not_fit_is_refused_in_scikit_learns_words(rows, message, fitted):
    with pytest.raises(ValueError, match=message):
        fitted.predict_proba(rows)
    with pytest.raises(
        NotFittedError, match="This DistilledClassifier instance is not fitted yet"
    ):
        DistilledClassifier().predict_proba(rows)


def test_a_polars_frame_with_text_and_nulls_is_learnt():
    rng = np.random.default_rng(0)
    town = rng.choice(["Rome", "Oslo", None], 240)
    frame = pl.DataFrame({"town": town.tolist(), "x": rng.normal(size=240)})
    y = np.where(town == "Rome", "a", "b")
    assert DistilledClassifier(random_state=0).fit(frame, y).score(frame, y) > 0.95


@pytest.mark.parametrize(("n", "k"), [(50, 2), (400, 100)])
def test_few_rows_and_many_classes(n, k):
    rows, y = make_blobs(n, 8, centers=k, random_state=0)
    clf = DistilledClassifier(GaussianNB(), cv=2, random_state=0).fit(rows, y)
    assert clf.predict_proba(rows).shape == (n, k)
    assert clf.score(rows, y) > 0.9


@pytest.mark.parametrize("p", [1, 2000])
def test_one_column_and_two_thousand(p):
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(220, p))
    clf = quick(max_epochs=20).fit(rows, rows[:, 0] > 0)
    assert clf.n_features_in_ == p
    assert clf.score(rows, rows[:, 0] > 0) > 0.8


def test_one_random_state_gives_one_student(blobs):
    rows, y = blobs
    first, second = (
        DistilledClassifier(RandomForestClassifier(5), max_epochs=4, dropout=0.1, random_state=3)
        .fit(rows, y)
        .predict_proba(rows)
        for _ in range(2)
    )
    np.testing.assert_array_equal(first, second)
    other = DistilledClassifier(RandomForestClassifier(5), max_epochs=4, random_state=4)
    assert not np.array_equal(other.fit(rows, y).predict_proba(rows), first)


def test_global_state_is_left_as_found(blobs):
    before = np.random.get_state()[1].copy(), random.getstate(), torch.get_rng_state()  # noqa: NPY002
    threads = torch.get_num_threads()
    quick(RandomForestClassifier(3), random_state=0, dropout=0.1).fit(*blobs)
    assert np.array_equal(np.random.get_state()[1], before[0])  # noqa: NPY002
    assert random.getstate() == before[1]
    assert torch.equal(torch.get_rng_state(), before[2])
    assert torch.get_num_threads() == threads


COUNTING = """
import os
from sklearn.naive_bayes import GaussianNB

class Counting(GaussianNB):
    def __init__(self, log=None):
        super().__init__()
        self.log = log

    def fit(self, X, y):
        with open(self.log, "a") as file:
            file.write("fit\\n")
        return super().fit(X, y)

    def get_params(self, deep=True):
        return {"log": self.log}
"""


@pytest.fixture
def counting(tmp_path, monkeypatch):
    """Make a teacher in an importable module that writes a line for each fit."""
    (tmp_path / "counting.py").write_text(COUNTING)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv(
        "PYTHONPATH", f"{tmp_path}:{os.getcwd()}:{os.environ.get('PYTHONPATH', '')}"
    )
    sys.modules.pop("counting", None)
    log = tmp_path / "log"
    log.touch()
    get_reusable_executor().shutdown(wait=True)  # older workers do not have the new path
    yield importlib.import_module("counting").Counting(str(log)), log
    get_reusable_executor().shutdown(wait=True)


def test_memory_makes_teacher_work_be_done_once_for_a_grid(counting, tmp_path):
    teacher, log = counting
    rows, y = make_blobs(520, 4, centers=3, cluster_std=3.0, random_state=0)
    clf = quick(teacher, cv=3, max_epochs=2, transfer="munge", memory=tmp_path / "memory")
    grid = {"hidden_layer_sizes": [(4,), (8,)], "temperature": [1, 2], "alpha": [0.3, 0.5]}
    GridSearchCV(clf, grid, cv=2, n_jobs=2, refit=False).fit(rows, y)
    # two outer folds, each: the full teacher, three folds, two more without the first fold
    assert len(log.read_text().split()) == 2 * (1 + 3 + 2)
    assert (tmp_path / "memory" / "skdistill").stat().st_mode & 0o777 == 0o700


def test_memory_changes_no_answer(tmp_path, blobs):
    with_memory = quick(memory=str(tmp_path), transfer="munge").fit(*blobs)
    again = quick(memory=joblib.Memory(tmp_path, verbose=0), transfer="munge").fit(*blobs)
    without = quick(transfer="munge").fit(*blobs)
    for clf in (again, without):
        np.testing.assert_array_equal(
            clf.predict_proba(blobs[0]), with_memory.predict_proba(blobs[0])
        )


def test_memory_without_a_seed_warns_and_keeps_nothing(tmp_path):
    with pytest.warns(DistillationWarning, match="needs an integer random_state"):
        quick(memory=tmp_path / "m", random_state=None).fit(X, Y)
    assert not (tmp_path / "m").exists()


INTERRUPTED = """
    import os, signal, sys, warnings
    from sklearn.datasets import load_iris
    from sklearn.naive_bayes import GaussianNB
    from skorch.callbacks import Callback
    from skdistill import DistilledClassifier

    class Signal(Callback):
        def on_batch_end(self, net, **kwargs):
            if len(net.history) == 3:
                os.kill(os.getpid(), signal.SIGINT)

    class Teacher(GaussianNB):
        def fit(self, X, y):
            os.kill(os.getpid(), signal.SIGINT)
            return super().fit(X, y)

    X, y = load_iris(return_X_y=True)
    clf = DistilledClassifier(GaussianNB(), max_epochs=5, random_state=0).fit(X, y)
    clf.set_params({params})
    try:
        clf.fit(X, y)
    except KeyboardInterrupt as interrupt:
        assert "there is no student" in str(interrupt), interrupt
        assert not hasattr(clf, "student_")
        print("interrupted")
"""


@pytest.mark.parametrize("params", ["callbacks=[Signal()]", "teacher=Teacher()"])
def test_ctrl_c_is_a_keyboard_interrupt_and_leaves_no_student(params):
    code = textwrap.dedent(INTERRUPTED).replace("{params}", params)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert done.stdout == "interrupted\n", done.stderr


def test_ctrl_c_from_outside_stops_a_long_fit():
    code = """
        from sklearn.datasets import load_digits
        from sklearn.naive_bayes import GaussianNB
        from skdistill import DistilledClassifier
        print("ready", flush=True)
        DistilledClassifier(GaussianNB(), max_epochs=100_000, patience=100_000).fit(
            *load_digits(return_X_y=True)
        )
    """
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "ready\n"
    time.sleep(4)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert "KeyboardInterrupt: The fit was interrupted: there is no student" in errors


def test_skorch_callbacks_keep_working(blobs):
    scoring = EpochScoring(lambda net, X, y=None: 1.0, name="ones", use_caching=False)
    clf = quick(
        max_epochs=12,
        callbacks=[
            EarlyStopping(patience=2, threshold=10.0, sink=lambda message: None),
            LRScheduler("StepLR", step_size=1),
            scoring,
        ],
    ).fit(*blobs)
    assert len(clf.net_.history) < 12  # the user's own stopping
    assert set(clf.net_.history[:, "ones"]) == {1.0}
    assert clf.net_.train_split is None


def test_net_params_win():
    clf = quick(net_params={"optimizer": torch.optim.SGD, "optimizer__fused": False}).fit(X, Y)
    assert isinstance(clf.net_.optimizer_, torch.optim.SGD)


@pytest.mark.parametrize("kind", KINDS)
def test_every_loss_teaches(kind):
    clf = quick(loss=kind, temperature=2.0, max_epochs=60).fit(X, Y)
    assert clf.score(X, Y) > 0.9


def test_a_loss_may_be_a_function():
    by_name, by_function = quick(loss="kl"), quick(loss=distillation_loss)
    expected = by_name.fit(X, Y).predict_proba(X)
    np.testing.assert_allclose(by_function.fit(X, Y).predict_proba(X), expected, atol=1e-6)
    other = quick(loss=partial(distillation_loss, kind="jsd", beta=0.9)).fit(X, Y)
    assert np.abs(other.predict_proba(X) - expected).max() > 1e-3


def test_soft_targets_teach_without_a_teacher():
    wrong = np.eye(3)[(Y + 1) % 3] * 0.97 + 0.01
    clf = quick(alpha=1.0, max_epochs=60).fit(X, Y, soft_targets=wrong)
    assert clf.teacher_ is None
    assert clf.calibrator_ is None
    assert np.mean(clf.predict(X) == (Y + 1) % 3) > 0.6


def test_unlabelled_rows_are_answered_by_the_teacher():
    clf = quick().fit(X[::3], Y[::3], X_unlabeled=X[1::3])
    assert clf.transfer_summary_["n_real"] == 50
    assert clf.transfer_summary_["n_unlabeled"] == 50


def test_a_sampler_of_the_users_is_used():
    clf = quick(transfer=Munge(swap_probability=0.2), n_synthetic=77).fit(X, Y)
    assert clf.transfer_summary_["source"] == "Munge"
    assert clf.transfer_summary_["n_synthetic"] == 77


def test_verbose_prints_every_epoch_and_silence_nothing(capsys):
    quick(max_epochs=3).fit(X, Y)
    assert capsys.readouterr().out == ""
    quick(max_epochs=3, verbose=1).fit(X, Y)
    assert "train_loss" in capsys.readouterr().out


def test_history_has_held_out_losses(fitted):
    assert {"epoch", "train_loss", "valid_loss"} <= set(fitted.history_[0])
    assert 1 <= fitted.n_iter_ <= len(fitted.history_)


def test_it_shows_itself_in_a_notebook(fitted):
    assert "GaussianNB" in fitted._repr_html_()
    assert "DistilledClassifier" in repr(fitted)


class Twofold(torch.nn.Module):
    """A net of a user's own."""

    def __init__(self, n_inputs, n_outputs):
        super().__init__()
        self.wide = torch.nn.Linear(n_inputs, 8)
        self.narrow = torch.nn.Linear(8, n_outputs)

    def forward(self, x):
        return self.narrow(torch.tanh(self.wide(x)))


@pytest.mark.parametrize("num_embedding", ["ple", "periodic", "none"])
@pytest.mark.parametrize("student", ["mlp", "linear", "tabm", Twofold])
def test_every_architecture_runs_alike_in_numpy_and_torch(student, num_embedding):
    clf = quick(student=student, num_embedding=num_embedding, n_members=3).fit(X, Y)
    assert_alike(clf)
    is_compiled = clf.student_._net is not None
    assert is_compiled == (student is not Twofold and kernels is not None)


@pytest.mark.parametrize("student", ["mlp", "tabm"])
@pytest.mark.parametrize("activation", ["relu", "silu", "tanh"])
def test_every_activation_runs_alike_in_numpy_and_torch(student, activation):
    assert_alike(quick(student=student, activation=activation, n_members=3).fit(X, Y))


def assert_alike(clf):
    scores = clf.net_.module_(torch.from_numpy(X.astype(np.float32)))
    temperature = 1 / clf.student_.layers[-1].inverse_temperature
    expected = (scores / temperature).softmax(dim=1).detach().numpy()
    np.testing.assert_allclose(clf.predict_proba(X), expected, atol=1e-5)


def test_an_own_net_is_pickled_and_says_that_it_has_no_file(tmp_path):
    clf = quick(student=Twofold).fit(X, Y)
    assert "torch module" in repr(clf.student_)
    again = pickle.loads(pickle.dumps(clf.student_))
    np.testing.assert_array_equal(again.predict_proba(X), clf.predict_proba(X))
    with pytest.raises(TypeError, match=r"holds arrays and no code\. Pickle it"):
        clf.student_.save(tmp_path / "own.safetensors")
    assert not list(tmp_path.iterdir())
    clf.net_.module_.net.narrow.bias.data += 1
    np.testing.assert_array_equal(again.predict_proba(X), clf.predict_proba(X))


def test_tabm_needs_a_hidden_layer():
    with pytest.raises(ValueError, match=r"has no hidden layer.*use student='linear'"):
        quick(student="tabm", hidden_layer_sizes=()).fit(X, Y)


def test_the_teacher_can_be_asked_and_answers_calibrated(blobs):
    rows, y = blobs
    labels = np.array(["b", "c", "a"])[y]
    clf = quick(RandomForestClassifier(5)).fit(rows, labels)
    raw = clf.teacher_.predict_proba(rows)
    with np.errstate(divide="ignore"):
        expected = clf.calibrator_.calibrate(np.log(raw))
    np.testing.assert_allclose(clf.ask_teacher(rows), expected)
    np.testing.assert_allclose(clf.ask_teacher(rows, calibrated=False), raw)
    clf.set_params(alpha=0.0).fit(rows, labels)
    np.testing.assert_allclose(clf.ask_teacher(rows), raw)


def test_where_soft_targets_were_given_there_is_no_teacher_to_ask(blobs):
    rows, y = blobs
    clf = quick(None).fit(rows, y, soft_targets=np.eye(len(set(y)))[y])
    with pytest.raises(ValueError, match="no teacher to ask: fit was given soft_targets"):
        clf.ask_teacher(rows)
