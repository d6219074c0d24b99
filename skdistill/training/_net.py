"""The skorch net that trains a student."""

import dis
from functools import partial
from typing import Any

import numpy as np
import torch
from skorch import NeuralNet
from skorch.callbacks import Callback
from torch import nn

from skdistill._plumbing.ambient import plain_torch
from skdistill.losses import DistillationLoss
from skdistill.training._batches import Batches
from skdistill.training._callbacks import RateSchedule, watches_batches
from skdistill.training._compiled import compiled_epoch
from skdistill.training._optimizer import short_step


class StudentCriterion(nn.Module):
    """The distillation loss while training, log loss against labels on held-out rows.

    Parameters
    ----------
    alpha, temperature : float
        As in `skdistill.losses.distillation_loss`.
    loss : str or callable
        Its kind, or another function with its signature.
    """

    def __init__(self, alpha, temperature, loss="kl"):
        super().__init__()
        settings = {"alpha": alpha, "temperature": temperature}
        self.distillation: Any = (
            DistillationLoss(kind=loss, **settings)
            if isinstance(loss, str)
            else partial(loss, **settings)
        )

    def forward(self, logits, answers):
        """Return nats a row."""
        if self.training:
            return self.distillation(logits, **of_members(answers, logits))
        losses = nn.functional.cross_entropy(logits, answers["labels"], reduction="none")
        return (losses * answers["sample_weight"]).mean()


class StudentNet(NeuralNet):
    """A skorch net with a lean epoch, whose training is never ended well by Ctrl-C.

    An epoch is lean unless a callback watches its batches or the optimiser wants a closure: no
    callback is called and nothing is recorded for a batch, and the device is waited for once.
    The history then has one batch of all rows, whose loss is the epoch's.
    """

    def partial_fit(self, X, y=None, classes=None, **fit_params):
        """Train; as in skorch, but only a callback's KeyboardInterrupt ends training well."""
        if not self.initialized_:
            self.initialize()
        self.notify("on_train_begin", X=X, y=y)
        try:
            self.fit_loop(X, y, **fit_params)
        except KeyboardInterrupt as interrupt:
            if not _raised_by_callback(interrupt):
                raise
        self.notify("on_train_end", X=X, y=y)
        return self

    def run_single_epoch(self, iterator, training, prefix, step_fn, **fit_params):
        """Train or score on every batch once; lean where it can be."""
        if iterator is None or fit_params or not self._is_lean(training):
            super().run_single_epoch(iterator, training, prefix, step_fn, **fit_params)
            return
        self._set_training(training)
        known = type(iterator) is Batches and type(self.criterion_) is StudentCriterion
        compiled = compiled_epoch(self, training) if known else None
        losses, sizes = (compiled or partial(self._epoch, training=training))(iterator)
        mean = np.average(losses, weights=sizes)
        self.history.new_batch()
        self.history.record_batch(f"{prefix}_loss", float(mean))
        self.history.record_batch(f"{prefix}_batch_size", sum(sizes))
        self.history.record(f"{prefix}_batch_count", len(sizes))

    def _epoch(self, iterator, training):
        """Return the losses of an epoch's batches, and their sizes."""
        step = self._lean_step() if training else self._score
        encoder = getattr(self.module_, "constant_encoder", None)
        known = {}
        if encoder is not None and type(iterator) is Batches:
            iterator, known = iterator.encoded(encoder), {"encoded": True}
        losses, sizes = [], []
        for rows, answers in iterator:
            losses.append(step(rows, answers, **known))
            sizes.append(len(rows))
        return torch.stack(losses).ravel().tolist(), sizes

    def _is_lean(self, training):
        if any(watches_batches(callback, training) for _, callback in self.callbacks_):
            return False
        return not training or _wants_no_closure(self.optimizer_)

    def _lean_step(self):
        """Return a function that makes one step of this epoch and returns the loss before it."""
        parameters = [p for group in self.optimizer_.param_groups for p in group["params"]]
        advance = short_step(self.optimizer_)
        schedules = [c for _, c in self.callbacks_ if isinstance(c, RateSchedule)]
        is_own = type(self.criterion_) is StudentCriterion
        distillation = self.criterion_.distillation if is_own else None

        @torch.enable_grad()
        def step(rows, answers, **is_encoded):
            for parameter in parameters:
                parameter.grad = None
            logits = self.infer(rows, **is_encoded)
            if isinstance(distillation, DistillationLoss):
                known = of_members(answers, logits)
                loss, gradient = distillation.loss_and_gradient(logits, **known)
                logits.backward(gradient)
            else:
                loss = self.get_loss(logits, answers, X=rows, training=True)
                loss.backward()
            advance()
            for schedule in schedules:
                schedule.on_batch_end(self, training=True)
            return loss.detach()

        return step

    @torch.no_grad()
    def _score(self, rows, answers, **known):
        return self.get_loss(self.infer(rows, **known), answers, X=rows, training=False)

    @plain_torch()
    @torch.no_grad()
    def logits(self, dataset):
        """Return scores of shape (n_samples, n_classes) as an array."""
        self.module_.eval()
        batches = self.get_iterator(dataset, training=False)
        return torch.cat([self.infer(rows) for rows, _ in batches]).float().cpu().numpy()


def of_members(answers, logits):
    """Repeat the answers to a batch where every member of a student has scores of its own."""
    times = len(logits) // len(answers["labels"])
    if times == 1:
        return answers
    return {
        name: values.repeat(times, *(1 for _ in values.shape[1:]))
        for name, values in answers.items()
    }


def _wants_no_closure(optimizer):
    kind = type(optimizer)
    return kind.__module__.startswith("torch.optim.") and kind is not torch.optim.LBFGS


def _raised_by_callback(interrupt):
    """Whether a callback's ``raise`` made it, as skorch's EarlyStopping does, not a signal."""
    last, within = interrupt.__traceback__, False
    while True:
        frame = last.tb_frame
        within = within or isinstance(frame.f_locals.get("self"), Callback)
        if last.tb_next is None:
            return within and frame.f_code.co_code[last.tb_lasti] == dis.opmap["RAISE_VARARGS"]
        last = last.tb_next
