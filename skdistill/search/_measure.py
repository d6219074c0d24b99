"""What a fitted candidate is worth on held-out rows: score, bytes, latency, likeness."""

from dataclasses import dataclass
from inspect import signature
from typing import Any

from sklearn.pipeline import Pipeline

from skdistill._plumbing.cache import Cache
from skdistill._plumbing.progress import report
from skdistill.measures import one_row_latency, serialized_bytes
from skdistill.search._budgets import Budgets
from skdistill.tasks import Task

MEASURES = ("score", "n_bytes", "latency")  # and how like the teacher it is, as the task says
OF_RACE = ("value", "weighted")  # what the halving is told besides
BEYOND = -1e100  # of a score's size: where the halving ranks candidates that cost too much


@dataclass(frozen=True)
class Measure:
    """Measures fitted candidates; scikit-learn's searches call it as a scorer.

    Parameters
    ----------
    scorer : callable
        ``scorer(estimator, X, y)``; the greater, the better.
    budgets : Budgets
    folder : str
        Where the teachers' answers to held-out rows are kept while the search runs.
    kind : type
        Of task.
    """

    scorer: Any
    budgets: Budgets
    folder: str
    kind: type[Task]

    def __call__(self, estimator, X, y, sample_weight=None):
        """Return the measures of a student; `score` is that in the halving, `value` its own.

        Size and latency belong to a shape from its first epoch on, so that who exceeds them
        comes last in every round. Agreement grows with training and is judged at the end.
        """
        labels = Cache(self.folder, "teacher").get(X, lambda: teacher_predicts(estimator, X))
        found = self.of(estimator, X, y, labels, sample_weight)
        excess = self.budgets.excess_cost(found["n_bytes"], found["latency"])
        rank_score = BEYOND * (1 + excess) if excess else found["score"]
        report()
        weighted = float(sample_weight is not None)  # newer versions of scikit-learn pass it
        # scikit-learn's halving ranks by the measure named "score"
        return {**found, "value": found["score"], "score": rank_score, "weighted": weighted}

    def excess_cost(self, model, X):
        """Return by which share a fitted model's bytes and latency exceed the budgets."""
        latency = 0.0 if self.budgets.max_latency is None else _latency(model, X)
        return self.budgets.excess_cost(deployed_bytes(model), latency)

    def of(self, model, X, y, labels, sample_weight=None):
        """Return the measures of a fitted model, beside what a teacher predicts for `X`."""
        weight = {}
        if sample_weight is not None and "sample_weight" in signature(self.scorer).parameters:
            weight = {"sample_weight": sample_weight}
        name, of_predictions = self.kind.likeness
        return {
            "score": float(self.scorer(model, X, y, **weight)),
            "n_bytes": deployed_bytes(model),
            "latency": _latency(model, X),
            name: of_predictions(model.predict(X), labels),
        }


def teacher_predicts(estimator, X):
    """Return what the teacher of a fitted distiller, or pipeline of one, predicts."""
    if isinstance(estimator, Pipeline):
        estimator, X = estimator[-1], estimator[:-1].transform(X)
    return estimator.task_.decide(estimator.ask_teacher(X))


def _latency(model, X):
    return one_row_latency(getattr(model, "student_", model), X)


def deployed_bytes(model):
    """Return the bytes of a student's file, with the pickles of the steps before it."""
    if isinstance(model, Pipeline):
        return sum(deployed_bytes(step) for _, step in model.steps)
    return serialized_bytes(getattr(model, "student_", model))
