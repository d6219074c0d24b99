"""Hidden units: an activation and dropout, in one pass where there is compiled code for it.

Random numbers are dear on a CPU: torch's dropout costs more than the matrix product before it.
Compiled code hashes a unit's number in the batch instead, and multiplies the activation and its
slope, which is all that the backward pass needs, by the same mask.
"""

from typing import Any

import torch
from torch import nn
from torch.autograd.function import once_differentiable
from torch.utils.dlpack import to_dlpack

from skdistill._plumbing.extension import ACTIVATION_NUMBERS, kernels

FUNCTIONS = {"relu": torch.relu, "silu": nn.functional.silu, "tanh": torch.tanh}
MOST_SEEDS = 2**62


class Units(nn.Module):
    """An activation with dropout behind it.

    Which units are dropped is decided by a seed drawn when this is made, not by torch's random
    state when it is called, unless torch compiles it.
    """

    def __init__(self, activation, dropout, generator=None):
        super().__init__()
        self.activation = activation
        self.dropout = dropout
        self._seed = int(torch.randint(MOST_SEEDS, (), generator=generator))

    def forward(self, x):
        """Return the activations, with units dropped and the others scaled up in training."""
        activate = FUNCTIONS[self.activation]
        if not self.training:
            return activate(x)
        if torch.compiler.is_compiling():
            return nn.functional.dropout(activate(x), self.dropout)
        if not _is_compiled_for(x):
            return _drop(activate(x), self.dropout, self.next_seeds(1))
        return _Units.apply(
            x, ACTIVATION_NUMBERS[self.activation], self.dropout, self.next_seeds(1)
        )

    def next_seeds(self, n):
        """Return the first of the seeds of the next `n` masks; the others follow it."""
        self._seed += n
        return self._seed - n


class _Units(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x, function, dropout, seed):
        x = x.contiguous()
        out, slope = torch.empty_like(x), torch.empty_like(x)
        arrays = map(to_dlpack, (x, out, slope))
        kernels.activate(function, *arrays, dropout, seed, torch.get_num_threads())
        ctx.save_for_backward(slope)
        return out

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient):
        (slope,) = ctx.saved_tensors
        return gradient * slope, None, None, None


def _drop(x, share, seed):
    if share == 0:
        return x
    generator = torch.Generator(x.device).manual_seed(seed)
    mask = torch.empty_like(x).bernoulli_(1 - share, generator=generator)
    return x * mask.div_(1 - share)


def _is_compiled_for(x):
    return kernels is not None and x.is_cpu and x.dtype is torch.float32
