"""Answers by teachers that are fitted on other folds."""

import numpy as np

from skdistill.teachers._answers import Answers
from skdistill.teachers._folds import inner_folds, make_folds


class CrossFitted(Answers):
    """A teacher for each fold answers its test rows; one of all rows answers other ones."""

    def folds(self, given, positive, split_params, random_state):
        """Return the folds that `cv` stands for."""
        how = {"split_params": split_params, "random_state": random_state, "rows": positive}
        return make_folds(self.task, self.params.cv, given.X, given.y, **how)

    def sides(self, fits, folds, *, race, random_state):
        """Return the Sides; the race has further teachers, which lack the first fold's rows."""
        inner, data = [], self.data
        if race:
            how = {"groups": data.groups, "random_state": random_state}
            inner = inner_folds(self.task, folds, data.X, data.labels, **how)
        full, of_fold, parts = fits.run([*folds, *inner])
        final = self._side(np.arange(len(data.y)), full, parts[: len(folds)])
        if not race:
            return (final,)
        train, test = folds[0]
        return final, self._side(train, of_fold, [parts[0], *parts[len(folds) :]], hidden=test)
