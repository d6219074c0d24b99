"""The loop of epochs: a history of losses, and the weights of the best epoch."""

import math
import time
from copy import deepcopy

import numpy as np
from skorch.callbacks import PrintLog

from skdistill._plumbing.progress import report

LEAST_GAIN = 1e-4  # share of the best loss by which a better one is lower


def train(net, steps, rows, held_out=None, seen=None, *, patience=None):
    """Train an initialized net, and return how many epochs its weights have seen.

    These are all ``max_epochs``; with `patience` those up to the lowest loss of held-out rows,
    which training outlasts by so many epochs, or 0 where none had a loss. The net's history is
    filled as skorch would, but for one batch an epoch, and for the loss of `seen`, rows that are
    trained on, in the way of that of held-out rows.
    """
    batches = net.get_iterator(rows, training=True)
    held_out, seen = (
        rows if rows is None else net.get_iterator(rows, training=False)
        for rows in (held_out, seen)
    )
    log, best = PrintLog(keys_ignored=["seen_loss"]).initialize(), BestWeights(net.module_)
    for epoch in range(1, net.max_epochs + 1):
        start = time.perf_counter()
        net.history.new_epoch()
        net.history.record("epoch", epoch)
        loss = _record(net.history, "train", *steps.train(batches))
        if seen is not None:
            net.history.record("seen_loss", _mean(*steps.score(seen)))
        if held_out is not None:
            loss = _record(net.history, "valid", *steps.score(held_out))
        net.history.record("dur", time.perf_counter() - start)
        report()
        if net.verbose:
            log.on_epoch_end(net)
        if patience is not None and best.age_after(epoch, loss) == patience:
            break
    if patience is None:
        return net.max_epochs
    best.restore()
    return best.epoch


class BestWeights:
    """The weights of the epoch with the lowest loss, by the rule of skorch's EarlyStopping."""

    def __init__(self, module):
        self.module = module
        self.epoch = 0
        self._bound = math.inf
        self._weights = None

    def age_after(self, epoch, loss):
        """Keep the weights if they are better; return the epochs since the best ones."""
        if loss < self._bound:
            self.epoch, self._bound = epoch, loss - LEAST_GAIN * loss
            self._weights = deepcopy(self.module.state_dict())
        return epoch - self.epoch

    def restore(self):
        """Give the module the best weights, if there are any."""
        if self._weights is not None:
            self.module.load_state_dict(self._weights)


def _mean(losses, sizes):
    return float(np.average(losses, weights=sizes))


def _record(history, part, losses, sizes):
    """Record an epoch's batches as one; return their mean loss."""
    loss = _mean(losses, sizes)
    best = np.nanmin([math.inf, *(row[f"{part}_loss"] for row in history[:-1])])
    history.new_batch()
    history.record_batch(f"{part}_loss", loss)
    history.record_batch(f"{part}_batch_size", sum(sizes))
    history.record(f"{part}_batch_count", len(sizes))
    history.record(f"{part}_loss", loss)
    history.record(f"{part}_loss_best", bool(loss < best))
    return loss
