"""What ends a net of numbers: its scores become numbers in units of their own."""

from dataclasses import dataclass

import numpy as np

from skdistill.layers._layer import LastLayer

MOST_EXPONENT = 700.0  # either side of 0: its exponential is a double, and positive


@dataclass(frozen=True, eq=False)
class HeadOfNumbers(LastLayer):
    """x · scale + center in float64, where it keeps its digits beside a large center."""

    scale: np.ndarray  # float64 (n_outputs,), and so is
    center: np.ndarray

    def __post_init__(self) -> None:
        for name in ("scale", "center"):
            array = getattr(self, name)
            is_array = isinstance(array, np.ndarray)
            self._require(is_array and array.dtype == np.float64, f"{name} is not float64")
            self._require(array.ndim == 1, f"{name} has {array.ndim} dimensions")
            self._require(np.isfinite(array).all(), f"{name} is not finite")
        self._require(self.scale.shape == self.center.shape, "center")
        self._require(self.scale.size > 0, "no outputs")
        self._require(np.all(self.scale > 0), "scale is not positive")

    def row_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        self._require(shape == self.scale.shape, f"scale, for rows of shape {shape}")
        return shape

    def _placed(self, x):
        return x.astype(np.float64, copy=False) * self.scale + self.center


@dataclass(frozen=True, eq=False)
class Affine(HeadOfNumbers):
    """x ↦ x · scale + center."""

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return numbers, float64 of shape (n_samples, n_outputs)."""
        return self._placed(x)

    def spread(self, answers: np.ndarray) -> np.ndarray:
        return np.maximum(_deviation(answers), self.scale)


@dataclass(frozen=True, eq=False)
class Exponential(HeadOfNumbers):
    """x ↦ exp(x · scale + center), the exponent cut at ±700: positive and finite."""

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return positive numbers, float64 of shape (n_samples, n_outputs)."""
        return np.exp(np.clip(self._placed(x), -MOST_EXPONENT, MOST_EXPONENT))

    def spread(self, answers: np.ndarray) -> np.ndarray:
        return np.maximum(_deviation(answers), self.scale * answers)


@dataclass(frozen=True, eq=False)
class Ascending(HeadOfNumbers):
    """Scores ↦ numbers of which none is below the one before.

    The first score is the lowest value, and softplus of each other one is its distance to the
    one before. `center` may differ from number to number: it is how each is shifted.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return ascending numbers, float64 of shape (n_samples, n_outputs)."""
        return np.maximum.accumulate(self._placed(ascending(x)), axis=1)

    def spread(self, answers: np.ndarray) -> np.ndarray:
        return np.maximum(_deviation(answers), self.scale)


def ascending(x: np.ndarray) -> np.ndarray:
    """Return the values that scores of ascending numbers stand for, float64."""
    steps = x.astype(np.float64)
    steps[:, 1:] = np.logaddexp(0, steps[:, 1:])
    return np.cumsum(steps, axis=1)


def _deviation(answers):
    return np.abs(answers - answers.mean(axis=0)).mean(axis=0)
