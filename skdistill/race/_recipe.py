"""What the race decided, as the last training repeats it and users are told of it."""

from dataclasses import dataclass, field
from typing import Any

from skdistill.flow import Mix
from skdistill.training import Training, train_generations


@dataclass(frozen=True)
class Recipe:
    """What the race decided."""

    mix: Mix
    training: Training
    n_epochs: int | None = None  # of the final training; None: all,
    max_epochs: int | None = None  # over which its rate falls; None: as the training says
    head: Any = None  # what ends the student; None: as the task ends one without held-out rows
    generations: int = 0  # of students that teach the next one
    history: list = field(default_factory=list, repr=False)  # the winner's losses by epoch
    trials: list = field(default_factory=list, repr=False)  # what was tried, and how it went
    reason: str = "there was no race"  # why the source won

    def summary(self):
        """Return what was decided, why, and what was tried."""
        names = ("generations", "reason", "trials")
        return self.mix.summary() | {name: getattr(self, name) for name in names}


def tell(outcome, winners, loss):
    """Return what users are told of a trial.

    `winners` are the race's candidate and that of the last generation, `loss` is what the
    held-out loss is called.
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


def train_by(recipe, lessons, monitor):
    """Return the head of the student that a recipe makes of lessons, and the student.

    `monitor` are lessons whose loss is recorded, and nothing more, or None.
    """
    head = recipe.head or recipe.training.task.head()
    fitted = train_generations(
        lessons.weighted(recipe.mix.real_weight),
        recipe.training,
        recipe.generations,
        head=head,
        alpha=recipe.mix.alpha,
        n_epochs=recipe.n_epochs,
        max_epochs=recipe.max_epochs,
        monitor=monitor,
    )
    return head, fitted
