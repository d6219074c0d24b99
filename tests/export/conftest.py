"""Small students, and ONNX Runtime asked as a user asks it: by columns, made here by hand."""

import numpy as np
import onnxruntime
import pandas as pd
import pytest
from sklearn.datasets import make_classification
from sklearn.dummy import DummyClassifier

from skdistill import DistilledClassifier

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


def _ask(onnx_model, feed):
    """Return labels and probabilities."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        onnx_model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    return session.run(["label", "probabilities"], feed)


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
