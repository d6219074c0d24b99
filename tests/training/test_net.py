"""The skorch net: what ends a training well, and what does not."""

import os
import signal
from types import SimpleNamespace

import numpy as np
import pytest
import scipy.sparse
import torch
from skorch.callbacks import (
    Callback,
    Checkpoint,
    EarlyStopping,
    EpochScoring,
    GradientNormClipping,
    LRScheduler,
    ProgressBar,
)
from skorch.helper import predefined_split
from torch import nn

from skdistill.runtime._reader import ColumnReader
from skdistill.students import MLP, learn_encoding, learn_scaling
from skdistill.training._batches import Batches, LessonRows
from skdistill.training._callbacks import RateSchedule
from skdistill.training._net import StudentCriterion, StudentNet


def lesson_rows(rows, targets, labels, weight):
    answers = {"targets": targets, "labels": labels, "weight": weight}
    return LessonRows(SimpleNamespace(rows=rows, has_label=labels >= 0, **answers))


class Stop(Callback):
    def on_epoch_end(self, net, **kwargs):
        if len(net.history) == 2:
            raise KeyboardInterrupt


class Signal(Callback):
    def on_epoch_end(self, net, **kwargs):
        if len(net.history) == 2:
            os.kill(os.getpid(), signal.SIGINT)


def train(*callbacks, **params):
    data = lesson_rows(
        np.ones((20, 3), np.float32),
        np.full((20, 2), 0.5, np.float32),
        np.zeros(20, np.int64),
        np.ones(20, np.float32),
    )
    net = StudentNet(
        nn.Linear,
        module__in_features=3,
        module__out_features=2,
        criterion=StudentCriterion,
        criterion__alpha=0.5,
        criterion__temperature=1.0,
        iterator_train=Batches,
        iterator_valid=Batches,
        train_split=None,
        max_epochs=5,
        callbacks=list(callbacks),
        verbose=0,
        **params,
    )
    return net.fit(data, None), data


class StopThrough(Stop):
    def on_epoch_end(self, net, **kwargs):
        stop_at_two(net)


def stop_at_two(net):
    if len(net.history) == 2:
        raise KeyboardInterrupt


@pytest.mark.parametrize("stop", [Stop(), StopThrough()])
def test_a_callback_may_end_training(stop):
    net, data = train(stop)
    assert len(net.history) == 2
    assert net.logits(data).shape == (20, 2)


def test_a_signal_goes_up_even_from_within_a_callback():
    with pytest.raises(KeyboardInterrupt):
        train(Signal())


def test_a_signal_goes_up_from_a_lean_epoch():
    def rate(step):
        if step == 30:
            os.kill(os.getpid(), signal.SIGINT)
        return 1.0

    with pytest.raises(KeyboardInterrupt):
        train(RateSchedule(rate), batch_size=1)


def test_held_out_rows_are_scored_by_log_loss_against_labels():
    criterion = StudentCriterion(alpha=1.0, temperature=5.0).eval()
    logits = torch.randn(6, 3)
    answers = {
        "targets": torch.full((6, 3), 1 / 3),
        "labels": torch.tensor([0, 1, 2, 0, 1, 2]),
        "sample_weight": torch.tensor([2.0, 0, 1, 1, 1, 1]),
    }
    expected = -(logits.log_softmax(1)[range(6), answers["labels"]] * answers["sample_weight"])
    assert criterion(logits, answers).item() == pytest.approx(expected.mean().item(), rel=1e-5)


N, N_CLASSES = 230, 3
RNG = np.random.default_rng(0)
TABLE = RNG.normal(size=(N, 4)).astype(np.float32)
TABLE[RNG.random(TABLE.shape) < 0.1] = np.nan
CODES = RNG.integers(0, 14, N)


def encoded(embedded):
    """Return rows and their encoding; with a trained embedding, if wanted."""
    if embedded:
        table = np.column_stack([TABLE.astype(object), [f"c{code}" for code in CODES]])
    else:
        table = TABLE
    reader = ColumnReader.learn(table)
    rows = reader.read(table)
    encoding = learn_encoding(rows, reader, n_bins=4, sample_weight=np.ones(N), random_state=0)
    return rows, encoding


def answered(rows, part):
    rng = np.random.default_rng(1)
    targets = rng.dirichlet(np.ones(N_CLASSES), N).astype(np.float32)
    labels = np.where(np.arange(N) % 5 == 4, -1, CODES % N_CLASSES)
    labels[180:] = CODES[180:] % N_CLASSES  # held-out rows have labels
    weight = rng.uniform(0.5, 2, N).astype(np.float32)
    return lesson_rows(rows[part], targets[part], labels[part], weight[part])


class Watch(Callback):
    """Does nothing, with every batch."""

    def on_batch_begin(self, net, **kwargs):
        pass


def fit(*callbacks, rows="dense", **params):
    torch.manual_seed(0)
    if rows == "sparse":
        table = scipy.sparse.csr_array(np.nan_to_num(TABLE))
        encoding = learn_scaling(table)
    else:
        table, encoding = encoded(rows == "embedded")
    net = StudentNet(
        MLP,
        module__encoding=encoding,
        module__n_outputs=N_CLASSES,
        criterion__alpha=0.3,
        criterion__temperature=2.0,
        iterator_train=Batches,
        iterator_train__seed=0,
        iterator_valid=Batches,
        train_split=predefined_split(answered(table, np.arange(180, N))),
        callbacks=list(callbacks),
        verbose=0,
        **{
            "module__hidden_layer_sizes": (16, 8),
            "module__activation": "relu",
            "module__dropout": 0.0,
            "criterion": StudentCriterion,
            "optimizer": torch.optim.AdamW,
            "optimizer__fused": True,
            "max_epochs": 5,
            "batch_size": 32,
            "lr": 0.01,
            **params,
        },
    )
    return net.fit(answered(table, np.arange(180)), None)


def is_lean(net):
    return len(net.history[0]["batches"]) < 4


def assert_same_training(one, other):
    assert len(one.history) == len(other.history)
    for ours, theirs in zip(one.history, other.history, strict=True):
        names = ours.keys() - {"batches", "dur"}
        assert names == theirs.keys() - {"batches", "dur"}
        for name in names:
            assert ours[name] == pytest.approx(theirs[name], rel=1e-4), name
    states = one.module_.state_dict(), other.module_.state_dict()
    for name, values in states[1].items():
        assert torch.allclose(states[0][name], values, atol=1e-5), name


class OwnCriterion(nn.Module):
    def __init__(self, alpha, temperature):
        super().__init__()

    def forward(self, logits, answers):
        return nn.functional.mse_loss(torch.softmax(logits, dim=1), answers["targets"])


class LBFGS(torch.optim.LBFGS):
    def __init__(self, params, lr, fused):
        super().__init__(params, lr=lr)


class Sharp(torch.optim.SGD):
    """Wants a closure, although its signature does not say so."""

    def __init__(self, params, lr, fused):
        super().__init__(params, lr=lr)

    def step(self, closure=None):
        assert closure is not None
        return super().step(closure)


class Double(Callback):
    def on_train_begin(self, net, **kwargs):
        net.module_.double()


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"rows": "sparse"},
        {"rows": "embedded"},
        {"module__activation": "silu", "module__dropout": 0.4},
        {"module__activation": "tanh", "module__hidden_layer_sizes": ()},
        {"optimizer__weight_decay": 0.3, "optimizer__amsgrad": True},
        {"optimizer": torch.optim.SGD, "optimizer__momentum": 0.9},
        {"optimizer__fused": False},
        {"batch_size": 7},
    ],
    ids=str,
)
def test_a_lean_training_is_that_of_the_stock_loop(params):
    lean, stock = fit(**params), fit(Watch(), **params)
    assert is_lean(lean)
    assert not is_lean(stock)
    assert_same_training(lean, stock)


def test_a_criterion_of_the_users_own_is_trained_by_autograd():
    lean, stock = fit(criterion=OwnCriterion), fit(Watch(), criterion=OwnCriterion)
    assert is_lean(lean)
    assert_same_training(lean, stock)


def score(net, X, y=None):
    return float(np.mean(net.predict(X).argmax(axis=1)))


def labels_of(answers):
    return answers["labels"].numpy()


SCORING = {"name": "mean", "target_extractor": labels_of}


@pytest.mark.parametrize(
    ("make", "lean"),
    [
        (lambda: EarlyStopping(patience=1, threshold=0.3, sink=lambda message: None), True),
        (lambda: LRScheduler("StepLR", step_size=2), True),
        (lambda: LRScheduler("ReduceLROnPlateau", monitor="valid_loss", patience=0), True),
        (lambda: LRScheduler("StepLR", step_size=9, step_every="batch"), False),
        (lambda: EpochScoring(score, **SCORING), True),
        (lambda: EpochScoring(score, on_train=True, **SCORING), False),
        (lambda: ProgressBar(detect_notebook=False), False),
        (lambda: GradientNormClipping(0.01), False),
        (Double, True),
    ],
)
def test_a_callback_sees_the_same_training_in_either_loop(make, lean):
    ours, stock = fit(make()), fit(make(), Watch())
    assert is_lean(ours) is lean
    assert_same_training(ours, stock)


def test_a_checkpoint_is_written_and_read(tmp_path):
    def save(name):
        return Checkpoint(dirname=str(tmp_path / name), load_best=True)

    lean, stock = fit(save("lean"), lr=1.0), fit(save("stock"), Watch(), lr=1.0)
    assert is_lean(lean)
    assert_same_training(lean, stock)
    written = [sorted(p.name for p in (tmp_path / name).iterdir()) for name in ("lean", "stock")]
    assert written[0] == written[1]
    assert "optimizer.pt" in written[0]


@pytest.mark.parametrize("optimizer", [LBFGS, Sharp])
def test_an_optimiser_that_wants_a_closure_gets_one(optimizer):
    net = fit(optimizer=optimizer, lr=0.1, batch_size=180)
    assert net.history[-1, "train_loss"] < net.history[0, "train_loss"]


def test_a_lean_epoch_records_one_batch_of_all_rows():
    net = fit()
    for row in net.history:
        train, held_out = row["batches"]
        assert train["train_batch_size"] == 180
        assert held_out["valid_batch_size"] == N - 180
        assert train["train_loss"] == row["train_loss"]
        assert row["train_batch_count"] == 6
        assert row["dur"] > 0


def test_hooks_on_the_module_see_raw_rows():
    class Hook(Callback):
        def on_train_begin(self, net, **kwargs):
            self.widths = set()
            net.module_.register_forward_pre_hook(
                lambda module, args: self.widths.add(args[0].shape[1])
            )

    hook = Hook()
    fit(hook)
    assert hook.widths == {4}


def test_gradients_are_computed_where_they_are_switched_off_around_a_fit():
    with torch.no_grad():
        off = fit()
    assert_same_training(off, fit())
