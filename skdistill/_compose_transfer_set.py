"""Real, unlabelled and synthetic rows → one transfer set, each row with target and weight."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import scipy.sparse
import torch
from sklearn.base import clone

from skdistill._ask_teacher import answer
from skdistill.losses import temper
from skdistill.runtime._columns import ColumnReader, is_sparse, take_rows
from skdistill.samplers import SAMPLERS

REAL, UNLABELED, SYNTHETIC = 0, 1, 2
POOL_PER_ROW = 24  # synthetic rows for each real one, when n_synthetic="auto"
MAX_POOL = 200_000


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
    origin : int8 array of shape (n_samples,)
        0 real, 1 unlabelled, 2 synthetic.
    """

    rows: np.ndarray
    targets: np.ndarray
    labels: np.ndarray
    weight: np.ndarray
    origin: np.ndarray

    def __post_init__(self):
        n = self.rows.shape[0]
        if not len(self.targets) == len(self.labels) == len(self.weight) == len(self.origin) == n:
            raise ValueError("Rows, targets, labels, weights and origins differ in length.")

    def __len__(self):
        return self.rows.shape[0]

    def take(self, index):
        """Return the rows at `index`."""
        return TransferSet(*(getattr(self, f.name)[index] for f in fields(self)))

    def count(self):
        """Return the number of rows by origin."""
        n = np.bincount(self.origin, minlength=3).tolist()
        return {"n_real": n[REAL], "n_unlabeled": n[UNLABELED], "n_synthetic": n[SYNTHETIC]}


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


def candidate_samplers(transfer, *, race):
    """Return the sources of synthetic rows that `transfer` stands for, by name.

    Parameters
    ----------
    transfer : sampler, str or None
    race : bool
        Whether "auto" may try samplers.
    """
    if isinstance(transfer, str) and transfer == "auto":
        return {None: None, **{name: make() for name, make in SAMPLERS.items() if race}}
    if transfer is None:
        return {None: None}
    if isinstance(transfer, str):
        return {transfer: SAMPLERS[transfer]()}
    return {type(transfer).__name__: transfer}


@dataclass(frozen=True)
class Composer:
    """Makes transfer sets of some of the real rows and of what a teacher answers.

    Parameters
    ----------
    real : TransferSet
        All real rows.
    X : table of shape (n_samples, n_features)
        The same rows, as the user gave them.
    X_unlabeled : table of shape (n_unlabeled, n_features) or None
    samplers : dict of str or None to sampler or None
        Sources of synthetic rows by name; None stands for no synthetic rows.
    n_synthetic : int or "auto"
    reader : ColumnReader
    calibrator : calibrator or None
    classes : ndarray of shape (n_classes,)
    temperature : float
    random_state : int
    cache : Cache or None
    """

    real: TransferSet
    X: Any
    X_unlabeled: Any
    samplers: dict
    n_synthetic: Any
    reader: ColumnReader
    calibrator: Any
    classes: np.ndarray
    temperature: float
    random_state: int
    cache: Any

    @property
    def only_real(self):
        """Whether no row needs a teacher's answer beyond the real ones."""
        return self.X_unlabeled is None and set(self.samplers) == {None}

    def compose(self, rows, teacher, source):
        """Return the real rows at `rows`, unlabelled rows, and synthetic rows drawn from `rows`.

        Parameters
        ----------
        rows : int array
            Positions among the real rows.
        teacher : fitted classifier
            Answers unlabelled and synthetic rows.
        source : str or None
            Name of the sampler.
        """
        parts = [self.real.take(rows)]
        if self.X_unlabeled is not None:
            log_proba = answer(teacher, self.X_unlabeled, self.classes)
            parts.append(self._answered(self.reader.read(self.X_unlabeled), log_proba, UNLABELED))
        if source is not None:
            drawn, log_proba = self._draw(rows, teacher, source)
            parts.append(self._answered(drawn, log_proba, SYNTHETIC))
        return join(parts)

    def _draw(self, rows, teacher, source):
        """Draw synthetic rows and ask the teacher about them."""
        n = self.n_synthetic
        if n == "auto":
            n = min(POOL_PER_ROW * len(rows), MAX_POOL)
        seed = self.random_state
        sampler = self.samplers[source]

        def draw():
            fitted = clone(sampler, safe=False).fit(
                take_rows(self.X, rows), sample_weight=self.real.weight[rows], random_state=seed
            )
            drawn = fitted.draw(n, random_state=seed + 1)
            return self.reader.read(drawn), answer(teacher, drawn, self.classes)

        parts = (sampler, rows, self.real.weight[rows], n, seed)
        return draw() if self.cache is None else self.cache.get(parts, draw)

    def _answered(self, rows, log_proba, origin):
        proba = self.calibrator.calibrate(log_proba)
        n = len(proba)
        return _set(rows, proba, np.full(n, -1), np.ones(n), origin, self.temperature)


def join(parts):
    """Return the rows of several transfer sets, one after the other."""
    if len(parts) == 1:
        return parts[0]
    stack = scipy.sparse.vstack if is_sparse(parts[0].rows) else np.concatenate
    rows: Any = stack([part.rows for part in parts])
    if is_sparse(rows):
        rows = rows.tocsr()
    others = [f.name for f in fields(TransferSet)][1:]
    return TransferSet(rows, *(np.concatenate([getattr(p, k) for p in parts]) for k in others))


def _set(rows, proba, codes, weight, origin, temperature):
    targets = temper(torch.from_numpy(np.ascontiguousarray(proba)), temperature).numpy()
    return TransferSet(
        rows,
        targets.astype(np.float32),
        codes.astype(np.int64),
        weight.astype(np.float32),
        np.full(len(codes), origin, dtype=np.int8),
    )
