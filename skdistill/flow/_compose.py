"""Real, unlabelled and synthetic rows → one transfer set, each row with target and weight."""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from sklearn.base import clone

from skdistill._plumbing.progress import Progress
from skdistill.flow._answer import Answerer, answer_unlabeled
from skdistill.samplers import SAMPLERS, dense_table
from skdistill.sources import chunk_rows, parallel_map
from skdistill.tables import take_rows
from skdistill.training import SYNTHETIC, Lessons, join, real_rows

POOL_PER_ROW = 24  # synthetic rows for each real one, unless the race or the user says otherwise
MAX_POOL = 200_000
WIDE = 256  # columns; in wider tables "auto" leaves out the samplers that take long there
NOT_IF_WIDE = ("conditional", "copula")


def candidate_samplers(transfer, X, *, race):
    """Return the sources of synthetic rows that `transfer` stands for, by name.

    Parameters
    ----------
    transfer : sampler, str or None
    X : table of shape (n_samples, n_features)
    race : bool
        Whether "auto" may try samplers.

    Raises
    ------
    TypeError
        If a class was passed, or something that cannot be cloned, fitted and drawn from.
    ValueError
        If `X` is sparse and the sampler is ours.
    """
    if isinstance(transfer, type):
        raise TypeError(
            f"transfer must be an instance, got the class {transfer.__name__}: "
            f"call it, as in {transfer.__name__}()."
        )
    if transfer is None:
        return {None: None}
    if isinstance(transfer, str) and transfer == "auto":
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


def race_pool(n_synthetic):
    """Return the `n_synthetic` of the race, which goes without millions of rows."""
    return n_synthetic if n_synthetic == "auto" else min(n_synthetic, MAX_POOL)


@dataclass(frozen=True)
class Mix:
    """What a student learns from.

    Parameters
    ----------
    source : str or None
        Name of the source of synthetic rows.
    alpha : float
        Weight of the soft loss on labelled rows.
    per_row : int
        Synthetic rows for each real one.
    real_weight : float
        Weight of a real row where an unlabelled or synthetic one has 1.
    """

    source: str | None
    alpha: float
    per_row: int = POOL_PER_ROW
    real_weight: float = 1.0

    def summary(self):
        """Return what users are told of it."""
        return {name: getattr(self, name) for name in ("source", "alpha", "real_weight")}


@dataclass(frozen=True)
class Composer:
    """Makes transfer sets of some of the real rows and of what a teacher answers.

    Parameters
    ----------
    real : Lessons
        All real rows.
    unlabeled : Lessons or None
        All unlabelled rows.
    X : table of shape (n_samples, n_features)
        The real rows, as the user gave them.
    samplers : dict of str or None to sampler or None
        Sources of synthetic rows by name; None stands for no synthetic rows.
    n_synthetic : int or "auto"
    answerer : Answerer
        Of synthetic rows.
    random_state : int
    n_jobs : int or None
        Chunks of synthetic rows drawn and answered at once.
    verbose : int
    """

    real: Lessons
    unlabeled: Lessons | None
    X: Any = field(repr=False)
    samplers: Mapping
    n_synthetic: Any
    answerer: Answerer
    random_state: int
    n_jobs: Any
    verbose: int

    def compose(self, rows, mix):
        """Return the real rows at `rows`, unlabelled rows, and synthetic rows drawn from `rows`.

        Parameters
        ----------
        rows : int array
            Positions among the real rows.
        mix : Mix
            Its weight of real rows is left to the training.
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

        draw = _Draw(self.answerer.cached(key, fit), self.answerer, key, seed)
        size = chunk_rows(self.X.shape[1])
        chunks = [(i, min(size, n - first)) for i, first in enumerate(range(0, n, size))]
        what = f"rows of {source} answered"
        with Progress(what, n, self.verbose, n_steps=len(chunks)) as progress:
            for drawn, log_proba in parallel_map(draw, chunks, n_jobs=self.n_jobs):
                progress.add(len(log_proba))
                yield self.answerer.lessons(drawn, log_proba, SYNTHETIC)


def make_composers(params, real, scores, targets, samplers, source, *, cache, random_state):
    """Return the composer of the final transfer set, and that of the race.

    Parameters
    ----------
    params : DistilledClassifier
    real : tuple of Samples, rows, ColumnReader and folds
    scores : TeacherScores
    targets : pair of SoftTargets
        Of all rows, and of the race.
    samplers : dict of str or None to sampler or None
    source : Source or None
        Of unlabelled rows.
    cache : Cache or None
    random_state : int
    """
    (data, rows, reader, folds), (targets, race_targets) = real, targets
    answerer = Answerer(
        scores.teacher,
        trained_on=np.arange(len(data.y)),
        calibrator=targets.calibrator,
        reader=reader,
        classes=data.classes,
        temperature=params.temperature,
        cache=cache,
    )
    race_answerer = replace(
        answerer,
        teacher=scores.race_teacher,
        trained_on=folds[0][0],
        calibrator=race_targets.calibrator,
    )
    work = dict(random_state=random_state, n_jobs=params.n_jobs, verbose=params.verbose)
    unlabeled, race_unlabeled = answer_unlabeled(
        source, answerer, race_answerer if params.early_stopping else None, **work
    )
    composer = Composer(
        real=real_rows(rows, targets.proba, data, params.temperature),
        unlabeled=unlabeled,
        X=data.X,
        samplers=samplers,
        n_synthetic=params.n_synthetic,
        answerer=answerer,
        **work,
    )
    return composer, replace(
        composer,
        real=real_rows(rows, race_targets.proba, data, params.temperature),
        unlabeled=race_unlabeled,
        n_synthetic=race_pool(params.n_synthetic),
        answerer=race_answerer,
    )


@dataclass(frozen=True)
class _Draw:
    """Draws a chunk of synthetic rows and asks the teacher about it."""

    sampler: Any
    answerer: Answerer
    key: tuple
    random_state: int

    def __call__(self, chunk):
        return self.answerer.cached((*self.key, *chunk), lambda: self._draw(*chunk))

    def _draw(self, number, n):
        drawn = self.sampler.draw(n, random_state=self.random_state + 1 + number)
        name = type(self.sampler).__name__
        try:
            rows = self.answerer.reader.read(drawn)
        except (TypeError, ValueError) as error:
            raise ValueError(f"What the sampler {name} drew does not fit X: {error}") from error
        if rows.shape[0] != n:
            raise ValueError(f"The sampler {name} drew {rows.shape[0]} rows instead of {n}.")
        return rows, self.answerer.ask(drawn)
