"""The skorch net that trains a student."""

import dis

import torch
from skorch import NeuralNet
from skorch.callbacks import Callback
from torch import nn

from skdistill.losses import distillation_loss


class StudentCriterion(nn.Module):
    """The distillation loss while training, log loss against labels on held-out rows.

    Parameters
    ----------
    alpha, temperature : float
        As in `skdistill.losses.distillation_loss`.
    """

    def __init__(self, alpha, temperature):
        super().__init__()
        self.alpha = alpha
        self.temperature = temperature

    def forward(self, logits, answers):
        """Return nats a row."""
        if self.training:
            return distillation_loss(
                logits, **answers, alpha=self.alpha, temperature=self.temperature
            )
        losses = nn.functional.cross_entropy(logits, answers["labels"], reduction="none")
        return (losses * answers["sample_weight"]).mean()


class StudentNet(NeuralNet):
    """A skorch net whose training, when interrupted by Ctrl-C, is an error and no trained net."""

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

    @torch.no_grad()
    def logits(self, dataset):
        """Return scores of shape (n_samples, n_classes) as an array."""
        self.module_.eval()
        batches = self.get_iterator(dataset, training=False)
        return torch.cat([self.infer(rows) for rows, _ in batches]).float().cpu().numpy()


def _raised_by_callback(interrupt):
    """Whether a callback's own ``raise`` made it, as skorch's EarlyStopping does, not a signal."""
    last = interrupt.__traceback__
    while last.tb_next is not None:
        last = last.tb_next
    frame = last.tb_frame
    is_raise = frame.f_code.co_code[last.tb_lasti] == dis.opmap["RAISE_VARARGS"]
    return is_raise and isinstance(frame.f_locals.get("self"), Callback)
