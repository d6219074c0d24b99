"""fidelity_report: a student beside its teacher and its rivals, on held-out rows."""

import numpy as np

from skdistill.exceptions import only_informs
from skdistill.measures import fit_boosting, fit_twin, measure_costs
from skdistill.report._bootstrap import interval, resampled_means
from skdistill.report._display import in_words
from skdistill.report._fidelity_report import FidelityReport, ModelFigures
from skdistill.report._panels import make_panels
from skdistill.report._slices import worst_slices
from skdistill.report._teacher import check_distilled
from skdistill.report._verdict import BOOSTING, CALIBRATED, STUDENT, TEACHER, TWIN, judge
from skdistill.tables import as_table
from skdistill.tasks import measure

BASELINES = ("twin", "boosting")


def fidelity_report(
    clf,
    X_test,
    y_test,
    *,
    X_train=None,
    y_train=None,
    sample_weight_train=None,
    baselines="auto",
):
    """Compare a student with its teacher and its rivals, on held-out rows.

    The rivals are the hard-label twin (the same student with ``alpha=0``, ``transfer=None`` and
    early stopping) and the best gradient boosting of no more bytes. Both are fitted here, on
    the training rows, which a `DistilledClassifier` does not keep: without them only teacher and
    student are compared, and the verdict is "undecided".

    Parameters
    ----------
    clf : fitted DistilledClassifier
        Left as it is.
    X_test : table of shape (n_samples, n_features)
        Rows that neither `clf` nor its teacher was fitted on.
    y_test : array of shape (n_samples,)
        Their labels.
    X_train : table of shape (n_train_samples, n_features) or None, default=None
        The rows that `clf` was fitted on.
    y_train : array of shape (n_train_samples,) or None, default=None
        Their labels.
    sample_weight_train : array of shape (n_train_samples,) or None, default=None
        Weights that `clf` was fitted with.
    baselines : "auto" or list of {"twin", "boosting"}, default="auto"
        Rivals to fit. "auto" is both; the boosting is left out where the student reads sparse
        matrices or has no size.

    Returns
    -------
    report : FidelityReport
        Figures, intervals, slices and the verdict.

    Raises
    ------
    TypeError
        If `clf` is not a fitted DistilledClassifier.
    ValueError
        If it has no teacher, or rows, labels or `baselines` are unusable; the message says which
        and why.

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
    wanted = _wanted(baselines)
    X_test = as_table(X_test)
    labels = _labels(clf.task_, X_test, y_test)
    if (X_train is None) != (y_train is None):
        given, missing = ("y_train", "X_train") if X_train is None else ("X_train", "y_train")
        raise ValueError(f"{given} was passed without {missing}: pass both, or neither.")
    costs = {TEACHER: measure_costs(clf.teacher_, X_test)}
    answers = {TEACHER: clf.ask_teacher(X_test, calibrated=False)}
    if clf.calibrator_ is not None:
        costs[CALIBRATED], answers[CALIBRATED] = costs[TEACHER], clf.ask_teacher(X_test)
    of_student = measure_costs(clf.student_, X_test)
    rivals = {}
    if X_train is not None:
        clf.task_.check_learned(y_train, "y_train")
        train = X_train, y_train, sample_weight_train
        rivals = _fit_rivals(clf, wanted, of_student.n_bytes, train)
    for name, model in rivals.items():
        costs[name], answers[name] = measure_costs(model, X_test), clf.task_.answers(model, X_test)
    costs[STUDENT], answers[STUDENT] = of_student, clf.task_.answers(clf, X_test)
    return _report(clf, X_test, labels, answers, costs)


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
    if y.shape != (n,):
        raise ValueError(
            f"X_test has {n} rows and y_test has the shape {y.shape}: pass one label a row."
        )
    if n == 0:
        raise ValueError("X_test has no rows: pass rows that were held out of the fit.")
    return task.labels_of(y, "y_test")


def _fit_rivals(clf, wanted, n_bytes, train):
    """Return the fitted baselines by name."""
    rivals = {}
    if "twin" in wanted:
        rivals[TWIN] = fit_twin(clf, *train).student_
    if "boosting" in wanted and not clf.student_.reader.sparse and np.isfinite(n_bytes):
        rivals[BOOSTING] = fit_boosting(n_bytes, *train)
    return {name: rival for name, rival in rivals.items() if rival is not None}


def _report(clf, X, labels, answers, costs):
    """Measure, compare and judge."""
    task, reference = clf.task_, answers.get(CALIBRATED, answers[TEACHER])
    losses = {name: task.answer_losses(labels, each) for name, each in answers.items()}
    intervals, parts = _Intervals(losses), task.parts(labels)
    models = {
        name: ModelFigures(
            quality=measure(task.measures, labels, each, reference),
            costs=costs[name],
            loss=intervals.loss(name),
            lead=intervals.lead(name),
            loss_by_part={
                part: float(losses[name][rows].mean()) if rows.any() else np.nan
                for part, rows in parts.items()
            },
        )
        for name, each in answers.items()
    }
    gap_closed, leads = intervals.gap_closed(), {name: row.lead for name, row in models.items()}
    excess = losses[STUDENT] - task.answer_losses(labels, reference)
    return FidelityReport(
        n_rows=len(labels),
        task=task,
        models=models,
        gap_closed=gap_closed,
        slices=_slices(clf, X, reference, answers[STUDENT], excess),
        verdict=judge(leads, gap_closed, costs, in_words(task.loss)),
        panels=make_panels(clf, labels, answers, models),
    )


class _Intervals:
    """Intervals of what follows from mean losses, over the same resamples."""

    def __init__(self, losses):
        self.at = {name: k for k, name in enumerate(losses)}
        stacked = np.column_stack(list(losses.values()))
        self.means, self.resampled = stacked.mean(axis=0), resampled_means(stacked)

    def loss(self, name):
        return self._of(lambda means: means[..., self.at[name]])

    def lead(self, name, other=STUDENT):
        """Return by how much `other` has the lower loss."""
        return self._of(lambda means: means[..., self.at[name]] - means[..., self.at[other]])

    def gap_closed(self):
        """Return the share of the gap that the student closes; None without a clear gap."""
        teacher = CALIBRATED if CALIBRATED in self.at else TEACHER
        if TWIN not in self.at or self.lead(TWIN, teacher).low <= 0:
            return None
        at = [self.at[name] for name in (TWIN, teacher, STUDENT)]

        def share(means):
            twin, of_teacher, student = (means[..., k] for k in at)
            return (twin - student) / (twin - of_teacher)

        return self._of(share)

    def _of(self, statistic):
        return interval(self.means, self.resampled, statistic)


@only_informs("The report's slices", ())
def _slices(clf, X, reference, answers, excess_loss):
    reader, measures = clf.student_.reader, clf.task_.measures
    if reader.sparse:
        return ()
    likeness = {each.name: each.of(reference, answers) for each in measures if each.of_teacher}
    return worst_slices(reader.read(X), reader, excess_loss=excess_loss, **likeness)
