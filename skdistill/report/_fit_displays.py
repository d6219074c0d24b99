"""Displays of a fit: losses by epoch, and the race of transfer sources."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np

from skdistill.report._display import COLORS, FAINT, Display, in_words


class TrainingDisplay(Display):
    """The loss by epoch on training and on held-out rows, with the epoch that was chosen.

    Both are the loss of labels, which decides; what is minimised in training is another one. It is
    drawn alone where nothing was held out.

    There is no `from_predictions`: what is drawn are not answers.

    Parameters
    ----------
    history : list of dict
        With "epoch", "train_loss" (what is minimised) and, where rows were held out, "valid_loss"
        and "seen_loss", the same loss on as many training rows; the last is not there where
        skorch trains.
    chosen : int
        For how many epochs the student was trained.
    loss_name : str, default="loss"
        What the loss of labels is: ``task_.loss`` of a distilled estimator.
    unit : str, default=""
        In which it is told: ``task_.unit``.

    Attributes
    ----------
    line_ : matplotlib Line2D
        Held-out losses; what was minimised where nothing was held out.
    train_line_ : matplotlib Line2D or None
        Losses of training rows; None where they are not known.
    chosen_line_ : matplotlib Line2D
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    """

    def __init__(
        self,
        history: Sequence[Mapping[str, Any]],
        *,
        chosen: int,
        loss_name: str = "loss",
        unit: str = "",
    ) -> None:
        self.losses = {
            name: np.array([row[name] for row in history])
            for name in ("epoch", "train_loss", "seen_loss", "valid_loss")
            if all(name in row for row in history)
        }
        self.chosen = chosen
        self.loss_name = loss_name
        self.unit = unit

    @classmethod
    def from_estimator(cls, clf: Any, *, ax: Any = None) -> Self:
        """Draw ``clf.history_`` and ``clf.n_iter_``.

        Parameters
        ----------
        clf : fitted DistilledClassifier or DistilledRegressor
            Left as it is.
        ax : matplotlib Axes or None, default=None
            Where to draw; None makes a figure.

        Returns
        -------
        display : TrainingDisplay
            With `ax_`, `figure_` and what was drawn on it.
        """
        told = {"loss_name": clf.task_.loss, "unit": clf.task_.unit}
        return cls(clf.history_, chosen=clf.n_iter_, **told).plot(ax)

    def _draw(self, ax, kwargs):
        held_out = "valid_loss" in self.losses
        seen = "seen_loss" if held_out else "train_loss"
        self.train_line_ = None
        if seen in self.losses:
            style = {**FAINT, "linewidth": 1.5, "label": "training rows", **kwargs}
            (self.train_line_,) = ax.plot(self.losses["epoch"], self.losses[seen], **style)
        self.line_ = self.train_line_
        if held_out:
            style = {"color": COLORS["student"], "label": "held-out rows", **kwargs}
            (self.line_,) = ax.plot(self.losses["epoch"], self.losses["valid_loss"], **style)
        self.chosen_line_ = ax.axvline(
            self.chosen, linestyle="--", label=f"chosen: {self.chosen}", **FAINT
        )
        ylabel = _told(self.loss_name, self.unit) if held_out else "loss that is minimised"
        ax.set(xlabel="epoch", ylabel=ylabel)
        ax.legend(fontsize="small")

    def _points(self):
        return self.losses | {"chosen": self.losses["epoch"] == self.chosen}


class TransferDisplay(Display):
    """The race of transfer sources: held-out loss of each trial, in the order of trying.

    A trial of the stage "screening" is a short training on few rows, which compares with its like
    alone. There is no `from_predictions`: what is drawn are not answers.

    Parameters
    ----------
    trials : list of dict
        As in ``transfer_summary_["trials"]``.
    loss_name : str
        What trials call their loss: ``task_.loss`` of the fitted estimator.
    unit : str, default=""
        In which it is told: ``task_.unit``.

    Attributes
    ----------
    line_ : matplotlib Line2D
        A marker for each trial.
    chosen_line_ : matplotlib Line2D
        A ring about the trial that was chosen.
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure

    Raises
    ------
    ValueError
        If there are no trials.
    """

    def __init__(
        self, trials: Sequence[Mapping[str, Any]], *, loss_name: str, unit: str = ""
    ) -> None:
        if not trials:
            raise ValueError(
                'transfer_summary_["trials"] is empty: there was no race to draw. '
                'A fit with transfer="auto" and early_stopping=True on 200 rows or more has one.'
            )
        self.label = [_describe(trial) for trial in trials]
        self.loss_name = loss_name
        self.unit = unit
        self.loss = np.array([trial[loss_name] for trial in trials])
        self.chosen = np.array([trial["chosen"] for trial in trials])
        self.stage = [trial["stage"] for trial in trials]
        self.n_lines = len(trials)

    @classmethod
    def from_estimator(cls, clf: Any, *, ax: Any = None) -> Self:
        """Draw the race of a fitted estimator.

        Parameters
        ----------
        clf : fitted DistilledClassifier or DistilledRegressor
            Left as it is.
        ax : matplotlib Axes or None, default=None
            Where to draw; None makes a figure.

        Returns
        -------
        display : TransferDisplay
            With `ax_`, `figure_` and what was drawn on it.

        Raises
        ------
        ValueError
            If nothing was tried.
        """
        trials = clf.transfer_summary_["trials"]
        return cls(trials, loss_name=clf.task_.loss, unit=clf.task_.unit).plot(ax)

    def _draw(self, ax, kwargs):
        places = np.arange(len(self.label))
        style = {
            "color": COLORS["student"],
            "linestyle": "",
            "marker": "o",
            "markersize": 5,
            **kwargs,
        }
        (self.line_,) = ax.plot(self.loss, places, **style)
        (self.chosen_line_,) = ax.plot(
            self.loss[self.chosen], places[self.chosen], color=COLORS["student"], linestyle="",
            marker="o", markersize=11, markerfacecolor="none", label="chosen",
        )  # fmt: skip
        ax.set_yticks(places, self.label, fontsize="small")
        ax.invert_yaxis()
        ax.grid(axis="y", alpha=0.3)
        ax.locator_params(axis="x", nbins=4)
        ax.set(xlabel=_told(f"held-out {self.loss_name}", self.unit, between="\n"))
        ax.legend(fontsize="small")

    def _points(self):
        return {
            "label": self.label,
            self.loss_name: self.loss,
            "chosen": self.chosen,
            "stage": self.stage,
        }


def _told(loss_name, unit, *, between=" "):
    return f"{in_words(loss_name)}{between}({unit})" if unit else in_words(loss_name)


def _describe(trial):
    source = trial["source"] or "real rows"
    n, alpha, weight = (trial[name] for name in ("n_synthetic", "alpha", "real_weight"))
    amount = f" {n / 1000:.3g}k" if n else ""
    weighing = f", real x{weight:g}" if weight != 1 else ""
    return f"{trial['stage']}: {source}{amount}, \N{GREEK SMALL LETTER ALPHA} {alpha:g}{weighing}"
