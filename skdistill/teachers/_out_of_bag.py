"""Answers by those trees of a forest that left a row out."""

from skdistill.teachers._adapt import has_frozen
from skdistill.teachers._answers import Answers


class OutOfBag(Answers):
    """A forest's own answers to the rows of its fit."""

    of_copies = " Out-of-bag answers to a row know its copies all the same: use cv=5."

    def __init__(self, params, data):
        super().__init__(params, data)
        if has_frozen(params.teacher):
            raise ValueError(
                'cv="oob" fits a forest whose trees leave rows out, but a FrozenEstimator is not '
                "fitted, and its answers may be to rows that it knows. Pass the teacher without "
                "FrozenEstimator, or rows that it did not see and no cv."
            )
        if data.groups is not None:
            raise ValueError(
                'cv="oob" leaves out rows, not groups: out-of-bag answers know the other rows of '
                "a group. Use cv=5, whose folds keep groups together."
            )

    def sides(self, fits, folds, *, race, random_state):
        """Return the Sides; the race's forest is fitted on the first fold's training rows."""
        full, of_fold, parts = fits.run(folds[:1] if race else [])
        final = self._side_of_all(full, self.task.out_of_bag(full, len(self.data.y)))
        if not race:
            return (final,)
        train, test = folds[0]
        own = train, self.task.out_of_bag(of_fold, len(train))
        return final, self._side(train, of_fold, [*parts, own], hidden=test)
