"""How real rows get answers by teachers that did not see them: what all ways have in common."""

from abc import ABC, abstractmethod

import numpy as np

from skdistill._plumbing.seeds import fill_random_states
from skdistill.exceptions import warn
from skdistill.tables import take_rows
from skdistill.teachers._adapt import adapt, is_fitted
from skdistill.teachers._default import default_teacher
from skdistill.teachers._folds import folds_of_share
from skdistill.teachers._side import Side

MIN_RACE_ROWS = 200  # below, held-out rows are too few to choose by


class Answers(ABC):
    """One way of getting answers to real rows.

    Parameters
    ----------
    params : DistilledClassifier
        Its parameters say how.
    data : Samples

    Attributes
    ----------
    may_draw : bool
        Whether there is a teacher for rows without label.
    of_copies : str
        What to say of answers to rows that repeat others.
    """

    may_draw = True
    of_copies = ""

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

        Parameters
        ----------
        given : Samples
            All rows.
        positive : int array
            Positions of those that matter.
        split_params : dict of str to array of shape (n_samples,)
            Passed to a splitter.
        random_state : int
        """
        return folds_of_share(
            self.task,
            self.params.validation_fraction,
            given.X,
            given.y,
            split_params=split_params,
            random_state=random_state,
            rows=positive,
            taught=False,
            aside=self.of_copies,
        )

    def prepare(self, random_state):
        """Return the teacher to fit: the user's, or the default one."""
        teacher = self.params.teacher
        if teacher is None:
            teacher = default_teacher(self.data.X, self.params.n_jobs)
            return fill_random_states(teacher, random_state)
        if is_fitted(teacher):
            warn(
                f"The teacher {type(teacher).__name__} is fitted already; a clone of it is fitted "
                "anew. To keep it, pass FrozenEstimator(teacher) and rows that it did not see."
            )
        return fill_random_states(adapt(teacher), random_state)

    def final_teacher(self, fits):
        """Return the teacher of all rows, of which nothing is asked."""
        full, *_ = fits.run([])
        return full

    @abstractmethod
    def sides(self, fits, folds, *, race, random_state):
        """Return the final Side, then the race's if it differs.

        Parameters
        ----------
        fits : Fits
        folds : list of (train, test)
        race : bool
            Whether answers that know nothing of the first fold's test rows are wanted.
        random_state : int
        """

    def _side(self, index, teacher, parts, hidden=()):
        """Return a Side of answers by several teachers; its own answers what no other did.

        Parameters
        ----------
        index : int array
            What `teacher` was fitted on.
        teacher : fitted estimator
        parts : list of (rows, scores)
        hidden : int array
            Rows whose labels may not be known.
        """
        scores, known = self.task.average(parts, len(self.data.y))
        lacking = np.flatnonzero(~known)
        if len(lacking):
            scores[lacking] = self.task.ask(teacher, take_rows(self.data.X, lacking))
        known[np.asarray(hidden, dtype=int)] = False
        if not known.any():
            known[index] = True
        return Side(index, teacher, scores, held_out=known)

    def _all(self):
        return np.arange(len(self.data.y))

    def _every_row(self):
        return np.ones(len(self.data.y), dtype=bool)
