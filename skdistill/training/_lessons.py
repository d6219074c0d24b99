"""Lessons: the transfer set, rows that teach, each with target, label, weight and origin."""

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from skdistill._plumbing.store import RowStore

REAL, UNLABELED, SYNTHETIC = 0, 1, 2
FORMS = {  # dtype and dimensions, besides those of the task's labels
    "rows": (np.float32, 2),
    "targets": (np.float32, 2),
    "has_target": (np.bool_, 1),
    "has_label": (np.bool_, 1),
    "weight": (np.float32, 1),
    "origin": (np.int8, 1),
}


@dataclass(frozen=True)
class Lessons:
    """The rows that teach."""

    rows: Any  # as the student's reader gives them
    targets: np.ndarray  # soft, at the distillation temperature; its label's in a row without any
    labels: np.ndarray  # as the task has them; of a row without label, what stands for none
    has_target: np.ndarray  # one of them at least teaches of a row
    has_label: np.ndarray
    weight: np.ndarray  # finite, 0 or more
    origin: np.ndarray  # REAL, UNLABELED or SYNTHETIC

    def __post_init__(self):
        n = self.rows.shape[0]
        for name, (dtype, n_dimensions) in FORMS.items():
            array = getattr(self, name)
            is_csr = getattr(array, "format", "csr") == "csr"
            if array.dtype != dtype or array.ndim != n_dimensions or not is_csr:
                raise TypeError(
                    f"{name} must be {np.dtype(dtype)} of {n_dimensions} dimensions (sparse rows "
                    f"in CSR), got {array.dtype} of shape {array.shape}."
                )
            if array.shape[0] != n:
                raise ValueError(f"{n} rows, but {name} of length {array.shape[0]}.")
        self._check_labels(n)
        if n:
            self._check_ranges()

    def _check_labels(self, n):
        """Raise unless labels are a position a row, or a number for each output or for all."""
        labels, n_outputs = self.labels, self.targets.shape[1]
        if labels.dtype == np.int64 and labels.shape == (n,):
            low, high = labels.min(initial=0), labels.max(initial=0)
            if low < 0 or high >= n_outputs:
                raise ValueError(f"labels from {low} to {high} must be from 0 to {n_outputs - 1}.")
        elif labels.dtype != np.float32 or labels.shape not in ((n, n_outputs), (n, 1)):
            raise TypeError(
                f"labels must be int64 of shape {(n,)}, or float32 of shape {(n, n_outputs)} or "
                f"{(n, 1)}, got {labels.dtype} of shape {labels.shape}."
            )

    def _check_ranges(self):
        low, high = self.weight.min(), self.weight.max()
        if not (low >= 0 and high < np.inf):
            raise ValueError(f"weights from {low} to {high} must be finite and not negative.")
        if not (self.has_target | self.has_label).all():
            raise ValueError("Some rows have neither target nor label: they teach nothing.")

    def __len__(self):
        return self.rows.shape[0]

    def take(self, index):
        """Return the rows at `index`."""
        return Lessons(*(getattr(self, f.name)[index] for f in fields(self)))

    def weighted(self, real_weight):
        """Return the same rows, real ones `real_weight` times as heavy beside the others."""
        if real_weight == 1:
            return self
        weight = np.where(self.origin == REAL, real_weight * self.weight, self.weight)
        weight *= self.weight.mean() / weight.mean()
        return replace(self, weight=weight.astype(np.float32))

    def count(self):
        """Return the number of rows by origin."""
        names = {"n_real": REAL, "n_unlabeled": UNLABELED, "n_synthetic": SYNTHETIC}
        return {name: int(np.count_nonzero(self.origin == k)) for name, k in names.items()}


def real_rows(rows, targets, data):
    """Return the lessons of the user's own rows; weights are scaled to a mean of 1.

    Without targets (None) only labels teach.
    """
    taught = targets is not None
    targets = targets if taught else data.task.stand_in(data.labels)
    weight = data.weight / data.weight.mean()
    return _lessons(rows, targets, data.labels, (taught, True), weight, REAL)


def answered_rows(rows, targets, origin, task):
    """Return the lessons of rows without labels, each of weight 1."""
    n = len(targets)
    return _lessons(rows, targets, task.no_labels(n), (True, False), np.ones(n), origin)


def join(parts):
    """Return several lessons as one; they are taken one by one, and may be larger than memory."""
    store = RowStore()
    for part in parts:
        store.append(**{f.name: getattr(part, f.name) for f in fields(Lessons)})
    return Lessons(**store.finish())


def _lessons(rows, targets, labels, has, weight, origin):
    has_target, has_label = (np.full(len(labels), each) for each in has)
    return Lessons(
        rows,
        targets,
        labels,
        has_target,
        has_label,
        weight.astype(np.float32),
        np.full(len(labels), origin, dtype=np.int8),
    )
