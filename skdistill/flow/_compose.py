"""Real, unlabelled and synthetic rows → one transfer set, each row with target and weight."""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from sklearn.base import clone

from skdistill._plumbing.progress import Progress
from skdistill.flow._further_rows import Answerer
from skdistill.samplers import SAMPLERS, dense_table
from skdistill.sources import parallel_map
from skdistill.tables import chunk_rows, is_sparse, take_rows
from skdistill.teachers import Side
from skdistill.training import SYNTHETIC, Lessons, join, real_rows

POOL_PER_ROW = 24  # synthetic rows for each real one, unless the race or the user says otherwise
MAX_POOL = 200_000
WIDE = 256  # columns; in wider tables "auto" leaves out the samplers that take long there
NOT_IF_WIDE = ("conditional", "copula")


def candidate_samplers(transfer, X, *, race):
    """Return the sources of synthetic rows that `transfer` stands for, by name.

    `race` says whether "auto" may try samplers.
    """
    if isinstance(transfer, type):
        raise TypeError(
            f"transfer must be an instance, got the class {transfer.__name__}: "
            f"call it, as in {transfer.__name__}()."
        )
    if transfer is None:
        return {None: None}
    if isinstance(transfer, str) and transfer == "auto":
        race = race and X.shape[1] > 1 and not is_sparse(X)
        tried = [n for n in SAMPLERS if race and (X.shape[1] <= WIDE or n not in NOT_IF_WIDE)]
        return {None: None, **{name: SAMPLERS[name]() for name in tried}}
    name, sampler = type(transfer).__name__, transfer
    if isinstance(transfer, str):
        name, sampler = transfer, SAMPLERS[transfer]()
    if isinstance(sampler, tuple(SAMPLERS.values())):
        dense_table(X, type(sampler).__name__)
    else:
        _check_sampler(sampler, name)
    return {name: sampler}


def _check_sampler(sampler, name):
    """Raise unless a sampler of the user's can be cloned and takes what it will be given."""
    try:
        clone(sampler, safe=False)
        inspect.signature(sampler.fit).bind(None, sample_weight=None, random_state=0)
        inspect.signature(sampler.draw).bind(1, random_state=0)
    except Exception as error:
        raise TypeError(
            f"transfer={name} is cloned, then fitted by fit(X, sample_weight=None, "
            f"random_state=None) and asked by draw(n_rows, random_state=None): {error}."
        ) from error


@dataclass(frozen=True)
class Mix:
    """What a student learns from."""

    source: str | None  # name of that of synthetic rows
    alpha: float  # weight of the soft loss on labelled rows
    per_row: int = POOL_PER_ROW  # synthetic rows for each real one
    real_weight: float = 1.0  # of a real row where an unlabelled or synthetic one has 1

    def summary(self):
        """Return what users are told of it."""
        return {name: getattr(self, name) for name in ("source", "alpha", "real_weight")}


@dataclass(frozen=True)
class Composer:
    """Makes transfer sets of some of the real rows and of what a teacher answers."""

    real: Lessons  # all real rows,
    side: Side  # who answers synthetic ones; its unlabelled rows are in every mix
    X: Any = field(repr=False)  # the real rows, as the user gave them
    samplers: Mapping  # by name; None stands for no synthetic rows
    n_synthetic: Any  # a number or "auto"
    answerer: Answerer
    random_state: int
    n_jobs: Any  # chunks of synthetic rows drawn and answered at once
    verbose: int

    @property
    def unlabeled(self):
        """Lessons of all unlabelled rows, or None."""
        return self.side.unlabeled

    def for_race(self):
        """Return the same for a race, which goes without millions of rows."""
        n = self.n_synthetic
        return self if n == "auto" else replace(self, n_synthetic=min(n, MAX_POOL))

    def compose(self, rows, mix):
        """Return the real rows at `rows`, unlabelled rows, and synthetic rows drawn from `rows`.

        The mix's weight of real rows is left to the training.
        """
        return join(self._parts(rows, mix))

    def _parts(self, rows, mix):
        yield self.real.take(rows)
        if self.unlabeled is not None:
            yield self.unlabeled
        if mix.source is not None:
            yield from self._synthetic(rows, mix.source, self.n_rows(rows, mix))

    def n_rows(self, rows, mix):
        """Return how many synthetic rows are drawn from the real rows at `rows`."""
        if mix.source is None:
            return 0
        if self.n_synthetic != "auto":
            return self.n_synthetic
        return min(mix.per_row * len(rows), MAX_POOL)

    def _synthetic(self, rows, source, n):
        """Yield transfer sets of `n` rows in all, drawn from the real rows at `rows`."""
        weight, seed = self.real.weight[rows], self.random_state
        weight = weight if np.ptp(weight) else None
        key = ("sampler", self.samplers[source], rows, weight, seed)

        def fit():
            sampler = clone(self.samplers[source], safe=False)
            sampler.fit(take_rows(self.X, rows), sample_weight=weight, random_state=seed)
            return sampler

        sampler = self.answerer.cached(self.side, key, fit)
        draw = _Draw(sampler, self.side.without_rows(), self.answerer, key, seed)
        size = chunk_rows(self.X.shape[1])
        chunks = [(i, min(size, n - first)) for i, first in enumerate(range(0, n, size))]
        what = f"rows of {source} answered"
        with Progress(what, n, self.verbose, n_steps=len(chunks)) as progress:
            for drawn, scores in parallel_map(draw, chunks, n_jobs=self.n_jobs):
                progress.add(len(scores))
                yield self.answerer.lessons(self.side, drawn, scores, SYNTHETIC)


def make_composer(side, data, rows, samplers, n_synthetic, answerer, **work):
    """Return the composer of what a Side knows; `work` is the rest of its fields."""
    targets = side.targets
    if targets is not None:
        targets = data.task.soften(targets, answerer.temperature)
    real = real_rows(rows, targets, data)
    return Composer(real, side, data.X, samplers, n_synthetic, answerer, **work)


@dataclass(frozen=True)
class _Draw:
    """Draws a chunk of synthetic rows and asks the teacher about it."""

    sampler: Any
    side: Side
    answerer: Answerer
    key: tuple
    random_state: int

    def __call__(self, chunk):
        return self.answerer.cached(self.side, (*self.key, *chunk), lambda: self._draw(*chunk))

    def _draw(self, number, n):
        drawn = self.sampler.draw(n, random_state=self.random_state + 1 + number)
        name = type(self.sampler).__name__
        try:
            rows = self.answerer.reader.read(drawn)
        except (TypeError, ValueError) as error:
            raise ValueError(f"What the sampler {name} drew does not fit X: {error}") from error
        if rows.shape[0] != n:
            raise ValueError(f"The sampler {name} drew {rows.shape[0]} rows instead of {n}.")
        return rows, self.answerer.ask(self.side, drawn)
