"""The skorch net that a student is trained in, and its training by skorch."""

import torch
from skorch.callbacks import Callback, EarlyStopping, LRScheduler
from skorch.helper import predefined_split

from skdistill._plumbing.progress import report
from skdistill.students import OwnNet
from skdistill.training._batches import Batches
from skdistill.training._interrupts import InterruptedNet, interrupts_go_up

STOPPING = "skdistill_stopping"  # no callback of the user's is called so
OF_ESTIMATOR = "module criterion callbacks train_split batch_size max_epochs device".split()


def make_net(training, plan, *, alpha, n_epochs, **by_skorch):
    """Return an initialized net of a new student, with `parts_of_skorch` if that trains it."""
    params = {
        "module__encoding": training.encoding,
        "module__n_outputs": training.task.n_outputs,
        **{f"module__{name}": value for name, value in training.net.items()},
        "criterion__alpha": alpha,
        "criterion__temperature": training.temperature,
        "criterion__loss": training.loss,
        "max_epochs": n_epochs,
        "batch_size": plan.batch_size,
        "lr": training.lr,
        "optimizer": torch.optim.AdamW,
        "optimizer__weight_decay": training.weight_decay,
        "optimizer__fused": True,
        "iterator_train": Batches,
        "iterator_train__seed": training.random_state,
        "iterator_train__n_always": plan.n_always,
        "iterator_train__n_cycled": plan.n_cycled,
        "iterator_valid": Batches,
        "iterator_valid__batch_size": 4096,
        "train_split": None,
        "device": training.device,
        "verbose": training.verbose,
        **by_skorch,
    }
    if training.module is not OwnNet:
        params["module__seed"] = training.random_state
    if not training.verbose:
        params["callbacks__print_log"] = None
    params = _overridden(params, training.net_params or {})
    net = InterruptedNet(training.module, criterion=training.task.criterion, **params)
    return net.initialize()


def parts_of_skorch(training, plan, held_out, patience):
    """Return what a net has besides where skorch trains it: callbacks, and rows to score."""
    theirs = training.callbacks or []
    ours: list = [("progress", EpochReport())]
    unnamed = [given[1] if isinstance(given, tuple) else given for given in theirs]
    if not any(isinstance(callback, LRScheduler) for callback in unnamed):
        ours.append(("schedule", RateSchedule(plan.rate)))
    if patience is not None:
        ours.append((STOPPING, EarlyStopping(patience=patience, load_best=True, sink=_silent)))
    split = None if held_out is None else predefined_split(held_out)
    return {"callbacks": [*ours, *theirs], "train_split": split}


def train_by_skorch(net, rows):
    """Train a net with `parts_of_skorch` by skorch's own loop; return what `train` does."""
    with interrupts_go_up(net):
        net.partial_fit(rows, None)
    net.set_params(train_split=None)
    stopping = dict(net.callbacks_).get(STOPPING)
    if stopping is not None:
        return stopping.best_epoch_
    return sum("train_loss" in row for row in net.history)


class RateSchedule(Callback):
    """Set the learning rate of every step: the optimiser's own times ``rate(steps done)``."""

    def __init__(self, rate):
        self.rate = rate

    def on_train_begin(self, net, **kwargs):
        """Note the optimiser's own learning rates."""
        self.n_steps_ = 0
        self.first_ = [group["lr"] for group in net.optimizer_.param_groups]

    def on_batch_begin(self, net, training, **kwargs):
        """Set the learning rate of the step to come."""
        if training:
            factor = self.rate(self.n_steps_)
            for group, first in zip(net.optimizer_.param_groups, self.first_, strict=True):
                group["lr"] = first * factor
            self.n_steps_ += 1


class EpochReport(Callback):
    """Report every epoch to the stage of the training."""

    def on_epoch_end(self, net, **kwargs):
        """Count the epoch."""
        report()


def _silent(message):
    """Swallow the word of our own early stopping."""


def _overridden(params, theirs):
    """Return `params` with the user's in their place; a part that is replaced takes its own."""
    for name in theirs:
        if name.split("__")[0] in OF_ESTIMATOR:
            raise ValueError(
                f"net_params has {name!r}, which would undo what fit arranges. Use the parameters "
                "of the estimator: batch_size, max_epochs, loss, callbacks, student, "
                "early_stopping, device."
            )
    replaced = tuple(f"{name}__" for name in theirs)
    ours = {name: value for name, value in params.items() if not name.startswith(replaced)}
    return {**ours, **theirs}
