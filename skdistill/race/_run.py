"""Runs the race: composes, trains and measures what the rules want to try."""

import math
from dataclasses import replace
from functools import cache

import numpy as np

from skdistill._plumbing.progress import report, stage
from skdistill.exceptions import only_informs
from skdistill.flow import Mix
from skdistill.race._policy import (
    MAX_RACE_ROWS,
    MORE_PER_ROW,
    SCREENING_ROWS,
    Facts,
    Outcome,
    choose,
    drive,
)
from skdistill.race._recipe import Recipe, tell
from skdistill.samplers import two_sample_auc
from skdistill.students import split_bins
from skdistill.tables import is_sparse
from skdistill.teachers import MIN_RACE_ROWS
from skdistill.training import plan, recalibrate, taught_by, train_student

MIN_REALISM_ROWS = 30  # below, real and synthetic rows are not compared


@stage("race: students trained")
def choose_recipe(composer, folds, training, *, alpha):
    """Choose the source of synthetic rows, the mix with real rows, and the number of epochs.

    The composer's samplers are the candidates. Its teacher, and the soft targets of its real
    rows, know nothing of the first fold's test rows.
    """
    runner = _Runner(composer, folds, training)
    decision = drive(choose(runner.facts(alpha)), runner.run)
    final = decision.final.candidate
    trials = [outcome for outcome in runner.outcomes if outcome.candidate.stage != "repeat"]
    return Recipe(
        mix=mix_of(final),
        training=runner.training(final),
        n_epochs=decision.n_epochs,
        max_epochs=decision.final.max_epochs,
        head=runner.students[final][1],
        generations=decision.generations,
        history=decision.history,
        trials=[tell(outcome, (decision.chosen, final), training.task.loss) for outcome in trials],
        reason=decision.reason,
    )


class _Runner:
    """Trains candidates on real rows of a fold and measures them on its held-out ones."""

    def __init__(self, composer, folds, training):
        self.composer = composer
        self.folds = folds
        self.outcomes = []
        self.students = {}  # net and head by candidate
        self._trainings = {"quantiles": training}
        self._place, self._composed = None, {}
        self._held_out = cache(lambda fold: composer.real.take(folds[fold][1]))
        self._realism = {}

    def facts(self, alpha):
        """Return what the rules know before anything was tried."""
        composer, training, rows = self.composer, self._trainings["quantiles"], self._rows("race")
        sources, real = tuple(composer.samplers), composer.real
        more = Mix(sources[-1], 1.0, MORE_PER_ROW)  # the last is a sampler if any is
        can_split = not is_sparse(real.rows) and len(training.encoding.bin_low) > 0
        return Facts(
            sources=sources,
            alpha=alpha,
            n_real=len(real),
            n_train=len(self.folds[0][0]),
            n_folds=len(self.folds),
            enough=len(real) >= MIN_RACE_ROWS,
            has_unlabeled=composer.unlabeled is not None,
            has_bins=can_split and len(np.unique(real.labels[rows])) > 1,
            per_row=Mix.per_row,
            n_more=composer.n_rows(rows, more) if composer.n_synthetic == "auto" else None,
            max_epochs=training.max_epochs,
            generations=training.generations,
            assists=training.assistant is not None,
            loss=training.task.loss.replace("_", " "),
            nobody=training.task.nobody,
            of_nobody=training.task.losses_of_nobody(
                real.labels[rows], real.weight[rows], real.labels[self.folds[0][1]]
            ),
        )

    def run(self, candidate):
        """Train a candidate and measure it."""
        lessons, training = self._lessons(candidate), self.training(candidate)
        full = plan(lessons, training).max_epochs
        n = candidate.max_epochs or math.ceil(candidate.share * full)
        training = training.assistant if candidate.is_assistant else training
        training = replace(training, max_epochs=n)
        if candidate.teacher is not None:
            net, head = self.students[candidate.teacher]
            lessons = taught_by(net, head, lessons, training)
        held_out = self._held_out(candidate.fold)
        n_synthetic = lessons.count()["n_synthetic"]
        realism_auc = self._realism_auc(candidate.source, lessons, n_synthetic, held_out)
        fitted = train_student(
            lessons.weighted(candidate.real_weight),
            training,
            alpha=candidate.alpha,
            **{"validation" if candidate.stops else "monitor": held_out},
        )
        head, losses = recalibrate(fitted.net, held_out, training)
        self.students[candidate] = fitted.net, head
        outcome = Outcome(
            candidate=candidate,
            losses=losses,
            weight=held_out.weight,
            n_synthetic=n_synthetic,
            n_epochs=fitted.n_epochs,
            max_epochs=fitted.max_epochs,
            full_epochs=full,
            history=fitted.history,
            realism_auc=realism_auc,
        )
        self.outcomes.append(outcome)
        report()
        return outcome

    def training(self, candidate):
        """Return the training with a candidate's bins; splits are made once, on its rows."""
        if candidate.bins not in self._trainings:
            training = self._trainings["quantiles"]
            real = self.composer.real.take(self._rows(candidate.rows))
            known = real.rows, real.labels, real.weight
            encoding = split_bins(training.task, training.encoding, *known, training.random_state)
            self._trainings[candidate.bins] = training.encoded_by(encoding)
        return self._trainings[candidate.bins]

    def _rows(self, which, fold=0):
        """Return the positions of all training rows of a fold, or of some of these."""
        rows, seed = self.folds[fold][0], self._trainings["quantiles"].random_state
        if which != "all":
            rows = some(rows, MAX_RACE_ROWS, seed)
        return some(rows, SCREENING_ROWS, seed) if which == "screening" else rows

    def _lessons(self, candidate):
        rows, mix = self._rows(candidate.rows, candidate.fold), mix_of(candidate)
        if candidate.stage == "screening":
            n = min(self.composer.n_rows(rows, mix), mix.per_row * len(rows))
            return replace(self.composer, n_synthetic=n).compose(rows, mix)
        place = candidate.rows, candidate.fold
        if place != self._place:
            self._place, self._composed = place, {}
        key = mix.source, mix.per_row
        if key not in self._composed:
            self._composed[key] = self.composer.compose(rows, mix)
        return self._composed[key]

    def _realism_auc(self, source, lessons, n_synthetic, held_out):
        """Return how well a source's rows are told from real ones, measured once."""
        enough = min(n_synthetic, len(held_out)) >= MIN_REALISM_ROWS
        if source not in self._realism and enough and not is_sparse(lessons.rows):
            synthetic = lessons.rows[len(lessons) - n_synthetic :]
            self._realism[source] = realism_auc(held_out.rows, synthetic)
        return self._realism.get(source)


realism_auc = only_informs("realism_auc")(two_sample_auc)


def mix_of(candidate):
    """Return what a candidate learns from."""
    return Mix(candidate.source, candidate.alpha, candidate.per_row, candidate.real_weight)


def some(rows, n, random_state):
    """Return `n` of the rows, or all of them, in order."""
    if len(rows) <= n:
        return rows
    rng = np.random.default_rng(random_state)
    return np.sort(rng.choice(rows, n, replace=False))
