"""What a training makes small: the distillation loss, and log loss on held-out rows."""

import math
from functools import partial
from typing import Any

from torch import nn

from skdistill.losses import DistillationLoss


class StudentCriterion(nn.Module):
    """The distillation loss while training, log loss against labels on held-out rows.

    `loss` is the kind of a `distillation_loss`, or another function with its signature.
    """

    def __init__(self, alpha, temperature, loss="kl"):
        super().__init__()
        settings = {"alpha": alpha, "temperature": temperature}
        self.distillation: Any = (
            partial(loss, **settings)
            if callable(loss)
            else DistillationLoss(kind=loss, **settings)
        )

    def forward(self, logits, answers):
        """Return nats a row."""
        if self.training:
            return self.distillation(logits, **_of_members(answers, logits))
        losses = nn.functional.cross_entropy(logits, answers["labels"], reduction="none")
        return (losses * answers["sample_weight"]).mean()

    def backward(self, logits, answers):
        """Return the loss in training without its graph; its gradient goes to the weights."""
        if not isinstance(self.distillation, DistillationLoss):
            loss = self(logits, answers)
            loss.backward()
            return loss.detach()
        loss, gradient = self.distillation.loss_and_gradient(
            logits, **_of_members(answers, logits)
        )
        logits.backward(gradient)
        return loss.detach()


def mean_of_members(scores):
    """Return the logarithm of members' mean probability; their scores have the members first."""
    return scores.log_softmax(dim=2).logsumexp(dim=0) - math.log(len(scores))


def _of_members(answers, logits):
    """Repeat the answers to a batch where every member of a student has scores of its own."""
    times = len(logits) // len(answers["labels"])
    if times == 1:
        return answers
    return {
        name: values.repeat(times, *(1 for _ in values.shape[1:]))
        for name, values in answers.items()
    }
