"""The race on held-out rows: where rows come from, their number and mix, and how long to train.

While it runs, nothing may know the validation rows' labels: they are the test rows of the first
fold, the training rows' soft targets come from teachers that did not see them, synthetic rows are
drawn from that fold's training rows, and unlabelled and synthetic rows are answered by that
fold's teacher. A later training on all rows repeats the winner's recipe.

Sources of synthetic rows are screened on few rows and in short trainings. The two best race with
all rows over half the schedule. Bins where boosting splits have to beat the better one by one
standard error; more rows, heavier real rows and soft targets alone by half a one, in their turn.
What is left is trained to the end, as is a student without synthetic rows, and is used if its
held-out loss is lower by half a standard error of the paired difference (odds of two to one), and
lower than that of the class frequencies by three: where a teacher knows nothing, nothing of it is
worth imitating. Labels alone have to beat the winner by two.
"""

import math
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from skdistill._plumbing.progress import report, stage
from skdistill.exceptions import only_informs
from skdistill.flow import Mix
from skdistill.samplers import two_sample_auc
from skdistill.students import split_bins
from skdistill.tables import is_sparse
from skdistill.teachers import MIN_RACE_ROWS
from skdistill.training import Training, plan, recalibration, taught_by, train_student

DEFAULT_ALPHA = 0.5
MIN_STOPPING_ROWS = 500  # below, the number of epochs is chosen over several folds together
POOLED_FOLDS = 3
MAX_RACE_ROWS = 20_000  # more training rows are not needed to tell candidates apart
MORE_PER_ROW = 72  # synthetic rows a row that are tried beside POOL_PER_ROW
MANY_MORE = 2  # times as many rows at least, else more are not tried
HEAVIER = 4.0  # weight of a real row that is tried; a synthetic or unlabelled one has 1
LIKELY = 0.5  # standard errors by which a mix has to beat that before it,
PROBABLY = 1  # bins at splits quantiles,
CLEARLY = 3  # a source the class frequencies,
SURELY = 2  # and labels alone the teacher
RACED = 0.5  # share of the full schedule that candidates train for
ANNEALED = 2  # epochs of the last training, for each one up to the lowest held-out loss
MIN_REALISM_ROWS = 30  # below, real and synthetic rows are not compared
SCREENING_ROWS = 4_000
SCREENING_PER_ROW = 4
SCREENING_EPOCHS = 20
FINALISTS = 2  # sources that are trained in full


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
    temperature : float
        By which the student's scores are divided.
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
    temperature: float = 1.0
    generations: int = 0
    history: list = field(default_factory=list, repr=False)
    trials: list = field(default_factory=list, repr=False)
    reason: str = "there was no race"

    def summary(self):
        """Return what was decided, why, and what was tried."""
        names = ("generations", "reason", "trials")
        return self.mix.summary() | {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class Trial:
    """A candidate trained on the first fold's training rows."""

    mix: Mix
    n_synthetic: int
    stage: str
    bins: str
    realism_auc: float | None
    losses: np.ndarray
    weight: np.ndarray
    n_epochs: int
    max_epochs: int
    temperature: float
    history: list
    net: Any
    generations: int = 0

    @property
    def log_loss(self):
        """Held-out log loss, in nats."""
        return float(np.average(self.losses, weights=self.weight))

    def gain(self, losses):
        """Return how much lower the held-out loss is than `losses`, and its standard error."""
        gain = (losses - self.losses) * self.weight / self.weight.mean()
        return float(gain.mean()), float(gain.std(ddof=1) / np.sqrt(len(gain)))

    def beats(self, other, errors=1):
        """Whether the held-out loss is lower by more than `errors` standard errors."""
        gain, error = self.gain(other.losses)
        return gain > errors * error

    def summary(self):
        """Return what was tried and how it went."""
        names = ("stage", "bins", "n_synthetic", "log_loss", "n_epochs", "realism_auc")
        return self.mix.summary() | {name: getattr(self, name) for name in names}


@stage("race: students trained")
def choose_recipe(composer, folds, training, *, alpha):
    """Choose the source of synthetic rows, the mix with real rows, and the number of epochs.

    Parameters
    ----------
    composer : Composer
        Its samplers are the candidates. Its teacher, and the soft targets of its real rows, know
        nothing of the first fold's test rows.
    folds : list of (train, test)
    training : Training
    alpha : float or "auto"

    Returns
    -------
    recipe : Recipe
    """
    train, test = folds[0]
    real = composer.real
    enough = len(real) >= MIN_RACE_ROWS
    sources = [source for source in composer.samplers if source is not None]
    races = enough and (bool(sources) or alpha == "auto")
    rows = some(train, MAX_RACE_ROWS, training.random_state) if races else train
    race = _Race(composer, rows, real.take(test), training, alpha)

    if enough:
        best = race.choose(sources)
    else:
        mix = Mix(next(iter(composer.samplers)), race.first_alpha)
        best = race.anneal(race.run(mix))
    reason, summary = race.reason, [{**t.summary(), "chosen": t is best} for t in race.trials]

    if len(rows) < len(train):
        race = race.with_all(train)
        best = race.anneal(race.run(best.mix))
    if best.mix.alpha > 0:
        best = race.run_generations(best)
        taught = [trial for trial in race.trials if trial.stage == "generation"]
        summary += [{**trial.summary(), "chosen": trial.net is best.net} for trial in taught]
    n_epochs, history = best.n_epochs, best.history
    if race.pools(best.mix):
        n_epochs, history = _pooled_stopping(real, folds[:POOLED_FOLDS], race.training, best)
    return Recipe(
        mix=best.mix,
        training=race.training,
        n_epochs=n_epochs,
        max_epochs=best.max_epochs,
        temperature=best.temperature,
        generations=best.generations,
        history=history,
        trials=summary,
        reason=reason,
    )


class _Race:
    """Trains candidates on some real rows and compares them on the held-out ones."""

    def __init__(self, composer, rows, held_out, training, alpha):
        self.composer = composer
        self.rows = rows
        self.held_out = held_out
        self.training = training
        self.alpha = alpha
        self.first_alpha = DEFAULT_ALPHA if alpha == "auto" else alpha
        self.trials = []
        self.bins = "quantiles"
        self.reason = "no other source was tried"
        self._composed = {}
        self._realism = {}

    def choose(self, sources):
        """Return the trial of the best mix, each finalist trained to the end."""
        mixed = self._choose_mix(sources) if sources else None
        if None not in self.composer.samplers:
            return mixed
        plain = self.run(Mix(None, self.first_alpha))
        best = plain = self.anneal(self._choose_alpha(plain if sources else self._sharpen(plain)))
        if mixed is not None and self._is_worth_it(mixed, plain):
            best = mixed
        # without soft targets, rows without label teach nothing: not where the user wants them
        if self.alpha == "auto" and self.composer.unlabeled is None:
            hard = self.anneal(self.run(Mix(None, 0.0)))
            if hard.beats(best, SURELY):
                self.reason += "; labels alone, without a teacher, were better"
                best = hard
        return best

    def with_all(self, rows):
        """Return another race on these rows, with the same bins."""
        race = _Race(self.composer, rows, self.held_out, self.training, self.alpha)
        race.bins = self.bins
        return race

    def run(self, mix):
        """Train on the real rows, unlabelled rows, and synthetic rows of a source."""
        transfer = self._compose(mix)
        share = 1 if self.pools(mix) else RACED
        n = math.ceil(share * plan(transfer, self.training)[2])
        return self._trial(transfer, mix, replace(self.training, max_epochs=n))

    def pools(self, mix):
        """Whether the number of epochs will be chosen over several folds together."""
        few = len(self.composer.real) < MIN_STOPPING_ROWS
        return few and mix.source is None and self.composer.unlabeled is None

    def _choose_mix(self, sources):
        """Return the trial of the best mix with synthetic rows."""
        if len(sources) > FINALISTS:
            sources = self._screen(sources)
        best = min((self.run(Mix(s, self.first_alpha)) for s in sources), key=_log_loss)
        best = self._sharpen(best)
        if self.composer.n_synthetic == "auto":
            more = replace(best.mix, per_row=MORE_PER_ROW)
            if self.composer.n_rows(self.rows, more) >= MANY_MORE * best.n_synthetic:
                best = self._better(best, more)
            best = self._better(best, replace(best.mix, real_weight=HEAVIER))
        return self.anneal(self._choose_alpha(best))

    def _choose_alpha(self, best):
        return self._better(best, replace(best.mix, alpha=1.0)) if self.alpha == "auto" else best

    def _sharpen(self, best):
        """Return `best`, or a trial with bins at splits if that is probably better.

        The trials that follow have its bins.
        """
        training, real = self.training, self.composer.real.take(self.rows)
        encoding = training.encoding
        few = len(self.composer.real) < MIN_STOPPING_ROWS or len(np.unique(real.labels)) < 2
        if few or is_sparse(real.rows) or len(encoding.bin_low) == 0:
            return best
        known = real.rows, real.labels, real.weight
        encoding = split_bins(encoding, *known, training.random_state)
        self.training, self.bins = training.encoded_by(encoding), "splits"
        trial = self.run(best.mix)
        if trial.beats(best, PROBABLY):
            return trial
        self.training, self.bins = training, "quantiles"
        return best

    def _better(self, best, mix):
        """Return `best`, or a trial of the mix if that is likely better."""
        trial = self.run(mix)
        return trial if trial.beats(best, LIKELY) else best

    def _is_worth_it(self, mixed, plain):
        """Whether a student of synthetic rows is likely better than one without, and of use."""
        gain, error = mixed.gain(plain.losses)
        self.reason = (
            f"{mixed.n_synthetic:,} rows of {mixed.mix.source} changed the held-out log loss by "
            f"{-gain:+.4f} ± {error:.4f}, from {plain.log_loss:.4f} without synthetic rows"
        )
        gain, error = mixed.gain(self._losses_of_frequencies())
        if gain <= CLEARLY * error:
            self.reason += ", but no student clearly beats the class frequencies"
            return False
        return mixed.beats(plain, LIKELY)

    def _losses_of_frequencies(self):
        """Return the held-out losses of who answers each row with the class frequencies."""
        labels, weight = self.composer.real.labels[self.rows], self.composer.real.weight[self.rows]
        n_classes = self.composer.real.targets.shape[1]
        count = 1 + np.bincount(labels, weight, minlength=n_classes)
        return -np.log(count / count.sum())[self.held_out.labels]

    def anneal(self, stopped):
        """Return a trial like one that was stopped, whose rate falls to zero.

        Where early stopping ends a training the rate is still high, and the lowest of many noisy
        losses is partly luck. Where it did not, the schedule was too short.
        """
        if self.pools(stopped.mix):
            return stopped
        transfer = self._compose(stopped.mix)
        n = min(plan(transfer, self.training)[2], ANNEALED * stopped.n_epochs)
        training = replace(self.training, max_epochs=n)
        return self._trial(transfer, stopped.mix, training, stage="end", stops=False)

    def run_generations(self, best):
        """Return the last of the students, each taught by the one before, that is better."""
        transfer = self._compose(best.mix)
        how = {"stage": "generation", "stops": best.stage != "end"}
        training = replace(self.training, max_epochs=best.max_epochs)
        assistant = self.training.assistant
        for generation in range(1, self.training.generations + 1):
            teacher = best
            if assistant is not None:
                assistant = replace(assistant, max_epochs=best.max_epochs)
                teacher = self._trial(transfer, best.mix, assistant, **how)
            transfer = taught_by(teacher.net, teacher.temperature, transfer, training)
            trial = self._trial(transfer, best.mix, training, **how)
            if trial.log_loss >= best.log_loss:
                break
            best = replace(trial, generations=generation)
        return best

    def _screen(self, sources):
        """Return the sources that do best on few rows in a short training."""
        few = some(self.rows, SCREENING_ROWS, self.training.random_state)
        n = self.composer.n_synthetic
        n = n if n != "auto" and n < SCREENING_PER_ROW * len(few) else "auto"
        composer = replace(self.composer, n_synthetic=n)
        epochs = self.training.max_epochs
        epochs = SCREENING_EPOCHS if epochs == "auto" else min(epochs, SCREENING_EPOCHS)
        short = replace(self.training, max_epochs=epochs)
        trials = []
        for source in sources:
            mix = Mix(source, self.first_alpha, SCREENING_PER_ROW)
            trials.append(self._trial(composer.compose(few, mix), mix, short, stage="screening"))
        return [trial.mix.source for trial in sorted(trials, key=_log_loss)[:FINALISTS]]

    def _compose(self, mix):
        key = mix.source, mix.per_row
        if key not in self._composed:
            self._composed[key] = self.composer.compose(self.rows, mix)
        return self._composed[key]

    def _trial(self, transfer, mix, training, *, stage="race", stops=True):
        n_synthetic = transfer.count()["n_synthetic"]
        enough = min(n_synthetic, len(self.held_out)) >= MIN_REALISM_ROWS
        if mix.source not in self._realism and enough and not is_sparse(transfer.rows):
            synthetic = transfer.rows[len(transfer) - n_synthetic :]
            self._realism[mix.source] = _realism_auc(self.held_out.rows, synthetic)
        fitted = train_student(
            transfer.weighted(mix.real_weight),
            training,
            alpha=mix.alpha,
            **{"validation" if stops else "monitor": self.held_out},
        )
        temperature, losses = recalibration(fitted.net, self.held_out, training)
        trial = Trial(
            mix=mix,
            stage=stage,
            bins=self.bins,
            n_synthetic=n_synthetic,
            realism_auc=self._realism.get(mix.source),
            losses=losses,
            weight=self.held_out.weight,
            n_epochs=fitted.n_epochs,
            max_epochs=fitted.max_epochs,
            temperature=temperature,
            history=fitted.history,
            net=fitted.net,
        )
        self.trials.append(trial)
        report()
        return trial


_realism_auc = only_informs("realism_auc")(two_sample_auc)


def _log_loss(trial):
    return trial.log_loss


def some(rows, n, random_state):
    """Return `n` of the rows, or all of them, in order."""
    if len(rows) <= n:
        return rows
    rng = np.random.default_rng(random_state)
    return np.sort(rng.choice(rows, n, replace=False))


def _pooled_stopping(real, folds, training, best):
    """Return the epochs with the lowest held-out loss over the folds, and the mean losses."""
    histories, weights = [best.history], [real.weight[test].sum() for _, test in folds]
    for train, test in folds[1:]:
        fitted = train_student(
            real.take(train), training, alpha=best.mix.alpha, validation=real.take(test)
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
