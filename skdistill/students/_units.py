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

from skdistill._extension import kernels

FUNCTIONS = {"relu": torch.relu, "silu": nn.functional.silu, "tanh": torch.tanh}
CODES = {name: code for code, name in enumerate(FUNCTIONS)}  # as in csrc/units.h
MOST_SEEDS = 2**62


class Units(nn.Module):
    """An activation with dropout behind it.

    Compiled masks depend on torch's random state when this is made, not when it is called.

    Parameters
    ----------
    activation : {"relu", "silu", "tanh"}
    dropout : float
        Share of units dropped while training.
    """

    def __init__(self, activation, dropout):
        super().__init__()
        self.activation = activation
        self.dropout = dropout
        self._seed = int(torch.randint(MOST_SEEDS, ()))

    def forward(self, x):
        """Return the activations, with units dropped and the others scaled up in training."""
        if not self.training:
            return FUNCTIONS[self.activation](x)
        if not _is_compiled_for(x):
            return nn.functional.dropout(FUNCTIONS[self.activation](x), self.dropout)
        return _Units.apply(x, CODES[self.activation], self.dropout, self.next_seeds(1))

    def next_seeds(self, n):
        """Return the first of the seeds of the next `n` masks; the others follow it."""
        self._seed += n
        return self._seed - n


class _Units(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x, function, dropout, seed):
        x = x.contiguous()
        out, slope = torch.empty_like(x), torch.empty_like(x)
        kernels.activate(
            function,
            to_dlpack(x),
            to_dlpack(out),
            to_dlpack(slope),
            dropout,
            seed,
            torch.get_num_threads(),
        )
        ctx.save_for_backward(slope)
        return out

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient):
        (slope,) = ctx.saved_tensors
        return gradient * slope, None, None, None


def _is_compiled_for(x):
    known = kernels is not None and x.is_cpu and x.dtype is torch.float32
    return known and not torch.compiler.is_compiling()
