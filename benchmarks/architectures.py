"""Architectures that were tried as students and not kept; `recipe.py` runs them by name.

Each takes the number of encoded columns and of classes, and has about the size of the default
multilayer perceptron.
"""

import torch
from torch import nn

WIDTH = 128


class Residual(nn.Module):
    """x + W₂ relu(W₁ norm(x)), twice (Gorishniy et al. 2021)."""

    def __init__(self, n_inputs, n_outputs):
        super().__init__()
        self.first = nn.Linear(n_inputs, WIDTH)
        self.blocks = nn.ModuleList(
            nn.Sequential(
                nn.LayerNorm(WIDTH), nn.Linear(WIDTH, WIDTH), nn.ReLU(), nn.Linear(WIDTH, WIDTH)
            )
            for _ in range(2)
        )
        self.last = nn.Sequential(nn.LayerNorm(WIDTH), nn.ReLU(), nn.Linear(WIDTH, n_outputs))

    def forward(self, x):
        x = self.first(x)
        for block in self.blocks:
            x = x + block(x)
        return self.last(x)


class Gated(nn.Module):
    """Two layers of gated linear units with SiLU (Shazeer 2020)."""

    def __init__(self, n_inputs, n_outputs):
        super().__init__()
        self.values = nn.ModuleList([nn.Linear(n_inputs, WIDTH), nn.Linear(WIDTH, WIDTH)])
        self.gates = nn.ModuleList([nn.Linear(n_inputs, WIDTH), nn.Linear(WIDTH, WIDTH)])
        self.last = nn.Linear(WIDTH, n_outputs)

    def forward(self, x):
        for value, gate in zip(self.values, self.gates, strict=True):
            x = value(x) * nn.functional.silu(gate(x))
        return self.last(x)


class SoftTrees(nn.Module):
    """Oblivious trees of depth 4 whose splits are sigmoids of linear functions (NODE, 2020)."""

    def __init__(self, n_inputs, n_outputs, n_trees=32, depth=4):
        super().__init__()
        self.depth = depth
        self.splits = nn.Linear(n_inputs, n_trees * depth)
        self.leaves = nn.Parameter(0.1 * torch.randn(n_trees, 2**depth, n_outputs))

    def forward(self, x):
        right = torch.sigmoid(2 * self.splits(x)).unflatten(1, (-1, self.depth))
        reach = torch.ones_like(right[..., :1])
        for level in range(self.depth):
            p = right[..., level, None]
            reach = torch.cat([reach * p, reach * (1 - p)], dim=-1)
        return torch.einsum("ntl,tlk->nk", reach, self.leaves)


ARCHITECTURES = {"residual": Residual, "gated": Gated, "soft_trees": SoftTrees}
