"""Several labels for each row, each by its probability."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.special import expit, logit
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import HistGradientBoostingRegressor

from skdistill.exceptions import warn
from skdistill.layers import Labels, Sigmoid
from skdistill.tables import is_sparse
from skdistill.tasks import _ask_labels
from skdistill.tasks._calibrators import best_temperature
from skdistill.tasks._few import few_of_each, main_direction
from skdistill.tasks._label_calibrators import LABEL_CALIBRATORS, shrunk_temperature
from skdistill.tasks._label_criterion import LabelCriterion
from skdistill.tasks._label_measures import OF_LABELS, label_losses, neg_label_loss, same_labels
from skdistill.tasks._log_odds import log_odds, two_scores
from skdistill.tasks._members import AVERAGED
from skdistill.tasks._number_folds import whole_blocks
from skdistill.tasks._task import Task


@dataclass(frozen=True)
class Multilabel(Task):
    """Two labels or more, none, some or all of which a row has.

    Labels are float32, 0, 1 or NaN where that is not known; scores are log-odds.
    """

    count: int
    calibrators: ClassVar[dict] = LABEL_CALIBRATORS
    criterion: ClassVar = LabelCriterion
    # the log loss of mean log-odds is at most the members' mean log loss, which is convex in them
    members: ClassVar = AVERAGED
    nobody: ClassVar[str] = "the label frequencies"
    measures: ClassVar[tuple] = OF_LABELS
    stratifies: ClassVar[bool] = False
    loss: ClassVar[str] = "log_loss"
    unit: ClassVar[str] = "nats a label"
    answer_unit: ClassVar[str] = "nats a label"
    scorer: ClassVar = staticmethod(neg_label_loss)
    likeness: ClassVar[tuple] = "agreement", same_labels
    unlike: ClassVar[str] = "kl"
    part: ClassVar[tuple[str, str]] = "label", "labels"

    @property
    def n_outputs(self):
        """Number of labels."""
        return self.count

    @property
    def classes(self):
        """What each label may be, as scikit-learn has it: 0 or 1."""
        return [np.arange(2) for _ in range(self.count)]

    @classmethod
    def learn(cls, y):
        """Return the task that `y` sets, and its labels."""
        for value, how in ((0, "no row"), (1, "every row")):
            constant = np.flatnonzero(((y == value) | np.isnan(y)).all(axis=0))
            if len(constant):
                raise ValueError(
                    f"Label {constant[0]} (a column of y) is one that {how} of positive weight "
                    "has: there is nothing to learn. Leave the column out."
                )
        return cls(y.shape[1]), y.astype(np.float32)

    @staticmethod
    def check(y):
        """Return labels as int64 of two dimensions, or float64 if some are not known."""
        y = y.toarray() if is_sparse(y) else np.asarray(y)
        try:
            labels = y.astype(np.float64)
        except (TypeError, ValueError):
            labels = np.full(y.shape, np.inf)
        unknown = np.isnan(labels)
        bad = ~(unknown | (labels == 0) | (labels == 1))
        if bad.any():
            raise ValueError(
                f"y of shape {y.shape} has the value {y[bad].tolist()[0]!r}. Of several labels a "
                "row, a column of y is 1 where a row has the label and 0 where not. Columns of "
                "several classes go to "
                "sklearn.multioutput.MultiOutputClassifier(DistilledClassifier(...))."
            )
        return labels if unknown.any() else labels.astype(np.int64)

    def check_answers(self, proba, n, whose):
        """Return probabilities that the user brings, one column a label."""
        return _ask_labels.proper(np.asarray(proba, np.float64), n, self.count, whose)

    @staticmethod
    def check_teacher(teacher):
        """Raise where an unfitted teacher cannot have answers."""
        _ask_labels.check_kind(teacher)

    @staticmethod
    def check_fitted(teacher):
        """Raise unless a fitted teacher has answers."""
        _ask_labels.check_fitted(teacher)

    def check_known(self, teacher):
        """Do nothing: what a frozen teacher answers is seen when it is asked."""

    def check_teachable(self, y):
        """Raise where a teacher would be fitted on labels that are not known."""
        unknown = np.isnan(y).any(axis=1)
        if unknown.any():
            raise ValueError(
                f"Input y contains NaN: {unknown.sum()} rows with labels that are not known, the "
                f"first is row {np.flatnonzero(unknown)[0]}. No teacher is fitted on such rows: "
                "pass them as X_unlabeled, or a FrozenEstimator(teacher), or soft_targets."
            )

    def check_agreement(self, teacher, X, scores):
        """Hold a teacher's answers against what it predicts; warn or raise where they part."""
        _ask_labels.check_agreement(teacher, X, scores)

    def check_taught(self, labels, asked):
        """Warn of labels that all rows have, or none has, unlike the rows asked about."""
        same = (labels == labels[0]).all(axis=0) & (asked != labels[0]).any(axis=0)
        if same.any():
            warn(
                f"A fold's training rows are alike in the labels {np.flatnonzero(same).tolist()}, "
                "the rows that its teacher is asked about are not: it is sure of them, and wrong."
            )

    def plain(self, scores):
        """Return probabilities."""
        return expit(scores)

    def told(self, calibrated):
        """Return the probabilities."""
        return calibrated

    def signs(self, scores, labels, weight):
        """Return where some label is wrong, and the temperature of all answers."""
        known = ~np.isnan(labels)
        weight = np.broadcast_to(weight[:, None], labels.shape)[known]
        temperature = best_temperature(
            two_scores(scores[known]), labels[known].astype(int), weight
        )
        return (known & ((scores > 0) != (labels > 0))).any(axis=1), temperature

    def ask(self, teacher, X):
        """Return a fitted teacher's log-odds."""
        return _ask_labels.answer(teacher, X, self.count)

    def out_of_bag(self, teacher, n):
        """Return out-of-bag log-odds of the `n` rows of a teacher's fit."""
        return _ask_labels.out_of_bag(teacher, n, self.count)

    def average(self, parts, n):
        """Return log-odds of mean probabilities, and which rows have any."""
        total, count = np.zeros((n, self.count)), np.zeros(n)
        for rows, scores in parts:
            total[rows] += expit(scores)
            count[rows] += 1
        return log_odds(total / np.maximum(count, 1)[:, None]), count > 0

    def folds(self, n_folds, y, blocks, random_state, *, grouped, taught):
        """Return folds of whole blocks, of nearly as many rows each."""
        return whole_blocks(n_folds, blocks, random_state)

    def answerable(self, folds, labels):
        """Return the folds that have both parts."""
        return [(train, test) for train, test in folds if len(train) and len(test)]

    def soften(self, proba, temperature):
        """Return p ↦ σ(log-odds of p / T) as float32."""
        return expit(logit(proba) / temperature).astype(np.float32)

    def stand_in(self, labels):
        """Return the labels, as likely as not where they are not known."""
        return np.where(np.isnan(labels), np.float32(0.5), labels)

    def no_labels(self, n):
        """Return zeros."""
        return np.zeros((n, self.count), np.float32)

    def of_student(self, scores, head, temperature):
        """Return a student's scores as soft targets of the next one."""
        return expit(scores * head.inverse_temperature / temperature)

    def check_loss(self, kind):
        """Raise where a loss is none of labels."""
        if kind != "kl":
            raise ValueError(
                f"loss={kind!r} is of classes that exclude each other: of several labels a row, "
                'the loss is "kl" or a function.'
            )

    def for_bins(self, labels, n_trees, most_rounds):
        """Return boosting of one number, and that: the direction in which labels vary most."""
        likely = self.answer_of_nobody(labels, np.ones(len(labels)))
        boosting = HistGradientBoostingRegressor(max_iter=min(n_trees, most_rounds))
        return boosting, main_direction(np.where(np.isnan(labels), likely, labels))

    def few(self, labels, n_each, most):
        """Return positions of the first rows that have the same labels, of some such rows."""
        _, codes = np.unique(self.stand_in(labels), axis=0, return_inverse=True)
        return few_of_each(codes.ravel(), n_each, most)

    def unsure(self, n):
        """Return a half for every label."""
        return np.full((n, self.count), 0.5, np.float32)

    def head(self):
        """Return a logistic function that leaves scores as they are."""
        return Sigmoid(np.ones(self.count, np.float32))

    def outputs(self):
        """Return the labels."""
        return Labels(self.count)

    def recalibrate(self, scores, labels, weight):
        """Return a logistic function at a temperature of each label, near 1 where rows are few."""
        each = [
            shrunk_temperature(*columns, weight)
            for columns in zip(scores.T, labels.T, strict=True)
        ]
        return Sigmoid(np.float32(1) / np.array(each, np.float32))

    def losses(self, scores, head, labels):
        """Return the log loss of each row, mean over labels."""
        z = scores.astype(np.float64) * head.inverse_temperature
        losses = np.logaddexp(0, np.where(labels > 0, -z, z))
        return np.where(np.isnan(labels), 0.0, losses).mean(axis=1)

    def answer_of_nobody(self, labels, weight):
        """Return the frequencies of the labels, a row with and one without added to each."""
        known = ~np.isnan(labels)
        has = weight @ np.where(known, labels, 0.0)
        return (1 + has) / (2 + weight @ known)

    def losses_of_nobody(self, labels, weight, asked):
        """Return the losses of the label frequencies on the labels `asked`."""
        return label_losses(asked, self.answer_of_nobody(labels, weight))

    def labels_of(self, y, whose):
        """Return labels as they are; raise where y has others, or some are not known."""
        labels = np.asarray(y)
        if labels.shape != (len(labels), self.count) or not np.isin(labels, (0, 1)).all():
            raise ValueError(
                f"{whose} of shape {labels.shape}: expected a column for each of {self.count} "
                "labels, 1 where a row has it and 0 where not."
            )
        return labels.astype(np.float32)

    def check_learned(self, y, whose):
        """Raise unless y has as many labels."""
        self.labels_of(y, whose)

    def prior(self, y):
        """Return who answers how frequent each label is in y."""
        return DummyClassifier(strategy="prior").fit(np.zeros((len(y), 1)), y)

    def answers(self, model, X):
        """Return a fitted model's probabilities, one a label."""
        return _ask_labels.probabilities(model.predict_proba(X), model, X.shape[0], self.count)

    def parts(self, labels):
        """Return which rows have each label."""
        return {j: labels[:, j] == 1 for j in range(self.count)}
