"""skorch carries the training where callbacks or `net_params` ask for it."""

import os
import signal
from functools import partial

import numpy as np
import pytest
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
from torch import nn

from skdistill.training._net import RateSchedule, train_by_skorch


class StopAtTwo(Callback):
    def on_epoch_end(self, net, **kwargs):
        if len(net.history) == 2:
            stop()


def stop():
    raise KeyboardInterrupt


class Signal(Callback):
    def on_batch_end(self, net, **kwargs):
        if len(net.history) == 2:
            os.kill(os.getpid(), signal.SIGINT)


def test_a_callback_may_end_training(untrained):
    net, rows, _ = untrained(callbacks=[StopAtTwo()])
    assert train_by_skorch(net, rows) == len(net.history) == 2


def test_a_signal_goes_up_even_from_within_a_callback(untrained):
    net, rows, _ = untrained(callbacks=[Signal()])
    with pytest.raises(KeyboardInterrupt):
        train_by_skorch(net, rows)


def score(net, X, y=None):
    return float(np.mean(net.predict(X).argmax(axis=1)))


def labels_of(answers):
    return answers["labels"].numpy()


class Watch(Callback):
    """Count what it is told of."""

    def __init__(self):
        self.seen = {"train": 0, "valid": 0, "gradients": 0}

    def on_batch_begin(self, net, training, **kwargs):
        self.seen["train" if training else "valid"] += 1

    def on_grad_computed(self, net, named_parameters, **kwargs):
        self.seen["gradients"] += 1


def test_callbacks_are_told_of_every_batch_and_gradient(untrained):
    watch = Watch()
    net, rows, _ = untrained(callbacks=[watch])
    train_by_skorch(net, rows)
    assert watch.seen == {"train": 30, "valid": 5, "gradients": 30}
    assert [len(row["batches"]) for row in net.history] == [7] * 5


@pytest.mark.parametrize(
    "callback",
    [
        EarlyStopping(patience=1, threshold=0.3, sink=lambda message: None),
        LRScheduler("StepLR", step_size=2),
        LRScheduler("ReduceLROnPlateau", monitor="valid_loss", patience=0),
        LRScheduler("StepLR", step_size=9, step_every="batch"),
        EpochScoring(score, name="mean", target_extractor=labels_of),
        EpochScoring(score, name="mean", target_extractor=labels_of, on_train=True),
        ProgressBar(detect_notebook=False),
        GradientNormClipping(0.01),
    ],
    ids=lambda callback: type(callback).__name__,
)
@pytest.mark.parametrize("kind", ["dense", "embedded", "sparse"])
def test_callbacks_of_skorch_work(untrained, callback, kind):
    net, rows, _ = untrained(kind, callbacks=[callback])
    n_epochs = train_by_skorch(net, rows)
    assert n_epochs == len(net.history) == (2 if isinstance(callback, EarlyStopping) else 5)
    assert np.isfinite(net.history[:, ("train_loss", "valid_loss")]).all()


def test_a_checkpoint_is_written_and_read(untrained, tmp_path):
    net, rows, _ = untrained(callbacks=[Checkpoint(dirname=str(tmp_path), load_best=True)], lr=1.0)
    train_by_skorch(net, rows)
    assert "optimizer.pt" in {path.name for path in tmp_path.iterdir()}
    best = torch.load(tmp_path / "params.pt")
    assert all(torch.equal(best[name], v) for name, v in net.module_.state_dict().items())


def test_hooks_on_the_module_see_raw_rows(untrained):
    class Hook(Callback):
        def on_train_begin(self, net, **kwargs):
            self.widths = set()
            net.module_.register_forward_pre_hook(
                lambda module, args: self.widths.add(args[0].shape[1])
            )

    hook = Hook()
    net, rows, _ = untrained(callbacks=[hook])
    train_by_skorch(net, rows)
    assert hook.widths == {4}


class Sharp(torch.optim.SGD):
    """Wants a closure, although its signature does not say so."""

    def step(self, closure=None):
        assert closure is not None
        return super().step(closure)


@pytest.mark.parametrize("optimizer", [torch.optim.LBFGS, Sharp, torch.optim.Adagrad])
def test_an_optimiser_of_the_users_takes_its_own_settings(untrained, optimizer):
    params = {"net": {"hidden_layer_sizes": (16,), "activation": "relu", "dropout": 0.0}}
    params |= {"net_params": {"optimizer": optimizer, "lr": 0.01}, "batch_size": 180}
    net, rows, _ = untrained(callbacks=[], **params)
    train_by_skorch(net, rows)
    assert isinstance(net.optimizer_, optimizer)
    assert net.history[-1, "train_loss"] < net.history[0, "train_loss"]


@pytest.mark.parametrize("name", ["batch_size", "module__dropout", "callbacks", "device"])
def test_net_params_cannot_undo_what_is_arranged(untrained, name):
    with pytest.raises(ValueError, match=f"net_params has '{name}'"):
        untrained(net_params={name: nn.Module})


def rate(step, last):
    return 0.1 + (last - step) / last


def test_the_schedule_sets_the_rates_of_lambda_lr(untrained):
    factor = partial(rate, last=30)
    stock = LRScheduler("LambdaLR", lr_lambda=factor, step_every="batch", event_name=None)
    ours = LRScheduler("StepLR", step_size=99)  # keeps the course's own schedule away
    states = []
    for callbacks in ([ours, RateSchedule(factor)], [stock]):
        net, rows, _ = untrained(callbacks=callbacks)
        assert train_by_skorch(net, rows) == 5
        states.append(net.module_.state_dict())
    assert all(torch.equal(values, states[1][name]) for name, values in states[0].items())
    last = net.optimizer_.param_groups[0]["lr"]
    assert last == pytest.approx(0.01 * rate(30, last=30))
