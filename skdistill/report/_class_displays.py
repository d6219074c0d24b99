"""Displays of classes: reliability of confidence, agreement with the teacher."""

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skdistill.report._display import FAINT, Display, share_bounds
from skdistill.report._teacher import check_distilled
from skdistill.tasks import by_confidence, codes_of


class _ByConfidence(Display):
    confidence: np.ndarray
    n_rows: np.ndarray
    name: str | None

    def _line(self, ax, share, kwargs):
        """Draw a share of rows against confidence, with the share's intervals."""
        style = {"marker": "o", "markersize": 4, "label": self.name, **kwargs}
        (self.line_,) = ax.plot(self.confidence, share, **style)
        bounds = share_bounds(share, self.n_rows)
        ax.vlines(self.confidence, *bounds, color=self.line_.get_color(), linewidth=0.8)
        if self.name is not None:
            ax.legend(fontsize="small")

    def _columns(self, name, share):
        low, high = share_bounds(share, self.n_rows)
        columns = {name: share, f"{name}_low": low, f"{name}_high": high}
        return {"confidence": self.confidence, **columns, "n_rows": self.n_rows}


class ReliabilityDisplay(_ByConfidence):
    """Accuracy against confidence, over bins of equal mass, with 95 % intervals.

    Parameters
    ----------
    confidence : float array of shape (n_bins,)
        Mean probability of the most probable class in each bin.
    accuracy : float array of shape (n_bins,)
        Share of rows whose most probable class is the label.
    n_rows : array of shape (n_bins,)
        Rows in each bin.
    name : str or None, default=None
        Label of the line.

    Attributes
    ----------
    line_ : matplotlib Line2D
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    """

    def __init__(
        self,
        confidence: NDArray[Any],
        accuracy: NDArray[Any],
        n_rows: NDArray[Any],
        *,
        name: str | None = None,
    ) -> None:
        self.confidence = confidence
        self.accuracy = accuracy
        self.n_rows = n_rows
        self.name = name

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: ArrayLike,
        *,
        n_bins: int = 15,
        name: str | None = None,
        ax: Any = None,
    ) -> Self:
        """Draw how reliable a fitted classifier's confidence is.

        Parameters
        ----------
        estimator : fitted classifier with predict_proba
            Whose probabilities to draw.
        X : table of shape (n_samples, n_features)
            Held-out rows.
        y : array of shape (n_samples,)
            Labels of these rows.
        n_bins : int, default=15
            Bins of nearly as many rows each, by confidence.
        name : str or None, default=None
            None: the name of the estimator's class.
        ax : matplotlib Axes or None, default=None
            Where to draw; None makes a figure.

        Returns
        -------
        display : ReliabilityDisplay
            With `ax_`, `figure_` and what was drawn on it.
        """
        return cls.from_predictions(
            y,
            estimator.predict_proba(X),
            classes=estimator.classes_,
            n_bins=n_bins,
            name=type(estimator).__name__ if name is None else name,
            ax=ax,
        )

    @classmethod
    def from_predictions(
        cls,
        y: ArrayLike,
        proba: ArrayLike,
        *,
        classes: ArrayLike,
        n_bins: int = 15,
        name: str | None = None,
        ax: Any = None,
    ) -> Self:
        """Draw how reliable the confidence of probabilities is.

        Parameters
        ----------
        y : array of shape (n_samples,)
            Labels of these rows.
        proba : float array of shape (n_samples, n_classes)
            Probability of each class.
        classes : array of shape (n_classes,)
            Labels of the columns.
        n_bins : int, default=15
            Bins of nearly as many rows each, by confidence.
        name : str or None, default=None
            Label of the line.
        ax : matplotlib Axes or None, default=None
            Where to draw; None makes a figure.

        Returns
        -------
        display : ReliabilityDisplay
            With `ax_`, `figure_` and what was drawn on it.
        """
        bins = accuracy_bins(codes_of(y, classes, "y"), np.asarray(proba), n_bins)
        return cls(*bins, name=name).plot(ax)

    def _draw(self, ax, kwargs):
        ax.axline((1, 1), slope=1, linestyle=":", **FAINT)
        self._line(ax, self.accuracy, kwargs)
        ax.set(xlabel="confidence", ylabel="accuracy")

    def _points(self):
        return self._columns("accuracy", self.accuracy)


class AgreementDisplay(_ByConfidence):
    """Share of rows on which student and teacher agree, against the teacher's confidence.

    With 95 % intervals of the share in each bin.

    Parameters
    ----------
    confidence : float array of shape (n_bins,)
        Mean of the teacher's highest probability in each bin of equal mass.
    agreement : float array of shape (n_bins,)
        Share of rows answered with the teacher's class.
    n_rows : array of shape (n_bins,)
        Rows in each bin.
    name : str or None, default=None
        Label of the line.

    Attributes
    ----------
    line_ : matplotlib Line2D
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    """

    def __init__(
        self,
        confidence: NDArray[Any],
        agreement: NDArray[Any],
        n_rows: NDArray[Any],
        *,
        name: str | None = None,
    ) -> None:
        self.confidence = confidence
        self.agreement = agreement
        self.n_rows = n_rows
        self.name = name

    @classmethod
    def from_estimator(
        cls, clf: Any, X: Any, *, n_bins: int = 10, name: str | None = None, ax: Any = None
    ) -> Self:
        """Draw where the student of a fitted DistilledClassifier agrees with its teacher.

        Parameters
        ----------
        clf : fitted DistilledClassifier
            Its teacher's calibrated answers count, where it has a calibrator.
        X : table of shape (n_samples, n_features)
            Held-out rows; no labels are needed.
        n_bins : int, default=10
            Bins of nearly as many rows each, by confidence.
        name : str or None, default=None
            Label of the line.
        ax : matplotlib Axes or None, default=None
            Where to draw; None makes a figure.

        Returns
        -------
        display : AgreementDisplay
            With `ax_`, `figure_` and what was drawn on it.

        Raises
        ------
        TypeError, ValueError
            If `clf` is not fitted, or has no classes or no teacher.
        """
        check_distilled(clf, "AgreementDisplay")
        if not hasattr(clf, "classes_"):
            raise TypeError(
                f"AgreementDisplay draws classes, and this {type(clf).__name__} has none. Use "
                "PredictionDisplay."
            )
        teacher = clf.ask_teacher(X)
        return cls.from_predictions(teacher, clf.predict_proba(X), n_bins=n_bins, name=name, ax=ax)

    @classmethod
    def from_predictions(
        cls,
        teacher_proba: ArrayLike,
        student_proba: ArrayLike,
        *,
        n_bins: int = 10,
        name: str | None = None,
        ax: Any = None,
    ) -> Self:
        """Draw where two classifiers' probabilities agree on the class.

        Parameters
        ----------
        teacher_proba, student_proba : float arrays of shape (n_samples, n_classes)
            Probability of each class, by teacher and by student.
        n_bins : int, default=10
            Bins of nearly as many rows each, by confidence.
        name : str or None, default=None
            Label of the line.
        ax : matplotlib Axes or None, default=None
            Where to draw; None makes a figure.

        Returns
        -------
        display : AgreementDisplay
            With `ax_`, `figure_` and what was drawn on it.
        """
        probas = np.asarray(teacher_proba), np.asarray(student_proba)
        return cls(*agreement_bins(*probas, n_bins), name=name).plot(ax)

    def _draw(self, ax, kwargs):
        self._line(ax, self.agreement, kwargs)
        ax.set(xlabel="teacher's confidence", ylabel="agreement")
        ax.autoscale(axis="y")  # all lines on the axes, where several displays share them
        ax.set_ylim(top=1.03)

    def _points(self):
        return self._columns("agreement", self.agreement)


def panels_of_classes(codes, probas, shown, teacher):
    """Return what `Panel` takes, for the models `shown`, a dict of their colours."""
    reliable, agree = [], []
    for name, color in shown.items():
        display = ReliabilityDisplay(*accuracy_bins(codes, probas[name]), name=name)
        reliable.append((display, {"color": color}))
        if name != teacher:
            bins = agreement_bins(probas[teacher], probas[name])
            agree.append((AgreementDisplay(*bins, name=name), {"color": color}))
    return [("Reliability", tuple(reliable)), ("Agreement with the teacher", tuple(agree))]


def accuracy_bins(codes, proba, n_bins=15):
    """Return confidence, accuracy and rows of bins of equal mass."""
    return by_confidence(proba, proba.argmax(axis=1) == codes, n_bins)


def agreement_bins(teacher_proba, student_proba, n_bins=10):
    """Return the teacher's confidence, agreement and rows of bins of equal mass."""
    agree = teacher_proba.argmax(axis=1) == student_proba.argmax(axis=1)
    return by_confidence(teacher_proba, agree, n_bins)
