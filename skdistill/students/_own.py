"""A student of the user's own: any torch module."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from skdistill._plumbing.ambient import float32_by_default, plain_torch
from skdistill.layers import EncodeTable, Layer, Periodic
from skdistill.students._base import EncodedNet
from skdistill.students._scaling import ScaleColumns


class OwnNet(EncodedNet):
    """The encoder before a module of the user's: ``make(n_inputs, n_outputs)``.

    Its first weights, and what it drops, depend on torch's random state. Sparse rows are made
    dense, a batch at a time.
    """

    def __init__(
        self,
        encoding: EncodeTable | ScaleColumns,
        n_outputs: int,
        *,
        make: Callable[[int, int], nn.Module],
        waves: Periodic | None = None,
    ) -> None:
        super().__init__(encoding, waves)
        self.net = make(self.n_features, n_outputs)

    @float32_by_default()
    def scores(self, features: Tensor) -> Tensor:
        """Return scores of shape (n_samples, n_outputs)."""
        if features.is_sparse:
            features = self.encoder.center(features.to_dense())
        return self.net(features)

    def round_weights(self) -> None:
        """Leave the user's module as it is: it has no file."""

    def describe(self) -> list[Layer]:
        """Return the layers; a scaler of sparse rows becomes part of the module."""
        if not self.takes_sparse:
            return super().describe()
        return [TorchModule(deepcopy(nn.Sequential(self.encoder, self.net)).eval())]

    def describe_scores(self) -> list[Layer]:
        """Return the module as one layer, which runs in torch."""
        return [TorchModule(deepcopy(self.net).eval())]


@dataclass(frozen=True, eq=False)
class TorchModule(Layer):
    """A torch module, run in torch: it has no description in arrays."""

    module: Any

    def __post_init__(self) -> None:
        """There is nothing to check."""

    @plain_torch()
    @float32_by_default()
    @torch.no_grad()
    def forward(self, x: Any) -> np.ndarray:
        """Return the module's output."""
        x = x.toarray() if hasattr(x, "toarray") else x
        return self.module(torch.from_numpy(x.astype(np.float32))).double().numpy()
