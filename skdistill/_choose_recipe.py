"""The race on held-out rows: where rows come from, α, and how long to train.

While it runs, nothing may know the validation rows' labels: they are the test rows of the first
fold, the training rows' soft targets come from teachers that did not see them, synthetic rows are
drawn from that fold's training rows, and unlabelled and synthetic rows are answered by that
fold's teacher. A later training on all rows repeats the winner's recipe.
"""

from dataclasses import dataclass, field

import numpy as np

from skdistill._train_student import recalibration, train_student

DEFAULT_ALPHA = 0.5
OTHER_ALPHAS = (0.0, 1.0)
MIN_RACE_ROWS = 200  # below, held-out rows are too few to choose by
MIN_STOPPING_ROWS = 500  # below, the number of epochs is chosen over several folds together
POOLED_FOLDS = 3
MAX_RACE_ROWS = 20_000  # more training rows are not needed to tell candidates apart


@dataclass(frozen=True)
class Recipe:
    """What the race decided.

    Parameters
    ----------
    source : str or None
        Name of the source of synthetic rows.
    alpha : float
        Weight of the soft loss on labelled rows.
    n_epochs : int or None
        Epochs of the final training; None for all of `max_epochs`.
    max_epochs : int or None
        Epochs over which the learning rate falls; None to leave it to the training.
    temperature : float
        By which the student's scores are divided.
    history : list of dict
        Losses by epoch of the winner, on training and held-out rows.
    trials : list of dict
        What was tried, and the held-out log loss of each.
    """

    source: str | None
    alpha: float
    n_epochs: int | None = None
    max_epochs: int | None = None
    temperature: float = 1.0
    history: list = field(default_factory=list, repr=False)
    trials: list = field(default_factory=list, repr=False)

    def summary(self):
        """Return what was decided and what was tried."""
        return {"source": self.source, "alpha": self.alpha, "trials": self.trials}


@dataclass(frozen=True)
class Trial:
    """A candidate trained on the first fold's training rows."""

    source: str | None
    alpha: float
    losses: np.ndarray
    weight: np.ndarray
    n_epochs: int
    max_epochs: int
    temperature: float
    history: list

    @property
    def log_loss(self):
        """Held-out log loss, in nats."""
        return float(np.average(self.losses, weights=self.weight))

    def beats(self, other):
        """Whether the held-out loss is lower by more than a standard error of the difference."""
        gain = (other.losses - self.losses) * self.weight / self.weight.mean()
        return gain.mean() > gain.std(ddof=1) / np.sqrt(len(gain))

    def summary(self):
        """Return what was tried and how it went."""
        return {
            "source": self.source,
            "alpha": self.alpha,
            "log_loss": self.log_loss,
            "n_epochs": self.n_epochs,
        }


def choose_recipe(composer, folds, teacher, training, *, alpha):
    """Choose the source of synthetic rows, α and the number of epochs.

    Parameters
    ----------
    composer : Composer
        Its samplers are the candidates, the first the one to beat. The soft targets of its real
        rows know nothing of the first fold's test rows.
    folds : list of (train, test)
    teacher : classifier or None
        Has not seen the test rows of the first fold.
    training : Training
    alpha : float or "auto"

    Returns
    -------
    recipe : Recipe
    """
    real = composer.real
    source, *other_sources = composer.samplers
    alphas = OTHER_ALPHAS if alpha == "auto" else ()
    alpha = DEFAULT_ALPHA if alpha == "auto" else alpha
    if len(real) < MIN_RACE_ROWS:
        other_sources, alphas = [], ()
    train, test = folds[0]
    held_out = real.take(test)
    race_rows = _some(train, training.random_state) if other_sources or alphas else train
    transfer_sets = {}

    def trial(source, alpha):
        if source not in transfer_sets:
            transfer_sets[source] = composer.compose(race_rows, teacher, source)
        return _trial(transfer_sets[source], held_out, training, source, alpha)

    best = trial(source, alpha)
    trials = [best]
    for challenger in other_sources:
        trials.append(trial(challenger, alpha))
        best = trials[-1] if trials[-1].beats(best) else best
    for challenger in alphas:
        trials.append(trial(best.source, challenger))
        best = trials[-1] if trials[-1].beats(best) else best
    summary = [{**t.summary(), "chosen": t is best} for t in trials]

    if len(race_rows) < len(train):
        transfer = composer.compose(train, teacher, best.source)
        best = _trial(transfer, held_out, training, best.source, best.alpha)
    n_epochs, history = best.n_epochs, best.history
    if best.source is None and composer.X_unlabeled is None and len(real) < MIN_STOPPING_ROWS:
        n_epochs, history = _pooled_stopping(real, folds[:POOLED_FOLDS], training, best)
    return Recipe(
        source=best.source,
        alpha=best.alpha,
        n_epochs=n_epochs,
        max_epochs=best.max_epochs,
        temperature=best.temperature,
        history=history,
        trials=summary,
    )


def _some(train, random_state):
    """Return the rows that the race trains on."""
    if len(train) <= MAX_RACE_ROWS:
        return train
    rng = np.random.default_rng(random_state)
    return np.sort(rng.choice(train, MAX_RACE_ROWS, replace=False))


def _trial(transfer, held_out, training, source, alpha):
    fitted = train_student(transfer, training, alpha=alpha, validation=held_out)
    temperature, losses = recalibration(fitted.net, held_out, training)
    return Trial(
        source=source,
        alpha=alpha,
        losses=losses,
        weight=held_out.weight,
        n_epochs=fitted.n_epochs,
        max_epochs=fitted.max_epochs,
        temperature=temperature,
        history=fitted.history,
    )


def _pooled_stopping(real, folds, training, best):
    """Return the epochs with the lowest held-out loss over the folds, and the mean losses."""
    histories, weights = [best.history], [real.weight[test].sum() for _, test in folds]
    for train, test in folds[1:]:
        fitted = train_student(
            real.take(train), training, alpha=best.alpha, validation=real.take(test)
        )
        histories.append(fitted.history)
    length = max(len(history) for history in histories)
    pooled = []
    for epoch in range(length):
        rows = [history[min(epoch, len(history) - 1)] for history in histories]
        losses = {
            name: float(np.average([row[name] for row in rows], weights=weights))
            for name in ("train_loss", "valid_loss")
        }
        pooled.append({"epoch": epoch + 1, **losses})
    return 1 + int(np.argmin([row["valid_loss"] for row in pooled])), pooled
