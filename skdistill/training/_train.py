"""Transfer set → trained student net."""

import math
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import torch
from scipy.special import log_softmax, softmax
from skorch.callbacks import LRScheduler
from skorch.helper import predefined_split

from skdistill._plumbing.ambient import one_thread, plain_torch, torch_to_itself
from skdistill._plumbing.progress import stage
from skdistill.layers import Classes, Softmax
from skdistill.runtime import make_student
from skdistill.students import MLP, OwnNet
from skdistill.tasks import best_temperature
from skdistill.training._batches import Batches, LessonRows
from skdistill.training._callbacks import BestWeights, EpochReport, RateSchedule
from skdistill.training._compiled import is_small
from skdistill.training._lessons import REAL
from skdistill.training._net import StudentCriterion, StudentNet

STEPS = 6_000  # of gradient descent, when max_epochs="auto"
MIN_EPOCHS, MAX_EPOCHS = 6, 60
MAX_EPOCHS_OF_MORE = 100  # where there are unlabelled or synthetic rows
CYCLED_PER_ROW = 3  # unlabelled and synthetic rows in an epoch for each real one
MIN_BATCHES, LEAST_BATCH = 4, 16  # an epoch has at least as many, of so many rows or more
WARM_UP = 0.05  # share of the steps in which the learning rate rises
MIN_RECALIBRATION_ROWS = 100
OF_ESTIMATOR = {
    "module",
    "criterion",
    "callbacks",
    "train_split",
    "batch_size",
    "max_epochs",
    "device",
}


class NoStudentError(ValueError):
    """No epoch of a training was of use."""


@dataclass(frozen=True)
class FittedStudent:
    """A trained net and how it came about.

    Parameters
    ----------
    net : StudentNet
        On the CPU, without data.
    n_epochs : int
        Epochs that its weights have seen.
    max_epochs : int
        Epochs over which the learning rate was to fall.
    history : list of dict
        Losses by epoch.
    """

    net: StudentNet
    n_epochs: int
    max_epochs: int
    history: list = field(repr=False)

    @plain_torch()
    def student(self, reader, classes, temperature):
        """Return the NumPy student; its scores are divided by `temperature`."""
        layers = [*self.net.module_.describe(), Softmax(1 / temperature)]
        return make_student(reader, tuple(layers), Classes(classes))


@plain_torch()
def train_student(
    transfer, training, *, alpha, n_epochs=None, max_epochs=None, validation=None, monitor=None
):
    """Train a net on a transfer set.

    Parameters
    ----------
    transfer : Lessons
        Real rows first. Every epoch has all of these and a slice of the others, large enough
        for each to be seen once in all epochs.
    training : Training
    alpha : float
        Weight of the soft loss on labelled rows.
    n_epochs : int or None
        Stop after so many epochs; None: all, or as `validation` says.
    max_epochs : int or None
        Epochs over which the learning rate falls; None: as `training` says.
    validation : Lessons or None
        Held-out rows: training stops when their log loss has not fallen for `training.patience`
        epochs, and the best weights are restored.
    monitor : Lessons or None
        Rows whose log loss is recorded, and nothing more, when there is no `validation`.

    Returns
    -------
    fitted : FittedStudent

    Raises
    ------
    ValueError
        If no epoch was of use, or `training.net_params` has what is arranged here.
    """
    n_always, n_cycled, max_epochs, batch_size = plan(transfer, training, max_epochs)
    n_steps = max_epochs * -(-(n_always + n_cycled) // batch_size)
    theirs = training.callbacks or []
    callbacks: list = [("progress", EpochReport())]
    if not any(isinstance(_unnamed(callback), LRScheduler) for callback in theirs):
        callbacks.append(("schedule", RateSchedule(partial(_rate, n_steps=n_steps))))
    if validation is not None:
        monitor = validation
        callbacks.append(("stopping", BestWeights(patience=training.patience, sink=_silent)))
    params = {
        "max_epochs": max_epochs if n_epochs is None else n_epochs,
        "batch_size": batch_size,
        "lr": training.lr,
        "optimizer": torch.optim.AdamW,
        "optimizer__weight_decay": training.weight_decay,
        "optimizer__fused": True,
        "iterator_train": Batches,
        "iterator_train__seed": training.random_state,
        "iterator_train__n_always": n_always,
        "iterator_train__n_cycled": n_cycled,
        "iterator_valid": Batches,
        "iterator_valid__batch_size": 4096,
        "callbacks": [*callbacks, *theirs],
        "device": training.device,
        "verbose": training.verbose,
        **({} if training.verbose else {"callbacks__print_log": None}),
    }
    params = _overridden(params, training.net_params or {})
    held_out = (
        None if monitor is None else predefined_split(LessonRows(monitor, device=training.device))
    )
    if training.module is not OwnNet:
        params["module__seed"] = training.random_state
    with _users_state(training):
        net = StudentNet(
            training.module,
            module__encoding=training.encoding,
            module__n_outputs=training.n_classes,
            **{f"module__{name}": value for name, value in training.net.items()},
            criterion=StudentCriterion,
            criterion__alpha=alpha,
            criterion__temperature=training.temperature,
            criterion__loss=training.loss,
            train_split=held_out,
            **params,
        )
        net.initialize()
        with stage("epochs of training", net.max_epochs), _threads_for(net.module_):
            net.partial_fit(LessonRows(transfer, device=training.device), None)
    net.module_.round_weights()
    losses = [row["train_loss"] for row in net.history if "train_loss" in row]
    stopping = dict(net.callbacks_).get("stopping")
    n_seen = len(losses) if stopping is None else stopping.best_epoch_
    if n_seen == 0 or (stopping is None and not math.isfinite(losses[-1])):
        raise NoStudentError(
            f"Training gave no student: it ended after {len(losses)} epochs, with losses "
            f"{losses[-3:]}. Where they are nan, use a smaller lr than {net.lr}, and look into "
            "`loss` if it is your own."
        )
    history = [
        {name: row[name] for name in ("epoch", "train_loss", "valid_loss", "dur") if name in row}
        for row in net.history
    ]
    return FittedStudent(net, n_seen, max_epochs, history)


def train_generations(transfer, training, generations, *, temperature, **how):
    """Train a student that learns from so many others, each taught by the one before.

    Parameters
    ----------
    transfer, training, **how
        As in `train_student`.
    generations : int
    temperature : float
        By which students' scores are divided.

    Returns
    -------
    fitted : FittedStudent
    """
    for _ in range(generations):
        assistant = train_student(transfer, training.assistant or training, **how)
        transfer = taught_by(assistant.net, temperature, transfer, training)
    return train_student(transfer, training, **how)


def taught_by(net, temperature, transfer, training):
    """Return the transfer set with a student's answers as soft targets.

    Parameters
    ----------
    net : StudentNet
    temperature : float
        By which its scores are divided.
    transfer : Lessons
    training : Training
    """
    scores = net.logits(LessonRows(transfer, device=training.device))
    scores /= temperature * training.temperature
    return replace(transfer, targets=softmax(scores, axis=1))


@plain_torch()
def detach(net):
    """Move a trained net to the CPU and let go of the rows it was stopped on."""
    net.set_params(train_split=None)
    net.module_.to("cpu").eval()
    net.criterion_.to("cpu")
    net.device = "cpu"
    return net


def recalibration(net, validation, training):
    """Recalibrate a student's answers to held-out rows.

    Returns
    -------
    temperature : float
        By which scores are to be divided; 1 when the rows are too few.
    losses : float64 array of shape (n_samples,)
        Log loss of each row at that temperature.
    """
    scores = net.logits(LessonRows(validation, device=training.device)).astype(np.float64)
    temperature = 1.0
    if len(validation) >= MIN_RECALIBRATION_ROWS:
        temperature = best_temperature(scores, validation.labels, validation.weight, (-1, 1))
    log_p = log_softmax(scores / temperature, axis=1)
    return temperature, -log_p[np.arange(len(scores)), validation.labels]


def plan(transfer, training, max_epochs=None):
    """Return real rows and other rows in an epoch, epochs, and rows in a batch."""
    n_always = int(np.count_nonzero(transfer.origin == REAL))
    n_others = len(transfer) - n_always
    n_cycled = min(n_others, CYCLED_PER_ROW * n_always)
    auto_epochs, batch_size = pace(n_always, n_cycled, training.batch_size)
    if max_epochs is None and training.max_epochs == "auto":
        max_epochs = auto_epochs
    max_epochs = max_epochs or training.max_epochs
    return n_always, max(n_cycled, -(-n_others // max_epochs)), max_epochs, batch_size


def pace(n_always, n_cycled, batch_size):
    """Return the epochs of max_epochs="auto", and the rows in a batch, `batch_size` at most.

    Parameters
    ----------
    n_always, n_cycled : int
        Real rows, and others, in an epoch.
    batch_size : int
    """
    batch_size = max(1, min(batch_size, max(n_always // MIN_BATCHES, LEAST_BATCH), n_always))
    n_batches = -(-(n_always + n_cycled) // batch_size)
    longest = MAX_EPOCHS_OF_MORE if n_cycled else MAX_EPOCHS
    return int(np.clip(STEPS // n_batches, MIN_EPOCHS, longest)), batch_size


def _users_state(training):
    """Return the state of torch in which a training with code of the user's can be repeated."""
    of_user = training.module is OwnNet or not isinstance(training.loss, str)
    if of_user or training.callbacks or training.net_params:
        return torch_to_itself(training.random_state, training.device)
    return nullcontext()


def _threads_for(module):
    """Train a small net on one thread: others would be waited for longer than they help."""
    return one_thread() if isinstance(module, MLP) and is_small(module) else nullcontext()


def _rate(step, n_steps):
    """Learning rate by step: a short rise, then half a cosine down to zero."""
    done = (step + 1) / n_steps
    return min(done / WARM_UP, 0.5 * (1 + math.cos(math.pi * min(done, 1.0))))


def _overridden(params, theirs):
    """Return `params` with the user's in their place; a part that is replaced takes its own."""
    for name in theirs:
        if name.split("__")[0] in OF_ESTIMATOR:
            raise ValueError(
                f"net_params has {name!r}, which would undo what fit arranges. Use the parameters "
                "of DistilledClassifier: batch_size, max_epochs, loss, callbacks, student, "
                "early_stopping, device."
            )
    replaced = tuple(f"{name}__" for name in theirs)
    ours = {name: value for name, value in params.items() if not name.startswith(replaced)}
    return {**ours, **theirs}


def _unnamed(callback):
    return callback[1] if isinstance(callback, tuple) else callback


def _silent(message):
    """Swallow skorch's word that it stopped early."""
