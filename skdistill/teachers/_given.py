"""Answers that the user brings along."""

from skdistill.teachers._answers import Answers


class Given(Answers):
    """Soft targets in place of a teacher; nobody answers other rows."""

    may_draw = False

    def usable(self, transfer, X_unlabeled):
        """Return what can be used; raise if the user wants rows that nobody can answer."""
        if wanted := wants(transfer, X_unlabeled):
            raise ValueError(
                f"{wanted} needs a teacher to answer its rows, but soft_targets was passed "
                "instead of one: leave one of them out."
            )
        return transfer, X_unlabeled

    def prepare(self, random_state):
        """Return no teacher."""

    def sides(self, fits, folds, *, race, random_state):
        """Return the one Side there is."""
        return (self._side_of_all(None, None, self.data.soft_targets),)


def wants(transfer, X_unlabeled):
    """Name the further rows that the user asked for; empty where there are none."""
    names = []
    if X_unlabeled is not None:
        names.append("X_unlabeled")
    if not (transfer is None or (isinstance(transfer, str) and transfer == "auto")):
        names.append(f"transfer={transfer!r}")
    return " and ".join(names)
