"""Tables of rows without labels → what a fitted teacher makes of them."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from skdistill._plumbing.progress import Progress
from skdistill.runtime import ColumnReader
from skdistill.tables import take_rows
from skdistill.tasks import Task
from skdistill.teachers import Side
from skdistill.training import UNLABELED, answered_rows, join

RACE_CHUNKS = 4  # the race uses about as many unlabelled rows as so many chunks have


@dataclass(frozen=True, eq=False)
class Answerer:
    """How a Side's teacher answers rows without label, so that they become lessons."""

    task: Task
    reader: ColumnReader
    temperature: float
    cache: Any

    def ask(self, side, X):
        """Return float32 scores of shape (n_samples, n_outputs)."""
        return self.task.ask(side.teacher, X).astype(np.float32)

    def lessons(self, side, rows, scores, origin):
        """Return rows, as `reader` gives them, with their calibrated answers as targets."""
        answers = side.calibrator.calibrate(scores)
        targets = self.task.soften(answers, self.temperature)
        return answered_rows(rows, targets, origin, self.task)

    def cached(self, side, parts, compute):
        """Return the outcome of ``compute()``, from the cache if it is there."""
        if self.cache is None:
            return compute()
        return self.cache.get((*parts, side.index), compute)


@dataclass(frozen=True, eq=False)
class _AskBoth:
    """Asks the final teacher about all rows of a chunk, and the race's teacher about some."""

    answerer: Answerer
    final: Side
    race: Side | None
    random_state: int

    def __call__(self, number, X):
        rows = self.answerer.reader.read(X)
        self.answerer.reader.warn_of_strangers(rows)
        scores = self._ask(self.final, X)
        keys = np.random.default_rng([self.random_state, *number]).random(len(scores))
        some = np.flatnonzero(keys < _share(number))
        if self.race is None or len(some) == 0:
            return rows, scores, None
        same = self.race.teacher is self.final.teacher
        of_race = scores[some] if same else self._ask(self.race, take_rows(X, some))
        return rows, scores, (keys[some], rows[some], of_race)

    def _ask(self, side, X):
        parts = "unlabeled", X
        return self.answerer.cached(side, parts, lambda: self.answerer.ask(side, X))


def answer_unlabeled(source, sides, answerer, *, race, random_state, n_jobs, verbose):
    """Ask the teachers about rows without label: the final one about all, the race's about some.

    `sides` are the final one first and the race's last, and come back so, with their rows. Every
    row has the same probability to be in the race's sample. The source is read once, chunk by
    chunk; `race` says whether there is one, and `random_state` seeds which rows it gets.
    """
    final, racer = sides[0], sides[-1]
    if source is None:
        return final, racer
    candidates: list = []
    shares: list = []

    def parts():
        both = final.without_rows(), racer.without_rows() if race else None
        ask = _AskBoth(answerer, *both, random_state)
        for number, (rows, scores, of_race) in source.map(ask, n_jobs=n_jobs):
            shares.append(_share(number))
            if of_race is not None:
                candidates.append(of_race)
            progress.add(len(scores))
            yield answerer.lessons(final, rows, scores, UNLABELED)

    with Progress("unlabelled rows answered", None, verbose) as progress:
        unlabeled = join(parts())
    sample = [
        answerer.lessons(racer, rows[keep], scores[keep], UNLABELED)
        for keys, rows, scores in candidates
        if (keep := keys < min(shares)).any()
    ]
    of_race = join(sample) if sample else None
    return replace(final, unlabeled=unlabeled), replace(racer, unlabeled=of_race)


def _share(number):
    """Probability that a row of a chunk may be in the race; falls as chunks go by.

    Only rows that pass the smallest share remain, so that all rows have the same chance although
    nobody knows beforehand how many there are.
    """
    part, of_part = number
    return min(1.0, RACE_CHUNKS / ((part + 1) * (of_part + 1)))
