"""The plot of a search: score against bytes."""

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from skdistill.report import COLORS, FAINT, Display, mark_costs
from skdistill.search._results import BOOSTING, STUDENT, latest


class SearchDisplay(Display):
    """Score against bytes of every model of a search, with the Pareto front.

    There is no `from_predictions`: what is drawn are not answers.

    Parameters
    ----------
    n_bytes : ndarray of shape (n_models,)
        Sizes of the saved models.
    score : ndarray of shape (n_models,)
        Mean held-out scores.
    is_student : bool ndarray of shape (n_models,)
        False for gradient boosting.
    front : int ndarray of shape (n_front,)
        Positions of the Pareto front's models, by bytes.
    max_bytes : int or None, default=None
        The budget, if there was one.

    Attributes
    ----------
    line_ : matplotlib Line2D
        The front.
    students_, boosting_ : matplotlib PathCollection
        The models.
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    """

    def __init__(
        self,
        *,
        n_bytes: NDArray[Any],
        score: NDArray[Any],
        is_student: NDArray[Any],
        front: NDArray[Any],
        max_bytes: int | None = None,
    ) -> None:
        self.n_bytes = n_bytes
        self.score = score
        self.is_student = is_student
        self.front = front
        self.max_bytes = max_bytes

    @classmethod
    def from_estimator(cls, search: Any, *, ax: Any = None) -> Self:
        """Draw a fitted DistillationSearch.

        Parameters
        ----------
        search : DistillationSearch
            Fitted.
        ax : matplotlib Axes or None
            Where to draw; None makes a figure.

        Returns
        -------
        display : SearchDisplay
            With `ax_`, `figure_` and what was drawn on it.
        """
        results, rows = search.cv_results_, latest(search.cv_results_)
        display = cls(
            n_bytes=results["mean_test_n_bytes"][rows],
            score=results["mean_test_score"][rows],
            is_student=results["model"][rows] == STUDENT,
            front=np.searchsorted(rows, [model["index"] for model in search.pareto_front_]),
            max_bytes=search.max_bytes,
        )
        return display.plot(ax=ax)

    def _draw(self, ax, kwargs):
        student, other = self.is_student, ~self.is_student
        style = {"color": COLORS["student"], "label": "student", **kwargs}
        self.students_ = ax.scatter(self.n_bytes[student], self.score[student], **style)
        style = {"color": COLORS["boosting"], "marker": "s", "label": "boosting", **kwargs}
        self.boosting_ = ax.scatter(self.n_bytes[other], self.score[other], **style)
        front = self.n_bytes[self.front], self.score[self.front]
        (self.line_,) = ax.step(*front, where="post", zorder=0, label="Pareto front", **FAINT)
        if self.max_bytes is not None:
            ax.axvline(self.max_bytes, linestyle=":", label="max_bytes", **FAINT)
        mark_costs(ax, "B")
        ax.set(xlabel="size on disk", ylabel="held-out score")
        ax.legend()

    def _points(self):
        return {
            "model": np.where(self.is_student, STUDENT, BOOSTING),
            "n_bytes": self.n_bytes,
            "score": self.score,
            "on_front": np.isin(np.arange(len(self.score)), self.front),
        }
