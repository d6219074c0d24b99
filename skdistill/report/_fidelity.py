"""fidelity_report: a student beside its teacher and its rivals, on held-out rows."""

from collections.abc import Collection
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from skdistill.exceptions import only_informs
from skdistill.measures import UNKNOWN, boosting_of, fit_boosting, fit_twin, measure_costs
from skdistill.report._bootstrap import Draws
from skdistill.report._display import in_words
from skdistill.report._fidelity_report import FidelityReport, ModelFigures
from skdistill.report._given import check_length, check_rows, check_training
from skdistill.report._panels import make_panels
from skdistill.report._slices import worst_slices
from skdistill.report._teacher import check_distilled
from skdistill.report._verdict import (
    BOOSTING,
    CALIBRATED,
    PRIOR,
    STUDENT,
    TEACHER,
    TWIN,
    Gap,
    judge,
)
from skdistill.tables import as_table
from skdistill.tasks import measure

BASELINES = ("twin", "boosting")


def fidelity_report(
    clf: Any,
    X_test: Any,
    y_test: ArrayLike,
    *,
    X_train: Any = None,
    y_train: ArrayLike | None = None,
    sample_weight_train: ArrayLike | None = None,
    groups_train: ArrayLike | None = None,
    groups_test: ArrayLike | None = None,
    baselines: str | Collection[str] = "auto",
) -> FidelityReport:
    """Compare a student with its teacher and its rivals, on held-out rows.

    The rivals are the hard-label twin (the same student with ``alpha=0``, ``transfer=None`` and
    early stopping) and the best gradient boosting of no more bytes. Both are fitted here, on
    the training rows, which an estimator does not keep: without them only prior,
    teacher and student are compared, and the verdict is "undecided". It knows the rows of its fit
    again, though: a warning says where `X_train` is another table, or where rows of `X_test` are
    among them.

    Parameters
    ----------
    clf : fitted DistilledClassifier or DistilledRegressor
        Left as it is.
    X_test : table of shape (n_samples, n_features)
        Rows that neither `clf` nor its teacher was fitted on.
    y_test : array of shape (n_samples,) or (n_samples, n_outputs)
        Their labels.
    X_train : table of shape (n_train_samples, n_features) or None, default=None
        The rows that `clf` was fitted on.
    y_train : array of shape (n_train_samples,) or (n_train_samples, n_outputs), or None
        Their labels.
    sample_weight_train : array of shape (n_train_samples,) or None, default=None
        Weights that `clf` was fitted with. Rows of weight 0 are left out.
    groups_train : array of shape (n_train_samples,) or None, default=None
        Groups that `clf` was fitted with: the rivals hold them out as a whole, too.
    groups_test : array of shape (n_samples,) or None, default=None
        Groups of the held-out rows: rows of one group count as one draw in the intervals.
    baselines : "auto" or list of {"twin", "boosting"}, default="auto"
        Rivals to fit. "auto" is both; the boosting is left out where the student reads sparse
        matrices, has no size or predicts several numbers.

    Returns
    -------
    report : FidelityReport
        Figures, intervals, slices, the verdict, and the models that were compared.

    Raises
    ------
    TypeError
        If `clf` is not a fitted DistilledClassifier or DistilledRegressor.
    ValueError
        If it has no teacher, or was fitted with groups or weights that are not passed with the
        training rows; if rows, labels or `baselines` are unusable. The message says which and why.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.linear_model import LogisticRegression
    >>> from skdistill import DistilledClassifier
    >>> from skdistill.report import fidelity_report
    >>> X, y = load_iris(return_X_y=True)
    >>> teacher = LogisticRegression(max_iter=1000)
    >>> clf = DistilledClassifier(teacher, max_epochs=5, random_state=0).fit(X[::2], y[::2])
    >>> fidelity_report(clf, X[1::2], y[1::2]).verdict.choice
    'undecided'
    """
    check_distilled(clf, "fidelity_report")
    wanted, task = _wanted(baselines), clf.task_
    X_test = as_table(X_test)
    labels = _labels(task, X_test, y_test)
    if groups_test is not None:
        check_length("groups_test", groups_test, "X_test", len(labels))
    training = check_training(clf, X_train, y_train, sample_weight_train, groups_train)
    rows = clf.student_.reader.read(X_test)
    check_rows(clf, rows, training, groups_test)
    models = {TEACHER: clf.teacher_, STUDENT: clf.student_}
    costs = {name: measure_costs(model, X_test) for name, model in models.items()}
    answers = {STUDENT: task.answers(clf.student_, X_test), **_of_others(clf, X_test)}
    if CALIBRATED in answers:
        costs[CALIBRATED] = costs[TEACHER]
    costs[PRIOR] = UNKNOWN
    if training is not None:
        rivals = _fit_rivals(clf, wanted, costs[STUDENT].n_bytes, training)
        models |= rivals
        costs |= {name: measure_costs(model, X_test) for name, model in rivals.items()}
        answers |= {name: task.answers(model, X_test) for name, model in rivals.items()}
    found = (_in_order(by_model) for by_model in (models, answers, costs))
    return _report(clf, rows, labels, groups_test, *found)


def _of_others(clf, X):
    """Return the answers of prior and teacher, and those of the teacher calibrated."""
    answers = {
        PRIOR: np.tile(clf.fitted_on_.of_nobody, (X.shape[0], 1)),
        TEACHER: clf.ask_teacher(X, calibrated=False),
    }
    if clf.calibrator_ is not None:
        answers[CALIBRATED] = clf.ask_teacher(X)
    return answers


def _in_order(by_model):
    """Return a dict by model in the order of tables."""
    order = PRIOR, TEACHER, CALIBRATED, TWIN, BOOSTING, STUDENT
    return {name: by_model[name] for name in order if name in by_model}


def _wanted(baselines):
    if isinstance(baselines, str) and baselines == "auto":
        return BASELINES
    if isinstance(baselines, list | tuple | set) and set(baselines) <= set(BASELINES):
        return tuple(baselines)
    raise ValueError(
        f'baselines={baselines!r} is not known. Use "auto" or a list of '
        f"{' and '.join(map(repr, BASELINES))}."
    )


def _labels(task, X, y):
    """Return labels as the task reads them, or say what is wrong with the rows."""
    y, n = np.asarray(y), X.shape[0]
    check_length("y_test", y, "X_test", n, columns=True)
    if n == 0:
        raise ValueError("X_test has no rows: pass rows that were held out of the fit.")
    return task.labels_of(y, "y_test")


def _fit_rivals(clf, wanted, n_bytes, training):
    """Return the fitted baselines by name."""
    rivals = {}
    train = training.X, training.y, training.sample_weight, training.groups
    if "twin" in wanted:
        rivals[TWIN] = fit_twin(clf, *train).student_
    if "boosting" in wanted and _has_boosting(clf, n_bytes):
        rivals[BOOSTING] = fit_boosting(n_bytes, *train, task=clf.task_)
    return {name: rival for name, rival in rivals.items() if rival is not None}


def _has_boosting(clf, n_bytes):
    """Whether boosting reads such rows, of a size to be of, and predicts as much."""
    sparse = clf.student_.reader.sparse
    return not sparse and np.isfinite(n_bytes) and boosting_of(clf.task_) is not None


def _report(clf, rows, labels, groups, fitted, answers, costs):
    """Measure, compare and judge."""
    task, reference = clf.task_, answers.get(CALIBRATED, answers[TEACHER])
    losses = {name: task.answer_losses(labels, each) for name, each in answers.items()}
    intervals = _Intervals(losses, groups)
    parts = {name: task.losses_by_part(labels, each) for name, each in answers.items()}
    models = {
        name: ModelFigures(
            quality=measure(task.measures, labels, each, reference),
            costs=costs[name],
            loss=intervals.loss(name),
            lead=intervals.lead(name),
            loss_by_part={
                part: float(inside.mean()) if len(inside) else np.nan
                for part, inside in parts[name].items()
            },
        )
        for name, each in answers.items()
    }
    gap = intervals.gap(in_words(task.loss))
    excess = losses[STUDENT] - task.answer_losses(labels, reference)
    return FidelityReport(
        n_rows=len(labels),
        task=task,
        models=models,
        gap_closed=gap.share,
        gap_note=gap.why_not,
        rows_by_part={part: len(inside) for part, inside in parts[STUDENT].items()},
        slices=_slices(clf, rows, reference, answers[STUDENT], excess),
        verdict=judge(
            {name: row.lead for name, row in models.items()},
            gap,
            costs,
            in_words(task.loss),
            n=intervals.n,
            over_prior={name: intervals.lead(PRIOR, name) for name in models},
        ),
        models_=fitted,
        panels=make_panels(clf, labels, answers, models),
    )


class _Intervals:
    """Intervals of what follows from mean losses, over the same draws."""

    def __init__(self, losses, groups):
        self.at = {name: k for k, name in enumerate(losses)}
        self.draws = Draws(np.column_stack(list(losses.values())), groups)
        self.n = self.draws.n

    def loss(self, name):
        return self.draws.interval(lambda means: means[..., self.at[name]])

    def lead(self, name, other=STUDENT):
        """Return by how much `other` has the lower loss."""
        one, two = self.at[name], self.at[other]
        return self.draws.interval(lambda means: means[..., one] - means[..., two])

    def gap(self, loss):
        """Return the share of the gap that the student closes, where the gap is clear of zero."""
        if TWIN not in self.at:
            return Gap(None)
        teacher = CALIBRATED if CALIBRATED in self.at else TEACHER
        gap = self.lead(TWIN, teacher)
        if gap.low <= 0:
            return Gap(
                None,
                "The share of the gap between twin and teacher that the student closes is not "
                f"stated: the gap in {loss}, {gap}, is not clear of zero.",
            )
        twin, of_teacher, student = (self.at[name] for name in (TWIN, teacher, STUDENT))
        return Gap(
            self.draws.ratio(
                lambda means: means[..., twin] - means[..., student],
                lambda means: means[..., twin] - means[..., of_teacher],
            )
        )


@only_informs("The report's slices", ())
def _slices(clf, rows, reference, answers, excess_loss):
    reader, task = clf.student_.reader, clf.task_
    if reader.sparse:
        return ()
    of_teacher = [each for each in task.measures if each.of_teacher]

    def likeness(inside):
        return measure(of_teacher, None, answers[inside], reference[inside])

    how = {"likeness": likeness, "unlike": task.unlike, "excess_loss": excess_loss}
    return worst_slices(rows, reader, **how)
