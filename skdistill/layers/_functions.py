"""Functions without weights: activations, and what ends a net."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from skdistill.layers._layer import Layer

MOST = float(np.finfo(np.float32).max)

ACTIVATIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "relu": lambda x: np.maximum(x, 0),
    "silu": lambda x: x / (1 + np.exp(-np.clip(x, -500, None))),
    "tanh": np.tanh,
}


@dataclass(frozen=True, eq=False)
class Activation(Layer):
    """An elementwise function."""

    function: str  # one of ACTIVATIONS

    def __post_init__(self) -> None:
        self._require(self.function in [*ACTIVATIONS], f"unknown function {self.function!r}")

    def row_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        return shape

    def forward(self, x: np.ndarray) -> np.ndarray:
        return ACTIVATIONS[self.function](x)


@dataclass(frozen=True, eq=False)
class Softmax(Layer):
    """x ↦ softmax(inverse_temperature · x)."""

    inverse_temperature: float  # 1 / T of the student's recalibration

    def __post_init__(self) -> None:
        is_number = isinstance(self.inverse_temperature, float | int | np.floating)
        self._require(is_number, "inverse_temperature is no number")
        holds = 0 < self.inverse_temperature < MOST
        self._require(holds, "inverse_temperature must be positive and finite")

    def row_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        self._require(len(shape) == 1, "rows with members")
        return shape

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return probabilities; each row sums to 1."""
        x = x * self.inverse_temperature
        p = np.exp(x - x.max(axis=1, keepdims=True))
        return p / p.sum(axis=1, keepdims=True)
