"""Functions without weights: activations, and what ends a net of probabilities."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from skdistill.layers._layer import LastLayer, Layer

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
class Softmax(LastLayer):
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

    def spread(self, answers: np.ndarray) -> np.ndarray:
        return np.ones(answers.shape[1])


@dataclass(frozen=True, eq=False)
class Sigmoid(LastLayer):
    """x ↦ σ(inverse_temperature · x), σ(x) = 1 / (1 + exp(-x))."""

    inverse_temperature: np.ndarray  # float32 (n_labels,): 1 / T of each label's recalibration

    def __post_init__(self) -> None:
        self._require_floats("inverse_temperature")
        self._require(self.inverse_temperature.size > 0, "no labels")
        holds = np.all(self.inverse_temperature > 0)
        self._require(holds, "inverse_temperature must be positive")

    def row_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        fits = shape == self.inverse_temperature.shape
        self._require(fits, f"inverse_temperature, for rows of shape {shape}")
        return shape

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return probabilities of shape (n_samples, n_labels)."""
        return np.exp(-np.logaddexp(0, -x * self.inverse_temperature))

    def spread(self, answers: np.ndarray) -> np.ndarray:
        return np.ones(answers.shape[1])
