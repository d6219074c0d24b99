"""What `compress` and `report` share: the data, the teacher and the fit."""

import contextlib
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np

from skdistill.cli._console import InputError, note
from skdistill.cli._options import reading_of
from skdistill.cli._parameters import NO_OPTIONS, as_options, settle_parameters
from skdistill.cli._tables import read_labelled, read_unlabelled
from skdistill.cli._targets import CLASSES, decide, estimators
from skdistill.cli._teacher_files import make_teacher
from skdistill.tables import take_rows


@dataclass(frozen=True)
class Work:
    """Rows to fit on, rows held out, and an estimator that is not fitted yet."""

    distilled: Any
    X_train: Any
    X_test: Any
    y_train: Any
    y_test: Any
    unlabeled: Any

    def fit(self, memory=None):
        """Return the fitted estimator; teacher work is kept in `memory`."""
        note(f"Fitting the teacher and the student on {self.X_train.shape[0]:,} rows.")
        self.distilled.set_params(memory=memory)
        with at_work():
            try:
                return self.distilled.fit(self.X_train, self.y_train, X_unlabeled=self.unlabeled)
            except (ValueError, TypeError) as error:
                names = set(self.distilled.get_params(deep=False)).difference(NO_OPTIONS)
                raise InputError(as_options(str(error), names)) from error


def prepare(options):
    """Read the data and the teacher; return the work to do."""
    from sklearn import datasets

    if (options.table is None) == (options.data is None):
        raise InputError("Pass either a table or --data, as in: skdistill compress --data digits")
    if not 0 < options.test_size < 1:
        raise InputError(f"--test-size must be between 0 and 1, got {options.test_size}.")
    unlabeled = options.unlabeled
    if options.data:
        X, y = getattr(datasets, f"load_{options.data}")(return_X_y=True)
    else:
        labelled = read_labelled(options.table, options.target, reading_of(options), options.drop)
        X, y = labelled.X, labelled.y
        if unlabeled is not None:
            unlabeled = read_unlabelled(unlabeled, labelled.kinds, reading_of(options))

    task, y = decide(y, options.task)
    estimator = estimators()[task]
    parameters = settle_parameters(options, estimator)
    train, test = _split(y, options.test_size, options.random_state, by_class=task == CLASSES)
    X_train, X_test = take_rows(X, train), take_rows(X, test)
    teacher = make_teacher(options, X_train, task)
    distilled = estimator(teacher, **parameters, verbose=int(options.verbose))
    return Work(distilled, X_train, X_test, y[train], y[test], unlabeled)


@contextlib.contextmanager
def at_work():
    """Show bars where rich is, and send what libraries print to stderr: stdout is for data."""
    from skdistill import progress

    bars = progress() if find_spec("rich") else contextlib.nullcontext()
    with contextlib.redirect_stdout(sys.stderr), bars:
        yield


def _split(y, test_size, random_state, *, by_class):
    """Return positions of rows to fit on and of rows held out, perhaps with each class's share."""
    from sklearn.model_selection import train_test_split

    alone = _alone(y) if by_class else np.zeros(len(y), dtype=bool)
    rows = np.flatnonzero(~alone)
    how = {"test_size": test_size, "random_state": random_state}
    try:
        train, test = train_test_split(rows, **how, stratify=y[rows] if by_class else None)
    except ValueError as error:
        raise InputError(f"--test-size {test_size} cannot be: {error}") from error
    return np.concatenate([train, np.flatnonzero(alone)]), test


def _alone(y):
    """Return which rows are the only ones of their class."""
    classes, codes, counts = np.unique(y, return_inverse=True, return_counts=True)
    if len(classes) < 2:
        raise InputError(f"The labels have {len(classes)} class(es): two or more are needed.")
    alone = counts[codes] == 1
    if alone.all():
        raise InputError("Each label has a single row: nothing can be held out of the fit.")
    if alone.any():
        note(f"Classes with a single row are not held out, but trained on: {alone.sum():,}.")
    return alone
