"""Small students of every architecture, made once."""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from torch import nn

from skdistill import DistilledClassifier
from skdistill.runtime._layers import Softmax

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
COUNTS = scipy.sparse.random(N_ROWS, 40, 0.1, "csr", rng=RNG)
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
    student = clf.fit(X, Y, soft_targets=SOFT).student_
    return replace(student, layers=(*student.layers[:-1], Softmax(4.0)))


@pytest.fixture
def make_student():
    """Return the function that makes students."""
    return student_like


@pytest.fixture(params=[kind for kind in STUDENTS if kind != "own"])
def student(request):
    """Each student of arrays in turn."""
    return student_like(request.param)
