"""What the numbers of the last layer are called."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from skdistill._plumbing.described import Described
from skdistill.layers._functions import Sigmoid, Softmax
from skdistill.layers._heads import Affine, Ascending, Exponential
from skdistill.layers._layer import LastLayer

MEDIAN = 0.5  # its level


@dataclass(frozen=True, eq=False)
class Outputs(Described, ABC):
    """The meaning of a student's answers, of shape (n_samples, n_outputs)."""

    last_layers: ClassVar[tuple[type[LastLayer], ...]]  # one of them makes the answers

    @property
    @abstractmethod
    def n_outputs(self) -> int:
        """Numbers that the answer to a row has."""

    @property
    @abstractmethod
    def words(self) -> str:
        """What they are, such as "3 classes"."""

    @property
    @abstractmethod
    def described(self) -> str:
        """Each of them by name, such as "classes: no, yes"."""

    @abstractmethod
    def decide(self, answers: np.ndarray) -> np.ndarray:
        """Return what is predicted where the answers are these."""


@dataclass(frozen=True, eq=False)
class Classes(Outputs):
    """Probabilities of classes that exclude each other.

    Parameters
    ----------
    labels : ndarray of shape (n_classes,)
        Class labels, sorted.
    """

    labels: np.ndarray
    last_layers = (Softmax,)

    def __post_init__(self) -> None:
        if not isinstance(self.labels, np.ndarray) or self.labels.ndim != 1:
            raise ValueError("Class labels are an array of one dimension.")
        if len(self.labels) < 2:
            raise ValueError("A student has at least two classes.")

    @property
    def n_outputs(self) -> int:
        """Number of classes."""
        return len(self.labels)

    @property
    def words(self) -> str:
        """How many classes there are."""
        return f"{len(self.labels)} classes"

    @property
    def described(self) -> str:
        """The labels."""
        return f"classes: {', '.join(map(str, self.labels.tolist()))}"

    def decide(self, answers: np.ndarray) -> np.ndarray:
        """Return the label of the most probable class of each row."""
        return self.labels[answers.argmax(axis=1)]


@dataclass(frozen=True, eq=False)
class Labels(Outputs):
    """Probabilities of labels of which a row may have several.

    Parameters
    ----------
    count : int
        How many there are.
    """

    count: int
    last_layers = (Sigmoid,)

    def __post_init__(self) -> None:
        if type(self.count) is not int or self.count < 2:
            raise ValueError(f"count={self.count!r}, but a student has two labels or more.")

    @property
    def n_outputs(self) -> int:
        """How many labels."""
        return self.count

    @property
    def words(self) -> str:
        """How many labels there are."""
        return f"{self.count} labels"

    @property
    def described(self) -> str:
        """How many labels there are: they have no names."""
        return self.words

    def decide(self, answers: np.ndarray) -> np.ndarray:
        """Return 1 where a row more likely has a label than not, else 0."""
        return (answers > 0.5).astype(np.int64)


@dataclass(frozen=True, eq=False)
class Numbers(Outputs):
    """Numbers in units of their own.

    Parameters
    ----------
    count : int
        How many the answer to a row has.
    flat : bool
        Whether what is predicted has one dimension, as y had in fit; for one number alone.
    """

    count: int
    flat: bool
    last_layers = (Affine, Exponential)

    def __post_init__(self) -> None:
        if type(self.count) is not int or self.count < 1:
            raise ValueError(f"count={self.count!r}, but a student answers by one number or more.")
        if type(self.flat) is not bool or (self.flat and self.count > 1):
            raise ValueError(f"flat={self.flat!r} does not go with {self.words}.")

    @property
    def n_outputs(self) -> int:
        """How many numbers."""
        return self.count

    @property
    def words(self) -> str:
        """How many numbers there are."""
        return "1 number" if self.count == 1 else f"{self.count} numbers"

    @property
    def described(self) -> str:
        """How many numbers there are: they have no names."""
        return self.words

    def decide(self, answers: np.ndarray) -> np.ndarray:
        """Return the numbers, of shape (n_samples,) if they are flat."""
        return answers[:, 0] if self.flat else answers


@dataclass(frozen=True, eq=False)
class Quantiles(Outputs):
    """Quantiles of one number.

    Parameters
    ----------
    levels : float64 array of shape (n_levels,)
        Shares of the distribution below each of them, ascending; .5 is among them.
    """

    levels: np.ndarray
    last_layers = (Ascending,)

    def __post_init__(self) -> None:
        if not isinstance(self.levels, np.ndarray) or self.levels.dtype != np.float64:
            raise ValueError("Levels of quantiles are a float64 array.")
        check_levels(self.levels)

    @property
    def n_outputs(self) -> int:
        """How many quantiles."""
        return len(self.levels)

    @property
    def words(self) -> str:
        """How many quantiles there are."""
        return "1 quantile" if self.n_outputs == 1 else f"{self.n_outputs} quantiles"

    @property
    def described(self) -> str:
        """The levels."""
        return f"quantiles: {', '.join(map(str, self.levels.tolist()))}"

    def decide(self, answers: np.ndarray) -> np.ndarray:
        """Return the median of each row."""
        return answers[:, np.searchsorted(self.levels, MEDIAN)]


def check_levels(levels: np.ndarray) -> None:
    """Raise unless levels of quantiles ascend within (0, 1) and have the median among them."""
    given = f"quantiles={tuple(levels.tolist())}"
    if levels.ndim != 1 or not np.all((levels > 0) & (levels < 1)):
        raise ValueError(f"{given}: each level is a number between 0 and 1, such as .05.")
    if not np.all(np.diff(levels) > 0):
        raise ValueError(f"{given}: sort the levels, each once.")
    if MEDIAN not in levels:
        raise ValueError(f"{given}: add .5, as the median is what is predicted.")
