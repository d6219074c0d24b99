"""Fits of a teacher on some of the rows, each followed by its answers to others."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.utils.parallel import Parallel, delayed

from skdistill._plumbing.frozen import is_frozen
from skdistill._plumbing.progress import track
from skdistill.tables import take_rows
from skdistill.tasks import given_to, name_of


def check_teacher(teacher, task):
    """Say what is wrong with a teacher before anything is fitted.

    Whether it has answers may be known only after its fit, as of a StackingClassifier: the first
    teacher fitted is asked.
    """
    if isinstance(teacher, type):
        raise TypeError(
            f"teacher must be an instance, got the class {teacher.__name__}: "
            f"call it, as in {teacher.__name__}()."
        )
    if not (hasattr(teacher, "fit") and hasattr(teacher, "get_params")):
        raise TypeError(f"teacher must be a scikit-learn estimator, got {teacher!r}.")
    if is_frozen(teacher):
        task.check_fitted(teacher)
    else:
        task.check_teacher(teacher)


@dataclass(frozen=True, eq=False)
class Fits:
    """What each fit of a teacher has in common."""

    teacher: Any  # it is cloned
    data: Any  # Samples, of which the teacher gets X and y as they are
    fit_params: dict  # of arrays with a value a row
    n_jobs: int | None = None
    cache: Any = None

    def run(self, folds):
        """Fit the teacher on all rows, and on each fold's training rows.

        Return the teacher of all rows, that of the first fold or None, and the answers to each
        fold's test rows, as a list of (test, scores).
        """
        jobs = [(np.arange(len(self.data.y)), None, True)]
        jobs += [(train, test, i == 0) for i, (train, test) in enumerate(folds)]
        fits = Parallel(n_jobs=self.n_jobs, return_as="generator")(
            delayed(self._cached)(*job) for job in jobs
        )
        (full, _), *results = track(fits, "teachers fitted", len(jobs))
        parts = [(test, scores) for (_, test), (_, scores) in zip(folds, results, strict=True)]
        return full, results[0][0] if results else None, parts

    def _cached(self, train, test, keep):
        if self.cache is None:
            return self._fit(train, test, keep)
        return self.cache.get((train, test, keep), lambda: self._fit(train, test, keep))

    def _fit(self, train, test, keep):
        data, task = self.data, self.data.task
        rows = data.X if test is None else take_rows(data.X, train)
        params = {name: values[train] for name, values in self.fit_params.items()}
        fitted = fit_teacher(clone(self.teacher), task, rows, data.y[train], **params)
        if test is None:
            return fitted, None
        task.check_taught(data.labels[train], data.labels[test])
        tested = take_rows(data.X, test)
        scores = task.ask(fitted, tested)
        if keep:
            task.check_agreement(fitted, tested, scores)
        return fitted if keep else None, scores


def fit_teacher(teacher, task, X, y, **fit_params):
    """Fit a teacher; an error names it and what it was given, as where it has no answers."""
    try:
        fitted = teacher.fit(X, y, **fit_params)
    except Exception as error:
        error.add_note(f"The error is the teacher's: {name_of(teacher)}.fit, {given_to(X)}.")
        raise
    task.check_fitted(fitted)
    return fitted
