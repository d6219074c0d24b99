"""Any teacher → answers about rows that it did not see, columns in the order of the classes."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.utils.parallel import Parallel, delayed

from skdistill._progress import track
from skdistill.exceptions import warn
from skdistill.tables import take_rows


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
    seen : bool
        Whether a frozen teacher seems to have been fitted on these rows.
    """

    teacher: Any
    log_proba: np.ndarray | None
    held_out: np.ndarray
    race_teacher: Any
    race_log_proba: np.ndarray | None
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
    race_log_proba = None
    if race:
        train = folds[0][0]
        of_race = parts[len(folds) :]
        if method == "oob":
            of_race = [(train, _out_of_bag(of_fold, classes, len(train)))]
        race_log_proba, reached = _mean([parts[0], *of_race], n, classes)
        _fill_in(race_log_proba, ~reached, of_fold, X, classes)
    return TeacherScores(full, log_proba, held_out, of_fold, race_log_proba)


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


def has_frozen(value):
    """Whether there is a FrozenEstimator in an estimator, or in a list or dict of parameters."""
    if isinstance(value, FrozenEstimator):
        return True
    if isinstance(value, dict):
        return has_frozen(list(value.values()))
    if isinstance(value, list | tuple):
        return any(map(has_frozen, value))
    is_estimator = hasattr(value, "get_params") and not isinstance(value, type)
    return is_estimator and has_frozen(value.get_params(deep=False))


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
        fitted = clone(teacher).fit(X if all_rows else take_rows(X, train), y[train], **params)
        part = None
        if test is not None:
            missing = np.setdiff1d(y[test], fitted.classes_)
            if len(missing):
                warn(
                    f"A fold's training rows lack classes {missing.tolist()}: its teacher gives "
                    "them probability zero."
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
            f"The frozen teacher knows the classes {np.asarray(known).tolist()}, but y "
            f"has {classes.tolist()}. Pass rows of exactly the classes that the teacher knows."
        )
