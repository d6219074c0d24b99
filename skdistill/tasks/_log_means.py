"""Positive numbers by their means, whose logarithm the student learns."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from skdistill.layers import Exponential
from skdistill.tasks._means import Means
from skdistill.tasks._point_criterion import LogPointCriterion


@dataclass(frozen=True, eq=False)
class LogMeans(Means):
    """Numbers in units of their mean; scores of a student are logarithms, losses are not.

    So the student learns the mean, as squared errors of logarithms would not.
    """

    criterion: ClassVar = LogPointCriterion
    unit: ClassVar[str] = "squared means of y"

    @classmethod
    def learn(cls, y):
        """Return the task that `y` sets, and its labels."""
        if (y < 0).any():
            raise ValueError(
                f"y has the negative number {y.min():.6g}, and link='log' predicts none: use "
                "link='identity'."
            )
        task, _ = super().learn(y)
        mean = task.center
        return cls(np.zeros_like(mean), mean, task.flat), task.labels_in(y, 0, mean)

    def head(self):
        """Return what makes positive numbers of logarithms."""
        return Exponential(np.ones_like(self.scale), np.log(self.scale))

    def of_student(self, scores, head, temperature):
        """Return a student's numbers as targets of the next one."""
        return np.exp(scores)

    def losses(self, scores, head, labels):
        """Return the mean squared error of each row, in squared means of y."""
        return super().losses(np.exp(scores.astype(np.float64)), head, labels)
