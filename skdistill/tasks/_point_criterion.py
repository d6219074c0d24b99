"""What a training of numbers makes small: a point loss, and squared error on held-out rows."""

from functools import partial
from typing import Any

from torch import nn

from skdistill.losses import POINT_NUMBERS, point_loss
from skdistill.tasks._members import of_members

MOST_LOGARITHM = 20.0  # of a number in means of y, while training


class PointCriterion(nn.Module):
    """A point loss while training, squared error against labels on held-out rows.

    `loss` is the kind of a `point_loss`, "auto" for its default, or another function with its
    signature. Numbers have no temperature.
    """

    kernel_of_score: Any = POINT_NUMBERS["squared_error"], 1.0, 0.0, 1.0, None

    def __init__(self, alpha, temperature, loss="auto"):
        super().__init__()
        loss = "squared_error" if loss == "auto" else loss
        known = isinstance(loss, str)
        self.kernel = (POINT_NUMBERS[loss], 1.0, alpha, 1.0, None) if known else None
        of_kind = partial(point_loss, kind=loss) if known else loss
        self.distillation: Any = partial(of_kind, alpha=alpha)

    def forward(self, scores, answers):
        """Return the loss a row."""
        if self.training:
            return self.distillation(scores, **of_members(answers, scores))
        errors = (scores - answers["labels"]).square().mean(dim=1)
        return (errors * answers["sample_weight"]).mean()

    def backward(self, scores, answers):
        """Return the loss in training without its graph; its gradient goes to the weights."""
        loss = self(scores, answers)
        loss.backward()
        return loss.detach()


class LogPointCriterion(PointCriterion):
    """The same of a net whose scores are logarithms of numbers."""

    kernel_of_score = None

    def forward(self, scores, answers):
        """Return the loss a row."""
        return super().forward(scores.clamp(max=MOST_LOGARITHM).exp(), answers)
