"""Layers of students with several members."""

from dataclasses import dataclass, field

import numpy as np

from skdistill.layers._layer import Layer, LayerOfMembers


@dataclass(frozen=True, eq=False)
class Scale(LayerOfMembers):
    """x ↦ x · scale + shift, elementwise, for each member."""

    scale: np.ndarray  # float32 (n_members, width), and so is
    shift: np.ndarray

    def __post_init__(self) -> None:
        self._require_floats("scale", "shift", n_dimensions=2)
        self._require(self.scale.shape == self.shift.shape, "shift")
        self._require(len(self.scale) > 0, "no members")

    def row_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        fits = shape in (self.scale.shape, self.scale.shape[1:])
        self._require(fits, f"scale, for rows of shape {shape}")
        return self.scale.shape

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return rows of shape (n_samples, n_members, width)."""
        x = x[:, None] if x.ndim == 2 else x
        return x * self.scale + self.shift


@dataclass(frozen=True, eq=False)
class LinearOfMembers(LayerOfMembers):
    """x ↦ x · weight + bias, each member with its own."""

    weight: np.ndarray  # float32 (n_members, n_inputs, n_outputs)
    bias: np.ndarray  # float32 (n_members, n_outputs)
    _weight: np.ndarray = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._require_floats("weight", n_dimensions=3)
        self._require_floats("bias", n_dimensions=2)
        self._require(self.bias.shape == self.weight.shape[::2], "bias")
        self._require(self.bias.size > 0, "no outputs")
        self._prepare(_weight=self.weight.astype(np.float64))

    def row_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        self._require(shape == self.weight.shape[:2], f"weight, for rows of shape {shape}")
        return self.bias.shape

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return x · weight + bias, of shape (n_samples, n_members, n_outputs)."""
        return (x.swapaxes(0, 1) @ self._weight).swapaxes(0, 1) + self.bias


@dataclass(frozen=True, eq=False)
class MeanOfMembers(Layer):
    """Members' scores ↦ log of the mean of their probabilities."""

    def row_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        self._require(len(shape) == 2, "rows without members")
        return shape[1:]

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return scores of shape (n_samples, n_classes)."""
        x = x - x.max(axis=2, keepdims=True)
        log_p = x - np.log(np.exp(x).sum(axis=2, keepdims=True))
        highest = log_p.max(axis=1)
        return highest + np.log(np.exp(log_p - highest[:, None]).mean(axis=1))
