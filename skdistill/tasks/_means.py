"""One number or several for each row, by its mean."""

from dataclasses import dataclass
from decimal import Decimal
from numbers import Real
from typing import ClassVar

import numpy as np
from sklearn.dummy import DummyRegressor
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.utils.validation import column_or_1d

from skdistill.layers import Affine, Numbers
from skdistill.losses import POINTS
from skdistill.tables import is_missing
from skdistill.tasks import _ask_regressor
from skdistill.tasks._few import main_direction
from skdistill.tasks._members import AVERAGED
from skdistill.tasks._number_calibrators import NUMBER_CALIBRATORS
from skdistill.tasks._number_folds import whole_blocks
from skdistill.tasks._number_measures import OF_NUMBERS, distance, neg_squared_error
from skdistill.tasks._point_criterion import PointCriterion
from skdistill.tasks._task import Task

NEAR = 0.05  # of the labels' standard deviation: an answer no further off knows the label


@dataclass(frozen=True, eq=False)
class Means(Task):
    """Numbers, standardised in float64: labels, scores and targets are in their units."""

    center: np.ndarray  # float64, by output
    scale: np.ndarray
    flat: bool  # whether y had one dimension
    calibrators: ClassVar[dict] = NUMBER_CALIBRATORS
    criterion: ClassVar = PointCriterion
    members: ClassVar = AVERAGED
    nobody: ClassVar[str] = "the mean"
    measures: ClassVar[tuple] = OF_NUMBERS
    stratifies: ClassVar[bool] = False
    loss: ClassVar[str] = "squared_error"
    unit: ClassVar[str] = "variances of y"
    answer_unit: ClassVar[str] = "squared units of y"
    scorer: ClassVar = staticmethod(neg_squared_error)
    likeness: ClassVar[tuple] = "rmse_to_teacher", distance
    unlike: ClassVar[str] = "rmse_to_teacher"
    part: ClassVar[tuple[str, str]] = "output", "outputs"

    def __post_init__(self):
        if not (self.scale > 0).all() or self.center.shape != self.scale.shape:
            raise ValueError("Numbers have a center and a positive scale for each output.")

    @property
    def n_outputs(self):
        """How many numbers a row has."""
        return len(self.center)

    @classmethod
    def learn(cls, y):
        """Return the task that `y` sets, and its labels."""
        columns = y.reshape(len(y), -1)
        for k, column in enumerate(columns.T):
            if (column == column[0]).all():
                where = "y" if y.ndim == 1 else f"Output {k} of y"
                raise ValueError(
                    f"{where} has one distinct value only ({column[0]:.6g}; n_samples={len(y)}): "
                    "there is nothing to learn, among the rows of positive weight."
                )
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            center, scale = columns.mean(axis=0), columns.std(axis=0)
        if not ((scale > 0) & (scale < np.inf)).all():
            raise ValueError(
                f"The standard deviation of y, {scale.tolist()}, is beyond float64: give y in "
                "units that make its numbers smaller or larger."
            )
        return cls(center, scale, flat=y.ndim == 1), cls.labels_in(y, center, scale)

    @staticmethod
    def labels_in(y, center, scale):
        """Return numbers standardised, as lessons have them."""
        return ((y.reshape(len(y), -1) - center) / scale).astype(np.float32)

    @staticmethod
    def check(y):
        """Return numbers as float64, of one dimension or two; raise where `y` is anything else."""
        if y is None:
            raise ValueError(
                "DistilledRegressor requires y to be passed, but the target y is None: pass "
                "numbers for each row; rows without go to X_unlabeled."
            )
        y = _as_numbers(y, "y")
        return column_or_1d(y, warn=True) if y.shape[1:] == (1,) else y

    def check_answers(self, answers, n, whose):
        """Return numbers that the user brings, standardised."""
        answers = _as_numbers(answers, whose)
        answers = answers.reshape(len(answers), -1)
        if answers.shape != (n, self.n_outputs):
            raise ValueError(
                f"{whose} of shape {answers.shape}: expected {(n, self.n_outputs)}, one row a "
                f"sample and one column for each {self.part[0]}."
            )
        return (answers - self.center) / self.scale

    @staticmethod
    def check_teacher(teacher):
        """Raise where an unfitted teacher predicts no numbers."""
        _ask_regressor.check_kind(teacher)

    @staticmethod
    def check_fitted(teacher):
        """Raise unless a fitted teacher predicts numbers."""
        _ask_regressor.check_fitted(teacher)

    def check_known(self, teacher):
        """Do nothing: what a frozen teacher answers is seen when it is asked."""

    def check_teachable(self, y):
        """Do nothing: every row has numbers."""

    def check_agreement(self, teacher, X, scores):
        """Do nothing: answers are predictions."""

    def check_taught(self, labels, asked):
        """Do nothing: rows of any labels teach of others."""

    def plain(self, scores):
        """Return numbers in the units of y."""
        return scores * self.scale + self.center

    def told(self, calibrated):
        """Return calibrated answers in the units of y."""
        return self.plain(calibrated)

    def signs(self, scores, labels, weight):
        """Return where an answer is off by more than a twentieth of a standard deviation."""
        return (np.abs(scores - labels) > NEAR).any(axis=1), 1.0

    def ask(self, teacher, X):
        """Return a fitted teacher's predictions, standardised."""
        return (_ask_regressor.answer(teacher, X, self.n_outputs) - self.center) / self.scale

    def out_of_bag(self, teacher, n):
        """Return out-of-bag predictions of the `n` rows of a teacher's fit, standardised."""
        numbers = _ask_regressor.out_of_bag(teacher, n, self.n_outputs)
        return (numbers - self.center) / self.scale

    def average(self, parts, n):
        """Return mean predictions, and which rows have any."""
        total, count = np.zeros((n, self.n_outputs)), np.zeros(n)
        for rows, scores in parts:
            total[rows] += scores
            count[rows] += 1
        return total / np.maximum(count, 1)[:, None], count > 0

    def folds(self, n_folds, y, blocks, random_state, *, grouped, taught):
        """Return folds of whole blocks, of nearly as many rows each."""
        return whole_blocks(n_folds, blocks, random_state)

    def answerable(self, folds, labels):
        """Return the folds that have both parts."""
        return [(train, test) for train, test in folds if len(train) and len(test)]

    def soften(self, answers, temperature):
        """Return the answers as float32."""
        return answers.astype(np.float32)

    def stand_in(self, labels):
        """Return the labels."""
        return labels

    def no_labels(self, n):
        """Return zeros."""
        return np.zeros((n, len(self.center)), np.float32)

    def of_student(self, scores, head, temperature):
        """Return a student's scores as targets of the next one."""
        return scores

    def check_loss(self, kind):
        """Raise where a loss is none of numbers."""
        if kind not in ("auto", *POINTS):
            raise ValueError(f"loss must be auto, {', '.join(POINTS)}, got {kind!r}.")

    def for_bins(self, labels, n_trees, most_rounds):
        """Return boosting of one number, and that: of several the direction that varies most."""
        if labels.shape[1] > 1:
            labels = main_direction(labels)
        return HistGradientBoostingRegressor(max_iter=min(n_trees, most_rounds)), labels.ravel()

    def few(self, labels, n_each, most):
        """Return positions of rows from the lowest to the highest first number."""
        order = np.argsort(labels[:, 0], kind="stable")
        places = np.linspace(0, len(order) - 1, min(most, len(order))).astype(int)
        return np.sort(order[places])

    def unsure(self, n):
        """Return the mean of y."""
        return self.no_labels(n)

    def head(self):
        """Return what gives numbers their units back."""
        return Affine(self.scale, self.center)

    def outputs(self):
        """Return the numbers."""
        return Numbers(self.n_outputs, self.flat)

    def recalibrate(self, scores, labels, weight):
        """Return the head as it is: a mean has no temperature."""
        return self.head()

    def losses(self, scores, head, labels):
        """Return the mean squared error of each row, in variances of y."""
        return np.mean((scores.astype(np.float64) - labels) ** 2, axis=1)

    def answer_of_nobody(self, labels, weight):
        """Return the mean of y."""
        return self.plain(np.average(labels.astype(np.float64), axis=0, weights=weight))

    def losses_of_nobody(self, labels, weight, asked):
        """Return the losses of the mean of `labels` on the labels `asked`."""
        return np.mean((asked - np.average(labels, axis=0, weights=weight)) ** 2, axis=1)

    def prior(self, y):
        """Return who answers the mean of y."""
        return DummyRegressor().fit(np.zeros((len(y), 1)), y)

    def labels_of(self, y, whose):
        """Return numbers as they are, of two dimensions; raise where y has other outputs."""
        columns = _as_numbers(y, whose)
        columns = columns.reshape(len(columns), -1)
        if columns.shape[1] != len(self.center):
            raise ValueError(
                f"{whose} has {columns.shape[1]} outputs, fit had {len(self.center)}."
            )
        return columns

    def check_learned(self, y, whose):
        """Raise unless y has as many outputs."""
        self.labels_of(y, whose)

    def answers(self, model, X):
        """Return a fitted model's predictions, of two dimensions."""
        return _ask_regressor.answer(model, X, self.n_outputs)

    def parts(self, labels):
        """Return all rows for each output."""
        return dict.fromkeys(range(self.n_outputs), np.ones(len(labels), dtype=bool))

    def losses_by_part(self, labels, answers):
        """Return the squared errors of each output."""
        return dict(enumerate(((answers - labels) ** 2).T))


def _as_numbers(y, whose):
    """Return `y` as float64, of one dimension or two; raise where a value is no finite number."""
    y = np.asarray(y)
    if y.ndim not in (1, 2) or y.shape[1:] == (0,):
        raise ValueError(
            f"{whose} of shape {y.shape}: numbers have the shape (n_samples,), or (n_samples, "
            "n_outputs) with one output or more."
        )
    numbers = y.astype(np.float64) if y.dtype.kind in "biuf" else _floats(y, whose)
    bad = ~np.isfinite(numbers).reshape(len(numbers), -1).all(axis=1)
    if bad.any():
        raise ValueError(
            f"Input {whose} contains NaN or infinity: {bad.sum()} rows, the first is row "
            f"{np.flatnonzero(bad)[0]}. Drop these rows, or pass them as X_unlabeled."
        )
    return numbers


def _floats(y, whose):
    """Return objects as float64, what is missing as NaN; raise where one is no number."""
    values = [np.nan if is_missing(value) else value for value in y.ravel().tolist()]
    for value in values:
        if not isinstance(value, Real | Decimal):
            raise ValueError(
                f"{whose} holds {value!r}, which is no number. Labels of classes go to "
                "DistilledClassifier."
            )
    return np.array(values, dtype=np.float64).reshape(y.shape)
