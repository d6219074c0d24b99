"""One class of several for each row, by its probability."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from scipy.special import log_softmax, softmax
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import assert_all_finite, column_or_1d

from skdistill._plumbing.ambient import plain_torch
from skdistill.exceptions import warn
from skdistill.layers import Classes, MeanOfMembers, Softmax
from skdistill.losses import check_classes, make_settings, temper
from skdistill.tables import is_missing
from skdistill.tasks import _ask_classifier
from skdistill.tasks._calibrators import CALIBRATORS, IdentityCalibrator, best_temperature
from skdistill.tasks._class_criterion import StudentCriterion
from skdistill.tasks._few import few_of_each
from skdistill.tasks._measures import OF_CLASSES, agreement, codes_of, neg_log_loss
from skdistill.tasks._members import Members, log_mean
from skdistill.tasks._probabilities import by_name, positions, proper
from skdistill.tasks._stratified import of_known_classes, stratified
from skdistill.tasks._task import Task

MIN_RECALIBRATION_ROWS = 100


@dataclass(frozen=True, eq=False)
class Multiclass(Task):
    """Two classes or more. Labels are class indices, scores are log-probabilities."""

    classes: np.ndarray  # sorted
    calibrators: ClassVar[dict] = CALIBRATORS
    criterion: ClassVar = StudentCriterion
    members: ClassVar = Members(log_mean, MeanOfMembers)
    nobody: ClassVar[str] = "the class frequencies"
    measures: ClassVar[tuple] = OF_CLASSES
    stratifies: ClassVar[bool] = True
    loss: ClassVar[str] = "log_loss"
    unit: ClassVar[str] = "nats"
    answer_unit: ClassVar[str] = "nats"
    scorer: ClassVar = staticmethod(neg_log_loss)
    likeness: ClassVar[tuple] = "agreement", agreement
    unlike: ClassVar[str] = "kl"
    part: ClassVar[tuple[str, str]] = "class", "classes"

    def __post_init__(self):
        if self.classes.ndim != 1 or not (self.classes[1:] > self.classes[:-1]).all():
            raise ValueError(f"Classes must be distinct and sorted, got {self.classes!r}.")

    @property
    def n_outputs(self):
        """Number of classes."""
        return len(self.classes)

    @classmethod
    def learn(cls, y):
        """Return the task that `y` sets, and its labels."""
        classes, labels = np.unique(y, return_inverse=True)
        if len(classes) < 2:
            raise ValueError(
                f"y has one class only ({classes.tolist()}): a classifier needs two classes or "
                "more, among the rows of positive weight."
            )
        return cls(classes), labels

    @staticmethod
    def check(y):
        """Return labels as a one-dimensional array; raise where `y` is anything else."""
        if y is None:
            raise ValueError(
                "DistilledClassifier requires y to be passed, but the target y is None: "
                "pass a label for each row; rows without label go to X_unlabeled."
            )
        y = np.asarray(y)
        y = column_or_1d(y, warn=True)
        if y.dtype.kind == "f":
            assert_all_finite(y, input_name="y")
        elif y.dtype.kind == "O" and (missing := [i for i, v in enumerate(y) if is_missing(v)]):
            raise ValueError(
                f"Input y contains NaN: {len(missing)} missing labels, the first in row "
                f"{missing[0]}. Drop these rows or pass them as X_unlabeled."
            )
        check_classification_targets(y)
        return y

    def check_answers(self, proba, n, whose):
        """Return probabilities that the user brings, in the order of the classes."""
        proba = by_name(proba, self.classes, whose)
        if proba.shape != (n, self.n_outputs):
            raise ValueError(
                f"{whose} of shape {proba.shape}: expected {(n, self.n_outputs)}, one row a "
                f"sample and one column a class, in the order {self.classes.tolist()}."
            )
        return proper(proba, whose)

    @staticmethod
    def check_teacher(teacher):
        """Raise where an unfitted teacher cannot have answers; some know only after their fit."""
        _ask_classifier.check_kind(teacher)

    @staticmethod
    def check_fitted(teacher):
        """Raise unless a fitted teacher has answers, and says of which classes."""
        _ask_classifier.check_fitted(teacher)

    def check_known(self, teacher):
        """Raise unless a fitted teacher knows exactly these classes."""
        _ask_classifier.check_known(teacher, self.classes)

    def check_teachable(self, y):
        """Do nothing: every row has a label."""

    def check_agreement(self, teacher, X, scores):
        """Hold a teacher's answers against what it predicts; warn or raise where they part."""
        _ask_classifier.check_agreement(teacher, X, scores, self.classes)

    def check_taught(self, labels, asked):
        """Warn of classes among the rows asked about that others lack."""
        missing = np.setdiff1d(asked, labels)
        if len(missing):
            warn(
                f"A fold's training rows lack classes {self.classes[missing].tolist()}: its "
                "teacher gives them probability zero."
            )

    def plain(self, scores):
        """Return probabilities."""
        return np.exp(scores)

    def told(self, calibrated):
        """Return the probabilities."""
        return calibrated

    def signs(self, scores, labels, weight):
        """Return where the most probable class is another, and the temperature of the answers."""
        proba = IdentityCalibrator().fit(scores, labels, weight).calibrate(scores)
        return scores.argmax(axis=1) != labels, best_temperature(np.log(proba), labels, weight)

    def ask(self, teacher, X):
        """Return a fitted teacher's log-probabilities, -inf for zero."""
        return _ask_classifier.answer(teacher, X, self.classes)

    def out_of_bag(self, teacher, n):
        """Return out-of-bag log-probabilities of the `n` rows of a teacher's fit."""
        return _ask_classifier.out_of_bag(teacher, n, self.classes)

    def average(self, parts, n):
        """Return logarithms of mean probabilities, and which rows have any."""
        total, count = np.zeros((n, self.n_outputs)), np.zeros(n)
        for rows, log_proba in parts:
            total[rows] += np.exp(log_proba)
            count[rows] += 1
        with np.errstate(divide="ignore"):
            return np.log(total / np.maximum(count, 1)[:, None]), count > 0

    def folds(self, n_folds, y, blocks, random_state, *, grouped, taught):
        """Return folds of whole blocks that hold each class's share of the rows."""
        return stratified(n_folds, y, blocks, random_state, grouped=grouped, taught=taught)

    def answerable(self, folds, labels):
        """Return the folds that can tell classes apart, without test rows of others."""
        return of_known_classes(folds, labels)

    @plain_torch()
    def soften(self, proba, temperature):
        """Return p ↦ softmax(log p / T) as float32."""
        targets = temper(torch.from_numpy(np.ascontiguousarray(proba)), temperature)
        return targets.numpy().astype(np.float32)

    def stand_in(self, labels):
        """Return one-hot targets."""
        return np.eye(self.n_outputs, dtype=np.float32)[labels]

    def no_labels(self, n):
        """Return the first class for each row."""
        return np.zeros(n, np.int64)

    def of_student(self, scores, head, temperature):
        """Return a student's scores as soft targets of the next one."""
        return softmax(scores / (temperature / head.inverse_temperature), axis=1)

    def check_loss(self, kind):
        """Raise where a kind of loss has no meaning for so few classes."""
        check_classes(make_settings(kind), self.n_outputs)

    def for_bins(self, labels, n_trees, most_rounds):
        """Return boosting, a tree a round where two classes occur, else one a class."""
        n_classes = len(np.unique(labels))
        n_rounds = n_trees // (1 if n_classes == 2 else n_classes)
        n_rounds = int(np.clip(n_rounds, 1, most_rounds))
        return HistGradientBoostingClassifier(max_iter=n_rounds), labels

    def few(self, labels, n_each, most):
        """Return positions of the first rows of each class, of some classes where many are."""
        return few_of_each(labels, n_each, most)

    def unsure(self, n):
        """Return equal probabilities."""
        return np.full((n, self.n_outputs), 1 / self.n_outputs, np.float32)

    def head(self):
        """Return a softmax that leaves scores as they are."""
        return Softmax(1.0)

    def outputs(self):
        """Return the classes."""
        return Classes(self.classes)

    def recalibrate(self, scores, labels, weight):
        """Return a softmax at the temperature of the lowest log loss; 1 where rows are few."""
        temperature = 1.0
        if len(labels) >= MIN_RECALIBRATION_ROWS:
            temperature = best_temperature(scores.astype(np.float64), labels, weight, (-1, 1))
        return Softmax(1 / temperature)

    def losses(self, scores, head, labels):
        """Return -log p(label) of each row."""
        log_p = log_softmax(scores.astype(np.float64) * head.inverse_temperature, axis=1)
        return -log_p[np.arange(len(labels)), labels]

    def answer_of_nobody(self, labels, weight):
        """Return the frequencies of the classes, one row added to each."""
        count = 1 + np.bincount(labels, weight, minlength=self.n_outputs)
        return count / count.sum()

    def losses_of_nobody(self, labels, weight, asked):
        """Return the losses of the class frequencies among `labels` on the labels `asked`."""
        return -np.log(self.answer_of_nobody(labels, weight))[asked]

    def prior(self, y):
        """Return who answers how frequent each class is in y, which may lack some."""
        labels = np.concatenate([y, self.classes])
        weight = np.repeat([1.0, 0.0], [len(y), self.n_outputs])
        columns = np.zeros((len(labels), 1))
        return DummyClassifier(strategy="prior").fit(columns, labels, weight)

    def labels_of(self, y, whose):
        """Return the class index of each label; raise where one is no class."""
        return codes_of(y, self.classes, whose)

    def check_learned(self, y, whose):
        """Raise unless y has exactly these classes."""
        known, given = self.classes.tolist(), set(np.asarray(y).ravel().tolist())
        if set(known) != given:
            raise ValueError(
                f"{whose} has the classes {sorted(given, key=str)}, the classifier {known}: pass "
                "the rows and labels that it was fitted on."
            )

    def answers(self, model, X):
        """Return a fitted classifier's probabilities, in the order of the classes."""
        order = np.argsort(positions(model.classes_, self.classes))
        return np.take(model.predict_proba(X), order, axis=1)

    def parts(self, labels):
        """Return which rows each class has."""
        return {label: labels == k for k, label in enumerate(self.classes.tolist())}
