"""Lessons → trained student net."""

import math
from contextlib import nullcontext
from dataclasses import dataclass, replace

import numpy as np
import torch
from skorch import NeuralNet
from torch.utils.data import DataLoader

from skdistill._plumbing.ambient import one_thread, plain_torch, torch_to_itself
from skdistill._plumbing.progress import stage
from skdistill.runtime import make_student
from skdistill.students import MLP, OwnNet
from skdistill.training._batches import Batches, LessonRows
from skdistill.training._compiled import is_small, make_steps
from skdistill.training._loop import train
from skdistill.training._net import make_net, parts_of_skorch, train_by_skorch
from skdistill.training._schedule import plan

KEPT = "epoch", "train_loss", "seen_loss", "valid_loss", "dur"  # of a net's history


class NoStudentError(ValueError):
    """No epoch of a training was of use."""


@dataclass(frozen=True)
class FittedStudent:
    """A trained net and how it came about."""

    net: NeuralNet
    n_epochs: int  # that its weights have seen,
    max_epochs: int  # and over which the learning rate was to fall

    @property
    def history(self):
        """Losses and seconds by epoch, as a list of dicts."""
        whole = [row for row in self.net.history if "train_loss" in row]
        return [{name: row[name] for name in KEPT if name in row} for row in whole]

    @plain_torch()
    def student(self, reader, task, head):
        """Return the NumPy student, which ends in `head`."""
        return make_student(reader, (*self.net.module_.describe(), head), task.outputs())


@plain_torch()
def train_student(
    lessons, training, *, alpha, n_epochs=None, max_epochs=None, validation=None, monitor=None
):
    """Train a net on lessons.

    Every epoch has all its real rows, which come first, and a slice of the others, large enough
    for each to be seen once in all epochs. Training stops after `n_epochs`, or when the log loss
    of the `validation` rows has not fallen for `training.patience` epochs, and the best weights
    are restored. Without these, the log loss of the `monitor` rows is recorded, and nothing more.
    The learning rate falls over `max_epochs` (None: as `training` says).
    """
    planned = plan(lessons, training, max_epochs)
    n_epochs = n_epochs or planned.max_epochs
    rows = LessonRows(lessons, device=training.device)
    scored = monitor if validation is None else validation
    held_out = None if scored is None else LessonRows(scored, device=training.device)
    seen = None if scored is None else LessonRows(like(scored, lessons), device=training.device)
    patience = None if validation is None else training.patience
    by_skorch = bool(training.callbacks or training.net_params)
    parts = parts_of_skorch(training, planned, held_out, patience) if by_skorch else {}
    with _users_state(training):
        net = make_net(training, planned, alpha=alpha, n_epochs=n_epochs, **parts)
        with stage("epochs of training", n_epochs), _threads_for(net.module_):
            if by_skorch:
                n_seen = train_by_skorch(net, rows)
            else:
                steps = make_steps(net, planned.rate)
                n_seen = train(net, steps, rows, held_out, seen, patience=patience)
    net.module_.round_weights()
    fitted = FittedStudent(net, n_seen, planned.max_epochs)
    _check_losses(fitted, patience)
    return fitted


def like(scored, lessons):
    """Return as many of the lessons with labels as are scored, of the same mean weight."""
    labelled = np.flatnonzero(lessons.has_label)
    places = np.linspace(0, len(labelled) - 1, min(len(scored), len(labelled))).astype(int)
    some = lessons.take(labelled[places])
    scale = scored.weight.mean() / max(some.weight.mean(), np.finfo(np.float32).tiny)
    return replace(some, weight=(some.weight * scale).astype(np.float32))


def train_generations(lessons, training, generations, *, head, **how):
    """Train a student that learns from so many others, each taught by the one before.

    `head` ends those students; `how` is handed to `train_student`.
    """
    for _ in range(generations):
        assistant = train_student(lessons, training.assistant or training, **how)
        lessons = taught_by(assistant.net, head, lessons, training)
    return train_student(lessons, training, **how)


def taught_by(net, head, lessons, training):
    """Return the lessons with soft targets by a student that ends in `head`."""
    scores = scores_of(net, lessons)
    return replace(lessons, targets=training.task.of_student(scores, head, training.temperature))


def recalibrate(net, held_out, training):
    """Return the layer that ends a student best for held-out rows, and each row's loss."""
    task, scores = training.task, scores_of(net, held_out)
    head = task.recalibrate(scores, held_out.labels, held_out.weight)
    return head, task.losses(scores, head, held_out.labels)


@plain_torch()
@torch.no_grad()
def scores_of(net, lessons):
    """Return a trained net's scores in nats, float32 of shape (n_samples, n_outputs)."""
    net.module_.eval()
    batches = net.get_iterator(LessonRows(lessons, device=net.device), training=False)
    return torch.cat([net.infer(rows) for rows, _ in batches]).float().cpu().numpy()


@plain_torch()
def detach(net):
    """Move a trained net to the CPU, where it answers arrays that the student's reader made."""
    if net.iterator_valid is Batches:
        net.iterator_valid = DataLoader
    net.module_.to("cpu").eval()
    net.criterion_.to("cpu")
    net.device = "cpu"
    return net


def _users_state(training):
    """Return the state of torch in which a training with code of the user's can be repeated."""
    of_user = training.module is OwnNet or not isinstance(training.loss, str)
    if of_user or training.callbacks or training.net_params:
        return torch_to_itself(training.random_state, training.device)
    return nullcontext()


def _threads_for(module):
    """Train a small net on one thread: others would be waited for longer than they help."""
    return one_thread() if isinstance(module, MLP) and is_small(module) else nullcontext()


def _check_losses(fitted, patience):
    losses = [row["train_loss"] for row in fitted.history]
    if fitted.n_epochs == 0 or (patience is None and not math.isfinite(losses[-1])):
        raise NoStudentError(
            f"Training gave no student: it ended after {len(losses)} epochs, with losses "
            f"{losses[-3:]}. Where they are nan, use a smaller lr than {fitted.net.lr}, and look "
            "into `loss` if it is your own."
        )
