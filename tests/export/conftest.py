"""Small students of every architecture, and ONNX Runtime asked as a user asks it."""

from dataclasses import replace
from functools import cache
from unittest.mock import patch

import numpy as np
import onnxruntime
import pandas as pd
import pytest
import scipy.sparse
from sklearn.datasets import make_classification
from sklearn.dummy import DummyClassifier
from torch import nn

from skdistill import DistilledClassifier, MultilabelStudent, QuantileStudent, RegressorStudent
from skdistill.layers import (
    Affine,
    Ascending,
    AverageOfMembers,
    Exponential,
    Labels,
    MeanOfMembers,
    Numbers,
    Quantiles,
    Sigmoid,
    Softmax,
)

N_ROWS = 240
RNG = np.random.default_rng(0)
FRAME = pd.DataFrame(
    {
        "x": np.where(RNG.random(N_ROWS) < 0.2, np.nan, RNG.normal(size=N_ROWS)),
        "pay": RNG.normal(3e4, 1e4, N_ROWS),
        "town": RNG.choice(["Rome", "Oslo"], N_ROWS),
        "code": RNG.choice([f"c{i}" for i in range(12)], N_ROWS),
        "day": pd.Timestamp("2021-05-01") + pd.to_timedelta(RNG.integers(0, 99, N_ROWS), "D"),
        "plan": RNG.choice(np.array(["a", "b", "c", None]), N_ROWS),
    }
)
COUNTS = scipy.sparse.csr_array(RNG.random((N_ROWS, 40)) * (RNG.random((N_ROWS, 40)) < 0.1))
RANK = np.argsort(np.argsort(FRAME["pay"] * np.where(FRAME["town"] == "Rome", 1, -1)))
LABELS = np.array(["no", "perhaps", "yes"])
Y = LABELS[3 * RANK // N_ROWS]
SOFT = 0.9 * (Y[:, None] == LABELS) + 0.1 / 3

STUDENTS = {
    "linear": {"student": "linear"},
    "relu": {"activation": "relu"},
    "silu": {"activation": "silu", "num_embedding": "none"},
    "tanh": {"activation": "tanh"},
    "periodic": {"num_embedding": "periodic"},
    "tabm": {"student": "tabm", "n_members": 3},
    "tabm_periodic": {"student": "tabm", "n_members": 3, "num_embedding": "periodic"},
    "sparse": {"X": COUNTS},
    "sparse_tabm": {"X": COUNTS, "student": "tabm", "n_members": 3},
    "own": {"student": lambda n_inputs, n_outputs: nn.Linear(n_inputs, n_outputs)},
}


@cache
def student_like(kind):
    """Return a student with scores far apart."""
    shape = {"hidden_layer_sizes": (24, 16), "lr": 0.03, "max_epochs": 5, **STUDENTS[kind]}
    X = shape.pop("X", FRAME)
    clf = DistilledClassifier(transfer=None, early_stopping=False, random_state=0, **shape)
    with patch("skdistill.tables._sparse.MOST_COLUMNS", 30):  # COUNTS stay sparse
        student = clf.fit(X, Y, soft_targets=SOFT).student_
    return replace(student, layers=(*student.layers[:-1], Softmax(4.0)))


def _as_regressor(student, n_outputs=3, head=Affine, scale=2.0, center=0.0):
    """Return a student that makes numbers of another one's first scores."""
    shift = 3.0 if head is Ascending else 0.0  # which some numbers would cross
    end = head(np.full(n_outputs, scale), center - shift * np.arange(n_outputs))
    layers = (*_first_scores(student, n_outputs), end)
    if head is Ascending:
        levels = np.linspace(0.5, 1, n_outputs, endpoint=False)
        return QuantileStudent(student.reader, layers, Quantiles(levels))
    return RegressorStudent(student.reader, layers, Numbers(n_outputs, n_outputs == 1))


def _as_multilabel(student, n_labels=3):
    """Return a student that makes probabilities of labels of another one's first scores."""
    end = Sigmoid(np.linspace(0.5, 2, n_labels, dtype=np.float32))
    layers = (*_first_scores(student, n_labels), end)
    return MultilabelStudent(student.reader, layers, Labels(n_labels))


def _first_scores(student, n_outputs):
    """Return the layers up to the first scores, of which members have their mean."""
    *layers, scores, _ = student.layers
    joins = isinstance(scores, MeanOfMembers)
    join = [AverageOfMembers()] if joins else []
    last = layers.pop() if joins else scores
    weight, bias = (np.ascontiguousarray(a[..., :n_outputs]) for a in (last.weight, last.bias))
    return (*layers, replace(last, weight=weight, bias=bias), *join)


HEADS = {
    "affine": {"head": Affine, "scale": 2.0, "center": -3.0},
    "affine_far": {"head": Affine, "scale": 0.2, "center": 1e9},
    "exponential": {"head": Exponential, "scale": 0.3, "center": 2.0},
    "steep": {"head": Exponential, "scale": 1.5, "center": 2.0},
    "ascending": {"head": Ascending, "scale": 2.0, "center": 3.0},
}


@pytest.fixture
def make_student():
    """Return the function that makes students."""
    return student_like


@pytest.fixture(params=[kind for kind in STUDENTS if kind != "own"])
def student(request):
    """Each student of arrays in turn."""
    return student_like(request.param)


@pytest.fixture
def make_regressor():
    """Return the function that makes students of numbers."""
    return lambda kind, **params: _as_regressor(student_like(kind), **params)


@pytest.fixture(scope="session")
def as_regressor():
    return _as_regressor


@pytest.fixture(scope="session")
def as_multilabel():
    return _as_multilabel


@pytest.fixture(params=["relu", "tabm_periodic", "sparse", "sparse_tabm"])
def multilabel(request):
    """Students of three labels."""
    return _as_multilabel(student_like(request.param))


@pytest.fixture(params=HEADS)
def head(request):
    """What ends a student of numbers, each in turn."""
    return HEADS[request.param]


@pytest.fixture(params=["relu", "tabm_periodic", "sparse", "sparse_tabm"])
def regressor(request, head):
    """Students of three numbers, with each head."""
    return _as_regressor(student_like(request.param), **head)


ORIGIN = pd.Timestamp("2020-01-01")


def _make_frame(n, seed=0):
    """Return a table of every kind of column, and labels."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "size": rng.normal(size=n),
            "income": np.where(rng.random(n) < 0.2, np.nan, rng.normal(3000, 1000, n)),
            "count": rng.integers(0, 5, n),
            "color": rng.choice(np.array(["red", "green", "blüe", None], dtype=object), n),
            "grade": pd.Categorical(rng.integers(1, 4, n)),
            "city": rng.choice([f"city {i}" for i in range(20)], n),
            "when": ORIGIN + pd.to_timedelta(rng.integers(30, 400, n) * 7, "h"),
            "member": rng.random(n) < 0.5,
        }
    )
    frame.loc[::9, "when"] = pd.NaT
    labels = np.where(frame["size"] + (frame["color"] == "red") > 0.3, "yes", "no")
    return frame, labels


def _feed_of(frame):
    """Return the inputs that the graph of such a table takes."""
    feed = {}
    for name in frame:
        column = frame[name]
        if name == "when":
            values = ((column - ORIGIN) / pd.Timedelta("1D")).to_numpy(np.float32)
        elif name in ("color", "grade", "city"):
            values = np.array(["" if pd.isna(v) else str(v) for v in column], dtype=object)
        else:
            values = column.to_numpy(np.float32)
        feed[name] = values[:, None]
    return feed


def _ask(onnx_model, feed, outputs=("label", "probabilities")):
    """Return labels and probabilities, or other outputs."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        onnx_model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    return session.run(list(outputs), feed)


def _distil(X, y, **params):
    """Return a small fitted classifier, trained on the labels alone."""
    small = {"hidden_layer_sizes": (12,), "max_epochs": 5, "random_state": 0}
    fixed = {"alpha": 0, "transfer": None, "early_stopping": False}
    return DistilledClassifier(DummyClassifier(), **{**small, **fixed, **params}).fit(X, y)


@pytest.fixture(scope="session")
def make_frame():
    return _make_frame


@pytest.fixture(scope="session")
def feed_of():
    return _feed_of


@pytest.fixture(scope="session")
def ask():
    return _ask


@pytest.fixture(scope="session")
def distil():
    return _distil


@pytest.fixture(scope="session")
def mixed(distil, make_frame):
    """A student of every kind of column."""
    return distil(*make_frame(600))


@pytest.fixture(scope="session")
def numbers():
    """Rows of numbers, some missing, and labels of three classes."""
    X, y = make_classification(300, 6, n_informative=4, n_classes=3, random_state=0)
    X[::7, 2] = np.nan
    return X, y
