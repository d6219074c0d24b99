"""The schedule, the best weights, and who watches batches."""

from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from skorch.callbacks import (
    BatchScoring,
    Callback,
    Checkpoint,
    EarlyStopping,
    EpochScoring,
    EpochTimer,
    GradientNormClipping,
    LRScheduler,
    PassthroughScoring,
    PrintLog,
    ProgressBar,
)
from skorch.helper import predefined_split
from torch import nn

from skdistill.training._batches import Batches, LessonRows
from skdistill.training._callbacks import BestWeights, RateSchedule, watches_batches
from skdistill.training._net import StudentCriterion, StudentNet


def lesson_rows(rows, targets, labels, weight):
    answers = {"targets": targets, "labels": labels, "weight": weight}
    return LessonRows(SimpleNamespace(rows=rows, has_label=labels >= 0, **answers))


def rate(step, last):
    return 0.1 + (last - step) / last


def made_rows(seed, n=90):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 3)).astype(np.float32)
    labels = (x[:, 0] + rng.normal(size=n) > 0).astype(np.int64)
    return lesson_rows(x, np.eye(2, dtype=np.float32)[labels], labels, np.ones(n, np.float32))


def train(*callbacks, **params):
    torch.manual_seed(0)
    net = StudentNet(
        nn.Linear,
        module__in_features=3,
        module__out_features=2,
        criterion=StudentCriterion,
        criterion__alpha=0.5,
        criterion__temperature=1.0,
        iterator_train=Batches,
        iterator_train__seed=0,
        iterator_valid=Batches,
        train_split=predefined_split(made_rows(1)),
        optimizer=torch.optim.AdamW,
        callbacks=list(callbacks),
        verbose=0,
        **{"max_epochs": 6, "batch_size": 20, "lr": 0.1, **params},
    )
    return net.fit(made_rows(0), None)


def weights(net):
    return torch.cat([values.ravel() for values in net.module_.state_dict().values()])


def test_the_schedule_sets_the_rates_of_lambda_lr():
    factor = partial(rate, last=30)
    stock = LRScheduler("LambdaLR", lr_lambda=factor, step_every="batch", event_name=None)
    ours, theirs = train(RateSchedule(factor)), train(stock)
    assert torch.equal(weights(ours), weights(theirs))
    lr = [net.optimizer_.param_groups[0]["lr"] for net in (ours, theirs)]
    assert lr[0] == lr[1] == pytest.approx(0.1 * 0.1)


def test_the_best_weights_are_those_that_early_stopping_restores():
    params = {"patience": 2, "threshold": 0.01, "sink": lambda message: None}
    ours = train(("stop", BestWeights(**params)), lr=3.0, max_epochs=30)
    theirs = train(("stop", EarlyStopping(load_best=True, **params)), lr=3.0, max_epochs=30)
    stop, stock = dict(ours.callbacks_)["stop"], dict(theirs.callbacks_)["stop"]
    assert stop.best_epoch_ == stock.best_epoch_ < len(ours.history) == len(theirs.history) < 30
    assert torch.equal(weights(ours), weights(theirs))


def test_without_a_better_epoch_the_last_weights_stay():
    class Early(Callback):
        def on_epoch_begin(self, net, **kwargs):
            raise KeyboardInterrupt

    plain = train(max_epochs=0)
    assert torch.equal(weights(train(BestWeights(), Early())), weights(plain))


class Gradients(Callback):
    def on_grad_computed(self, net, named_parameters, **kwargs):
        pass


class MyScoring(EpochScoring):
    def on_batch_end(self, net, **kwargs):
        super().on_batch_end(net, **kwargs)


@pytest.mark.parametrize(
    ("callback", "in_training", "on_held_out"),
    [
        (EpochTimer(), False, False),
        (PassthroughScoring("train_loss", on_train=True), False, False),
        (PrintLog(), False, False),
        (EarlyStopping(), False, False),
        (Checkpoint(), False, False),
        (BestWeights(), False, False),
        (RateSchedule(float), False, False),
        (LRScheduler("StepLR", step_size=1), False, False),
        (LRScheduler("StepLR", step_size=1, step_every="batch"), True, False),
        (EpochScoring("accuracy"), False, True),
        (EpochScoring("accuracy", on_train=True), True, False),
        (BatchScoring("accuracy"), False, True),
        (MyScoring("accuracy"), True, True),
        (GradientNormClipping(1.0), True, False),
        (Gradients(), True, False),
        (ProgressBar(), True, True),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Callback) else str(value),
)
def test_a_callback_is_told_of_batches_where_it_watches_them(callback, in_training, on_held_out):
    assert watches_batches(callback, training=True) is in_training
    assert watches_batches(callback, training=False) is on_held_out
