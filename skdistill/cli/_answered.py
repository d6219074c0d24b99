"""What a student answers the rows of a table: as columns, and summed up for --json."""

import numpy as np

from skdistill.cli._console import InputError
from skdistill.layers import Classes, Labels, Quantiles


def answered_by(student, only):
    """Return what makes columns of a student's answers, and counts them.

    `only` is what the user wants of these columns; None: all.
    """
    outputs = student.outputs
    if isinstance(outputs, Classes):
        return AnsweredClasses(student, only)
    if isinstance(outputs, Labels):
        return AnsweredLabels(student, only)
    if only is not None:
        raise InputError(f"--only {only}: the student answers by numbers alone. Leave it out.")
    if isinstance(outputs, Quantiles):
        return AnsweredNumbers(student, [f"quantile_{level:g}" for level in outputs.levels])
    several = [f"prediction_{k}" for k in range(outputs.count)]
    return AnsweredNumbers(student, several if outputs.count > 1 else ["prediction"])


class AnsweredClasses:
    """The most probable label of each row, and the probability of each."""

    def __init__(self, student, only):
        self.student, self.only = student, only
        self.labels = student.outputs.labels
        self.counts = np.zeros(len(self.labels), dtype=np.int64)

    def columns(self, frame):
        """Return the answers to a frame by column."""
        proba = self.student.predict_proba(frame)
        best = proba.argmax(axis=1)
        self.counts += np.bincount(best, minlength=len(self.counts))
        columns = {} if self.only == "probabilities" else {"label": self.labels[best]}
        if self.only != "labels":
            columns |= {
                f"probability_{label}": p for label, p in zip(self.labels, proba.T, strict=True)
            }
        return columns

    def summary(self):
        """Return how many rows there were, and how many had which label."""
        labels = dict(zip(map(str, self.labels), self.counts.tolist(), strict=True))
        return {"n_rows": int(self.counts.sum()), "labels": labels}


class AnsweredLabels:
    """Which labels each row has, and the probability of each."""

    def __init__(self, student, only):
        self.student, self.only, self.n_rows = student, only, 0
        self.counts = np.zeros(student.outputs.count, dtype=np.int64)

    def columns(self, frame):
        """Return the answers to a frame by column."""
        proba = self.student.predict_proba(frame)
        labels = self.student.outputs.decide(proba)
        self.n_rows += len(labels)
        self.counts += labels.sum(axis=0)
        columns: dict = {}
        if self.only != "probabilities":
            columns |= {f"label_{k}": column for k, column in enumerate(labels.T)}
        if self.only != "labels":
            columns |= {f"probability_{k}": p for k, p in enumerate(proba.T)}
        return columns

    def summary(self):
        """Return how many rows there were, and how many had which label."""
        labels = {str(k): n for k, n in enumerate(self.counts.tolist())}
        return {"n_rows": self.n_rows, "labels": labels}


class AnsweredNumbers:
    """The numbers that are predicted, in a column for each."""

    def __init__(self, student, names):
        self.student, self.names, self.n_rows = student, names, 0
        n = len(names)
        self.total = np.zeros(n)
        self.least, self.most = np.full(n, np.inf), np.full(n, -np.inf)

    def columns(self, frame):
        """Return the answers to a frame by column."""
        predicted = self.student.answers(frame)
        self.n_rows += len(predicted)
        self.total += predicted.sum(axis=0)
        self.least = np.minimum(self.least, predicted.min(axis=0, initial=np.inf))
        self.most = np.maximum(self.most, predicted.max(axis=0, initial=-np.inf))
        return dict(zip(self.names, predicted.T, strict=True))

    def summary(self):
        """Return how many rows there were, and the mean and the bounds of each column."""
        mean = self.total / self.n_rows if self.n_rows else np.full_like(self.total, np.nan)
        found = zip(self.names, mean, self.least, self.most, strict=True)
        bounds = {name: {"mean": m, "min": low, "max": high} for name, m, low, high in found}
        return {"n_rows": self.n_rows, **bounds}
