"""No answers: alpha=0 trains on labels alone."""

from skdistill.exceptions import warn
from skdistill.teachers._answers import Answers
from skdistill.teachers._given import wants


class LabelsOnly(Answers):
    """The teacher is fitted as `answers` says, and asked nothing."""

    may_draw = False

    def __init__(self, answers):
        super().__init__(answers.params, answers.data)
        self.answers = answers

    def folds(self, given, positive, split_params, random_state):
        """Return the folds of who would be asked."""
        return self.answers.folds(given, positive, split_params, random_state)

    def prepare(self, random_state):
        """Return the teacher of who would be asked."""
        return self.answers.prepare(random_state)

    def usable(self, transfer, X_unlabeled):
        """Return nothing; warn if the user wants rows without label."""
        if wanted := wants(transfer, X_unlabeled):
            warn(
                f"alpha=0 trains on labels alone: {wanted} is not used. Choose alpha > 0 to use "
                "it."
            )
        return None, None

    def sides(self, fits, folds, *, race, random_state):
        """Return the one Side there is, without answers."""
        return (self._side_of_all(self.answers.final_teacher(fits), None),)
