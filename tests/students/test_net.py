"""The skorch net: what ends a training well, and what does not."""

import os
import signal

import numpy as np
import pytest
import torch
from skorch.callbacks import Callback
from torch import nn

from skdistill.students import StudentNet, TransferRows
from skdistill.students._batches import Batches
from skdistill.students._net import StudentCriterion


class Stop(Callback):
    def on_epoch_end(self, net, **kwargs):
        if len(net.history) == 2:
            raise KeyboardInterrupt


class Signal(Callback):
    def on_epoch_end(self, net, **kwargs):
        if len(net.history) == 2:
            os.kill(os.getpid(), signal.SIGINT)


def train(*callbacks):
    data = TransferRows(
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
    )
    return net.fit(data, None), data


def test_a_callback_may_end_training():
    net, data = train(Stop())
    assert len(net.history) == 2
    assert net.logits(data).shape == (20, 2)


def test_a_signal_goes_up_even_from_within_a_callback():
    with pytest.raises(KeyboardInterrupt):
        train(Signal())


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
