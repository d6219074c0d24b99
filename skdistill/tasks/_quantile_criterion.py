"""What a training of quantiles makes small: pinball loss, the teacher's beside it."""

from functools import partial
from typing import Any

import numpy as np
import torch
from torch import nn

from skdistill.losses import PINBALL_NUMBER, pinball, pinball_loss
from skdistill.tasks._members import of_members


class QuantileCriterion(nn.Module):
    """A loss of quantiles while training, pinball loss against labels on held-out rows.

    `loss` is "auto" for `pinball_loss`, or another function with its signature. Scores become
    quantiles as by the layer `Ascending`. Quantiles have no temperature.
    """

    def __init__(self, levels, alpha, temperature, loss="auto"):
        super().__init__()
        self.levels = levels
        known, q = loss == "auto", np.array(levels, np.float32)
        self.kernel = (PINBALL_NUMBER, 1.0, alpha, 1.0, q) if known else None
        self.kernel_of_score = PINBALL_NUMBER, 1.0, 0.0, 1.0, q
        of_kind = pinball_loss if known else loss
        self.distillation: Any = partial(of_kind, levels=levels, alpha=alpha)

    def forward(self, scores, answers):
        """Return the loss a row."""
        quantiles = ascending(scores)
        if self.training:
            return self.distillation(quantiles, **of_members(answers, scores))
        losses = pinball(answers["labels"] - quantiles, self.levels)
        return (losses * answers["sample_weight"]).mean()

    def backward(self, scores, answers):
        """Return the loss in training without its graph; its gradient goes to the weights."""
        loss = self(scores, answers)
        loss.backward()
        return loss.detach()


def ascending(scores):
    """Return the values that scores stand for, as `skdistill.layers.ascending` does."""
    steps = nn.functional.softplus(scores[:, 1:])
    return torch.cat([scores[:, :1], steps], dim=1).cumsum(dim=1)
