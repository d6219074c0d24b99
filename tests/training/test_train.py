"""Training: how long, on what, and with which weights."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.special import softmax
from sklearn.datasets import make_classification
from skorch.callbacks import LRScheduler

from skdistill.runtime._reader import ColumnReader
from skdistill.students import MLP, learn_encoding
from skdistill.training._batches import LessonRows
from skdistill.training._lessons import REAL, SYNTHETIC, UNLABELED, Lessons, join
from skdistill.training._train import (
    detach,
    plan,
    recalibration,
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
    n_classes=2, module=MLP,
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
    _, per_row = recalibration(fitted.net, transfer(X[200:260], Y[200:260]), TRAINING)
    assert len(per_row) == 60
    scores = fitted.net.logits(LessonRows(held_out))
    log_p = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    assert -log_p[np.arange(100), Y[200:]].mean() == pytest.approx(min(losses), rel=1e-4)


def test_without_held_out_rows_it_trains_as_long_as_told():
    fitted = train_student(transfer(X, Y), TRAINING, alpha=0.5, n_epochs=3)
    assert fitted.n_epochs == len(fitted.history) == 3


def test_recalibration_needs_100_rows_and_helps():
    fitted = train_student(transfer(X[:40], Y[:40]), TRAINING, alpha=0.0, n_epochs=40)
    assert recalibration(fitted.net, transfer(X[:99], Y[:99]), TRAINING)[0] == 1
    temperature, losses = recalibration(fitted.net, transfer(X[100:], Y[100:]), TRAINING)
    assert temperature > 1  # trained to certainty on 40 rows
    scores = fitted.net.logits(LessonRows(transfer(X[100:], Y[100:])))
    plain = np.log(np.exp(scores).sum(axis=1)) - scores[np.arange(200), Y[100:]]
    assert losses.mean() < plain.mean()


def test_an_epoch_has_all_real_rows_and_a_slice_of_the_others():
    pool = transfer(np.tile(X, (9, 1)), np.full(2700, -1), SYNTHETIC)
    real = transfer(X, Y)
    assert plan(join([real, pool]), TRAINING) == (300, 900, 40, 64)
    assert plan(join([real, pool.take(np.arange(50))]), TRAINING) == (300, 50, 40, 64)
    assert plan(real, TRAINING) == (300, 0, 40, 64)


def test_slices_are_large_enough_for_every_row_to_be_seen():
    pool = transfer(np.tile(X, (9, 1)), np.full(2700, -1), UNLABELED)
    assert plan(join([transfer(X, Y), pool]), TRAINING, 2) == (300, 1350, 2, 64)
    assert plan(join([transfer(X, Y), pool]), replace(TRAINING, max_epochs=1))[1] == 2700


def test_more_rows_allow_more_epochs():
    settings = replace(TRAINING, max_epochs="auto")
    more = transfer(X, np.full(300, -1), UNLABELED)
    assert plan(transfer(X, Y), settings)[2] == 60
    assert plan(join([transfer(X, Y), more]), settings)[2] == 100


@pytest.mark.parametrize(("n", "epochs"), [(300, 60), (50_000, 30), (10**6, 6)])
def test_large_sets_get_fewer_epochs(n, epochs):
    part = transfer(np.zeros((n, 1)), np.zeros(n, dtype=np.int64))
    settings = replace(TRAINING, max_epochs="auto", batch_size=256)
    assert plan(part, settings) == (n, 0, epochs, min(256, n // 4))


def test_a_detached_net_holds_no_rows():
    fitted = train_student(
        transfer(X, Y), TRAINING, alpha=0.5, n_epochs=1, monitor=transfer(X[:9], Y[:9])
    )
    assert "valid_loss" in fitted.history[0]
    assert detach(fitted.net).train_split is None


def test_the_learning_rate_falls_over_the_epochs_that_the_race_saw():
    # more rows mean fewer epochs by default; a final training on all rows keeps the race's
    race = train_student(transfer(X[:200], Y[:200]), TRAINING, alpha=0.5, n_epochs=2)
    assert race.max_epochs == 40
    final = train_student(transfer(X, Y), TRAINING, alpha=0.5, n_epochs=10, max_epochs=10)
    assert final.net.optimizer_.param_groups[0]["lr"] == pytest.approx(0, abs=1e-9)


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
    taught = taught_by(fitted.net, 1.5, rows, replace(TRAINING, temperature=2.0))
    scores = fitted.net.logits(LessonRows(rows))
    np.testing.assert_allclose(taught.targets, softmax(scores / 3, axis=1), atol=1e-6)
    np.testing.assert_array_equal(taught.labels, rows.labels)


def test_generations_are_trained_one_after_the_other():
    rows, how = transfer(X, Y), {"alpha": 1.0, "n_epochs": 2}
    first = train_student(rows, TRAINING, **how)
    second = train_student(taught_by(first.net, 1.2, rows, TRAINING), TRAINING, **how)
    chain = train_generations(rows, TRAINING, 1, temperature=1.2, **how)
    assert chain.history[-1]["train_loss"] == second.history[-1]["train_loss"]
    assert chain.history[-1]["train_loss"] != first.history[-1]["train_loss"]
