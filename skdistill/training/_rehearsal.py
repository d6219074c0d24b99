"""The user's own parts of a training, tried before the first teacher is fitted."""

from contextlib import contextmanager, suppress
from dataclasses import replace

import numpy as np
import torch
from skorch.callbacks import Callback

from skdistill._plumbing.ambient import plain_torch, torch_to_itself
from skdistill._plumbing.progress import heard_by
from skdistill.students import OwnNet
from skdistill.training._batches import LessonRows
from skdistill.training._lessons import REAL, UNLABELED, answered_rows, join
from skdistill.training._schedule import LEAST_BATCH
from skdistill.training._train import NoStudentError, train_student

ROWS, MOST_ROWS = 2, 64  # of each kind, and in all, that parts are tried on
SLOW = ("compile",)  # of net_params: not for so few rows


def rehearse(training, rows, labels, *, unlabeled):
    """Train on a few rows what of a training is the user's own: student, loss, `net_params`.

    A fault of theirs would else show after all teachers were fitted: here it is an error that
    names the parameter. Callbacks are only looked at: they may write files. Torch's generator is
    left as it was. `unlabeled` says whether there may be rows without label.
    """
    _check_callbacks(training.callbacks or [])
    own = {
        "net_params": training.net_params,
        "student": training.module is OwnNet,
        "loss": callable(training.loss),
    }
    names = [name for name, is_own in own.items() if is_own]
    if not names:
        return
    few = _few(training.task, rows, labels)
    alone = torch_to_itself(training.random_state, training.device)
    with plain_torch(), alone, heard_by(None):
        if "student" in names:
            _try_student(training, few)
        others = replace(few, has_label=~few.has_label, origin=few.origin + UNLABELED)
        lessons = join([few, others]) if unlabeled else few
        if "loss" in names:
            _try_loss(training, lessons)
        net_params = {k: v for k, v in (training.net_params or {}).items() if k not in SLOW}
        quiet = replace(training, callbacks=None, verbose=0, net_params=net_params)
        allowed = [NoStudentError] if len(lessons) > LEAST_BATCH else []  # a batch lacks a class
        with _blaming(f"Nothing can be trained with this {' and '.join(names)}"):
            with suppress(*allowed):
                train_student(lessons, quiet, alpha=0.5, max_epochs=1, monitor=few)


def _few(task, rows, labels):
    few = task.few(labels, ROWS, MOST_ROWS)
    lessons = answered_rows(rows[few], task.unsure(len(few)), REAL, task)
    return replace(lessons, labels=labels[few], has_label=lessons.has_target)


def _try_student(training, few):
    """Make the user's module, and look at the shape of its scores."""
    rows = few.rows if isinstance(few.rows, np.ndarray) else few.rows.toarray()
    n, k, make = len(few), training.task.n_outputs, training.net["make"]
    name = getattr(make, "__name__", repr(make))
    with _blaming(f"The student {name} failed on {n} rows"):
        net = OwnNet(training.encoding, k, **training.net)
        shapes = [tuple(net.train(mode)(torch.from_numpy(rows)).shape) for mode in (True, False)]
    for shape in shapes:
        if shape != (n, k):
            raise ValueError(
                f"The student {name} answered {n} rows with shape {shape}: expected {(n, k)}, "
                "one score an output."
            )


def _try_loss(training, lessons):
    """Call the user's loss, and look at what it returns."""
    n, k = len(lessons), training.task.n_outputs
    logits = torch.zeros(n, k, requires_grad=True)
    answers = LessonRows(lessons).answers
    name = getattr(training.loss, "__name__", repr(training.loss))
    with _blaming(f"The loss {name} failed on {n} rows (label -1 or NaN: a row without one)"):
        value = training.task.criterion(0.5, training.temperature, training.loss)(logits, answers)
    if not (isinstance(value, torch.Tensor) and value.numel() == 1 and value.requires_grad):
        raise ValueError(
            f"The loss {name} returned {value!r}: expected a tensor of one number that depends "
            "on the logits by torch operations."
        )


@contextmanager
def _blaming(message):
    try:
        yield
    except Exception as error:
        raise ValueError(f"{message}: {error}") from error


def _check_callbacks(callbacks):
    for given in callbacks:
        named = isinstance(given, list | tuple) and len(given) == 2
        callback = given[1] if named else given
        try:
            callback = callback() if isinstance(callback, type) else callback
        except TypeError as error:
            raise TypeError(f"callbacks has {given!r}, which needs arguments: {error}") from error
        if not isinstance(callback, Callback):
            raise TypeError(
                f"callbacks has {given!r}: expected callbacks of skorch, or pairs of a name and a "
                "callback."
            )
