"""Sparse rows of mixed scales: each column's factor, folded into the first layer at the end.

Rows stay sparse, so a factor is all that most columns get, and zero stays zero. A column that is
filled nearly everywhere, such as a year, has a center as well.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import nn

FILLED = 0.9  # share of rows with a value from which a column has a center
MOST = 120  # binary digits of a factor: with more, weights would leave float32


@dataclass(frozen=True, eq=False)
class ScaleColumns:
    """Sparse rows to features: (x - center) · factor."""

    factor: np.ndarray  # powers of two: weights that take them over keep their digits
    center: np.ndarray

    @property
    def n_outputs(self) -> int:
        """Number of features."""
        return len(self.factor)


def learn_scaling(rows: Any) -> ScaleColumns:
    """Learn factors and centers from rows.

    The values of a column other than zero get a mean square of about 1. A column that is filled
    nearly everywhere, by different values, gets a mean of 0 and a variance of about 1.
    """
    n, n_columns = rows.shape
    stored = rows.data != 0
    values, columns = rows.data[stored].astype(np.float64), rows.indices[stored]

    def means(values, count):
        return np.bincount(columns, values, minlength=n_columns) / np.maximum(count, 1)

    count = np.bincount(columns, minlength=n_columns)
    mean, square = means(values, count), means(values**2, count)
    varies = means((values - mean[columns]) ** 2, count) > np.finfo(np.float32).eps ** 2 * square
    centered = varies & (count >= FILLED * n)
    center = np.where(centered, mean * count / n, 0).astype(np.float32)
    square = means((values - center[columns]) ** 2, count)
    square = np.where(centered, (count * square + (n - count) * center**2.0) / n, square)
    digits = -np.round(np.log2(square, out=np.zeros(n_columns), where=square > 0) / 2)
    return ScaleColumns(np.exp2(np.clip(digits, -MOST, MOST)).astype(np.float32), center)


class ColumnScaler(nn.Module):
    """`ScaleColumns` in torch.

    Sparse rows are multiplied here and stay sparse; `linear` takes the centers off.
    """

    factor: torch.Tensor
    centered: torch.Tensor
    shift: torch.Tensor

    def __init__(self, scaling):
        super().__init__()
        self.scaling = scaling
        shift = scaling.center * scaling.factor
        (centered,) = np.nonzero(shift)
        self.register_buffer("factor", torch.from_numpy(scaling.factor.copy()))
        self.register_buffer("centered", torch.from_numpy(centered))
        self.register_buffer("shift", torch.from_numpy(shift[centered]))

    def forward(self, rows):
        """Return the features of dense rows, or the products of sparse ones."""
        if not rows.is_sparse:
            return self.center(rows * self.factor)
        values = rows.values() * self.factor[rows.indices()[1]]
        return torch.sparse_coo_tensor(
            rows.indices(), values, rows.shape, is_coalesced=True, check_invariants=False
        )

    def center(self, products):
        """Return features of dense rows."""
        return products.index_add(1, self.centered, -self.shift.expand(len(products), -1))

    def linear(self, layer, products):
        """Apply a linear layer to sparse rows."""
        x = torch.sparse.mm(products, layer.weight.t())
        x = x - self.shift @ layer.weight[:, self.centered].t()
        return x if layer.bias is None else x + layer.bias

    def before(self, layers):
        """Return primitive layers that take rows as they are: the first is linear."""
        first, *others = layers
        weight = first.weight * self.scaling.factor[:, None]
        shift = self.scaling.center.astype(np.float64) @ weight
        bias = (first.bias - shift).astype(np.float32)
        return [replace(first, weight=weight, bias=bias), *others]
