"""What the numbers of the last layer are called."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from skdistill._plumbing.described import Described
from skdistill.layers._functions import Softmax
from skdistill.layers._layer import Layer


@dataclass(frozen=True, eq=False)
class Outputs(Described, ABC):
    """The meaning of a student's answers, of shape (n_samples, n_outputs)."""

    last_layer: ClassVar[type[Layer]]  # what makes the answers

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
    last_layer = Softmax

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
