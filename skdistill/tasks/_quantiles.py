"""Quantiles of one number for each row."""

from dataclasses import dataclass
from functools import partial
from numbers import Real
from typing import ClassVar

import numpy as np

from skdistill import layers
from skdistill.tasks import _ask_quantiles
from skdistill.tasks._coverage import LevelCalibrator, shifts, weighted_quantile
from skdistill.tasks._means import Means
from skdistill.tasks._number_calibrators import AsTheyAre
from skdistill.tasks._quantile_criterion import QuantileCriterion
from skdistill.tasks._quantile_measures import measures_of, neg_pinball, pinball_losses
from skdistill.tasks._quantile_prior import QuantilesOfNobody


@dataclass(frozen=True, eq=False)
class Quantiles(Means):
    """Quantiles of a number, standardised as it is: a column a level; labels are one column."""

    levels: np.ndarray  # float64, ascending
    nobody: ClassVar[str] = "the quantiles of y"
    loss: ClassVar[str] = "pinball"
    unit: ClassVar[str] = "standard deviations of y"
    answer_unit: ClassVar[str] = "units of y"
    part: ClassVar[tuple[str, str]] = "level", "levels"

    def __post_init__(self):
        super().__post_init__()
        layers.check_levels(self.levels)
        if len(self.center) != 1:
            raise ValueError("Quantiles are of one number.")

    @property
    def n_outputs(self):
        """How many levels there are."""
        return len(self.levels)

    @property
    def criterion(self):  # type: ignore[override]  # by the levels
        """What a training makes small."""
        return partial(QuantileCriterion, self.levels.tolist())

    @property
    def calibrators(self):  # type: ignore[override]  # by the levels
        """Calibrators of a teacher's quantiles."""
        return {None: AsTheyAre, "linear": partial(LevelCalibrator, self.levels)}

    @property
    def measures(self):  # type: ignore[override]  # by the levels
        """How good quantiles are."""
        return measures_of(self.levels)

    @property
    def scorer(self):  # type: ignore[override]  # by the levels
        """Pinball loss of a model on rows, negative."""
        return partial(neg_pinball, answers=self.answers, levels=self.levels)

    @staticmethod
    def check_teacher(teacher):
        """Raise where an unfitted teacher cannot be asked for quantiles."""
        _ask_quantiles.check_kind(teacher)

    @staticmethod
    def check_fitted(teacher):
        """Raise unless a fitted teacher answers at any levels."""
        _ask_quantiles.check_fitted(teacher)

    def ask(self, teacher, X):
        """Return a fitted teacher's quantiles, standardised."""
        return (_ask_quantiles.answer(teacher, X, self.levels) - self.center) / self.scale

    def out_of_bag(self, teacher, n):
        """Refuse: a forest keeps means of those trees that left a row out, and no quantiles."""
        raise ValueError('cv="oob" has out-of-bag means, and no quantiles: use cv=5.')

    def stand_in(self, labels):
        """Return the labels at every level."""
        return np.repeat(labels, self.n_outputs, axis=1)

    def unsure(self, n):
        """Return the mean of y at every level."""
        return np.zeros((n, self.n_outputs), np.float32)

    def of_student(self, scores, head, temperature):
        """Return the quantiles that a student's scores stand for."""
        return layers.ascending(scores).astype(np.float32)

    def check_loss(self, kind):
        """Raise where a loss is none of quantiles."""
        if kind != "auto":
            raise ValueError(
                f"loss={kind!r} is of means: with quantiles, use 'auto', which is pinball loss, "
                "or a function with the signature of skdistill.losses.pinball_loss."
            )

    def head(self):
        """Return what makes ascending numbers of scores, and gives them their units."""
        return self._shifted(np.zeros(self.n_outputs))

    def outputs(self):
        """Return the levels."""
        return layers.Quantiles(self.levels)

    def recalibrate(self, scores, labels, weight):
        """Return the head that shifts each level to its share of held-out rows."""
        quantiles = layers.ascending(scores)
        return self._shifted(shifts(quantiles, labels, weight, self.levels))

    def losses(self, scores, head, labels):
        """Return the pinball loss of each row, in standard deviations of y."""
        quantiles = (head.forward(scores) - self.center) / self.scale
        return pinball_losses(labels, quantiles, self.levels)

    def answer_of_nobody(self, labels, weight):
        """Return the quantiles of y."""
        return self.plain(self._of_nobody(labels, weight))

    def losses_of_nobody(self, labels, weight, asked):
        """Return the losses of the quantiles of `labels` on the labels `asked`."""
        return pinball_losses(asked, self._of_nobody(labels, weight), self.levels)

    def answers(self, model, X):
        """Return a fitted model's quantiles."""
        if hasattr(model, "predict_quantiles"):
            return model.predict_quantiles(X)
        return _ask_quantiles.answer(model, X, self.levels)

    def prior(self, y):
        """Return who answers the quantiles of y."""
        numbers = np.asarray(y, dtype=np.float64)
        weight = np.ones(len(numbers))
        found = [weighted_quantile(numbers, level, weight) for level in self.levels]
        return QuantilesOfNobody(self.levels, np.array(found))

    def parts(self, labels):
        """Return all rows for each level."""
        return dict.fromkeys(self.levels.tolist(), np.ones(len(labels), dtype=bool))

    def losses_by_part(self, labels, answers):
        """Return the pinball losses of each level."""
        columns = zip(self.levels.tolist(), answers.T, strict=True)
        return {q: pinball_losses(labels, column[:, None], q) for q, column in columns}

    def _shifted(self, shift):
        return layers.Ascending(np.repeat(self.scale, self.n_outputs), self.plain(shift))

    def _of_nobody(self, labels, weight):
        numbers = labels[:, 0].astype(np.float64)
        return np.array([weighted_quantile(numbers, level, weight) for level in self.levels])


@dataclass(frozen=True)
class QuantilesAt:
    """The task of quantiles before there is a y."""

    levels: tuple[float, ...]
    check_teacher = staticmethod(Quantiles.check_teacher)
    check_fitted = staticmethod(Quantiles.check_fitted)

    def __post_init__(self):
        if not all(isinstance(level, Real) for level in self.levels):
            raise TypeError(f"quantiles={self.levels!r}: each level is a number such as .05.")
        layers.check_levels(self._array)

    def check(self, y):
        """Return numbers as float64, of one dimension; raise where `y` is anything else."""
        y = Means.check(y)
        if y.ndim > 1:
            raise ValueError(
                f"y has {y.shape[1]} outputs, but quantiles are of one number: fit a "
                "DistilledRegressor for each output, or leave out quantiles."
            )
        return y

    def learn(self, y):
        """Return the task that `y` sets, and its labels."""
        means, labels = Means.learn(y)
        return Quantiles(means.center, means.scale, means.flat, self._array), labels

    @property
    def _array(self):
        return np.asarray(self.levels, dtype=np.float64)
