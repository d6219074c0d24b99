"""The rules of the race: where rows come from, their number and mix, and how long to train.

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

The rules see figures alone: a generator yields what to try, is sent what came of it, and returns
what it decides.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

DEFAULT_ALPHA = 0.5
MIN_STOPPING_ROWS = 500  # below, the number of epochs is chosen over several folds together
POOLED_FOLDS = 3
MAX_RACE_ROWS = 20_000  # more training rows are not needed to tell candidates apart
MORE_PER_ROW = 72  # synthetic rows a row that are tried beside those of the start
MANY_MORE = 2  # times as many rows at least, else more are not tried
HEAVIER = 4.0  # weight of a real row that is tried; a synthetic or unlabelled one has 1
TO_CHANGE_MIX = 0.5  # standard errors by which a mix has to beat that before it,
TO_SPLIT_BINS = 1  # bins at splits quantiles,
TO_BEAT_NOBODY = 3  # a source who knows no column,
TO_DROP_TEACHER = 2  # and labels alone the teacher
RACED = 0.5  # share of the full schedule that candidates train for
ANNEALED = 2  # epochs of the last training, for each one up to the lowest held-out loss
SCREENING_ROWS = 4_000
SCREENING_PER_ROW = 4
SCREENING_EPOCHS = 20
FINALISTS = 2  # sources that are trained in full


@dataclass(frozen=True)
class Facts:
    """What is known before anything was tried."""

    sources: tuple  # of synthetic rows, in the order of trying; None stands for no such rows
    alpha: Any  # a number or "auto"
    n_real: int  # rows in all,
    n_train: int  # and of these, in the first fold's training
    n_folds: int
    enough: bool  # held-out rows to choose by
    has_unlabeled: bool  # rows
    has_bins: bool  # that boosting can place
    per_row: int  # synthetic rows for each real one at first
    n_more: int | None  # synthetic rows at MORE_PER_ROW; None where the user fixed their number
    max_epochs: Any  # a number or "auto"
    generations: int  # of students that teach the next one, at most
    assists: bool  # whether students of another architecture teach
    loss: str  # what the held-out loss is called
    nobody: str  # who knows no column,
    of_nobody: np.ndarray  # and the held-out losses of that

    def pools(self, source):
        """Whether the number of epochs will be chosen over several folds together."""
        return self.n_real < MIN_STOPPING_ROWS and source is None and not self.has_unlabeled

    def first(self, source, bins="quantiles"):
        """Return the candidate that a source starts with."""
        races = self.enough and (self.sources != (None,) or self.alpha == "auto")
        return Candidate(
            source,
            DEFAULT_ALPHA if self.alpha == "auto" else self.alpha,
            self.per_row,
            bins=bins,
            rows="race" if races and self.n_train > MAX_RACE_ROWS else "all",
            share=1.0 if self.pools(source) else RACED,
        )


@dataclass(frozen=True)
class Candidate:
    """What to try."""

    source: str | None  # of synthetic rows
    alpha: float  # weight of the soft loss on labelled rows
    per_row: int  # synthetic rows for each real one
    real_weight: float = 1.0  # of a real row where an unlabelled or synthetic one has 1
    bins: str = "quantiles"  # or "splits", where boosting splits
    stage: str = "race"  # or "screening", "end", "generation"; "repeat" is no trial
    rows: str = "all"  # of the fold's training, or "race" or "screening": so many of them
    fold: int = 0
    share: float = RACED  # of the full schedule,
    max_epochs: int | None = None  # unless this says over how many epochs the rate falls
    stops: bool = True  # at the lowest held-out loss
    teacher: "Candidate | None" = None  # the student that answers in place of the teacher
    is_assistant: bool = False  # whether it has the architecture of those that teach


@dataclass(frozen=True)
class Outcome:
    """What came of a candidate."""

    candidate: Candidate
    losses: np.ndarray  # of the held-out rows, in nats
    weight: np.ndarray  # of the held-out rows
    n_synthetic: int
    n_epochs: int  # that its weights have seen,
    max_epochs: int  # over which the rate was to fall,
    full_epochs: int  # and of the full schedule
    history: list  # losses by epoch
    realism_auc: float | None = None  # how well its synthetic rows are told from real ones

    @property
    def loss(self):
        """Mean held-out loss."""
        return float(np.average(self.losses, weights=self.weight))

    def gain(self, losses):
        """Return how much lower the held-out loss is than `losses`, and its standard error."""
        gain = (losses - self.losses) * self.weight / self.weight.mean()
        return float(gain.mean()), float(gain.std(ddof=1) / np.sqrt(len(gain)))

    def beats(self, losses, errors):
        """Whether the held-out loss is lower by more than `errors` standard errors."""
        gain, error = self.gain(losses)
        return gain > errors * error


@dataclass(frozen=True)
class Decision:
    """What won, and why."""

    chosen: Candidate  # among those tried
    final: Outcome  # of its repetition on all rows, or of the last generation
    reason: str  # why its source won
    generations: int  # of students that teach the next one
    n_epochs: int
    history: list  # losses by epoch, on training and held-out rows


def choose(facts):
    """Yield candidates, to be sent the outcome of each, and return the decision."""
    reason = "no other source was tried"
    if facts.enough:
        best, reason = yield from _race(facts, reason)
    else:
        best = yield from _to_the_end(facts, (yield facts.first(facts.sources[0])))
    chosen, generations = best.candidate, 0
    if chosen.rows == "race":
        again = replace(chosen, stage="repeat", rows="all", max_epochs=None, stops=True)
        best = yield from _to_the_end(facts, (yield again), stage="repeat")
    if chosen.alpha > 0:
        best, generations = yield from _teach_on(facts, best)
    n_epochs, history = best.n_epochs, best.history
    if facts.pools(chosen.source):
        n_epochs, history = yield from _pool(facts, chosen, best)
    return Decision(chosen, best, reason, generations, n_epochs, history)


def drive(policy, run):
    """Send a policy what `run` makes of each candidate that it yields; return its decision."""
    outcome = None
    while True:
        try:
            candidate = policy.send(outcome)
        except StopIteration as end:
            return end.value
        outcome = run(candidate)


def _race(facts, reason):
    """Return the best candidate, each finalist trained to the end, and why its source won."""
    sources = [source for source in facts.sources if source is not None]
    mixed = (yield from _choose_mix(facts, sources)) if sources else None
    if None not in facts.sources:
        return mixed, reason
    plain = yield facts.first(None, mixed.candidate.bins if mixed else "quantiles")
    if not sources:
        plain = yield from _sharpen(facts, plain)
    plain = yield from _choose_alpha(facts, plain)
    labels_alone = replace(plain.candidate, alpha=0.0)
    best = plain = yield from _to_the_end(facts, plain)
    if mixed:
        is_worth_it, reason = _judge(facts, mixed, plain)
        best = mixed if is_worth_it else plain
    # without soft targets, rows without label teach nothing: not where the user wants them
    if facts.alpha == "auto" and not facts.has_unlabeled:
        hard = yield from _to_the_end(facts, (yield labels_alone))
        if hard.beats(best.losses, TO_DROP_TEACHER):
            return hard, f"{reason}; labels alone, without a teacher, were better"
    return best, reason


def _choose_mix(facts, sources):
    """Return the best mix with synthetic rows."""
    if len(sources) > FINALISTS:
        sources = yield from _screen(facts, sources)
    raced = []
    for source in sources:
        raced.append((yield facts.first(source)))
    best = yield from _sharpen(facts, min(raced, key=_loss))
    if facts.n_more is not None:
        if facts.n_more >= MANY_MORE * best.n_synthetic:
            best = yield from _better(best, TO_CHANGE_MIX, per_row=MORE_PER_ROW)
        best = yield from _better(best, TO_CHANGE_MIX, real_weight=HEAVIER)
    best = yield from _choose_alpha(facts, best)
    return (yield from _to_the_end(facts, best))


def _screen(facts, sources):
    """Return the sources that do best on few rows in a short training."""
    short = SCREENING_EPOCHS
    if facts.max_epochs != "auto":
        short = min(facts.max_epochs, short)
    how = dict(stage="screening", rows="screening", per_row=SCREENING_PER_ROW, max_epochs=short)
    outcomes = []
    for source in sources:
        outcomes.append((yield replace(facts.first(source), **how)))
    return [each.candidate.source for each in sorted(outcomes, key=_loss)[:FINALISTS]]


def _sharpen(facts, best):
    """Return `best`, or the same with bins at splits if that is probably better."""
    if facts.has_bins and facts.n_real >= MIN_STOPPING_ROWS:
        best = yield from _better(best, TO_SPLIT_BINS, bins="splits")
    return best


def _choose_alpha(facts, best):
    return (yield from _better(best, TO_CHANGE_MIX, alpha=1.0)) if facts.alpha == "auto" else best


def _better(best, errors, **changed):
    """Return `best`, or the changed candidate if that beats it by so many standard errors."""
    other = yield replace(best.candidate, **changed)
    return other if other.beats(best.losses, errors) else best


def _judge(facts, mixed, plain):
    """Whether a student of synthetic rows is likely better than one without, and of use; why."""
    gain, error = mixed.gain(plain.losses)
    reason = (
        f"{mixed.n_synthetic:,} rows of {mixed.candidate.source} changed the held-out "
        f"{facts.loss} by {-gain:+.4f} ± {error:.4f}, from {plain.loss:.4f} without synthetic rows"
    )
    if not mixed.beats(facts.of_nobody, TO_BEAT_NOBODY):
        return False, f"{reason}, but no student clearly beats {facts.nobody}"
    return mixed.beats(plain.losses, TO_CHANGE_MIX), reason


def _to_the_end(facts, stopped, stage="end"):
    """Return the outcome of a candidate that was stopped, with a rate that falls to zero.

    Where early stopping ends a training the rate is still high, and the lowest of many noisy
    losses is partly luck. Where it did not, the schedule was too short.
    """
    if facts.pools(stopped.candidate.source):
        return stopped
    n = min(stopped.full_epochs, ANNEALED * stopped.n_epochs)
    return (yield replace(stopped.candidate, stage=stage, max_epochs=n, stops=False))


def _teach_on(facts, best):
    """Return the last better student, each taught by the one before, and its generation."""
    for generation in range(facts.generations):
        heir = replace(best.candidate, stage="generation", max_epochs=best.max_epochs)
        teacher = (yield replace(heir, is_assistant=True)) if facts.assists else best
        taught = yield replace(heir, teacher=teacher.candidate)
        if taught.loss >= best.loss:
            return best, generation
        best = taught
    return best, facts.generations


def _pool(facts, chosen, best):
    """Return the epochs with the lowest held-out loss over the folds, and the mean losses."""
    outcomes = [best]
    for fold in range(1, min(POOLED_FOLDS, facts.n_folds)):
        outcomes.append((yield replace(chosen, stage="repeat", fold=fold)))
    weights = [outcome.weight.sum() for outcome in outcomes]
    history = []
    for epoch in range(max(len(outcome.history) for outcome in outcomes)):
        rows = [o.history[min(epoch, len(o.history) - 1)] for o in outcomes]
        losses = {
            name: float(np.average([row[name] for row in rows], weights=weights))
            for name in rows[0]
            if name.endswith("_loss")
        }
        history.append({"epoch": epoch + 1, **losses})
    return 1 + int(np.argmin([row["valid_loss"] for row in history])), history


def _loss(outcome):
    return outcome.loss
