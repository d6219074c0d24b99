"""Display of quality against cost."""

import numpy as np

from skdistill.measures import one_row_latency, serialized_bytes
from skdistill.report._display import COLORS, FAINT, Display, in_words, mark_costs
from skdistill.report._teacher import check_distilled

NAME_HEIGHT = 11  # points from one model's name to the next above it
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
    cost_name : {"bytes", "latency"}, default="bytes"
        What the models cost.

    Attributes
    ----------
    line_ : matplotlib Line2D
        A marker for each model.
    front_line_ : matplotlib Line2D
        The Pareto front, as steps.
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    """

    def __init__(self, names, cost, loss, *, loss_name, cost_name="bytes"):
        self.names = list(names)
        self.cost = np.asarray(cost, dtype=float)
        self.loss = np.asarray(loss, dtype=float)
        self.loss_name = loss_name
        self.cost_name = cost_name

    @classmethod
    def from_estimator(cls, clf, X, y, *, cost_name="bytes", ax=None):
        """Draw teacher and student; `FidelityReport.plot` draws the baselines, too.

        Parameters
        ----------
        clf : fitted DistilledClassifier
            Left as it is.
        X : table of shape (n_samples, n_features)
            Held-out rows.
        y : array of shape (n_samples,)
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
    def from_predictions(cls, y, answers, costs, *, task, cost_name="bytes", ax=None):
        """Draw models by their answers and costs.

        Parameters
        ----------
        y : array of shape (n_samples,)
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
        losses = [task.answer_losses(labels, each).mean() for each in answers.values()]
        cost = [costs[name] for name in answers]
        return cls(answers, cost, losses, loss_name=task.loss, cost_name=cost_name).plot(ax)

    @property
    def on_front(self):
        """Whether no other model is at least as good in both and better in one."""
        cost, loss = self.cost[:, None], self.loss[:, None]
        as_good = (self.cost <= cost) & (self.loss <= loss)
        better = (self.cost < cost) | (self.loss < loss)
        return np.isfinite(self.cost) & ~(as_good & better).any(axis=1)

    def _draw(self, ax, kwargs):
        front = np.flatnonzero(self.on_front)
        front = front[np.argsort(self.cost[front])]
        (self.front_line_,) = ax.step(self.cost[front], self.loss[front], where="post", **FAINT)
        style = {"color": COLORS["student"], "linestyle": "", "marker": "o", **kwargs}
        (self.line_,) = ax.plot(self.cost, self.loss, **style)
        ax.margins(0.12)
        label, unit = COSTS[self.cost_name]
        mark_costs(ax, unit)
        ax.set(xlabel=label, ylabel=in_words(self.loss_name))
        self._name_markers(ax)

    def _name_markers(self, ax):
        """Write each model's name beside its marker, and above the names of those below it."""
        known = np.isfinite(self.cost)
        right = self.cost > np.sqrt(np.nanmin(self.cost) * np.nanmax(self.cost))
        pixels = ax.transData.transform(np.column_stack([self.cost, self.loss]))[:, 1]
        heights = pixels * 72 / ax.figure.dpi  # in points
        for side, x, ha in ((right, -7, "right"), (~right, 7, "left")):
            lowest = -np.inf
            for k in sorted(np.flatnonzero(known & side), key=lambda k: heights[k]):
                y = max(heights[k] + 4, lowest)
                ax.annotate(
                    self.names[k],
                    (self.cost[k], self.loss[k]),
                    (x, y - heights[k]),
                    textcoords="offset points",
                    ha=ha,
                )
                lowest = y + NAME_HEIGHT

    def _points(self):
        return {
            "model": self.names,
            self.cost_name: self.cost,
            self.loss_name: self.loss,
            "on_front": self.on_front,
        }


def _check_cost(cost_name):
    if cost_name not in COSTS:
        raise ValueError(f"cost_name={cost_name!r} is not known. Use one of {', '.join(COSTS)}.")
