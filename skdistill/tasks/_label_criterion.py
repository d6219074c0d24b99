"""What a training of labels makes small: the binary loss, and log loss on held-out rows."""

from functools import partial
from typing import Any

from torch import nn

from skdistill.losses import BINARY_NUMBER, binary_loss
from skdistill.tasks._members import of_members


class LabelCriterion(nn.Module):
    """The binary loss while training, log loss a label on held-out rows.

    `loss` is "kl", which differs from it by a constant, or a function with its signature.
    """

    kernel_of_score = BINARY_NUMBER, 1.0, 0.0, 0.0, None  # of labels alone

    def __init__(self, alpha, temperature, loss="kl"):
        super().__init__()
        own = callable(loss)
        self.kernel = None if own else (BINARY_NUMBER, temperature, alpha, 0.0, None)
        self.distillation: Any = partial(
            loss if own else binary_loss, alpha=alpha, temperature=temperature
        )

    def forward(self, scores, answers):
        """Return nats a row, mean over labels."""
        if self.training:
            return self.distillation(scores, **of_members(answers, scores))
        return binary_loss(scores, scores.detach(), alpha=0.0, **_without_targets(answers))

    def backward(self, scores, answers):
        """Return the loss in training without its graph; its gradient goes to the weights."""
        loss = self(scores, answers)
        loss.backward()
        return loss.detach()


def _without_targets(answers):
    return {name: answers[name] for name in ("labels", "sample_weight")}
