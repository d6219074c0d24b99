"""What a training makes small: the distillation loss, and log loss on held-out rows."""

from functools import partial
from typing import Any

from torch import nn

from skdistill.losses import NUMBERS, DistillationLoss
from skdistill.tasks._members import of_members


class StudentCriterion(nn.Module):
    """The distillation loss while training, log loss against labels on held-out rows.

    `loss` is the kind of a `distillation_loss`, or another function with its signature.
    """

    kernel_of_score = NUMBERS["kl"], 1.0, 0.0, 0.0, None  # of labels alone

    def __init__(self, alpha, temperature, loss="kl"):
        super().__init__()
        settings = {"alpha": alpha, "temperature": temperature}
        self.distillation: Any = (
            partial(loss, **settings)
            if callable(loss)
            else DistillationLoss(kind=loss, **settings)
        )

    @property
    def kernel(self):
        """Number, temperature, alpha and beta of the loss in compiled code; None: it has none."""
        if not isinstance(self.distillation, DistillationLoss):
            return None
        kind, temperature, alpha, beta, standardize, _ = self.distillation.settings
        if kind not in NUMBERS or standardize:
            return None
        return NUMBERS[kind], temperature, alpha, beta, None

    def forward(self, logits, answers):
        """Return nats a row."""
        if self.training:
            return self.distillation(logits, **of_members(answers, logits))
        losses = nn.functional.cross_entropy(logits, answers["labels"], reduction="none")
        return (losses * answers["sample_weight"]).mean()

    def backward(self, logits, answers):
        """Return the loss in training without its graph; its gradient goes to the weights."""
        if not isinstance(self.distillation, DistillationLoss):
            loss = self(logits, answers)
            loss.backward()
            return loss.detach()
        loss, gradient = self.distillation.loss_and_gradient(logits, **of_members(answers, logits))
        logits.backward(gradient)
        return loss.detach()
