"""What the race decided, as the last training repeats it and users are told of it."""

from dataclasses import dataclass, field
from typing import Any

from skdistill.flow import Mix
from skdistill.training import Training


@dataclass(frozen=True)
class Recipe:
    """What the race decided.

    Parameters
    ----------
    mix : Mix
    training : Training
    n_epochs : int or None
        Epochs of the final training; None for all of `max_epochs`.
    max_epochs : int or None
        Epochs over which the learning rate falls; None to leave it to the training.
    head : Layer or None
        What ends the student; None: as the task ends one without held-out rows.
    generations : int
        How many students teach the next one before the last.
    history : list of dict
        Losses by epoch of the winner, on training and held-out rows.
    trials : list of dict
        What was tried, and how it went.
    reason : str
        Why the source won.
    """

    mix: Mix
    training: Training
    n_epochs: int | None = None
    max_epochs: int | None = None
    head: Any = None
    generations: int = 0
    history: list = field(default_factory=list, repr=False)
    trials: list = field(default_factory=list, repr=False)
    reason: str = "there was no race"

    def summary(self):
        """Return what was decided, why, and what was tried."""
        names = ("generations", "reason", "trials")
        return self.mix.summary() | {name: getattr(self, name) for name in names}


def tell(outcome, winners, loss):
    """Return what users are told of a trial.

    Parameters
    ----------
    outcome : Outcome
    winners : pair of Candidate
        The race's, and that of the last generation.
    loss : str
        What the held-out loss is called.
    """
    tried = outcome.candidate
    of_candidate = ("source", "alpha", "real_weight", "stage", "bins")
    return {
        **{name: getattr(tried, name) for name in of_candidate},
        "n_synthetic": outcome.n_synthetic,
        loss: outcome.loss,
        "n_epochs": outcome.n_epochs,
        "realism_auc": outcome.realism_auc,
        "chosen": tried in winners,
    }
