"""Tables of rows without labels → what a fitted teacher makes of them."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from skdistill._plumbing.progress import Progress
from skdistill.runtime import ColumnReader
from skdistill.tables import take_rows
from skdistill.teachers import answer
from skdistill.training import UNLABELED, answered_rows, join

RACE_CHUNKS = 4  # the race uses about as many unlabelled rows as so many chunks have


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

    def lessons(self, rows, log_proba, origin):
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
    racer: Answerer | None
    random_state: int

    def __call__(self, number, X):
        rows = self.answerer.reader.read(X)
        self.answerer.reader.warn_of_strangers(rows)
        log_proba = self.answerer.cached(("unlabeled", X), lambda: self.answerer.ask(X))
        keys = np.random.default_rng([self.random_state, *number]).random(len(log_proba))
        some = np.flatnonzero(keys < _share(number))
        if self.racer is None or len(some) == 0:
            return rows, log_proba, None
        if self.racer.teacher is self.answerer.teacher:
            of_race = log_proba[some]
        else:
            asked = take_rows(X, some)
            of_race = self.racer.cached(("unlabeled", asked), lambda: self.racer.ask(asked))
        return rows, log_proba, (keys[some], rows[some], of_race)


def answer_unlabeled(source, answerer, racer, *, random_state, n_jobs, verbose):
    """Ask the teacher about every unlabelled row, and the race's teacher about some.

    Parameters
    ----------
    source : Source or None
        Read once, chunk by chunk.
    answerer : Answerer
    racer : Answerer or None
        None where there is no race.
    random_state : int
        Seed of which rows the race gets.
    n_jobs : int or None
        Chunks answered at once.
    verbose : int

    Returns
    -------
    unlabeled : Lessons or None
        All rows.
    of_race : Lessons or None
        A sample of them, every row with the same probability, answered by the race's teacher.
    """
    if source is None:
        return None, None
    candidates: list = []
    shares: list = []

    def parts():
        ask = _AskBoth(answerer, racer, random_state)
        for number, (rows, log_proba, of_race) in source.map(ask, n_jobs=n_jobs):
            shares.append(_share(number))
            if of_race is not None:
                candidates.append(of_race)
            progress.add(len(log_proba))
            yield answerer.lessons(rows, log_proba, UNLABELED)

    with Progress("unlabelled rows answered", None, verbose) as progress:
        unlabeled = join(parts())
    sample = [
        racer.lessons(rows[keep], log_proba[keep], UNLABELED)
        for keys, rows, log_proba in candidates
        if (keep := keys < min(shares)).any()
    ]
    return unlabeled, join(sample) if sample else None


def _share(number):
    """Probability that a row of a chunk may be in the race; falls as chunks go by.

    Only rows that pass the smallest share remain, so that all rows have the same chance although
    nobody knows beforehand how many there are.
    """
    part, of_part = number
    return min(1.0, RACE_CHUNKS / ((part + 1) * (of_part + 1)))
