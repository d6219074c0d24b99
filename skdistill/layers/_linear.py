"""Products with weights."""

from dataclasses import dataclass, field

import numpy as np

from skdistill.layers._layer import Layer


@dataclass(frozen=True, eq=False)
class Linear(Layer):
    """x ↦ x · weight + bias."""

    weight: np.ndarray  # float32 (n_inputs, n_outputs)
    bias: np.ndarray  # float32 (n_outputs,)
    _weight: np.ndarray = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._require_floats("weight", n_dimensions=2)
        self._require_floats("bias")
        self._require(self.bias.shape == self.weight.shape[1:], "bias")
        self._require(self.bias.size > 0, "no outputs")
        self._prepare(_weight=self.weight.astype(np.float64))

    def row_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        self._require(shape[-1] == len(self.weight), f"weight, for rows of shape {shape}")
        return (*shape[:-1], len(self.bias))

    def forward(self, x: np.ndarray) -> np.ndarray:
        return x @ self._weight + self.bias
