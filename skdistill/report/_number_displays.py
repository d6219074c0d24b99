"""Displays of numbers: predicted against true, and what is left."""

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skdistill.report._display import FAINT, Display
from skdistill.report._verdict import STUDENT

MOST_POINTS = 300  # of a model, in a report
MOST_OUTPUTS = 2  # that a report draws


class _Predicted(Display):
    def __init__(
        self, true: NDArray[Any], predicted: NDArray[Any], *, name: str | None = None
    ) -> None:
        self.true = true
        self.predicted = predicted
        self.name = name

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: ArrayLike,
        *,
        output: int = 0,
        name: str | None = None,
        ax: Any = None,
    ) -> Self:
        """Draw what a fitted estimator predicts.

        Parameters
        ----------
        estimator : fitted estimator or RegressorStudent
            Whose numbers to draw.
        X : table of shape (n_samples, n_features)
            Held-out rows.
        y : array of shape (n_samples,) or (n_samples, n_outputs)
            Numbers of these rows.
        output : int, default=0
            Which of several numbers to draw.
        name : str or None, default=None
            None: the name of the estimator's class.
        ax : matplotlib Axes or None, default=None
            Where to draw; None makes a figure.

        Returns
        -------
        display : Display
            With `ax_`, `figure_` and what was drawn on it.
        """
        name = type(estimator).__name__ if name is None else name
        return cls.from_predictions(y, estimator.predict(X), output=output, name=name, ax=ax)

    @classmethod
    def from_predictions(
        cls,
        y: ArrayLike,
        predicted: ArrayLike,
        *,
        output: int = 0,
        name: str | None = None,
        ax: Any = None,
    ) -> Self:
        """Draw predictions.

        Parameters
        ----------
        y, predicted : array of shape (n_samples,) or (n_samples, n_outputs)
            Numbers of the same rows.
        output : int, default=0
            Which of several numbers to draw.
        name : str or None, default=None
            Label of the points.
        ax : matplotlib Axes or None, default=None
            Where to draw; None makes a figure.

        Returns
        -------
        display : Display
            With `ax_`, `figure_` and what was drawn on it.
        """
        return cls(_column(y, output), _column(predicted, output), name=name).plot(ax)

    def _dots(self, ax, x, y, kwargs):
        style = {"marker": "o", "markersize": 4, "linestyle": "", "alpha": 0.5, **kwargs}
        (self.line_,) = ax.plot(x, y, label=self.name, markeredgewidth=0, **style)
        ax.locator_params(axis="x", nbins=5)
        if self.name is not None:
            ax.legend(fontsize="small")


class PredictionDisplay(_Predicted):
    """Predicted against true numbers: on the dotted line both are the same.

    Parameters
    ----------
    true, predicted : float array of shape (n_samples,)
        A number of each row.
    name : str or None, default=None
        Label of the points.

    Attributes
    ----------
    line_ : matplotlib Line2D
        A marker for each row.
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    """

    def _draw(self, ax, kwargs):
        middle = float(np.median(self.true))
        ax.axline((middle, middle), slope=1, linestyle=":", **FAINT)
        self._dots(ax, self.true, self.predicted, kwargs)
        ax.set(xlabel="true", ylabel="predicted")

    def _points(self):
        return {"true": self.true, "predicted": self.predicted}


class ResidualDisplay(_Predicted):
    """Residuals, true minus predicted, against what is predicted.

    Parameters
    ----------
    true, predicted : float array of shape (n_samples,)
        A number of each row.
    name : str or None, default=None
        Label of the points.

    Attributes
    ----------
    line_ : matplotlib Line2D
        A marker for each row.
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    """

    def _draw(self, ax, kwargs):
        ax.axhline(0, linestyle=":", **FAINT)
        self._dots(ax, self.predicted, self.true - self.predicted, kwargs)
        ax.set(xlabel="predicted", ylabel="true - predicted")

    def _points(self):
        return {"predicted": self.predicted, "residual": self.true - self.predicted}


def panels_of_numbers(labels, answers, shown, teacher):
    """Return what `Panel` takes, of teacher and student, by output; of many rows some."""
    panels = []
    for k in range(min(labels.shape[1], MOST_OUTPUTS)):
        order = np.argsort(labels[:, k], kind="stable")
        rows = order[np.linspace(0, len(order) - 1, min(len(order), MOST_POINTS)).astype(int)]
        where = "" if labels.shape[1] == 1 else f", output {k}"
        for title, display in (
            ("Predicted against true", PredictionDisplay),
            ("Residuals", ResidualDisplay),
        ):
            drawn = tuple(
                (display(labels[rows, k], answers[name][rows, k], name=name), {"color": color})
                for name, color in shown.items()
                if name in (teacher, STUDENT)
            )
            panels.append((f"{title}{where}", drawn))
    return panels


def _column(numbers, output):
    numbers = np.asarray(numbers, dtype=float)
    return numbers.reshape(len(numbers), -1)[:, output]
