"""The transfer set: rows that teach, each with target, label, weight and origin."""

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import torch

from skdistill._plumbing.ambient import plain_torch
from skdistill._plumbing.store import RowStore
from skdistill.losses import temper

REAL, UNLABELED, SYNTHETIC = 0, 1, 2
FORMS = {  # dtype and dimensions
    "rows": (np.float32, 2),
    "targets": (np.float32, 2),
    "labels": (np.int64, 1),
    "weight": (np.float32, 1),
    "origin": (np.int8, 1),
}


@dataclass(frozen=True)
class TransferSet:
    """The rows that teach.

    Parameters
    ----------
    rows : float32 array of shape (n_samples, n_features), or CSR matrix
        As the student's reader gives them.
    targets : float32 array of shape (n_samples, n_classes)
        Soft targets at the distillation temperature.
    labels : int64 array of shape (n_samples,)
        Class indices; -1 for a row without label.
    weight : float32 array of shape (n_samples,)
        Finite, 0 or more.
    origin : int8 array of shape (n_samples,)
        0 real, 1 unlabelled, 2 synthetic.

    Raises
    ------
    TypeError
        If an array is of another type.
    ValueError
        If lengths differ, or labels or weights are out of range.
    """

    rows: Any
    targets: np.ndarray
    labels: np.ndarray
    weight: np.ndarray
    origin: np.ndarray

    def __post_init__(self):
        n = self.rows.shape[0]
        if not len(self.targets) == len(self.labels) == len(self.weight) == len(self.origin) == n:
            raise ValueError("Rows, targets, labels, weights and origins differ in length.")
        for name, (dtype, n_dimensions) in FORMS.items():
            array = getattr(self, name)
            is_csr = getattr(array, "format", "csr") == "csr"
            if array.dtype != dtype or array.ndim != n_dimensions or not is_csr:
                raise TypeError(
                    f"{name} must be {np.dtype(dtype)} of {n_dimensions} dimensions (sparse rows "
                    f"in CSR), got {array.dtype} of shape {array.shape}."
                )
        if n:
            self._check_ranges()

    def _check_ranges(self):
        low, high, most = self.labels.min(), self.labels.max(), self.targets.shape[1] - 1
        if low < -1 or high > most:
            raise ValueError(f"labels from {low} to {high} must be from -1 (none) to {most}.")
        low, high = self.weight.min(), self.weight.max()
        if not (low >= 0 and high < np.inf):
            raise ValueError(f"weights from {low} to {high} must be finite and not negative.")

    def __len__(self):
        return self.rows.shape[0]

    def take(self, index):
        """Return the rows at `index`."""
        return TransferSet(*(getattr(self, f.name)[index] for f in fields(self)))

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


def real_rows(rows, proba, data, temperature):
    """Return the transfer set of the user's own rows; weights are scaled to a mean of 1.

    Parameters
    ----------
    rows : float32 array of shape (n_samples, n_features), or CSR matrix
    proba : array of shape (n_samples, n_classes) or None
        Soft targets at temperature 1; None where only labels teach.
    data : Samples
    temperature : float
    """
    if proba is None:
        proba = np.eye(len(data.classes))[data.codes]
    return _set(rows, proba, data.codes, data.weight / data.weight.mean(), REAL, temperature)


def answered_rows(rows, proba, origin, temperature):
    """Return the transfer set of rows without labels.

    Parameters
    ----------
    rows : float32 array of shape (n_samples, n_features), or CSR matrix
    proba : array of shape (n_samples, n_classes)
        Soft targets at temperature 1.
    origin : int
    temperature : float
    """
    n = len(proba)
    return _set(rows, proba, np.full(n, -1), np.ones(n), origin, temperature)


def join(parts):
    """Return the rows of several transfer sets, one after the other.

    Parameters
    ----------
    parts : iterable of TransferSet
        Taken one by one; together they may be larger than memory.
    """
    store = RowStore()
    for part in parts:
        store.append(**{f.name: getattr(part, f.name) for f in fields(TransferSet)})
    return TransferSet(**store.finish())


@plain_torch()
def _set(rows, proba, codes, weight, origin, temperature):
    targets = temper(torch.from_numpy(np.ascontiguousarray(proba)), temperature).numpy()
    return TransferSet(
        rows,
        targets.astype(np.float32),
        codes.astype(np.int64),
        weight.astype(np.float32),
        np.full(len(codes), origin, dtype=np.int8),
    )
