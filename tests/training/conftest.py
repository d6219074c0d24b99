"""A small table, and nets of it that are not trained yet."""

from types import SimpleNamespace

import numpy as np
import pytest
import scipy.sparse
import torch

from skdistill.runtime._reader import ColumnReader
from skdistill.students import MLP, learn_encoding, learn_scaling
from skdistill.tasks import Multiclass
from skdistill.training._batches import LessonRows
from skdistill.training._net import make_net, parts_of_skorch
from skdistill.training._schedule import Plan
from skdistill.training._training import Training

N, N_TRAINED, N_CLASSES = 230, 180, 3
RNG = np.random.default_rng(0)
TABLE = RNG.normal(size=(N, 4)).astype(np.float32)
TABLE[RNG.random(TABLE.shape) < 0.1] = np.nan
CODES = RNG.integers(0, 14, N)


def encoded(kind):
    if kind == "sparse":
        rows = scipy.sparse.csr_array(np.nan_to_num(TABLE))
        return rows, learn_scaling(rows)
    table = TABLE
    if kind == "embedded":
        table = np.column_stack([TABLE.astype(object), [f"c{code}" for code in CODES]])
    reader = ColumnReader.learn(table)
    rows = reader.read(table)
    ones = np.ones(N)
    return rows, learn_encoding(rows, reader, n_bins=4, sample_weight=ones, random_state=0)


def lesson_rows(rows, part):
    rng = np.random.default_rng(1)
    labels = np.where((np.arange(N) % 5 == 4) & (np.arange(N) < N_TRAINED), -1, CODES % N_CLASSES)
    answers = {
        "targets": rng.dirichlet(np.ones(N_CLASSES), N).astype(np.float32)[part],
        "labels": labels[part],
        "weight": rng.uniform(0.5, 2, N).astype(np.float32)[part],
    }
    return LessonRows(SimpleNamespace(rows=rows[part], has_label=labels[part] >= 0, **answers))


@pytest.fixture
def untrained():
    """Return what makes a net of three classes, its rows, and held-out rows.

    `kind` is that of the rows: dense, embedded or sparse; `callbacks` are for skorch.
    """

    def make(kind="dense", *, callbacks=None, net_params=None, n_epochs=5, **params):
        rows, encoding = encoded(kind)
        settings = {
            "module": MLP, "loss": "kl", "lr": 0.01, "weight_decay": 0.05, "batch_size": 32,
            "net": {"hidden_layer_sizes": (16, 8), "activation": "relu", "dropout": 0.2},
            **params,
        }  # fmt: skip
        training = Training(
            encoding=encoding, task=Multiclass(np.arange(N_CLASSES)), temperature=2.0,
            max_epochs=n_epochs,
            patience=9, device="cpu", callbacks=callbacks, net_params=net_params, verbose=0,
            random_state=0, **settings,
        )  # fmt: skip
        course = Plan(N_TRAINED, 0, n_epochs, training.batch_size)
        held_out = lesson_rows(rows, slice(N_TRAINED, None))
        parts = {} if callbacks is None else parts_of_skorch(training, course, held_out, None)
        torch.manual_seed(0)
        net = make_net(training, course, alpha=0.3, n_epochs=n_epochs, **parts)
        return net, lesson_rows(rows, slice(N_TRAINED)), held_out

    return make
