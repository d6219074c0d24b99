"""The loop of epochs: history, stopping, and the weights of the best epoch."""

import os
import signal
from contextlib import suppress

import numpy as np
import pytest
import torch
from skorch.callbacks import EarlyStopping
from skorch.history import History
from torch import nn

from skdistill._plumbing.progress import heard_by
from skdistill.training._loop import BestWeights, _record, train
from skdistill.training._steps import TorchSteps


class Net:
    """Stand for a net of skorch whose epochs have the losses that they are told to have."""

    def __init__(self, losses):
        self.module_ = nn.Linear(1, 1)
        self.history, self.verbose, self.max_epochs = History(), 0, len(losses)
        self.losses = iter(losses)

    def get_iterator(self, rows, training):
        return rows

    def train(self, batches):
        with torch.no_grad():
            self.module_.weight.fill_(len(self.history))
        return [2.0, 4.0], [1, 3]

    def score(self, batches):
        return [next(self.losses)], [5]


def losses_of(seed):
    rng = np.random.default_rng(seed)
    losses = np.exp(rng.normal(0, 1e-4, 30) + 0.01 * rng.normal(size=30).cumsum())
    losses[rng.random(30) < 0.1] = np.nan
    return losses.tolist()


@pytest.mark.parametrize("patience", [1, 2, 5])
@pytest.mark.parametrize("seed", range(8))
def test_training_ends_as_by_skorchs_early_stopping(seed, patience):
    losses = losses_of(seed)
    net, stock = Net(losses), Net(losses)
    n_epochs = train(net, net, "rows", "held out", patience=patience)
    stop = EarlyStopping(patience=patience, load_best=True)
    stop.on_train_begin(stock)
    with suppress(KeyboardInterrupt):
        for epoch, loss in enumerate([*losses, *[np.inf] * 5], 1):
            stock.history.new_epoch()
            stock.history.record("epoch", epoch)
            stock.train("rows")
            stock.history.record("valid_loss", loss)
            stop.on_epoch_end(stock)
    stop.on_train_end(stock)
    assert n_epochs == stop.best_epoch_
    assert len(net.history) == min(len(stock.history), 30)
    assert torch.equal(net.module_.weight, stock.module_.weight)


def test_without_a_loss_that_is_a_number_no_epoch_is_of_use():
    net = Net([np.nan] * 9)
    assert train(net, net, "rows", "held out", patience=3) == 0
    assert len(net.history) == 3
    assert net.module_.weight.item() == 3  # the last ones stay


def test_without_patience_all_epochs_are_trained():
    net = Net([1.0, 2.0, 3.0])
    assert train(net, net, "rows", "held out") == 3
    assert net.history[:, "valid_loss"] == [1.0, 2.0, 3.0]
    assert net.module_.weight.item() == 3
    assert train(other := Net([1.0]), other, "rows") == 1
    assert "valid_loss" not in other.history[0]


def test_an_epoch_is_recorded_as_one_batch_of_all_rows():
    net = Net([5.0])
    train(net, net, "rows", "held out")
    (row,) = net.history
    trained, held_out = row["batches"]
    assert trained == {"train_loss": 3.5, "train_batch_size": 4}
    assert held_out == {"valid_loss": 5.0, "valid_batch_size": 5}
    assert (row["train_loss"], row["train_batch_count"], row["valid_batch_count"]) == (3.5, 2, 1)
    assert row["dur"] > 0


def test_the_best_loss_so_far_is_marked():
    history = History()
    for loss in (np.nan, 3.0, 3.0, 2.0, np.nan, 4.0):
        history.new_epoch()
        _record(history, "train", [loss], [1])
    assert history[:, "train_loss_best"] == [False, True, False, True, False, False]


def test_a_weight_that_is_kept_is_a_copy():
    module = nn.Linear(1, 1)
    best = BestWeights(module)
    weight = module.weight.detach().clone()
    assert best.age_after(1, 0.5) == 0
    with torch.no_grad():
        module.weight += 1
    assert best.age_after(2, 0.5) == 1
    best.restore()
    assert torch.equal(module.weight, weight)


def test_every_epoch_is_reported():
    class Task:
        n = 0

        def advance(self, n):
            self.n += n

    task, net = Task(), Net([1.0] * 4)
    with heard_by(task):
        train(net, net, "rows", "held out")
    assert task.n == 4


def test_a_signal_goes_up(untrained):
    def rate(step):
        if step == 8:
            os.kill(os.getpid(), signal.SIGINT)
        return 1.0

    net, rows, _ = untrained()
    with pytest.raises(KeyboardInterrupt):
        train(net, TorchSteps(net.module_, net.criterion_, net.optimizer_, rate), rows)
    assert len(net.history) == 2
