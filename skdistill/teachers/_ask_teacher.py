"""Any teacher → answers about rows that it did not see, columns in the order of the classes."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import clone, is_regressor
from sklearn.frozen import FrozenEstimator
from sklearn.utils.parallel import Parallel, delayed

from skdistill._plumbing.progress import track
from skdistill.exceptions import warn
from skdistill.tables import take_rows
from skdistill.tasks import positions
from skdistill.teachers._adapt import has_frozen, last_step
from skdistill.teachers._questions import (
    answer,
    check_agreement,
    check_fitted,
    fit_teacher,
    in_order,
    no_answers,
)


@dataclass(frozen=True)
class TeacherScores:
    """What the teacher answered.

    Parameters
    ----------
    teacher : classifier
        Fitted on all rows.
    log_proba : float64 array of shape (n_samples, n_classes) or None
        Held-out log-probabilities, -inf for zero. None when no answers were asked for.
    held_out : bool array of shape (n_samples,)
        False where no fold could hold the row out (the only row of its class).
    race_teacher : classifier or None
        Fitted on the first fold's training rows.
    race_log_proba : float64 array of shape (n_samples, n_classes) or None
        As `log_proba`, but by teachers that have not seen the first fold's test rows either.
    race_held_out : bool array of shape (n_samples,) or None
        False where `race_log_proba` is by a teacher that was fitted on the row. None: `held_out`.
    seen : bool
        Whether a frozen teacher seems to have been fitted on these rows.
    """

    teacher: Any
    log_proba: np.ndarray | None
    held_out: np.ndarray
    race_teacher: Any
    race_log_proba: np.ndarray | None
    race_held_out: np.ndarray | None = None
    seen: bool = False

    @classmethod
    def none(cls, n):
        """Return what stands for no teacher, for `n` rows."""
        return cls(None, None, np.ones(n, dtype=bool), None, None)


def ask_teacher(
    teacher,
    X,
    y,
    folds,
    inner=(),
    *,
    classes,
    method,
    fit_params,
    answers,
    race,
    n_jobs,
    cache=None,
):
    """Fit the teacher and collect its answers to rows that it did not see.

    Parameters
    ----------
    teacher : classifier or FrozenEstimator
        Cloned, unless frozen.
    X, y : table and labels of n_samples rows
        Given to the teacher as they are.
    folds : list of (train, test)
    inner : list of (train, test)
        Folds of the first fold's training rows, for the answers of the race.
    classes : ndarray of shape (n_classes,)
    method : {"cv", "oob", "frozen"}
    fit_params : dict of str to array of shape (n_samples,)
        Given to the teacher's fit, row by row.
    answers : bool
        Whether answers are wanted; otherwise the teacher is only fitted.
    race : bool
        Whether answers that know nothing of the first fold's test rows are wanted as well.
    n_jobs : int or None
    cache : Cache or None

    Returns
    -------
    scores : TeacherScores
    """
    n = len(y)
    if method == "frozen":
        _check_classes(teacher, classes)
        log_proba = answer(teacher, X, classes) if answers else None
        if answers:
            check_agreement(teacher, X, log_proba, classes)
        return TeacherScores(teacher, log_proba, np.ones(n, dtype=bool), teacher, log_proba)

    asked = [] if not answers else folds if method == "cv" else folds[:1] if race else []
    inner = list(inner) if answers and race and method == "cv" else []
    jobs = [(np.arange(n), None, True)]
    jobs += [(train, test, i == 0) for i, (train, test) in enumerate(asked)]
    jobs += [(train, test, False) for train, test in inner]
    fits = Parallel(n_jobs=n_jobs, return_as="generator")(
        delayed(_fit_and_answer)(teacher, X, y, classes, fit_params, *job, cache) for job in jobs
    )
    (full, _), *results = track(fits, "teachers fitted", len(jobs))
    if not answers:
        return TeacherScores(full, None, np.ones(n, dtype=bool), None, None)
    parts = [(test, part) for (_, test, _), (_, part) in zip(jobs[1:], results, strict=True)]
    of_fold = results[0][0] if results else None
    if method == "oob":
        log_proba, held_out = _out_of_bag(full, classes, n), np.ones(n, dtype=bool)
    else:
        log_proba, held_out = _mean(parts[: len(folds)], n, classes)
        _fill_in(log_proba, ~held_out, full, X, classes)
    race_log_proba = reached = None
    if race:
        train = folds[0][0]
        of_race = parts[len(folds) :]
        if method == "oob":
            of_race = [(train, _out_of_bag(of_fold, classes, len(train)))]
        race_log_proba, reached = _mean([parts[0], *of_race], n, classes)
        _fill_in(race_log_proba, ~reached, of_fold, X, classes)
    return TeacherScores(full, log_proba, held_out, of_fold, race_log_proba, reached)


def check_teacher(teacher):
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
        raise TypeError(f"teacher must be a scikit-learn classifier, got {teacher!r}.")
    if isinstance(teacher, FrozenEstimator):
        check_fitted(teacher)
    elif is_regressor(teacher) or getattr(last_step(teacher), "voting", None) == "hard":
        raise TypeError(no_answers(teacher))


def check_out_of_bag(teacher, groups):
    """Say why out-of-bag answers would be answers to rows that the teacher knows."""
    if has_frozen(teacher):
        raise ValueError(
            'cv="oob" fits a forest whose trees leave rows out, but a FrozenEstimator is not '
            "fitted, and its answers may be to rows that it knows. Pass the teacher without "
            "FrozenEstimator, or rows that it did not see and no cv."
        )
    if groups is not None:
        raise ValueError(
            'cv="oob" leaves out rows, not groups: out-of-bag answers know the other rows of a '
            "group. Use cv=5, whose folds keep groups together."
        )


def _mean(parts, n, classes):
    """Average the answers to each row; also return which rows have any."""
    total, count = np.zeros((n, len(classes))), np.zeros(n)
    for rows, log_proba in parts:
        total[rows] += np.exp(log_proba)
        count[rows] += 1
    with np.errstate(divide="ignore"):
        return np.log(total / np.maximum(count, 1)[:, None]), count > 0


def _fill_in(log_proba, lacking, teacher, X, classes):
    """Let a teacher that may have seen them answer the rows that no other one answered."""
    if lacking.any():
        log_proba[lacking] = answer(teacher, take_rows(X, np.flatnonzero(lacking)), classes)


def _fit_and_answer(teacher, X, y, classes, fit_params, train, test, keep, cache):
    def compute():
        params = {name: values[train] for name, values in fit_params.items()}
        all_rows = len(train) == len(y) and test is None
        rows = X if all_rows else take_rows(X, train)
        fitted = fit_teacher(clone(teacher), rows, y[train], **params)
        if test is None:
            return fitted, None
        missing = np.setdiff1d(y[test], y[train])
        if len(missing):
            warn(
                f"A fold's training rows lack classes {missing.tolist()}: its teacher gives "
                "them probability zero."
            )
        tested = take_rows(X, test)
        part = answer(fitted, tested, classes)
        if keep:
            check_agreement(fitted, tested, part, classes)
        return fitted if keep else None, part

    return compute() if cache is None else cache.get((train, test, keep), compute)


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
        return in_order(np.log(proba), teacher, classes)


def _check_classes(teacher, classes):
    place = positions(teacher.classes_, classes)
    if place is None or len(place) != len(classes):
        raise ValueError(
            f"The frozen teacher knows the classes {np.asarray(teacher.classes_).tolist()}, but y "
            f"has {classes.tolist()}. Pass rows of exactly the classes that the teacher knows."
        )
