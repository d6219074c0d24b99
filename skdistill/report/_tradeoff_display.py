"""Display of quality against cost."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skdistill.measures import one_row_latency, serialized_bytes
from skdistill.report._bootstrap import Draws
from skdistill.report._display import COLORS, FAINT, Display, in_words, mark_costs
from skdistill.report._teacher import check_distilled
from skdistill.tasks import Task

MARKERS = "osD^vPX*"  # of the models, one after the other
BELOW = 4.5  # lines from the axes to the names: marks and the label of the axis
COSTS = {"bytes": ("size on disk", "B"), "latency": ("time for one row", "s")}


class TradeoffDisplay(Display):
    """Loss against bytes or latency, with the Pareto front: what no other model beats in both.

    Parameters
    ----------
    names : list of str
        Of the models.
    cost : float array of shape (n_models,)
        Models of unknown cost, NaN, are not drawn.
    loss : float array of shape (n_models,)
        Mean over held-out rows.
    loss_name : str
        What the loss is: ``task_.loss`` of a distilled estimator.
    loss_low, loss_high : float array of shape (n_models,) or None, default=None
        Bounds of its 95 % interval; None: they are not drawn.
    cost_name : {"bytes", "latency"}, default="bytes"
        What the models cost.

    Attributes
    ----------
    lines_ : list of matplotlib Line2D
        A marker for each model of known cost.
    front_line_ : matplotlib Line2D
        The Pareto front, as steps.
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    """

    def __init__(
        self,
        names: Iterable[str],
        cost: ArrayLike,
        loss: ArrayLike,
        *,
        loss_name: str,
        loss_low: ArrayLike | None = None,
        loss_high: ArrayLike | None = None,
        cost_name: str = "bytes",
    ) -> None:
        self.names = list(names)
        self.cost = np.asarray(cost, dtype=float)
        self.loss = np.asarray(loss, dtype=float)
        self.loss_low = np.asarray(loss if loss_low is None else loss_low, dtype=float)
        self.loss_high = np.asarray(loss if loss_high is None else loss_high, dtype=float)
        self.loss_name = loss_name
        self.cost_name = cost_name

    @classmethod
    def from_estimator(
        cls, clf: Any, X: Any, y: ArrayLike, *, cost_name: str = "bytes", ax: Any = None
    ) -> Self:
        """Draw teacher and student; `FidelityReport.plot` draws the baselines, too.

        Parameters
        ----------
        clf : fitted DistilledClassifier or DistilledRegressor
            Left as it is.
        X : table of shape (n_samples, n_features)
            Held-out rows.
        y : array of shape (n_samples,) or (n_samples, n_outputs)
            Labels of these rows.
        cost_name : {"bytes", "latency"}, default="bytes"
            What the models cost.
        ax : matplotlib Axes or None, default=None
            Where to draw; None makes a figure.

        Returns
        -------
        display : TradeoffDisplay
            With `ax_`, `figure_` and what was drawn on it.

        Raises
        ------
        TypeError, ValueError
            If `clf` is not fitted, or has no teacher; if `cost_name` is unknown.
        """
        check_distilled(clf, "TradeoffDisplay")
        _check_cost(cost_name)
        models = {"teacher": clf.teacher_, "student": clf.student_}
        of = {"bytes": serialized_bytes, "latency": lambda model: one_row_latency(model, X)}
        return cls.from_predictions(
            y,
            {"teacher": clf.ask_teacher(X), "student": clf.task_.answers(clf, X)},
            {name: of[cost_name](model) for name, model in models.items()},
            task=clf.task_,
            cost_name=cost_name,
            ax=ax,
        )

    @classmethod
    def from_predictions(
        cls,
        y: ArrayLike,
        answers: Mapping[str, ArrayLike],
        costs: Mapping[str, float],
        *,
        task: Task,
        cost_name: str = "bytes",
        ax: Any = None,
    ) -> Self:
        """Draw models by their answers and costs.

        Parameters
        ----------
        y : array of shape (n_samples,) or (n_samples, n_outputs)
            Labels of these rows.
        answers : dict of str to float array of shape (n_samples, n_outputs)
            By model; of classes, their probabilities.
        costs : dict of str to float
            By model.
        task : skdistill.tasks.Task
            What is predicted: `task_` of a distilled estimator.
        cost_name : {"bytes", "latency"}, default="bytes"
            What the models cost.
        ax : matplotlib Axes or None, default=None
            Where to draw; None makes a figure.

        Returns
        -------
        display : TradeoffDisplay
            With `ax_`, `figure_` and what was drawn on it.

        Raises
        ------
        ValueError
            If `cost_name` is unknown.
        """
        _check_cost(cost_name)
        labels = task.labels_of(y, "y")
        of_rows = [task.answer_losses(labels, np.asarray(each)) for each in answers.values()]
        draws = Draws(np.column_stack(of_rows))
        found = [draws.interval(partial(np.take, indices=k, axis=-1)) for k in range(len(of_rows))]
        return cls(
            answers,
            [costs[name] for name in answers],
            [loss.value for loss in found],
            loss_low=[loss.low for loss in found],
            loss_high=[loss.high for loss in found],
            loss_name=task.loss,
            cost_name=cost_name,
        ).plot(ax)

    @property
    def on_front(self) -> NDArray[np.bool_]:
        """Whether no other model is at least as good in both and better in one."""
        cost, loss = self.cost[:, None], self.loss[:, None]
        as_good = (self.cost <= cost) & (self.loss <= loss)
        better = (self.cost < cost) | (self.loss < loss)
        return np.isfinite(self.cost) & ~(as_good & better).any(axis=1)

    def _draw(self, ax, kwargs):
        front = np.flatnonzero(self.on_front)
        front = front[np.argsort(self.cost[front])]
        (self.front_line_,) = ax.step(self.cost[front], self.loss[front], where="post", **FAINT)
        self.lines_ = []
        for k in np.flatnonzero(np.isfinite(self.cost)):
            name, marker = self.names[k], MARKERS[k % len(MARKERS)]
            style = {"color": color_of(name, k), "marker": marker, "linestyle": "", **kwargs}
            self.lines_ += ax.plot(self.cost[k], self.loss[k], label=name, **style)
            bounds = self.loss_low[k], self.loss_high[k]
            ax.vlines(self.cost[k], *bounds, color=style["color"], linewidth=0.8)
        ax.margins(0.12)
        label, unit = COSTS[self.cost_name]
        mark_costs(ax, unit)
        ax.set(xlabel=label, ylabel=in_words(self.loss_name))
        # below the axes, where names collide neither with marks nor with one another
        ax.legend(
            loc="upper center", bbox_to_anchor=(0.5, 0), borderaxespad=BELOW, ncols=2,
            fontsize="small", frameon=False,
        )  # fmt: skip

    def _points(self):
        return {
            "model": self.names,
            self.cost_name: self.cost,
            self.loss_name: self.loss,
            f"{self.loss_name}_low": self.loss_low,
            f"{self.loss_name}_high": self.loss_high,
            "on_front": self.on_front,
        }


def color_of(name, k):
    """Return the colour of model `k`: that of its kind, by the last word of its name."""
    return COLORS.get(name.split()[-1], f"C{k % 10}")


def _check_cost(cost_name):
    if cost_name not in COSTS:
        raise ValueError(f"cost_name={cost_name!r} is not known. Use one of {', '.join(COSTS)}.")
