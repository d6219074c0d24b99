"""How long a training is, and what its epochs are made of."""

import math
from typing import NamedTuple

import numpy as np

from skdistill.training._lessons import REAL

STEPS = 6_000  # of gradient descent, when max_epochs="auto"
MIN_EPOCHS, MAX_EPOCHS = 6, 60
MAX_EPOCHS_OF_MORE = 100  # where there are unlabelled or synthetic rows
CYCLED_PER_ROW = 3  # unlabelled and synthetic rows in an epoch for each real one
MIN_BATCHES, LEAST_BATCH = 4, 16  # an epoch has at least as many, of so many rows or more
WARM_UP = 0.05  # share of the steps in which the learning rate rises


class Plan(NamedTuple):
    """What the epochs of a training are made of."""

    n_always: int  # real rows in an epoch,
    n_cycled: int  # and others
    max_epochs: int  # over which the learning rate falls
    batch_size: int  # at most

    def rate(self, step):
        """Return the factor of the learning rate: a short rise, then half a cosine to zero."""
        n_batches = -(-(self.n_always + self.n_cycled) // self.batch_size)
        done = (step + 1) / (self.max_epochs * n_batches)
        return min(done / WARM_UP, 0.5 * (1 + math.cos(math.pi * min(done, 1.0))))


def plan(lessons, training, max_epochs=None):
    """Return the `Plan` of a training on lessons."""
    n_always = int(np.count_nonzero(lessons.origin == REAL))
    n_others = len(lessons) - n_always
    n_cycled = min(n_others, CYCLED_PER_ROW * n_always)
    auto_epochs, batch_size = pace(n_always, n_cycled, training.batch_size)
    max_epochs = max_epochs or training.max_epochs
    max_epochs = auto_epochs if max_epochs == "auto" else max_epochs
    return Plan(n_always, max(n_cycled, -(-n_others // max_epochs)), max_epochs, batch_size)


def pace(n_always, n_cycled, batch_size):
    """Return the epochs of max_epochs="auto", and the rows in a batch, `batch_size` at most."""
    batch_size = max(1, min(batch_size, max(n_always // MIN_BATCHES, LEAST_BATCH), n_always))
    n_batches = -(-(n_always + n_cycled) // batch_size)
    longest = MAX_EPOCHS_OF_MORE if n_cycled else MAX_EPOCHS
    return int(np.clip(STEPS // n_batches, MIN_EPOCHS, longest)), batch_size
