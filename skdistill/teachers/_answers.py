"""How real rows get answers by teachers that did not see them: what all ways have in common."""

from abc import ABC, abstractmethod

import numpy as np

from skdistill._plumbing.seeds import fill_random_states
from skdistill.exceptions import warn
from skdistill.tables import take_rows
from skdistill.teachers._adapt import adapt, is_fitted
from skdistill.teachers._default import default_teacher
from skdistill.teachers._folds import folds_of_share
from skdistill.teachers._levels import at_levels
from skdistill.teachers._side import Side

MIN_RACE_ROWS = 200  # below, held-out rows are too few to choose by


class Answers(ABC):
    """One way of getting answers to real rows, as the parameters of the estimator say."""

    may_draw = True  # whether there is a teacher for rows without label
    of_copies = ""  # what to say of answers to rows that repeat others

    def __init__(self, params, data):
        self.params = params
        self.data = data
        self.task = data.task

    @property
    def may_race(self):
        """Whether there are rows enough to hold some out and choose by them."""
        return self.params.early_stopping and len(self.data.y) >= MIN_RACE_ROWS

    def usable(self, transfer, X_unlabeled):
        """Return `transfer` and `X_unlabeled` as they can be used."""
        return transfer, X_unlabeled

    def folds(self, given, positive, split_params, random_state):
        """Return the folds; here those that hold out a share of the rows.

        `given` are all rows, `positive` the positions of those that matter, `split_params` what a
        splitter is passed.
        """
        how = {"split_params": split_params, "random_state": random_state, "rows": positive}
        how |= {"taught": False, "aside": self.of_copies}
        share = self.params.validation_fraction
        return folds_of_share(self.task, share, given.X, given.y, **how)

    def prepare(self, random_state):
        """Return the teacher to fit: the user's, or the default one."""
        self.task.check_teachable(self.data.y)
        teacher = self.params.teacher
        if teacher is None:
            teacher = default_teacher(self.task, self.data.X, self.params.n_jobs)
            return fill_random_states(at_levels(teacher, self.task), random_state)
        if is_fitted(teacher):
            warn(
                f"The teacher {type(teacher).__name__} is fitted already; a clone of it is fitted "
                "anew. To keep it, pass FrozenEstimator(teacher) and rows that it did not see."
            )
        teacher = at_levels(adapt(teacher, self.task), self.task)
        return fill_random_states(teacher, random_state)

    def final_teacher(self, fits):
        """Return the teacher of all rows, of which nothing is asked."""
        full, *_ = fits.run([])
        return full

    @abstractmethod
    def sides(self, fits, folds, *, race, random_state):
        """Return the final Side, then the race's if it differs.

        `race` says whether answers that know nothing of the first fold's test rows are wanted.
        """

    def _side(self, index, teacher, parts, hidden=()):
        """Return a Side of answers by several teachers, a list of (rows, scores).

        `teacher`, fitted on the rows at `index`, answers what no other did. The labels of
        `hidden` rows may not be known.
        """
        scores, known = self.task.average(parts, len(self.data.y))
        lacking = np.flatnonzero(~known)
        if len(lacking):
            scores[lacking] = self.task.ask(teacher, take_rows(self.data.X, lacking))
        known[np.asarray(hidden, dtype=int)] = False
        if not known.any():
            known[index] = True
        return Side(index, teacher, scores, held_out=known)

    def _side_of_all(self, teacher, scores, targets=None):
        """Return a Side whose answers all count as held-out."""
        n = len(self.data.y)
        return Side(np.arange(n), teacher, scores, np.ones(n, dtype=bool), targets=targets)
