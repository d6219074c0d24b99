"""What every student net shares: its encoder, and the description of what it has learnt."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from skdistill.layers import EncodeTable, Layer, Linear, Periodic
from skdistill.students._encoder import TableEncoder
from skdistill.students._scaling import ColumnScaler, ScaleColumns


class EncodedNet(nn.Module, ABC):
    """A net behind the table encoder, with trained waves of numbers beside it.

    `encoding` is an `EncodeTable`, or `ScaleColumns` for sparse rows; `waves` a `Periodic` of
    first frequencies and phases, or None.
    """

    encoder: Any

    def __init__(self, encoding: EncodeTable | ScaleColumns, waves: Periodic | None) -> None:
        super().__init__()
        self.takes_sparse = isinstance(encoding, ScaleColumns)
        self.encoder = (ColumnScaler if self.takes_sparse else TableEncoder)(encoding)
        self.waves = None if waves is None else Waves(waves)
        self.n_features = encoding.n_outputs
        if waves is not None:
            self.n_features += waves.phase.size

    def forward(self, rows: Tensor, *, encoded: bool = False) -> Tensor:
        """Return scores in nats, of shape (n_samples, n_outputs).

        While training they may be of shape (n_members x n_samples, n_outputs): all rows' scores
        by the first member, then by the second, and so on. Rows that are `encoded` have been
        through `constant_encoder`.
        """
        x = self.encoder.embed(rows) if encoded else self.encoder(rows)
        return self.scores(x if self.waves is None else self.waves(x))

    @property
    def constant_encoder(self) -> Callable[[Tensor], Tensor] | None:
        """What makes of rows that which training leaves as it is; None: not beforehand."""
        return None if self.takes_sparse else self.encoder.constants

    @torch.no_grad()
    def round_weights(self) -> None:
        """Round matrices to numbers that float16 holds: files store them in half the bytes."""
        for weight in self.parameters():
            rounded = weight.half().float()
            if weight.ndim >= 2 and rounded.isfinite().all():
                weight.copy_(rounded)

    def describe(self) -> list[Layer]:
        """Return the primitive layers up to the scores."""
        waves = [] if self.waves is None else [self.waves.describe()]
        return self.encoder.before([*waves, *self.describe_scores()])

    def linear(self, layer: nn.Module, x: Tensor) -> Tensor:
        """Apply a linear layer, the first one perhaps to sparse features."""
        return self.encoder.linear(layer, x) if x.is_sparse else layer(x)

    @abstractmethod
    def scores(self, features: Tensor) -> Tensor:
        """Return scores of encoded rows, as `forward` does."""

    @abstractmethod
    def describe_scores(self) -> list[Layer]:
        """Return the primitive layers from features to scores."""


class Waves(nn.Module):
    """`Periodic.forward` in torch, with trained frequencies and phases."""

    def __init__(self, waves):
        super().__init__()
        self.frequency = nn.Parameter(torch.from_numpy(waves.frequency.copy()))
        self.phase = nn.Parameter(torch.from_numpy(waves.phase.copy()))

    def forward(self, features):
        """Return the features and their waves."""
        numbers = features[:, : len(self.frequency), None]
        cycles = torch.addcmul(self.phase, numbers, self.frequency)
        return torch.cat([features, torch.cos(2 * torch.pi * cycles).flatten(1)], dim=1)

    def describe(self):
        """Return the primitive layer."""
        return Periodic(to_array(self.frequency), to_array(self.phase))


class LinearByInput(nn.Module):
    """A linear layer whose weight is stored input by input: those of a bin lie together."""

    def __init__(self, n_inputs, n_outputs, generator=None):
        super().__init__()
        like = make_linear(n_inputs, n_outputs, generator)
        self.weight = nn.Parameter(like.weight.detach().t().contiguous())
        self.bias = like.bias

    def forward(self, x):
        """Return the outputs, of shape (n_samples, n_outputs)."""
        return torch.addmm(self.bias, x, self.weight)


def make_generator(seed):
    """Return a generator of first weights; torch's own, None, without a seed."""
    return None if seed is None else torch.Generator().manual_seed(seed)


def make_linear(n_inputs, n_outputs, generator, *, bias=True):
    """Return an `nn.Linear` in float32, with first weights of a generator."""
    shape = max(n_inputs, 1), n_outputs  # torch warns of a layer without inputs
    layer = nn.utils.skip_init(nn.Linear, *shape, bias, device="cpu", dtype=torch.float32)
    nn.init.kaiming_uniform_(layer.weight, a=math.sqrt(5), generator=generator)
    if n_inputs == 0:
        layer.in_features, layer.weight = 0, nn.Parameter(layer.weight.detach()[:, :0])
    if bias:
        bound = 1 / math.sqrt(n_inputs) if n_inputs else 0.0
        nn.init.uniform_(layer.bias, -bound, bound, generator=generator)
    return layer


def to_array(parameter):
    """Return a parameter as an array of its own."""
    return parameter.detach().cpu().numpy().copy()


def describe_linear(layer):
    """Return a linear layer as a primitive one."""
    by_input = isinstance(layer, LinearByInput)
    weight = np.ascontiguousarray(to_array(layer.weight if by_input else layer.weight.t()))
    bias = np.zeros(weight.shape[1], np.float32) if layer.bias is None else to_array(layer.bias)
    return Linear(weight, bias)
