"""Displays of a fit: losses by epoch, and the race of transfer sources."""

import numpy as np

from skdistill.report._display import COLORS, FAINT, Display, in_words


class TrainingDisplay(Display):
    """Losses by epoch on training and held-out rows, with the epoch that was chosen.

    There is no `from_predictions`: what is drawn are not answers.

    Parameters
    ----------
    history : list of dict
        With "epoch", "train_loss" and, where rows were held out, "valid_loss".
    chosen : int
        For how many epochs the student was trained.

    Attributes
    ----------
    line_ : matplotlib Line2D
        Held-out losses; training losses where nothing was held out.
    train_line_ : matplotlib Line2D
    chosen_line_ : matplotlib Line2D
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    """

    def __init__(self, history, *, chosen):
        self.epoch = np.array([row["epoch"] for row in history])
        self.train_loss = np.array([row["train_loss"] for row in history])
        held_out = [row["valid_loss"] for row in history if "valid_loss" in row]
        self.valid_loss = np.array(held_out) if len(held_out) == len(history) else None
        self.chosen = chosen

    @classmethod
    def from_estimator(cls, clf, *, ax=None):
        """Draw ``clf.history_`` and ``clf.n_iter_``.

        Parameters
        ----------
        clf : fitted DistilledClassifier
            Left as it is.
        ax : matplotlib Axes or None, default=None
            Where to draw; None makes a figure.

        Returns
        -------
        display : TrainingDisplay
            With `ax_`, `figure_` and what was drawn on it.
        """
        return cls(clf.history_, chosen=clf.n_iter_).plot(ax)

    def _draw(self, ax, kwargs):
        style = {**FAINT, "linewidth": 1.5, "label": "training rows", **kwargs}
        (self.train_line_,) = ax.plot(self.epoch, self.train_loss, **style)
        self.line_ = self.train_line_
        if self.valid_loss is not None:
            style = {"color": COLORS["student"], "label": "held-out rows", **kwargs}
            (self.line_,) = ax.plot(self.epoch, self.valid_loss, **style)
        self.chosen_line_ = ax.axvline(
            self.chosen, linestyle="--", label=f"chosen: {self.chosen}", **FAINT
        )
        ax.set(xlabel="epoch", ylabel="loss")
        ax.legend()

    def _points(self):
        points = {"epoch": self.epoch, "train_loss": self.train_loss}
        if self.valid_loss is not None:
            points["valid_loss"] = self.valid_loss
        return points | {"chosen": self.epoch == self.chosen}


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

    def __init__(self, trials, *, loss_name):
        if not trials:
            raise ValueError(
                'transfer_summary_["trials"] is empty: there was no race to draw. '
                'A fit with transfer="auto" and early_stopping=True on 200 rows or more has one.'
            )
        self.label = [_describe(trial) for trial in trials]
        self.loss_name = loss_name
        self.loss = np.array([trial[loss_name] for trial in trials])
        self.chosen = np.array([trial["chosen"] for trial in trials])
        self.stage = [trial["stage"] for trial in trials]

    @classmethod
    def from_estimator(cls, clf, *, ax=None):
        """Draw the race of a fitted classifier.

        Parameters
        ----------
        clf : fitted DistilledClassifier
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
        return cls(trials, loss_name=clf.task_.loss).plot(ax)

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
        ax.set(xlabel=f"held-out {in_words(self.loss_name)}")
        ax.legend()

    def _points(self):
        return {
            "label": self.label,
            self.loss_name: self.loss,
            "chosen": self.chosen,
            "stage": self.stage,
        }


def _describe(trial):
    source = trial["source"] or "real rows"
    n, alpha, weight = (trial[name] for name in ("n_synthetic", "alpha", "real_weight"))
    amount = f" {n / 1000:.3g}k" if n else ""
    weighing = f", real x{weight:g}" if weight != 1 else ""
    return f"{trial['stage']}: {source}{amount}, \N{GREEK SMALL LETTER ALPHA} {alpha:g}{weighing}"
