"""Answers by a teacher that was fitted before, on other rows."""

from dataclasses import replace

from skdistill.teachers._adapt import adapt_frozen
from skdistill.teachers._answers import Answers


class Unseen(Answers):
    """A frozen teacher's answers all count as held-out."""

    def prepare(self, random_state):
        """Return the user's teacher."""
        return adapt_frozen(self.params.teacher)

    def final_teacher(self, fits):
        """Return the user's teacher, which has to know what is asked."""
        self.task.check_known(fits.teacher)
        return fits.teacher

    def sides(self, fits, folds, *, race, random_state):
        """Return the Sides, of one teacher."""
        teacher = self.final_teacher(fits)
        scores = self.task.ask(teacher, self.data.X)
        self.task.check_agreement(teacher, self.data.X, scores)
        final = self._side_of_all(teacher, scores)
        train, test = folds[0]
        may_know = final.held_out.copy()
        may_know[test] = False
        return final, replace(final, index=train, held_out=may_know)
