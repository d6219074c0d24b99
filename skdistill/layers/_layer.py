"""What every primitive layer is: a frozen record of arrays with a forward pass."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Self

import numpy as np

from skdistill._plumbing.described import Described


@dataclass(frozen=True, eq=False)
class Layer(Described, ABC):
    """A step of the forward pass; fields given to it are arrays or plain values."""

    @abstractmethod
    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return the step's output; rows are samples."""

    def row_shape(self, shape: tuple[int, ...]) -> tuple[int, ...] | None:
        """Return the shape of a row's output, given that of its input; None: it is not known."""
        return None

    def shrink(self, n_members: int) -> Self:
        """Return the layer with its first members only."""
        return self

    def _require(self, holds, what):
        if not holds:
            raise ValueError(f"A {type(self).__name__} layer is inconsistent: {what}.")

    def _require_floats(self, *names, n_dimensions=1):
        for name in names:
            array = getattr(self, name)
            is_array = isinstance(array, np.ndarray)
            self._require(is_array and array.dtype == np.float32, f"{name} is not float32")
            self._require(array.ndim == n_dimensions, f"{name} has {array.ndim} dimensions")
            self._require(np.isfinite(array).all(), f"{name} is not finite")

    def _require_integers(self, *names):
        for name in names:
            array = getattr(self, name)
            is_array = isinstance(array, np.ndarray)
            self._require(is_array and array.dtype.kind == "i", f"{name} is not of integers")
            self._require(array.ndim == 1, f"{name} has {array.ndim} dimensions")


class LastLayer(Layer):
    """A layer that may end a net: what it makes are the answers."""

    @abstractmethod
    def spread(self, answers: np.ndarray) -> np.ndarray:
        """Return the difference that is large, for each output or answer, if these are all."""


class LayerOfMembers(Layer):
    """A layer whose arrays have a part for each member, along the first axis."""

    def shrink(self, n_members: int) -> Self:
        return type(self)(**{name: a[:n_members].copy() for name, a in self.given().items()})
