"""Tables of rows without labels → what a fitted teacher makes of them."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from skdistill._ask_teacher import answer
from skdistill._progress import Progress
from skdistill._transfer_set import UNLABELED, answered_rows, join
from skdistill.runtime._columns import ColumnReader, take_rows

RACE_PARTS = 4  # the race uses as many rows as so many parts of the unlabelled rows have


@dataclass(frozen=True)
class Answerer:
    """A fitted teacher and how its answers become rows that teach.

    Parameters
    ----------
    teacher : fitted classifier or None
    trained_on : int array
        Positions of the real rows that the teacher was fitted on.
    calibrator : calibrator or None
    reader : ColumnReader
    classes : ndarray of shape (n_classes,)
    temperature : float
    cache : Cache or None
    """

    teacher: Any
    trained_on: np.ndarray
    calibrator: Any
    reader: ColumnReader
    classes: np.ndarray
    temperature: float
    cache: Any

    def ask(self, X):
        """Return float32 log-probabilities of shape (n_samples, n_classes), -inf for zero."""
        return answer(self.teacher, X, self.classes).astype(np.float32)

    def transfer_set(self, rows, log_proba, origin):
        """Return rows, as `reader` gives them, with their answers as calibrated targets."""
        proba = self.calibrator.calibrate(log_proba)
        return answered_rows(rows, proba, origin, self.temperature)

    def cached(self, parts, compute):
        """Return the outcome of ``compute()``, from the cache if it is there."""
        if self.cache is None:
            return compute()
        return self.cache.get((*parts, self.trained_on), compute)


@dataclass(frozen=True)
class _AskBoth:
    """Asks the teacher about all rows of a chunk, and the race's teacher about some."""

    answerer: Answerer
    racer: Answerer
    random_state: int

    def __call__(self, number, X):
        return self.answerer.cached(
            ("unlabeled", number, self.random_state, self.racer.trained_on, X),
            lambda: self._ask(number, X),
        )

    def _ask(self, number, X):
        rows, log_proba = self.answerer.reader.read(X), self.answerer.ask(X)
        if self.racer.teacher is None:
            return rows, log_proba, np.ones(len(log_proba)), log_proba[:0]
        keys = np.random.default_rng([self.random_state, *number]).random(len(log_proba))
        some = np.flatnonzero(keys < _share(number))
        same = self.racer.teacher is self.answerer.teacher
        of_race = log_proba[some] if same else self.racer.ask(take_rows(X, some))
        return rows, log_proba, keys, of_race


def answer_unlabeled(source, answerer, racer, *, random_state, n_jobs, verbose):
    """Ask the teacher about every unlabelled row, and the race's teacher about some.

    Parameters
    ----------
    source : Source or None
        Read once, chunk by chunk.
    answerer : Answerer
    racer : Answerer
        Its teacher may be None: there is no race then.
    random_state : int
        Seed of which rows the race gets.
    n_jobs : int or None
        Chunks answered at once.
    verbose : int

    Returns
    -------
    unlabeled : TransferSet or None
        All rows.
    of_race : TransferSet or None
        A sample of them, every row with the same probability, answered by the race's teacher.
    """
    if source is None:
        return None, None
    candidates: list = []
    shares = [1.0]
    progress = Progress("unlabelled rows answered", None, verbose)

    def parts():
        ask = _AskBoth(answerer, racer, random_state)
        for number, (rows, log_proba, keys, of_race) in source.map(ask, n_jobs=n_jobs):
            shares.append(_share(number))
            some = keys < shares[-1]
            candidates.append((rows[some], of_race, keys[some]))
            progress.add(len(log_proba))
            yield answerer.transfer_set(rows, log_proba, UNLABELED)

    unlabeled = join(parts())
    kept = ((keys < min(shares), rows, of_race) for rows, of_race, keys in candidates)
    return unlabeled, join(
        racer.transfer_set(rows[keep], of_race[keep], UNLABELED) for keep, rows, of_race in kept
    )


def _share(number):
    """Probability that a row of a chunk may be in the race; falls as chunks go by.

    Only rows that pass the smallest share remain, so that all rows have the same chance although
    nobody knows beforehand how many there are.
    """
    part, _ = number
    return min(1.0, RACE_PARTS / (part + 1))
