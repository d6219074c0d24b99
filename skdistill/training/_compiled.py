"""A small multilayer perceptron, trained in compiled code: many batches a call.

Of a number's bins the lower ones are full, one is filled in part and the higher ones are empty. So
one figure tells them all: the number's place, which is how many bins it fills. The first layer
sums up the weights of each column's bins from the lowest on; what a number adds to an output lies
between two of these sums. The gradient of a bin's weight is that of all rows above it, and a share
of that of each row within it.

Of a step this small, torch spends more time on its operators' calls than on their arithmetic. So
forward, loss, backward and AdamW's update of a batch, and then of the next one, are one call. All
else trains as torch does it: `make_steps` says what that is.
"""

import numpy as np
import torch
from torch.utils.dlpack import to_dlpack

from skdistill._plumbing.extension import ACTIVATION_NUMBERS, kernels
from skdistill.training._steps import TorchSteps

SMALL = 400_000  # weights; a larger net is better off with all of torch's threads
MOST_LAYERS = 16  # as in csrc/train/perceptron.h


def make_steps(net, rate):
    """Return the `TorchSteps` of an initialized net, compiled where there is compiled code for it.

    There is for a small `MLP` of encoded rows on the CPU and, to train it, for a loss that the
    extension has. Nobody else must have a hand in the net: no hooks, no other optimiser.
    """
    return _kind(net)(net.module_, net.criterion_, net.optimizer_, rate)


def _kind(net):
    layers = getattr(net.module_, "compiled_layers", None)
    if kernels is None or layers is None or torch.device(net.device).type != "cpu":
        return TorchSteps
    if not is_small(net.module_) or len(layers) > MOST_LAYERS:
        return TorchSteps
    if net.criterion_.kernel_of_score is None:
        return TorchSteps
    return CompiledScores if net.criterion_.kernel is None else CompiledSteps


def is_small(module):
    """Whether a net is too small to gain from threads."""
    return sum(p.numel() for p in module.parameters()) <= SMALL


class CompiledScores(TorchSteps):
    """Steps by torch, but scores by compiled code."""

    def __init__(self, module, criterion, optimizer, rate):
        super().__init__(module, criterion, optimizer, rate)
        trained = [p for p in self.parameters if p.requires_grad]
        self.trained: dict[int, tuple] = {id(p): (p, None, None, None) for p in trained}

    def score(self, batches):
        """Return the losses of the labels, and the batches' sizes."""
        return self._each_block(batches, self._score)

    def _score(self, rows, answers, sizes):
        return self._call(rows, answers, sizes, self.criterion.kernel_of_score)

    def _each_block(self, batches, losses_of):
        losses, sizes = [], []
        for rows, answers, own in batches.blocks(self.module.encoder.constants_with_places):
            losses.append(losses_of(rows, answers, own))
            sizes += own
        return np.concatenate(losses).tolist(), sizes

    def _call(self, rows, answers, sizes, loss, rates=None, first_step=0, dropout=0.0, seed=0):
        """Return the losses of batches whose rows lie one after another."""
        x = rows.t()
        x = x if x.stride(1) == 1 else x.contiguous()
        targets, labels, weight = (answers[n] for n in ("targets", "labels", "sample_weight"))
        of_points = labels.is_floating_point()
        labels = labels.expand_as(targets) if of_points else labels
        targets, labels, weight = (to_dlpack(a.contiguous()) for a in (targets, labels, weight))
        losses = np.empty(len(sizes), np.float32)
        kernels.train(
            np.array(sizes, dtype=np.int64),
            *(to_dlpack(x), targets, *((None, labels) if of_points else (labels, None)), weight),
            rates,
            losses,
            *loss,
            first_step,
            *self._net(),
            ACTIVATION_NUMBERS[self.module.units.activation],
            dropout,
            seed,
            *self.settings["betas"],
            self.settings["eps"],
            self.settings["weight_decay"],
        )
        return losses

    def _net(self):
        encoder = self.module.encoder
        n_numbers, n_binned = len(encoder.center) + len(encoder.missing), len(encoder.binned)
        column, categories = n_numbers + n_binned, []
        for table, width in zip(encoder.tables, encoder.widths, strict=True):
            own = (len(table), self._trained(table)) if table.requires_grad else (0, None)
            categories.append((column, table.shape[1], *own))
            column += width
        layers = [
            (len(layer.bias), self._trained(layer.weight), self._trained(layer.bias))
            for layer in self.module.compiled_layers
        ]
        return to_dlpack(encoder.first_bin), n_numbers, tuple(categories), tuple(layers)

    def _trained(self, parameter):
        """Return what the kernel trains: values, gradient and moments."""
        known = self.trained[id(parameter)]
        return tuple(None if tensor is None else to_dlpack(tensor) for tensor in known)


class CompiledSteps(CompiledScores):
    """Steps and scores by compiled code."""

    def __init__(self, module, criterion, optimizer, rate):
        super().__init__(module, criterion, optimizer, rate)
        self.trained = {
            key: (p, *map(torch.zeros_like, (p, p, p)))  # gradient and moments
            for key, (p, *_) in self.trained.items()
        }

    def train(self, batches):
        """Make a step a batch; return the losses before them, and the batches' sizes."""
        return self._each_block(batches, self._steps)

    def _steps(self, rows, answers, sizes):
        """Make a step for each of some batches; return the losses before them."""
        n, dropout = len(sizes), self.module.units.dropout
        rates = [self.settings["lr"] * self.rate(self.n_done + k) for k in range(n)]
        seed = self.module.units.next_seeds(n * len(self.module.hidden) if dropout else 0)
        how = np.array(rates), self.n_done, dropout, seed
        self.n_done += n
        return self._call(rows, answers, sizes, self.criterion.kernel, *how)
