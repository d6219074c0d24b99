"""The task that a student learned, by what its answers are called."""

import numpy as np

from skdistill.layers import Classes, Numbers
from skdistill.tasks._means import Means
from skdistill.tasks._multiclass import Multiclass


def task_of(outputs):
    """Return a task that compares the answers of a student with these outputs."""
    if isinstance(outputs, Classes):
        return Multiclass(outputs.labels)
    if not isinstance(outputs, Numbers):
        raise TypeError(f"Answers by {outputs.words} are not compared without their estimator.")
    return Means(np.zeros(outputs.count), np.ones(outputs.count), outputs.flat)
