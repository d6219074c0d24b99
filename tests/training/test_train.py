"""Training: how long, on what, and with which weights."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.special import softmax
from sklearn.base import clone
from sklearn.datasets import make_classification
from skorch import NeuralNet
from skorch.callbacks import Callback, LRScheduler
from torch import nn

from skdistill.layers import Softmax
from skdistill.losses import distillation_loss
from skdistill.runtime._reader import ColumnReader
from skdistill.students import MLP, OwnNet, TabM, learn_encoding
from skdistill.tasks import Multiclass
from skdistill.training._lessons import REAL, Lessons
from skdistill.training._train import (
    detach,
    like,
    recalibrate,
    scores_of,
    taught_by,
    train_generations,
    train_student,
)
from skdistill.training._training import Training

X, Y = make_classification(300, 6, random_state=0)
READER = ColumnReader.learn(X)
TRAINING = Training(
    encoding=learn_encoding(
        READER.read(X), READER, n_bins=0, sample_weight=np.ones(300), random_state=0
    ),
    task=Multiclass(np.arange(2)), module=MLP,
    net={"hidden_layer_sizes": (16,), "activation": "relu", "dropout": 0.0},
    loss="kl",
    temperature=1.0, lr=0.01, weight_decay=0.0, batch_size=64, max_epochs=40, patience=4,
    device="cpu", callbacks=None, net_params=None, verbose=0, random_state=0,
)  # fmt: skip


def transfer(rows, labels, origin=REAL):
    n = len(rows)
    targets = np.eye(2, dtype=np.float32)[np.maximum(labels, 0)]
    return Lessons(
        rows.astype(np.float32), targets, np.maximum(labels, 0), np.full(n, True),
        np.asarray(labels) >= 0, np.ones(n, np.float32), np.full(n, origin, np.int8),
    )  # fmt: skip


def test_the_weights_of_the_best_epoch_are_restored():
    rng = np.random.default_rng(0)
    train, held_out = transfer(X[:100], rng.permutation(Y[:100])), transfer(X[200:], Y[200:])
    fitted = train_student(train, TRAINING, alpha=0.0, validation=held_out)
    losses = [row["valid_loss"] for row in fitted.history]
    assert fitted.n_epochs == 1 + int(np.argmin(losses))
    assert fitted.n_epochs < len(losses) < 40
    _, per_row = recalibrate(fitted.net, transfer(X[200:260], Y[200:260]), TRAINING)
    assert len(per_row) == 60
    scores = scores_of(fitted.net, held_out)
    log_p = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    assert -log_p[np.arange(100), Y[200:]].mean() == pytest.approx(min(losses), rel=1e-4)


def test_without_held_out_rows_it_trains_as_long_as_told():
    fitted = train_student(transfer(X, Y), TRAINING, alpha=0.5, n_epochs=3)
    assert fitted.n_epochs == len(fitted.history) == 3


def test_recalibration_needs_100_rows_and_helps():
    fitted = train_student(transfer(X[:40], Y[:40]), TRAINING, alpha=0.0, n_epochs=40)
    assert recalibrate(fitted.net, transfer(X[:99], Y[:99]), TRAINING)[0].inverse_temperature == 1
    head, losses = recalibrate(fitted.net, transfer(X[100:], Y[100:]), TRAINING)
    assert head.inverse_temperature < 1  # trained to certainty on 40 rows
    scores = scores_of(fitted.net, transfer(X[100:], Y[100:]))
    plain = np.log(np.exp(scores).sum(axis=1)) - scores[np.arange(200), Y[100:]]
    assert losses.mean() < plain.mean()


WAYS = [None, [Callback()]]  # by our loop, by skorch's


@pytest.mark.parametrize("callbacks", WAYS)
def test_a_detached_net_holds_no_rows(callbacks):
    training = replace(TRAINING, callbacks=callbacks)
    fitted = train_student(
        transfer(X, Y), training, alpha=0.5, n_epochs=1, monitor=transfer(X[:9], Y[:9])
    )
    assert "valid_loss" in fitted.history[0]
    assert detach(fitted.net).train_split is None


def test_the_seen_loss_is_that_of_held_out_rows_on_rows_that_are_trained_on():
    rows = transfer(X, Y)
    heavy = replace(rows, weight=3 * rows.weight)  # beside rows of other origins
    history = train_student(heavy, TRAINING, alpha=0.5, n_epochs=3, monitor=rows).history
    losses = np.array([[row["seen_loss"], row["valid_loss"]] for row in history])
    np.testing.assert_allclose(losses[:, 0], losses[:, 1], rtol=1e-5)


def test_only_rows_with_labels_are_scored_as_seen_no_more_than_are_held_out():
    rows = transfer(X, Y)
    has_label = np.arange(len(rows)) % 2 == 0
    some = like(rows.take(np.arange(10)), replace(rows, has_label=has_label))
    assert len(some) == 10
    assert some.has_label.all()
    assert len(like(rows, replace(rows, has_label=has_label))) == has_label.sum()


@pytest.mark.parametrize("loss", ["kl", "jsd", distillation_loss])
@pytest.mark.parametrize("net", [MLP, TabM, OwnNet])
def test_a_training_by_skorch_is_that_of_our_loop(net, loss):
    shape = {"hidden_layer_sizes": (16,), "activation": "silu", "dropout": 0.2}
    shape = {
        MLP: shape,
        TabM: {**shape, "n_members": 3, "members": Multiclass.members},
        OwnNet: {"make": torch.nn.Linear},
    }[net]
    training = replace(TRAINING, module=net, net=shape, loss=loss, patience=2, lr=0.05)
    train, held_out = transfer(X[:200], Y[:200]), transfer(X[200:], Y[200:])
    ours, skorch = (
        train_student(train, replace(training, callbacks=way), alpha=0.5, validation=held_out)
        for way in WAYS
    )
    assert ours.n_epochs == skorch.n_epochs < len(ours.history) < 40
    for mine, stock in zip(ours.net.history, skorch.net.history, strict=True):
        assert mine.keys() == stock.keys() | {"seen_loss"}
        assert {"train_loss_best", "valid_loss_best", "batches", "dur"} <= mine.keys()
        for name in stock.keys() - {"batches", "dur"}:
            assert mine[name] == pytest.approx(stock[name], rel=1e-4), name
    scores = [scores_of(fitted.net, held_out) for fitted in (ours, skorch)]
    np.testing.assert_allclose(*scores, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("callbacks", WAYS)
def test_the_net_is_one_of_skorch_that_works(callbacks, tmp_path):
    training, rows = replace(TRAINING, callbacks=callbacks), transfer(X, Y)
    net = detach(train_student(rows, training, alpha=0.5, n_epochs=3, validation=rows).net)
    scores, x = scores_of(net, rows), rows.rows
    assert isinstance(net, NeuralNet)
    np.testing.assert_array_equal(net.predict(x), scores)
    np.testing.assert_array_equal(net.forward(x).numpy(), scores)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(net)).predict(x), scores)
    files = {f"f_{part}": tmp_path / part for part in ("params", "optimizer", "history")}
    net.save_params(**files)
    other = clone(net).initialize()
    other.load_params(**files)
    np.testing.assert_array_equal(other.predict(x), scores)
    assert other.history[:, "valid_loss"] == net.history[:, "valid_loss"]


@pytest.mark.parametrize("callbacks", WAYS)
def test_verbose_prints_the_table_of_skorch(callbacks, capsys):
    training = replace(TRAINING, callbacks=callbacks, verbose=1)
    train_student(transfer(X, Y), training, alpha=0.5, n_epochs=3, monitor=transfer(X, Y))
    head, line, *epochs = capsys.readouterr().out.splitlines()
    assert head.split() == ["epoch", "train_loss", "valid_loss", "dur"]
    assert set(line) == {"-", " "}
    assert [row.split()[0] for row in epochs] == ["1", "2", "3"]


def test_a_schedule_of_the_users_replaces_ours():
    callback = LRScheduler("StepLR", step_size=1, gamma=0.5)
    for given in (callback, ("mine", callback)):
        fitted = train_student(
            transfer(X, Y), replace(TRAINING, callbacks=[given]), alpha=0.5, n_epochs=3
        )
        rates = fitted.net.history[:, "event_lr"]
        assert rates == pytest.approx([0.01, 0.005, 0.0025])


@pytest.mark.parametrize("optimizer", [torch.optim.RMSprop, torch.optim.NAdam, torch.optim.LBFGS])
def test_another_optimiser_takes_its_own_settings(optimizer):
    training = replace(TRAINING, net_params={"optimizer": optimizer, "lr": 0.003})
    fitted = train_student(transfer(X, Y), training, alpha=0.5, n_epochs=2)
    assert isinstance(fitted.net.optimizer_, optimizer)


@pytest.mark.parametrize("name", ["batch_size", "module__dropout", "callbacks", "device"])
def test_net_params_cannot_undo_what_is_arranged(name):
    training = replace(TRAINING, net_params={name: 1})
    with pytest.raises(ValueError, match=f"net_params has '{name}'"):
        train_student(transfer(X, Y), training, alpha=0.5)


@pytest.mark.parametrize("validation", [None, 50])
def test_a_loss_that_is_no_number_gives_no_student(validation):
    training = replace(TRAINING, lr=1e30)
    held_out = None if validation is None else transfer(X[:validation], Y[:validation])
    with pytest.raises(ValueError, match=r"Training gave no student: .* use a smaller lr"):
        train_student(transfer(X, Y), training, alpha=0.5, n_epochs=5, validation=held_out)


def test_a_student_teaches_the_next_with_its_calibrated_answers():
    rows = transfer(X, Y)
    fitted = train_student(rows, TRAINING, alpha=0.5, n_epochs=2)
    taught = taught_by(fitted.net, Softmax(1 / 1.5), rows, replace(TRAINING, temperature=2.0))
    scores = scores_of(fitted.net, rows)
    np.testing.assert_allclose(taught.targets, softmax(scores / 3, axis=1), atol=1e-6)
    np.testing.assert_array_equal(taught.labels, rows.labels)


def test_generations_are_trained_one_after_the_other():
    rows, how = transfer(X, Y), {"alpha": 1.0, "n_epochs": 2}
    first = train_student(rows, TRAINING, **how)
    second = train_student(taught_by(first.net, Softmax(1 / 1.2), rows, TRAINING), TRAINING, **how)
    chain = train_generations(rows, TRAINING, 1, head=Softmax(1 / 1.2), **how)
    assert chain.history[-1]["train_loss"] == second.history[-1]["train_loss"]
    assert chain.history[-1]["train_loss"] != first.history[-1]["train_loss"]


class OldGradient(nn.Linear):
    """A module that comes with a gradient of its own."""

    def __init__(self, n_inputs, n_outputs):
        super().__init__(n_inputs, n_outputs)
        self.weight.grad = torch.full_like(self.weight, 1e4)


class ExtraState(nn.Linear):
    """A module whose state is not tensors alone."""

    def get_extra_state(self):
        return {"a": 1}

    def set_extra_state(self, state):
        assert state == {"a": 1}


class SparseGradient(nn.Module):
    def __init__(self, n_inputs, n_outputs):
        super().__init__()
        self.table = nn.Embedding(2, n_outputs, sparse=True)

    def forward(self, x):
        return self.table((x[:, 0] > 0).long())


class Interrupted(nn.Linear):
    """A module that raises what Ctrl-C raises, in its second training batch."""

    n_calls = 0

    def forward(self, x):
        if self.training:
            self.n_calls += 1
            if self.n_calls > 1:
                raise KeyboardInterrupt
        return super().forward(x)


def own(make, **changes):
    training = replace(TRAINING, module=OwnNet, net={"make": make, "waves": None}, **changes)
    return train_student(transfer(X, Y), training, alpha=0.5, validation=transfer(X, Y))


def test_a_gradient_that_a_module_brings_along_is_no_step():
    losses = [own(make).history[1]["train_loss"] for make in (OldGradient, nn.Linear)]
    assert losses[0] == losses[1]


def test_a_state_that_is_no_tensor_is_kept_with_the_best_weights():
    assert own(ExtraState).n_epochs > 0


def test_sparse_gradients_are_refused_in_words():
    with pytest.raises(ValueError, match="no sparse gradients: use sparse=False"):
        own(SparseGradient)


@pytest.mark.parametrize("callbacks", WAYS)
def test_an_interrupt_of_a_module_ends_no_training_well(callbacks):
    with pytest.raises(KeyboardInterrupt):
        own(Interrupted, callbacks=callbacks)


def test_a_callback_of_any_name_is_not_taken_for_ours():
    fitted = own(nn.Linear, callbacks=[("stopping", Callback())])
    assert fitted.n_epochs > 0
