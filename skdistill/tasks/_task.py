"""What a task owes the rest: it knows what an answer is, so that nothing else has to."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar

from skdistill.tasks._measures import Measure
from skdistill.tasks._members import Members

UNEVEN = 2  # times the rows of the smallest part that the largest may have


class Task(ABC):
    """What is predicted, and how answers are asked for, averaged, compared and deployed.

    Made of the y of `fit`. `labels` are y as lessons hold it, `scores` what a teacher or net says
    of rows, an array of shape (n_samples, `n_outputs`).
    """

    calibrators: ClassVar[dict[Any, Callable[[], Any]]]
    criterion: ClassVar[Any]  # made of alpha, temperature and loss; nats a row of scores
    members: ClassVar[Members]
    measures: ClassVar[tuple[Measure, ...]]  # in the order of tables
    loss: ClassVar[str]  # the measure that decides; it has a value a row
    unit: ClassVar[str]  # of the loss, in the race
    answer_unit: ClassVar[str]  # and of answers as users get them
    scorer: ClassVar[Any]  # of a model on rows: the loss, negative
    likeness: ClassVar[tuple[str, Any]]  # of what two models predict: its name, and a function
    unlike: ClassVar[str]  # the measure that says how far answers are from the teacher's
    part: ClassVar[tuple[str, str]]  # what the loss is also told of: one, several
    nobody: ClassVar[str]  # who knows no column, in words
    stratifies: ClassVar[bool]  # whether a number of folds stands for stratified ones

    @property
    @abstractmethod
    def n_outputs(self):
        """How many numbers an answer is made of."""

    @classmethod
    @abstractmethod
    def learn(cls, y):
        """Return the task that `y` sets, and its labels."""

    @staticmethod
    @abstractmethod
    def check(y):
        """Return the y of `fit` as an array; raise where it is none of this kind."""

    @abstractmethod
    def check_answers(self, answers, n, whose):
        """Return answers to `n` rows that the user brings, as float64, output by output."""

    @staticmethod
    @abstractmethod
    def check_teacher(teacher):
        """Raise where an unfitted teacher cannot have answers."""

    @staticmethod
    @abstractmethod
    def check_fitted(teacher):
        """Raise where a fitted teacher has no answers, or does not say what about."""

    @abstractmethod
    def check_known(self, teacher):
        """Raise where a teacher that is not fitted here answers another question."""

    @abstractmethod
    def check_teachable(self, y):
        """Raise where no teacher can be fitted on all of `y`."""

    @abstractmethod
    def check_agreement(self, teacher, X, scores):
        """Hold a teacher's answers against what it predicts; warn or raise where they part."""

    @abstractmethod
    def check_taught(self, labels, asked):
        """Warn where rows with these labels teach nothing of what is asked."""

    @abstractmethod
    def plain(self, scores):
        """Return scores as answers, uncalibrated."""

    @abstractmethod
    def told(self, calibrated):
        """Return calibrated answers as users get them."""

    @abstractmethod
    def signs(self, scores, labels, weight):
        """Return which rows a teacher is wrong about, and the temperature of its answers."""

    @abstractmethod
    def ask(self, teacher, X):
        """Return a fitted teacher's scores of rows."""

    @abstractmethod
    def out_of_bag(self, teacher, n):
        """Return a fitted teacher's own answers to the `n` rows of its fit."""

    @abstractmethod
    def average(self, parts, n):
        """Return mean scores of `n` rows by several teachers, and which rows have any."""

    @abstractmethod
    def folds(self, n_folds, y, blocks, random_state, *, grouped, taught):
        """Return folds of whole blocks, alike in what is predicted."""

    @abstractmethod
    def answerable(self, folds, labels):
        """Return the folds whose training rows say something of the test rows left in them."""

    @abstractmethod
    def soften(self, proba, temperature):
        """Return calibrated answers as float32 soft targets at a temperature."""

    @abstractmethod
    def stand_in(self, labels):
        """Return float32 targets that say what labels say."""

    @abstractmethod
    def no_labels(self, n):
        """Return what stands for the labels of `n` rows that have none."""

    @abstractmethod
    def of_student(self, scores, head, temperature):
        """Return a student's scores as soft targets of the next one."""

    @abstractmethod
    def check_loss(self, kind):
        """Raise where a kind of loss has no meaning here."""

    @abstractmethod
    def for_bins(self, labels, n_trees, most_rounds):
        """Return unfitted histogram boosting of about so many trees in all, and its y."""

    @abstractmethod
    def few(self, labels, n_each, most):
        """Return positions of some rows that are unlike each other."""

    @abstractmethod
    def unsure(self, n):
        """Return float32 targets of `n` rows that say nothing."""

    @abstractmethod
    def head(self):
        """Return the layer that ends a student where no rows are held out."""

    @abstractmethod
    def outputs(self):
        """Return what a student's outputs are called."""

    @abstractmethod
    def recalibrate(self, scores, labels, weight):
        """Return the layer that ends a student, fitted on held-out rows."""

    @abstractmethod
    def losses(self, scores, head, labels):
        """Return the loss of each row once `head` ends the student; the race compares these."""

    @abstractmethod
    def answer_of_nobody(self, labels, weight):
        """Return what knows no column answers every row: float64 of shape (`n_outputs`,)."""

    @abstractmethod
    def losses_of_nobody(self, labels, weight, asked):
        """Return the losses of who knows no column and only some rows' labels."""

    @abstractmethod
    def prior(self, y):
        """Return the model that knows the labels `y` and no column."""

    @abstractmethod
    def labels_of(self, y, whose):
        """Return held-out y as labels; raise where it asks for what is not known."""

    @abstractmethod
    def check_learned(self, y, whose):
        """Raise unless y sets this task."""

    @abstractmethod
    def answers(self, model, X):
        """Return what a fitted model answers, as users get it."""

    def decide(self, answers):
        """Return what answers predict."""
        return self.outputs().decide(answers)

    @abstractmethod
    def parts(self, labels):
        """Return which rows each part of the task has, by its name."""

    def losses_by_part(self, labels, answers):
        """Return the losses of the rows of each part, by its name."""
        losses = self.answer_losses(labels, answers)
        return {part: losses[inside] for part, inside in self.parts(labels).items()}

    def brief(self, labels):
        """Return the measures of a short comparison on rows with these labels."""
        n_rows = [rows.sum() for rows in self.parts(labels).values()]
        uneven = max(n_rows) > UNEVEN * min(n_rows)
        return [each for each in self.measures if each.brief or (each.where_uneven and uneven)]

    def answer_losses(self, labels, answers):
        """Return the loss of each row; `answers` are as users get them."""
        [decides] = (measure for measure in self.measures if measure.name == self.loss)
        return decides.of(labels, answers)
