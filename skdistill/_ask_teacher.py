"""Any teacher → answers about rows that it did not see, columns in the order of the classes."""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.model_selection import (
    StratifiedGroupKFold,
    StratifiedKFold,
    TimeSeriesSplit,
    check_cv,
)
from sklearn.utils.parallel import Parallel, delayed

from skdistill.exceptions import DistillationWarning
from skdistill.runtime._columns import take_rows

SUSPICIOUS_ACCURACY = 0.999


@dataclass(frozen=True)
class TeacherScores:
    """What the teacher answered.

    Parameters
    ----------
    log_proba : float64 array of shape (n_samples, n_classes) or None
        Held-out log-probabilities, -inf for zero. None when no answers were asked for.
    held_out : bool array of shape (n_samples,)
        False where no fold could hold the row out (the only row of its class).
    teacher : classifier
        Fitted on all rows.
    fold_teacher : classifier or None
        Has not seen the test rows of the first fold.
    """

    log_proba: np.ndarray | None
    held_out: np.ndarray
    teacher: Any
    fold_teacher: Any


def make_folds(cv, X, y, *, split_params, random_state, rows=None):
    """Return the (train, test) row positions of each fold.

    Parameters
    ----------
    cv : int, splitter or iterable of splits
    X, y : table and labels of n_samples rows
    split_params : dict of str to array of shape (n_samples,)
        Passed to the splitter. With `groups`, rows of one group stay together.
    random_state : int
        Shuffles the rows when `cv` is a number.
    rows : int array or None
        The only positions that matter; those in the folds returned count among these.

    Raises
    ------
    ValueError
        If a row is in no test fold, or every class has a single row.
    """
    rows = np.arange(len(y)) if rows is None else rows
    if isinstance(cv, TimeSeriesSplit):
        raise ValueError(
            "TimeSeriesSplit leaves the first rows without a held-out answer. Fit the teacher on "
            "the past and pass FrozenEstimator(teacher) with the rows that follow."
        )
    if isinstance(cv, int | np.integer):
        cv, lone = _stratified(cv, y[rows], "groups" in split_params, random_state)
        shown = rows[~lone]
        split_params = {name: values[shown] for name, values in split_params.items()}
        splits = cv.split(np.zeros(len(shown)), y[shown], **split_params)
        parts = [(np.append(shown[train], rows[lone]), shown[test]) for train, test in splits]
    else:
        lone = np.zeros(len(rows), dtype=bool)
        cv = check_cv(cv, y, classifier=True)
        parts = list(cv.split(X, y, **split_params))
    position = np.full(len(y), -1)
    position[rows] = np.arange(len(rows))
    folds = [tuple(position[part][position[part] >= 0] for part in fold) for fold in parts]
    tested = lone.copy()
    for train, test in folds:
        tested[test] = True
        if np.intersect1d(train, test).size:
            raise ValueError("`cv` has a row in both the train and the test part of a fold.")
    if not tested.all():
        row = int(rows[~tested][0])
        raise ValueError(
            f"No teacher answered row {row}: `cv` left it in every training fold. "
            "Use a partition such as KFold."
        )
    return folds


def ask_teacher(
    teacher, X, y, folds, *, classes, method, fit_params, answers, n_jobs, cache=None
):
    """Fit the teacher and collect its answers to rows that it did not see.

    Parameters
    ----------
    teacher : classifier or FrozenEstimator
        Cloned, unless frozen.
    X, y : table and labels of n_samples rows
        Given to the teacher as they are.
    folds : list of (train, test)
    classes : ndarray of shape (n_classes,)
    method : {"cv", "oob", "frozen"}
    fit_params : dict of str to array of shape (n_samples,)
        Given to the teacher's fit, row by row.
    answers : bool
        Whether answers are wanted; otherwise the teacher is only fitted.
    n_jobs : int or None
    cache : Cache or None

    Returns
    -------
    scores : TeacherScores
    """
    n = len(y)
    everything = np.arange(n)
    held_out = np.ones(n, dtype=bool)
    if method == "frozen":
        _check_classes(teacher, classes)
        log_proba = answer(teacher, X, classes) if answers else None
        if answers:
            _warn_if_seen(log_proba, y, classes)
        return TeacherScores(log_proba, held_out, teacher, teacher)

    fold_rows = [(train, test, i == 0) for i, (train, test) in enumerate(folds)]
    if method == "oob":
        fold_rows = fold_rows[:1]
    wanted = [(everything, None, True), *(fold_rows if answers else [])]
    results = Parallel(n_jobs=n_jobs)(
        delayed(_fit_and_answer)(teacher, X, y, classes, fit_params, *job, cache)
        for job in wanted
    )
    full = results[0][0]
    if not answers:
        return TeacherScores(None, held_out, full, None)
    if method == "oob":
        log_proba = _out_of_bag(full, classes, n)
    else:
        total, count = np.zeros((n, len(classes))), np.zeros(n)
        for (_, test, _), (_, part) in zip(wanted[1:], results[1:], strict=True):
            total[test] += np.exp(part)
            count[test] += 1
        held_out = count > 0
        if not held_out.all():
            total[~held_out] = np.exp(answer(full, take_rows(X, ~held_out), classes))
        with np.errstate(divide="ignore"):
            log_proba = np.log(total / np.maximum(count, 1)[:, None])
    return TeacherScores(log_proba, held_out, full, results[1][0])


def answer(teacher, X, classes):
    """Ask a fitted teacher about rows.

    Parameters
    ----------
    teacher : fitted classifier
    X : table of shape (n_samples, n_features)
    classes : ndarray of shape (n_classes,)

    Returns
    -------
    log_proba : float64 array of shape (n_samples, n_classes)
        A class that the teacher does not know has -inf.
    """
    if hasattr(teacher, "predict_proba"):
        proba = np.asarray(teacher.predict_proba(X), dtype=np.float64)
        with np.errstate(divide="ignore", invalid="ignore"):
            log_proba = np.log(proba)
    else:
        log_proba = _log_softmax(np.asarray(teacher.decision_function(X), dtype=np.float64))
    return _in_order(log_proba, teacher, classes)


def check_teacher(teacher):
    """Say what is wrong with a teacher before anything is fitted."""
    if isinstance(teacher, type):
        raise TypeError(
            f"teacher must be an instance, got the class {teacher.__name__}: "
            f"call it, as in {teacher.__name__}()."
        )
    if not (hasattr(teacher, "fit") and hasattr(teacher, "get_params")):
        raise TypeError(f"teacher must be a scikit-learn classifier, got {teacher!r}.")
    if not (hasattr(teacher, "predict_proba") or hasattr(teacher, "decision_function")):
        raise TypeError(
            f"The teacher {type(teacher).__name__} has neither predict_proba nor "
            "decision_function, so it has no soft targets to give. Use a classifier that has one "
            "(voting='soft' for a VotingClassifier), or wrap it in CalibratedClassifierCV."
        )


def fill_random_states(teacher, random_state):
    """Give every ``random_state=None`` inside the teacher a seed, as ensembles do."""
    rng = np.random.default_rng(random_state)
    seeds = {
        name: int(rng.integers(2**31 - 1))
        for name, value in sorted(teacher.get_params(deep=True).items(), key=lambda item: item[0])
        if (name == "random_state" or name.endswith("__random_state")) and value is None
    }
    return teacher.set_params(**seeds) if seeds else teacher


def _stratified(n_folds, y, grouped, random_state):
    """A stratified splitter with a fold for each row of the smallest class, and lone rows."""
    if n_folds < 2:
        raise ValueError(f"cv must be at least 2 folds, got {n_folds}.")
    _, codes, counts = np.unique(y, return_inverse=True, return_counts=True)
    single = counts[codes] == 1
    if single.all():
        raise ValueError(
            "Every class has a single row, so no teacher can answer rows that it did not see. "
            "Give at least two rows of a class, or a FrozenEstimator as teacher."
        )
    smallest = counts[counts > 1].min()
    if single.any():
        warnings.warn(
            f"{single.sum()} classes have a single row, which no fold can hold out: "
            "the teacher's answer to it is taken in-sample.",
            DistillationWarning,
            stacklevel=4,
        )
    if smallest < n_folds:
        warnings.warn(
            f"The smallest class has {smallest} rows: {smallest} folds instead of {n_folds}.",
            DistillationWarning,
            stacklevel=4,
        )
    splitter = StratifiedGroupKFold if grouped else StratifiedKFold
    n_folds = min(n_folds, int(smallest))
    return splitter(n_folds, shuffle=True, random_state=random_state), single


def _fit_and_answer(teacher, X, y, classes, fit_params, train, test, keep, cache):
    def compute():
        params = {name: values[train] for name, values in fit_params.items()}
        all_rows = len(train) == len(y) and test is None
        fitted = clone(teacher).fit(X if all_rows else take_rows(X, train), y[train], **params)
        part = None
        if test is not None:
            missing = np.setdiff1d(classes, fitted.classes_)
            if len(missing):
                warnings.warn(
                    f"A fold's training rows lack classes {missing.tolist()}: its teacher gives "
                    "them probability zero.",
                    DistillationWarning,
                    stacklevel=2,
                )
            part = answer(fitted, take_rows(X, test), classes)
        return fitted if keep else None, part

    return compute() if cache is None else cache.get((train, test, keep), compute)


def _in_order(log_proba, teacher, classes):
    known = np.asarray(teacher.classes_)
    if log_proba.ndim != 2 or log_proba.shape[1] != len(known):
        raise ValueError(
            f"The teacher {type(teacher).__name__} answered with shape {log_proba.shape} for "
            f"{len(known)} classes: expected one column a class."
        )
    if np.isnan(log_proba).any():
        row = int(np.flatnonzero(np.isnan(log_proba).any(axis=1))[0])
        raise ValueError(
            f"The teacher {type(teacher).__name__} answered row {row} with NaN or a negative "
            "probability. Check that it can take such rows (missing values?)."
        )
    ordered = np.full((len(log_proba), len(classes)), -np.inf)
    column = {label: k for k, label in enumerate(classes.tolist())}
    for k, label in enumerate(known.tolist()):
        ordered[:, column[label]] = log_proba[:, k]
    return ordered


def _log_softmax(scores):
    if scores.ndim == 1:
        return -np.logaddexp(0, np.column_stack([scores, -scores]))
    scores = scores - scores.max(axis=1, keepdims=True)
    return scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))


def _out_of_bag(teacher, classes, n):
    proba = getattr(teacher, "oob_decision_function_", None)
    if proba is None or np.shape(proba) != (n, len(teacher.classes_)):
        raise ValueError(
            'cv="oob" needs an outermost teacher with oob_decision_function_, such as '
            "RandomForestClassifier(oob_score=True)."
        )
    proba = np.nan_to_num(np.asarray(proba, dtype=np.float64))
    silent = proba.sum(axis=1) == 0
    if silent.any():
        raise ValueError(
            f"No tree of the teacher left row {int(np.flatnonzero(silent)[0])} out of its "
            f"bootstrap ({silent.sum()} rows in all): use more trees, or cv=5."
        )
    with np.errstate(divide="ignore"):
        return _in_order(np.log(proba), teacher, classes)


def _check_classes(teacher, classes):
    known = getattr(teacher, "classes_", None)
    if known is None:
        raise ValueError("The FrozenEstimator holds a teacher without classes_: fit it first.")
    if not np.array_equal(np.sort(np.asarray(known)), classes):
        raise ValueError(
            f"The frozen teacher knows the classes {list(known)}, but y has {classes.tolist()}. "
            "Pass rows of exactly the classes that the teacher was fitted on."
        )


def _warn_if_seen(log_proba, y, classes):
    accuracy = np.mean(classes[log_proba.argmax(axis=1)] == y)
    if accuracy >= SUSPICIOUS_ACCURACY:
        warnings.warn(
            f"The frozen teacher is right on {accuracy:.1%} of the rows, as if it had seen them: "
            "soft targets of rows that it was trained on teach little more than the labels. Pass "
            "rows that it did not see, or the teacher without FrozenEstimator.",
            DistillationWarning,
            stacklevel=3,
        )

